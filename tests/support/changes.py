"""Changes written out as texts, collected and paired, without git."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.delta import Delta, TestPair
from pytest_agentaudit.policy.model import Policy

TESTS = "tests/test_shop.py"
PRODUCT = "def total(items):\n    return sum(items)\n\n\ndef refund(order):\n    return -order\n"


def delta_of(before: Mapping[str, str], after: Mapping[str, str]) -> Delta:
    """The facts of a change."""
    old, new = MemoryTree(before), MemoryTree(after)
    return collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)


def changed_tests(before: str, after: str, product: tuple[str, str] = (PRODUCT, PRODUCT)) -> Delta:
    """The facts of a change of one test file beside a product file."""
    old, new = ({"shop.py": code, TESTS: text} for code, text in zip(product, (before, after), strict=True))
    return delta_of(old, new)


def pair_of(before: str, after: str) -> TestPair:
    """The one test of a test file that changed."""
    (found,) = changed_tests(before, after).tests
    return found
