"""Who must agree, what agents are told, and what this tool demands: what a change takes out of that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from pytest_agentaudit.facts.gates.document import Item, json
from pytest_agentaudit.facts.gates.model import USUAL, Edited, Guard
from pytest_agentaudit.facts.gates.paths import BRANCH, INSTRUCTIONS, OWNERS, PERMISSIONS
from pytest_agentaudit.facts.gates.shell import commands
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.policy.model import AppliesTo
from pytest_agentaudit.toml import Document, TomlError, parse

_DEMAND = regex(
    r"\b(must|never|always|do not|don.?t|required?|mandatory|forbidden|prohibited|not allowed|ensure|before ("
    r"committing|opening|pushing|submitting|every)|no exceptions|important|critical)\b",
    re.IGNORECASE,
)
_OF_CHECKS = regex(
    r"\b(tests?|pytest|lint|ruff|mypy|pyright|coverage|type[- ]?check\w*|pre-commit|hooks?|skip\w*|xfail|noqa|mock\w*|"
    r"assert\w*|suppress\w*|type: ignore|bypass\w*|--no-verify|secur\w*|secrets?|review\w*|fix\w*|verify|valid\w*)\b",
    re.IGNORECASE,
)


def edited(path: str, old: str, new: str | None) -> Iterator[Edited]:
    """What a guard's file demands less at head; `new` is None where it is gone."""
    if OWNERS.fullmatch(path):
        yield from _owners(path, old, new or "")
    elif INSTRUCTIONS.fullmatch(path):
        yield from _instructions(path, old, new or "")
    elif PERMISSIONS.fullmatch(path):
        yield from _permissions(path, json(old), json(new or ""), gone=new is None)
    elif BRANCH.fullmatch(path) and new is None:
        yield Edited(Guard.BRANCH, path, path, 1, path)


def _owners(path: str, old: str, new: str) -> Iterator[Edited]:
    """Patterns that lost their owners, or some of them without others in their place."""
    before, after = _owned(old), _owned(new)
    for pattern, (owners, line) in before.items():
        now = after.get(pattern)
        if now is None or not now[0] or set(now[0]) < set(owners):
            text = " ".join((pattern, *now[0])) if now else ""
            yield Edited(Guard.OWNERS, pattern, path, line, " ".join((pattern, *owners)), text, now[1] if now else 0)
    for pattern, (owners, line) in after.items():
        if pattern not in before and not owners:
            yield Edited(Guard.OWNERS, pattern, path, 0, "", pattern, line)


def _owned(text: str) -> dict[str, tuple[tuple[str, ...], int]]:
    found: dict[str, tuple[tuple[str, ...], int]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        words = line.partition(" #")[0].split()
        if words and not words[0].startswith(("#", "[", "^[")):
            found[words[0]] = (tuple(words[1:]), number)
    return found


def _instructions(path: str, old: str, new: str) -> Iterator[Edited]:
    """Sentences that demand something of checks and are nowhere in the new text, not even reworded."""
    after = [_bag(it) for it in new.split("\n")]
    for number, line in enumerate(old.split("\n"), 1):
        if _DEMAND.search(line) and _OF_CHECKS.search(line):
            bag = _bag(line)
            if bag and not any(len(bag & other) * 2 >= len(bag) for other in after):
                yield Edited(Guard.INSTRUCTIONS, line.strip(" -*#>\t")[:100], path, number, line.strip())


def _bag(line: str) -> frozenset[str]:
    return frozenset(it for it in re.findall(r"[a-z0-9_-]{3,}", line.lower()) if it not in _SMALL)


_SMALL = frozenset({"the", "and", "for", "you", "your", "all", "any", "with", "this", "that", "are", "not", "use"})

_DANGEROUS = regex(
    r"--no-verify|--dangerously|bypassPermissions|rm -rf|git push.*--force|Bash\(\*\)|^Bash$|^\*$|git push:\*|sudo"
)


def _permissions(path: str, old: Item, new: Item, *, gone: bool) -> Iterator[Edited]:
    for key in ("deny", "ask"):
        was, now = old.get("permissions", key), new.get("permissions", key)
        for it in was.items:
            if it.text not in now.texts() and not (key == "ask" and it.text in new.get("permissions", "deny").texts()):
                yield Edited(Guard.PERMISSIONS, f"{key}: {it.text}", path, it.line, it.text)
    known = old.get("permissions", "allow").texts()
    for it in new.get("permissions", "allow").items:
        if it.text not in known and _DANGEROUS.search(it.text):
            yield Edited(Guard.PERMISSIONS, f"allow: {it.text}", path, 0, "", it.text, it.line)
    mode = new.get("permissions", "defaultMode")
    if mode.text == "bypassPermissions" and old.get("permissions", "defaultMode").text != mode.text:
        yield Edited(Guard.PERMISSIONS, "defaultMode", path, 0, "", mode.text, mode.place)
    if new.get("disableAllHooks").text == "true" and old.get("disableAllHooks").text != "true":
        yield Edited(Guard.HOOKS, "disableAllHooks", path, 0, "", "true", new.get("disableAllHooks").place)
    yield from _lost_hooks(path, old, new, gone=gone)


def _lost_hooks(path: str, old: Item, new: Item, *, gone: bool) -> Iterator[Edited]:
    """Hooks that are gone, or whose failure no longer counts."""
    left = {command.text: command.line for command in _hook_commands(new)}
    for command in _hook_commands(old):
        if command.text in left:
            continue
        near = next((text for text in left if _similar(command.text, {text})), "")
        if gone or not near:
            yield Edited(Guard.HOOKS, command.text[:100], path, command.line, command.text)
        elif _excused(near) and not _excused(command.text):
            yield Edited(Guard.HOOKS, command.text[:100], path, command.line, command.text, near, left[near])


def _excused(text: str) -> bool:
    """Whether a hook's command drops the failure of what it checks."""
    return any(it.excuse for it in commands(text))


def _hook_commands(root: Item) -> Iterator[Item]:
    for event in root.get("hooks").entries.values():
        for matcher in event.items:
            yield from (it for name in ("command", "bash") if (it := matcher.get(name)))  # Copilot's are for a shell
            yield from (it for hook in matcher.get("hooks").items if (it := hook.get("command")))


def _similar(text: str, others: set[str]) -> bool:
    bag = _bag(text)
    return any(len(bag & _bag(it)) * 2 >= len(bag) for it in others) if bag else False


_POLICY = ("tool", "agentaudit")
_APPLIES_TO = "applies-to"
_BUILT = "built-files"

Table = Mapping[str, object]
Held = tuple[Table, Document]


def policy_edits(path: str, old: str, new: str) -> Iterator[Edited]:
    """What `[tool.agentaudit]` demands less at head. A LEVEL's `old` or `new` may be USUAL: the rules know theirs."""
    before, after = _document(old), _document(new)
    if before is None or after is None:
        return
    was, now = _table(before), _table(after)
    if was and not now:
        yield Edited(Guard.POLICY, "[tool.agentaudit]", path, before.line(_POLICY), "[tool.agentaudit]")
        return
    yield from _rules(path, (was, before), (now, after))
    yield from _overrides(path, (was, before), (now, after))
    yield from _steps(path, (was, before), (now, after))
    yield from _source(path, (was, before), (now, after))
    if now.get(_APPLIES_TO) == AppliesTo.AGENTS.value != was.get(_APPLIES_TO) and was:
        place = (*_POLICY, _APPLIES_TO)
        old_said = str(was.get(_APPLIES_TO, AppliesTo.EVERYONE.value))
        yield Edited(Guard.BEARING, _APPLIES_TO, path, before.line(place), old_said, "agents", after.line(place))


def part_edits(path: str, above: str, new: str) -> Iterator[Edited]:
    """What a part of the repository demands less by a new policy of its own at `path` than the policy `above` did, or
    without one the defaults. All that is told stands in the new policy.
    """
    before, after = _document(above), _document(new)
    if before is None or after is None or "agentaudit" not in _inner(after.values, "tool"):
        return
    old, now = (_table(before), before), (_table(after), after)
    place = after.line(_POLICY)
    for it in (*_rules(path, old, now), *_overrides(path, old, now), *_steps(path, old, now)):
        yield replace(it, old_line=0, new_line=it.new_line or place)


def held(text: str) -> Held | None:
    """`[tool.agentaudit]` of a policy's text, with the document around it; None where that cannot be read."""
    document = _document(text)
    return None if document is None else (_table(document), document)


def _document(text: str) -> Document | None:
    if not text:
        return Document({}, {})
    try:
        return parse(text)
    except TomlError:
        return None


def _table(document: Document) -> Table:
    return _inner(_inner(document.values, "tool"), "agentaudit")


def _inner(table: Table, key: str) -> Table:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _rules(path: str, old: Held, new: Held) -> Iterator[Edited]:
    was, now = _inner(old[0], "rules"), _inner(new[0], "rules")
    for rule in dict.fromkeys((*was, *now)):
        before, after = _level(was.get(rule)), _level(now.get(rule))
        place = (*_POLICY, "rules", rule)
        if before != after:
            at = new[1].line(place) if rule in now else 0
            yield Edited(Guard.LEVEL, rule, path, old[1].line(place), before, after, at)
        options = {**_options(was.get(rule))}, {**_options(now.get(rule))}
        for key in dict.fromkeys((*options[0], *options[1])):
            one, other = options[0].get(key), options[1].get(key)
            if one != other:
                at = new[1].line((*place, key)) if key in options[1] else 0
                yield Edited(
                    Guard.OPTION, f"{rule}.{key}", path, old[1].line((*place, key)), _said(one), _said(other), at
                )


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _level(value: object) -> str:
    level = value.get("level", USUAL) if isinstance(value, dict) else value
    return str(level) if level is not None else USUAL


def _options(value: object) -> Table:
    return {key: it for key, it in value.items() if key != "level"} if isinstance(value, dict) else {}


def _overrides(path: str, old: Held, new: Held) -> Iterator[Edited]:
    """Levels for some paths that are new, or lower than for the same paths before."""
    before = {(paths, rule): level for paths, rule, level, _line in _overridden(old)}
    for paths, rule, level, line in _overridden(new):
        was = before.get((paths, rule), USUAL)
        if was != level:
            yield Edited(Guard.LEVEL, f"{rule} in {', '.join(paths)}", path, 0, was, level, line)


def _overridden(held: Held) -> Iterator[tuple[tuple[str, ...], str, str, int]]:
    for index, entry in enumerate(_list(held[0].get("overrides"))):
        if isinstance(entry, dict):
            paths = tuple(str(it) for it in _list(entry.get("paths")))
            for rule, level in _inner(entry, "rules").items():
                yield paths, rule, str(level), held[1].line((*_POLICY, "overrides", index, "rules", rule))


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _steps(path: str, old: Held, new: Held) -> Iterator[Edited]:
    after = {str(it.get("name")): it for it in _list(new[0].get("steps")) if isinstance(it, dict)}
    for index, step in enumerate(_list(old[0].get("steps"))):
        if not isinstance(step, dict):
            continue
        name, line = str(step.get("name")), old[1].line((*_POLICY, "steps", index))
        now = after.get(name)
        if now is None:
            yield Edited(Guard.STEP, name, path, line, f"step {name}")
        elif {key: step.get(key) for key in ("when", "require", "run")} != {
            key: now.get(key) for key in ("when", "require", "run")
        }:
            at = next(n for n, it in enumerate(_list(new[0].get("steps"))) if it is now)
            keys = [key for key in ("when", "require", "run") if step.get(key) != now.get(key)]
            shown = [", ".join(f"{key} = {it.get(key)}" for key in keys) for it in (step, now)]
            place = new[1].line((*_POLICY, "steps", at))
            yield Edited(Guard.STEP, name, path, line, shown[0], shown[1], place)


def _source(path: str, old: Held, new: Held) -> Iterator[Edited]:
    """What counts as product code. Another `base` is moved-base's to tell."""
    was, now = old[0].get("source"), new[0].get("source")
    lost = [it for it in _list(was) if it not in _list(now)]
    if (was is not None and was != now and lost) or (now and was is None):
        at = new[1].line((*_POLICY, "source")) if now is not None else 0
        yield Edited(Guard.SOURCE, "source", path, old[1].line((*_POLICY, "source")), _said(was), _said(now), at)
    built = old[0].get(_BUILT), new[0].get(_BUILT)
    if old[0] and any(it not in _list(built[0]) for it in _list(built[1])):
        yield Edited(Guard.SOURCE, _BUILT, path, 0, _said(built[0]), _said(built[1]), new[1].line((*_POLICY, _BUILT)))
    was_roles, now_roles = _inner(old[0], "roles"), _inner(new[0], "roles")
    for role, patterns in now_roles.items():
        grown = [it for it in _list(patterns) if it not in _list(was_roles.get(role))]
        if role not in ("product", "test", "conftest") and grown and old[0]:
            line = new[1].line((*_POLICY, "roles", role))
            yield Edited(Guard.SOURCE, f"roles.{role}", path, 0, _said(was_roles.get(role)), _said(patterns), line)
