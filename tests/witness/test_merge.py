from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_agentaudit.model import Entered, Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.witness.merge import Testimony, combine, merge


def outcome(name: str) -> TestOutcome:
    return TestOutcome(f"t.py::{name}", "t.py", 1, name, Outcome.PASSED)


names = st.sampled_from("abcdef")
parts = st.builds(
    lambda tests, hits, at_import: Evidence(
        tests=tuple(outcome(name) for name in tests),
        hits={"a.py": LineHits({line: tuple(range(len(tests))) for line in hits}, tuple(sorted(at_import)))},
        tracer="t",
    ),
    st.lists(names, unique=True, min_size=1),
    st.sets(st.integers(1, 9)),
    st.sets(st.integers(1, 9)),
)


def seen(evidence: Evidence) -> set[tuple[int, str]]:
    """Line x test, by the tests' names."""
    by_test = evidence.hits["a.py"].by_test
    return {(line, evidence.tests[test].function) for line, tests in by_test.items() for test in tests}


@given(st.lists(parts, min_size=1, max_size=4))
def test_the_order_of_the_workers_does_not_matter(workers: list[Evidence]) -> None:
    one, other = merge(workers), merge(workers[::-1])
    assert seen(one) == seen(other) == set().union(*(seen(worker) for worker in workers))
    assert one.hits["a.py"].at_import == other.hits["a.py"].at_import


def test_a_problem_of_one_worker_is_one_of_all() -> None:
    merged = merge([Evidence(tracer="t", hits={"a.py": LineHits({1: (0,)})}), Evidence(tracer_problem="lost")])
    assert (merged.tracer, merged.tracer_problem, merged.hits) == ("", "lost", {})


def test_no_worker_is_no_clean_run() -> None:
    merged = merge([])
    assert merged.partial
    assert merged.tracer_problem


def test_a_test_that_one_worker_ran_was_run() -> None:
    evidence = Evidence(tracer="t")
    both = [Testimony(evidence, ("a", "b"), ("a",)), Testimony(evidence, ("a", "b"), ("b",))]
    assert combine(both, []).partial == ""
    assert combine(both[:1], ["-k"], stopped="bye").partial == "-k; 1 of 2 selected tests did not run (bye)"


def test_reasons_are_said_once() -> None:
    assert combine([Testimony(Evidence(partial="-k")), Testimony(Evidence(partial="-k"))], ["-k"]).partial == "-k"


def test_the_functions_that_ran_are_those_of_all() -> None:
    one = Entered("a.py", "f", 1, ("t::a",))
    parts = [Evidence(entered=(one,)), Evidence(entered=(replace(one, tests=("t::b",), at_import=True),))]
    assert merge(parts).entered == (replace(one, tests=("t::a", "t::b"), at_import=True),)
    assert merge([*parts, Evidence()]).entered is None
