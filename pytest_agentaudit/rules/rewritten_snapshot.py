"""The rule rewritten-snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.expectations import changed_snapshots
from pytest_agentaudit.facts.stored import Rewritten, Stored, rewritten
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.facts.wording import apart, short
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.weighing import weighed

if TYPE_CHECKING:
    from pytest_agentaudit.facts.grounds import Excuses
else:
    Excuses = later("pytest_agentaudit.facts.grounds", "Excuses")

SHOWN = 20
"""How many files a finding lists."""


class RewrittenSnapshot(Rule):
    """A stored result was replaced by another one.

    Snapshots (syrupy, inline-snapshot and their kin), expected, golden and approved files, and recorded conversations
    under a tests tree: what counts is that both sides have the stored result and that it says something else. New
    ones, and those that only moved or were laid out anew, are silent.

    Level: error where nothing else in the change explains it: no product code, test, fixture, setting or requirement
    changed; warning where only tests changed with it; note otherwise. Where product code changed, the base's versions
    of the tests are run on head's code, with the results that the base had stored; the finding tells whether they pass.

    Why: a snapshot is a decision of what is right; one that is written anew with each failure decides nothing.
    Fix: look at each value that changed; restore those that nobody asked to change, and mend the code.
    Not a fix: running the tool with `--snapshot-update` until the tests are green.
    """

    name = "rewritten-snapshot"
    family = Family.WEAKENED
    level = Level.NOTE
    needs = frozenset({Needs.STATIC, Needs.REVERT})
    examples = kept_apart("rewritten_snapshot")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each kind of stored result, and for each file with snapshots in it."""
        yield from weighed(audit, self.changed(audit))

    def changed(self, audit: Audit) -> Iterator[Finding]:
        """The same before proofs are weighed."""
        subjects = Subjects(audit.delta)
        level, words = _ground(audit.delta, subjects)
        groups: dict[Stored, list[Rewritten]] = defaultdict(list)
        for it in rewritten(audit.delta):
            groups[it.kind].append(it)
        for group in groups.values():
            yield self.found(group, level, words + _said(audit))
        yield from self.inline(audit, subjects)

    def found(self, group: list[Rewritten], level: Level, words: str) -> Finding:
        """All stored results of one kind."""
        group.sort(key=lambda it: it.path)
        first = group[0]
        what = f"the {first.kind}" if len(group) == 1 else f"{len(group)} {first.kind}s"
        was, now = apart(first.was.strip(), first.now.strip())
        return self.finding(
            Location(first.path, first.line),
            f"{what[0].upper()}{what[1:]} {'was' if len(group) == 1 else 'were'} rewritten (`{was}` became `{now}`); "
            f"{words}.",
            level=level,
            evidence={"base": first.was, "head": first.now},
            fix=_FIX,
            not_a_fix=_NOT_A_FIX,
            related=tuple(Location(it.path, it.line) for it in group[1:SHOWN]),
        )

    def inline(self, audit: Audit, subjects: Subjects) -> Iterator[Finding]:
        """Snapshots that stand in the tests."""
        excuses = Excuses(subjects)
        for pair in audit.delta.tests:
            changed = changed_snapshots(pair)
            if not changed or not pair.new:
                continue
            first = changed[0]
            was, now = apart(first.was, first.now)
            plain = not subjects.product and not subjects.data_changed and not excuses.of(pair)
            words = "no product code changed" if plain else excuses.of(pair) or "product code changed with it"
            yield self.finding(
                Location(pair.new_path, first.line, first.end_line, pair.new.qualified_name),
                f"The snapshot of `{short(first.subject)}` was `{was}`, now `{now}`; {words}.",
                level=Level.ERROR if plain else Level.NOTE,
                evidence={"base": first.base, "head": first.head},
                fix=_FIX,
                not_a_fix=_NOT_A_FIX,
                related=tuple(Location(pair.new_path, it.line, it.end_line) for it in changed[1:]),
            )


_FIX = "look at each value that changed; restore those that nobody asked to change, and mend the code"
_NOT_A_FIX = "updating the snapshots until the tests are green"


def _ground(delta: Delta, subjects: Subjects) -> tuple[Level, str]:
    """How grave it is that a stored result changed, by what else did."""
    if subjects.product or subjects.data_changed:
        return Level.NOTE, "product code changed with it"
    if any(file.role in {FileRole.GENERATED, FileRole.OTHER} and file.pair.is_python for file in delta.files):
        return Level.NOTE, "code that was generated or taken over changed with it"
    if Excuses(subjects).settings_changed:
        return Level.NOTE, "settings or requirements changed with it"
    tests = {FileRole.TEST, FileRole.CONFTEST}
    if any(file.role in tests and file.pair.is_python for file in delta.files):
        return Level.WARNING, "no product code changed, only tests did"
    return Level.ERROR, "nothing else changed that could explain it"


def _said(audit: Audit) -> str:
    """Whether a commit message tells that the tool rewrote them."""
    flags = ("--snapshot-update", "--inline-snapshot", "--force-regen", "--record-mode", "--update-golden")
    told = next((flag for flag in flags for text in audit.change.messages if flag in text), "")
    return f" (the message names `{told}`)" if told else ""
