"""Which functions are broken to weigh altered tests: not all that these run, and those first that tell most."""

from __future__ import annotations

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.tallies import MOST_FUNCTIONS, MOST_PROBED, MOST_SURE, Scales
from pytest_agentaudit.model import Entered, Evidence, Outcome, TestOutcome
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.proof import Ended, Proofs, TestEnd, TrialKind, TrialReport

COUNT = 20
SHOP = "".join(f"def step_{n:02}(value):\n    return value + {n}\n\n\n" for n in range(COUNT))
TEST = "import shop\n\n\ndef test_all():\n    found = shop.step_19(1)\n    assert found == 20\n"
PATH, CASE = "tests/test_shop.py", "tests/test_shop.py::test_all"


def scales(after: str, *, elsewhere: tuple[int, ...] = ()) -> Scales:
    """What weighs an edit of a test that runs all functions; some of these, tests of other files run too."""
    old, new = (MemoryTree({"shop.py": SHOP, PATH: text}) for text in (TEST, after))
    change = from_trees(old, new)
    delta = collect(change, RoleMap.derive(old, Policy()).role)
    entered = tuple(
        Entered("shop.py", f"step_{n:02}", 4 * n + 1, (CASE,), elsewhere=n in elsewhere) for n in range(COUNT)
    )
    evidence = Evidence((TestOutcome(CASE, PATH, 4, "test_all", Outcome.PASSED),), entered=entered)
    end = TestEnd(PATH, "test_all", Ended.GREEN, cases=(CASE,))
    report = TrialReport(TrialKind.WATCHED, (end,), (PATH,), (PATH,), entered=entered)
    return Scales(change, delta, evidence, Proofs((report,)))


def broken(it: Scales) -> list[str]:
    old, new = it.plans
    assert [one.qualname for one in old.covering] == [one.qualname for one in new.covering]
    return [one.qualname for one in old.covering]


SURE, DOUBTFUL = TEST.replace("found", "it"), TEST.replace("== 20", "> 0")


def test_of_a_test_that_lost_nothing_the_nearest_alone() -> None:
    it = scales(SURE, elsewhere=(0, 1))
    assert broken(it) == ["step_19", *(f"step_{n:02}" for n in range(2, MOST_SURE + 1))]
    assert not list(it.not_judged)
    assert all(mutant.operator.is_whole or mutant.operator.is_control for mutant in it.plans[0].mutants)


def test_of_one_that_lost_something_more_and_some_a_little() -> None:
    it = scales(DOUBTFUL)
    names = broken(it)
    assert (names[0], len(names)) == ("step_19", MOST_FUNCTIONS)
    small = {one.qualname for one in it.plans[0].mutants if not one.operator.is_whole and not one.operator.is_control}
    assert small == set(names[:MOST_PROBED])
    (reason,) = it.not_judged
    assert reason.startswith(f"{COUNT - MOST_FUNCTIONS} product functions that altered tests run")
