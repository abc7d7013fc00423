"""Every hand-made weakening is found, and no refactor is more than a note: without a run, by all rules at once.

What only a run can tell is marked in the case, and tried by `python -m benchmarks.weakenings` as all of them are.
"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.model import Finding, Level, Needs
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.rules import Audit, builtin_rules
from tests.weakenings.case import Beside, Case
from tests.weakenings.refactored import REFACTORS
from tests.weakenings.weaker import WEAKENINGS

STATIC = tuple(rule for rule in builtin_rules() if Needs.STATIC in rule.needs)


def each(cases: tuple[Case, ...]) -> list[object]:
    return [
        pytest.param(case, beside, id=f"{case.title}, beside {beside}") for case in cases for beside in case.besides
    ]


def found(case: Case, beside: Beside) -> list[str]:
    """What the static rules say above a note."""
    old, new = MemoryTree(case.before()), MemoryTree(case.after(beside))
    change = from_trees(old, new, messages=())
    audit = Audit(change, collect(change, RoleMap.derive(old, Policy()).role))
    said = (it for rule in STATIC for it in rule().check(replace(audit, options=rule.options)))
    return [f"{it.rule}: {it.message}" for it in said if isinstance(it, Finding) and it.level is not Level.NOTE]


@pytest.mark.parametrize(("case", "beside"), each(WEAKENINGS))
def test_weakening(case: Case, beside: Beside) -> None:
    assert bool(found(case, beside)) is (beside not in case.unseen)


@pytest.mark.parametrize(("case", "beside"), each(REFACTORS))
def test_refactor(case: Case, beside: Beside) -> None:
    assert found(case, beside) == []
