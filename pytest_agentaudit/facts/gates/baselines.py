"""Lists of known failures: baselines of checkers, disabled messages, tests that are expected to fail."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from pytest_agentaudit.facts.gates.document import Item, json
from pytest_agentaudit.facts.gates.model import Grown
from pytest_agentaudit.facts.model import Setting

LARGEST = 3_000_000
"""Characters of a baseline that are read."""


def grown(path: str, old: str, new: str, edited: frozenset[str]) -> Grown | None:
    """How a list grew, None where it did not. `edited` are the paths that the change edits."""
    if max(len(old), len(new)) > LARGEST:
        return None
    read: Callable[[str], Counter[str]] = _entries if path.endswith((".json", ".baseline")) else _lines
    before, after = read(old), read(new)
    fresh = after - before
    if not fresh or sum(after.values()) <= sum(before.values()):
        return None
    names = [it for it in fresh if it]
    hit = tuple(sorted(it for it in edited if it.endswith(".py") and any(it in name for name in names)))
    kind = "secrets" if "secret" in path or "gitleaks" in path else "known findings"
    line = _line_of(new, names[0] if names else "")
    grew = sum(after.values()) - sum(before.values())
    return Grown(
        kind,
        path,
        line,
        grew,
        sum(after.values()),
        tuple(names[:5]),
        hit,
        not old,
        "bandit" in path or kind == "secrets",
    )


def _lines(text: str) -> Counter[str]:
    """Entries, one a line, without their line numbers: code moves."""
    plain = (_unnumbered(line) for line in text.split("\n"))
    return Counter(it for it in plain if it and not it.startswith(("#", "//", "Found ")))


def _unnumbered(line: str) -> str:
    return re.sub(r":\d+(:\d+)?(?=:)", "", line.strip())


def _line_of(text: str, entry: str) -> int:
    """Where an entry stands: as a line of its own, else where its file is first named."""
    lines = text.split("\n")
    whole = (number for number, line in enumerate(lines, 1) if _unnumbered(line) == entry)
    named = (number for number, line in enumerate(lines, 1) if entry and entry.split(" ", maxsplit=1)[0] in line)
    return next(whole, next(named, 1))


def _entries(text: str) -> Counter[str]:
    """The findings in a JSON baseline: by file and rule."""
    root = json(text) if len(text) < LARGEST else json("")
    found: Counter[str] = Counter()
    for key in ("results", "files", "errors", "findings"):
        held = root.get(key)
        for path, items in held.entries.items():
            for it in items.items:
                found[f"{path} {_name(it)}"] += 1
        for it in held.items:
            found[f"{_first(it, 'filename', 'path', 'file')} {_name(it)}"] += 1
    for it in root.items:
        found[it.text or f"{_first(it, 'filename', 'path', 'file')} {_name(it)}"] += 1
    return found


def _name(item: Item) -> str:
    return _first(item, "code", "rule", "test_id", "type", "check_id", "name")


def _first(item: Item, *keys: str) -> str:
    return next((it.text for key in keys if (it := item.get(key)).text), "")


def disabled(old: Mapping[str, Setting], new: Mapping[str, Setting]) -> Grown | None:
    """Pylint's list of disabled messages, where it grew; a list that is new with pylint's settings did not."""
    was, now = old.get("pylint.disable"), new.get("pylint.disable")
    if now is None or not any(key.startswith("pylint.") for key in old):
        return None
    before, after = _texts(was), _texts(now)
    if before & {"all"}:
        return None
    fresh = sorted(after - before)
    if not fresh:
        return None
    return Grown("disabled messages of pylint", now.path, now.line, len(fresh), len(after), tuple(fresh[:5]))


def _texts(setting: Setting | None) -> frozenset[str]:
    value = setting.value if setting else ()
    return frozenset(map(str, value)) if isinstance(value, tuple) else frozenset(re.split(r"[,\s]+", str(value)))
