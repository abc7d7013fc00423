"""The rule swallowed-exception."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import DEFAULT_HANDLER, DROPPED_RESULTS, SILENT, SILENT_HANDLER
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.reached import enclosing_pair
from pytest_agentaudit.facts.silencing import Silences
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

if TYPE_CHECKING:
    from pytest_agentaudit.facts.answer_matching import names_of
    from pytest_agentaudit.facts.error_demands import ErrorDemands, LostDemand
else:
    names_of = later("pytest_agentaudit.facts.answer_matching", "names_of")
    ErrorDemands = later("pytest_agentaudit.facts.error_demands", "ErrorDemands")

_ALIKE = 0.5
"""The share of names that two `try` suites have in common before they are taken for the same."""

_OF_CHECKERS = frozenset({Silences.LINT, Silences.SECURITY})


class SwallowedException(Rule):
    """A new handler catches any exception and drops it.

    It does nothing (`pass`, `continue`, `return None`, `contextlib.suppress`), or answers with a written-out value and
    says nothing of what was raised; or the results of `asyncio.gather(return_exceptions=True)` are not looked at.
    Narrow handlers, those that log, use or re-raise the exception, clean-up and optional imports are silent.

    Level: error where a suppression quiets the checker that would have said so and no comment says why (warning for a
    default in new code), or where the same change takes away the test that demanded the exception; note where a
    comment says why, around probes, telemetry and the tries of one thing after another, and for a default in new code;
    warning otherwise.

    Why: a failure that nobody hears of is found by a customer, far from its cause.
    Fix: catch the exceptions that can be expected here, or log the exception.
    Not a fix: a comment, or `contextlib.suppress(Exception)` instead.
    """

    name = "swallowed-exception"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = kept_apart("swallowed_exception")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for the handlers of a function that are alike."""
        demands = ErrorDemands(audit.delta)
        gone = [it for file in audit.files(FileRole.PRODUCT) for it in file.lost_ones(SILENT_HANDLER, DEFAULT_HANDLER)]
        for file in audit.files(FileRole.PRODUCT):
            hushed = [it for it in file.added_suppressions if it.silences in _OF_CHECKERS]
            quieted = {it.line for it in hushed if not it.reason}
            alike: dict[tuple[str, Level, str], list[Finding]] = defaultdict(list)
            for it in file.new_ones(SILENT_HANDLER, DEFAULT_HANDLER, DROPPED_RESULTS):
                if it.details["excuse"] not in SILENT and not _took_place_of_one(it, gone):
                    is_quieted = not quieted.isdisjoint(range(it.line, it.end_line + 1))
                    lost = demands.of(_named_by_tests(audit, it.symbol))
                    found = self._handler(audit, file, it, lost, is_quieted=is_quieted)
                    alike[it.symbol, found.level, found.message].append(found)
            for first, *more in alike.values():
                yield replace(first, related=(*first.related, *(it.location for it in more)))

    def _handler(
        self, audit: Audit, file: FileDelta, it: Occurrence, lost: LostDemand | None, *, is_quieted: bool
    ) -> Finding:
        """What to say of one handler."""
        pair = enclosing_pair(audit.delta, file.path, it.symbol)
        is_old = pair is not None and pair.old is not None
        level = self.level
        is_new_default = it.kind == DEFAULT_HANDLER and not (is_old and it.details["whole"])
        if it.details["comment"] or it.details["excuse"] or is_new_default:
            level = Level.NOTE
        if is_quieted or lost:
            is_sure = lost or not (it.details["comment"] or is_new_default)
            level = Level.ERROR if is_sure else self.level
        return self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            _said(file, it) + (f" In the same change {lost.words}." if lost else ""),
            level=level,
            fix="catch the exceptions that can be expected here, or log the exception",
            not_a_fix="a comment; `contextlib.suppress` instead",
            related=(Location(lost.path, lost.test.line, lost.test.end_line, lost.test.qualified_name),)
            if lost and lost.new is None
            else (),
        )


def _named_by_tests(audit: Audit, symbol: str) -> frozenset[str]:
    """The names by which a test reaches a function: its own or, of a special method, its class's, and those of what
    calls it.
    """
    *owners, name = symbol.split(".")
    return frozenset({name, *audit.delta.callers.get(name, ())}) - set(owners) | names_of(symbol)


def _took_place_of_one(it: Occurrence, gone: Sequence[Occurrence]) -> bool:
    """Whether a handler that is gone stood around mostly the same: it moved, and was edited on the way."""
    names = set(it.details.get("tries", "").split())
    for other in gone:
        before = set(other.details.get("tries", "").split())
        if len(names & before) > _ALIKE * len(names | before):
            return True
    return False


def _said(file: FileDelta, it: Occurrence) -> str:
    where = f"`{it.symbol or file.path}`"
    if it.kind == DROPPED_RESULTS:
        return f"{where} gathers exceptions among the results and looks at none of them."
    caught = f"`{it.details['caught']}`" if it.details["caught"] else "whatever is raised"
    if it.kind == DEFAULT_HANDLER:
        return f"{where} catches {caught} and answers `{it.details['answer']}` without a word."
    return f"{where} catches {caught} and drops it."
