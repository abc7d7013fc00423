"""Who may accept findings, and which are accepted: what a change grants that the base did not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from pytest_agentaudit.change.model import Tree
from pytest_agentaudit.facts.gates.guards import Held, held
from pytest_agentaudit.facts.gates.model import Edited, Guard
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.policy.model import CodeOwners, Policy
from pytest_agentaudit.policy.owners import Owners, owners
from pytest_agentaudit.waiver import label

MOST_FILES, MOST_ASKED = 200, 500
"""Files of new lines, and of the tree, that are asked for their owners: each asks every line."""
_SECTION = regex(rb"^\^?\[", re.MULTILINE)
_POLICY = ("tool", "agentaudit")
_DAYS, _SIGNERS, _APPROVERS, _OWNERS = "waiver-days", "allowed-signers", "approvers", "code-owners"


def grants(path: str, old: str, new: str) -> Iterator[Edited]:
    """What the policy at `path` newly grants; nothing where either text cannot be read."""
    before, after = held(old), held(new)
    if before and after:
        yield from _waivers(path, before, after)
        if before[0] or "/" in path:  # a repository's first policy takes nothing from anybody
            yield from _grantors(path, before, after)


def signers_file(policy: str) -> str:
    """The path of the allowed-signers file that a policy's text names, or ""."""
    table = held(policy)
    value = table[0].get(_SIGNERS) if table else None
    return value if isinstance(value, str) else ""


def asks_owners(policy: str) -> bool:
    """Whether a policy's text lets code owners approve."""
    table = held(policy)
    return bool(table and table[0].get(_OWNERS))


def more_owners(path: str, old: str, new: str) -> Iterator[Edited]:
    """Lines of a file of code owners that are new and name somebody: they own what others did, or nobody."""
    known = set(_lines(old))
    for number, line in enumerate(new.split("\n"), 1):
        if line.strip() not in known and line.strip() in _lines(line) and "@" in line:
            yield Edited(Guard.GRANTORS, line.split()[0], path, 0, "", line.strip(), number)


def outvoted(old: Tree, new: Tree, path: str) -> Iterator[Edited]:
    """Files whose owners another line, or another file of code owners, names since the one at `path` changed: the last
    match counts, and of several places the first. All of them are one edit.
    """
    text = new.read(path) or b""
    sections = ".gitlab/" in path or _SECTION.search(text)
    platform = CodeOwners.GITLAB if sections else CodeOwners.GITHUB
    before, after = owners(old.read, platform), owners(new.read, platform)
    known = set((old.read(path) or b"").split(b"\n"))
    fresh = b"\n".join(it for it in text.split(b"\n") if it not in known or _SECTION.match(it))
    asked = Owners(fresh.decode("utf-8", "replace"), platform)
    entries = old.entries()
    files = list(islice((it for it in new.entries() if it in entries and asked.meets(it)), MOST_FILES))
    lost = [it for it in files if _is_outvoted(it, before, after, is_new=path not in entries)]
    if not lost:
        return
    first, more = lost[0], len(lost) - 1
    (was, by), (now, other) = before.named(first), after.named(first)
    name = f"{first} and {more} more" if more else first
    keeps = now and path in entries and any(after.named(it)[1] == by for it in islice(entries, MOST_ASKED))
    guard = Guard.SHARED if keeps else Guard.OUTVOTED
    old_said, new_said = (" ".join((first, *names)) for names in (was, now))
    yield Edited(guard, name, path, 0, old_said, new_said, other.line or 1)


def _is_outvoted(file: str, before: Owners, after: Owners, *, is_new: bool) -> bool:
    (was, by), (now, other) = before.named(file), after.named(file)
    return (by != other or is_new) and bool(set(was) - set(now))


def more_signers(path: str, old: str, new: str) -> Iterator[Edited]:
    """Lines of the allowed-signers file that are new; dates that end a key's time are a part of its line."""
    known = set(_lines(old))
    for number, line in enumerate(new.split("\n"), 1):
        if line.strip() not in known and line.strip() in _lines(line):
            yield Edited(Guard.SIGNERS, line.split()[0], path, 0, "", line.strip(), number)


def _lines(text: str) -> list[str]:
    return [line for it in text.split("\n") if (line := it.strip()) and not line.startswith("#")]


def _waivers(path: str, old: Held, new: Held) -> Iterator[Edited]:
    known = _tables(old[0].get("waivers"))
    for index, entry in enumerate(_tables(new[0].get("waivers"))):
        if entry not in known:
            subject = label(*(str(entry.get(key, "")) for key in ("rule", "path", "symbol", "fingerprint")))
            place = (*_POLICY, "waivers", index)
            yield Edited(Guard.WAIVER, subject, path, 0, "", str(entry.get("reason", "")), new[1].line(place))


def _grantors(path: str, old: Held, new: Held) -> Iterator[Edited]:
    """More people who may grant, another list of signers, or waivers that may last longer."""
    was, now = _texts(old[0].get(_APPROVERS)), _texts(new[0].get(_APPROVERS))
    if set(now) - set(was):
        line = new[1].line((*_POLICY, _APPROVERS))
        yield Edited(Guard.GRANTORS, _APPROVERS, path, 0, ", ".join(was), ", ".join(now), line)
    for key in (_SIGNERS, _OWNERS):
        before, after = old[0].get(key), new[0].get(key)
        if after and before != after:
            yield Edited(Guard.GRANTORS, key, path, 0, str(before or ""), str(after), new[1].line((*_POLICY, key)))
    days = [it if isinstance(it, int) else Policy().waiver_days for it in (old[0].get(_DAYS), new[0].get(_DAYS))]
    if days[1] > days[0]:
        line = new[1].line((*_POLICY, _DAYS))
        yield Edited(Guard.GRANTORS, _DAYS, path, 0, str(days[0]), str(days[1]), line)


def _tables(value: object) -> Sequence[dict[str, object]]:
    return [it for it in value if isinstance(it, dict)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [it for it in value if isinstance(it, str)] if isinstance(value, list) else []
