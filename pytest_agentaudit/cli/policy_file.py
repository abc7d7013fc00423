"""Writes into a policy's file, and leaves all else in it as it is: comments, order, layout."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import import_module

from pytest_agentaudit.errors import AuditError


def with_waiver(text: str, entry: Mapping[str, object], path: str) -> str:
    """The policy's text with one more waiver. AuditError where it is not TOML, or cannot take the entry as it is laid
    out.
    """
    tomlkit = import_module("tomlkit")
    try:
        wanted = tomllib.loads(text)
        _waivers(wanted).append(dict(entry))
        document = tomlkit.parse(text)
        table = tomlkit.table()
        for key, value in entry.items():
            table.add(key, value)
        holder = document.setdefault("tool", tomlkit.table(is_super_table=True))
        policy = holder.setdefault("agentaudit", tomlkit.table())
        if "waivers" not in policy:
            policy.append("waivers", tomlkit.aot())
        policy["waivers"].append(table)
        written = str(tomlkit.dumps(document))
        holds = tomllib.loads(written) == wanted
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise AuditError(f"{path} cannot take a waiver: {error}", "add it by hand (docs/policy.md)") from error
    if not holds:
        raise AuditError(f"{path} is laid out so that a waiver would disturb it", "add it by hand (docs/policy.md)")
    return written


def _waivers(document: dict[str, object]) -> list[object]:
    """The list of waivers in a document, made where there is none."""
    place = document
    for key in ("tool", "agentaudit"):
        inner = place.setdefault(key, {})
        if not isinstance(inner, dict):
            raise TypeError(f"{key} is no table")
        place = inner
    found = place.setdefault("waivers", [])
    if not isinstance(found, list):
        raise TypeError("waivers is no list of tables")
    return found
