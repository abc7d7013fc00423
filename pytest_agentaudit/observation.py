"""What a run of pytest shows, in its own process and in its workers: plain evidence, no judgement."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from pytest_agentaudit import worker
from pytest_agentaudit.model import Evidence, Place, Portion, Watch
from pytest_agentaudit.witness import WORKER_KEY
from pytest_agentaudit.witness.merge import Testimony, combine
from pytest_agentaudit.witness.portion import PortionWitness, united
from pytest_agentaudit.witness.recorder import Recorder, sharing
from pytest_agentaudit.witness.selection import chosen_reasons, names_ids, suite_files, typed_choices
from pytest_agentaudit.witness.splitters import place_of

if TYPE_CHECKING:
    from pytest_agentaudit.proof import Proofs
    from pytest_agentaudit.shard import Shard, Subject


class Observation:
    """A plugin that watches a run. It stands for the whole run: workers of pytest-xdist hand over what they saw.

    With `is_shard` it also notes which portion of the suite this run is, for the other shards' sake; so it does where
    ids were typed, to know whether they are the whole of it.
    """

    def __init__(self, config: pytest.Config, parser: pytest.Parser, watch: Watch, *, is_shard: bool = False) -> None:
        self._config, self._parser, self._watch, self._is_shard = config, parser, watch, is_shard
        self._notes_portion = is_shard or names_ids(config.known_args_namespace)
        self._recorder: Recorder | None = None
        self._testimonies: list[Testimony] = []
        self._reasons: dict[str, None] = {}

    def start(self) -> None:
        """Begin to watch, before the first conftest is imported."""
        self._config.pluginmanager.register(self)
        if not distributes(self._config):
            portion = PortionWitness(chooses=bool(self._chosen)) if self._notes_portion else None
            self._recorder = Recorder(self._watch, sharing(self._config.known_args_namespace), portion)
            self._recorder.join(self._config.pluginmanager)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Leave the watching to workers, once pytest-xdist has made up its mind: "auto" may come to none."""
        if self._recorder and self._config.pluginmanager.has_plugin("dsession"):
            self._recorder.leave(self._config.pluginmanager)
            self._recorder = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker what to watch."""
        node.workerinput[WORKER_KEY] = worker.order(
            self._watch,
            self._config,
            notes_portion=self._notes_portion,
            chooses=self._notes_portion and bool(self._chosen),
        )

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take over what a worker saw; one that crashed took it along."""
        seen = worker.testimony(getattr(node, "workeroutput", {}).get(WORKER_KEY))
        if seen is not None:
            self._testimonies.append(seen)
        if seen is None or error:
            self._reasons[f"worker {node.gateway.id} crashed" if error else "a worker handed nothing over"] = None

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the run was cut short."""
        by = "pytest.exit" if isinstance(excinfo.value, pytest.exit.Exception) else type(excinfo.value).__name__
        self._reasons[f"stopped by {by}"] = None

    def broke_off(self, reason: str) -> None:
        """The run has ended before its tests."""
        self._reasons[reason] = None

    def evidence(self, session: pytest.Session) -> Evidence:
        """All that was seen, once the tests are over."""
        if self._recorder:
            self._testimonies.append(self._recorder.testimony())
        why = session.shouldfail or session.shouldstop
        status = int(session.exitstatus)
        if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
            self._reasons[f"pytest ended with exit status {status}"] = None
        evidence = combine(self._testimonies, self._all_reasons(), stopped=why if isinstance(why, str) else "")
        shard = "a shard" if self._is_shard else ""
        return replace(evidence, exit_status=status, shard=str(self._place or shard))

    def shard(self, subject: Subject, evidence: Evidence, proofs: Proofs) -> Shard:
        """What `agentaudit merge` needs of this run, which is a shard."""
        breaks = (*self._reasons, *(["collection errors"] if evidence.collection_errors else []))
        shard: Shard = import_module("pytest_agentaudit.shard").Shard(
            subject, evidence, proofs, self._portion, self._place, breaks
        )
        return shard

    @property
    def _portion(self) -> Portion:
        """What all processes came across of the suite, and did; its files are known, where the run was told which."""
        portions = [it.portion for it in self._testimonies if it.portion]
        files = Portion(known=tuple(suite_files(self._config, self._chosen) if portions else ()))
        return united([*portions, files])

    def _unlisted(self) -> list[str]:
        """What the ids that were typed leave out of the suite."""
        if not names_ids(self._config.known_args_namespace):
            return []
        portion = self._portion
        selected = {it for testimony in self._testimonies for it in testimony.selected}
        return sorted(set(portion.known).difference(portion.done, selected))

    def _all_reasons(self) -> Iterator[str]:
        """Why the run is not the whole suite."""
        if self._place:
            yield f"{self._place} ({self._place.told_by})"
        yield from chosen_reasons(self._config, self._parser, self._unlisted())
        yield from self._reasons

    @cached_property
    def _place(self) -> Place | None:
        """Which shard of how many this is: a plugin says so, or the CI says it of a run that is to be merged."""
        return place_of(self._config.option, os.environ if self._is_shard else {})

    @cached_property
    def _chosen(self) -> tuple[str, ...]:
        return typed_choices(self._config, self._parser)


def distributes(config: pytest.Config) -> bool:
    """Whether pytest-xdist is certainly going to run the tests in workers; how many "auto" is, it decides later."""
    options = config.known_args_namespace
    number = getattr(options, "numprocesses", None)
    if isinstance(number, str):
        return False
    return bool(number or getattr(options, "tx", None)) or getattr(options, "dist", "no") != "no"
