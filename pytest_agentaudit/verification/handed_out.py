"""Files that pytest is asked to write: they belong to the caller, and the folder that pytest runs in is thrown away.

The run writes them into a folder of its own, for it may be another user's, and what it says is not trusted with paths
of ours. Once it has ended they are copied: plain files alone, and no links.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, field

from pytest_agentaudit.errors import AuditError

OPTIONS = frozenset({"--junitxml", "--junit-xml", "--report-log", "--html", "--json-report-file", "--log-file"})
"""Options of pytest and of well-known plugins that name a file to be written."""
COVERAGE = {"xml": "coverage.xml", "html": "htmlcov", "json": "coverage.json", "lcov": "coverage.lcov"}
"""The files that pytest-cov writes where its `--cov-report` names none."""


class HandedOut(Struct):
    """Files for a caller who stands in `folder`, written to `apart` first. `places` maps the one to the other."""

    folder: Path
    apart: Path
    places: dict[Path, Path] = field(default_factory=dict)

    def arguments(self, given: Sequence[str]) -> tuple[str, ...]:
        """Pytest's arguments, with the files that they name for writing in `apart`."""
        self.apart.mkdir(parents=True, exist_ok=True)
        moved: list[str] = []
        rest = iter(given)
        for argument in rest:
            name, equals, value = argument.partition("=")
            if name in OPTIONS or name == "--cov-report":
                value = value if equals else next(rest, "")
                moved.append(f"{name}={self._coverage(value) if name == '--cov-report' else self._place(value)}")
            else:
                moved.append(argument)
        return tuple(moved)

    def hand_over(self) -> None:
        """Copy what was written to where it was asked for. AuditError where that is not possible."""
        for source, target in self.places.items():
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                if source.is_dir() and not source.is_symlink():
                    shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True, ignore=_links)
                elif source.is_file() and not source.is_symlink():
                    shutil.copyfile(source, target)
            except (OSError, shutil.Error) as error:
                raise AuditError(f"{target} cannot be written: {error}", "name a place that can be written") from error

    def _place(self, path: str) -> Path:
        target = self.folder / path
        source = self.apart / str(len(self.places)) / target.name
        source.parent.mkdir()
        self.places[source] = target
        return source

    def _coverage(self, value: str) -> str:
        kind, _, path = value.partition(":")
        return f"{kind}:{self._place(path or COVERAGE[kind])}" if kind in COVERAGE else value


def _links(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if Path(folder, name).is_symlink() or not os.access(Path(folder, name), os.R_OK)]
