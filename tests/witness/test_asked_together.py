"""Many small mutants before the tests of two versions: what one process may try, and what need not be tried."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.facts.mutants import whole_mutants
from pytest_agentaudit.mutant import Fate, Mutant, MutantFate, Operator
from tests.support.mutating import PATH, Subject, tried

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mutants are run in forked children")

TWICE = """
CALLS = []


def twice(n, limit=9):
    CALLS.append(n)
    if n > limit:
        raise ValueError("too large")
    return [n + n, min(n, limit)]
"""

CACHED = """import functools


@functools.cache
def twice(n):
    return [n + n, min(n, 9)]
"""


def probes(head: str, name: str = "twice") -> tuple[Mutant, ...]:
    line = head[: head.index(f"def {name}")].count("\n") + 1
    return whole_mutants(PATH, head, [(name, line)], [(name, line)])


def fates(
    folder: Path, head: str, tests: str, chosen: Sequence[Mutant], noticed: tuple[str, ...] | None = None
) -> Mapping[str, MutantFate]:
    made = Subject(folder, head, f"import subject\n{tests}")
    plan = replace(made.plan(chosen), each=True, widen=noticed is not None, noticed=noticed)
    return {it.id: it for it in tried(plan).fates}


def by_operator(chosen: Sequence[Mutant], found: Mapping[str, MutantFate]) -> dict[Operator, set[Fate]]:
    return {it.operator: {found[it.id].fate} for it in chosen if it.id in found}


def test_small_mutants_that_nobody_notices_share_a_process(tmp_path: Path) -> None:
    """Which the test tells by the processes that it runs in."""
    tests = (
        "import os\nfrom pathlib import Path\n"
        "def test_it():\n    Path('pids').open('a').write(f'{os.getpid()} ')\n    assert subject.twice(1)\n"
    )
    chosen = probes(TWICE)
    found = fates(tmp_path, TWICE, tests, chosen)
    fate = by_operator(chosen, found)
    assert (fate[Operator.EXTREME], fate[Operator.EMPTY]) == ({Fate.NOTICED}, {Fate.NOTICED})
    survived = [it for it in found.values() if it.fate is Fate.SURVIVED]
    assert len(survived) >= 8
    assert {it.passed for it in survived} == {("test_subject.py::test_it",)}
    processes = set((tmp_path / "pids").read_text().split())
    assert len(processes) < len(found)


def test_what_an_earlier_mutant_left_behind_is_no_reason_to_notice_a_later_one(tmp_path: Path) -> None:
    """The second mutant in a process finds the list of calls filled: it has one of its own then."""
    tests = "def test_it():\n    subject.twice(1)\n    assert len(subject.CALLS) == 1\n"
    chosen = probes(TWICE)
    found = fates(tmp_path, TWICE, tests, chosen)
    noticed = {it.operator for it in chosen if it.id in found and found[it.id].fate is Fate.NOTICED}
    assert noticed == {Operator.EXTREME, Operator.DELETE}


def test_a_cache_that_an_earlier_mutant_filled_hides_no_later_one(tmp_path: Path) -> None:
    chosen = whole_mutants(PATH, CACHED, [("twice", 4)], [("twice", 4)])
    tests = "def test_it(): assert subject.twice(1)[1] == 1\n"
    found = fates(tmp_path, CACHED, tests, chosen)
    items = [found[it.id].fate for it in chosen if it.operator is Operator.ITEM]
    assert sorted(items) == [Fate.NOTICED, Fate.SURVIVED]


def test_only_what_the_old_test_noticed_is_shown_to_the_new_one_as_long_as_it_notices(tmp_path: Path) -> None:
    chosen = probes(TWICE)
    (extreme,) = (it.id for it in chosen if it.operator is Operator.EXTREME)
    found = fates(tmp_path, TWICE, "def test_it(): assert subject.twice(1)\n", chosen, (extreme,))
    assert list(found) == [extreme]


def test_all_are_shown_to_the_new_test_where_it_lets_one_pass(tmp_path: Path) -> None:
    chosen = probes(TWICE)
    (extreme,) = (it.id for it in chosen if it.operator is Operator.EXTREME)
    found = fates(tmp_path, TWICE, "def test_it(): subject.twice(1)\n", chosen, (extreme,))
    assert set(found) == {it.id for it in chosen if not it.operator.is_control}
