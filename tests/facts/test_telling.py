"""How telling literals are."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.telling import MOST, answer_weight, asked_weight, atoms, derived, reread, spelled, weight


@pytest.mark.parametrize(
    "common",
    [
        *(0, 1, -1, 7, 10, 100, 1000, 64, 255, 404, 500, 2024, 8080, 65536, 0.5, 1.0, 0.1, 3.14, float("inf")),
        *("", "a", "id", "json", "utf-8", "application/json", ".py", "--verbose", "%Y-%m-%d", "v1.2.3", "HTTP_200"),
        *("https://shop.example/a", "someName", "<lambda>", None, True, False, [], {}, [1], ()),
    ],
)
def test_what_everybody_writes_tells_nothing(common: object) -> None:
    assert weight(common) == 0


@pytest.mark.parametrize(
    ("value", "least"),
    [
        (604486, MOST),
        (778335787, MOST),
        (2**200 + 1, MOST),
        (97, 1),
        (1234, MOST),
        (3.375, 2),
        ("hello big world", 3),
        ("5d41402abc4b2a76b9719d911017c592", MOST),
        ([3, 1, 17, 5], 3),
        ({"a": 17, "b": 23}, 2),
    ],
)
def test_what_nobody_writes_by_chance_tells(value: object, least: float) -> None:
    assert least <= weight(value) <= MOST


def test_a_word_says_more_as_an_answer() -> None:
    assert weight("children") == 0
    assert answer_weight("children") == 1


def test_what_is_asked_for_adds_up() -> None:
    assert asked_weight([404], "not found") == 0
    assert asked_weight([388], 27) == 0.5
    assert asked_weight([2024], 13850) == 0
    assert asked_weight([3, 17], 42) > asked_weight([17], 42)


@pytest.mark.parametrize(
    ("one", "other"), [(3.0, 3), ((1, 2), [1, 2]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({2, 1}, frozenset({1, 2}))]
)
def test_equal_values_have_one_spelling(one: object, other: object) -> None:
    assert spelled(one) == spelled(other)


def test_a_spelling_can_be_read_again() -> None:
    assert reread(spelled([1, ("a", 2.5)])) == [1, ["a", 2.5]]
    assert reread("<list>") == "<list>"


def test_what_nests_too_deep_has_a_spelling_too() -> None:
    deep: object = 1
    for _ in range(5_000):
        deep = [deep]
    assert spelled(deep) == "<list>"
    assert weight(deep) == MOST


def test_parts() -> None:
    assert set(map(spelled, atoms([1, {"a": (2,)}]))) == {"[1, {'a': [2]}]", "1", "{'a': [2]}", "'a'", "[2]", "2"}
    assert list(derived([3, 1, 17])) == [3, 21, 1, 17]
    assert list(derived("abc")) == [3]
    assert list(derived(["a"])) == [1]
