"""The audit's part in a pytest-xdist worker: watch, and hand plain data to the controller. Judges nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_agentaudit.model import Watch
from pytest_agentaudit.value import Value
from pytest_agentaudit.wire import WireError, from_plain, to_plain
from pytest_agentaudit.witness import WORKER_KEY
from pytest_agentaudit.witness.merge import Testimony
from pytest_agentaudit.witness.portion import PortionWitness
from pytest_agentaudit.witness.recorder import Recorder, sharing


class Order(Value, frozen=True):
    """What a worker is told: what to watch, and the controller's root folder, from which its own may differ.
    `notes_portion` asks for its portion of the suite, `chooses` says that options were typed that choose tests.
    """

    watch: Watch
    rootpath: str
    notes_portion: bool = False
    chooses: bool = False


def order(watch: Watch, config: pytest.Config, *, notes_portion: bool, chooses: bool) -> str:
    """The text for `workerinput`: JSON, because xdist carries plain text safely anywhere."""
    return json.dumps(to_plain(Order(watch, str(config.rootpath), notes_portion, chooses)))


def testimony(output: object) -> Testimony | None:
    """What a worker handed over, or None."""
    try:
        return from_plain(Testimony, json.loads(output)) if isinstance(output, str) else None
    except (WireError, ValueError):
        return None


class Worker:
    """Hooks of a worker."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what was seen."""
        output: dict[str, Any] = vars(session.config)["workeroutput"]
        output[WORKER_KEY] = json.dumps(to_plain(self._recorder.testimony()))


def begin(config: pytest.Config) -> None:
    """Watch in this worker, as the controller asked for it."""
    asked = from_plain(Order, json.loads(vars(config)["workerinput"][WORKER_KEY]))
    portion = PortionWitness(chooses=asked.chooses) if asked.notes_portion else None
    recorder = Recorder(_here(asked, config), sharing(config.option), portion)
    config.pluginmanager.register(Worker(recorder))
    recorder.join(config.pluginmanager)


def _here(asked: Order, config: pytest.Config) -> Watch:
    """The watch in terms of this worker's folders: on another host, or in an rsynced copy, they are others."""
    if str(config.rootpath) == asked.rootpath:
        return asked.watch
    down = Path(asked.rootpath)
    root = Path(asked.watch.root)
    if not down.is_relative_to(root):
        return asked.watch
    up = len(down.relative_to(root).parts)
    return replace(asked.watch, root=str(config.rootpath.joinpath(*[".."] * up).resolve()))
