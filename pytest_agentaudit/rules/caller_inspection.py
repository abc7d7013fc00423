"""The rule caller-inspection."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.kinds.shortcuts import CALLER_ASKED, LOCALS, SOURCE
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class CallerInspection(Rule):
    """Product code decides by who called it.

    A frame, a stack or the source of the caller is read, and what it says is compared with a text. Asking for the
    caller's module or line to show it, to attribute a warning or to walk out of the own file is left alone.

    Level: error where the text speaks of tests or where the caller's source lines are compared; warning otherwise.

    Why: code that knows who asks can answer a test one way and everybody else another.
    Fix: make what differs a parameter.
    Not a fix: another way to find the caller.
    """

    name = "caller-inspection"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = kept_apart("caller_inspection")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each function."""
        for file in audit.files(FileRole.PRODUCT):
            for it in file.new_ones(CALLER_ASKED):
                yield self.finding(
                    Location(file.path, it.line, it.end_line, it.symbol),
                    f"`{it.symbol}` decides by its caller: {_what(it)}.",
                    level=_level(it),
                    evidence={"head": it.text},
                    fix="make what differs a parameter",
                    not_a_fix="another way to find the caller",
                )


def _what(it: Occurrence) -> str:
    whose = {SOURCE: "the caller's source is", LOCALS: "the caller's local names are"}.get(
        it.details["about"], "what that says is"
    )
    literal = it.details["tests"] or it.details["literal"]
    if it.details.get("returned"):
        return f"`{it.details['reads']}` is read, and the result is taken out of that by {literal!r}"
    return f"`{it.details['reads']}` is read, and {whose} compared with {literal!r}"


def _level(it: Occurrence) -> Level:
    sure = it.details["tests"] or (it.details["about"] == SOURCE and not it.details.get("returned"))
    return Level.ERROR if sure else Level.WARNING
