"""The rule dodged-rule."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.dodges import Dodged, dodged
from pytest_agentaudit.facts.kinds.dodges import (
    ANSWERS,
    ASSERT,
    ASSIGNMENT,
    ATTRIBUTE,
    CATCH,
    ENCODED,
    IMPORT,
    NAMES,
    PRINT,
    UNUSED,
)
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.silencing import Suppression
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.quieting import spelled

_FIXES = {
    CATCH: "catch the exceptions that can be expected here",
    ATTRIBUTE: "write the attribute plainly; where it may be missing, give `getattr` a default, or type the object",
    ASSIGNMENT: "assign plainly, and give the class the attribute",
    ASSERT: "raise an exception where the condition does not hold",
    PRINT: "use a logger, or let the checker know that this module prints",
    IMPORT: "import the module plainly",
    UNUSED: "remove the name; where an interface asks for it, begin it with an underscore",
    NAMES: "raise `AttributeError(name)` for names that the module does not have",
    "": "write it plainly, and answer what the checker says",
}


class DodgedRule(Rule):
    """Code was written so that a checker no longer recognises what it does.

    A dodging form counts where the plain form left the same definition, or where nothing but dodging explains it: a
    name put together from pieces, a tuple that holds a broad exception alone, a namespace filled from a module, code
    in a string, a module's `__getattr__` that refuses no name.

    Level: error where a name that security checkers know is put together from pieces, where code is written out in an
    encoded form, and where a module has an answer for every name; warning for other forms that are telling by
    themselves, for a private attribute, and where a suppression went and the dodge came; note for the rest.

    Why: the diagnostic was true, and a suppression would at least say that somebody knew.
    Fix: write it plainly, and answer what the checker says.
    Not a fix: another spelling; a suppression without a reason.
    """

    name = "dodged-rule"
    family = Family.SUPPRESSIONS
    level = Level.WARNING
    examples = kept_apart("dodged_rule")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for all equal forms of a definition."""
        groups: dict[tuple[str, str, str, Level], list[tuple[FileDelta, Dodged]]] = {}
        for file, found in dodged(audit.delta, FileRole.PRODUCT):
            if level := _level(found):
                it = found.occurrence
                groups.setdefault((file.path, it.symbol, it.details["form"], level), []).append((file, found))
        for (*_, level), members in groups.items():
            (file, first), *more = members
            yield self._found(file, first, level, [found.occurrence for _, found in more])

    def _found(self, file: FileDelta, found: Dodged, level: Level, more: list[Occurrence]) -> Finding:
        it = found.occurrence
        form = it.details["form"]
        because = it.details["alone"] or (f"the plain {form} left the same place" if found.replaced else "")
        gone = _answered(found)
        went = f" {spelled(gone)} went with it." if gone else ""
        return self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            f"`{it.text}`: {'an' if form[0] in 'aiu' else 'a'} {form} that checkers ({it.details['checks']}) do not see"
            + (f"; {because}." if because else ".")
            + went,
            level=level,
            fix=_FIXES.get(form, _FIXES[""]),
            not_a_fix="another spelling that the checker does not know",
            related=tuple(Location(file.path, other.line, other.end_line, other.symbol) for other in more),
        )


def _answered(found: Dodged) -> Suppression | None:
    """The suppression that the dodge makes needless."""
    checks = found.occurrence.details["checks"]
    for it in found.unsilenced:
        if not it.codes or any(code in checks or code.startswith(tuple(checks.split(", "))) for code in it.codes):
            return it
    return None


def _level(found: Dodged) -> Level | None:
    """How much it weighs; None where nothing says that something was dodged."""
    details = found.occurrence.details
    if details["alone"]:
        grave = (details["built"] and details["grave"]) or details["alone"] in {ENCODED, ANSWERS}
        return Level.ERROR if grave else Level.WARNING
    answered = _answered(found) is not None
    if not (found.replaced or (answered and details["form"] in {UNUSED, CATCH})):
        return None
    private = details["form"] in {ATTRIBUTE, ASSIGNMENT} and details["name"].rpartition(".")[2].startswith("_")
    return Level.WARNING if answered or private else Level.NOTE
