"""The settings that coverage.py would start with, by its own precedence of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_agentaudit.facts.config_files import ConfigFiles, Raw, section_values, table_values
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.facts.setting_values import Kind, converted, kind_of

SECTIONS = ("run", "report", "html", "xml", "json", "lcov", "paths")

OWN = (".coveragerc", ".coveragerc.toml")
"""Files that count even when they are empty; the others need one setting of coverage.py's (coverage/config.py)."""

SHARED = ("setup.cfg", "tox.ini", "pyproject.toml")

KINDS = {
    **dict.fromkeys(
        (
            "report.contexts",
            "report.include",
            "report.omit",
            "run.concurrency",
            "run.debug",
            "run.disable_warnings",
            "run.include",
            "run.omit",
            "run.patch",
            "run.plugins",
            "run.source",
            "run.source_dirs",
            "run.source_pkgs",
        ),
        Kind.LIST,
    ),
    **dict.fromkeys(
        (
            "report.exclude_also",
            "report.exclude_lines",
            "report.partial_also",
            "report.partial_branches",
            "report.partial_branches_always",
        ),
        Kind.LINES,
    ),
    **dict.fromkeys(
        (
            "report.ignore_errors",
            "report.include_namespace_packages",
            "report.show_missing",
            "report.skip_covered",
            "report.skip_empty",
            "run.branch",
            "run.cover_pylib",
            "run.parallel",
            "run.relative_files",
            "run.sigterm",
            "run.timid",
        ),
        Kind.BOOL,
    ),
    **dict.fromkeys(("report.fail_under", "report.precision"), Kind.NUMBER),
}
"""The kinds of coverage.py 7.17's settings; all others are text, those of [paths] lists."""


def coverage_settings(files: ConfigFiles, pytest: Mapping[str, Setting]) -> Iterator[Setting]:
    """Every setting under "coverage.SECTION.". `pytest` are pytest's settings: its addopts may hand pytest-cov another
    file by `--cov-config`.
    """
    for raw in _winner(files, pytest.get("pytest.addopts.--cov-config")):
        name = ".".join(raw.key)
        kind = Kind.LIST if raw.key[0] == "paths" else kind_of(KINDS, name)
        yield Setting(f"coverage.{name}", converted(raw, kind, files), raw.path, raw.line)


def _winner(files: ConfigFiles, named: Setting | None) -> list[Raw]:
    if named and named.value != OWN[0]:
        return _values(files, f"{files.folders[0]}{named.value}", is_own=True) or []
    for path in files.paths(*OWN, *SHARED):
        values = _values(files, path, is_own=path.endswith(OWN))
        if values is not None:
            return values
        if files.is_broken(path):
            return []
    return []


def _values(files: ConfigFiles, path: str, *, is_own: bool) -> list[Raw] | None:
    """The file's settings for coverage.py; None where there is no such file, or it is another's and has none."""
    found = (
        _toml_values(files, path, is_own=is_own) if path.endswith(".toml") else _ini_values(files, path, is_own=is_own)
    )
    return found if found or is_own else None


def _toml_values(files: ConfigFiles, path: str, *, is_own: bool) -> list[Raw] | None:
    document = files.toml(path)
    if document is None:
        return None
    nested = table_values(document, path, ("tool", "coverage"))
    found = nested or (table_values(document, path, ()) if is_own else None) or []
    return [raw for raw in found if raw.key[0] in SECTIONS]


def _ini_values(files: ConfigFiles, path: str, *, is_own: bool) -> list[Raw] | None:
    file = files.ini(path)
    if file is None:
        return None
    found: list[Raw] = []
    for section in SECTIONS:
        values = section_values(file, path, f"coverage:{section}")
        if values is None and is_own:
            values = section_values(file, path, section)
        found += [Raw((section, *raw.key), raw.value, raw.path, raw.line, raw.parts) for raw in values or []]
    return found
