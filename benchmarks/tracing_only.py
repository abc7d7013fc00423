"""A pytest plugin for the benchmarks: all that watches a run, in its process and in its workers, without an auditor.

What it costs is what tracing costs. The lines to watch stand in the environment: {"root": ..., "ranges": {...}}. A
command named there too is started where a run starts its auditor, so that it meets the same work beside it.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Generator

import pytest

from pytest_agentaudit import worker
from pytest_agentaudit.model import Watch
from pytest_agentaudit.observation import Observation
from pytest_agentaudit.opening import WORKER
from pytest_agentaudit.wire import from_plain

VARIABLE = "BENCHMARK_WATCH"
ASIDE = "BENCHMARK_ASIDE"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> None:
    """Start what is to run beside the tests, whose end whoever measures waits for, and begin to watch."""
    if WORKER in os.environ:
        return
    if command := os.environ.get(ASIDE):
        program, *arguments = shlex.split(command)
        environment = {name: value for name, value in os.environ.items() if name not in {ASIDE, "PYTHONPATH"}}
        os.posix_spawn(program, [program, *arguments], environment)
    observation = Observation(early_config, parser, from_plain(Watch, json.loads(os.environ[VARIABLE])))
    early_config.pluginmanager.register(Gathering(observation))
    observation.start()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Watch in a worker."""
    if WORKER in os.environ:
        worker.begin(config)


class Gathering:
    """Puts together what was seen, once the tests are over."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Where an audited run hands its evidence to the auditor."""
        self._observation.evidence(session)
        return (yield)
