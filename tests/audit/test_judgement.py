"""A rule that breaks: a defect is said aloud, a library that the audited project itself is makes it unable to judge."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_agentaudit.audit.judgement import Judgement
from pytest_agentaudit.audit.stages import Clock
from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.facts.means import Means
from pytest_agentaudit.model import Level
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.rules.stub import Stub


def judged(base: Mapping[str, str]) -> Judgement:
    change = from_trees(MemoryTree(base), MemoryTree({**base, "more.py": "x = 1\n"}))
    made = Judgement(change, Policy(), means=Means(), clock=Clock(), root="")
    made.prepare()
    return made


@pytest.fixture(autouse=True)
def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(_rule: Stub, _audit: object) -> None:
        raise ModuleNotFoundError("No module named 'packaging'", name="packaging.specifiers")

    monkeypatch.setattr(Stub, "check", check)


def test_a_library_that_is_the_audited_project_is_not_judged_by() -> None:
    found = judged({"src/packaging/__init__.py": ""})
    assert [(it.rule, "packaging.specifiers" in it.reason) for it in found.not_judged] == [("stub", True)]
    assert not found.findings


def test_a_library_that_is_missing_for_another_reason_is_a_finding() -> None:
    found = judged({"src/shop/__init__.py": ""})
    assert [(it.rule, it.level) for it in found.findings] == [("unreadable-file", Level.ERROR)]
    assert "No module named 'packaging'" in found.findings[0].message
