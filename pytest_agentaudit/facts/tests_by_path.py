"""Which files of a tree's tests a path or module name means: looked up when product code uses one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from pytest_agentaudit.change.model import TESTS, FileRole, Tree
from pytest_agentaudit.facts.on_demand import OnDemand
from pytest_agentaudit.facts.tree_texts import RoleOf


class TestPaths(OnDemand[frozenset[str]]):
    """The end of a path ("tests/expected.json", "tests/helpers" for a module or folder) -> the test files it means.

    Only names are read; a file's role is asked where its name fits.
    """

    __test__ = False

    def __init__(self, tree: Tree, role_of: RoleOf) -> None:
        self._tree, self._role_of = tree, role_of

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        """Paths by each of their parts, the suffix of a module left out."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._tree.entries()):
            for part in set(path.split("/")):
                found[part.removesuffix(".py")].append(path)
        return found

    def __getitem__(self, ending: str) -> frozenset[str]:
        """The test files at this path, or below it; none where nothing fits."""
        parts = ending.removesuffix(".py")
        candidates = self._by_name.get(parts.rpartition("/")[2], [])
        fitting = (path for path in candidates if f"/{parts}/" in f"/{path.removesuffix('.py')}/")
        return frozenset(path for path in fitting if self._is_test(path))

    def _is_test(self, path: str) -> bool:
        role = self._role_of(path, self._tree.read(path) or b"")
        return role in TESTS or (role is FileRole.OTHER and "/tests/" in f"/{path}")

    def __contains__(self, ending: object) -> bool:
        return isinstance(ending, str) and bool(self[ending])
