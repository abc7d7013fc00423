"""What the words of a checker's command take away: paths that it no longer names, strictness, codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pytest_agentaudit.facts.gates.model import Check, Kind, Narrowing, Run
from pytest_agentaudit.facts.gates.reach import Reach, globs
from pytest_agentaudit.facts.gates.runs import Pair
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.patterns import regex

_KINDS = frozenset({Check.LINT, Check.TYPES, Check.SECURITY})
_CODES = frozenset({"--ignore", "--extend-ignore", "--disable", "--skip", "-s", "--disable-error-code", "-d"})
_EXCLUDES = frozenset({"--exclude", "--extend-exclude", "--ignore-paths", "--ignore-patterns", "--per-file-ignores"})
_STRICT = frozenset({"--strict", "--disallow-untyped-defs", "--check-untyped-defs", "--warn-unreachable", "--level"})
_LOOSE = frozenset({"--ignore-errors", "--no-strict-optional", "--allow-untyped-defs", "--quiet-errors"})
_VALUED = (_CODES | _EXCLUDES) | {
    *(
        "--config-file",
        "--config",
        "-c",
        "--rcfile",
        "--select",
        "--extend-select",
        "--output-format",
        "--format",
        "-f",
    ),
    *(
        "-j",
        "--jobs",
        "--python-version",
        "--platform",
        "--max-line-length",
        "--max-complexity",
        "-p",
        "--project",
        "-P",
    ),
    *("--target-version", "--line-length", "--enable", "--fail-under", "--level", "--package", "--module", "-m"),
}
"""Options that take the next word."""

_OPTION = regex(r"-{1,2}[a-zA-Z]")


def narrowed_commands(pairs: Iterable[Pair], reach: Reach) -> Iterator[Narrowing]:
    """The checkers' commands that see less at head."""
    for was, now in pairs:
        same = was.command.tool == now.command.tool and was.command.words == now.command.words
        if now.command.check in _KINDS and was.command.tool == now.command.tool and not same:
            yield from _options(was, now)
            yield from _paths(was, now, reach)


def _setting(run: Run) -> Setting:
    return Setting(run.command.tool, run.command.text, run.path, run.command.line)


def _options(was: Run, now: Run) -> Iterator[Narrowing]:
    tool, before, after = now.command.tool, _given(was.command.words), _given(now.command.words)
    codes = [code for name in _CODES for code in after.get(name, ()) if code not in before.get(name, ())]
    if codes:
        yield Narrowing(tool, Kind.CODES, tuple(codes), _setting(was), _setting(now), everywhere=True)
    lost = tuple(sorted(it for it in _STRICT if it in before and it not in after))
    loose = tuple(sorted(it for it in _LOOSE if it in after and it not in before))
    if lost or loose:
        yield Narrowing(tool, Kind.STRICTNESS, (*lost, *loose), _setting(was), _setting(now), everywhere=True)


def _given(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Options with their values, lists split at commas."""
    found: dict[str, tuple[str, ...]] = {}
    for index, word in enumerate(words):
        if _OPTION.match(word):
            name, equals, value = word.partition("=")
            follows = words[index + 1] if index + 1 < len(words) and not equals and name in _VALUED else ""
            value = value or ("" if follows.startswith("-") else follows)
            found[name] = (*found.get(name, ()), *(it for it in value.split(",") if it))
    return found


def _paths(was: Run, now: Run, reach: Reach) -> Iterator[Narrowing]:
    """Paths and exclusions, by the files that the command no longer reaches."""
    if any("$" in word or word in ("TOX", "ARGUMENT") for word in (*was.command.words, *now.command.words)):
        return
    before, after = _given(was.command.words), _given(now.command.words)
    excluded = [it for name in _EXCLUDES for it in after.get(name, ()) if it not in before.get(name, ())]
    olds, news = _named(was.command.words), _named(now.command.words)
    gone = tuple(it for it in olds if it not in news)
    if excluded:
        reached = reach.of(globs(excluded), _nothing)
        if reached:
            yield Narrowing(
                now.command.tool, Kind.FILES, tuple(excluded), _setting(was), _setting(now), reached, by_command=True
            )
    if gone and news:
        reached = reach.of(globs(olds), globs(news))
        if reached:
            yield Narrowing(now.command.tool, Kind.FILES, gone, _setting(was), _setting(now), reached, by_command=True)


def _named(words: Sequence[str]) -> list[str]:
    """The words that name paths."""
    behind = {words[index + 1] for index, word in enumerate(words[:-1]) if word in _VALUED}
    return [it for it in words if not it.startswith("-") and it not in behind and it != "check"]


def _nothing(_path: str) -> bool:
    return False
