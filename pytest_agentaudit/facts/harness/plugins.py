"""Plugins of pytest that come out of the repository itself: who loads them, and which hooks they implement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.change.model import Change, Tree
from pytest_agentaudit.facts.config_files import ConfigFiles
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.kinds.harness import PLUGIN, POWERFUL
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.patterns import regex

_HOOK = regex(rb"^[ \t]*(?:async[ \t]+)?def[ \t]+(pytest_\w+)", re.MULTILINE)
_ROOTS = ("", "src/", "lib/", "tests/", "test/")
ENTRY_POINT = "the entry point `pytest11`"
METADATA_FILE = "pyproject.toml"
_TABLES = (("project", "entry-points", "pytest11"), ("tool", "poetry", "plugins", "pytest11"))


class LocalPlugin(Struct, frozen=True):
    """A module of the repository that pytest is newly told to load. `by` says where, `hooks` are those of its hooks
    that can bend a run, `path` and `line` where it is named.
    """

    path: str
    line: int
    module: str
    file: str
    by: str
    hooks: tuple[str, ...]


def local_plugins(change: Change, delta: Delta) -> Iterator[LocalPlugin]:
    """The repository's modules that the change tells pytest to load. A package that was a plugin before may be one."""
    for file in delta.files:
        for it in file.new_ones(PLUGIN):
            yield from _found(change.new, file.path, it.line, it.text, "`pytest_plugins`")
    old, new = (_loaded(it) for it in (delta.old_settings, delta.new_settings))
    setting = delta.new_settings.get("pytest.addopts.-p")
    for module in new - old if setting else ():
        if setting and not module.startswith("no:"):
            yield from _found(change.new, setting.path, setting.line, module, "`-p`")
    if not any(file.path == METADATA_FILE for file in delta.files):
        return
    before, after = dict(_entry_points(change.old)), dict(_entry_points(change.new))
    if not before:
        for module, line in after.items():
            yield from _found(change.new, METADATA_FILE, line, module, ENTRY_POINT)


def measuring_plugins(change: Change, delta: Delta) -> Iterator[LocalPlugin]:
    """The repository's modules that the change tells coverage to load."""
    old, new = (it.get("coverage.run.plugins") for it in (delta.old_settings, delta.new_settings))
    for module in sorted(_texts(new) - _texts(old)):
        if new:
            yield from _found(change.new, new.path, new.line, module, "`[run] plugins`")


def _loaded(settings: Mapping[str, Setting]) -> frozenset[str]:
    return _texts(settings.get("pytest.addopts.-p"))


def _texts(setting: Setting | None) -> frozenset[str]:
    value = setting.value if setting else ()
    return frozenset([value] if isinstance(value, str) else map(str, value) if isinstance(value, tuple | list) else ())


def _found(tree: Tree, path: str, line: int, module: str, by: str) -> Iterator[LocalPlugin]:
    """The plugin, where a module of this name lies in the repository."""
    file = module_file(tree, module, path.rpartition("/")[0])
    if file:
        names = {it.decode() for it in _HOOK.findall(tree.read(file) or b"")}
        yield LocalPlugin(path, line, module, file, by, tuple(sorted(names & POWERFUL)))


def module_file(tree: Tree, module: str, folder: str = "") -> str:
    """The repository's file of a dotted module, looked for from the usual import roots; "" where it has none."""
    name = module.replace(".", "/")
    entries = tree.entries()
    roots = (*_ROOTS, f"{folder}/") if folder else _ROOTS
    candidates = (f"{root}{name}{end}" for root in roots for end in (".py", "/__init__.py"))
    return next((it for it in candidates if it in entries), "")


def _entry_points(tree: Tree) -> Iterator[tuple[str, int]]:
    """The modules that the repository's own metadata registers as plugins, with the line."""
    document = ConfigFiles(tree, "").toml(METADATA_FILE)
    for keys in _TABLES:
        table: object = document.values if document else None
        for key in keys:
            table = table.get(key) if isinstance(table, Mapping) else None
        if isinstance(table, Mapping) and document:
            for name, value in table.items():
                yield str(value).partition(":")[0], document.line((*keys, str(name)))
