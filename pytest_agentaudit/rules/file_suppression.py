"""The rule file-suppression."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.habits import file_wide
from pytest_agentaudit.facts.hides import Hidden, told
from pytest_agentaudit.facts.ranges import Swallowed, swallowed
from pytest_agentaudit.facts.silencing import Scope, Silences, Suppression
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.quieting import OFTEN, is_blanket, is_wide, locations, of_access, of_foreign_types, source

SHOWN = 80
"""How much of a comment a message quotes."""


class FileSuppression(Rule):
    """A checker was told to be quiet about a whole file, or about everything in a range.

    Some of these directives look local: `# ruff: noqa: X` holds for the file wherever it stands, `# type: ignore`
    above a module's first statement makes mypy skip the module, `# pylint: disable=X` in the first column holds to
    the end of the file.

    Level: error in product code; warning where it names its codes and gives a reason above the first definition, or
    only lowers the checker's strictness; note in tests and scripts, for formatters, for the missing types of other
    packages, for who uses whose private names where several files of the house say so, and where it names codes of
    which an installed ruff finds nothing.

    Why: it hides what is wrong today and all that anybody will write into the file tomorrow.
    Fix: silence the single line, with its code and a reason, or change the code.
    Not a fix: naming more codes; the same directive in another checker's spelling; a per-file setting.
    """

    name = "file-suppression"
    family = Family.SUPPRESSIONS
    level = Level.ERROR
    of_files = True
    examples = kept_apart("file_suppression")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for equal directives of one file."""
        for file in audit.files(FileRole.PRODUCT, FileRole.SCRIPT, FileRole.CI, FileRole.TEST, FileRole.CONFTEST):
            groups: dict[tuple[str, tuple[str, ...]], list[Suppression]] = {}
            for it in file.added_suppressions:
                if is_wide(it):
                    groups.setdefault((it.directive, it.codes), []).append(it)
            for members in groups.values():
                fact = members[0]
                usual = audit.delta.house[fact.checker, file_wide(fact)] >= OFTEN
                level = Level.NOTE if usual and of_access(fact) else _level(file, fact)
                yield self._found(file, members, [audit.delta.hides.get((file.path, it)) for it in members], level)
            yield from (self._further(file, it) for it in swallowed(file))

    def _further(self, file: FileDelta, it: Swallowed) -> Finding:
        """A range that was there before and reaches over more code of the base."""
        fact, first = it.suppression, it.definitions[0]
        others = f" and {len(it.definitions) - 1} more" if len(it.definitions) > 1 else ""
        return self.finding(
            Location(file.path, fact.line),
            f"`{fact.text[:SHOWN]}` was there before, and reaches over `{first.qualified_name}`{others} now.",
            level=_level(file, fact),
            evidence={"source": source([fact]), "read by": fact.checker},
            fix="end the range where it ended, or keep the code out of it",
            not_a_fix="a second range around the rest",
            related=tuple(Location(file.path, its.line, its.end_line, its.qualified_name) for its in it.definitions),
        )

    def _found(self, file: FileDelta, members: list[Suppression], hidden: list[Hidden | None], level: Level) -> Finding:
        first, *more = locations(file.path, members)
        fact = members[0]
        reach = "to the whole file" if fact.scope is Scope.FILE else "to all code below it, up to its counterpart"
        hides = told(hidden)
        nothing = bool(fact.codes) and all(it is not None and it.nothing for it in hidden)
        what = "every diagnostic" if is_blanket(fact) else "these diagnostics"
        return self.finding(
            first,
            f"`{fact.text[:SHOWN]}` applies {reach} and hides {what} of {fact.checker}.",
            level=Level.NOTE if nothing else level,
            evidence={"source": source(members), "read by": fact.checker, **({"hides": hides} if hides else {})},
            fix="silence only the line that needs it, with its code and a reason, or change the code",
            not_a_fix="naming more codes, or a per-file setting instead of the comment",
            related=tuple(more),
        )


_LAYOUT = regex(
    r"duplicate-code|R0801|line-too-long|C0301|E501|W50[345]|E26\d|invalid-name|C0103|missing-\w*docstring|D\d+"
)
"""Codes that speak of how code is laid out, named and described, or written twice."""


def _level(file: FileDelta, fact: Suppression) -> Level:
    """What a file-wide directive weighs."""
    tool = fact.silences in {Silences.FORMAT, Silences.MUTATION}
    if file.role is not FileRole.PRODUCT or tool or of_foreign_types(fact):
        return Level.NOTE
    if fact.reason and fact.codes and all(_LAYOUT.fullmatch(it) for it in fact.codes):
        return Level.NOTE
    lowers = fact.directive in {"pyright: basic", "mypy: (inline configuration)"} or of_access(fact)
    told = fact.reason and not is_blanket(fact) and not _looks_local(file, fact)
    return Level.WARNING if lowers or told else Level.ERROR


def _looks_local(file: FileDelta, fact: Suppression) -> bool:
    """Whether it stands among the definitions, where a reader takes it (and its reason) for the place's own."""
    return file.new is not None and any(it.start_line < fact.line for it in file.new.definitions)
