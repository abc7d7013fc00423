"""Which report goes where: `FORMAT` or `FORMAT:PATH`, and files that are written whole or not at all."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Verdict
from pytest_agentaudit.places import as_path
from pytest_agentaudit.report import terminal
from pytest_agentaudit.report.hosting import Hosting

if TYPE_CHECKING:
    from pathlib import Path


class Style(Struct, frozen=True):
    """How a report is to look, as far as a format cares.

    `width` is in columns. `full_report` is the path of a JSON report written elsewhere, `rerun` the command that
    audits again; the agent format names both. `hosting` says where links lead. `previous` is what the report's file
    held before.
    """

    colour: bool = False
    width: int = 80
    full_report: str = ""
    rerun: str = ""
    hosting: Hosting = Hosting()
    previous: str = ""


Renderer = Callable[[Verdict, TextIO, Style], None]


def _terminal(verdict: Verdict, stream: TextIO, style: Style) -> None:
    terminal.render(verdict, stream, colour=style.colour, width=style.width)


def _agent(verdict: Verdict, stream: TextIO, style: Style) -> None:
    import_module("pytest_agentaudit.report.agent").render(
        verdict, stream, full_report=style.full_report, rerun=style.rerun
    )


def _json(verdict: Verdict, stream: TextIO, _style: Style) -> None:
    import_module("pytest_agentaudit.report.json_format").render(verdict, stream)


def _sarif(verdict: Verdict, stream: TextIO, style: Style) -> None:
    import_module("pytest_agentaudit.report.sarif").render(verdict, stream, style.hosting)


def _github(verdict: Verdict, stream: TextIO, _style: Style) -> None:
    import_module("pytest_agentaudit.report.github").render(verdict, stream)


def _gitlab(verdict: Verdict, stream: TextIO, _style: Style) -> None:
    import_module("pytest_agentaudit.report.gitlab").render(verdict, stream)


def _markdown(verdict: Verdict, stream: TextIO, style: Style) -> None:
    import_module("pytest_agentaudit.report.markdown").render(verdict, stream, style.hosting, style.previous)


def _html(verdict: Verdict, stream: TextIO, style: Style) -> None:
    import_module("pytest_agentaudit.report.page").render(verdict, stream, style.hosting)


def _job_summary(verdict: Verdict, stream: TextIO, style: Style) -> None:
    import_module("pytest_agentaudit.report.markdown").render_summary(verdict, stream, style.hosting, style.previous)


FORMATS: Mapping[str, Renderer] = MappingProxyType(
    {
        "terminal": _terminal,
        "agent": _agent,
        "json": _json,
        "sarif": _sarif,
        "github": _github,
        "gitlab": _gitlab,
        "markdown": _markdown,
        "html": _html,
    }
)
"""Every format by its name."""

_SHOWING_LINES = frozenset({"html"})
"""The formats that show the lines of the change."""

JOB_SUMMARY = "job summary"
"""What comes along with the github format; a name that no option can give."""
_RENDERERS: Mapping[str, Renderer] = MappingProxyType({**FORMATS, JOB_SUMMARY: _job_summary})
_LOOKING_BACK: Mapping[str, int] = MappingProxyType({"markdown": 1 << 20, JOB_SUMMARY: 2 << 20})
"""The formats that ask for what their file held before, and how many bytes of it at most."""


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
    if name not in FORMATS:
        near = import_module("difflib").get_close_matches(name.lower(), FORMATS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(FORMATS)}"
        raise TargetError(f"unknown report format {name!r}; {hint}")
    if colon and not path:
        raise TargetError(f"report {text!r} lacks a path after the colon; write {name} or {name}:PATH")
    return Target(name, "" if path == "-" else path)


def show_lines(targets: Iterable[Target]) -> bool:
    """Whether one of the reports shows the lines of the change, which are only collected then: it costs time."""
    return any(target.format in _SHOWING_LINES for target in targets)


def with_job_summary(targets: Iterable[Target], environ: Mapping[str, str]) -> list[Target]:
    """The targets; where one of them is for GitHub Actions, the summary page of the job is another."""
    asked = list(targets)
    path = environ.get("GITHUB_STEP_SUMMARY", "")
    return [*asked, Target(JOB_SUMMARY, path)] if path and any(it.format == "github" for it in asked) else asked


def shard_path(text: str) -> str:
    """The path of a target `shard:PATH`, "" of another target; TargetError where the path is missing."""
    name, _colon, path = text.partition(":")
    if name == SHARD and path in {"", "-"}:
        raise TargetError(f"report {text!r} lacks a path; write {SHARD}:PATH")
    return path if name == SHARD else ""


def write(verdict: Verdict, targets: Iterable[Target], stream: TextIO, style: Style | None = None) -> None:
    """Write each report to its file, or to `stream` where it names none.

    Files are replaced whole or not at all, missing folders are made; AuditError where a path cannot be written, once
    the others are.
    """
    style, errors = style or Style(), []
    for target in targets:
        if not target.path:
            _RENDERERS[target.format](verdict, stream, style)
            continue
        try:
            write_file(verdict, target, style)
        except AuditError as error:
            errors.append(error)
    if errors:
        raise errors[0]


def write_file(verdict: Verdict, target: Target, style: Style) -> None:
    """Write one report to its file, without colour; AuditError where that cannot be done."""
    try:
        path = as_path(target.path)
        own = replace(style, colour=False, previous=_content(path, _LOOKING_BACK.get(target.format, 0)))
        with _opened(path, target.format) as stream:
            _RENDERERS[target.format](verdict, stream, own)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        named = (
            "GITHUB_STEP_SUMMARY names it: unset that, or" if target.format == JOB_SUMMARY else "leave the path out, or"
        )
        raise AuditError(
            f"the report {target.path!r} cannot be written: {cause}",
            f"{named} name a file in a folder that can be written",
        ) from error


def _content(path: Path, most: int) -> str:
    """What a plain file holds, its first bytes; "" where it is none, or nothing is to be read."""
    if not most or not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(most).decode("utf-8", "surrogateescape")


def _opened(path: Path, name: str) -> AbstractContextManager[TextIO]:
    """The file, ready to be written: a page that others write to as well is added to, a plain file replaced whole; a
    pipe or /dev/stdout is just written to.
    """
    if name == JOB_SUMMARY:
        return path.open("a", encoding="utf-8")
    if path.exists() and not path.is_file():
        return path.open("w", encoding="utf-8")
    return replacing(path.resolve())


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
