"""The rule stale-waiver."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.policy.waivers import Flaw
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_LEVELS = {Flaw.EXPIRED: Level.WARNING, Flaw.UNREADABLE: Level.WARNING, Flaw.UNUSED: Level.NOTE}
_WAYS_OUT = {
    Flaw.EXPIRED: "remove it, or agree on a new end with its owner in a change of its own",
    Flaw.UNREADABLE: "let `agentaudit waive --sign` write it, or remove it",
    Flaw.UNUSED: "remove it",
}


class StaleWaiver(Rule):
    """A waiver is of no use: its time is over, or it accepts nothing that was found.

    Told are waivers of the policy that the change leaves as they are, and signed ones that it brings along. A waiver is
    unused only where the audit judged its rule, in full, for a file that it names and that the change edited; after a
    partial run nothing is said. One that expired and has a finding to accept is told in that finding, which stands.

    Level: warning where it expired or cannot be read; note where it is unused.

    Why: a waiver says that somebody answers for a finding until a day. When that is past, or the finding is gone, it
    only waits to accept something that nobody has looked at.

    Fix: remove it; or renew it with its owner, in a change of its own.

    Not a fix: a later date without a look at what it accepts.
    """

    name = "stale-waiver"
    family = Family.GATES
    level = Level.WARNING
    examples = kept_apart("stale_waiver")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each waiver."""
        for it in audit.waivers:
            if it.flaw in _LEVELS:
                label = it.waiver.label if it.waiver.rule else ""
                told = it.told.removeprefix("it ") if it.told.startswith("it ") else f"is unused: {it.told}"
                yield self.finding(
                    Location(it.waiver.file, it.waiver.line, symbol=label),
                    f"The waiver for {label or 'a finding'} {told}.",
                    level=_LEVELS[it.flaw],
                    evidence={"owner": it.waiver.owner} if it.waiver.owner else {},
                    fix=_WAYS_OUT[it.flaw],
                )
