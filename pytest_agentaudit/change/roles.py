"""What each file is for: by the policy, pytest's settings, packaging metadata and the names that people use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import takewhile

from pathspec import GitIgnoreSpec

from pytest_agentaudit.change import names
from pytest_agentaudit.change.model import Entry, FileRole, Tree
from pytest_agentaudit.change.project import Project, is_project, read_project, under
from pytest_agentaudit.policy.model import Policy

HEAD = 1500
"""Bytes at a file's beginning that are searched for the mark of generated code."""
BY_NAME = (
    (names.DOCS_FILES, FileRole.DOCS),
    (names.CONFIG_FILES, FileRole.CONFIG),
    (names.GENERATED_FILES, FileRole.GENERATED),
)


class RoleMap:
    """Roles as one tree sees them: the base's, so that a change does not decide how it is judged itself."""

    def __init__(self, tree: Tree, policy: Policy) -> None:
        self._tree = tree
        self._source = GitIgnoreSpec.from_lines(policy.source) if policy.source else None
        self._given = [(FileRole(role), GitIgnoreSpec.from_lines(lines)) for role, lines in policy.roles.items()]
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
        for role, spec in self._given:
            if spec.match_file(path):
                return role
        *folders, name = path.split("/")
        return self._by_names(path, folders, name) or self._by_place(path, folders, name, content or b"")

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
                self._projects[folder] = read_project(folder, self._read, self._files)
            else:
                self._projects[folder] = self._project(folder)
        return self._projects[folder]

    def _by_names(self, path: str, folders: list[str], name: str) -> FileRole | None:
        """The role of a file whose name, or whose folders' names, tell it by themselves."""
        if name == "conftest.py":
            return FileRole.CONFTEST
        ci = names.CI_FOLDERS.intersection(folders[:1]) or names.CI_FILES.fullmatch(name)
        if ci and not names.DOCS_FILES.fullmatch(name):
            return FileRole.CI
        if any(names.GENERATED_FOLDERS.fullmatch(folder) for folder in folders) or self._is_foreign(folders):
            return FileRole.GENERATED
        if self._is_test(path, folders, name):
            return FileRole.TEST
        return next((role for pattern, role in BY_NAME if pattern.fullmatch(name)), None)

    def _by_place(self, path: str, folders: list[str], name: str, content: bytes) -> FileRole:
        """The role of code and data, by what the project ships."""
        if path in self._files and _is_marked(content):
            return FileRole.GENERATED
        project = self._project(path)
        aside = _aside(folders, len(project.folder.split("/")) if project.folder else 0)
        if self._source is not None:
            if self._source.match_file(path):
                return FileRole.PRODUCT
        elif project.ships(path) and not names.DEMO_FOLDERS.intersection(project.folder.split("/")):
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
                prefix = "/".join(folders[:depth]) + "/"
                return any(path.startswith(prefix) for path in self._files)
        return False

    def _is_test(self, path: str, folders: list[str], name: str) -> bool:
        home = next((depth for depth, folder in enumerate(folders, 1) if names.TEST_FOLDERS.fullmatch(folder)), 0)
        if home:  # settings at the top of a folder of tests are settings, further down they are input
            return home < len(folders) or not names.PYTEST_FILES.fullmatch(name)
        project = self._project(path)
        covered = [place for place in project.testpaths if under(path, place)]
        if any(self._holds_tests(place, project) for place in covered):
            return not names.PYTEST_FILES.fullmatch(name)
        if any(folder in names.SUPPORT_FOLDERS for folder in folders) and self._supports(folders, project):
            return True
        if not (project.collects(path) or name == "tests.py"):
            return False
        shipped = project.ships(path) or _aside(folders, 0) is not None
        return not (shipped and project.testpaths and not covered)

    def _holds_tests(self, place: str, project: Project) -> bool:
        """Whether one of pytest's test paths is a folder of tests rather than of product code with doctests."""
        last = place.rpartition("/")[2]
        if names.TEST_FOLDERS.fullmatch(last) or last in names.SUPPORT_FOLDERS:
            return True
        if project.overlaps(place) or not place:
            return False
        code = [path for path in self._files if under(path, place) and path.endswith(".py")]
        return 3 * sum(project.collects(path) for path in code) >= len(code)

    def _supports(self, folders: list[str], project: Project) -> bool:
        """Whether a folder named `test` or `testing` is one of tests: always outside a package; inside one, where
        pytest would find tests in it.
        """
        depth = next(depth for depth, folder in enumerate(folders, 1) if folder in names.SUPPORT_FOLDERS)
        place = "/".join(folders[:depth])
        above = ["/".join(folders[:upper]) for upper in range(1, depth)]
        if not project.ships(f"{place}/") and not any(f"{folder}/__init__.py" in self._files for folder in above):
            return True
        if place not in self._collecting:
            inside = (path for path in self._files if path.startswith(f"{place}/"))
            self._collecting[place] = any(
                project.collects(path)
                and not any(names.TEST_FOLDERS.fullmatch(folder) for folder in path[len(place) + 1 :].split("/")[:-1])
                for path in inside
            )
        return self._collecting[place]


def _aside(folders: list[str], top: int) -> FileRole | None:
    """The role of what stands aside from a project's code: docs, or code that is run by hand."""
    place = folders[top : top + 1]
    if names.DOCS_FOLDERS.intersection(place) or names.DOCS_FOLDERS.intersection(folders[:1]):
        return FileRole.DOCS
    if names.SCRIPT_FOLDERS.intersection(place) or names.DEMO_FOLDERS.intersection(folders[: top + 1]):
        return FileRole.SCRIPT
    return None


def _is_marked(content: bytes) -> bool:
    """Whether the comments at the head of a file say that a program wrote it."""
    head = content[:HEAD].split(b"\n")
    comments = takewhile(lambda line: not line.strip() or line.lstrip().startswith(names.COMMENTS), head)
    return any(names.GENERATED_MARK.search(line) for line in comments)
