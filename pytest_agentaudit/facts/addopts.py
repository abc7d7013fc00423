"""pytest's command line as settings files give it: which options, with which values."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from pytest_agentaudit.facts.setting_values import Word

_REPORTS = (
    "--allure-epics",
    "--allure-features",
    "--allure-ids",
    "--allure-label",
    "--allure-link-pattern",
    "--allure-severities",
    "--allure-stories",
    "--alluredir",
    "--css",
    "--html",
    "--json-report-file",
    "--json-report-indent",
    "--json-report-omit",
    "--json-report-verbosity",
    "--metadata",
    "--metadata-from-json",
    "--metadata-from-json-file",
    "--sugar-trace-dir",
)
_RERUNS = (
    "--force-reruns",
    "--inversion",
    "--max-suite-reruns",
    "--order-group-scope",
    "--order-marker-prefix",
    "--order-scope",
    "--order-scope-level",
    "--rerun-except",
    "--rerun-exclude-path",
    "--reruns-delay-backoff-factor",
    "--reruns-mode",
    "--session-timeout",
    "--timeout_method",
)
WITH_VALUE = frozenset(
    {
        "-c",
        "-k",
        "-m",
        "-n",
        "-o",
        "-p",
        "-r",
        "-W",
        "--anyio-mode",
        "--assert",
        "--asyncio-mode",
        "--basetemp",
        "--capture",
        "--code-highlight",
        "--color",
        "--confcutdir",
        "--cov-config",
        "--cov-context",
        "--cov-fail-under",
        "--cov-precision",
        "--cov-report",
        "--deselect",
        "--dist",
        "--doctest-glob",
        "--doctest-report",
        "--durations",
        "--durations-min",
        "--durations-path",
        "--splitting-algorithm",
        "--hypothesis-profile",
        "--hypothesis-seed",
        "--hypothesis-verbosity",
        "--ignore",
        "--ignore-glob",
        "--import-mode",
        "--junitprefix",
        "--junitxml",
        "--lfnf",
        "--log-auto-indent",
        "--log-cli-date-format",
        "--log-cli-format",
        "--log-cli-level",
        "--log-date-format",
        "--log-disable",
        "--log-file",
        "--log-file-date-format",
        "--log-file-format",
        "--log-file-level",
        "--log-file-mode",
        "--log-format",
        "--log-level",
        "--max-warnings",
        "--max-worker-restart",
        "--maxfail",
        "--maxprocesses",
        "--maxschedchunk",
        "--only-rerun",
        "--pastebin",
        "--pdbcls",
        "--px",
        "--random-order-bucket",
        "--random-order-seed",
        "--reruns",
        "--reruns-delay",
        "--rootdir",
        "--rsyncdir",
        "--rsyncignore",
        "--show-capture",
        "--splits",
        "--group",
        "--tb",
        "--testrunuid",
        "--timeout",
        "--timeout-method",
        "--tx",
        "--verbosity",
        "--agent-audit-base",
        "--agent-audit-prove",
        "--agent-audit-budget",
        "--agent-audit-report",
        "--agent-audit-fail-on",
        "--agent-audit-incomplete",
        *_REPORTS,
        *_RERUNS,
    }
)
"""Options that take the next word: those of pytest 9, pytest-cov, pytest-xdist, Hypothesis, pytest-timeout,
-rerunfailures, -order, -html, -json-report, -metadata, -sugar and Allure, and the common ones of -random-order and
-split."""

MAYBE_VALUE = frozenset({"--cov", "--cache-show", "--debug"})
"""Options that take the next word unless it looks like an option."""

REPEATABLE = frozenset(
    {
        "-o",
        "-p",
        "-W",
        "--cache-show",
        "--cov",
        "--cov-report",
        "--deselect",
        "--doctest-glob",
        "--ignore",
        "--ignore-glob",
        "--log-disable",
        "--px",
        "--rsyncdir",
        "--rsyncignore",
        "--tx",
        "--agent-audit-report",
    }
)
"""Options whose values add up; of all others the last one counts."""

ALIASES = {
    "--co": "--collect-only",
    "--collectonly": "--collect-only",
    "--config-file": "-c",
    "--exitfirst": "-x",
    "--failed-first": "--ff",
    "--funcargs": "--fixtures",
    "--junit-prefix": "--junitprefix",
    "--junit-xml": "--junitxml",
    "--last-failed": "--lf",
    "--last-failed-no-failures": "--lfnf",
    "--new-first": "--nf",
    "--numprocesses": "-n",
    "--override-ini": "-o",
    "--pythonwarnings": "-W",
    "--quiet": "-q",
    "--report-chars": "-r",
    "--setuponly": "--setup-only",
    "--setupplan": "--setup-plan",
    "--setupshow": "--setup-show",
    "--showlocals": "-l",
    "--stepwise": "--sw",
    "--stepwise-reset": "--sw-reset",
    "--stepwise-skip": "--sw-skip",
    "--verbose": "-v",
    "-V": "--version",
    "-h": "--help",
}
"""The spellings of one option, under the name by which the facts know it."""


class Option(Struct, frozen=True):
    """An option under its one name. `values` holds every value given, in order (none for a switch); `line` is where
    it is first written.
    """

    name: str
    values: tuple[str, ...]
    line: int

    @property
    def value(self) -> object:
        """As a setting: all values of a repeatable option, the last one of another, True for a switch."""
        if self.name in REPEATABLE:
            return self.values
        return self.values[-1] if self.values else True


def options(words: Sequence[Word]) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    """The options in `words`, by first appearance, and the words that are none (paths and test ids).

    An option that this module does not know takes no further word: what follows it counts as a path.
    """
    lines: dict[str, int] = {}
    values: dict[str, list[str]] = {}
    paths: list[str] = []
    for name, value in _split(words):
        if name is None:
            paths.append(value.text if value else "")
            continue
        lines.setdefault(name.text, name.line)
        values.setdefault(name.text, []).extend([value.text] if value else [])
    return tuple(Option(name, tuple(given), lines[name]) for name, given in values.items()), tuple(paths)


def _split(words: Iterable[Word]) -> Iterator[tuple[Word | None, Word | None]]:
    """Pairs of option and value; without an option, the value is a path."""
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if word.text == "--":
            yield from ((None, path) for path in rest)
            return
        if word.text.startswith("--"):
            yield _long(word, rest)
        elif word.text.startswith("-") and len(word.text) > 1:
            yield from _short(word, rest)
        else:
            yield None, word


def _long(word: Word, rest: deque[Word]) -> tuple[Word, Word | None]:
    name, equals, value = word.text.partition("=")
    named = Word(ALIASES.get(name, name), word.line)
    if equals:
        return named, Word(value, word.line)
    return named, _next_value(named.text, rest, Word("", word.line))


def _short(word: Word, rest: deque[Word]) -> Iterator[tuple[Word, Word | None]]:
    """A cluster of one-letter options ("-qx", "-pno:cov"): the first that takes a value takes all that is left."""
    letters = word.text[1:]
    for index, letter in enumerate(letters):
        named = Word(ALIASES.get(f"-{letter}", f"-{letter}"), word.line)
        if named.text in WITH_VALUE and letters[index + 1 :]:
            yield named, Word(letters[index + 1 :].removeprefix("="), word.line)
            return
        yield named, _next_value(named.text, rest, Word("", word.line))


def _next_value(name: str, rest: deque[Word], none: Word) -> Word | None:
    if name in WITH_VALUE:
        return rest.popleft() if rest else none
    if name in MAYBE_VALUE:
        return rest.popleft() if rest and not rest[0].text.startswith("-") else none
    return None
