"""What a dropped demand gave way to."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.delta import AssertionPair, Loss, Pairing, TestPair
from pytest_agentaudit.facts.given_way import check_of, gave_way, is_for_double, outdone, root_of, watched_call
from pytest_agentaudit.facts.model import Assertion, Form, Mock, Predicate, TestCase


def _demand(
    text: str,
    subject: str,
    expected: str,
    predicate: Predicate = Predicate.EQUALITY_LITERAL,
    form: Form = Form.ASSERT,
    *,
    negated: bool = False,
) -> Assertion:
    return Assertion(5, 5, form, predicate, subject, expected, text, negated=negated)


def _test(*demands: Assertion, names: tuple[str, ...] = (), mocks: tuple[Mock, ...] = ()) -> TestCase:
    return TestCase("test_it", 4, 4, 9, demands, (), mocks, ("load",), names, "", ())


def _pair(old: Assertion, *new: Assertion, names: tuple[str, ...] = ()) -> tuple[AssertionPair, TestPair]:
    lost = AssertionPair(old, None, Loss.DROPPED)
    added = tuple(AssertionPair(None, it) for it in new)
    test = _test(*new, names=names)
    return lost, TestPair(Pairing.SAME, "t.py", "t.py", _test(old), test, (lost, *added))


_PART = _demand("assert cmd[1] == 'full'", "cmd[1]", "'full'")
_IN = _demand("assert 'full' in cmd", "cmd", "'full'", Predicate.MEMBERSHIP)


@pytest.mark.parametrize(
    ("old", "new", "names", "expected"),
    [
        (_PART, _demand("assert '--rate=full' in cmd", "cmd", "'--rate=full'", Predicate.MEMBERSHIP), ("cmd",), True),
        (_PART, _demand("assert '--rate=full' in out", "out", "'--rate=full'", Predicate.MEMBERSHIP), ("out",), False),
        (_PART, _demand("assert 'fuller' in cmd", "cmd", "'ful'", Predicate.MEMBERSHIP), ("cmd",), False),
        (_IN, _demand("assert 'full' not in cmd", "cmd", "'full'", Predicate.MEMBERSHIP, negated=True), ("cmd",), True),
        (_PART, _demand("", "load('x')", "ValueError", Predicate.TYPE, Form.RAISES), (), True),
        (_PART, _demand("", "save('x')", "ValueError", Predicate.TYPE, Form.RAISES), (), False),
        (_PART, _demand("assert words[1] == 'full'", "words[1]", "'full'"), ("words",), True),
        (_PART, _demand("assert words[1] == 'full'", "words[1]", "'full'"), ("words", "cmd"), False),
    ],
)
def test_gave_way(old: Assertion, new: Assertion, names: tuple[str, ...], *, expected: bool) -> None:
    assert gave_way(*_pair(old, new, names=names)) is expected


@pytest.mark.parametrize(
    ("names", "predicate", "expected"),
    [
        (("delays",), Predicate.EQUALITY_LITERAL, True),
        (("delays", "waits"), Predicate.EQUALITY_LITERAL, False),
        (("delays",), Predicate.TRUTH, False),
    ],
)
def test_outdone(names: tuple[str, ...], predicate: Predicate, *, expected: bool) -> None:
    old = _demand("assert waits[1] >= 2", "waits[1]", "2", Predicate.ORDER)
    assert outdone(*_pair(old, _demand("assert delays == [1]", "delays", "[1]", predicate), names=names)) is expected


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("store._save.assert_called_once()", Form.MOCK, "save"),
        ("self.store.save.assert_called_once_with(3)", Form.MOCK, "save"),
        ("assert store.save.called", Form.ASSERT, ""),
    ],
)
def test_watched_call(text: str, form: Form, expected: str) -> None:
    assert watched_call(AssertionPair(_demand(text, "", "", form=form), None, Loss.DROPPED)) == expected


@pytest.mark.parametrize(("name", "expected"), [("rate", "_rate"), ("total", "")])
def test_is_for_double(name: str, expected: str) -> None:
    mocks = (Mock("shop.pricing._rate", 6, "monkeypatch.setattr('shop.pricing._rate', rate)"),)
    demand = _demand(f"assert {name}.call_count == 1", f"{name}.call_count", "1")
    assert is_for_double(demand, _test(demand, mocks=mocks)) == expected


@pytest.mark.parametrize(("source", "root"), [("cmd[1]", "cmd"), ("(a + b).c", "a"), ("'x'.y", "")])
def test_root_of(source: str, root: str) -> None:
    assert root_of(source) == root


def test_check_of() -> None:
    assert check_of(_PART) == ("[1]", "'full'", Predicate.EQUALITY_LITERAL)
