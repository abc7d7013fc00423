"""Files that look like tests and that pytest is not to collect, by where they stand and who names them."""

from __future__ import annotations

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import Change
from pytest_agentaudit.facts.gates.lookup import Gates
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.places import folders_of

_DATA = regex(
    r"(^|/)(\.[^/]+|\w*examples?\w*|fixtures?|\w*data|resources?|assets|samples?|snippets|typing\w*|type_\w+|templates?|golden|snapshots?)/"
)
"""Folders whose files are data of a test tree, or hidden from it on purpose."""

_BENCH = regex(r"(?:.*/)?(?:bench|benchmark|perf)_(?=\w+\.py$)")
"""The folder and the start of the name of a benchmark's file: pytest collects none by default, on purpose."""

_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini", "pytest.toml")


def stands_apart(change: Change, gates: Gates, path: str, *, outside: bool) -> bool:
    """Whether a file is data, or somebody else's to run; `outside` says that it lies where pytest does not look."""
    if _DATA.search(path):
        return True
    if outside:
        return _is_run_apart(change, path) or gates.is_named_to_pytest(path)
    return _is_named_like_others(change, path) or _is_named_in_ci(change, path)


def _is_run_apart(change: Change, path: str) -> bool:
    """Whether the file belongs to a project of its own, or the base has it, or other tests in its folder."""
    parents = [folder for folder in folders_of(path) if folder]
    entries = change.new.entries()
    if any(f"{parent}/{name}" in entries for parent in parents for name in _PROJECT_FILES):
        return True
    folder = folder_of(path)
    known = listing(change.old).below(folder) if folder else ()
    return any(it.rpartition("/")[2].startswith("test_") or it.endswith("_test.py") for it in known)


def _is_named_like_others(change: Change, path: str) -> bool:
    """Whether a benchmark's file stands beside others of that name at base: they are handed to pytest by name."""
    start = _BENCH.match(path)
    return start is not None and any(it.startswith(start[0]) and it != path for it in change.old.entries())


def _is_named_in_ci(change: Change, path: str) -> bool:
    """Whether a workflow of the base names the file: it hands that to pytest, by whatever list."""
    name = path.rpartition("/")[2].encode(errors="surrogateescape")
    flows = listing(change.old).below(".github/workflows")
    return any(name in (change.old.read(it) or b"") for it in flows)


def folder_of(path: str) -> str:
    """The folder of a file, "" for the root."""
    return path.rpartition("/")[0]
