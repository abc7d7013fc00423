"""What the base's tests on head's code make of what a rule says."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pytest_agentaudit.model import Finding
from pytest_agentaudit.proof import Fate, Proofs, TestFate, TrialKind, TrialReport
from pytest_agentaudit.rules import Rule
from pytest_agentaudit.rules.changed_expectation import ChangedExpectation
from pytest_agentaudit.rules.narrowed_cases import NarrowedCases
from pytest_agentaudit.rules.weakened_assertion import WeakenedAssertion
from tests.rules.test_examples import findings

OLD, AGAIN, BASE = TrialKind.OLD_TESTS, TrialKind.OLD_AGAIN, TrialKind.BASE
HOLDS = {OLD: Fate.GREEN}
FAILS = {OLD: Fate.ASSERTION, AGAIN: Fate.ASSERTION, BASE: Fate.GREEN}


def said(rule: type[Rule], title: str, fates: dict[TrialKind, Fate]) -> list[Finding]:
    """The findings of a rule's own example, where trials of its tests ended so."""
    (example,) = (it for it in rule.examples if it.title == title)
    tests = {(it.location.path, it.location.symbol) for it in findings(rule, example)}
    reports = (
        TrialReport(kind, tuple(TestFate(*test, fate, "assert 4 == 5") for test in sorted(tests)))
        for kind, fate in fates.items()
    )
    return findings(rule, replace(example, proofs=Proofs(tuple(reports))))


TOGETHER = "the product changed with it"


@pytest.mark.parametrize(
    ("fates", "level", "proof"),
    [
        (HOLDS, "note", "the base's version of the test passes on the new code"),
        (FAILS, "error", "the base's version of the test fails on the new code: assert 4 == 5"),
        ({**FAILS, AGAIN: Fate.GREEN}, "warning", ""),
        ({**FAILS, BASE: Fate.ASSERTION}, "warning", ""),
        ({OLD: Fate.CRASH}, "warning", ""),
        ({OLD: Fate.COLLECTION}, "warning", ""),
        ({}, "warning", ""),
    ],
)
def test_a_weaker_demand(fates: dict[TrialKind, Fate], level: str, proof: str) -> None:
    (found,) = said(WeakenedAssertion, TOGETHER, fates)
    assert (found.level, found.evidence.get("proof", "")) == (level, proof)


def test_a_demand_that_went_with_its_contract() -> None:
    titles = [it.title for it in WeakenedAssertion.examples if it.expect and it.expect[0].endswith("warning")]
    gone = [found for title in titles for found in said(WeakenedAssertion, title, FAILS)]
    gone = [it for it in gone if it.evidence["head"] == "(nothing)"]
    assert gone
    assert {it.level for it in gone} == {"warning"}


def test_another_expectation_stays_what_it_is() -> None:
    (found,) = said(ChangedExpectation, TOGETHER, FAILS)
    assert (found.level, "fails on the new code" in found.evidence["proof"]) == ("note", True)


def test_cases_that_went() -> None:
    (title,) = [it.title for it in NarrowedCases.examples if it.expect and it.expect[0].endswith("warning")][:1]
    assert [it.level for it in said(NarrowedCases, title, FAILS)] == ["warning"]
    assert [it.level for it in said(NarrowedCases, title, HOLDS)] == ["note"]
