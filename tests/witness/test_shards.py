"""Evidence and proofs of several shards as one: free of order and repetition, and never more whole than they are."""

from __future__ import annotations

from argparse import Namespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Evidence, Harness, LineHits, Outcome, Overruled, Place, Portion, TestOutcome
from pytest_agentaudit.mutant import Fate, MutantFate, MutantFates, SetAside
from pytest_agentaudit.proof import NO_TEST, UNREACHED, Ended, Proofs, TestEnd, TrialKind, TrialReport
from pytest_agentaudit.shard import Shard, Subject
from pytest_agentaudit.witness.merge import merge
from pytest_agentaudit.witness.portion import united
from pytest_agentaudit.witness.proofs import joined
from pytest_agentaudit.witness.shards import as_one, common_subject
from pytest_agentaudit.witness.splitters import place_of, switch_off

names = st.sampled_from("abcdef")
sets = st.lists(names, unique=True, max_size=4).map(tuple)
outcomes = st.builds(
    lambda name, outcome, seconds: TestOutcome(f"t.py::{name}", "t.py", ord(name), name, outcome, seconds),
    names,
    st.sampled_from(Outcome),
    st.floats(0, 9),
)
harnesses = st.builds(
    lambda overruled, unrun, dropped, shadowed: Harness(
        overruled=tuple(Overruled(name, "t.py", name, "E", "passed") for name in overruled),
        unrun=tuple(("t.py", name) for name in unrun),
        dropped={path: (("t.py", path),) for path in dropped},
        shadowed=tuple((name, f"{name}.py") for name in shadowed),
    ),
    *(sets,) * 4,
)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    tests = draw(st.lists(outcomes, unique_by=lambda it: it.node_id, max_size=4))
    ran = st.lists(st.integers(0, len(tests) - 1), unique=True).map(tuple) if tests else st.just(())
    hits = st.builds(LineHits, st.dictionaries(st.integers(1, 5), ran), st.sets(st.integers(1, 5)).map(tuple))
    return Evidence(
        tests=tuple(tests),
        hits=draw(st.dictionaries(names, hits, max_size=3)),
        collected=tuple(("t.py", name) for name in draw(sets)),
        collection_errors=draw(sets),
        tracer=draw(st.sampled_from(("c", "monitoring"))),
        exit_status=draw(st.integers(0, 5)),
        unwatched=draw(sets),
        harness=draw(harnesses),
    )


ends = st.builds(TestEnd, st.just("t.py"), names, st.sampled_from(Ended), st.sampled_from(("", "why", "no")))
reports = st.builds(
    lambda kind, ends, files, problem: TrialReport(
        kind, tuple(ends), files, files, "" if any(it.ended is not Ended.UNTRIED for it in ends) else problem
    ),
    st.sampled_from(TrialKind),
    st.lists(ends, unique_by=lambda it: it.function, max_size=4),
    sets,
    st.sampled_from(("", "budget")),
)
fates = st.builds(MutantFate, names, st.sampled_from(Fate), names, st.sampled_from((NO_TEST, UNREACHED, "budget")))
proofs = st.builds(
    lambda reports, fates, aside: Proofs(
        tuple(reports),
        None if fates is None else MutantFates(tuple(fates), tuple(SetAside("a.py", "f", 1, it, "") for it in aside)),
    ),
    st.lists(reports, unique_by=lambda it: it.kind, max_size=3),
    st.none() | st.lists(fates, unique_by=lambda it: it.id, max_size=4),
    sets,
)
portions = st.builds(Portion, sets, sets)
places = st.none() | st.builds(Place, st.integers(1, 3), st.just(3), st.sampled_from(("--splits", "CI_NODE_INDEX")))
SUBJECT = Subject("b" * 40, "c" * 40, {"a.py": "1"}, "p")
shards = st.builds(Shard, st.just(SUBJECT), evidences(), proofs, portions, places, sets)


@settings(max_examples=30)
@given(st.lists(shards, min_size=1, max_size=4), st.randoms())
def test_order_and_repetition_do_not_matter(some: list[Shard], random: st.DataObject) -> None:
    one = as_one(some)
    others = [*some, some[0]]
    random.shuffle(others)  # type: ignore[attr-defined]
    assert as_one(others) == one


@settings(max_examples=50)
@given(evidences(), evidences(), evidences())
def test_evidence_is_merged_in_any_grouping(one: Evidence, two: Evidence, three: Evidence) -> None:
    assert merge([merge([one, two]), three]) == merge([one, merge([two, three])]) == merge([three, two, one])
    assert merge([merge([one])] * 2) == merge([one])


@given(proofs, proofs, proofs)
def test_proofs_are_joined_in_any_grouping(one: Proofs, two: Proofs, three: Proofs) -> None:
    assert joined([joined([one, two]), three]) == joined([one, joined([two, three])]) == joined([three, two, one])
    assert joined([joined([one])] * 2) == joined([one])


@given(portions, portions, portions)
def test_portions_are_united_in_any_grouping(one: Portion, two: Portion, three: Portion) -> None:
    assert united([united([one, two]), three]) == united([one, united([two, three])]) == united([three, two, one])
    assert united([united([one])] * 2) == united([one])


def fate(*parts: MutantFate) -> MutantFate:
    found = joined(Proofs(mutants=MutantFates((part,))) for part in parts).mutants
    assert found is not None
    return found.fates[0]


SURVIVED = MutantFate("m", Fate.SURVIVED, reason="1 test passes")
NOTICED = MutantFate("m", Fate.NOTICED, "t.py::a")


@pytest.mark.parametrize(
    ("reason", "ended"), [("budget", Fate.NOT_JUDGED), (NO_TEST, Fate.SURVIVED), (UNREACHED, Fate.SURVIVED)]
)
def test_a_mutant_survives_where_all_shards_that_can_tell_say_so(reason: str, ended: Fate) -> None:
    assert fate(SURVIVED, MutantFate("m", Fate.NOT_JUDGED, reason=reason)).fate is ended


def test_whoever_notices_a_mutant_is_remembered() -> None:
    found = fate(SURVIVED, NOTICED, replace(NOTICED, test="t.py::b"), MutantFate("m", Fate.CRASHED, "t.py::c"))
    assert found == replace(NOTICED, also=("t.py::b",))


def trial(problem: str = "", **ended: Ended) -> Proofs:
    known = tuple(TestEnd("t.py", name, end) for name, end in ended.items())
    return Proofs((TrialReport(TrialKind.REVERT, known, problem=problem),))


def test_what_one_shard_could_not_try_does_not_spoil_the_others() -> None:
    found = joined([trial("budget", a=Ended.UNTRIED, b=Ended.UNTRIED), trial(b=Ended.GREEN, c=Ended.CRASH)])
    assert not [*found.problems]
    told = {name: (it.ended, it.reason) for (_, name), it in found.ends(TrialKind.REVERT).items()}
    assert told == {"a": (Ended.UNTRIED, "budget"), "b": (Ended.GREEN, ""), "c": (Ended.CRASH, "")}


def test_what_a_trial_that_broke_off_showed_counts_for_nothing() -> None:
    found = joined([trial("exit status 3", a=Ended.CRASH)])
    assert found.ends(TrialKind.REVERT)["t.py", "a"] == TestEnd("t.py", "a", Ended.UNTRIED, "exit status 3")


def shard(number: int = 0, told_by: str = "--splits", *, known: str = "", done: str = "", **more: tuple[str]) -> Shard:
    place = Place(number, 4, told_by) if number else None
    return Shard(SUBJECT, Evidence(tracer="c"), Proofs(), Portion(tuple(known), tuple(done)), place, **more)


@pytest.mark.parametrize(
    ("some", "missing"),
    [
        ([shard(known="ab", done="ab")], ""),
        ([shard(known="ab", done="a"), shard(done="b")], ""),
        ([shard(known="ab", done="a"), shard(known="cd")], "no shard ran b and 2 more"),
        ([shard(number) for number in (1, 2, 4)], "shard 3 of 4 is missing"),
        ([shard(2)], "shards 1, 3, 4 of 4 are missing"),
        ([shard(2, "CI_NODE_INDEX", known="a", done="a")], ""),
        ([shard(2, "CI_NODE_INDEX", known="a")], "shards 1, 3, 4 of 4 are missing; no shard ran a"),
        ([shard(breaks=("stopped by pytest.exit",))], "stopped by pytest.exit"),
        (
            [*map(shard, (1, 2, 3)), shard(4, breaks=("worker gw0 crashed",))],
            "shard 4 of 4: worker gw0 crashed",
        ),
    ],
)
def test_what_is_missing(some: list[Shard], missing: str) -> None:
    evidence, _ = as_one(some)
    assert evidence.partial == missing
    assert evidence.shard == missing


def test_tests_that_another_shard_ran_were_not_dropped() -> None:
    ran = TestOutcome("t.py::a", "t.py", 1, "a", Outcome.PASSED)
    lost = Harness(dropped={"": (("t.py", "a"), ("t.py", "b")), "conftest.py": (("t.py", "a"),)})
    one = replace(shard(), evidence=Evidence(tracer="c", harness=lost))
    evidence, _ = as_one([one, replace(shard(), evidence=Evidence(tests=(ran,), tracer="c"))])
    assert evidence.harness.dropped == {"": (("t.py", "b"),)}


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (replace(SUBJECT, base="d" * 40), "compared with different bases: 'one' with bbbbbbb, 'two' with ddddddd"),
        (replace(SUBJECT, files={"a.py": "2", "b.py": "1"}), "judged different heads: 'a.py' differs"),
        (replace(SUBJECT, files={}), "judged different heads: 'a.py' differs"),
        (replace(SUBJECT, policy="q"), "judged by different policies"),
    ],
)
def test_shards_of_different_runs(other: Subject, message: str) -> None:
    with pytest.raises(AuditError, match=message) as caught:
        common_subject({"one": shard(), "two": replace(shard(), subject=other)})
    assert caught.value.way_out


def test_a_commit_of_the_same_bytes_is_no_other_head() -> None:
    other = replace(shard(), subject=replace(SUBJECT, commit="e" * 40))
    assert common_subject({"one": shard(), "two": other}) == SUBJECT


OPTIONS: dict[str, tuple[dict[str, int], dict[str, int | None]]] = {
    "--splits": ({"splits": 3, "group": 2}, {"splits": None, "group": None}),
    "--num-shards": ({"num_shards": 3, "shard_id": 1}, {"num_shards": 1, "shard_id": 0}),
    "--test-group-count": ({"test-group-count": 3, "test-group": 2}, {"test-group-count": None, "test-group": None}),
}


@pytest.mark.parametrize("option", OPTIONS)
def test_places_by_options(option: str) -> None:
    given_, absent = OPTIONS[option]
    options = Namespace(**given_)
    assert place_of(options, {"CI_NODE_INDEX": "9", "CI_NODE_TOTAL": "9"}) == Place(2, 3, option)
    switch_off(options)
    assert vars(options) == absent
    assert place_of(options, {}) is None


@pytest.mark.parametrize(
    ("environ", "place"),
    [
        ({"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "3"}, Place(3, 3, "CI_NODE_INDEX")),
        ({"CIRCLE_NODE_INDEX": "0", "CIRCLE_NODE_TOTAL": "2"}, Place(1, 2, "CIRCLE_NODE_INDEX")),
        ({"BUILDKITE_PARALLEL_JOB": "1", "BUILDKITE_PARALLEL_JOB_COUNT": "2"}, Place(2, 2, "BUILDKITE_PARALLEL_JOB")),
        ({"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "1"}, None),
        ({"CI_NODE_INDEX": "4", "CI_NODE_TOTAL": "3"}, None),
        ({"CI_NODE_INDEX": "one", "CI_NODE_TOTAL": "3"}, None),
        ({"CI_NODE_INDEX": "1"}, None),
    ],
)
def test_places_by_variables(environ: dict[str, str], place: Place | None) -> None:
    assert place_of(Namespace(), environ) == place


def test_options_of_these_names_that_are_no_plugins() -> None:
    options = Namespace(group="fast", splits=None)
    switch_off(options)
    assert vars(options) == {"group": "fast", "splits": None}
