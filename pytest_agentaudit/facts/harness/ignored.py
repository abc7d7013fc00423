"""Which test files a list of paths, or patterns, keeps out of the collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from pytest_agentaudit.change.model import Change
from pytest_agentaudit.facts.collecting import Collecting
from pytest_agentaudit.facts.model import Setting


def collected_files(change: Change, settings: Mapping[str, Setting]) -> tuple[list[str], list[str]]:
    """The head's files that pytest collects by their names under the base's settings: those that the base had, and
    those that are new.
    """
    collecting = Collecting.of(settings)
    old = change.old.entries()
    moved = {pair.new.path for pair in change.pairs if pair.old and pair.new}
    files = [it for it in change.new.entries() if it.endswith(".py") and not collecting.file(it)]
    known = [it for it in files if it in old or it in moved]
    return known, sorted(set(files) - set(known))


def matching(files: list[str], folder: str, texts: Iterator[str] | list[str], how: str) -> list[str]:
    """Those files that an entry of a conftest in `folder` means: a "path", a "glob", or a "part" of the path."""
    return [it for it in files if _below(it, folder) and any(_matches(it, folder, text, how) for text in texts)]


def of_other_projects(change: Change, folder: str, files: list[str]) -> bool:
    """Whether all files belong to projects below a conftest's folder, which have settings and a suite of their own."""
    projects = {
        f"{path.rpartition('/')[0]}/"
        for path in change.old.entries()
        if path.endswith(("/pyproject.toml", "/setup.py"))
    }
    inner = tuple(it for it in projects if it.startswith(f"{folder}/" if folder else "") and it != f"{folder}/")
    return bool(inner) and all(it.startswith(inner) for it in files)


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _matches(path: str, folder: str, text: str, how: str) -> bool:
    text = text.removeprefix("./").strip("/")
    if not text:
        return False
    if how == "part":
        return text in path
    whole = f"{folder}/{text}" if folder else text
    if how == "path":
        return path == whole or path.startswith(f"{whole}/")
    return fnmatchcase(path, whole) or any(fnmatchcase(part, whole) for part in _folders(path))


def _folders(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
