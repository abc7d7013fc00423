"""The pytest plugin of the child run that tries mutants, loaded by `-p`, with a plan in a file.

It switches off what would measure, distribute or write reports: the run is the audit's own.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from pytest_agentaudit.wire import from_plain, to_plain
from pytest_agentaudit.witness.mutation_plan import MutationPlan
from pytest_agentaudit.witness.zygote import Zygote

PLAN, FATES = "--agent-audit-mutants", "--agent-audit-fates"

_WITHOUT = {
    "no_cov": True,
    "numprocesses": 0,
    "dist": "no",
    "tx": (),
    "distload": False,
    "maxfail": 0,
    "usepdb": False,
    "tbstyle": "native",
    "xmlpath": None,
    "htmlpath": None,
    "report_log": None,
    "log_file": None,
    "agent_audit": False,
}
"""Options of pytest and its plugins, by their destinations, as this run needs them. Pytest's own style of traces
parses the whole file of a failed test: that would cost more than all the rest.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare where the plan lies and where the fates go."""
    group = parser.getgroup("agent-audit")
    group.addoption(PLAN, metavar="FILE", dest="agent_audit_mutants", required=False, help="the mutants to try")
    group.addoption(FATES, metavar="FILE", dest="agent_audit_fates", help="where to write what became of them")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Before pytest-cov begins to measure."""
    _switch_off(early_config.known_args_namespace)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Before pytest-xdist starts workers and any plugin opens its report."""
    _switch_off(config.option)
    return (yield)


def _switch_off(options: object) -> None:
    for name, value in _WITHOUT.items():
        if hasattr(options, name):
            setattr(options, name, value)


def pytest_configure(config: pytest.Config) -> None:
    """Read the plan."""
    plan = json.loads(Path(config.getoption("agent_audit_mutants")).read_bytes())
    config.pluginmanager.register(Zygote(from_plain(MutationPlan, plan)), "agentaudit-zygote")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Write the fates."""
    done = yield
    zygote: Zygote | None = session.config.pluginmanager.get_plugin("agentaudit-zygote")
    if zygote and zygote.result:
        file = Path(session.config.getoption("agent_audit_fates"))
        file.write_text(json.dumps(to_plain(zygote.result)), encoding="ascii")
    return done
