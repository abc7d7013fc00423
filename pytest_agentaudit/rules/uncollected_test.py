"""The rule uncollected-test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_agentaudit.facts.delta import Delta, TestPair
from pytest_agentaudit.facts.kinds.tests import OUTSIDE
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

if TYPE_CHECKING:
    from pytest_agentaudit.facts.standing_apart import folder_of, stands_apart
else:
    folder_of, stands_apart = later("pytest_agentaudit.facts.standing_apart", "folder_of", "stands_apart")

SHOWN = 3
"""How many names a message lists."""

SEVERAL = 2
"""How many tests a file has to hold already before it counts as one that another runner has."""

BY_NAME = "its file is not named"

_CLEAR = regex(r"_*[Tt]est(_|[A-Z0-9]|$)\w*|\w+_test")
"""Names that a function has only when it is meant as a test."""


class _Lost(Struct, frozen=True):
    """A test that pytest does not collect, and why."""

    pair: TestPair
    test: TestCase
    why: str

    @property
    def was_collected(self) -> bool:
        """Whether pytest collected it at base."""
        return self.pair.old is not None and not self.pair.old.uncollected

    @property
    def is_clear(self) -> bool:
        """Whether nothing but a test is called so."""
        return _is_clear(self.test)


class UncollectedTest(Rule):
    """A test is written, or renamed, so that pytest does not collect it.

    Its name, its class, its file or its folder does not match the project's settings, its class has `__init__`, or
    `__test__` is false; or a whole run did not collect it. Functions that something calls are helpers, classes that
    others derive from are bases: both stay silent, and so do files that are data of a test tree, benchmarks beside
    others that are handed to pytest by name, and files (Django's `tests.py`) whose tests pytest did not collect at base
    either: another runner has them.

    Level: error where pytest collected it at base, where the whole run shows that it did not, or where a function named
    like a test asserts in a collected file; warning otherwise.

    Why: it is never run, and the suite is green without it.
    Fix: give it a name, class and file that the settings collect.
    Not a fix: calling it from another file, running it by hand once.
    """

    name = "uncollected-test"
    family = Family.STEPS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("uncollected_test")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each file and cause."""
        groups: dict[tuple[str, str], list[_Lost]] = defaultdict(list)
        others = _run_by_others(audit.delta)
        for pair in audit.delta.tests:
            if pair.new is not None and _is_new_here(pair):
                why = _why(audit, pair, pair.new)
                lost = _Lost(pair, pair.new, why)
                has_other = why.startswith(BY_NAME) and pair.new_path in others and not lost.was_collected
                if why and not has_other and not _is_excused(audit, lost):
                    by_folder = why.startswith(OUTSIDE)
                    groups[folder_of(pair.new_path) if by_folder else pair.new_path, why].append(lost)
        collected = {it.new_path for it in audit.delta.tests if it.new and not it.new.uncollected}
        for group in groups.values():
            yield self.found(group, alone=group[0].pair.new_path not in collected)

    def found(self, group: list[_Lost], *, alone: bool) -> Finding:
        """The tests that one cause keeps out; `alone` where pytest collects no other test of the file."""
        group.sort(key=lambda it: (it.pair.new_path, it.test.line))
        first = next((it for it in group if it.was_collected), group[0])
        path, many = first.pair.new_path, len(group) > 1
        state = (
            f"{'were' if many else 'was'} collected before the change"
            if first.was_collected
            else (f"{'are' if many else 'is'} new")
        )
        return self.finding(
            Location(path, first.test.line, first.test.end_line, first.test.qualified_name),
            f"{_names(group)} {state} and pytest does not collect {'them' if many else 'it'} now: {first.why}.",
            level=Level.ERROR if _is_error(first, alone=alone) else Level.WARNING,
            evidence={"base": f"def {first.pair.old.qualified_name}"} if first.was_collected and first.pair.old else {},
            fix="give the test a name, class and file that pytest's settings collect",
            not_a_fix="calling it by hand, or from a script",
            related=tuple(
                Location(it.pair.new_path, it.test.line, it.test.end_line, it.test.qualified_name)
                for it in group
                if it is not first
            ),
        )


_BY_RUN = "the whole run did not collect it"


def _is_clear(test: TestCase) -> bool:
    return bool(_CLEAR.fullmatch(test.qualified_name.rpartition(".")[2]))


def _is_new_here(pair: TestPair) -> bool:
    """Whether the change made the test, or made it uncollected."""
    return pair.new is not None and (pair.old is None or bool(pair.new.uncollected) > bool(pair.old.uncollected))


def _run_by_others(delta: Delta) -> frozenset[str]:
    """The changed files that held tests at base already, of which pytest collected none for the file's name: another
    runner has them.
    """
    old = (
        (file.path, [it for it in file.old.tests if _is_clear(it) and not it.called_by])
        for file in delta.files
        if file.old
    )
    return frozenset(
        path for path, tests in old if len(tests) >= SEVERAL and all(it.uncollected.startswith(BY_NAME) for it in tests)
    )


def _why(audit: Audit, pair: TestPair, test: TestCase) -> str:
    """Why pytest does not collect the test, "" where it does: as a whole run shows it, else by its settings."""
    run = audit.whole
    if run is None or not run.collected or any(pair.new_path in it for it in run.collection_errors):
        return test.uncollected
    name = test.qualified_name.rpartition(".")[2]
    if any(function.rpartition(".")[2] == name for _, function in run.collected):
        return ""
    ours = any(path == pair.new_path for path, _ in run.collected)
    return test.uncollected or (_BY_RUN if ours and test.touched and not test.marks else "")


def _is_excused(audit: Audit, lost: _Lost) -> bool:
    """Whether the function is a helper, a base class's or data; one that was collected at base is none of these."""
    test, path = lost.test, lost.pair.new_path
    owner, _, name = test.qualified_name.rpartition(".")
    if test.called_by or not (test.assertions or lost.was_collected):
        return True
    outside = lost.why.startswith(OUTSIDE)
    if not lost.was_collected and stands_apart(audit.change, audit.delta.gates, path, outside=outside):
        return True
    known = owner or ("" if lost.is_clear else name)
    return bool(known and lost.why != _BY_RUN and audit.delta.mentions.get(known, frozenset()) - {path})


def _is_error(lost: _Lost, *, alone: bool) -> bool:
    """Whether a test was meant, beyond doubt: a file named like a test file has nothing else to offer."""
    if lost.was_collected or lost.why == _BY_RUN:
        return True
    by_file = lost.why.startswith(("its file", "its folder"))
    return (lost.is_clear or alone) and not by_file


def _names(group: list[_Lost]) -> str:
    names = [f"`{it.test.qualified_name}`" for it in group]
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
