"""What the changed lines of CI files, tool settings and scripts tell programs: the base of an audit, quiet warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_agentaudit.change.model import FilePair, FileRole, Side
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.patterns import regex

AUDIT_BASE = "base of the audit"
"""A revision that a command line gives to the audit: `rev`."""
FETCH_DEPTH = "fetch depth"
"""How much history CI fetches for a job that audits: `depth`, "0" for all."""
QUIET_RUN = "quiet run"
"""A command line or variable that silences warnings: `what` it says, `blanket` "yes" where no category is named."""

READ = frozenset({FileRole.CI, FileRole.CONFIG, FileRole.SCRIPT})
_OURS = regex(rb"agentaudit|agent-audit")
_BASE = regex(r"(?:--agent-audit-base|agentaudit\b.*?\s--base)[= ]\s*[\"']?([^\s\"',\])]+)")
_ITEM = regex(r"[\"']--agent-audit-base[\"']\s*,\s*[\"']([^\"']+)[\"']")
_DEPTH = regex(r"^\s*-?\s*fetch-depth:\s*[\"']?([0-9]{1,9})")
_QUIET = regex(
    r"(?<![\w-])-W\s*[\"']?(?P<w>i(?:gnore)?\b[^\s\"',\]]*)|PYTHONWARNINGS[\"']?\s*[:=,]\s*[\"']?(?P<v>i(?:gnore)?\b[^\s\"'\]]*)"
    r"|(?P<d>--disable-(?:pytest-)?warnings)\b|-p[\s\"',]*(?P<p>no:warnings)\b"
)
_QUICK = (b"-W", b"PYTHONWARNINGS", b"warnings")


def command_lines(pair: FilePair) -> tuple[tuple[Occurrence, ...], tuple[Occurrence, ...]]:
    """What the changed lines of both sides say."""
    if pair.is_python or pair.role not in READ:
        return (), ()
    old = tuple(_found(pair.old, pair.removed)) if pair.old else ()
    return old, tuple(_found(pair.new, pair.added)) if pair.new else ()


def _found(side: Side, numbers: frozenset[int]) -> Iterator[Occurrence]:
    audits = _OURS.search(side.content) is not None
    if not audits and not any(word in side.content for word in _QUICK):
        return
    for number, raw in enumerate(side.content.split(b"\n"), 1):
        if number not in numbers or raw.lstrip().startswith((b"#", b";", b"//")):
            continue
        line = raw.decode("utf-8", "replace").strip()
        if audits:
            yield from _about_base(number, line)
        for found in _QUIET.finditer(line):
            yield _quiet(number, line, found)


def _about_base(number: int, line: str) -> Iterator[Occurrence]:
    for found in (*_BASE.finditer(line), *_ITEM.finditer(line)):
        yield Occurrence(AUDIT_BASE, number, number, "", line[:200], found[1], {"rev": found[1]})
    if depth := _DEPTH.match(line):
        yield Occurrence(FETCH_DEPTH, number, number, "", line[:200], depth[1], {"depth": depth[1]})


def _quiet(number: int, line: str, found: re.Match[str]) -> Occurrence:
    value = found["w"] or found["v"] or ""
    what = found["d"] or found["p"] or ("PYTHONWARNINGS" if found["v"] else "-W")
    narrow = any(value.split(":")[1:])
    what = {"no:warnings": "-p no:warnings", "-W": f"-W {value}", "PYTHONWARNINGS": f"PYTHONWARNINGS={value}"}.get(
        what, what
    )
    return Occurrence(
        QUIET_RUN, number, number, "", line[:200], what, {"what": what, "blanket": "" if narrow else "yes"}
    )
