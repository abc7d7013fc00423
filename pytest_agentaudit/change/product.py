"""The product's Python files at head, changed or not: where the functions stand that tests may run."""

from __future__ import annotations

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import CODE, TESTS, Change, FileRole
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.policy.model import Policy


def product_paths(change: Change, policy: Policy) -> tuple[str, ...]:
    """Their paths, in order, by the base's roles."""
    roles = RoleMap.derive(change.old, policy)
    paths = (path for path in listing(change.new).python if path.endswith(".py"))
    return tuple(path for path in paths if roles.role(path) in CODE)


def alters_tests(change: Change) -> bool:
    """Whether the change may have altered what the base had of tests: it took lines of theirs away, put others in their
    place, or came near them with a conftest.
    """
    return any(pair.removed or pair.role is FileRole.CONFTEST for pair in change.pairs if pair.role in TESTS)
