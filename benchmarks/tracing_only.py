"""A pytest plugin for the benchmarks: the tracer and the record of outcomes alone, without an auditor.

What it costs is what tracing costs. The lines to watch stand in the environment: {"root": ..., "ranges": {...}}.
"""

from __future__ import annotations

import json
import os

import pytest

from pytest_agentaudit.model import Watch
from pytest_agentaudit.wire import from_plain
from pytest_agentaudit.witness.recorder import Recorder, sharing

VARIABLE = "BENCHMARK_WATCH"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Watch in this process, unless its tests run in workers."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return
    recorder = Recorder(from_plain(Watch, json.loads(os.environ[VARIABLE])), sharing(config.option))
    config.pluginmanager.register(recorder)
    recorder.start()
