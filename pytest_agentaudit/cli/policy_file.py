"""Writes into a policy's file, and leaves all else in it as it is: comments, order, layout."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.toml import TomlError, parse

ROOT = ("tool", "agentaudit")


def waiver_text(entry: Mapping[str, object]) -> str:
    """A waiver as the policy has it: texts that can be printed, and one date."""
    lines = [f"{key} = {it if isinstance(it, date) else _quoted(str(it))}" for key, it in entry.items()]
    return "\n".join(("[[tool.agentaudit.waivers]]", *lines, ""))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def with_waiver(text: str, entry: Mapping[str, object], path: str) -> str:
    """The policy's text with one more waiver, behind the rest of the policy or else at the end. AuditError where it is
    not TOML, or can take no entry as it is laid out.
    """
    line_end = "\r\n" if "\r\n" in text else "\n"
    block = waiver_text(entry).replace("\n", line_end)
    try:
        wanted = tomllib.loads(text)
        _waivers(wanted).append(dict(entry))
        places = dict.fromkeys((_behind_policy(text), len(text)))
    except (ValueError, TypeError, RecursionError) as error:
        raise AuditError(f"{path} cannot take a waiver: {error}", "add it by hand (docs/policy.md)") from error
    for at in places:
        written = _inserted(text, at, block, line_end)
        if _reads_as(written, wanted):
            return written
    raise AuditError(f"{path} is laid out so that it cannot take a waiver", "add it by hand (docs/policy.md)")


def _behind_policy(text: str) -> int:
    """The offset behind the last line of the policy; the end of the text where nothing follows it."""
    try:
        places = parse(text).lines
    except TomlError:
        return len(text)
    last = max((line for place, line in places.items() if place[:2] == ROOT), default=0)
    following = [line for place, line in places.items() if place[:2] != ROOT and line > last]
    if not last or not following:
        return len(text)
    lines = text.split("\n")[: min(following) - 1]
    while lines and (not lines[-1].strip() or lines[-1].startswith("#")):  # what stands above a table belongs to it
        lines.pop()
    return len("\n".join(lines)) + 1


def _inserted(text: str, at: int, block: str, line_end: str) -> str:
    before, after = text[:at], text[at:]
    if before and not before.endswith("\n"):
        before += line_end
    if before.strip() and not before.endswith(line_end * 2):
        before += line_end
    return before + block + (line_end if after.strip() and not after.startswith(line_end) else "") + after


def _reads_as(text: str, wanted: Mapping[str, object]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except (ValueError, RecursionError):
        return False


def _waivers(document: dict[str, object]) -> list[object]:
    """The list of waivers in a document, made where there is none."""
    place = document
    for key in ROOT:
        inner = place.setdefault(key, {})
        if not isinstance(inner, dict):
            raise TypeError(f"{key} is no table")
        place = inner
    found = place.setdefault("waivers", [])
    if not isinstance(found, list):
        raise TypeError("waivers is no list of tables")
    return found
