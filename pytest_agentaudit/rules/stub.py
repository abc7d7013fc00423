"""The rule stub."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import DefinitionPair, FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import LEFT_OUT, STUB, UNFINISHED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.reached import definition_pair, is_overridden, sure_callers
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

SHOWN = 3
"""How many callers a message lists."""

LONGEST = 90
"""Characters of a comment that a message quotes."""


class Stub(Rule):
    """A function or branch of the product was left empty.

    It was emptied (`pass`, `...`, `raise NotImplementedError`, a constant), or added with a promise in its docstring
    and nothing behind it; or a branch drops what it meets while a comment says that it is not done yet. Abstract
    methods, protocols, overloads, hooks, methods of classes with a base and empty functions whose words say that they
    are meant so are silent, or noted.

    Level: error for a stub that a caller in the product reaches; warning for other stubs and for branches; note for an
    argument that is left out with a TODO, for a branch whose TODO names an issue, and where words say that it is meant.

    Why: what calls it goes on as if the work were done.
    Fix: write the body, or take the function out, with what calls it, until it can be written.
    Not a fix: a TODO, or a constant instead of `pass`.
    """

    name = "stub"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = kept_apart("stub")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """Empty functions first, then branches and arguments."""
        for file in audit.files(FileRole.PRODUCT):
            for it in file.new_ones(STUB):
                pair = definition_pair(audit.delta, file.path, it.line)
                if pair and pair.new:
                    yield from self._function(audit, file, it, pair)
            for it in file.new_ones(UNFINISHED):
                yield self.finding(
                    Location(file.path, it.line, it.end_line, it.symbol),
                    f"`{it.symbol}` does nothing for `{it.text}`, and a comment says that this is not done: "
                    f"{_cut(it.details['pending'])}",
                    level=Level.NOTE if it.details["issue"] else self.level,
                    fix="handle the case, or refuse it with an exception that callers see",
                    not_a_fix="another wording of the comment",
                )
            yield from self._left_out(file)

    def _left_out(self, file: FileDelta) -> Iterator[Finding]:
        """The arguments that each definition leaves out."""
        found: dict[str, list[Occurrence]] = defaultdict(list)
        for it in file.new_ones(LEFT_OUT):
            found[it.symbol].append(it)
        for symbol, (first, *more) in found.items():
            names = ", ".join(f"`{it.text}`" for it in (first, *more))
            yield self.finding(
                Location(file.path, first.line, first.end_line, symbol),
                f"{names} leaves out what `{symbol or file.path}` should pass on: {_cut(first.details['pending'])}",
                level=Level.NOTE,
                fix="pass the value on, or say in the documentation that it has no effect yet",
                related=tuple(Location(file.path, it.line, it.end_line, symbol) for it in more),
            )

    def _function(self, audit: Audit, file: FileDelta, it: Occurrence, pair: DefinitionPair) -> Iterator[Finding]:
        """A function that was emptied, or added empty."""
        if not pair.new or is_overridden(audit.delta, pair.new):
            return
        emptied, excuse, form = pair.old is not None, it.details["excuse"], it.details["form"]
        says_nothing = form in {"only a message", "return", "return None"} and not emptied
        is_value = form.startswith("return ") and form != "return None"
        if not it.details["pending"] and (is_value or says_nothing or (excuse and not emptied)):
            return
        callers = sure_callers(audit.delta, pair.new)
        promised = bool(it.details["claim"] or it.details["pending"]) or form.startswith("raise")
        level = self.level
        if excuse:
            level = Level.NOTE
        elif callers and (emptied or promised):
            level = Level.ERROR
        elif not emptied and not promised and not callers:
            level = Level.NOTE
        lines = pair.old.end_line - pair.old.line if pair.old else 0
        what = f"`{it.symbol}` had a body of {lines} lines and is now {_body(form)}"
        said = what if emptied else f"`{it.symbol}` was added with {_body(form)}"
        yield self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            said + (f"; {_listed(callers)} {'still calls' if emptied else 'calls'} it." if callers else "."),
            level=level,
            evidence={"pending": it.details["pending"]} if it.details["pending"] else {},
            fix="write the body, or remove the function together with what calls it",
            not_a_fix="a TODO; a constant instead of `pass`",
        )


def _body(form: str) -> str:
    return form if form.startswith("only") else f"`{form}`"


def _listed(callers: tuple[str, ...]) -> str:
    more = f" and {len(callers) - SHOWN} more" if len(callers) > SHOWN else ""
    return ", ".join(f"`{it}`" for it in callers[:SHOWN]) + more


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
