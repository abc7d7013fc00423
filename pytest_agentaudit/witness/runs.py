"""What forked children tell of the tests that they ran, and which tests can be witnesses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import pytest
from msgspec import Struct, field

from pytest_agentaudit.mutant import Mutant
from pytest_agentaudit.witness.mutant_child import Word

SLOW = 2.0
"""Seconds that a witness may take without a mutant."""
SILENCE = 5.0
"""Seconds after which a test without a mutant is given up."""
GRACE, FACTOR = 2.0, 6.0
"""The time-out: so many seconds, and so many times what the tests take without a mutant."""


def patience(seconds: float) -> float:
    """How long tests may take under a mutant that take so many seconds without one."""
    return GRACE + FACTOR * seconds


class Run(Struct):
    """What a child told. `endings` are by the index of the test: how it ended, after how many seconds, and what it
    raised; `reached` are the marks that each ran into. `begun` is the index of the last test that began (-1: none),
    `given` how many other values were given, `status` the exit status (None: it was killed), `is_cut` whether the
    plan's time was over, `silent` the seconds since the last message, `spawned` whether a test started another program.
    """

    problem: str = ""
    endings: dict[int, tuple[Word, float, str]] = field(default_factory=dict)
    reached: dict[int, frozenset[str]] = field(default_factory=dict)
    begun: int = -1
    given: int = 0
    is_done: bool = False
    is_cut: bool = False
    silent: float = 0.0
    spawned: bool = False
    status: int | None = None

    def take(self, message: Sequence[Any]) -> None:
        """Read a message of the child."""
        match message:
            case ["problem", str(text)]:
                self.problem, self.is_done = text, True
            case ["spawned"]:
                self.spawned = True
            case ["start", int(index)]:
                self.begun = index
            case ["end", int(index), str(word), float(seconds), str(reason), *reached]:
                self.endings[index] = Word(word), seconds, reason
                self.reached[index] = frozenset(reached)
            case ["done", int(given)]:
                self.given, self.is_done = given, True

    def part(self, indices: Sequence[int]) -> Run:
        """What it told of some of its tests."""
        endings = {at: self.endings[index] for at, index in enumerate(indices)}
        reached = {at: self.reached[index] for at, index in enumerate(indices)}
        return Run(endings=endings, reached=reached, begun=len(indices) - 1, is_done=self.is_done, status=self.status)

    @property
    def failed(self) -> int:
        """How many tests failed."""
        return sum(word.is_failure for word, _, _ in self.endings.values())

    @property
    def ended(self) -> str:
        """How a child ended that did not come to its end."""
        if self.status is None:
            return "did not end"
        return f"signal {-self.status}" if self.status < 0 else f"exit status {self.status}"


class Runner(Protocol):
    """Runs tests under a mutant in a child, for so many seconds in all. With `silence`, they run to the end whether
    they fail or not, and each has so many seconds. A null mutant stands for those of all functions.
    """

    def __call__(
        self, mutant: Mutant, items: Sequence[pytest.Item], seconds: float, *, silence: float | None = None
    ) -> Run:
        """What the child told."""

    def chain(
        self, mutants: Sequence[Mutant], items: Sequence[pytest.Item], seconds: float, *, silence: float | None = None
    ) -> list[Run]:
        """What a child told that went on to the next mutant as long as all tests passed."""


class NullRuns:
    """What came of tests on the same code compiled again. Functions with the same tests share it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Run] = {}

    def run(
        self, null: Mutant, items: Sequence[pytest.Item], runner: Runner, seconds: float = math.inf, *, apart: bool
    ) -> Run:
        """What comes of these tests. Unless they have to run `apart` from all others, they need not run again where
        they passed among more.
        """
        names = tuple(item.nodeid for item in items)
        found = self._known.get(names) or (None if apart else self._among_more(names))
        if found is None:
            found = runner(null, items, seconds, silence=SILENCE)
            if not found.problem and not found.is_cut:
                self._known[names] = found
        return found

    def _among_more(self, names: Sequence[str]) -> Run | None:
        for more, found in self._known.items():
            places = {name: index for index, name in enumerate(more)}
            if found.is_done and all(name in places for name in names):
                part = found.part([places[name] for name in names])
                if all(word is Word.PASSED for word, _, _ in part.endings.values()):
                    return part
        return None


def unfit_in(items: Sequence[pytest.Item], found: Run) -> dict[pytest.Item, tuple[str, bool]]:
    """The tests that are no witnesses by a run without a mutant, why, and whether that is a failure."""
    unfit = {}
    for index, (word, seconds, reason) in found.endings.items():
        if word is not Word.PASSED:
            verb = "is skipped" if word is Word.SKIPPED else "fails"
            unfit[items[index]] = f"{verb} without a mutant: {reason}", word.is_failure
        elif seconds > SLOW:
            unfit[items[index]] = f"takes {seconds:.1f} s", False
    if not found.is_done and found.begun >= 0:
        last = items[found.begun]
        if found.status is not None:
            unfit.setdefault(last, (f"ends the process without a mutant: {found.ended}", True))
        elif found.silent >= SILENCE:
            unfit.setdefault(last, (f"takes over {SILENCE:.0f} s", True))
    return unfit
