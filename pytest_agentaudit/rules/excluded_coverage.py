"""The rule excluded-coverage."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole, Side
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.habits import form, is_none_check
from pytest_agentaudit.facts.model import Exclusion, FileFacts, Kind, Line, LineKind
from pytest_agentaudit.facts.silencing import Suppression
from pytest_agentaudit.model import Evidence, Family, Finding, Level, LineHits, Location, Needs
from pytest_agentaudit.patterns import regex, worded
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

ESTABLISHED = 3
"""How often the base leaves out the same form of code ("except ImportError") before it counts as the house's."""

_COMMENT = regex(r"(?i)#|pragma|cover|measur")
"""What a pattern has that speaks of a comment, rather than of code with a meaning of its own (`@deprecated`)."""

_LOGIC = frozenset({LineKind.LOGIC, LineKind.TELLING, LineKind.HANDLER, LineKind.RAISE})
_CLAIM = worded(
    ("coverage",),
    r"\b(?:improv|increas|rais|reach|complet|full|100 ?%|more|boost|bump|better|fix)\w*\b[^\n]{0,40}\bcoverage\b"
    r"|\bcoverage\b[^\n]{0,40}\b(?:100|improv|increas|rais|reach)",
    re.IGNORECASE,
)


class _Left(Struct, frozen=True):
    """A stretch of product code that coverage.py leaves out. `logic` are its executable lines that mean something,
    `changed` those of them that the change wrote, `unrun` those of `changed` (of `logic`, where it wrote none) that no
    test of a whole run ran; None where nothing can be said of that.
    """

    exclusion: Exclusion
    comment: Suppression | None
    is_new: bool
    logic: tuple[Line, ...]
    changed: tuple[Line, ...]
    unrun: tuple[Line, ...] | None


NO_COVER = "pragma: no cover"


class _Grade(Struct, frozen=True):
    """A level and the fact that it rests on."""

    level: Level
    because: str


class ExcludedCoverage(Rule):
    """Changed code is kept out of the coverage measurement.

    A `# pragma: no cover`, or one of the project's own exclusion patterns, covers executable lines of product code
    that the change wrote, or a new pragma covers code that it did not touch. What decides is the run: the audit's own
    tracer does not know pragmas, so it tells whether a test ran those lines all the same.

    Level: error where no test of a whole run ran changed logic in it (warning where only handlers or raises are meant,
    a reason is given, or the exclusion is the base's); warning without a run, and for a new pragma on old code (error
    where a commit message claims better coverage and no reason is given, note with a reason); note where a test ran
    it, for `no branch`, and without a run with a reason or where it is one statement for None or an `else` that
    raises; and for a form of code that the base leaves out as a habit.

    Why: the figure goes up although nothing more is tested, and the gate on it no longer sees this code.
    Fix: add a test that runs the code and asserts its result, and remove the comment.
    Not a fix: another exclusion pattern, `omit`, or a test without an assertion.
    """

    name = "excluded-coverage"
    family = Family.SUPPRESSIONS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE})
    examples = kept_apart("excluded_coverage")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for each file and grade."""
        claims = any(_CLAIM.search(message) for message in audit.change.messages)
        for file in audit.files(FileRole.PRODUCT):
            groups: dict[_Grade, list[_Left]] = {}
            for left in _left_out(file, audit.whole):
                grade = _grade(left, audit.delta.house, claims=claims)
                if grade:
                    groups.setdefault(grade, []).append(left)
            for grade, members in groups.items():
                yield self._found(file, grade, members)
            yield from self._branches(file)

    def _found(self, file: FileDelta, grade: _Grade, members: list[_Left]) -> Finding:
        first, *more = (Location(file.path, left.exclusion.line) for left in members)
        one = members[0]
        by = f"`{one.comment.directive}`" if one.comment else f"the exclusion pattern `{one.exclusion.pattern}`"
        on = f" on `{one.comment.target}`" if one.comment and not more else ""
        places = f" at {len(members)} places" if more else ""
        lines = len({line.line for left in members for line in left.unrun or left.changed or left.logic})
        counted = f"{lines} executable line{'s' * (lines != 1)}"
        return self.finding(
            first,
            f"{by}{on}{places} leaves {counted} unmeasured; {grade.because}.",
            level=grade.level,
            evidence={"source": _source(members), "lines": _ranges(members)},
            fix="add a test that runs these lines and asserts the result, then remove the exclusion",
            not_a_fix="another exclusion pattern, `omit`, or a test without an assertion",
            related=tuple(more),
        )

    def _branches(self, file: FileDelta) -> Iterator[Finding]:
        """`no branch` leaves no line out, only the jump past it."""
        fresh = [it for it in file.added_suppressions if it.directive == "pragma: no branch" and it.honoured]
        if fresh:
            first, *more = (Location(file.path, it.line) for it in fresh)
            yield self.finding(
                first,
                f"`pragma: no branch` on `{fresh[0].target}`: the way past this branch is not measured.",
                level=Level.NOTE,
                evidence={"source": "\n".join(f"{it.line}  {it.target}  {it.text}" for it in fresh[:5])},
                fix="add a test that takes the other way, or say why there is none",
                related=tuple(more),
            )


def _left_out(file: FileDelta, whole: Evidence | None) -> Iterator[_Left]:
    """What of a changed file is left out and has to do with the change."""
    if not file.new:
        return
    comments = {it.line: it for it in file.new.suppressions if it.directive == NO_COVER}
    fresh, grew = {it.line for it in file.added_suppressions}, _grew(file)
    for exclusion in file.new.exclusions:
        inside = [it for it in file.new.lines if exclusion.start_line <= it.line <= exclusion.end_line]
        logic = tuple(it for it in inside if it.kind in _LOGIC)
        changed = tuple(it for it in logic if it.line in _written(file, exclusion, comments.get(exclusion.line)))
        is_new = exclusion.line in file.pair.added and not _was_out(file, exclusion)
        if exclusion.line in comments:
            is_new = (
                exclusion.line in fresh
                and (grew or not changed)
                and not same_function_out(file.old, file.new, exclusion)
            )
        if logic and (changed or is_new):
            unrun = _unrun(exclusion, changed or logic, whole.hits.get(file.path, LineHits())) if whole else None
            yield _Left(exclusion, comments.get(exclusion.line), is_new, logic, changed, unrun)


def _was_out(file: FileDelta, exclusion: Exclusion) -> bool:
    """Whether a line of the same code that went was left out too, by whatever comment or pattern."""
    gone = file.pair.removed & file.old.excluded if file.old else frozenset[int]()
    return bool(gone) and not _code(file.pair.new, {exclusion.line}).isdisjoint(_code(file.pair.old, gone))


def _grew(file: FileDelta) -> bool:
    """Whether the file has more pragmas than it had: as many stand on what took the place of the old code."""
    sides = [side.suppressions if side else () for side in (file.old, file.new)]
    was, now = (sum(it.directive == NO_COVER for it in side) for side in sides)
    return now > was


def _written(file: FileDelta, exclusion: Exclusion, comment: Suppression | None) -> frozenset[int]:
    """The lines that the change wrote; not the one on which it only put the comment."""
    targets = {comment.target} if comment else _code(file.pair.new, {exclusion.line})
    if not _code(file.pair.old, file.pair.removed).isdisjoint(targets):
        return file.pair.added - {exclusion.line}
    return file.pair.added


def _bare(line: bytes) -> str:
    """A line without its comment, white space folded."""
    return " ".join(line.decode(errors="replace").split("  #")[0].split())


def _code(side: Side | None, numbers: Collection[int]) -> frozenset[str]:
    """Lines of a side without their comments: what a line was before it got one, or another one."""
    return frozenset(map(_bare, side.lines(numbers) if side else ()))


def _unrun(exclusion: Exclusion, lines: tuple[Line, ...], hits: LineHits) -> tuple[Line, ...]:
    """The lines that no test ran. A header that runs shows nothing about its suite: it counts only alone."""
    body = [it for it in lines if it.line != exclusion.start_line] or list(lines)
    return tuple(it for it in body if not hits.by_test.get(it.line))


def _grade(left: _Left, house: Mapping[tuple[str, str], int], *, claims: bool) -> _Grade | None:
    """What an exclusion weighs; None where there is nothing to say."""
    if left.unrun == ():
        return _Grade(Level.NOTE, "a test runs them all the same") if left.is_new else None
    if left.comment and _is_house_form(left.comment, house):
        return _Grade(Level.NOTE, "the base leaves out the same form of code")
    if left.comment is None and not _COMMENT.search(left.exclusion.pattern):
        return _Grade(Level.NOTE, "the project's settings leave such code out")
    reason = bool(left.comment and left.comment.reason)
    if not left.changed:
        level = Level.NOTE if reason else Level.ERROR if claims else Level.WARNING
        why = ", though a commit message claims better coverage" if claims else ""
        return _Grade(level, f"the code itself did not change{why}")
    return _grade_of_written(left, reason=reason)


def _grade_of_written(left: _Left, *, reason: bool) -> _Grade:
    """What it weighs that logic which the change wrote is left out, by what the run shows."""
    if left.unrun is None:
        if left.is_new:
            if _only_guards_none(left) or _is_last_resort(left):
                return _Grade(Level.NOTE, "it only leaves where nothing else fits, and there was no whole run")
            return _Grade(Level.NOTE if reason else Level.WARNING, "the change wrote them, and there was no whole run")
        return _Grade(Level.NOTE, "the base left this code out already")
    if not left.is_new:
        return _Grade(Level.WARNING, "no test runs them, and the base left this code out already")
    slight = reason or all(it.kind is not LineKind.LOGIC for it in left.unrun)
    return _Grade(Level.WARNING if slight else Level.ERROR, "the change wrote them and no test runs them")


def _only_guards_none(left: _Left) -> bool:
    """Whether what is left out is an `if` with one statement for what is None: more for a type checker than a path."""
    return len(left.logic) == len(("if", "statement")) and is_none_check(left.comment.target if left.comment else "")


def _is_last_resort(left: _Left) -> bool:
    """Whether what is left out is an `else` that raises, no case of those before it, or raises again what it caught."""
    target = left.comment.target if left.comment else ""
    if target == "raise":
        return True
    return target == "else:" and all(it.kind is LineKind.RAISE for it in left.logic)


def _is_house_form(comment: Suppression, house: Mapping[tuple[str, str], int]) -> bool:
    """Whether the base leaves out the same form of code as a habit; only forms that name something count."""
    shape = form(comment.target)
    return len(shape.split()) > len(("form:", "except")) and house.get((comment.checker, shape), 0) >= ESTABLISHED


def _source(members: list[_Left], most: int = 5) -> str:
    shown = [f"{it.comment.line}  {it.comment.target}  {it.comment.text}" for it in members if it.comment]
    return "\n".join(shown[:most])


def _ranges(members: list[_Left]) -> str:
    return ", ".join(f"{it.exclusion.start_line}-{it.exclusion.end_line}" for it in members)


def same_function_out(old: FileFacts | None, new: FileFacts, exclusion: Exclusion) -> bool:
    """Whether an exclusion of head leaves out a whole function that the base left out too: its head may have been laid
    out anew.
    """
    name = _whole_function(new, exclusion)
    return bool(name and old) and any(_whole_function(old, it) == name for it in (old.exclusions if old else ()))


def _whole_function(facts: FileFacts | None, exclusion: Exclusion) -> str:
    """The function of which an exclusion leaves out all, from its head on; "" where it is less, or more."""
    functions = (it for it in facts.definitions if it.kind is Kind.FUNCTION) if facts else ()
    for it in functions:
        if it.end_line == exclusion.end_line and it.start_line <= exclusion.start_line <= it.line <= exclusion.line:
            return it.qualified_name
    return ""
