"""The rule grown-baseline."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.gates.model import Grown
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class GrownBaseline(Rule):
    """A list of known failures grew.

    Read are the baselines of detect-secrets, mypy, pyright, basedpyright, bandit, ruff and semgrep by their usual
    names, pylint's list of disabled messages, and lists of tests that are known to fail. Entries are compared without
    their line numbers: what only moved is the same.

    Level: error where the new entries are for files that the change itself edits; warning otherwise, and for a list
    that is new; note for one that grew by what pylint calls a convention or a matter of design.

    Why: a baseline is for the sins of the past. What is added to it was done now.
    Fix: mend what the checker found, and write the baseline again.
    Not a fix: another entry.
    """

    name = "grown-baseline"
    family = Family.GATES
    level = Level.WARNING
    examples = kept_apart("grown_baseline")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each list."""
        for it in audit.delta.gates.grown:
            entries = "entry" if it.added == 1 else "entries"
            new = "is new, with" if it.is_new else "grew by"
            yield self.finding(
                Location(it.path, it.line),
                f"The list of {it.kind} {new} {it.added} {entries}: {', '.join(it.shown[:3])}.",
                level=_level(it),
                evidence={"head": f"{it.total} entries in {it.path}", "new": "\n".join(it.shown)},
                fix="mend what was found, and leave the list as it was",
                not_a_fix="another entry, or another list",
                related=tuple(Location(path) for path in it.edits[:3]),
            )


_DESIGN = ("too-", "line-", "missing-", "invalid-name", "consider-", "use-", "unnecessary-", "duplicate-code", "fixme")
_DESIGN_CODES = ("C", "R")


def _level(it: Grown) -> Level:
    if it.kind.startswith("disabled"):
        design = all(one.startswith(_DESIGN) or (one[:1] in _DESIGN_CODES and one[1:].isdigit()) for one in it.shown)
        return Level.NOTE if design else Level.WARNING
    return Level.ERROR if it.edits and not it.is_new else Level.WARNING
