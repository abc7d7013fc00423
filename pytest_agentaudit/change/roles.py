"""What each file is for: by the policy, pytest's settings, packaging metadata and the names that people use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_agentaudit.change import names
from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import Entry, FileRole, Tree
from pytest_agentaudit.change.project import Project, is_project, read_project, under
from pytest_agentaudit.policy.model import Policy, inside
from pytest_agentaudit.policy.patterns import specification

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

HEAD = 1500
"""Bytes at a file's beginning that are searched for the mark of generated code."""
BY_NAME = (
    (names.DOCS_FILES, FileRole.DOCS),
    (names.CONFIG_FILES, FileRole.CONFIG),
    (names.GENERATED_FILES, FileRole.GENERATED),
)


class _Said(Struct, frozen=True):
    """What a policy says of roles: patterns of each, and of the product's files (None: nothing)."""

    roles: tuple[tuple[FileRole, GitIgnoreSpec], ...]
    source: GitIgnoreSpec | None

    @classmethod
    def by(cls, policy: Policy) -> _Said:
        """What this one says."""
        roles = tuple((FileRole(role), specification(lines)) for role, lines in policy.roles.items())
        return cls(roles, specification(policy.source) if policy.source else None)

    def is_source(self, path: str) -> bool | None:
        """Whether a file is product code; None where the policy leaves that open."""
        return None if self.source is None else self.source.match_file(path)


class RoleMap:
    """Roles as one tree sees them: the base's, so that a change does not decide how it is judged itself."""

    def __init__(self, tree: Tree, policy: Policy) -> None:
        self._tree = tree
        self._policy = policy
        self._said: dict[str, _Said] = {}
        self._projects: dict[str, Project] = {}
        self._collecting: dict[str, bool] = {}

    @classmethod
    def derive(cls, tree: Tree, policy: Policy) -> RoleMap:
        """The roles of a tree's files, and of files that a change adds to it."""
        return cls(tree, policy)

    def role(self, path: str, content: bytes | None = None) -> FileRole:
        """The role of the file at `path`. `content` tells generated code and scripts without a suffix.

        A mark of generated code counts only in a file that the tree has: a new file is not believed.
        """
        folder, policy = self._policy.governing(path)
        said = self._said.get(folder) or self._said.setdefault(folder, _Said.by(policy))
        inner = inside(folder, path)
        for role, spec in said.roles:
            if spec.match_file(inner):
                return role
        *folders, name = path.split("/")
        by_names = self._by_names(path, folders, name, content)
        return by_names or self._by_place(path, folders, name, content or b"", source=said.is_source(inner))

    @cached_property
    def _files(self) -> Mapping[str, Entry]:
        return self._tree.entries()

    def _read(self, path: str) -> bytes | None:
        return self._tree.read(path) if path in self._files else None

    def _project(self, path: str) -> Project:
        """The nearest project around a file, or the whole repository."""
        folder = path.rpartition("/")[0]
        if folder not in self._projects:
            if not folder or is_project(folder, self._read):
                self._projects[folder] = read_project(folder, self._read, listing(self._tree))
            else:
                self._projects[folder] = self._project(folder)
        return self._projects[folder]

    def _by_names(self, path: str, folders: list[str], name: str, content: bytes | None) -> FileRole | None:
        """The role of a file whose name, or whose folders' names, tell it by themselves."""
        if name == "conftest.py":
            return FileRole.CONFTEST
        ci = names.CI_FOLDERS.intersection(folders[:1]) or names.CI_FILES.fullmatch(name)
        if ci and not names.DOCS_FILES.fullmatch(name):
            return FileRole.CI
        if self._is_test(path, folders, name, content):
            return FileRole.TEST
        if any(names.GENERATED_FOLDERS.fullmatch(folder) for folder in folders) or self._is_foreign(folders):
            return FileRole.GENERATED
        return next((role for pattern, role in BY_NAME if pattern.fullmatch(name)), None)

    def _by_place(self, path: str, folders: list[str], name: str, content: bytes, *, source: bool | None) -> FileRole:
        """The role of code and data, by what the project ships, or `source`: what the policy says to be product."""
        if path in self._files and _is_marked(content):
            return FileRole.GENERATED
        project = self._project(path)
        aside = _aside(folders, project.depth)
        if source is not None:
            if source:
                return FileRole.PRODUCT
        elif project.ships(path) and not _is_beside(project.folder):
            return FileRole.PRODUCT
        elif aside is None and names.PYTHON_FILES.fullmatch(name) and not names.SCRIPT_FILES.fullmatch(name):
            at_top = path.rpartition("/")[0] == project.folder
            rest = project.complete or (at_top and project.found)
            return FileRole.SCRIPT if rest else FileRole.PRODUCT
        code = names.PYTHON_FILES.fullmatch(name) or names.SCRIPT_FILES.fullmatch(name) or content.startswith(b"#!")
        return aside or (FileRole.SCRIPT if code else FileRole.OTHER)

    def _is_foreign(self, folders: list[str]) -> bool:
        """Whether a folder of other people's code holds the file: one that the tree has already."""
        for depth, folder in enumerate(folders, 1):
            if folder in names.FOREIGN_FOLDERS:
                return listing(self._tree).has_folder("/".join(folders[:depth]))
        return False

    def _is_test(self, path: str, folders: list[str], name: str, content: bytes | None) -> bool:
        home = next((depth for depth, folder in enumerate(folders, 1) if names.TEST_FOLDERS.fullmatch(folder)), 0)
        if home:  # settings at the top of a folder of tests are settings, further down they are input
            return "__pycache__" not in folders and (home < len(folders) or not names.PYTEST_FILES.fullmatch(name))
        project = self._project(path)
        covered = [place for place in project.testpaths if under(path, place)]
        if any(self._holds_tests(path, place, project) for place in covered):
            return not names.PYTEST_FILES.fullmatch(name)
        aside = _aside(folders, project.depth)
        if aside is not FileRole.DOCS and self._supports(folders, project):
            return True
        if not (project.collects(path) or name == "tests.py"):
            return False
        if not project.ships(path):
            return aside is None or not project.testpaths or bool(covered)
        return (bool(covered) or not project.testpaths) and self._has_tests(path, content)

    def _has_tests(self, path: str, content: bytes | None) -> bool:
        code = content if content is not None else self._read(path)
        return names.TEST_CODE.search(code or b"") is not None

    def _holds_tests(self, path: str, place: str, project: Project) -> bool:
        """Whether one of pytest's test paths makes this a file of tests, rather than product code with doctests."""
        last = place.rpartition("/")[2]
        if names.TEST_FOLDERS.fullmatch(last) or last in names.SUPPORT_FOLDERS:
            return True
        if not place or project.overlaps(place) or not path.endswith(".py"):
            return False
        held = (place, *listing(self._tree).below(place))
        code = [other for other in held if other.endswith(".py") and other in self._files]
        return 3 * sum(project.collects(other) for other in code) >= len(code)

    def _supports(self, folders: list[str], project: Project) -> bool:
        """Whether a folder named `test` or `testing` is one of tests: always outside a package; inside one, where
        pytest would find tests in it.
        """
        depth = next((depth for depth, folder in enumerate(folders, 1) if folder in names.SUPPORT_FOLDERS), 0)
        if not depth:
            return False
        place = "/".join(folders[:depth])
        above = ["/".join(folders[:upper]) for upper in range(1, depth)]
        if not project.ships(place) and not any(f"{folder}/__init__.py" in self._files for folder in above):
            return True
        if place not in self._collecting:
            inside = (path for path in listing(self._tree).below(place) if project.collects(path))
            own = (path for path in inside if not _in_test_folder(path[len(place) + 1 :]))
            self._collecting[place] = any(self._has_tests(path, None) for path in own)
        return self._collecting[place]


def _in_test_folder(path: str) -> bool:
    return any(names.TEST_FOLDERS.fullmatch(folder) for folder in path.split("/")[:-1])


def _aside(folders: list[str], top: int) -> FileRole | None:
    """The role of what stands aside from a project's code: docs, or code that is run by hand."""
    place = folders[top : top + 1]
    if names.DOCS_FOLDERS.intersection(place) or names.DOCS_FOLDERS.intersection(folders[:1]):
        return FileRole.DOCS
    if names.CONFIG_FOLDERS.intersection(folders[:1]):
        return FileRole.CONFIG
    hidden = any(folder.startswith(".") for folder in folders)
    if hidden or names.SCRIPT_FOLDERS.intersection(place) or names.DEMO_FOLDERS.intersection(folders[: top + 1]):
        return FileRole.SCRIPT
    return None


def _is_beside(folder: str) -> bool:
    """Whether a project's folder is one of demos or docs."""
    parts = folder.split("/")
    return parts[0] in names.DOCS_PROJECTS or not names.DEMO_FOLDERS.isdisjoint(parts)


def _is_marked(content: bytes) -> bool:
    """Whether the comments at the head of a file say that a program wrote it."""
    head = content[:HEAD].split(b"\n")
    comments = takewhile(lambda line: not line.strip() or line.lstrip().startswith(names.COMMENTS), head)
    return any(names.GENERATED_MARK.search(line) for line in comments if names.may_be_generated(line))
