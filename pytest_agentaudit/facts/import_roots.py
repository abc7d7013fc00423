"""The folders that imports start from: those of the repository, and of the projects of its own that it holds."""

from __future__ import annotations

from functools import partial

from pytest_agentaudit.change import names
from pytest_agentaudit.change.model import Change, Tree
from pytest_agentaudit.change.project import is_project
from pytest_agentaudit.facts.model import Settings
from pytest_agentaudit.facts.settings import settings
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.policy.load import folders_above

PLACES = ("", "src/", "lib/")
"""Where a project's modules begin, from its folder on."""
TEST_FILE = regex(r"test_\w+\.py|\w+_test\.py|conftest\.py")


def project_folders(change: Change) -> tuple[str, ...]:
    """The folders of projects around what changed, "" first, the others with a `/` behind; those of tests, documents
    and demos have nothing that anybody would import.
    """
    paths = (side.path for pair in change.pairs for side in (pair.old, pair.new) if side)
    folders = [it for it in folders_above(paths) if not any(map(_is_aside, it.split("/")))]
    found = (it for it in folders if any(is_project(it, partial(_read, tree)) for tree in (change.new, change.old)))
    return ("", *(f"{it}/" for it in found))


def import_roots(change: Change, of_root: Settings) -> set[str]:
    """The folders that modules are imported from: of each project its own, `src`, pytest's `pythonpath`, and (with its
    default import mode) each folder of tests that is no package. `of_root` are head's settings at the root.
    """
    entries = change.new.entries()
    roots: set[str] = set()
    for folder in project_folders(change):
        own = settings(change.new, folder.rstrip("/")) if folder else of_root
        roots |= {f"{folder}{place}" for place in PLACES}
        given = own.get("pytest.pythonpath")
        words = given.value if given and isinstance(given.value, tuple | list) else ()
        roots |= {f"{folder}{str(it).strip('/')}/" for it in words if str(it) not in {".", ""}}
    mode = of_root.get("pytest.addopts.--import-mode")
    if mode is None or mode.value == "prepend":
        for path in entries:
            folder, _, name = path.rpartition("/")
            if folder and TEST_FILE.fullmatch(name) and f"{folder}/__init__.py" not in entries:
                roots.add(f"{folder}/")
    return roots


def _read(tree: Tree, path: str) -> bytes | None:
    return tree.read(path) if path in tree.entries() else None


def _is_aside(folder: str) -> bool:
    aside = names.DOCS_FOLDERS | names.DEMO_FOLDERS | names.SUPPORT_FOLDERS | names.FOREIGN_FOLDERS
    return folder in aside or names.TEST_FOLDERS.fullmatch(folder) is not None
