"""The rule wide-waiver."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.policy.waivers import Flaw
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_WAYS_OUT = {
    Flaw.WIDE: "name the file, and the symbol or fingerprint of what is accepted; what is a rule's matter in a whole "
    "folder belongs to [[tool.agentaudit.overrides]]",
    Flaw.DISTANT: "give it an earlier end, or raise the policy's `waiver-days`",
}


class WideWaiver(Rule):
    """A waiver accepts more than a finding that somebody looked at: all rules, a whole tree, or for too long a time.

    Such a waiver does not count. Too wide are `rule = "*"`, a path that begins with a wildcard and has no fingerprint
    beside it, and any pattern without a symbol or fingerprint. Too long is an end that is more than the policy's
    `waiver-days` ahead.

    Why: a waiver is the answer of a person to one finding. One that accepts what nobody has seen yet is a switch, and
    switches have a place of their own in the policy, where they are counted as switched off.

    Fix: narrow it, or set a level for the rule and path in the policy.

    Not a fix: several waivers that are as wide together.
    """

    name = "wide-waiver"
    family = Family.GATES
    level = Level.WARNING
    examples = kept_apart("wide_waiver")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each waiver."""
        for it in audit.waivers:
            if it.flaw in _WAYS_OUT:
                yield self.finding(
                    Location(it.waiver.file, it.waiver.line, symbol=it.waiver.label),
                    f"The waiver for {it.waiver.label} does not count: {it.told}.",
                    evidence={"owner": it.waiver.owner},
                    fix=_WAYS_OUT[it.flaw],
                    not_a_fix="several waivers that are as wide together",
                )
