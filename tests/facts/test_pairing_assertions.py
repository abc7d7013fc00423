"""Which demand of the old test is which one of the new, and what was lost on the way."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_agentaudit.facts.delta import Loss
from pytest_agentaudit.facts.model import Assertion, Form
from pytest_agentaudit.facts.pairing import pair_assertions
from pytest_agentaudit.facts.pairing_assertions import match, without_inputs
from tests.support.members import demand, lost, raises

WHOLE = "assert load('x') == {'a': 1, 'b': 2}"


def losses_of(old: str, new: str) -> list[str]:
    """The losses between two bodies of asserts, one a line."""
    sides = [[demand(text, at) for at, text in enumerate(body.splitlines(), 1)] for body in (old, new)]
    return [text.rpartition(": ")[2] for text in lost(pair_assertions(*sides))]


def test_a_demand_falls_in_place() -> None:
    assert losses_of(WHOLE, "assert 'a' in load('x')") == ["weaker predicate"]


def test_a_demand_is_dropped() -> None:
    assert losses_of("assert r.code == 200\nassert r.body == 'x'", "assert r.code == 200") == ["nothing in its place"]


def test_a_count_that_grows_hides_nothing() -> None:
    old = "assert f(1) == 105.0"
    new = "assert f(1) is not None\nassert isinstance(g(2), int)\nassert h(3)"
    assert losses_of(old, new) == ["weaker predicate"]


def test_one_key_instead_of_the_whole() -> None:
    assert losses_of(WHOLE, "assert load('x')['a'] == 1") == ["a part instead of the whole"]


def test_one_assert_split_in_several() -> None:
    assert losses_of(WHOLE, "assert load('x')['a'] == 1\nassert load('x')['b'] == 2") == []


def test_several_joined_in_one() -> None:
    assert losses_of("assert r.code == 200\nassert r.body == 'x'", "assert r == Response(200, 'x')") == []


def test_a_length_became_the_items() -> None:
    assert losses_of("assert len(x) == 2\nassert x[0] == 'a'", "assert x == ['a', 'b']") == []


def test_a_redundant_weak_demand_goes() -> None:
    assert losses_of("assert r is not None\nassert r.code == 200", "assert r.code == 200") == []


def test_swapped_operands() -> None:
    assert losses_of("assert expected_total == total(x)", "assert total(x) == expected_total") == []


def test_a_renamed_variable() -> None:
    assert (
        losses_of("assert res.body == 'x'\nassert res.code == 3", "assert out.body == 'x'\nassert out.code == 3") == []
    )


def test_an_inlined_variable() -> None:
    assert losses_of("assert area == 105.25", "assert shape.area() == 105.25") == []


def test_an_order_that_changed() -> None:
    assert losses_of("assert a == 1\nassert b == 2\nassert c > 3", "assert c > 3\nassert b == 2\nassert a == 1") == []


def test_a_weak_demand_beside_the_strong_one_does_not_take_its_place() -> None:
    assert losses_of("assert x is not None\nassert x == 5", "assert x == 5\nassert x is not None") == []


def test_an_exception_is_no_comparison() -> None:
    old, new = [raises("parse('x')", "ValueError")], [demand("assert parse('x') == 'ValueError'")]
    assert [pair.loss for pair in pair_assertions(old, new)] == [Loss.DROPPED, None]


def test_rows_may_share_a_demand() -> None:
    old = [demand("assert f(1) == 2"), demand("assert f(3) == 4")]
    new = [demand("assert f(given) == expected")]
    assert match(old, new, reuse=True) == [(0, 0), (1, 0)]
    assert match(old, new) == [(0, 0), (1, None)]


SUBJECTS = st.sampled_from(["f(1)", "f(2)", "len(x)", "r.code", "r.body", "x"])
DEMANDS = st.builds(
    lambda subject, rest: demand(f"assert {subject} {rest}".strip()),
    SUBJECTS,
    st.sampled_from(["== 1", "== y", "> 0", "is not None", "", "!= 3", "in (1, 2)"]),
)


@given(st.lists(DEMANDS, max_size=8), st.lists(DEMANDS, max_size=8))
def test_every_demand_is_in_exactly_one_pair(old: list[Assertion], new: list[Assertion]) -> None:
    pairs = match(old, new)
    assert [was for was, _ in pairs if was is not None] == list(range(len(old)))
    assert sorted(now for _, now in pairs if now is not None) == list(range(len(new)))


@given(st.lists(DEMANDS, max_size=8), st.randoms(use_true_random=False))
def test_a_new_order_loses_nothing(old: list[Assertion], random: Random) -> None:
    new = list(old)
    random.shuffle(new)
    assert lost(pair_assertions(old, new)) == []


@given(st.lists(DEMANDS, max_size=8))
def test_without_demands_at_head_every_one_that_could_fail_is_dropped(old: list[Assertion]) -> None:
    assert [pair.loss for pair in pair_assertions(old, [])] == [Loss.DROPPED] * len(old)


def test_other_cases_of_a_dropped_demand_stay() -> None:
    assert losses_of("assert f(1) == 2\nassert f(3) == 4", "assert f(1) == 2") == ["other cases of it stay"]


def test_a_dropped_key_is_no_case() -> None:
    assert losses_of("assert f(1)['a'] == 2\nassert f(1)['b'] == 4", "assert f(1)['a'] == 2") == [
        "nothing in its place"
    ]


def test_a_helper_that_waits_for_the_condition_demands_it() -> None:
    old = demand("assert len(calls) == 1")
    waits = demand("assert holds()", form=Form.HELPER)
    new = replace(waits, text="wait_until(lambda: len(calls) == 1)")
    assert lost(pair_assertions([old], [new])) == []
    assert lost(pair_assertions([old], [waits])) != []


def test_a_count_implies_membership() -> None:
    assert losses_of("assert msg in out", "assert out.count(msg) == 1") == []
    assert losses_of("assert msg in out", "assert out.count(msg) == 0") == ["nothing in its place"]


def test_an_exception_in_a_helper_is_no_wider_one() -> None:
    old = raises("load(case)", "ValueError", match="bad")
    new = replace(raises("load(case)", "Exception"), text="case.raises()")
    assert lost(pair_assertions([old], [new])) == []
    assert lost(pair_assertions([old], [raises("load(case)", "Exception")])) != []


def test_what_is_handed_to_calls_is_left_out() -> None:
    assert without_inputs("f('a', g(2))['b'].c") == "f(_)['b'].c"
    assert without_inputs("len(f(1))") == "len(f(_))"
    assert without_inputs("(a + b).c") == "(a + b).c"
