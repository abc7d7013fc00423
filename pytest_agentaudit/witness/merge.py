"""The evidence of several processes as one: a union, free of order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from pytest_agentaudit.model import Entered, Evidence, Harness, LineHits, TestOutcome, Value

T = TypeVar("T")


class Testimony(Value, frozen=True):
    """What one process saw. `selected` are the ids that were to run in the whole run, `ran` those that came to an end
    here.
    """

    __test__ = False

    evidence: Evidence
    selected: tuple[str, ...] = ()
    ran: tuple[str, ...] = ()


def combine(testimonies: Sequence[Testimony], reasons: Iterable[str], *, stopped: str = "") -> Evidence:
    """The evidence of all processes. `reasons` say why the run is partial, `stopped` why it ended early."""
    evidence = merge([testimony.evidence for testimony in testimonies])
    selected = {node_id for testimony in testimonies for node_id in testimony.selected}
    ran = {node_id for testimony in testimonies for node_id in testimony.ran}
    said = [*reasons, evidence.partial]
    if missing := len(selected - ran):
        said.append(f"{missing} of {len(selected)} selected tests did not run" + (f" ({stopped})" if stopped else ""))
        if not stopped and not any(_ends_early(reason) for reason in said[:-1]):
            evidence = replace(evidence, harness=replace(evidence.harness, unstarted=missing))
    return replace(evidence, partial="; ".join(dict.fromkeys(filter(None, said))))


def _ends_early(reason: str) -> bool:
    """Whether a reason for a partial run explains that selected tests did not begin."""
    return any(word in reason for word in ("stopped by", "worker", "collection errors", "exit status"))


def merge(parts: Sequence[Evidence]) -> Evidence:
    """The union of several processes' evidence. Lines count as watched only where every process watched them."""
    if not parts:
        return Evidence(partial="no worker handed over what it saw", tracer_problem="no worker watched lines")
    tests: list[TestOutcome] = []
    hits: dict[str, LineHits] = {}
    for part in parts:
        for path, seen in part.hits.items():
            hits[path] = _union(hits.get(path, LineHits()), seen, len(tests))
        tests += part.tests
    problem = next((part.tracer_problem for part in parts if part.tracer_problem), "")
    return Evidence(
        tests=tuple(tests),
        hits={} if problem else hits,
        collected=_each(part.collected for part in parts),
        collection_errors=_each(part.collection_errors for part in parts),
        partial="; ".join(_each([part.partial] for part in parts if part.partial)),
        tracer="" if problem else parts[0].tracer,
        tracer_problem=problem,
        exit_status=max(part.exit_status for part in parts),
        seconds=max(part.seconds for part in parts),
        unwatched=_each(part.unwatched for part in parts),
        harness=_joined([part.harness for part in parts]),
        entered=_entered(parts),
    )


def _entered(parts: Sequence[Evidence]) -> tuple[Entered, ...] | None:
    """The functions that tests ran; None where a process did not watch them."""
    known: dict[tuple[str, str, int], Entered] = {}
    for part in parts:
        if part.entered is None:
            return None
        for it in part.entered:
            one = known.setdefault((it.path, it.qualname, it.first_line), it)
            both = replace(it, tests=_each([one.tests, it.tests]), at_import=one.at_import or it.at_import)
            known[it.path, it.qualname, it.first_line] = both
    return tuple(known.values())


def _joined(parts: Sequence[Harness]) -> Harness:
    """What several processes showed of their machinery. Their collections are alike, so what they dropped is too."""
    dropped: dict[str, tuple[tuple[str, str], ...]] = {}
    for part in parts:
        for path, tests in part.dropped.items():
            dropped[path] = _each([dropped.get(path, ()), tests])
    return Harness(
        overruled=_each(part.overruled for part in parts),
        unrun=_each(part.unrun for part in parts),
        failures=sum(part.failures for part in parts),
        uncounted=sum(part.uncounted for part in parts),
        replaced=_each(part.replaced for part in parts),
        plugins=_each(part.plugins for part in parts),
        dropped=dropped,
        shadowed=_each(part.shadowed for part in parts),
    )


def _union(known: LineHits, seen: LineHits, offset: int) -> LineHits:
    by_test = dict(known.by_test)
    for line, tests in seen.by_test.items():
        by_test[line] = (*by_test.get(line, ()), *(test + offset for test in tests))
    return LineHits(by_test, tuple(sorted({*known.at_import, *seen.at_import})))


def _each(groups: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
