"""Which names the product of a tree defines: asked when a test is gone, to know whether its subject went too."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, FileRole, Tree

_DEFINED = re.compile(rb"^[ \t]*(?:async[ \t]+def|def|class)[ \t]+([^\W\d]\w*)", re.MULTILINE)


class Defined(Mapping[str, frozenset[str]]):
    """Bare name -> the tree's product files that define a function or class of that name. Reads them once, when asked.

    Every name has an answer: no file, where nobody defines it. Names are read by their first words on a line, so one in
    a long string counts too: the answer errs on the side of "still there".
    """

    def __init__(self, tree: Tree, role_of: Callable[[str, bytes], FileRole]) -> None:
        self._tree, self._role_of = tree, role_of

    @cached_property
    def _paths(self) -> dict[str, frozenset[str]]:
        paths: dict[str, set[str]] = defaultdict(set)
        for path, entry in sorted(self._tree.entries().items()):
            if not path.endswith((".py", ".pyi")) or entry.mode in {SYMLINK, SUBMODULE}:
                continue
            content = self._tree.read(path)
            if content is None or self._role_of(path, content) is not FileRole.PRODUCT:
                continue
            for name in _DEFINED.findall(content):
                paths[name.decode(errors="replace")].add(path)
        return {name: frozenset(found) for name, found in paths.items()}

    def __getitem__(self, name: str) -> frozenset[str]:
        """The files that define it."""
        return self._paths.get(name, frozenset())

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
