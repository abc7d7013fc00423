"""The rule hidden-text."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.unseen import BIDI, FAR, INVISIBLE, LOOKALIKE, TAGS, TERMINAL, UNSEEN_TEXT
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_RUNS = frozenset({FileRole.CONFTEST, FileRole.CI, FileRole.CONFIG, FileRole.SCRIPT})
"""Roles of files that do something, whatever their language."""
_INSTRUCTIONS = frozenset(
    {"AGENTS.md", "CLAUDE.md", "GEMINI.md", "SKILL.md", "copilot-instructions.md", ".cursorrules", ".windsurfrules"}
)
"""Documents that coding agents obey."""
_FIXES = {
    BIDI: "write the character as an escape (\\u202e), or take it out",
    TAGS: "take the characters out: no editor shows them, and programs and models read them",
    INVISIBLE: "take the character out, or write it as an escape where it is meant",
    TERMINAL: "write the character as an escape (\\x1b): raw, it rewrites what a terminal shows of the diff",
    FAR: "put the code where the rest of it stands",
    LOOKALIKE: "write the name with the letters of one script",
}
_EFFECTS = {
    BIDI: "the line reads in another order than it runs",
    TAGS: "no editor shows it",
    INVISIBLE: "no editor shows it",
    TERMINAL: "a terminal obeys it instead of showing it",
    FAR: "whoever reads on stops before it",
    LOOKALIKE: "it reads like another name",
}


class HiddenText(Rule):
    """A changed line holds text that its reader does not see, or takes for something else.

    Looked at are the added lines of every text file: controls that reverse the order of letters, invisible and tag
    characters, terminal escapes, code behind a wide gap or many blank lines, names with letters of another script.

    Level: error for bidirectional controls and look-alike names in code, for tag characters anywhere, and for code
    behind a wide gap; warning for invisible characters and terminal escapes in code; note in documents and data, and
    where the script or sign needs the character (right-to-left words, emoji, flags).

    Why: a review approves what it sees. What runs, or what a model reads, is something else.
    Fix: take the character out, or write it as an escape.
    Not a fix: a comment; the same character in another file that the code reads.
    """

    name = "hidden-text"
    family = Family.HIDDEN
    level = Level.ERROR
    examples = kept_apart("hidden_text")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for each file, kind of character and level; one for a name of look-alikes in several files."""
        groups: dict[tuple[str, str, Level], list[tuple[FileDelta, Occurrence]]] = {}
        for file in audit.delta.files:
            for it in file.new_ones(UNSEEN_TEXT):
                if level := _level(file, it):
                    home = it.text if it.details["what"] == LOOKALIKE else file.path
                    groups.setdefault((home, it.details["what"], level), []).append((file, it))
        for (_, what, level), placed in groups.items():
            yield self._found(what, level, placed)

    def _found(self, what: str, level: Level, placed: list[tuple[FileDelta, Occurrence]]) -> Finding:
        first, *more = [Location(file.path, it.line) for file, it in placed]
        members = [it for _, it in placed]
        details = members[0].details
        times = f" {len(members)} lines hold such text." if more else ""
        place = {"text": "this line", "name": "the file's name"}.get(details["where"], f"this {details['where']}")
        named = f"{what} ({details['names']})"
        return self.finding(
            first,
            f"{named[0].upper()}{named[1:]} in {place}: {_EFFECTS[what]}.{times}",
            level=level,
            evidence={"source": "\n".join(f"{it.line}  {it.text}" for it in members[:5])},
            fix=_FIXES[what],
            not_a_fix="a comment beside it",
            related=tuple(more),
        )


def _level(file: FileDelta, it: Occurrence) -> Level | None:
    """How much it weighs here; None where it says nothing."""
    what, where = it.details["what"], it.details["where"]
    runs = file.pair.is_python or file.role in _RUNS or file.path.rpartition("/")[2] in _INSTRUCTIONS
    if it.details["usual"]:
        return Level.NOTE if what in {BIDI, FAR} and runs else None
    if what == TAGS or where == "name":
        return Level.ERROR
    return _level_in_code(file, what, where) if runs else _level_in_data(file, what)


def _level_in_data(file: FileDelta, what: str) -> Level | None:
    """Documents, data and code in other languages."""
    if what == BIDI and file.role is FileRole.PRODUCT:
        return Level.WARNING
    return Level.NOTE if what in {BIDI, INVISIBLE} else None


def _level_in_code(file: FileDelta, what: str, where: str) -> Level:
    test = file.role is FileRole.TEST
    if what == FAR:
        return Level.ERROR if file.pair.is_python else Level.WARNING
    if what == LOOKALIKE or (what == BIDI and (not test or where == "comment")):
        return Level.ERROR
    return Level.NOTE if test and where == "string" and what != BIDI else Level.WARNING
