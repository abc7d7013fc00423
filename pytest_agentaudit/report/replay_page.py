"""What a replay found, as tables on a terminal and as a JSON file. Its JSON keeps to `replay.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from errno import EISDIR
from os import strerror
from pathlib import Path
from typing import Any, TextIO

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.report.targets import replacing
from pytest_agentaudit.report.text import counted, print_text, visible, wrapped

Document = Mapping[str, Any]

NARROWEST, WIDEST = 40, 120
SHOWN = 5
"""How many changes without a verdict are named."""
FIRST = 10
"""How many of the findings to read first are named."""

_COLUMNS = (("changes", "changes"), ("blocked", "blocked"), ("errors", "error"), ("warnings", "warning"))
_NOTES = ("notes", "note")


class _TrialError(Exception):
    """Ends a trial of writing."""


def try_json(path: str) -> None:
    """Find out whether `write_json` will be able to write there, and leave nothing behind; AuditError where not."""
    with suppress(_TrialError), _written(path):
        raise _TrialError


def write_json(document: Document, path: str) -> None:
    """Write the document to a file, whole or not at all; AuditError where that cannot be done."""
    with _written(path) as stream:
        dump(document, stream)


@contextmanager
def _written(path: str) -> Iterator[TextIO]:
    target = Path(path)
    try:
        if target.is_dir():
            raise IsADirectoryError(EISDIR, strerror(EISDIR))
        with replacing(target.resolve()) as stream:
            yield stream
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise AuditError(
            f"the report {path!r} cannot be written: {cause}", "name a file that can be written"
        ) from error


def dump(document: Document, stream: TextIO) -> None:
    """Write the document as JSON, ASCII only."""
    json.dump(document, stream, indent=1, ensure_ascii=True)
    stream.write("\n")


def render(document: Document, stream: TextIO, *, width: int = 80) -> None:
    """Write the tables: by rule, month and author, then what could not be judged, and a policy to begin with."""
    width = min(max(width, NARROWEST), WIDEST)
    print_text("".join(f"{line}\n" for line in _page(document, width)), stream)


def _page(document: Document, width: int) -> Iterator[str]:
    total = document["total"]
    yield from wrapped(_headline(document), width)
    tables = (("rule", document["rules"]), ("month", document["months"]), ("made by", document["authors"]))
    for title, rows in tables:
        if rows:
            yield ""
            yield from _table(title, rows)
    yield from _highest(document.get("highest", ()), width)
    yield ""
    yield from _unaudited([it for it in document["changes"] if not it["verdict"]], width)
    yield from _proposal(document["proposal"], total["audited"], width)


def _headline(document: Document) -> str:
    total = document["total"]
    share = f" ({_share(total['blocked'], total['audited'])})"
    levels = ", ".join(counted(total[level], level) for level in ("error", "warning", "note"))
    return (
        f"agent audit: {counted(total['changes'], 'change')} of {document['range']} replayed; "
        f"{total['blocked']} would have been blocked{share}; {levels}"
    )


def _table(title: str, rows: Sequence[Document]) -> Iterator[str]:
    """A table with one line a row; figures to the right."""
    columns = [*_COLUMNS, _NOTES]
    names = [visible(row["name"]) for row in rows]
    room = max(map(len, [title, *names]))
    yield f"{title:<{room}}" + "".join(f"  {head:>8}" for head, _ in columns)
    for name, row in zip(names, rows, strict=True):
        yield f"{name:<{room}}" + "".join(f"  {row[key] or '-':>8}" for _, key in columns)


def _highest(findings: Sequence[Document], width: int) -> Iterator[str]:
    """The first of the findings to read first."""
    if findings:
        yield ""
        yield "to read first"
    for it in findings[:FIRST]:
        place = f"{it['sha'][:10]} {it['path']}:{it['line']}"
        yield from wrapped(f"{it['level']} {it['rule']} {place}", width, first="  ", rest="    ")
    if len(findings) > FIRST:
        yield f"  and {len(findings) - FIRST} more (see --json)"


def _unaudited(changes: Sequence[Document], width: int) -> Iterator[str]:
    if not changes:
        return
    yield f"{counted(len(changes), 'change')} could not be judged:"
    for it in changes[:SHOWN]:
        yield from wrapped(f"{it['sha'][:10]} {it['problem']}", width, first="  ", rest="    ")
    if len(changes) > SHOWN:
        yield f"  and {len(changes) - SHOWN} more (see --json)"
    yield ""


def _proposal(proposal: Document, audited: int, width: int) -> Iterator[str]:
    rules = proposal["rules"]
    before, after = proposal["blocked_before"], proposal["blocked_after"]
    if not rules:
        yield from wrapped("No rule's errors are habit here: the built-in levels fit.", width)
        return
    yield from wrapped(
        f"Errors of {counted(len(rules), 'rule')} are habit here. To begin with, let them warn: "
        f"{_share(after, audited)} of the changes would have been blocked instead of {_share(before, audited)}.",
        width,
    )
    yield ""
    yield "[tool.agentaudit.rules]"
    for it in rules:
        yield f'{it["rule"]} = {{ level = "{it["level"]}" }}  # errors in {it["changes"]} of {it["of"]} changes'


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0 %"
