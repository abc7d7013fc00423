"""Which report goes where: `FORMAT` or `FORMAT:PATH`, and files that are written whole or not at all."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Verdict
from pytest_agentaudit.report import terminal


class Style(Struct, frozen=True):
    """How a report is to look, as far as a format cares.

    `width` is in columns. `full_report` is the path of a JSON report written elsewhere, `rerun` the command that
    audits again; the agent format names both.
    """

    colour: bool = False
    width: int = 80
    full_report: str = ""
    rerun: str = ""


Renderer = Callable[[Verdict, TextIO, Style], None]


def _terminal(verdict: Verdict, stream: TextIO, style: Style) -> None:
    terminal.render(verdict, stream, colour=style.colour, width=style.width)


def _agent(verdict: Verdict, stream: TextIO, style: Style) -> None:
    import_module("pytest_agentaudit.report.agent").render(
        verdict, stream, full_report=style.full_report, rerun=style.rerun
    )


def _json(verdict: Verdict, stream: TextIO, _style: Style) -> None:
    import_module("pytest_agentaudit.report.json_format").render(verdict, stream)


FORMATS: Mapping[str, Renderer] = MappingProxyType({"terminal": _terminal, "agent": _agent, "json": _json})
"""Every format by its name."""

ANNOUNCED = ("sarif", "github", "gitlab", "markdown", "html")
"""Names of formats that a later version brings."""


SHARD = "shard"
"""The format of a run's evidence in the place of a verdict: see `shard_file`."""


class TargetError(argparse.ArgumentTypeError):
    """A report option that cannot be understood; argparse and pytest show the text as it stands."""


class Target(Struct, frozen=True):
    """Where a report goes: `path` is empty for the stream at hand."""

    format: str
    path: str = ""


def parse_target(text: str) -> Target:
    """Read `FORMAT` or `FORMAT:PATH` ("-" is the stream at hand); TargetError names the nearest right format."""
    name, colon, path = text.partition(":")
    if name == SHARD:
        raise TargetError("a shard's evidence comes from a run: pytest --agent-audit --agent-audit-report=shard:PATH")
    if name in ANNOUNCED:
        raise TargetError(f"report format {name!r} comes with a later version; this one has: {', '.join(FORMATS)}")
    if name not in FORMATS:
        near = import_module("difflib").get_close_matches(name.lower(), FORMATS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(FORMATS)}"
        raise TargetError(f"unknown report format {name!r}; {hint}")
    if colon and not path:
        raise TargetError(f"report {text!r} lacks a path after the colon; write {name} or {name}:PATH")
    return Target(name, "" if path == "-" else path)


def shard_path(text: str) -> str:
    """The path of a target `shard:PATH`, "" of another target; TargetError where the path is missing."""
    name, _colon, path = text.partition(":")
    if name == SHARD and path in {"", "-"}:
        raise TargetError(f"report {text!r} lacks a path; write {SHARD}:PATH")
    return path if name == SHARD else ""


def writes_shard(reports: Iterable[str]) -> bool:
    """Whether a run's evidence is asked for."""
    return any(text.partition(":")[0] == SHARD for text in reports)


def write(verdict: Verdict, targets: Iterable[Target], stream: TextIO, style: Style | None = None) -> None:
    """Write each report to its file, or to `stream` where it names none.

    Files are replaced whole or not at all, missing folders are made; AuditError where a path cannot be written.
    """
    style = style or Style()
    for target in targets:
        if target.path:
            write_file(verdict, target, style)
        else:
            FORMATS[target.format](verdict, stream, style)


def write_file(verdict: Verdict, target: Target, style: Style) -> None:
    """Write one report to its file, without colour; AuditError where that cannot be done."""
    plain, path = replace(style, colour=False), Path(target.path)
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe: written to, never replaced
            with path.open("w", encoding="utf-8") as stream:
                FORMATS[target.format](verdict, stream, plain)
            return
        with replacing(path.resolve()) as stream:
            FORMATS[target.format](verdict, stream, plain)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise AuditError(
            f"the report {target.path!r} cannot be written: {cause}",
            "name a file in a folder that can be written, or leave the path out",
        ) from error


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A new file that takes the place of `path` when the block ends well, and is gone when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        with draft.open("x", encoding="utf-8") as stream:
            yield stream
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
