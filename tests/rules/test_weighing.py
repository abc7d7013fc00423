"""What the base's tests on head's code make of what a rule says."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pytest_agentaudit.model import Evidence, Finding, Outcome, TestOutcome
from pytest_agentaudit.proof import Ended, Proofs, TestEnd, TrialKind, TrialReport
from pytest_agentaudit.rules import Rule
from pytest_agentaudit.rules.changed_expectation import ChangedExpectation
from pytest_agentaudit.rules.narrowed_cases import NarrowedCases
from pytest_agentaudit.rules.patched_subject import PatchedSubject
from pytest_agentaudit.rules.weakened_assertion import WeakenedAssertion
from pytest_agentaudit.testing import findings

OLD, AGAIN, BASE = TrialKind.OLD_TESTS, TrialKind.OLD_AGAIN, TrialKind.BASE
HOLDS = {OLD: Ended.GREEN}
FAILS = {OLD: Ended.ASSERTION, AGAIN: Ended.ASSERTION, BASE: Ended.GREEN}


def said(rule: type[Rule], title: str, ends: dict[TrialKind, Ended]) -> list[Finding]:
    """The findings of a rule's own example, where trials of its tests ended so."""
    (example,) = (it for it in rule.examples if it.title == title)
    tests = {(it.location.path, it.location.symbol) for it in findings(rule, example)}
    reports = (
        TrialReport(kind, tuple(TestEnd(*test, end, "assert 4 == 5") for test in sorted(tests)))
        for kind, end in ends.items()
    )
    return findings(rule, replace(example, proofs=Proofs(tuple(reports))))


TOGETHER = "the product changed with it"


@pytest.mark.parametrize(
    ("ends", "level", "proof"),
    [
        (HOLDS, "warning", "the base's version of the test still passes on the new code"),
        (FAILS, "error", "the base's version of the test fails on the new code: assert 4 == 5"),
        ({**FAILS, AGAIN: Ended.GREEN}, "warning", ""),
        ({**FAILS, BASE: Ended.ASSERTION}, "warning", ""),
        ({OLD: Ended.CRASH}, "warning", ""),
        ({OLD: Ended.COLLECTION}, "warning", ""),
        ({}, "warning", ""),
    ],
)
def test_a_weaker_demand(ends: dict[TrialKind, Ended], level: str, proof: str) -> None:
    (found,) = said(WeakenedAssertion, TOGETHER, ends)
    assert (found.level, found.evidence.get("proof", "")) == (level, proof)


def gone(fates: dict[TrialKind, Ended]) -> set[str]:
    """The levels of demands with nothing in their place, which are warnings without a trial."""
    titles = [it.title for it in WeakenedAssertion.examples if it.expect and it.expect[0].endswith("warning")]
    found = [it for title in titles for it in said(WeakenedAssertion, title, fates)]
    return {it.level for it in found if it.evidence["head"] == "(nothing)"}


def test_a_demand_that_went() -> None:
    assert gone({}) == gone(FAILS) == {"warning"}  # it may have gone with its contract
    assert gone(HOLDS) == {"note"}


def test_another_expectation_stays_what_it_is() -> None:
    (found,) = said(ChangedExpectation, TOGETHER, FAILS)
    assert (found.level, "fails on the new code" in found.evidence["proof"]) == ("note", True)


def test_cases_that_went() -> None:
    (title,) = [it.title for it in NarrowedCases.examples if it.expect and it.expect[0].endswith("warning")][:1]
    assert [it.level for it in said(NarrowedCases, title, FAILS)] == ["warning"]
    assert [it.level for it in said(NarrowedCases, title, HOLDS)] == ["note"]


@pytest.mark.parametrize(
    ("title", "ends", "level"),
    [
        ("for all files, what the change altered", HOLDS, "warning"),
        ("for all files, what the change altered", FAILS, "error"),
        ("for all files, what the change altered", {OLD: Ended.CRASH}, "warning"),
    ],
)
def test_what_is_replaced_for_all_tests(title: str, ends: dict[TrialKind, Ended], level: str) -> None:
    (example,) = (it for it in PatchedSubject.examples if it.title == title)
    ran = TestOutcome("tests/test_pricing.py::test_order", "tests/test_pricing.py", 4, "test_order", Outcome.PASSED)
    reports = (TrialReport(kind, (TestEnd(ran.path, ran.function, end),)) for kind, end in ends.items())
    evidence = Evidence((ran,), partial="-k")
    (found,) = findings(PatchedSubject, replace(example, evidence=evidence, proofs=Proofs(tuple(reports))))
    assert found.level == level


@pytest.mark.parametrize(("served", "level"), [(True, "note"), (False, "warning")])
def test_data_that_no_test_opened_proves_nothing(*, served: bool, level: str) -> None:
    (title,) = [it.title for it in NarrowedCases.examples if it.expect and it.expect[0].endswith("warning")][:1]
    (example,) = (it for it in NarrowedCases.examples if it.title == title)
    tests = [(it.location.path, it.location.symbol) for it in findings(NarrowedCases, example)]
    data = ("tests/data/rows.json",)
    report = TrialReport(OLD, tuple(TestEnd(*it, Ended.GREEN) for it in tests), data, data if served else ())
    assert [it.level for it in findings(NarrowedCases, replace(example, proofs=Proofs((report,))))] == [level]
