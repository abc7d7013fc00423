"""Which test of the base is which one at head."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_agentaudit.facts.delta import Pairing, TestPair
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.facts.pairing import pair_tests
from tests.support.members import case, lost, outline, placed

Placed = tuple[str, TestCase]

TOTAL = case("test_total", "items = [1, 2]", "assert total(items) == 3")
REFUND = case("test_refund", "order = Order(7)", "assert refund(order) == -7", line=10)


def nowhere(_test: TestCase) -> None:
    """No unchanged test does what a vanished one did."""


def pairs(old: list[Placed], new: list[Placed], **more: Any) -> tuple[TestPair, ...]:
    """Pair without a look at unchanged files."""
    return pair_tests(old, new, nowhere, **more)


def test_a_test_is_gone() -> None:
    found = pairs(placed("t.py", TOTAL, REFUND), placed("t.py", TOTAL))
    assert outline(found) == [("same name", "test_total", "test_total"), ("gone", "test_refund", "")]


def test_a_test_is_new() -> None:
    found = pairs(placed("t.py", TOTAL), placed("t.py", TOTAL, REFUND))
    assert outline(found) == [("same name", "test_total", "test_total"), ("new", "", "test_refund")]


def test_a_rename() -> None:
    found = pairs(placed("t.py", TOTAL), placed("t.py", replace(TOTAL, qualified_name="test_sum")))
    assert outline(found) == [("renamed", "test_total", "test_sum")]


def test_a_move() -> None:
    found = pairs(placed("t.py", TOTAL), placed("u.py", TOTAL))
    assert outline(found) == [("moved", "test_total", "test_total")]
    assert (found[0].old_path, found[0].new_path) == ("t.py", "u.py")


def test_a_renamed_file_is_no_move() -> None:
    edited = case("test_total", "items = [5, 6]", "assert total(items) == 11")
    found = pairs(placed("t.py", TOTAL), placed("u.py", edited), renamed_files={"t.py": "u.py"})
    assert outline(found) == [("same name", "test_total", "test_total")]


def test_a_move_with_a_weaker_demand() -> None:
    old = case("test_a", "db = connect()", "user = db.add('x')", "assert db.count() == 1", "assert user.name == 'x'")
    new = case("test_b", "db = connect()", "user = db.add('x')", "assert db.count() == 1", "assert user.name")
    found = pairs(placed("t.py", old), placed("u.py", new))
    assert outline(found) == [("moved", "test_a", "test_b")]
    assert lost(found[0].assertions) == ["assert user.name == 'x' -> assert user.name: weaker predicate"]


def test_a_rename_along_with_the_api() -> None:
    old = case("test_spawn_fails", "task = spawn(work, 5)", "assert spawn(task) == 'done'", "assert spawn.last == task")
    new = case("test_start_fails", "task = start(work, 5)", "assert start(task) == 'done'", "assert start.last == task")
    found = pairs(placed("t.py", old), placed("t.py", new), renamed_names={"spawn": "start"})
    assert outline(found) == [("renamed", "test_spawn_fails", "test_start_fails")]
    assert lost(found[0].assertions) == []


def test_several_become_rows_of_one() -> None:
    olds = [case(f"test_area_{n}", f"assert area({n}) == {n * n}", line=10 * n) for n in (2, 3, 4)]
    new = case("test_area", "assert area(side) == expected", rows=("2, 4", "3, 9", "4, 16"))
    found = pairs(placed("t.py", *olds), placed("t.py", new))
    assert outline(found) == [("merged", f"test_area_{n}", "test_area") for n in (2, 3, 4)]
    assert [lost(pair.assertions) for pair in found] == [[], [], []]


def test_a_case_that_is_not_among_the_rows_is_gone() -> None:
    olds = [case(f"test_area_{n}", f"assert area({n}) == {n * n}", line=10 * n) for n in (2, 3, -5)]
    new = case("test_area", "assert area(side) == expected", rows=("2, 4", "3, 9"))
    found = pairs(placed("t.py", *olds), placed("t.py", new))
    assert outline(found)[0] == ("gone", "test_area_-5", "")


def test_several_are_joined_in_one() -> None:
    one = case("test_name", "user = make('x')", "assert user.name == 'x'")
    two = case("test_age", "user = make('x', age=5)", "assert user.age == 5", line=10)
    both = case(
        "test_user", "user = make('x')", "assert user.name == 'x'", "user = make('x', age=5)", "assert user.age == 5"
    )
    found = pairs(placed("t.py", one, two), placed("t.py", both))
    assert {pair.how for pair in found} <= {Pairing.MERGED, Pairing.RENAMED}
    assert [pair.new for pair in found] == [both, both]
    assert [lost(pair.assertions) for pair in found] == [[], []]


def test_one_is_split_in_several() -> None:
    old = case("test_all", "assert add(1, 2) == 3", "assert sub(5, 2) == 3", "assert mul(2, 3) == 6")
    news = [
        case("test_add", "assert add(1, 2) == 3"),
        case("test_sub", "assert sub(5, 2) == 3", line=10),
        case("test_mul", "assert mul(2, 3) == 6", line=20),
    ]
    found = pairs(placed("t.py", old), placed("t.py", *news))
    assert outline(found) == [("split", "test_all", it) for it in ("test_add", "test_sub", "test_mul")]
    assert [lost(pair.assertions) for pair in found] == [[], [], []]
    assert [len(pair.assertions) for pair in found] == [1, 1, 1]


def test_a_piece_leaves_a_test_that_keeps_its_name() -> None:
    old = case("test_all", "assert add(1, 2) == 3", "assert sub(5, 2) == 3")
    kept, piece = case("test_all", "assert add(1, 2) == 3"), case("test_sub", "assert sub(5, 2) == 3", line=10)
    found = pairs(placed("t.py", old), placed("t.py", kept, piece))
    assert outline(found) == [("same name", "test_all", "test_all"), ("split", "test_all", "test_sub")]
    assert [lost(pair.assertions) for pair in found] == [[], []]


def test_a_split_that_leaves_a_demand_behind() -> None:
    old = case("test_all", "assert add(1, 2) == 3", "assert sub(5, 2) == 3", "assert mul(2, 3) == 6")
    news = [case("test_add", "assert add(1, 2) == 3"), case("test_sub", "assert sub(5, 2) == 3", line=10)]
    found = pairs(placed("t.py", old), placed("t.py", *news))
    assert [lost(pair.assertions) for pair in found] == [["assert mul(2, 3) == 6 -> : nothing in its place"], []]


def test_the_name_stays_while_the_body_moves_on() -> None:
    rewritten = case("test_total", "assert grand_total([4]) == 4")
    kept = replace(TOTAL, qualified_name="test_plain_total", line=20)
    found = pairs(placed("t.py", TOTAL), placed("t.py", rewritten, kept))
    assert lost(found[0].assertions) == []


def test_another_unchanged_test_does_the_same() -> None:
    found = pair_tests(placed("t.py", TOTAL), [], lambda test: ("u.py", test))
    assert outline(found) == [("moved", "test_total", "test_total")]
    assert found[0].new_path == "u.py"


def test_a_test_of_something_else_is_no_partner() -> None:
    found = pairs(placed("t.py", TOTAL), placed("t.py", REFUND))
    assert {pair.how for pair in found} == {Pairing.GONE, Pairing.NEW}


def test_the_contract_changed_and_with_it_the_name() -> None:
    before, after = case("test_a", "assert a() == 1"), case("test_z", "assert z() == 1", line=30)
    old = case("test_extra_fields_forbidden", "config = load({'x': 1})", "assert config.error == 'extra'", line=10)
    new = case("test_extra_fields_permitted", "config = load({'x': 1})", "config.check()", line=10)
    found = pairs(placed("t.py", before, old, after), placed("t.py", before, new, after))
    assert outline(found)[1] == ("renamed", "test_extra_fields_forbidden", "test_extra_fields_permitted")
    assert lost(found[1].assertions) == ["assert config.error == 'extra' -> : nothing in its place"]


def test_untouched_tests_are_left_out() -> None:
    same = replace(TOTAL, touched=False)
    assert pairs(placed("t.py", same), placed("t.py", same)) == ()


def test_a_thousand_moved_and_edited_tests_find_each_other() -> None:
    def version(n: int, word: str) -> TestCase:
        body = ("client = connect()", f"value = fetch({n})", f"assert value.code == {n}", f"log('{word}')")
        return case(f"test_{word}_{n}", *body, line=10 * n)

    old = placed("t.py", *(version(n, "old") for n in range(1000)))
    new = placed("u.py", *(version(n, "new") for n in range(1000)))
    found = pairs(old, new)
    assert [pair.new.line == pair.old.line for pair in found if pair.new and pair.old] == [True] * 1000


BODIES = st.lists(
    st.sampled_from(
        ["x = make(1)", "y = make(2)", "assert f(x) == 1", "assert f(y) == 2", "assert g(x) > 3", "assert h(1) == 'a'"]
    ),
    min_size=1,
    max_size=4,
    unique=True,
)
FILES = st.lists(
    st.tuples(
        st.sampled_from(["t.py", "u.py"]),
        st.builds(
            lambda name, body, line: case(name, *body, line=line),
            st.sampled_from(["test_a", "test_b", "TestA.test_a", "TestB.test_c"]),
            BODIES,
            st.integers(1, 90),
        ),
    ),
    max_size=6,
    unique_by=(lambda it: (it[0], it[1].line), lambda it: (it[0], it[1].qualified_name)),
)


@given(FILES, FILES, st.randoms(use_true_random=False))
def test_nobody_is_lost_and_input_order_is_free(old: list[Placed], new: list[Placed], random: Random) -> None:
    found = pairs(old, new)
    assert {(it.old_path, it.old.line) for it in found if it.old} == {(path, it.line) for path, it in old}
    assert {(it.new_path, it.new.line) for it in found if it.new} == {(path, it.line) for path, it in new}
    assert pairs(random.sample(old, len(old)), random.sample(new, len(new))) == found


@given(FILES)
def test_nothing_is_lost_where_nothing_changed(files: list[Placed]) -> None:
    found = pairs(files, files)
    assert {pair.how for pair in found} <= {Pairing.SAME}
    assert all(lost(pair.assertions) == [] for pair in found)


def test_demands_become_rows_of_a_test_that_keeps_its_name() -> None:
    old = case("test_kind", "assert kind('a.jpg') == 'image'", "assert kind('b') == 'other'")
    rows = case("test_kind", "assert kind(name) in kinds", rows=("'a.jpg', ['image']", "'b', ['other']"))
    among = (replace(rows.assertions[0], subject="kind(name)", expected="kinds"),)
    both = replace(rows, assertions=among, holds=("'a.jpg'", "'b'", "'image'", "'other'"))
    one = replace(both, holds=("'a.jpg'", "'image'"))
    assert lost(pairs(placed("t.py", old), placed("t.py", both))[0].assertions) == []
    assert len(lost(pairs(placed("t.py", old), placed("t.py", one))[0].assertions)) == 1


def test_a_dropped_demand_is_found_in_a_new_test_of_the_same_calls() -> None:
    kept, dropped = "assert store.read('a') == 1", "assert store.write('a', 3).ok == True"
    old = case("test_store", "store = open_store()", kept, dropped)
    new = case("test_store", "store = open_store()", kept)
    beside = case("test_write", "store = open_store('b')", "assert store.write('b', 4).ok == True", line=20)
    other = case("test_write", "box = make()", "assert box.size('b', 4).ok == True", line=20)
    assert lost(pairs(placed("t.py", old), placed("t.py", new, beside))[0].assertions) == []
    assert len(lost(pairs(placed("t.py", old), placed("t.py", new, other))[0].assertions)) == 1


def test_a_test_that_only_the_base_counts_as_met_lost_nothing() -> None:
    """An insertion touches what stands on both sides of the gap at base; at head the test was not read."""
    unread = replace(TOTAL, touched=False, assertions=(), calls=(), statements=(), fingerprint="")
    found = pairs(placed("t.py", TOTAL), placed("t.py", unread))
    assert outline(found) == [("same name", "test_total", "test_total")]
    assert not any(it.loss for pair in found for it in pair.assertions)
