"""The pytest plugin: options, and the hook that starts an audit. Without `--agent-audit` it imports nothing more."""

from __future__ import annotations

import os
from collections.abc import Generator
from importlib import import_module

import pytest

from pytest_agentaudit.asked import FAIL_ON, PROVE, seconds


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of the group "agent-audit"."""
    group = parser.getgroup("agent-audit", "auditing agent-generated changes")
    group.addoption(
        "--agent-audit",
        action="store_true",
        default=False,
        help="audit the change and fail the run on findings",
    )
    group.addoption(
        "--agent-audit-base",
        metavar="REV",
        default="",
        help="what to compare with (default: what CI's variables name, else the merge base with the upstream default "
        "branch, else HEAD)",
    )
    group.addoption(
        "--agent-audit-prove",
        choices=PROVE,
        default=None,
        help="evidence beyond coverage (default: revert: whether new and changed tests fail on the base's code)",
    )
    group.addoption(
        "--agent-audit-budget",
        metavar="TIME",
        type=seconds,
        default=30.0,
        help="time for proofs, as in 30s or 2m (default: 30s); what was cut reads 'not judged: budget'",
    )
    group.addoption(
        "--agent-audit-report",
        metavar="FORMAT[:PATH]",
        action="append",
        default=[],
        help="terminal, agent, json, sarif, github, gitlab, markdown or html, to the terminal or to a file; shard:PATH "
        "writes what 'agentaudit merge' needs of one of several runs; may be given several times",
    )
    group.addoption(
        "--agent-audit-fail-on",
        choices=FAIL_ON,
        default="error",
        help="what fails the run (default: error); 'never' reports in full and leaves the exit status alone",
    )
    group.addoption(
        "--agent-audit-incomplete",
        choices=("pass", "fail"),
        default="pass",
        help="whether 'not judged' fails the run (default: pass)",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser
) -> Generator[None, object, object]:
    """Start the auditor before any conftest is imported; put the guard over what conftests may have wrapped."""
    if not early_config.known_args_namespace.agent_audit or _is_child(early_config):
        return (yield)
    if os.name != "posix":
        raise pytest.UsageError("--agent-audit needs Linux or macOS; under Windows, use WSL")
    guard = import_module("pytest_agentaudit.opening").begin(early_config, parser)
    try:
        return (yield)
    except (Exception, SystemExit) as error:
        if guard is not None:
            guard.broke_off(error)
        raise
    finally:
        if guard is not None:
            early_config.pluginmanager.register(guard)


def _is_child(config: pytest.Config) -> bool:
    """Whether this run is a part of an audit: a trial of an audited run, or the tests of a verification."""
    return any(config.pluginmanager.has_plugin(name) for name in ("agentaudit-trial", "agentaudit-deputy"))
