"""The rule added-suppression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.hides import Hidden, told
from pytest_agentaudit.facts.silencing import CodeKind, Silences, Suppression
from pytest_agentaudit.model import Family, Finding, Level
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.quieting import (
    CHECKS,
    OFTEN,
    SILENT,
    House,
    SetUp,
    habit,
    is_blanket,
    is_grave,
    is_wide,
    keys_of,
    locations,
    of_access,
    of_foreign_types,
    of_platform,
    plants,
    source,
    spelled,
)

_FIXES = {
    Silences.LINT: "change the code so that the checker is content; if it is wrong here, name the code and the reason "
    "in the comment",
    Silences.TYPES: "narrow or annotate the type; if the checker is wrong here, name the error code and the reason in "
    "the comment",
    Silences.SECURITY: "use the safe construct; if there is no risk here, name the test and say why in the comment",
    Silences.COVERAGE: "add a test that runs the line, and remove the comment",
    Silences.MUTATION: "add an assertion that notices the mutant, or say why none can",
    Silences.FORMAT: "let the formatter have the lines, or say what its layout would lose",
}
_MOSTLY = 2
_STRICTLY = 10
"""A house holds to codes where it has so many comments with one for each without."""
"""How many times as often a house has to do a thing before the other way is against its habit."""

HUNDRED = 100
"""Bare comments of a checker from which on a house has settled how it silences it."""

_LONG_LINES = frozenset({"E501", "W505"})

_HANDLER_FIX = "catch the narrow type and handle, log or re-raise it"


class _Grade(Struct, frozen=True):
    """A level and the fact that it rests on: a clause that follows the directive and its code."""

    level: Level
    because: str


class AddedSuppression(Rule):
    """A checker was told to be quiet about one place.

    Suppressions are counted over the whole change: one that moved with its code, was reformatted or became narrower
    was not added. Coverage pragmas are excluded-coverage's, file-wide directives file-suppression's.

    Level: error for a bare suppression in product code (warning where one in eleven of the base's own, or more, name
    no code, or where the change itself takes the checker up), and for one that hides a security or broad-except
    diagnostic on a handler that drops the exception, or on code whose work is to refuse; warning where the base gives
    reasons and this one has none, or the same type error is silenced again and again; note for the rest, where the
    house's types are bare and the file has no more of them than it had, and where a hundred of the house, or three
    such lines of the file, are bare too. A code and a reason together are no finding, nor is a coded suppression in a
    test.

    Why: the diagnostic is still true, nobody sees it any more, and a later defect of the same kind is hidden too.
    Fix: change the code so that the checker is content; where the checker is wrong, write the code and the reason.
    Not a fix: moving the comment; another checker's spelling; a reason that only repeats the code's name.
    """

    name = "added-suppression"
    family = Family.SUPPRESSIONS
    level = Level.ERROR
    examples = kept_apart("added_suppression")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for equal suppressions of one file."""
        tools = SetUp.of(audit.delta)
        for file in audit.files(FileRole.PRODUCT, FileRole.SCRIPT, FileRole.CI, FileRole.TEST, FileRole.CONFTEST):
            fresh = [it for it in file.added_suppressions if not is_wide(it) and not _is_pragma(it)]
            equal = Counter((it.directive, it.codes) for it in fresh if not it.reason)
            alike = Counter(key for it in fresh if not it.reason for key in keys_of(it))
            house = House(audit.delta.house, file, tools)
            groups: dict[tuple[str, tuple[str, ...], _Grade], list[Suppression]] = {}
            for it in fresh:
                often = equal[it.directive, it.codes] >= OFTEN and any(alike[key] > 1 for key in keys_of(it))
                grade = _product_grade(it, house, often=often) if file.role is FileRole.PRODUCT else _test_grade(it)
                if grade:
                    grade = _known_grade(grade, audit.delta.hides.get((file.path, it)))
                    groups.setdefault((it.directive, it.codes, grade), []).append(it)
            for (_, _, grade), members in groups.items():
                hides = told(audit.delta.hides.get((file.path, it)) for it in members)
                yield self._found(file, grade, members, hides)

    def _found(self, file: FileDelta, grade: _Grade, members: list[Suppression], hides: str) -> Finding:
        first, *more = places = locations(file.path, members)
        fact = members[0]
        times = f", {len(places)} times in this file," if more else ""
        on = f" on `{fact.target}`" if fact.target and not more else ""
        return self.finding(
            first,
            f"{spelled(fact)}{on}{times} {grade.because}.",
            level=grade.level,
            evidence={"source": source(members), "read by": fact.checker, **({"hides": hides} if hides else {})},
            fix=_HANDLER_FIX if fact.on in SILENT else _FIXES[fact.silences],
            not_a_fix="moving the comment, or spelling it for another checker",
            related=tuple(more),
        )


def _known_grade(grade: _Grade, hidden: Hidden | None) -> _Grade:
    """The grade, or a note where the checker itself says that there is nothing to hide, or long lines alone."""
    if hidden is not None and hidden.nothing:
        return _Grade(Level.NOTE, f"hides nothing that {hidden.checker} would say")
    if hidden is not None and hidden.sure and all(it.code in _LONG_LINES for it in hidden.diagnostics):
        return _Grade(Level.NOTE, "hides a long line alone")
    return grade


def _is_pragma(suppression: Suppression) -> bool:
    """Whether excluded-coverage speaks of it."""
    return suppression.silences is Silences.COVERAGE and suppression.honoured


def _test_grade(suppression: Suppression) -> _Grade | None:
    """Tests and scripts hand wrong types on purpose and import what they do not use: only a blanket one is noted."""
    blanket = suppression.honoured and is_blanket(suppression) and not suppression.reason
    if blanket and suppression.silences is not Silences.FORMAT and not of_foreign_types(suppression):
        return _Grade(Level.NOTE, "hides whatever the checker finds there")
    return None


def _exports(path: str) -> bool:
    """Whether a module's imports are its interface."""
    return path.rpartition("/")[2] == "__init__.py"


def _product_grade(suppression: Suppression, house: House, *, often: bool) -> _Grade | None:
    """What a suppression in product code weighs; None where there is nothing to say."""
    if not suppression.honoured:
        return _Grade(Level.NOTE, "looks like a suppression, but no checker takes it as one here")
    if suppression.silences in {Silences.FORMAT, Silences.MUTATION}:
        return None if suppression.reason else _Grade(Level.NOTE, "keeps the tool away from the code")
    if of_foreign_types(suppression) or suppression.on is CodeKind.ENVIRONMENT:
        return None if suppression.reason else _Grade(Level.NOTE, "hides what the environment or a package lacks")
    if is_grave(suppression) and suppression.on in SILENT | CHECKS:
        return _grave_grade(suppression)
    if is_blanket(suppression):
        return _blanket_grade(suppression, house)
    return _coded_grade(suppression, house, often=often)


def _grave_grade(suppression: Suppression) -> _Grade:
    told = Level.WARNING if is_blanket(suppression) else Level.NOTE
    level = told if suppression.reason else Level.ERROR
    if suppression.on in SILENT:
        return _Grade(level, "hides that the exception is dropped without a word")
    return _Grade(level, "hides a diagnostic on code whose work is to refuse bad input")


def _blanket_grade(suppression: Suppression, house: House) -> _Grade:
    lifted = house.lifted(suppression)
    bare = habit(house.ways, suppression, "bare") + habit(house.ways, suppression, "told") - len(lifted)
    coded = habit(house.ways, suppression, "coded") + habit(house.ways, suppression, "reasoned")
    usual = bare > coded or house.is_bare_here(suppression)
    if suppression.reason:
        return _Grade(Level.NOTE if usual else Level.WARNING, "names no code: it hides every diagnostic of that line")
    is_known = house.is_beside(suppression) or house.is_pattern_here(suppression)
    is_known = is_known or (usual and house.repeats(suppression))
    if suppression.silences is Silences.TYPES and is_known:
        return _Grade(Level.NOTE, "hides every diagnostic of that line, as the file did at base")
    if suppression.silences is Silences.TYPES and bare >= HUNDRED and bare >= _MOSTLY * coded:
        return _Grade(Level.NOTE, "hides every diagnostic of that line, as most of the base's do")
    if usual or (_exports(house.file.path) and suppression.on is CodeKind.IMPORT):
        return _Grade(Level.WARNING, "hides every diagnostic of that line, without a code or a reason")
    if bare >= OFTEN and coded <= _STRICTLY * bare:
        return _Grade(
            Level.WARNING, "hides every diagnostic of that line, without a code or a reason; others name codes"
        )
    level, known = Level.ERROR, "the base names codes" if coded else "the base has none of this kind"
    if lifted:
        known = f"it went from `{lifted[0].target}`, which stands as it did"
    elif house.takes_up(suppression):
        level, known = Level.WARNING, "the change itself takes the checker up"
    return _Grade(level, f"hides every diagnostic of that line, without a code or a reason; {known}")


def _coded_grade(suppression: Suppression, house: House, *, often: bool) -> _Grade | None:
    if suppression.reason:
        return None
    plain = habit(house.ways, suppression, "coded") + habit(house.ways, suppression, "bare")
    is_habit = habit(house.ways, suppression, "reasoned") > _MOSTLY * plain + 1  # one alone is no habit
    if is_habit and not house.is_unreasoned_here(suppression):
        return _Grade(Level.WARNING, "gives no reason; the base's suppressions of this checker do")
    is_type = suppression.silences is Silences.TYPES and suppression.on is not CodeKind.IMPORT
    told = of_access(suppression) or plants(suppression) or of_platform(suppression)
    if often and is_type and not told:
        return _Grade(Level.WARNING, "hides the same type error instead of narrowing the type once")
    return _Grade(Level.NOTE, "gives no reason")
