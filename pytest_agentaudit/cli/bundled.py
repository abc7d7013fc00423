"""The scenarios that come with the package: whole changes as two folders, `before` and `after`."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pytest_agentaudit.errors import AuditError

_SKIPPED = frozenset({"__pycache__", ".pytest_cache"})


def scenario(name: str) -> Traversable:
    """The scenario's folder: inside the installed package, or `fixtures` of a source checkout."""
    package = files("pytest_agentaudit")
    for place in (package / "cli" / "scenarios" / name, package / ".." / "fixtures" / name):
        if (place / "before").is_dir():
            return place
    raise AuditError(
        f"the scenario {name!r} is missing from this installation",
        "install pytest-agentaudit again, or run from a source checkout",
    )


def copy_tree(source: Traversable, target: Path) -> None:
    """Copy a folder's files into `target`, which is made; files that are there already are overwritten."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.name in _SKIPPED:
            continue
        if entry.is_dir():
            copy_tree(entry, target / entry.name)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())


def paths(source: Traversable, prefix: str = "") -> set[str]:
    """The folder's files, relative to it, with `/`."""
    found: set[str] = set()
    for entry in source.iterdir():
        if entry.is_dir() and entry.name not in _SKIPPED:
            found |= paths(entry, f"{prefix}{entry.name}/")
        elif entry.is_file():
            found.add(prefix + entry.name)
    return found


def apply_change(name: str, target: Path) -> None:
    """Turn a copy of the scenario's `before` into its `after`, deletions too."""
    folder = scenario(name)
    for gone in paths(folder / "before") - paths(folder / "after"):
        (target / gone).unlink()
    copy_tree(folder / "after", target)
