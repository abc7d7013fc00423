"""What a demand looks at in the place of the whole."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pytest_agentaudit.facts.delta import Loss
from pytest_agentaudit.facts.views import arguments_told, lesser_view
from tests.support.members import demand


@pytest.mark.parametrize(
    ("old", "new", "loss"),
    [
        ("f(1) == ['a']", "len(f(1)) == 1", Loss.PART),
        ("f(1) == ['a']", "sorted(f(1)) == ['a']", Loss.ORDER),
        ("f(1) == {'a'}", "sorted(f(1)) == ['a']", None),
        ("f(1) == ['a']", "sorted(g(1)) == ['a']", None),
        ("f(1) == 3", "f(1) == f(1)", Loss.ITSELF),
        ("f(1) != 3", "len(f(1)) == 3", None),
        ("f(1) == 3", "f(1) == g(1)", None),
    ],
)
def test_views(old: str, new: str, loss: Loss | None) -> None:
    assert lesser_view(demand(f"assert {old}"), demand(f"assert {new}")) is loss


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (["m.call_args == call('a', n=3)"], True),
        (["m.call_args.args == ('a',)", "m.call_args.kwargs == {'n': 3}"], True),
        (["m.call_args.args == ('a',)"], False),
        (["m.called"], False),
        (["m.call_count == 1"], False),
    ],
)
def test_what_is_told_of_a_call(now: list[str], *, told: bool) -> None:
    old = demand("assert m == 1")
    given = replace(old, expected="'a', n=3")
    assert arguments_told(given, [demand(f"assert {it}") for it in now]) is told
