"""The settings of static checkers (ruff, mypy, flake8), each by its own precedence of files, under one set of keys."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from pytest_agentaudit.facts.config_files import ConfigFiles, Raw, section_values, table_values
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.facts.setting_values import WORDS, Kind, converted, kind_of
from pytest_agentaudit.toml import Document, Place

RUFF_FILES = (".ruff.toml", "ruff.toml", "pyproject.toml")
"""ruff's order in one folder; pyproject.toml counts only with [tool.ruff]."""

RUFF_EXTENDS = 8
"""How many files are followed through ruff's `extend`."""

RUFF_LINT = frozenset(
    {
        "allowed-confusables",
        "dummy-variable-rgx",
        "explicit-preview-rules",
        "extend-fixable",
        "extend-per-file-ignores",
        "extend-safe-fixes",
        "extend-select",
        "extend-unsafe-fixes",
        "external",
        "fixable",
        "ignore",
        "extend-ignore",
        "logger-objects",
        "per-file-ignores",
        "select",
        "task-tags",
        "typing-modules",
        "unfixable",
    }
)
"""Keys that ruff still takes at its top level and means as `lint.KEY`."""

MYPY_FILES = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")

MYPY_KINDS = dict.fromkeys(
    (
        "files",
        "modules",
        "packages",
        "plugins",
        "enable_error_code",
        "disable_error_code",
        "always_true",
        "always_false",
    ),
    Kind.LIST,
)

FLAKE8_FILES = ("setup.cfg", "tox.ini", ".flake8")

FLAKE8_KINDS = dict.fromkeys(
    (
        "enable-extensions",
        "exclude",
        "extend-exclude",
        "extend-ignore",
        "extend-select",
        "filename",
        "ignore",
        "select",
    ),
    Kind.CODES,
)


def checker_settings(files: ConfigFiles) -> Iterator[Setting]:
    """Every setting under "ruff.", "mypy." and "flake8.". ruff's old top-level keys stand under "ruff.lint."; mypy's
    per-module options under "mypy[MODULE].", from INI sections and TOML overrides alike.
    """
    yield from (_setting("ruff", raw, Kind.AS_IS, files) for raw in _ruff(files))
    yield from _mypy(files)
    for raw in _flake8(files):
        key = raw.key[0].replace("_", "-")
        yield _setting("flake8", replace(raw, key=(key,)), kind_of(FLAKE8_KINDS, key), files)


def _setting(tool: str, raw: Raw, kind: Kind, files: ConfigFiles) -> Setting:
    return Setting(".".join((tool, *raw.key)), converted(raw, kind, files), raw.path, raw.line)


def _ruff(files: ConfigFiles) -> list[Raw]:
    for path in files.paths(*RUFF_FILES):
        values = _ruff_values(files, path)
        if values is not None:
            return _extended(files, values)
        if files.is_broken(path):
            return []
    return []


def _ruff_values(files: ConfigFiles, path: str) -> list[Raw] | None:
    document = files.toml(path)
    if document is None:
        return None
    values = table_values(document, path, ("tool", "ruff") if path.endswith("pyproject.toml") else ())
    if values is None:
        return None
    moved = [replace(raw, key=("lint", *raw.key)) if raw.key[0] in RUFF_LINT else raw for raw in values]
    return sorted(moved, key=lambda raw: raw in values)  # a key in its new place wins over the same in its old one


def _extended(files: ConfigFiles, values: list[Raw]) -> list[Raw]:
    """`values` on top of those of the files that they extend."""
    layers = [values]
    for _ in range(RUFF_EXTENDS):
        extend = next((raw for raw in layers[-1] if raw.key == ("extend",)), None)
        if extend is None:
            break
        path = posixpath.normpath(posixpath.join(posixpath.dirname(extend.path), str(extend.value)))
        layers.append(_ruff_values(files, path) or [])
    return list({raw.key: raw for layer in reversed(layers) for raw in layer}.values())


def _mypy(files: ConfigFiles) -> Iterator[Setting]:
    for path in files.paths(*MYPY_FILES):
        found = _mypy_toml(files, path) if path.endswith(".toml") else _mypy_ini(files, path)
        if found is None:
            continue  # absent, another tool's, or broken: mypy says so and goes on to the next
        for section, raw in found:
            value = converted(raw, kind_of(MYPY_KINDS, raw.key[-1]), files)
            value = WORDS.get(value.lower(), value) if isinstance(value, str) else value
            yield Setting(f"{section}.{'.'.join(raw.key)}", value, raw.path, raw.line)
        return


def _mypy_toml(files: ConfigFiles, path: str) -> list[tuple[str, Raw]] | None:
    document = files.toml(path)
    values = table_values(document, path, ("tool", "mypy")) if document else None
    if document is None or values is None:
        return None
    found = [("mypy", raw) for raw in values if raw.key != ("overrides",)]
    overrides = next((raw.value for raw in values if raw.key == ("overrides",)), ())
    for index, override in enumerate(overrides if isinstance(overrides, tuple) else ()):
        if isinstance(override, dict):
            found += _mypy_override(document, path, ("tool", "mypy", "overrides", index), override)
    return found


def _mypy_override(
    document: Document, path: str, place: Place, override: Mapping[str, object]
) -> Iterator[tuple[str, Raw]]:
    modules = override.get("module")
    for module in modules if isinstance(modules, list) else [modules]:
        for key, value in override.items():
            if key != "module":
                held = tuple(value) if isinstance(value, list) else value
                yield f"mypy[{module}]", Raw((key,), held, path, document.line((*place, key)))


def _mypy_ini(files: ConfigFiles, path: str) -> list[tuple[str, Raw]] | None:
    file = files.ini(path)
    if file is None or ("mypy" not in file and path.endswith("setup.cfg")):
        return None
    found: list[tuple[str, Raw]] = []
    for section in file:
        tool, _dash, modules = section.partition("-")
        if tool == "mypy":
            names = [f"mypy[{module.strip()}]" for module in modules.split(",")] if modules else ["mypy"]
            found += [(name, raw) for name in names for raw in section_values(file, path, section) or []]
    return found


def _flake8(files: ConfigFiles) -> list[Raw]:
    for path in files.paths(*FLAKE8_FILES):
        file = files.ini(path)
        if file and ("flake8" in file or "flake8:local-plugins" in file):
            return section_values(file, path, "flake8") or []
    return []
