"""What the functions that deleted tests would run make of a removed test."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pytest_agentaudit.model import Entered, Evidence, Finding, Outcome, TestOutcome
from pytest_agentaudit.proof import Ended, Proofs, TestEnd, TrialKind, TrialReport
from pytest_agentaudit.rules.removed_test import RemovedTest
from pytest_agentaudit.testing import findings

PATH, CASE = "tests/test_pricing.py", "tests/test_pricing.py::test_refund"
TOTAL, REFUND = Entered("shop/pricing.py", "total", 2), Entered("shop/pricing.py", "refund", 6)


def said(title: str, ended: Ended, *mine: Entered, others: tuple[Entered, ...] | None, reason: str = "") -> Finding:
    """The finding of the rule's own example, where the deleted test ended so, having run some functions."""
    (example,) = (it for it in RemovedTest.examples if it.title == title)
    test = TestOutcome("tests/test_pricing.py::test_total", PATH, 4, "test_total", Outcome.PASSED)
    report = TrialReport(
        TrialKind.WATCHED,
        (TestEnd(PATH, "test_refund", ended, reason, (CASE,)),),
        entered=tuple(replace(it, tests=(CASE,)) for it in mine),
    )
    evidence = Evidence((test,), tracer="sys.monitoring", entered=others)
    (found,) = findings(RemovedTest, replace(example, evidence=evidence, proofs=Proofs((report,))))
    return found


UNNAMED, NAMED = "its subject stays and nobody names it", "another test names its subject"


@pytest.mark.parametrize(
    ("title", "ended", "mine", "others", "level"),
    [
        (UNNAMED, Ended.GREEN, (REFUND,), (TOTAL,), "error"),
        (UNNAMED, Ended.GREEN, (REFUND,), (REFUND,), "note"),
        (UNNAMED, Ended.GREEN, (REFUND,), None, "warning"),
        (UNNAMED, Ended.GREEN, (), (TOTAL,), "warning"),
        (UNNAMED, Ended.ASSERTION, (REFUND,), (REFUND,), "warning"),
        (UNNAMED, Ended.COLLECTION, (), (REFUND,), "warning"),
        (NAMED, Ended.GREEN, (REFUND, TOTAL), (TOTAL,), "error"),
        (NAMED, Ended.GREEN, (REFUND, TOTAL), (REFUND,), "warning"),
        (NAMED, Ended.ASSERTION, (REFUND,), (TOTAL,), "warning"),
    ],
)
def test_levels(
    title: str, ended: Ended, mine: tuple[Entered, ...], others: tuple[Entered, ...] | None, level: str
) -> None:
    assert said(title, ended, *mine, others=others).level == level


def test_what_nobody_runs_is_named() -> None:
    found = said(UNNAMED, Ended.GREEN, REFUND, TOTAL, others=())
    assert found.message.endswith(" Of all tests, only it would run `total`, `refund`.")


def test_a_test_that_cannot_be_imported_proves_nothing() -> None:
    found = said(UNNAMED, Ended.COLLECTION, others=(), reason="ImportError: no refund")
    assert found.evidence["proof"] == (
        "the deleted test cannot be imported on the new code, which proves nothing: ImportError: no refund"
    )
