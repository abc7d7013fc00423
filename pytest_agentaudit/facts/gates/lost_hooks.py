"""Hooks that a change takes away, moves to where nothing starts them, or keeps from files; and ways around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pytest_agentaudit.facts.gates.hooks import Hook, HookFile, is_check
from pytest_agentaudit.facts.gates.lost import REPLACES
from pytest_agentaudit.facts.gates.model import Lost, LostHook
from pytest_agentaudit.facts.gates.places import Places
from pytest_agentaudit.facts.gates.reach import Reach, expressions
from pytest_agentaudit.patterns import regex

Sees = Callable[[str], bool]


def lost_hooks(
    old: HookFile, new: HookFile, paths: tuple[str, str], text: str, places: Places, reach: Reach
) -> Iterator[LostHook]:
    """The hooks of one file that run less at head. `paths` are the file's on both sides, `text` is the head's."""
    if not new.readable:
        return
    pairs, gone = _paired(old.hooks, new.hooks)
    fresh = [it for it in new.hooks if all(it is not other for _old, other in pairs)]
    for hook in gone:
        path, line = places.head(paths[0], hook.line)
        comment = _commented(text, hook.name)
        instead = next((it.name for it in fresh if _replaces(it, hook, new)), "")
        if not hook.is_manual:
            checks = is_check(hook)
            yield LostHook(
                Lost.REMOVED,
                hook.name,
                path,
                comment or line,
                hook.name,
                checks,
                instead=instead,
                comment=comment,
                tool=_tool(hook),
            )
    for was, now in pairs:
        yield from _less(was, now, paths[1], reach)
    yield from _all_files(old, new, paths[1], reach)
    skipped = [it for it in new.ci_skip if it not in old.ci_skip]
    if skipped and any(it.name in skipped for it, _new in pairs):
        yield LostHook(Lost.SKIPPED, ", ".join(skipped), paths[1], new.ci_skip_line, f"ci.skip: {', '.join(skipped)}")


def _paired(old: Sequence[Hook], new: Sequence[Hook]) -> tuple[list[tuple[Hook, Hook]], list[Hook]]:
    """Hooks of one id; of several, those of the same repository and arguments first."""
    left = list(new)
    pairs: list[tuple[Hook, Hook]] = []
    gone: list[Hook] = []
    for hook in old:
        same = [it for it in left if it.name == hook.name] or [
            it for it in left if hook.command and it.command and it.command.tool == hook.command.tool
        ]
        best = max(same, key=lambda it: (it.repo == hook.repo, it.args == hook.args), default=None)
        if best is None:
            gone.append(hook)
        else:
            left.remove(best)
            pairs.append((hook, best))
    return pairs, gone


def _replaces(new: Hook, old: Hook, file: HookFile) -> bool:
    """Whether a new hook does what a removed one did: another tool of its kind, or one that includes it."""
    if new.check is not None and new.check is old.check and new.command and old.command:
        return True
    tools = {it.command.tool for it in file.hooks if it.command}
    name = old.command.tool if old.command else old.name
    return any(name in REPLACES.get(it, ()) for it in tools) or (new.repo == "local" and old.name in new.name)


def _less(was: Hook, now: Hook, path: str, reach: Reach) -> Iterator[LostHook]:
    checks = is_check(now)
    if now.is_manual and not was.is_manual:
        text = f"stages: {', '.join(now.stages)}"
        yield LostHook(Lost.MANUAL, now.name, path, now.stages_line, text, checks, tool=_tool(now))
    if now.exclude != was.exclude or now.files != was.files:
        before, after = _sees(was), _sees(now)
        reached = reach.of(before, after)
        if reached:
            key = "exclude" if now.exclude != was.exclude else "files"
            text = f"{key}: {now.exclude if key == 'exclude' else now.files}"
            yield LostHook(Lost.EXCLUDED, now.name, path, now.exclude_line, text, checks, reached, tool=_tool(now))


def _sees(hook: Hook) -> Sees:
    taken = expressions([hook.files]) if hook.files else _everything
    left = expressions([hook.exclude]) if hook.exclude and hook.exclude != "^$" else _nothing
    return lambda path: taken(path) and not left(path)


def _everything(_path: str) -> bool:
    return True


def _nothing(_path: str) -> bool:
    return False


def _tool(hook: Hook) -> str:
    return hook.command.tool if hook.command else ""


def _all_files(old: HookFile, new: HookFile, path: str, reach: Reach) -> Iterator[LostHook]:
    if new.exclude and new.exclude != old.exclude and new.hooks:
        before = expressions([old.exclude]) if old.exclude else _nothing
        reached = reach.of(expressions([new.exclude]), before)
        if reached:
            yield LostHook(
                Lost.EXCLUDED, "every hook", path, new.exclude_line, f"exclude: {new.exclude}", reached=reached
            )


def _commented(text: str, name: str) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#") and re.search(rf"\bid:\s*{re.escape(name)}\b", line):
            return number
    return 0


_BYPASS = regex(
    r"git\s+(?:-\S+\s+)*(?:commit|push|merge|rebase)\b[^\n|;&]*\s--no-verify\b|git\s+commit\b[^\n|;&]*\s-n\b"
    r"|\bSKIP\s*[=:]\s*[\"']?[a-z][\w,\- ]*|\bHUSKY\s*[=:]\s*[\"']?0\b|core\.hooksPath[=\s]+/dev/null"
    r"|\bPRE_COMMIT_ALLOW_NO_CONFIG\s*[=:]\s*[\"']?1|pre-commit\s+uninstall\b"
)


def _harmless(words: str, text: str) -> bool:
    """Whether `SKIP` is not pre-commit's, or skips what only guards a local branch."""
    name, _, value = words.replace(":", "=").partition("=")
    hooks = {it.strip(" \"'") for word in value.split()[:1] for it in word.split(",")}
    if name.strip() != "SKIP":
        return False
    return hooks <= {"no-commit-to-branch", "true", "false", "yes", "no"} or not (
        "pre-commit" in text or "prek" in text
    )


def bypasses(old: str, new: str, path: str, added: frozenset[int]) -> Iterator[LostHook]:
    """Commands in an added line that go around the hooks, where the base's text has no such command."""
    for number, line in enumerate(new.split("\n"), 1):
        plain = line.strip()
        if number in added and not plain.startswith(("#", "//")):
            found = _BYPASS.search(line)
            if found and found[0] not in old and not _harmless(found[0], new):
                yield LostHook(Lost.BYPASSED, found[0].strip(), path, number, plain[:120])
