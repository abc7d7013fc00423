"""The rule constant-assertion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pytest_agentaudit.facts.delta import TestPair
from pytest_agentaudit.facts.kinds.tests import (
    ALWAYS_TRUE,
    ITSELF,
    NEW_OBJECT,
    NO_SUCH_METHOD,
    NOT_ASSERTED,
    NOT_AWAITED,
    NOT_CALLED,
    ONLY_MESSAGE,
    TUPLE,
)
from pytest_agentaudit.facts.model import Assertion, TestCase
from pytest_agentaudit.facts.strength import real_demands
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

LONGEST = 80
"""Characters of an assertion that a message shows."""

_WORDS = {
    ALWAYS_TRUE: "is true whatever the code does",
    TUPLE: "asserts a tuple, which is always true: the comma belongs behind the condition, without the parentheses",
    ITSELF: "compares a value with itself",
    NOT_ASSERTED: "compares, but nothing asserts the result",
    NO_SUCH_METHOD: "is no assertion of unittest.mock: a mock has every attribute, and each of them is true",
    NOT_CALLED: "names an assertion method without calling it",
    NEW_OBJECT: "checks an object that was just made: it is never None",
    NOT_AWAITED: "asserts a coroutine that nobody awaits, which is always true",
    ONLY_MESSAGE: "compares nothing: the second argument is the message of the failure",
}
_FIXES = {
    TUPLE: "write `assert condition, message`",
    NOT_ASSERTED: "put `assert` before the comparison",
    NO_SUCH_METHOD: "call `assert_called_once()`, `assert_called_once_with(...)` or `assert_not_called()`",
    NOT_CALLED: "call the method: add the parentheses and the arguments",
    NOT_AWAITED: "await the call, and assert its value",
    ONLY_MESSAGE: "use `assertEqual`",
}


class ConstantAssertion(Rule):
    """An assertion cannot fail.

    It is true whatever the code does (`assert True`, `assert x or True`, `assert len(x) >= 0`, `assert all([])`),
    asserts a tuple or a list, compares a name with itself, hands the expected value over as the message, is a
    comparison that nothing asserts, an attribute that a mock invents, an assertion method that is not called, or a
    coroutine that nobody awaits. Data of the test in nested functions and strings, and tests of equality itself, stay
    silent.

    Level: error where a test has no other assertion, or where one that could fail became one that cannot; warning
    beside others that can fail, where the test only makes an object and finds that it is not None, and where a value
    stands in the place of the message; note where its own file, run as a script, takes what it returns.

    Why: the test is green with every defect in the code that it names.
    Fix: assert the value that the code under test gives.
    Not a fix: another condition that is always true, deleting the line.
    """

    name = "constant-assertion"
    family = Family.HOLLOW
    level = Level.ERROR
    examples = kept_apart("constant_assertion")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each test."""
        for pair in audit.delta.tests:
            if pair.new is None or not pair.new.touched or pair.new.uncollected:
                continue
            added = _added(pair)
            real = real_demands(pair.new)
            if real:
                added = [it for it in added if it.constant != NEW_OBJECT]
            if added:
                yield self.found(pair, added, alone=not real)

    def found(self, pair: TestPair, added: list[Assertion], *, alone: bool) -> Finding:
        """What cannot fail in one test."""
        first = next((it for it in added if it.constant != NEW_OBJECT), added[0])
        name = pair.new.qualified_name if pair.new else ""
        was = _was_real(pair, added)
        weak = first.constant in {NEW_OBJECT, ONLY_MESSAGE} or (
            pair.new is not None and pair.new.contract and not was and alone and not _names_answer(first, pair.new)
        )
        level = self.level if (alone or was) and not weak else Level.WARNING
        if pair.new and pair.new.answers_main and all(it.constant == NOT_ASSERTED for it in added):
            level = Level.NOTE
        alone_words = f" `{name}` has no other assertion." if alone else ""
        return self.finding(
            Location(pair.new_path, first.line, first.end_line, name),
            f"`{_cut(first.text)}` {_WORDS.get(first.constant, 'cannot fail')}.{alone_words}",
            level=level,
            evidence={**({"base": was.text} if was else {}), "head": first.text},
            fix=_FIXES.get(first.constant, "assert the value that the code under test gives"),
            not_a_fix="another condition that is always true, deleting the line",
            related=tuple(Location(pair.new_path, it.line, it.end_line, name) for it in added if it is not first),
        )


def _added(pair: TestPair) -> list[Assertion]:
    """The assertions that cannot fail and that the base's test did not have."""
    had = Counter(it.text for it in pair.old.assertions if it.constant) if pair.old else Counter[str]()
    added = []
    for it in pair.new.assertions if pair.new else ():
        if it.constant and had[it.text]:
            had[it.text] -= 1
        elif it.constant:
            added.append(it)
    return added


def _was_real(pair: TestPair, added: list[Assertion]) -> Assertion | None:
    """The assertion that could fail and gave way: paired with one that cannot, or the one that all of them replaced."""
    paired = (it.old for it in pair.assertions if it.new in added and it.old and not it.old.constant)
    dropped = (it.old for it in pair.assertions if it.new is None and it.old and it.loss and not it.old.constant)
    return next(paired, None) or next(dropped, None)


def _names_answer(it: Assertion, test: TestCase) -> bool:
    """Whether a comparison that nothing asserts says what the answer is: who only wants no error has no need of one."""
    return it.constant == NOT_ASSERTED and " == " in it.text and it.expected in test.literals


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."
