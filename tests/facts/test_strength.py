"""What one demand asks less than another."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.delta import Loss
from pytest_agentaudit.facts.model import Assertion, Form, Predicate
from pytest_agentaudit.facts.strength import ONCE, loss, widened
from tests.support.members import demand, raises


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("assert total(x) == 105.0", "assert total(x) > 0", Loss.PREDICATE),
        ("assert load(x) == {'a': 1}", "assert 'a' in load(x)", Loss.PREDICATE),
        ("assert 'ok' in out", "assert out", Loss.PREDICATE),
        ("assert isinstance(x, int)", "assert x is not None", Loss.PREDICATE),
        ("assert x == 1", "assert x == 1 or x == 2", Loss.PREDICATE),
        ("assert len(x) == 3", "assert len(x) >= 1", Loss.PREDICATE),
        ("assert len(x) == 3", "assert len(x)", Loss.PREDICATE),
        ("assert ok(x)", "assert ok(x) is not False", Loss.NEGATION),
        ("assert total(x) == 5", "assert total(x) != 4", Loss.NEGATION),
        ("assert err < 0.1", "assert err < 10", Loss.BOUND),
        ("assert 0.1 > err", "assert err < 10", Loss.BOUND),
        ("assert n >= 3", "assert n > 0", Loss.BOUND),
        ("assert n > 0", "assert n >= 0", Loss.BOUND),
        ("assert x < 0.5", "assert x <= 0.5", Loss.BOUND),
        ("assert not x > 3", "assert x <= 5", Loss.BOUND),
        ("assert x == approx(3.1, abs=0.01)", "assert x == approx(3.1, abs=1)", Loss.TOLERANCE),
        ("assert x == 3.14159", "assert x == approx(3.14, abs=0.1)", Loss.TOLERANCE),
        ("assert code in (200, 201)", "assert code in (200, 201, 500)", Loss.CHOICE),
        ("assert f(x) is True", "assert f(x)", Loss.TRUTH),
        ("assert f(x) is False", "assert not f(x)", Loss.TRUTH),
        ("assert f(x) == []", "assert not f(x)", Loss.TRUTH),
        ("assert find(x)", "assert find(x) is not None", Loss.TRUTH),
    ],
)
def test_a_weaker_demand_is_named(old: str, new: str, expected: Loss) -> None:
    assert loss(demand(old), demand(new)) is expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("assert total(x) == 3", "assert total(x) == 4"),
        ("assert total(x) == 3", "assert total(x) == EXPECTED"),
        ("assert total(x) > 0", "assert total(x) == 105.0"),
        ("assert x == approx(3.1, abs=1)", "assert x == approx(3.1, abs=0.01)"),
        ("assert x == 0.3", "assert x == approx(0.3)"),
        ("assert err < 10", "assert err < 0.1"),
        ("assert n > 0", "assert n >= 1"),
        ("assert n < 5", "assert n > 5"),
        ("assert n < limit", "assert n < other"),
        ("assert len(x) == 0", "assert not x"),
        ("assert x is not None", "assert x"),
        ("assert x == True", "assert not x"),
        ("assert 'a' in out", "assert 'b' in out"),
        ("assert x in (1, 2)", "assert x in (1, 3)"),
        ("assert x != 3", "assert x != 4"),
    ],
)
def test_an_equal_stronger_or_other_demand_is_not(old: str, new: str) -> None:
    assert loss(demand(old), demand(new)) is None


def test_the_way_back_from_every_weaker_demand_is_no_loss() -> None:
    ladder = ["x", "isinstance(x, str)", "x > 'a'", "'a' in x", "x == y", "x == 'abc'"]
    demands = [demand(f"assert {it}") for it in ladder]
    for at, strong in enumerate(demands):
        assert all(loss(weak, strong) is None for weak in demands[:at])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ValueError", "Exception"),
        ("KeyError", "LookupError"),
        ("ValueError", "(ValueError, TypeError)"),
        ("shop.PriceError", "Exception"),
        ("Exception", "BaseException"),
    ],
)
def test_exception_types_widen_along_pythons_own_hierarchy(old: str, new: str) -> None:
    assert widened(old, new)
    assert not widened(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ValueError", "TypeError"),
        ("PriceError", "ShopError"),
        ("SystemExit", "Exception"),
        ("ValueError", "ValueError"),
        ("", "Exception"),
    ],
)
def test_another_exception_type_is_not_a_wider_one(old: str, new: str) -> None:
    assert not widened(old, new)


def test_a_dropped_match_is_a_loss() -> None:
    old, new = raises("parse('x')", "ValueError", match="line 3"), raises("parse('x')", "ValueError")
    assert loss(old, new) is Loss.MATCH
    assert loss(new, old) is None
    assert loss(old, raises("parse('x')", "Exception", match="line 3")) is Loss.EXCEPTION


def test_a_constant_demand_is_another_rules() -> None:
    assert loss(demand("assert x == 3"), demand("assert True")) is None


def test_a_mock_that_forgets_its_arguments() -> None:
    once_with, once = mocked("3"), mocked(ONCE)
    assert loss(once_with, once) is Loss.PART
    assert loss(once, once_with) is None
    assert loss(mocked("no call"), once) is None


def mocked(expected: str) -> Assertion:
    """A demand of a mock that was called once."""
    return Assertion(1, 1, Form.MOCK, Predicate.EQUALITY, "send", expected, "send.assert_called...")
