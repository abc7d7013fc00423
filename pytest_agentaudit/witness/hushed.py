"""What every child run of pytest leaves out: it collects certain files, and writes, measures and starts nothing."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path

import pytest

from pytest_agentaudit.witness.splitters import switch_off

NAME = "agentaudit-trial"
"""The name under which pytest knows the plugin of a child: a run that has it is not audited."""

_QUIET: Mapping[str, object] = {
    "agent_audit": False,
    "allure_report_dir": None,
    "continue_on_collection_errors": True,
    "cov_source": [],
    "deselect": [],
    "dist": "no",
    "distload": False,
    "failedfirst": False,
    "htmlpath": None,
    "json_report": False,
    "keyword": "",
    "last_failed": False,
    "lf": False,
    "log_file": None,
    "looponfail": False,
    "maxfail": 0,
    "newfirst": False,
    "no_cov": True,
    "no_summary": True,
    "numprocesses": None,
    "report_log": None,
    "stepwise": False,
    "store_durations": False,
    "tbstyle": "native",
    "trace": False,
    "tx": [],
    "usepdb": False,
    "xmlpath": None,
}
"""Options of pytest and common plugins that write reports, choose tests or start workers, as they are when absent.
Pytest's own style of traces parses the whole file of a failed test, and its summary colours each: either would cost
more than all the rest.
"""


class Hushed:
    """A plugin of a child run: collects `files` (absolute), and may write to `folder`."""

    def __init__(self, files: Iterable[str], folder: str) -> None:
        self.__name__ = NAME  # pytest's name for the plugin
        self._files = list(dict.fromkeys(files))
        self._folder = folder

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Generator[None, object, object]:
        """Before pytest-cov begins to measure."""
        _hush(early_config.known_args_namespace)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, object, object]:
        """Before pytest-xdist starts workers and any plugin opens its report."""
        _hush(config.option)
        if hasattr(config.option, "basetemp"):  # else pytest counts it as a run, and clears up after older ones
            config.option.basetemp = str(Path(self._folder, "basetemp"))
        config.args = self._files
        return (yield)


def _hush(options: argparse.Namespace) -> None:
    """Switch off what a child must not do. Only options that some plugin knows are touched."""
    for name, value in _QUIET.items():
        if hasattr(options, name):
            setattr(options, name, value)
    switch_off(options)
