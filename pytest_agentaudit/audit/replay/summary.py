"""What a replay amounts to: counts by rule, month and author, and a policy to begin with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pytest_agentaudit import __version__
from pytest_agentaudit.audit.catalogue import all_rules
from pytest_agentaudit.audit.replay.record import Row
from pytest_agentaudit.model import Family, Level
from pytest_agentaudit.verdict import standing

SCHEMA = 1
"""Grows when a key is removed or changes its meaning; new keys leave it alone."""

HIGHEST, OF_ONE_CHANGE = 40, 3
"""How many findings are named as the highest-ranked, and how many of them may be of one change."""

HABIT_SHARE, HABIT_CHANGES = 0.03, 3
"""A rule's errors are habit from this share of the changes on, and this many of them."""


def document(rows: Sequence[Row], *, root: str, span: str, by: str) -> dict[str, Any]:
    """Everything that the replay found, as plain JSON values; changes newest first."""
    audited = [row for row in rows if row["verdict"]]
    habits = _habits(audited)
    names = {habit["rule"] for habit in habits}
    return {
        "schema": SCHEMA,
        "tool": {"name": "pytest-agentaudit", "version": __version__},
        "repository": root,
        "range": span,
        "by": by,
        "total": _counts(rows),
        "rules": _by_rule(audited),
        "months": _grouped(rows, lambda row: row["day"][:7]),
        "authors": _grouped(rows, _author),
        "proposal": {
            "rules": habits,
            "blocked_before": sum(_blocks(row) for row in audited),
            "blocked_after": sum(_blocks(row, but=names) for row in audited),
        },
        "highest": highest(rows),
        "changes": list(rows),
    }


def highest(rows: Iterable[Row], most: int = HIGHEST) -> list[dict[str, Any]]:
    """The findings that somebody with little time should read first, as `verdict.standing` orders them, those of newer
    changes before equal ones; no more than OF_ONE_CHANGE of one change, and no notes.
    """
    families = {name: rule.family for name, rule in all_rules().items()}
    told = [
        (
            standing(Level(it["level"]), families.get(it["rule"], Family.COMPLEXITY), it.get("size", 0)),
            at,
            {"sha": row["sha"], **it},
        )
        for at, row in enumerate(rows)
        for it in row["findings"]
        if it["level"] != Level.NOTE
    ]
    named: Counter[str] = Counter()
    kept: list[dict[str, Any]] = []
    for *_, it in sorted(told, key=lambda one: one[:2]):
        named[it["sha"]] += 1
        if named[it["sha"]] <= OF_ONE_CHANGE:
            kept.append(it)
    return kept[:most]


def _counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many changes there are, could be judged, would have been blocked, and how many findings they have."""
    rows = list(rows)
    levels = [finding["level"] for row in rows for finding in row["findings"]]
    return {
        "changes": len(rows),
        "audited": sum(bool(row["verdict"]) for row in rows),
        "blocked": sum(_blocks(row) for row in rows),
        **{level.value: levels.count(level.value) for level in Level},
    }


def _blocks(row: Row, but: Iterable[str] = ()) -> bool:
    """Whether a change has an error, those of some rules left out."""
    return any(it["level"] == Level.ERROR and it["rule"] not in set(but) for it in row["findings"])


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> list[dict[str, Any]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return [{"name": name, **_counts(group)} for name, group in sorted(groups.items())]


def _author(row: Row) -> str:
    """Agents and bots by their name, people together."""
    kind, name = row["author"]["kind"], row["author"]["name"]
    return f"{kind}: {name}" if name else "people"


def _by_rule(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Each rule that found something: its findings by level, the changes that they are in, and those with an error."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        for it in row["findings"]:
            found[it["rule"]].append((row["sha"], it["level"]))
    counted = [
        {
            "name": rule,
            "changes": len({sha for sha, _ in places}),
            "blocked": len({sha for sha, level in places if level == Level.ERROR}),
            **{level.value: sum(said == level.value for _, said in places) for level in Level},
        }
        for rule, places in found.items()
    ]
    return sorted(counted, key=lambda it: (-it["blocked"], -it["warning"], it["name"]))


def _habits(audited: Sequence[Row]) -> list[dict[str, Any]]:
    """The rules whose errors this house has lived with, and what share of its changes they are in."""
    return [
        {"rule": it["name"], "level": Level.WARNING.value, "changes": it["blocked"], "of": len(audited)}
        for it in _by_rule(audited)
        if it["blocked"] >= max(HABIT_CHANGES, HABIT_SHARE * len(audited))
    ]
