"""What once broke an audit, and what did not: `python -m benchmarks.fuzz` finds the cases."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_agentaudit.change.model import FilePair
from pytest_agentaudit.facts import reading
from pytest_agentaudit.facts.kept import Entry
from pytest_agentaudit.rules.stub import Stub
from tests.fuzz.case import Case, Outcome, load, played, save, warm_up

CORPUS = sorted(Path(__file__).parent.joinpath("corpus").glob("*.json"))
QUIETED = Case({"shop.py": "A = f(1)\n", "b.py": "B = 1\n"}, {"shop.py": "A = f(1)  # noqa\n", "b.py": "B = 2\n"})
FOUND = ("added-suppression", "'shop.py'")


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    warm_up()


@pytest.mark.parametrize("path", CORPUS, ids=lambda it: it.stem)
def test_what_once_broke_ends_in_a_verdict_or_a_reason(path: Path, tmp_path: Path) -> None:
    outcome = played(load(path), tmp_path / "repo")
    assert not outcome.faults
    assert not outcome.deaths
    assert outcome.result or outcome.refusal


def test_a_case_is_judged_and_can_be_kept(tmp_path: Path) -> None:
    outcome = played(QUIETED, tmp_path / "repo")
    assert (outcome.result, outcome.faults) == ("failed", ())
    assert FOUND in outcome.found
    save(QUIETED, tmp_path / "case.json")
    assert load(tmp_path / "case.json") == QUIETED


def test_a_rule_that_breaks_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stub, "check", lambda _self, _audit: 1 // 0)
    outcome = played(QUIETED, tmp_path / "repo")
    assert [it for it in outcome.faults if "`stub` could not judge this change: ZeroDivisionError" in it]
    assert FOUND in outcome.found


def test_a_reader_that_raises_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = _played_by_a_reader_that(lambda: 1 // 0, tmp_path, monkeypatch)
    assert [it for it in outcome.faults if "failed: ZeroDivisionError" in it]
    assert not outcome.deaths


def test_a_reader_that_meets_a_limit_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = _played_by_a_reader_that(lambda: os.kill(os.getpid(), signal.SIGKILL), tmp_path, monkeypatch)
    assert outcome.deaths == ("the auditor was killed by SIGKILL (reading b.py)",)
    assert not outcome.faults


def _played_by_a_reader_that(ends: Callable[[], object], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """What becomes of an audit whose reader ends over one of two files, unless it is told not to trust it."""
    reads = reading.PairReader.read

    def read(self: reading.PairReader, pair: FilePair) -> Entry:
        if pair.path == "b.py" and pair.path not in self.means.distrusted:
            self.means.progress(pair.path, "reading")
            ends()
        return reads(self, pair)

    monkeypatch.setattr(reading.PairReader, "read", read)
    outcome = played(QUIETED, folder / "repo")
    assert {FOUND, ("unreadable-file", "'b.py'")} <= set(outcome.found)
    return outcome
