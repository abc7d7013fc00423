"""The evidence of several processes as one: a union, free of order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import astuple, replace

from pytest_agentaudit.model import Entered, Evidence, Harness, LineHits, Outcome, Portion, TestOutcome
from pytest_agentaudit.value import Value

T = TypeVar("T")

GRAVITY = (Outcome.SKIPPED, Outcome.PASSED, Outcome.XFAILED, Outcome.XPASSED, Outcome.FAILED, Outcome.ERROR)
"""Of a test that several processes ran, the last of its ends in this order counts: what one skipped, another ran."""


class Testimony(Value, frozen=True):
    """What one process saw. `selected` are the ids that were to run in the whole run, `ran` those that came to an end
    here, `portion` is noted in a shard alone.
    """

    __test__ = False

    evidence: Evidence
    selected: tuple[str, ...] = ()
    ran: tuple[str, ...] = ()
    portion: Portion | None = None


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
    """The union of several processes' evidence, its tests in the order of their files and lines. Lines count as watched
    only where every process watched them.
    """
    if not parts:
        return Evidence(partial="no worker handed over what it saw", tracer_problem="no worker watched lines")
    tests = _tests(test for part in parts for test in part.tests)
    problem = min((part.tracer_problem for part in parts if part.tracer_problem), default="")
    return Evidence(
        tests=tests,
        hits={} if problem else _hits(parts, {test.node_id: index for index, test in enumerate(tests)}),
        collected=_each(part.collected for part in parts),
        collection_errors=_each(part.collection_errors for part in parts),
        partial="; ".join(_each([part.partial] for part in parts if part.partial)),
        tracer="" if problem else min(part.tracer for part in parts),
        tracer_problem=problem,
        exit_status=max(part.exit_status for part in parts),
        seconds=max(part.seconds for part in parts),
        unwatched=_each(part.unwatched for part in parts),
        harness=_joined([part.harness for part in parts]),
        entered=_entered(parts),
    )


def _tests(tests: Iterable[TestOutcome]) -> tuple[TestOutcome, ...]:
    """Each test once, by file and line."""
    known: dict[str, TestOutcome] = {}
    for test in tests:
        other = known.get(test.node_id)
        known[test.node_id] = max(other, test, key=_gravity) if other else test
    return tuple(sorted(known.values(), key=lambda it: (it.path, it.line, it.node_id)))


def _gravity(test: TestOutcome) -> tuple[object, ...]:
    return (GRAVITY.index(test.outcome), *map(str, astuple(test)))


def _hits(parts: Sequence[Evidence], index: Mapping[str, int]) -> dict[str, LineHits]:
    """The lines of all parts, by the tests' indexes in the union."""
    by_test: dict[str, dict[int, set[int]]] = {}
    at_import: dict[str, set[int]] = {}
    for part in parts:
        places = [index[test.node_id] for test in part.tests]
        for path, seen in part.hits.items():
            lines = by_test.setdefault(path, {})
            at_import.setdefault(path, set()).update(seen.at_import)
            for line, tests in seen.by_test.items():
                lines.setdefault(line, set()).update(places[test] for test in tests)
    return {
        path: LineHits(
            {line: tuple(sorted(tests)) for line, tests in sorted(by_test[path].items())},
            tuple(sorted(at_import[path])),
        )
        for path in sorted(by_test)
    }


def _entered(parts: Sequence[Evidence]) -> tuple[Entered, ...] | None:
    """The functions that tests ran; None where a process did not watch them."""
    seen = [part.entered for part in parts if part.entered is not None]
    return all_entered(seen) if len(seen) == len(parts) else None


def all_entered(groups: Iterable[Iterable[Entered]]) -> tuple[Entered, ...]:
    """The functions of all groups, each once with all tests that ran it, in the order of files and lines."""
    known: dict[tuple[str, int, str], Entered] = {}
    for it in (it for group in groups for it in group):
        key = it.path, it.first_line, it.qualname
        one = known.get(key, it)
        tests = tuple(sorted({*one.tests, *it.tests}))
        at_import, elsewhere = one.at_import or it.at_import, one.elsewhere or it.elsewhere
        known[key] = replace(it, tests=tests, at_import=at_import, elsewhere=elsewhere)
    return tuple(known[key] for key in sorted(known))


def _joined(parts: Sequence[Harness]) -> Harness:
    """What several processes showed of their machinery. Their collections are alike, so what they dropped is too."""
    paths = _each(part.dropped for part in parts)
    return Harness(
        overruled=_each(part.overruled for part in parts),
        unrun=_each(part.unrun for part in parts),
        unstarted=sum(part.unstarted for part in parts),
        failures=sum(part.failures for part in parts),
        uncounted=sum(part.uncounted for part in parts),
        replaced=_each(part.replaced for part in parts),
        plugins=_each(part.plugins for part in parts),
        dropped={path: _each(part.dropped.get(path, ()) for part in parts) for path in paths},
        shadowed=_each(part.shadowed for part in parts),
    )


def _each(groups: Iterable[Iterable[T]]) -> tuple[T, ...]:
    """Each item once, in an order of their own."""
    return tuple(sorted({item for group in groups for item in group}, key=repr))
