"""The settings that pytest would start with, by its own precedence of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_agentaudit.facts.config_files import ConfigFiles, Raw, section_values, table_values
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.facts.setting_values import Kind, Word, converted, kind_of, words
from pytest_agentaudit.later import later

if TYPE_CHECKING:
    from pytest_agentaudit.facts.addopts import Option, options
else:
    options = later("pytest_agentaudit.facts.addopts", "options")

FILES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
"""pytest 9's order (_pytest/config/findpaths.py). The first four count even when they are empty; the others need a
table or section of pytest's. pytest 8 takes only pytest.ini when it is empty, and knows no TOML of pytest's own.
"""

ALWAYS = frozenset(FILES[:4])

NATIVE = 9
"""The first major version of pytest with tables of native TOML types, and with settings that addopts overrides."""

ALIASES = {"xfail_strict": "strict_xfail"}
"""pytest 9's older names of settings."""

STRICT = {name: f"{name[2:].replace('-', '_')}=true" for name in ("--strict", "--strict-config", "--strict-markers")}
"""Options that are settings under another spelling."""

KINDS = {
    **dict.fromkeys(
        (
            "addopts",
            "doctest_optionflags",
            "norecursedirs",
            "python_classes",
            "python_files",
            "python_functions",
            "pythonpath",
            "required_plugins",
            "testpaths",
            "usefixtures",
        ),
        Kind.ARGS,
    ),
    **dict.fromkeys(("filterwarnings", "markers"), Kind.LINES),
    **dict.fromkeys(
        (
            "collect_imported_tests",
            "consider_namespace_packages",
            "enable_assertion_pass_hook",
            "faulthandler_exit_on_timeout",
            "junit_log_passing_tests",
            "log_cli",
            "strict",
            "strict_config",
            "strict_markers",
            "strict_parametrization_ids",
            "strict_xfail",
            "xfail_strict",
        ),
        Kind.BOOL,
    ),
}
"""The kinds of pytest 9's own settings; all others are text."""


def installed_pytest() -> int:
    """The major version of the pytest beside this package: the one that would run the tests."""
    found = str(import_module("_pytest").__version__)  # its folder says no more than that; metadata take long to load
    return int(found.partition(".")[0])


def pytest_settings(files: ConfigFiles, major: int) -> Iterator[Setting]:
    """Every setting that pytest of this `major` version reads, under "pytest.", with each option of addopts as
    "pytest.addopts.OPTION" and the paths and test ids among them as "pytest.addopts.paths". What addopts overrides by
    `-o` stands at its overriding value.
    """
    raws = {ALIASES.get(raw.key[-1], raw.key[-1]): raw for raw in _aliases_first(_winner(files, major))}
    given, paths = options(_spread(words(raws["addopts"], files), files)) if "addopts" in raws else ((), ())
    for option in given if major >= NATIVE else ():
        raws.update(_overridden(option, raws["addopts"]))
    for name, raw in raws.items():
        yield Setting(f"pytest.{name}", converted(raw, kind_of(KINDS, name), files), raw.path, raw.line)
    for option in given:
        yield Setting(f"pytest.addopts.{option.name}", option.value, raws["addopts"].path, option.line)
    if paths:
        yield Setting("pytest.addopts.paths", paths, raws["addopts"].path, raws["addopts"].line)


def _spread(given: Iterable[Word], files: ConfigFiles) -> list[Word]:
    """The words, with those of a file in the place of `@file`: one in each line."""
    found: list[Word] = []
    for word in given:
        lines = (
            files.text(f"{files.folders[0]}{word.text[1:]}").split("\n") if word.text.startswith("@") else [word.text]
        )
        found += [Word(line.strip(), word.line) for line in lines if line.strip()]
    return found


def _aliases_first(raws: Sequence[Raw]) -> list[Raw]:
    """Where a setting stands under its old and its new name, the new one comes later and wins."""
    return sorted(raws, key=lambda raw: raw.key[-1] not in ALIASES)


def _winner(files: ConfigFiles, major: int) -> list[Raw]:
    """The values of the first file that pytest takes for its own; a broken one ends the search as it ends pytest."""
    for path in files.paths(*(FILES if major >= NATIVE else FILES[2:])):
        values = _values(files, path, major)
        if values is not None:
            return values
        if files.is_broken(path):
            return []
    return []


def _values(files: ConfigFiles, path: str, major: int) -> list[Raw] | None:
    """The file's settings for pytest; None where it has nothing to say to pytest."""
    name = path.rpartition("/")[2]
    if name == "pyproject.toml":
        return _pyproject(files, path, major)
    if name.endswith(".toml"):
        document = files.toml(path)
        return None if document is None else _inner(table_values(document, path, ("pytest",)) or [])
    file = files.ini(path)
    if file is None:
        return None
    values = section_values(file, path, "tool:pytest" if name == "setup.cfg" else "pytest", inherit=False)
    always = ALWAYS if major >= NATIVE else {"pytest.ini"}
    return (values or []) if name in always else values


def _pyproject(files: ConfigFiles, path: str, major: int) -> list[Raw] | None:
    document = files.toml(path)
    if document is None:
        return None
    everything = table_values(document, path, ("tool", "pytest")) or []
    native = [raw for raw in everything if raw.key[0] != "ini_options" and major >= NATIVE]
    compatible = table_values(document, path, ("tool", "pytest", "ini_options"))
    if native and compatible:
        line = document.line(("tool", "pytest", "ini_options"))
        files.report(path, "[tool.pytest] and [tool.pytest.ini_options] stand side by side, which pytest refuses", line)
    return _inner(native) if native else None if compatible is None else _inner(compatible)


def _inner(raws: Sequence[Raw]) -> list[Raw]:
    """Nested tables are no settings of pytest's: their values keep the whole dotted key as one name."""
    return [replace(raw, key=(".".join(raw.key),)) for raw in raws]


def _overridden(option: Option, addopts: Raw) -> Iterator[tuple[str, Raw]]:
    """The settings that an option of addopts replaces: `-o name=value`, and `--strict-markers` with its kin."""
    pairs = option.values if option.name == "-o" else [STRICT[option.name]] if option.name in STRICT else []
    for pair in pairs:
        name, _equals, value = pair.partition("=")
        if name != "addopts":
            yield ALIASES.get(name, name), Raw((name,), value, addopts.path, option.line, ((value, option.line),))
