"""The rule faked-result."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import ASSUMED, FABRICATED, MEASURED, STAND_IN
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.reached import definition_pair, is_overridden, sure_callers
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

SIGNS = {
    "success": "it says that all went well",
    "words": "its words say that it is made up",
    "random": "it is drawn at random",
    "sleep": "it only waits",
    "message": "it prints that the work is done",
}
"""What each sign of a fake means."""


class FakedResult(Rule):
    """A result is made up instead of worked for.

    A function does no work and returns a written-out success, sample data, random figures, or what a `sleep` and a
    "done" make look like work; a figure that a call yielded is now written out or drawn at random; or the product uses
    a class whose name says that it is a stand-in.

    Level: error for a function that worked before, that a caller still reaches, and whose own words or means say that
    its result is made up; note for a success without other signs in a new function, and for a stand-in that a function
    takes for one case and the real thing for the others; warning otherwise. Health checks, defaults, demos and modules
    for testing are silent.

    Why: nobody can tell the answer from a real one.
    Fix: do the work, or raise until it can be done.
    Not a fix: other constants, or words that no longer say that the result is made up.
    """

    name = "faked-result"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = kept_apart("faked_result")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """Functions, figures, stand-ins."""
        for file in audit.files(FileRole.PRODUCT):
            for it in file.new_ones(FABRICATED):
                yield from self._function(audit, file, it)
            measured = {(it.symbol, it.details["name"]) for it in file.lost_ones(MEASURED)}
            for it in file.new_ones(ASSUMED):
                if (it.symbol, it.details["name"]) in measured:
                    yield self._figure(file, it)
            for it in file.new_ones(STAND_IN):
                yield self.finding(
                    Location(file.path, it.line, it.end_line, it.symbol),
                    f"`{it.symbol or file.path}` makes a `{it.details['name']}`, which by its name stands in for the "
                    "real thing.",
                    level=Level.NOTE if it.details["beside"] else self.level,
                    fix="use the real thing, or keep the stand-in in the tests",
                    not_a_fix="another name for the class",
                )

    def _function(self, audit: Audit, file: FileDelta, it: Occurrence) -> Iterator[Finding]:
        """A function that returns what it did not work for."""
        pair = definition_pair(audit.delta, file.path, it.line)
        if not pair or not pair.new or is_overridden(audit.delta, pair.new):
            return
        signs = it.details["signs"].split()
        is_plain = signs == ["success"]
        callers = sure_callers(audit.delta, pair.new)
        if pair.old is None and is_plain and not it.details["ignores"]:
            return
        level = self.level
        if pair.old and callers and not is_plain:
            level = Level.ERROR
        elif pair.old is None and is_plain:
            level = Level.NOTE
        why = "; ".join(SIGNS[sign] for sign in signs)
        did = "no longer does any work and" if pair.old else "does no work and"
        yield self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            f"`{it.symbol}` {did} returns `{it.details['value']}` ({why})."
            + (f" `{callers[0]}` still calls it." if pair.old and callers else ""),
            level=level,
            fix="do the work, or raise until it can be done",
            not_a_fix="other constants; words that no longer say that the result is made up",
        )

    def _figure(self, file: FileDelta, it: Occurrence) -> Finding:
        """A figure that was measured before."""
        how = "is drawn at random" if it.details["random"] else "is written out"
        return self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            f"`{it.details['name']}` was measured in `{it.symbol}`; now it {how}: `{it.details['value']}`.",
            fix="measure the figure",
            not_a_fix="another constant",
        )
