"""Asserting functions in other files: imported helpers, methods of base classes, fixtures of conftest.py."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import Tree
from pytest_agentaudit.facts.decoding import decode
from pytest_agentaudit.facts.met_files import PROJECT_FILES, MetFiles
from pytest_agentaudit.facts.modules import Module
from pytest_agentaudit.facts.parse import Parsed, parse
from pytest_agentaudit.facts.scope import Helper, HelperLookup
from pytest_agentaudit.facts.source_names import ASSERTING_NAME
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.places import folders_of

__all__ = ["Helper", "HelperLookup", "TreeHelpers"]

DEEPEST = 4
"""How many files a chain of helpers is followed through."""

LARGEST = 400_000
"""Bytes above which a file is not read for the sake of a helper."""


TEST_PATH = regex(
    r"(^|[/_])(tests?|testing|specs?|conftest|fixtures?|helpers?|support|testlib|testutils?|testcase|asserts?|checks?)([/_.]|$)"
)
"""Paths of test code and of what supports it."""


class TreeHelpers:
    """Finds helpers in a tree, reading each file at most once and only when a test calls into it."""

    def __init__(self, tree: Tree, read: dict[bytes, Parsed] | None = None, files: MetFiles | None = None) -> None:
        """`read` holds what was parsed already: most files of two trees are the same. `files` reads them."""
        self._tree = tree
        self.files = files or MetFiles(tree)
        self._read: dict[bytes, Parsed] = {} if read is None else read
        self._modules: dict[str, Module | None] = {}
        self._paths: dict[str, str] = {}
        self._known: dict[tuple[str, bool], Sequence[tuple[str, str]]] = {}
        self._depth = 0

    def _module(self, path: str) -> Module | None:
        if path not in self._modules:
            content = self.files.read(path)
            readable = content is not None and len(content) <= LARGEST
            self._modules[path] = Module(self._parsed(content), path, self) if content and readable else None
        return self._modules[path]

    def _parsed(self, content: bytes) -> Parsed:
        if content not in self._read:
            self._read[content] = parse(decode(content).text)
        return self._read[content]

    def _path_of(self, dotted: str) -> str:
        """The file of a dotted module name, "" where the tree has none. Any folder may be on the import path."""
        if dotted not in self._paths:
            self._paths[dotted] = self._found(dotted)
        return self._paths[dotted]

    def _found(self, dotted: str) -> str:
        return next(iter(listing(self._tree).modules(dotted.replace(".", "/"))), "")

    def is_first_party(self, module: str, near: str = "") -> bool:
        """Whether the tree holds this module; with `near`, a path, in the project that the file belongs to."""
        if not module or module.partition(".")[0] in sys.stdlib_module_names:
            return False
        whole = module.replace(".", "/")
        return any(
            path.removesuffix(f"{whole}.py").removesuffix(f"{whole}/__init__.py") in self._roots
            and path.startswith(self._project_of(near))
            for path in listing(self._tree).modules(whole)
        )

    @cached_property
    def _projects(self) -> frozenset[str]:
        """Folders of projects, with a trailing "/"; the root ("") is always one."""
        folders = {path.rpartition("/")[0] for path in self._tree.entries() if path.endswith(PROJECT_FILES)}
        return frozenset({f"{folder}/" if folder else "" for folder in folders} | {""})

    def _project_of(self, path: str) -> str:
        """The folder of the innermost project that holds a path."""
        return max((it for it in self._projects if path.startswith(it)), key=len)

    @cached_property
    def _roots(self) -> frozenset[str]:
        """Folders, with a trailing "/", that a project's packages stand in."""
        return frozenset(f"{folder}{inner}" for folder in self._projects for inner in ("", "src/", "lib/", "python/"))

    def function(self, origin: str, *, product: bool = False) -> Helper | None:
        """The function at a dotted origin; None where the tree does not hold it, or holds it too far away.

        Product code is read only where the function's name says that it checks, or `product` asks for it: an
        `assert` in it is no demand of a test.
        """
        if self._depth >= DEEPEST:
            return None
        for path, name in self._places(origin, product=product):
            module = self._module(path)
            if module is None:
                continue
            self._depth += 1
            try:
                return module.function(name)
            finally:
                self._depth -= 1
        return None

    def _places(self, origin: str, *, product: bool) -> Sequence[tuple[str, str]]:
        """The files that may hold the function at a dotted origin, with its name in them, the innermost first."""
        key = origin, product
        if key not in self._known:
            parts = origin.split(".")
            product = product or bool(ASSERTING_NAME.fullmatch(parts[-1]))
            found = (
                (self._path_of(".".join(parts[:cut])), ".".join(parts[cut:])) for cut in range(len(parts) - 1, 0, -1)
            )
            self._known[key] = [it for it in found if it[0] and (product or TEST_PATH.search(it[0]))]
        return self._known[key]

    def fixture(self, name: str, path: str) -> Helper | None:
        """The fixture of the nearest conftest.py above `path`."""
        for folder in folders_of(path):
            conftest = f"{folder}/conftest.py" if folder else "conftest.py"
            module = self._module(conftest) if conftest != path else None
            span = module.fixtures.get(name) if module else None
            if module and span:
                return module.helper_at(span)
        return None
