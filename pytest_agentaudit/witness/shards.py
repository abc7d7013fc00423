"""The evidence of several shards as that of one run: a union, free of order, and whether it is the whole suite."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Evidence, Harness
from pytest_agentaudit.proof import Proofs
from pytest_agentaudit.shard import Shard, Subject
from pytest_agentaudit.wire import to_plain
from pytest_agentaudit.witness.merge import merge
from pytest_agentaudit.witness.portion import united
from pytest_agentaudit.witness.proofs import joined

SHORT = 7
"""Characters of a commit's name in a message."""


def as_one(shards: Iterable[Shard]) -> tuple[Evidence, Proofs]:
    """What all shards saw and tried; one that is given twice counts once. Where they are not the whole suite, the
    evidence is a shard's still, and says what is missing.
    """
    known = _distinct(shards)
    evidence = merge([shard.evidence for shard in known])
    missing = "; ".join(dict.fromkeys(_missing(known)))
    evidence = replace(evidence, partial=missing, shard=missing, harness=_harness(evidence))
    return evidence, joined(shard.proofs for shard in known)


def _distinct(shards: Iterable[Shard]) -> list[Shard]:
    """Each shard once, in an order of their own."""
    by_text = {json.dumps(to_plain(shard), sort_keys=True): shard for shard in shards}
    return [by_text[text] for text in sorted(by_text)]


def _harness(evidence: Evidence) -> Harness:
    """What the shards showed of their machinery. Tests that one dropped and another ran were shared out."""
    ran = {(it.path, it.function) for it in evidence.tests}
    kept = {path: tuple(it for it in tests if it not in ran) for path, tests in evidence.harness.dropped.items()}
    return replace(evidence.harness, dropped={path: tests for path, tests in kept.items() if tests})


def _missing(shards: Sequence[Shard]) -> Iterator[str]:
    """Why these shards are not the whole suite: numbers that nobody has, tests that none ran, and runs that broke off.

    A plugin's numbers count by themselves; those of a CI's jobs only tell where to look for tests that are missing.
    """
    whole = united([shard.portion for shard in shards])
    left = sorted(set(whole.known).difference(whole.done))
    yield from _absent(shard for shard in shards if left or (shard.place and shard.place.told_by.startswith("--")))
    if left:
        yield f"no shard ran {left[0]}" + (f" and {len(left) - 1} more" if len(left) > 1 else "")
    for shard in shards:
        yield from (f"{shard.place}: {reason}" if shard.place else reason for reason in shard.breaks)


def _absent(shards: Iterable[Shard]) -> Iterator[str]:
    there: dict[int, set[int]] = defaultdict(set)
    for shard in shards:
        if shard.place:
            there[shard.place.count].add(shard.place.number)
    for count, numbers in sorted(there.items()):
        lost = [str(number) for number in range(1, count + 1) if number not in numbers]
        if lost:
            names, verb = ("shard", "is") if len(lost) == 1 else ("shards", "are")
            yield f"{names} {', '.join(lost)} of {count} {verb} missing"


def common_subject(shards: Mapping[str, Shard]) -> Subject:
    """What all these shards judged, by the files that hold them; AuditError where they differ."""
    (first, one), *others = shards.items()
    for path, other in others:
        if other.subject.base != one.subject.base:
            raise AuditError(
                f"the shards were compared with different bases: {first!r} with {one.subject.base[:SHORT]}, "
                f"{path!r} with {other.subject.base[:SHORT]}",
                "fetch the same history in all jobs, or name the base in each: --agent-audit-base=REV",
            )
        if differing := one.subject.differs_in(other.subject):
            raise AuditError(
                f"the shards {first!r} and {path!r} judged different heads: {differing[0]!r} differs",
                "run all shards on one commit; what a job writes before its tests belongs in .gitignore",
            )
        if other.subject.policy != one.subject.policy:
            raise AuditError(
                f"the shards {first!r} and {path!r} were judged by different policies",
                "install the same rule packages in all jobs",
            )
    return one.subject
