"""covered_by(): how many tests every mutant of a function meets."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.mutated import FIRST_SECONDS, covered_by
from pytest_agentaudit.model import Outcome, TestOutcome
from pytest_agentaudit.proof import FIRST_TESTS


@pytest.mark.parametrize(
    ("seconds", "first"),
    [
        ([0.0] * 9, FIRST_TESTS),
        ([0.0, 0.0], 2),
        ([FIRST_SECONDS * 2] * 9, 1),
        ([FIRST_SECONDS * 0.75] * 9, 2),
        ([0.0, FIRST_SECONDS * 2, 0.0, 0.0], 2),
    ],
    ids=["quick ones", "few", "slow ones", "until it takes time", "a slow one behind a quick one"],
)
def test_how_many_tests_come_first(seconds: list[float], first: int) -> None:
    tests = [
        TestOutcome(f"test_a.py::test_{number}", "test_a.py", 1, f"test_{number}", Outcome.PASSED, took)
        for number, took in enumerate(seconds)
    ]
    covering = covered_by(tests, "a.py", "total", 3)
    assert covering.first == first
    assert covering.tests == tuple(it.node_id for it in tests)
