"""Which definition of the base is which one at head."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_agentaudit.facts.delta import DefinitionPair
from pytest_agentaudit.facts.model import Definition, Kind
from pytest_agentaudit.facts.pairing import pair_definitions
from tests.support.members import function

Placed = tuple[str, Definition]


def names(pairs: tuple[DefinitionPair, ...]) -> list[tuple[str, str]]:
    """Old and new names of the pairs."""
    return [
        (
            f"{pair.old_path}:{pair.old.qualified_name}" if pair.old else "",
            f"{pair.new_path}:{pair.new.qualified_name}" if pair.new else "",
        )
        for pair in pairs
    ]


def test_the_same_name_in_the_same_file() -> None:
    pairs = pair_definitions([("a.py", function("f", "one"))], [("a.py", function("f", "other"))])
    assert names(pairs) == [("a.py:f", "a.py:f")]
    assert not pairs[0].equal


def test_the_same_name_in_a_renamed_file() -> None:
    old, new = [("a.py", function("f", "one"))], [("b.py", function("f", "other", "x"))]
    assert names(pair_definitions(old, new, renamed_files={"a.py": "b.py"})) == [("a.py:f", "b.py:f")]


def test_a_move_with_an_equal_body() -> None:
    old, new = [("a.py", function("f", "load parse"))], [("b.py", function("f", "load parse"))]
    pairs = pair_definitions(old, new)
    assert names(pairs) == [("a.py:f", "b.py:f")]
    assert pairs[0].equal


def test_a_move_with_an_edit() -> None:
    old, new = [("a.py", function("f", "load parse check"))], [("b.py", function("f", "load parse check log"))]
    assert names(pair_definitions(old, new)) == [("a.py:f", "b.py:f")]


def test_a_rename_with_an_equal_body() -> None:
    old, new = [("a.py", function("f", "load parse"))], [("a.py", function("g", "load parse"))]
    assert names(pair_definitions(old, new)) == [("a.py:f", "a.py:g")]


def test_a_rename_with_an_edit() -> None:
    old = [("a.py", function("read", "load parse check", "path")), ("a.py", function("other", "x", line=9))]
    new = [("a.py", function("fetch", "load parse check log", "path")), ("a.py", function("other", "y", line=9))]
    assert names(pair_definitions(old, new)) == [("a.py:read", "a.py:fetch"), ("a.py:other", "a.py:other")]


def test_an_empty_body_elsewhere_is_chance() -> None:
    old, new = [("a.py", function("f", "none"))], [("b.py", function("g", "none"))]
    assert names(pair_definitions(old, new)) == [("a.py:f", ""), ("", "b.py:g")]


def test_members_follow_their_renamed_class() -> None:
    old_class = replace(function("Client", "send retry"), kind=Kind.CLASS)
    new_class = replace(function("Session", "send retry"), kind=Kind.CLASS)
    old = [("a.py", old_class), ("a.py", function("Client.send", "one two", line=4))]
    new = [("a.py", new_class), ("a.py", function("Session.send", "three", line=4))]
    assert names(pair_definitions(old, new)) == [
        ("a.py:Client", "a.py:Session"),
        ("a.py:Client.send", "a.py:Session.send"),
    ]


def test_accessors_of_one_name_pair_by_their_decorators() -> None:
    getter = replace(function("A.x", "get"), decorators=("property",))
    setter = replace(function("A.x", "set", "value", line=5), decorators=("x.setter",))
    edited = replace(setter, fingerprint="set twice", line=1)
    pairs = pair_definitions([("a.py", getter), ("a.py", setter)], [("a.py", edited), ("a.py", getter)])
    assert [(pair.old, pair.new) for pair in pairs] == [(getter, getter), (setter, edited)]


def test_untouched_ones_are_left_out() -> None:
    same = function("f", touched=False)
    assert pair_definitions([("a.py", same)], [("a.py", same)]) == ()


DEFINITIONS = st.lists(
    st.tuples(
        st.sampled_from(["a.py", "b.py"]),
        st.builds(
            function,
            st.sampled_from(["f", "g", "A.f", "B.f"]),
            st.sampled_from(["", "one", "one two", "one two three", "four five"]),
            line=st.integers(1, 50),
        ),
    ),
    max_size=8,
    unique_by=lambda it: (it[0], it[1].line),
)


@given(DEFINITIONS, DEFINITIONS, st.randoms(use_true_random=False))
def test_pairs_are_whole_and_free_of_input_order(old: list[Placed], new: list[Placed], random: Random) -> None:
    pairs = pair_definitions(old, new)
    assert sorted(map(repr, old)) == sorted(repr((it.old_path, it.old)) for it in pairs if it.old)
    assert sorted(map(repr, new)) == sorted(repr((it.new_path, it.new)) for it in pairs if it.new)
    shuffled = random.sample(old, len(old)), random.sample(new, len(new))
    assert pair_definitions(*shuffled) == pairs
