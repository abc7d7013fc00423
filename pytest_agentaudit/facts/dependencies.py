"""What a change's two trees declare as dependencies, and which modules they import: looked up when a rule asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from importlib import import_module

from msgspec import Struct, field

from pytest_agentaudit.change.model import PRODUCT, TESTS, FilePair, FileRole, MemoryTree, Side, Tree
from pytest_agentaudit.facts.declarations import Manifest, Purpose, Requirement, is_manifest
from pytest_agentaudit.facts.distributions import normalised, provides
from pytest_agentaudit.facts.tree_texts import python_sides

RoleOf = Callable[[str, bytes], FileRole]
_LOCKS = frozenset({"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"})
_CODE = (".py", ".pyi", ".pyx", ".so", ".pyd")


def _no_role(_path: str, _content: bytes) -> FileRole:
    return FileRole.OTHER


class Declared(Struct, frozen=True, dict=True):
    """One tree's manifests and modules."""

    tree: Tree = field(default_factory=lambda: MemoryTree({}))
    role_of: RoleOf = _no_role

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every file that declares dependencies, by path."""
        room = import_module("pytest_agentaudit.facts.manifests")
        paths = sorted(path for path in self.tree.entries() if is_manifest(path))
        return tuple(room.read_manifest(self.tree, path) for path in paths)

    def declared(self, path: str) -> tuple[Requirement, ...]:
        """The dependencies that are declared for the code at `path`, at its folder or above."""
        return tuple(it for manifest in self._around(path) for it in manifest.requirements)

    def own_names(self, path: str) -> frozenset[str]:
        """What the projects around `path` call themselves."""
        return frozenset(name for manifest in self._around(path) for name in manifest.names)

    def _around(self, path: str) -> Iterator[Manifest]:
        return (it for it in self.manifests if not it.folder or path.startswith(f"{it.folder}/"))

    @cached_property
    def modules(self) -> frozenset[str]:
        """Names that an import finds in this tree: modules and packages in folders that are no packages themselves."""
        paths = self.tree.entries()
        packages = {path.rpartition("/")[0] for path in paths if path.endswith("/__init__.py")}
        found, known = set[str](), set[str]()
        for path in paths:
            if path.endswith(_CODE):
                folder, _, name = path.rpartition("/")
                if folder not in packages:
                    found.add(name.partition(".")[0])
                while folder and folder not in known:
                    known.add(folder)
                    folder, _, name = folder.rpartition("/")
                    if folder not in packages:
                        found.add(name)
        return frozenset(found)

    def importers(self, root: str, *, tests: bool, top: bool = False) -> tuple[tuple[str, int], ...]:
        """Where this tree's product code (or its tests) imports a module: paths and lines. With `top`, only where the
        import stands at the very left, so that it has to succeed.
        """
        return tuple(self._importers(python_sides(self.tree), root, tests=tests, top=top))

    def is_imported_beside(self, root: str, path: str, *, tests: bool) -> bool:
        """Whether such code imports a module in the folder of `path`: asked before the whole tree is read."""
        return any(True for _ in self._importers(python_sides(self.tree, path), root, tests=tests))

    def _importers(
        self, sides: Iterable[Side], root: str, *, tests: bool, top: bool = False
    ) -> Iterator[tuple[str, int]]:
        word, indent = root.encode(), b"" if top else rb"[ \t]*"
        pattern = re.compile(
            rb"^" + indent + rb"(?:from|import)[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*" + word + rb"\b", re.MULTILINE
        )
        for side in sides:
            match = pattern.search(side.content) if word in side.content else None
            if match and self.role_of(side.path, side.content) in (TESTS if tests else PRODUCT):
                yield side.path, side.content.count(b"\n", 0, match.start()) + 1

    def locked_for(self, module: str, path: str) -> str:
        """The lock file around the code at `path` that holds a package which may provide a module, or ""."""
        for lock, names in self._locked:
            if path.startswith(lock[: lock.rfind("/") + 1]) and any(provides(name, module) for name in names):
                return lock
        return ""

    @cached_property
    def _locked(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The lock files with the names that they hold."""
        paths = [path for path in sorted(self.tree.entries()) if path.rpartition("/")[2] in _LOCKS]
        pattern = re.compile(r'^name = "([\w.-]+)"', re.MULTILINE)
        texts = ((path, (self.tree.read(path) or b"").decode("utf-8", "replace")) for path in paths)
        return tuple((path, tuple(map(normalised, pattern.findall(text)))) for path, text in texts)


class Dependencies(Struct, frozen=True, dict=True):
    """The dependencies of both sides of a change. `changed` are the paths of changed files, of either side."""

    old: Declared = field(default_factory=Declared)
    new: Declared = field(default_factory=Declared)
    changed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, old: Tree, new: Tree, role_of: RoleOf, changed: Iterable[FilePair]) -> Dependencies:
        """Those of two trees that differ in these files."""
        paths = frozenset(side.path for pair in changed for side in (pair.old, pair.new) if side)
        return cls(Declared(old, role_of), Declared(new, role_of), paths)

    @cached_property
    def manifests_changed(self) -> bool:
        """Whether the change touched a file that declares dependencies."""
        return any(map(is_manifest, self.changed))

    def gave_up(self, module: str) -> bool:
        """Whether the change gave a package up: base's code requires what provides this module, head's code neither
        requires nor loads it.
        """
        return (
            self._is_required(self.old, module)
            and not self._is_required(self.new, module)
            and not self.new.importers(module, tests=False, top=True)
        )

    def _is_required(self, side: Declared, module: str) -> bool:
        declared = (it for path in self.changed for it in side.declared(path))
        return any(it.purpose is Purpose.RUNTIME and not it.locked and provides(it.name, module) for it in declared)

    def _is_beside(self, root: str, path: str) -> bool:
        """Whether another module stands in a folder around the file, be it a package: programs put theirs on the
        path. A package below another is not what is imported, nor is a file by itself.
        """
        parts = path.split("/")[:-1]
        folders = ("".join(f"{part}/" for part in parts[:count]) for count in range(len(parts) + 1))
        paths = self.new.tree.entries()
        return any(f"{it}{root}.py" in paths and f"{it}{root}.py" != path for it in folders)

    def is_own(self, root: str, path: str) -> bool:
        """Whether a module is the repository's, of either side, or named as the project itself."""
        if root in self.new.modules or root in self.old.modules or self._is_beside(root, path):
            return True
        same = re.sub(r"[-_.]", "", root).lower()
        return any(re.sub(r"[-_.]", "", name).lower() == same for name in self.new.own_names(path))
