"""Results that tests hold theirs against, stored in files: snapshots, golden files, recorded conversations, data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.change.model import FilePair, FileRole
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.lazy_json import dumps, loads
from pytest_agentaudit.patterns import regex

LARGEST = 2_000_000
"""Bytes above which a data file is not counted through."""

SNAPSHOT_PATH = regex(
    r"(^|/)(__snapshots__|snapshots?|_snapshots?)/|\.(ambr|snap|snapshot|storyshot)$|[._-]snapshot\.\w+$", re.IGNORECASE
)
"""Where snapshot tools keep what they wrote: syrupy, pytest-snapshot, snapshottest, jest."""

GOLDEN_PATH = regex(
    r"(^|/)(golden|goldens|gold|expected|expect|expectations?|approved|approvals?|reference|references|baseline|baselines|"
    r"baseline_images|desired|truth)/|[._-](golden|gold|expected|approved|expect|baseline|reference)\.\w+$|"
    r"(^|/)(expected|golden|approved|reference)[_.-][^/]*$|\.(out|stdout|stderr)$",
    re.IGNORECASE,
)
"""What people call the files and folders of results that were once looked through."""

CASSETTE_PATH = regex(r"(^|/)(cassettes?|vcr_?cassettes?|recordings|vcr)/|\.cassette\.\w+$", re.IGNORECASE)
"""Recorded conversations (VCR.py, pytest-recording, betamax)."""

_NOT_DATA = (".md", ".rst", ".py", ".pyi", ".toml", ".cfg", ".ini", ".gitignore")
_SPACE = regex(rb"\s+")


class Stored(StrEnum):
    """What kind of stored result a file is."""

    SNAPSHOT = "snapshot"
    GOLDEN = "expected result"
    CASSETTE = "recorded conversation"


class Rewritten(Struct, frozen=True):
    """A stored result that is another one now."""

    path: str
    line: int
    kind: Stored
    was: str
    now: str


def rewritten(delta: Delta) -> Iterator[Rewritten]:
    """The stored results that both sides have, under whatever name, and that say something else now.

    Results that were only added or taken away are no rewriting; nor is white space, or the order of keys.
    """
    for file in delta.files:
        kind, pair = stored_kind(file), file.pair
        if not kind or not pair.old or not pair.new or _only_spaced(pair):
            continue
        places = _of_entries(pair) if pair.path.endswith(".ambr") else _of_hunks(pair)
        if places:
            old, new = (_lines(side.content) for side in (pair.old, pair.new))
            was, now = (min(place, len(lines)) for place, lines in zip(places, (old, new), strict=True))
            yield Rewritten(file.path, now, kind, old[was - 1], new[now - 1])


def _of_hunks(pair: FilePair) -> tuple[int, int] | None:
    """The first old and new line where something was replaced."""
    return next(((it.old_start, it.new_start) for it in pair.hunks if it.old_count and it.new_count), None)


def _of_entries(pair: FilePair) -> tuple[int, int] | None:
    """The first old and new line that differ in a named entry of a syrupy file."""
    if not pair.old or not pair.new:
        return None
    was, now = _entries(pair.old.content), _entries(pair.new.content)
    for name in now:
        if name in was and was[name][1] != now[name][1]:
            (start, before), (begin, after) = was[name], now[name]
            at = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
            return start + at, begin + at
    return None


def _entries(content: bytes) -> dict[str, tuple[int, list[str]]]:
    """Name -> number of the first line of an entry's body, and the body."""
    found: dict[str, tuple[int, list[str]]] = {}
    body: list[str] = []
    for number, line in enumerate(_lines(content), 1):
        if line.startswith("# name: "):
            body = []
            found[line] = (number + 1, body)
        elif line == "# ---":
            body = []
        else:
            body.append(line)
    return found


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").split("\n")


def stored_kind(file: FileDelta) -> Stored | None:
    """What kind of stored result a file of a tests tree is; None where it is none."""
    path = file.path
    if file.role is not FileRole.TEST or path.lower().endswith(_NOT_DATA):
        return None
    if CASSETTE_PATH.search(path):
        return Stored.CASSETTE
    if SNAPSHOT_PATH.search(path):
        return Stored.SNAPSHOT
    return Stored.GOLDEN if GOLDEN_PATH.search(path) else None


def _only_spaced(pair: FilePair) -> bool:
    """Whether the two sides say the same but for white space, or the order of keys."""
    if not pair.old or not pair.new:
        return False
    was, now = pair.old.content, pair.new.content
    if _SPACE.sub(b"", was) == _SPACE.sub(b"", now):
        return True
    return pair.path.endswith(".json") and _loaded(was) is not None and _loaded(was) == _loaded(now)


class Trimmed(Struct, frozen=True):
    """A data file of tests that holds fewer items than before."""

    path: str
    was: int
    now: int
    lost: tuple[str, ...]


def trimmed(delta: Delta) -> Iterator[Trimmed]:
    """JSON and JSON-lines files of tests that lost items and got no others for them."""
    for file in delta.files:
        pair = file.pair
        plain = file.role is FileRole.TEST and file.path.endswith((".json", ".jsonl", ".ndjson"))
        if not plain or not pair.old or not pair.new or stored_kind(file):
            continue
        was, now = (_items(side.content, lines=not pair.path.endswith(".json")) for side in (pair.old, pair.new))
        if was is None or now is None or len(now) >= len(was):
            continue
        kept = set(now)
        if kept <= set(was):
            yield Trimmed(file.path, len(was), len(now), tuple(it for it in was if it not in kept))


def _items(content: bytes, *, lines: bool) -> list[str] | None:
    """The items of the outermost list or dictionary, or the lines; None where there is none."""
    if len(content) > LARGEST:
        return None
    if lines:
        return [line.decode("utf-8", "replace").strip() for line in content.splitlines() if line.strip()]
    found = _loaded(content)
    if isinstance(found, dict):
        return [dumps({key: value}, sort_keys=True) for key, value in found.items()]
    return [dumps(it, sort_keys=True) for it in found] if isinstance(found, list) else None


def _loaded(content: bytes) -> object:
    if len(content) > LARGEST:
        return None
    try:
        found: object = loads(content)
    except (ValueError, RecursionError):
        return None
    return found
