"""The rule raised-complexity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import DefinitionPair
from pytest_agentaudit.facts.model import Definition, Kind
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

JUMP = 5
"""Points that make a rise a jump."""

SHARE = 0.25
"""The share of its old figure by which a function above the limit must rise: five points on a hundred are no news."""


TAKEN = 0.9
"""The share of a function's names that another one has which took it in."""


def _number(options: Mapping[str, object], name: str) -> float:
    """An option that a policy may have set; TypeError where it is no number."""
    value = options[name]
    if not isinstance(value, int | float):
        raise TypeError(f"{name}: a number is needed, not {value!r}")
    return value


class RaisedComplexity(Rule):
    """A function became harder to follow than the limit allows.

    The figure is the cyclomatic complexity as radon counts it (decision points plus one; of `except*` too). Only a rise
    by this change counts: what was complex before, and still is, is nobody's fault here. Beside it stands the cognitive
    complexity (Campbell's, without recursion), which counts more what is nested: what rose by much of it is read first.

    Level: warning for a function above `max` (default 10, McCabe's own limit and radon's rank B) that rose by `jump`
    points (default 5) or more, and by a quarter where it was above `max` already, or is new and that far above it;
    note for a smaller rise above `max`, for a jump below it, and where it takes more than branching statements to get
    there: conditions inside of expressions, one `if` beside the other that asks a name and does one thing, or a chain
    whose arms ask the same thing for constants. Never an error unless the policy says so.

    Why: each decision point is a path that wants a test and a reader.
    Fix: move a part with a name of its own into a function, or replace a chain of branches by a table.
    Not a fix: splitting the function at an arbitrary line, or raising `max`.
    """

    name = "raised-complexity"
    family = Family.COMPLEXITY
    level = Level.WARNING
    options: ClassVar[Mapping[str, object]] = {"max": 10, "jump": JUMP}
    examples = kept_apart("raised_complexity")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each function that rose."""
        limit, jump = (_number(audit.options, name) for name in ("max", "jump"))
        product = {file.path for file in audit.files(FileRole.PRODUCT)}
        gone = _gone(audit.delta.definitions)
        for pair in audit.delta.definitions:
            if pair.new and pair.new_path in product and pair.new.kind is Kind.FUNCTION and pair.new.touched:
                old = _before(pair, pair.new, gone.get(pair.old_path, ()))
                yield from self.rise(pair.new_path, old, pair.new, limit, jump)

    def rise(
        self, path: str, old: Definition | None, new: Definition, limit: float, jump: float
    ) -> Iterator[Finding | NotJudged]:
        """What to say of one function."""
        after = new.complexity
        before = old.complexity if old else 0
        if after is None or before is None:
            reason = f"the complexity of `{new.qualified_name}` could not be computed"
            yield NotJudged(reason, path, self.name)
        elif after > max(limit, before) or (old and after >= before + jump):
            what = f"rose from {before} to {after}" if old else f"is {after}, and it is new"
            yield self.finding(
                Location(path, new.line, new.end_line, new.qualified_name),
                f"Complexity of `{new.qualified_name}` {what} (max {limit:g}).",
                level=self.level if _is_steep(old, new, limit, jump) else Level.NOTE,
                evidence={
                    "base": f"{before}, cognitive {old.cognitive}" if old else "no such function",
                    "head": f"{after}, cognitive {new.cognitive}",
                },
                fix="move a part with a name of its own into a function, or replace the branches by a table",
                not_a_fix="splitting at an arbitrary line, or a higher limit",
                size=max(1, new.cognitive - old.cognitive) if old else 0,
            )


def _gone(pairs: Iterable[DefinitionPair]) -> Mapping[str, Sequence[Definition]]:
    """The functions that went away, by their file's path."""
    found: dict[str, list[Definition]] = defaultdict(list)
    for pair in pairs:
        if pair.old and pair.new is None and pair.old.complexity:
            found[pair.old_path].append(pair.old)
    return found


def _before(pair: DefinitionPair, new: Definition, gone: Iterable[Definition]) -> Definition | None:
    """What a function was at the base: the more complex one where another, of its file, went and was taken into it."""
    taken = (it for it in gone if len(it.names & new.names) >= TAKEN * len(it.names) > 0)
    return max((it for it in (pair.old, *taken) if it), key=lambda it: it.complexity or 0, default=None)


def _is_steep(old: Definition | None, new: Definition, limit: float, jump: float) -> bool:
    """Whether a function reaches the limit by its statements alone, and they rose far enough to be told."""
    after = new.branches + 1
    before = old.branches + 1 if old else limit
    figure = old.complexity or 0 if old else 0
    is_known = figure > limit and jump >= JUMP  # a house that set a smaller jump wants to hear of each
    is_above = (new.complexity or 0) > limit and after >= limit
    return is_above and after >= before + (max(jump, SHARE * figure) if is_known else jump)
