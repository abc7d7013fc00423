"""The evidence of several processes as one: a union, free of order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pytest_agentaudit.model import Evidence, LineHits, TestOutcome

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Testimony:
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
    return replace(evidence, partial="; ".join(dict.fromkeys(filter(None, said))))


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
    )


def _union(known: LineHits, seen: LineHits, offset: int) -> LineHits:
    by_test = dict(known.by_test)
    for line, tests in seen.by_test.items():
        by_test[line] = (*by_test.get(line, ()), *(test + offset for test in tests))
    return LineHits(by_test, tuple(sorted({*known.at_import, *seen.at_import})))


def _each(groups: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
