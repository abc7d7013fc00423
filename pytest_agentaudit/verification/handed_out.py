"""Files that pytest is asked to write: they belong to the caller, and the folder that pytest runs in is thrown away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

OPTIONS = frozenset({"--junitxml", "--junit-xml", "--report-log", "--html", "--json-report-file", "--log-file"})
"""Options of pytest and of well-known plugins that name a file to be written."""
COVERAGE = {"xml": "coverage.xml", "html": "htmlcov", "json": "coverage.json", "lcov": "coverage.lcov"}
"""The files that pytest-cov writes where its `--cov-report` names none."""


def handed_out(arguments: Sequence[str], folder: Path) -> tuple[str, ...]:
    """The same arguments, with the files that they name for writing in `folder`."""
    return tuple(_moved(arguments, folder))


def _moved(arguments: Sequence[str], folder: Path) -> Iterator[str]:
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name in OPTIONS or name == "--cov-report":
            if not equals:
                value = next(rest, "")
            yield f"{name}={_coverage(value, folder) if name == '--cov-report' else folder / value}"
        else:
            yield argument


def _coverage(value: str, folder: Path) -> str:
    kind, _, path = value.partition(":")
    return f"{kind}:{folder / (path or COVERAGE[kind])}" if kind in COVERAGE else value
