"""The rule call-counting."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.kinds.shortcuts import COUNTED_ANSWER
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class CallCounting(Rule):
    """What a function of the product answers depends on how often it was called.

    A count that outlives the call (a global, an attribute of the function or class, a mutable default, an iterator of
    the module) is asked, and a value is returned by what it says. Counts that are only kept, returned, logged or that
    raise are left alone, and so are those of an object.

    Level: error where single counts are picked and a literal is returned for them; warning otherwise.

    Why: tests call in a known order, so such a function can answer each of them and nobody else.
    Fix: compute the answer from what the function was given.
    Not a fix: the count in another place.
    """

    name = "call-counting"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = kept_apart("call_counting")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each function."""
        for file in audit.files(FileRole.PRODUCT):
            for it in file.new_ones(COUNTED_ANSWER):
                yield self.finding(
                    Location(file.path, it.line, it.end_line, it.symbol),
                    f"What `{it.symbol}` returns depends on how often it was called: `{it.details['counter']}` "
                    f"{_decides(it)}.",
                    level=Level.ERROR if it.details["exact"] and it.details["answer"] else self.level,
                    evidence={"head": it.text},
                    fix="compute the answer from what the function was given",
                    not_a_fix="the count in another place",
                )


def _decides(it: Occurrence) -> str:
    answer = it.details["answer"]
    return f"decides whether `{answer}` is returned" if answer else "decides what is returned"
