"""How proofs weigh what a rule says of tests that are weaker now: the base's tests on head's code, and mutants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Finding, Level
from pytest_agentaudit.mutant import Mutant
from pytest_agentaudit.rules.base import Audit

if TYPE_CHECKING:
    from pytest_agentaudit.facts.mutated import diff
    from pytest_agentaudit.facts.old_tests import Holding, held
    from pytest_agentaudit.facts.tallies import Scales
    from pytest_agentaudit.facts.weights import Weighed, Weight
    from pytest_agentaudit.proof import Proofs, TrialKind
else:
    diff = later("pytest_agentaudit.facts.mutated", "diff")
    Holding, held = later("pytest_agentaudit.facts.old_tests", "Holding", "held")
    Scales = later("pytest_agentaudit.facts.tallies", "Scales")
    Weight = later("pytest_agentaudit.facts.weights", "Weight")
    TrialKind = later("pytest_agentaudit.proof", "TrialKind")

_KNOWN: WeakKeyDictionary[Delta, tuple[Proofs, Scales]] = WeakKeyDictionary()
"""The scales of the deltas that still live: several rules weigh."""


def scales(audit: Audit) -> Scales | None:
    """What weighs the audit's tests by mutants; None where none were asked for."""
    if audit.proofs is None or audit.evidence is None:
        return None
    if audit.proofs.of(TrialKind.WATCHED) is None and audit.evidence.entered is None:
        return None
    known = _KNOWN.get(audit.delta)
    if known is None or known[0] is not audit.proofs:
        known = audit.proofs, Scales(audit.change, audit.delta, audit.evidence, audit.proofs)
        _KNOWN[audit.delta] = known
    return known[1]


Floor = Callable[[Finding], Level]
"""The level below which no proof that a finding is harmless takes it: what is lost without a doubt stays a loss."""


def a_note(_finding: Finding) -> Level:
    """All of it may turn out to be harmless."""
    return Level.NOTE


def unexplained(finding: Finding) -> Level:
    """What the change itself does not explain, a rule says as an error: it stays a warning."""
    return Level.WARNING if finding.level is Level.ERROR else Level.NOTE


def weighed(audit: Audit, said: Iterable[Finding], *, floor: Floor = a_note) -> Iterator[Finding]:
    """What a rule says, with what the base's tests show on the new code. Where all that they demanded still holds, a
    finding falls as far as `floor` lets it; where they fail, it is told, and a warning that cannot fall is an error.

    Mutants have the last word, where they were made: a finding is an error where head's tests pass one that the base's
    noticed by an assertion, and a warning where a small change that the base's noticed passes all tests of the run;
    where they notice all that the base's did, it is a warning at most, or falls further.
    """
    if audit.proofs is None:
        yield from said
        return
    for it in said:
        least = floor(it)
        yield by_mutants(audit, _weighed(audit, it, least), least)


def by_mutants(audit: Audit, finding: Finding, least: Level) -> Finding:
    """What a rule says, with what mutants show of the tests that it is about; it falls to `least` at most."""
    known = scales(audit)
    if known is None:
        return finding
    found = known.of(_tests(finding))
    if found.weight is Weight.LESS:
        return replace(finding, level=Level.ERROR, evidence={**finding.evidence, **shown(audit, found)})
    if found.missed:
        least = min(finding.level, Level.WARNING, key=lambda it: it.rank)
        return replace(finding, level=least, evidence={**finding.evidence, **missed(audit, found.missed)})
    if found.weight is Weight.SAME:
        count = f"{found.noticed} {'mutant' if found.noticed == 1 else 'mutants'} of unchanged code"
        proof = f"head's version of the test notices by an assertion all that the base's did: {count}"
        level = Level.NOTE if least is Level.NOTE or finding.level is Level.NOTE else Level.WARNING
        return replace(finding, level=level, evidence={**finding.evidence, "proof": proof})
    return finding


def shown(audit: Audit, found: Weighed) -> dict[str, str]:
    """The evidence of a loss: the first mutant that is noticed no more, as a source diff."""
    first, *others = found.unseen or found.lost
    more = f", and so it is with {len(others)} more" if others else ""
    return {
        "proof": f"the base's version notices by an assertion that `{first.qualname}` is broken, head's passes{more}",
        "mutant": _diff(audit, first),
    }


def missed(audit: Audit, mutants: Sequence[Mutant]) -> dict[str, str]:
    """The evidence that small changes are noticed no more: the first of them, as a source diff."""
    first, *others = mutants
    more = f", and so it is with {len(others)} more" if others else ""
    noticed = f"the base's version notices by an assertion that `{first.qualname}` differs a little"
    return {
        "proof": f"{noticed}; no test of the run does now{more}",
        "mutant": _diff(audit, first),
    }


def _diff(audit: Audit, mutant: Mutant) -> str:
    content = audit.change.new.read(mutant.path)
    return diff(mutant, content.decode("utf-8")) if content else ""


def _tests(finding: Finding) -> list[tuple[str, str]]:
    return [(place.path, place.symbol) for place in (finding.location, *finding.related)]


def _weighed(audit: Audit, finding: Finding, least: Level) -> Finding:
    known = held(audit.delta, audit.evidence, audit.proofs, _tests(finding))
    if known.holding is Holding.HOLDS:
        level, proof = least, "still passes on the new code"
    elif known.holding is Holding.FAILS:
        level = Level.ERROR if finding.level is Level.WARNING is least else finding.level
        proof = f"fails on the new code: {known.why}"
    else:
        return finding
    return replace(
        finding, level=level, evidence={**finding.evidence, "proof": f"the base's version of the test {proof}"}
    )
