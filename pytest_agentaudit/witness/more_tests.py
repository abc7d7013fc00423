"""More tests for what survives a function's first ones, in portions: most survivors meet their end soon."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from msgspec import Struct

from pytest_agentaudit.mutant import Mutant
from pytest_agentaudit.witness.runs import NullRuns, Runner, unfit_in

FIRST_PORTION, PORTION = 16, 48
"""The tests of the first portion and of each other one. More would run in vain, with fewer the forks would take as long
as the tests.
"""
MORE_SECONDS = 10.0
"""How long more tests are tried without a mutant, in search of more witnesses."""


class Portion(Struct, frozen=True):
    """Tests that pass without a mutant, and how long they take; whether they are those that cover the function."""

    items: tuple[pytest.Item, ...]
    seconds: float
    covers: bool


class MoreTests:
    """The rest of the tests that cover a function, then others near to them, which count where one of their portion
    runs it: where a value is kept from one test to the next, the function ran in the first alone of the tests that
    depend on it. `null` is the function's null mutant; a covering test that can be no witness is `put_aside`.
    """

    def __init__(
        self,
        covering: Sequence[pytest.Item],
        near: Sequence[pytest.Item],
        null: Mutant,
        known: NullRuns,
        put_aside: Callable[[str, str], None],
    ) -> None:
        self._untried = set(covering)
        self._covering, self._near = list(covering), list(near)
        self._null, self._known, self._put_aside = null, known, put_aside
        self._portions: list[Portion] = []
        self._size = FIRST_PORTION
        self._seconds = MORE_SECONDS

    @property
    def left(self) -> int:
        """How many covering tests no portion has, since time was out."""
        return len(self._untried)

    def portions(self, run: Runner) -> Iterator[Portion]:
        """The portions, one after the other: found when they are first asked for."""
        index = 0
        while index < len(self._portions) or self._find(run):
            yield self._portions[index]
            index += 1

    def covering(self, run: Runner, enough: int) -> Iterator[Portion]:
        """Those of tests that cover the function, until they hold `enough` of them."""
        index = 0
        while enough > 0 and (index < len(self._portions) or (self._covering and self._find(run))):
            portion = self._portions[index]
            if not portion.covers:
                return
            yield portion
            enough -= len(portion.items)
            index += 1

    def _find(self, run: Runner) -> bool:
        """Whether there was one more portion."""
        while (self._covering or self._near) and self._seconds > 0:
            portion = self._next(run)
            if portion.items:
                self._portions.append(portion)
                return True
        return False

    def _next(self, run: Runner) -> Portion:
        covers, waiting = bool(self._covering), self._covering or self._near
        items, waiting[: self._size] = waiting[: self._size], []
        self._size = PORTION
        found = self._known.run(self._null, items, run, self._seconds, apart=True)
        self._seconds -= found.silent + sum(seconds for _, seconds, _ in found.endings.values())
        unfit = unfit_in(items, found)
        for item in self._untried.intersection(unfit):
            self._put_aside(item.nodeid, unfit[item][0])
        fit = {items[index]: it[1] for index, it in found.endings.items() if items[index] not in unfit}
        self._untried.difference_update(fit, unfit)
        if not covers and not any(self._null.id in found.reached.get(index, ()) for index in found.endings):
            return Portion((), 0.0, covers)
        return Portion(tuple(fit), sum(fit.values()), covers)
