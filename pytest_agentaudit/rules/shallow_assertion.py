"""The rule shallow-assertion."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta, Pairing
from pytest_agentaudit.facts.kinds.tests import SOURCE_TEXT
from pytest_agentaudit.facts.model import Assertion, Form, Occurrence, Predicate, TestCase
from pytest_agentaudit.facts.strength import literal, strength
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_READ = frozenset({Form.ASSERT, Form.UNITTEST})
_QUESTION = regex(
    r"(?:await +)?(?:[\w.]+\.)?_*(is|has|can|should|are|was|contains|supports|matches|equals?|all|any)(?=_|[A-Z(])"
)


class ShallowAssertion(Rule):
    """A new test asks little of the result that it has at hand.

    The strongest thing that it demands of a value from the product is that it is true, not None, not empty, of some
    type, or within a tolerance as wide as the value itself; or it looks for words in the product's source text instead
    of running it. Functions that answer a question (`is_valid`), tests with any stronger demand, expected errors, mocks
    and snapshots stay silent.

    Level: note, always: it is a matter of quality, and factories and smoke tests have their place.

    Why: a wrong value passes as long as there is one.
    Fix: assert the value, or the part of it that the test is about.
    Not a fix: more assertions of the same kind.
    """

    name = "shallow-assertion"
    family = Family.HOLLOW
    level = Level.NOTE
    examples = kept_apart("shallow_assertion")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding of either kind for each file."""
        subjects = Subjects(audit.delta)
        shallow: dict[str, list[TestCase]] = {}
        for pair in audit.delta.tests:
            test = pair.new
            if pair.how is not Pairing.NEW or test is None or test.uncollected or not test.assertions:
                continue
            if all(map(_is_shallow, test.assertions)) and subjects.known(test, pair.new_path):
                shallow.setdefault(pair.new_path, []).append(test)
        for path, group in shallow.items():
            yield self.shallow(path, group)
        for file in audit.files(FileRole.TEST):
            found = [it for it in file.new_ones(SOURCE_TEXT) if it.details["alone"] and not _is_meta(file, it)]
            if found:
                yield self.source_text(file.path, found)

    def shallow(self, path: str, group: list[TestCase]) -> Finding:
        """The tests of one file whose demands are all weak."""
        test = group[0]
        strongest = max(test.assertions, key=lambda it: (strength(it), -it.line))
        first = min(test.assertions, key=lambda it: it.line)
        more = f" {len(group) - 1} more new tests of this file are like it." if len(group) > 1 else ""
        return self.finding(
            Location(path, first.line, first.end_line, test.qualified_name),
            f"`{strongest.text}` is the strongest demand of `{test.qualified_name}`: "
            f"any value of that kind passes.{more}",
            fix="assert the value, or the part of it that the test is about",
            not_a_fix="more assertions of the same kind",
            related=tuple(Location(path, it.line, it.end_line, it.qualified_name) for it in group[1:]),
        )

    def source_text(self, path: str, group: list[Occurrence]) -> Finding:
        """The tests of one file that look for words in source text."""
        first = group[0]
        more = f" So do {len(group) - 1} more." if len(group) > 1 else ""
        return self.finding(
            Location(path, first.line, first.end_line, first.symbol),
            f"`{first.symbol}` looks for words in source text (`{first.details['read']}`); it runs none of it.{more}",
            fix="call the code and assert what it does",
            not_a_fix="looking for other words",
            related=tuple(Location(path, it.line, it.end_line, it.symbol) for it in group[1:]),
        )


def _is_shallow(it: Assertion) -> bool:
    """Whether a demand lets almost any value pass; one that cannot fail is constant-assertion's."""
    if it.constant or it.form not in _READ or _QUESTION.match(it.subject):
        return False
    if it.tolerance is not None:
        value = literal(it.expected)
        return isinstance(value, int | float) and 0 < abs(value) <= it.tolerance
    if it.predicate is Predicate.ORDER:
        return it.subject.startswith("len(") and it.text.rstrip(" )").endswith(("> 0", ">= 1"))
    if it.predicate is Predicate.TRUTH:
        return not it.negated and it.text.count("(") == (it.form is Form.UNITTEST)
    return it.predicate <= Predicate.TYPE and not it.negated


def _is_meta(file: FileDelta, it: Occurrence) -> bool:
    """Whether the test says that text is what it tests: style, packaging, documentation."""
    return bool(
        re.search(
            r"(?i)lint|style|packag|docs?(_|$|tring)|licen[cs]e|header|convention|meta|import", it.symbol + file.path
        )
    )
