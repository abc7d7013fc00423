"""The rule dropped-validation."""

from __future__ import annotations

import builtins
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_agentaudit.facts.lost_checks import LostCheck, Way, lost_checks
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.patterns import worded
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

if TYPE_CHECKING:
    from pytest_agentaudit.facts.error_demands import ErrorDemands, LostDemand
else:
    ErrorDemands = later("pytest_agentaudit.facts.error_demands", "ErrorDemands")

SHOWN = 3
"""How many lost guards a message lists."""

_LENIENT = worded(
    (
        *("graceful", "instead of", "no longer", "n't", "not", "stop", "allow", "permit", "accept", "toler", "lenient"),
        *("relax", "loosen", "remove", "drop", "lift", "skip", "warn", "optional", "fall"),
    ),
    r"\b(?:graceful\w*|instead of (?:rais|crash|fail|err|reject|refus)\w*|(?:no longer|do(?:es)? ?n[o']t|stop) "
    r"(?:rais|crash|fail|reject|refus|requir)\w*|allow\w*|permit\w*|accept\w*|toler\w+|lenient\w*|relax\w*|loosen\w*"
    r"|(?:remove|drop|lift|skip)\w* (?:\S+ ){0,4}(?:check|validation|guard|assert|restriction|limit|requirement"
    r"|limitation)\w*|warn\w*,?[- ](?:not|instead|only|and[- ]continue|rather than)|optional|fall\w* ?back)\b",
    re.IGNORECASE,
)
"""What a title says that announces that something is no longer refused."""

SHORTEST = 4
"""Characters of a name that a commit message can be said to speak of."""


class DroppedValidation(Rule):
    """A check of the product is gone or turned off, though the code that it guarded is still there.

    A guard (`if ...: raise`, `assert`), a call of a checker or a guarding decorator was removed; a strict setting was
    loosened (`extra="forbid"`, `check=True`, `verify=False`); a checker that could say no always agrees; or a constant
    decides a condition. Guards that moved, were reworded, or went into a function that the code calls now are silent.

    Level: error where the same change takes away the test that demanded the refusal and its message does not speak of
    it, nor its title of leniency; note where most of the function was written anew, where it answers the same case in
    another way, where a checker warns that it is deprecated or raises nothing and nobody looked at its answer, where
    the message names the exception (one of the project's own, or an assert's), where no test demanded the refusal and
    the title announces leniency, and for timeouts; warning otherwise: it needs a person.

    Why: bad input is taken for good, and is found where nobody looks for its cause.
    Fix: restore the check, or say in the commit message which contract changed and test the new one.
    Not a fix: removing the test that demanded it.
    """

    name = "dropped-validation"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = kept_apart("dropped_validation")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each function and kind of check; for the same check in several functions of a file too."""
        alike: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
        demands = ErrorDemands(audit.delta)
        said = "\n".join(audit.change.messages)
        announced = any(_LENIENT.search(message.partition("\n")[0]) for message in audit.change.messages)
        for it in lost_checks(audit.delta):
            lost = demands.of(it.names, it.exceptions)
            level = Level.NOTE if it.is_doubtful or announced or _is_named(it, said) else self.level
            if lost:
                is_told = announced or any(word in said for word in _words(it))
                rests = it.is_doubtful + is_told  # on how much else it rests that the check may go
                level = (Level.ERROR, Level.WARNING, Level.NOTE)[rests] if lost.new else _with_its_test(rests)
            key = (it.path, it.way, it.was or it.line, it.now, level)
            alike[key].append(self._finding(it, lost, level))
        for first, *more in alike.values():
            yield replace(first, related=(*first.related, *(it.location for it in more)))

    def _finding(self, it: LostCheck, lost: LostDemand | None, level: Level) -> Finding:
        gone = (
            () if lost is None else (Location(lost.path, lost.test.line, lost.test.end_line, lost.test.qualified_name),)
        )
        return self.finding(
            Location(it.path, it.line, it.end_line, it.symbol),
            _said(it) + (f" In the same change {lost.words}." if lost else ""),
            level=level,
            evidence={"base": "; ".join(it.was[:SHOWN]), "head": it.now or "(nothing)"} if it.was else {},
            fix="restore the check, or say in the commit message which contract changed and test the new one",
            not_a_fix="removing the test that demanded it",
            related=gone if lost and lost.new is None else (),
        )


def _with_its_test(rests: int) -> Level:
    """The level where the test that demanded the refusal is gone: nobody tests the new contract."""
    return Level.WARNING if rests else Level.ERROR


def _is_named(it: LostCheck, said: str) -> bool:
    """Whether a message names each exception of a guard: one of the project's own, or an assert's."""
    ours = [name for name in it.exceptions if name == "AssertionError" or not hasattr(builtins, name)]
    return it.way is Way.GUARD and bool(ours) and len(ours) == len(it.exceptions) and all(name in said for name in ours)


def _words(it: LostCheck) -> tuple[str, ...]:
    """Words of a message that speak of a lost check."""
    setting = it.now.partition("=")[0]
    return tuple(word for word in (*it.names, setting, *it.words) if len(word) >= SHORTEST)


def _said(it: LostCheck) -> str:
    where = f"`{it.symbol or it.path}`"
    was = ", ".join(f"`{text}`" for text in it.was[:SHOWN])
    if it.way is Way.GUARD:
        return f"{where} no longer refuses with {was}; what that guarded is still there."
    if it.way is Way.CALL:
        return f"{where} no longer goes through {was}, which still exists."
    if it.way is Way.ANSWER:
        return f"{where} could refuse (it gave {it.was[0]}); now it always returns `{it.now}`."
    if it.way is Way.FOLDED:
        return f"In {where} a constant decides `{it.now}`."
    if not it.was:
        return f"{where} turns a check off: `{it.now}`."
    return f"In {where} {was} became `{it.now}`." if it.now else f"{where} no longer passes {was}."
