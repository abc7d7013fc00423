"""A result that is new: committed, or left in the work tree by a run."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.model import Finding
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.rules import Audit
from pytest_agentaudit.rules.tampered_coverage import TamperedCoverage


@pytest.mark.parametrize(("head", "count"), [("c0ffee", 1), ("", 0)])
def test_a_new_result(head: str, count: int) -> None:
    old, new = MemoryTree({"a.py": "A = 1\n"}), MemoryTree({"a.py": "A = 1\n", "coverage.xml": "<coverage/>\n"})
    change = from_trees(old, new, head=head)
    audit = Audit(change, collect(change, RoleMap.derive(old, Policy()).role))
    found = [said for said in TamperedCoverage().check(audit) if isinstance(said, Finding)]
    assert [it.location.path for it in found] == ["coverage.xml"] * count
