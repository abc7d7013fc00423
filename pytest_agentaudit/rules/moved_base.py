"""The rule moved-base."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.audit_base import BaseEdit, base_edits, shallower_fetches
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class MovedBase(Rule):
    """The revision that audits compare with was moved.

    Looked at are the policy's `base`, the base that pytest's options and CI's commands give to the audit, how much
    history CI fetches for it, and whether this clone's history is what its objects hold.

    Level: error where the new base is head itself, one of its parents or a commit by its number; warning otherwise.

    Why: with the base in the wrong place a part of the change is in nobody's audit.
    Fix: name the branch that changes are merged into, and let the person who owns it move it.
    Not a fix: a tag or a local branch of the same name.
    """

    name = "moved-base"
    family = Family.HIDDEN
    level = Level.WARNING
    examples = kept_apart("moved_base")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for each place."""
        for edit in base_edits(audit.change, audit.delta):
            if edit.old or edit.of_itself:
                yield self._edited(edit)
        for file in audit.files(FileRole.CI):
            for line, before, now in shallower_fetches(file):
                was = before if int(before) else "all"
                yield self.finding(
                    Location(file.path, line),
                    f"CI fetches {now} commit where it fetched {was}: an audit there has no base to compare with.",
                    fix="fetch-depth: 0, or 2 on pull requests",
                )
        for doubt in audit.change.doubts:
            yield self.finding(
                Location("."),
                f"The base is in doubt: {doubt}.",
                fix="audit a fresh clone, against the branch of the remote",
                not_a_fix="naming another local branch",
            )

    def _edited(self, edit: BaseEdit) -> Finding:
        became = f"`{edit.new}`" if edit.new else "none"
        was = f"`{edit.old}`" if edit.old else "none"
        effect = ": it moves with the change" if edit.of_itself else ""
        return self.finding(
            Location(edit.path, edit.line),
            f"The base that {edit.where} names was {was} and is {became}{effect}.",
            level=Level.ERROR if edit.of_itself else self.level,
            fix="name the branch that changes are merged into",
            not_a_fix="a tag or a local branch of the same name",
        )
