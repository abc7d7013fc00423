"""Other values of the same type."""

from __future__ import annotations

import pytest

from pytest_agentaudit.witness.another import Another


@pytest.mark.parametrize(
    ("value", "which", "other"),
    [
        (3, "", 4),
        ("a", "", "ax"),
        ([1, 2], "", [1]),
        (3, "empty", 0),
        ({"a": 1}, "empty", {}),
        ([1, 2], "order", [2, 1]),
        ({"a": 1, "b": 2}, "order", {"b": 2, "a": 1}),
        ([1, 2], 0, [2, 2]),
        ((1, True), -1, (1, False)),
        ({"a": 1, "b": "x"}, 1, {"a": 1, "b": "xx"}),
    ],
)
def test_another(value: object, which: str | int, other: object) -> None:
    another = Another()
    given = another(value, which)
    assert (given, type(given), another.given) == (other, type(value), 1)
    assert list(given) == list(other) if isinstance(given, dict) and isinstance(other, dict) else True


@pytest.mark.parametrize(
    ("value", "which"), [(object(), ""), (0, "empty"), ([], "order"), ([1], 4), ([object()], 0), ("text", 0)]
)
def test_where_there_is_none(value: object, which: str | int) -> None:
    another = Another()
    assert another(value, which) is value
    assert another.given == 0
