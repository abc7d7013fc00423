"""The rule swallowed-assertion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.kinds.tests import SWALLOWED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.touched_tests import TouchedTests
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class SwallowedAssertion(Rule):
    """An assertion fails and the test passes all the same.

    The assertion stands in a `try` whose handler catches AssertionError, Exception or everything and neither raises,
    fails, asserts, skips nor takes down anything that is read later; in `contextlib.suppress` of one of these; or in
    `pytest.raises` of one of these, which a failed assertion satisfies. Loops that try again and fail in the end,
    tests in which the failure is what is expected, and helpers that return an answer stay silent.

    Level: error where a test makes no other demand than swallowed ones, and for a decorator or base class that swallows
    what the tests it is given demand; warning otherwise, for `pytest.raises`, and in
    helpers; note where its own file, run as a script, takes what it returns.

    Why: whatever the code does, the test is green, and it looks as if it checked something.
    Fix: take the assertion out of the `try`, or catch only the exception that the called code may raise.
    Not a fix: printing or logging the failure, returning False from the test.
    """

    name = "swallowed-assertion"
    family = Family.HOLLOW
    level = Level.ERROR
    examples = kept_apart("swallowed_assertion")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each construct that swallows, and for those of a file that swallow the same."""
        tests = TouchedTests(audit.delta)
        for file in audit.files(FileRole.TEST, FileRole.CONFTEST):
            alike: dict[tuple[str, str, Level], list[Finding]] = defaultdict(list)
            for it in file.new_ones(SWALLOWED):
                if not it.details["test"] or tests.runs(file.path, it):
                    found = self.found(file.path, it, alone=tests.is_alone(file.path, it))
                    alike[it.details["assertion"], it.details["by"], found.level].append(found)
            for first, *more in alike.values():
                yield replace(first, related=(*first.related, *(it.location for it in more)))

    def found(self, path: str, it: Occurrence, *, alone: bool) -> Finding:
        """One construct."""
        alone = alone and bool(it.details["test"])
        words = f" `{it.symbol}` makes no other demand." if alone else ""
        line = int(it.details["line"])
        wraps = it.details["how"] == "wrapper"
        level = self.level if wraps or (alone and it.details["how"] != "raises") else Level.WARNING
        return self.finding(
            Location(path, it.line, it.end_line, it.symbol),
            f"A failure of `{it.details['assertion']}` ends in `{it.details['by']}`, and `{it.symbol}` goes on.{words}",
            level=Level.NOTE if it.details["script"] else level,
            fix="take the assertion out of the block, or catch only the exception that the called code may raise",
            not_a_fix="printing or logging the failure, returning False",
            related=(Location(path, line, symbol=it.symbol),) if line != it.line else (),
        )
