"""What a test demands, in every form."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.kinds.tests import (
    ALWAYS_TRUE,
    ITSELF,
    NEW_OBJECT,
    NO_SUCH_METHOD,
    NOT_ASSERTED,
    NOT_AWAITED,
    NOT_CALLED,
    TUPLE,
)
from pytest_agentaudit.facts.model import Form, Predicate
from tests.support.reading import demand, demanded, read

P = Predicate


@pytest.mark.parametrize(
    "line",
    [
        "assert total(x) == 105.0",
        "assert 105.0 == total(x)",
        "assert total( x )==105.0, 'message'",
        "self.assertEqual(total(x), 105.0)",
        "self.assertEqual(105.0, total(x))",
        "np.testing.assert_equal(total(x), 105.0)",
        "result = total(x)\nassert result == 105.0",
        "expected = 105.0\nassert total(x) == expected",
        "result = await total(x)\nassert result == 105.0",
    ],
)
def test_one_demand_in_many_spellings(line: str) -> None:
    found = demand(line, above="import numpy as np")
    assert (found.predicate, found.subject, found.expected) == (P.EQUALITY_LITERAL, "total(x)", "105.0")
    assert not found.negated
    assert found.constant == ""


@pytest.mark.parametrize(
    ("line", "predicate", "subject", "expected", "negated"),
    [
        ("assert f(x) == g(x)", P.EQUALITY, "f(x)", "g(x)", False),
        ("assert f(x) == (1, 'a')", P.EQUALITY_LITERAL, "f(x)", "(1, 'a')", False),
        ("assert f(x) == Decimal('1.5')", P.EQUALITY_LITERAL, "f(x)", "Decimal('1.5')", False),
        ("assert f(x) == Status.OPEN", P.EQUALITY_LITERAL, "f(x)", "Status.OPEN", False),
        ("assert f(x) == y.strip()", P.EQUALITY, "f(x)", "y.strip()", False),
        ("assert f(x) is None", P.EQUALITY_LITERAL, "f(x)", "None", False),
        ("assert f(x) is True", P.EQUALITY_LITERAL, "f(x)", "True", False),
        ("assert f(x) is not False", P.EQUALITY_LITERAL, "f(x)", "False", True),
        ("assert f(x) != 3", P.EQUALITY_LITERAL, "f(x)", "3", True),
        ("assert f(x) is not None", P.NOT_NONE, "f(x)", "None", False),
        ("assert f(x)", P.TRUTH, "f(x)", "", False),
        ("assert not f(x)", P.TRUTH, "f(x)", "", True),
        ("assert isinstance(f(x), int)", P.TYPE, "f(x)", "int", False),
        ("assert type(f(x)) is int", P.TYPE, "f(x)", "int", False),
        ("assert not isinstance(f(x), int)", P.TYPE, "f(x)", "int", True),
        ("assert hasattr(x, 'a')", P.TYPE, "x", "'a'", False),
        ("assert f(x) > 0", P.ORDER, "f(x)", "0", False),
        ("assert 0 < f(x)", P.ORDER, "f(x)", "0", False),
        ("assert 0 < f(x) < 9", P.ORDER, "f(x)", "0 < f(x) < 9", False),
        ("assert len(f(x)) > 0", P.ORDER, "len(f(x))", "0", False),
        ("assert 'a' in f(x)", P.MEMBERSHIP, "f(x)", "'a'", False),
        ("assert 'a' not in f(x)", P.MEMBERSHIP, "f(x)", "'a'", True),
        ("assert f(x) in (200, 201)", P.MEMBERSHIP, "f(x)", "(200, 201)", False),
        ("assert f(x).startswith('a')", P.MEMBERSHIP, "f(x)", "'a'", False),
        ("assert re.match('a+', f(x))", P.MEMBERSHIP, "f(x)", "'a+'", False),
        ("assert any(y == 1 for y in f(x))", P.MEMBERSHIP, "f(x)", "y == 1", False),
        ("assert all(y == 1 for y in f(x))", P.EQUALITY_LITERAL, "f(x)", "1", False),
        ("assert (got := f(x)) == 3", P.EQUALITY_LITERAL, "f(x)", "3", False),
        ("assert frame.equals(other)", P.EQUALITY, "frame", "other", False),
        ("assert f(x) == 1 or f(x) == 2", P.MEMBERSHIP, "f(x)", "f(x) == 1 or f(x) == 2", False),
        ("assert expected == f(x)", P.EQUALITY, "f(x)", "expected", False),
    ],
)
def test_the_lattice(line: str, predicate: Predicate, subject: str, expected: str, *, negated: bool) -> None:
    found = demand(line)
    assert (found.form, found.constant) == (Form.ASSERT, "")
    assert (found.predicate, found.subject, found.expected, found.negated) == (predicate, subject, expected, negated)


def test_each_part_of_a_conjunction_is_a_demand() -> None:
    found = demanded("assert f(x) == 1 and g(x)")
    assert [(it.subject, it.predicate) for it in found] == [("f(x)", P.EQUALITY_LITERAL), ("g(x)", P.TRUTH)]


@pytest.mark.parametrize(
    ("line", "tolerance"),
    [
        ("assert f() == pytest.approx(2.0)", 1e-6),
        ("assert f() == pytest.approx(2.0, abs=10)", 10.0),
        ("assert pytest.approx(2.0, rel=1e-3) == f()", 1e-3),
        ("assert f() == pytest.approx(2.0, rel=bound)", None),
        ("assert math.isclose(f(), 2.0)", 1e-9),
        ("assert math.isclose(f(), 2.0, abs_tol=0.5)", 0.5),
        ("assert np.allclose(f(), 2.0)", 1e-5),
        ("assert np.allclose(f(), 2.0, atol=1e-2)", 1e-2),
        ("assert np.isclose(f(), 2.0, rtol=0.25).all()", 0.25),
        ("assert abs(f() - 2.0) < 10 ** -3", 1e-3),
        ("assert round(f(), 2) == 2.0", 0.005),
        ("self.assertAlmostEqual(f(), 2.0)", 0.5e-7),
        ("self.assertAlmostEqual(f(), 2.0, places=2)", 0.005),
        ("self.assertAlmostEqual(f(), 2.0, delta=0.1)", 0.1),
        ("np.testing.assert_allclose(f(), 2.0, rtol=1e-4)", 1e-4),
        ("np.testing.assert_almost_equal(f(), 2.0, decimal=3)", 1.5e-3),
        ("torch.testing.assert_close(f(), 2.0)", 1e-5),
        ("assert f() == 2.0", None),
    ],
)
def test_tolerance(line: str, tolerance: float | None) -> None:
    found = demand(line, above="import math\nimport numpy as np\nimport pytest\nimport torch")
    assert (found.predicate, found.subject, found.expected) == (P.EQUALITY_LITERAL, "f()", "2.0")
    assert found.tolerance == (None if tolerance is None else pytest.approx(tolerance))


@pytest.mark.parametrize(
    ("lines", "expected", "match"),
    [
        ("with pytest.raises(ValueError):\n    f(1)", "ValueError", ""),
        ("with pytest.raises(ValueError, match='bad'):\n    f(1)", "ValueError", "bad"),
        ("with pytest.raises((ValueError, KeyError)):\n    f(1)", "(ValueError, KeyError)", ""),
        ("pytest.raises(ValueError, f, 1)", "ValueError", ""),
        ("with pytest.warns(UserWarning, match='old'):\n    f(1)", "UserWarning", "old"),
        ("with pytest.deprecated_call():\n    f(1)", "DeprecationWarning", ""),
        ("with self.assertRaises(ValueError):\n    f(1)", "ValueError", ""),
        ("with self.assertRaisesRegex(ValueError, 'bad'):\n    f(1)", "ValueError", "bad"),
        ("self.assertRaises(ValueError, f, 1)", "ValueError", ""),
        ("self.assertRaisesRegex(ValueError, 'bad', f, 1)", "ValueError", "bad"),
        ("async with pytest.raises(ValueError):\n    x = await f(1)", "ValueError", ""),
    ],
)
def test_expected_exceptions(lines: str, expected: str, match: str) -> None:
    found = demand(lines, above="import pytest")
    assert (found.form, found.predicate, found.subject) == (Form.RAISES, P.TYPE, "f(1)")
    assert (found.expected, found.match) == (expected, match)


def test_an_assertion_on_the_message_pins_it() -> None:
    raises, message = demanded(
        "with pytest.raises(ValueError) as caught:\n    f(1)",
        "assert str(caught.value) == 'bad'",
        above="import pytest",
    )
    assert raises.match == "'bad'"
    assert message.subject == "str(caught.value)"


@pytest.mark.parametrize(
    ("lines", "form", "predicate", "subject", "expected"),
    [
        ("m.assert_called_once_with(1, a=2)", Form.MOCK, P.EQUALITY_LITERAL, "m", "1, a=2"),
        ("m.assert_called_with(1)", Form.MOCK, P.EQUALITY, "m", "1"),
        ("m.send.assert_not_called()", Form.MOCK, P.EQUALITY_LITERAL, "m.send", "no call"),
        ("m.assert_has_calls([call(1)])", Form.MOCK, P.MEMBERSHIP, "m", "[call(1)]"),
        ("m.assert_called()", Form.MOCK, P.TRUTH, "m", ""),
        ("self.assertIn('a', f())", Form.UNITTEST, P.MEMBERSHIP, "f()", "'a'"),
        ("self.assertIsNone(f())", Form.UNITTEST, P.EQUALITY_LITERAL, "f()", "None"),
        ("self.assertIsNotNone(f())", Form.UNITTEST, P.NOT_NONE, "f()", "None"),
        ("self.assertTrue(f() > 2)", Form.UNITTEST, P.ORDER, "f()", "2"),
        ("self.assertIsInstance(f(), int)", Form.UNITTEST, P.TYPE, "f()", "int"),
        ("self.assertRegex(f(), 'a+')", Form.UNITTEST, P.MEMBERSHIP, "f()", "'a+'"),
        ("self.assertContains(f(), 'a')", Form.UNITTEST, P.MEMBERSHIP, "f()", "'a'"),
        ("self.assertSomething(f(), 3)", Form.UNITTEST, P.EQUALITY, "f()", "3"),
        ("pd.testing.assert_frame_equal(f(), g())", Form.LIBRARY, P.EQUALITY, "f()", "g()"),
        ("result.stdout.fnmatch_lines(['*ok*'])", Form.LIBRARY, P.MEMBERSHIP, "result.stdout", "['*ok*']"),
        ("result.assert_outcomes(passed=1)", Form.LIBRARY, P.MEMBERSHIP, "result", "passed=1"),
        ("expect(page).to_have_title('a')", Form.LIBRARY, P.EQUALITY, "page", "'a'"),
        ("assert f() == snapshot", Form.SNAPSHOT, P.EQUALITY_LITERAL, "f()", "snapshot"),
        ("assert f() == snapshot({'a': 1})", Form.SNAPSHOT, P.EQUALITY_LITERAL, "f()", "snapshot({'a': 1})"),
        ("snapshot.assert_match(f(), 'name')", Form.SNAPSHOT, P.EQUALITY_LITERAL, "f(), 'name'", "snapshot"),
        ("data_regression.check(f())", Form.SNAPSHOT, P.EQUALITY_LITERAL, "f()", "data_regression"),
        ("wait_until(lambda: f() == 3, timeout=1)", Form.HELPER, P.EQUALITY_LITERAL, "f()", "3"),
        ("assert_same(f(), 3)", Form.HELPER, P.EQUALITY_LITERAL, "f()", "3"),
        ("verify_all(f())", Form.HELPER, P.EQUALITY, "f()", ""),
        ("subprocess.run(['x'], check=True)", Form.HELPER, P.TRUTH, "subprocess.run(['x'], check=True)", ""),
    ],
)
def test_other_forms(lines: str, form: Form, predicate: Predicate, subject: str, expected: str) -> None:
    found = demand(lines, above="import subprocess\nimport pandas as pd")
    assert (found.form, found.predicate, found.subject, found.expected) == (form, predicate, subject, expected)


@pytest.mark.parametrize(
    ("lines", "predicate", "subject", "expected"),
    [
        ("if f() != 3:\n    pytest.fail('no')", P.EQUALITY_LITERAL, "f()", "3"),
        ("if f() == 3:\n    pass\nelse:\n    pytest.fail('no')", P.EQUALITY_LITERAL, "f()", "3"),
        ("try:\n    f(1)\nexcept ValueError:\n    pass\nelse:\n    pytest.fail('no')", P.TYPE, "f(1)", "ValueError"),
        ("try:\n    f(1)\n    assert False\nexcept ValueError:\n    pass", P.TYPE, "f(1)", "ValueError"),
        ("wrong = f()\nif wrong:\n    raise AssertionError(wrong)", P.TRUTH, "f()", ""),
        ("run(lambda: pytest.fail('called'))", P.TRUTH, "", ""),
    ],
)
def test_failing_is_the_demand_of_the_branch_that_leads_there(
    lines: str, predicate: Predicate, subject: str, expected: str
) -> None:
    found = demand(lines, above="import pytest")
    assert found.form is Form.FAIL
    assert (found.predicate, found.subject, found.expected) == (predicate, subject, expected)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("assert True", ALWAYS_TRUE),
        ("assert f() == 1 or True", ALWAYS_TRUE),
        ("assert 'text'", ALWAYS_TRUE),
        ("assert len(f()) >= 0", ALWAYS_TRUE),
        ("ok = True\nf()\nassert ok", ALWAYS_TRUE),
        ("self.assertTrue(True)", ALWAYS_TRUE),
        ("assert (f() == 1, 'message')", TUPLE),
        ("assert x == x", ITSELF),
        ("self.assertEqual(x, x)", ITSELF),
        ("f() == 1", NOT_ASSERTED),
        ("f() == 1 and g() == 2", NOT_ASSERTED),
        ("isinstance(f(), int)", NOT_ASSERTED),
        ("math.isclose(f(), 1)", NOT_ASSERTED),
        ("return f() == 1", NOT_ASSERTED),
        ("m = Mock()\nf(m)\nassert m.called_once", NO_SUCH_METHOD),
        ("with patch('a.b') as m:\n    f()\nassert m.called_once_with(1)", NO_SUCH_METHOD),
        ("m = Mock()\nm.called_once_with(1)", NO_SUCH_METHOD),
        ("m.assert_called_once", NOT_CALLED),
        ("assert m.assert_called_once", NOT_CALLED),
        ("thing = Thing(1)\nassert thing is not None", NEW_OBJECT),
    ],
)
def test_what_cannot_fail(lines: str, why: str) -> None:
    found = demanded(lines, above="import math\nfrom unittest.mock import Mock, patch")[-1]
    assert found.constant == why
    assert found.predicate is P.NONE


def test_a_coroutine_that_nobody_awaits() -> None:
    above = "async def fetch():\n    return 1"
    lazy = demand("assert fetch()", header="async def test_it():", above=above)
    awaited = demand("assert await fetch()", header="async def test_it():", above=above)
    assert [lazy.constant, awaited.constant] == [NOT_AWAITED, ""]


def test_an_imported_coroutine_that_nobody_awaits() -> None:
    found = read(
        "from app import fetch, plain\n\n\nasync def test_it():\n    assert fetch()\n    assert plain()\n",
        files={"app.py": "async def fetch():\n    return 1\n\n\ndef plain():\n    return 1\n"},
    )
    assert [it.constant for it in found["test_it"].assertions] == [NOT_AWAITED, ""]


@pytest.mark.parametrize(
    "lines",
    [
        "assert not_called()",
        "assert f() == f()",
        "assert x.a == x.a",
        "assert x == x\nassert x != y",
        "assert hash(x) == hash(x)\nassert x == x",
        "called = False\ndef back():\n    nonlocal called\n    called = True\nrun(back)\nassert called",
        "ok = True\nfor it in items:\n    ok = ok and f(it)\nassert ok",
        "calls = []\nf(calls.append)\nassert calls",
        "text = 'abc'\nassert len(text) < 9",
        "thing = make()\nassert thing is not None",
        "m = create_autospec(f)\nassert m.called_once",
        "thing = Recorder()\nassert thing.called_once",
        "assert queue.called_once",
        "with pytest.raises(TypeError):\n    a < b",
        "try:\n    a == b\nexcept TypeError:\n    pass",
        "return run(1)",
        "x.value",
        "def sample():\n    assert True\nassert run(sample)",
        "try:\n    f()\nexcept ValueError:\n    assert True\nelse:\n    assert False",
    ],
)
def test_what_can_fail(lines: str) -> None:
    assert [it.text for it in demanded(lines, above="import pytest") if it.constant] == []


def test_equality_is_what_the_test_tests() -> None:
    found = demand("assert x == x", header="def test_equality():")
    assert found.constant == ""


@pytest.mark.parametrize(
    "lines",
    [
        "return\nassert f() == 1",
        "raise SystemExit\nassert f() == 1",
        "if False:\n    assert f() == 1",
        "while 0:\n    assert f() == 1",
        "for x in []:\n    assert f(x) == 1",
    ],
)
def test_dead_code_demands_nothing(lines: str) -> None:
    assert demanded(lines) == ()


@pytest.mark.parametrize(
    "lines",
    [
        "for x in items:\n    assert f(x) == 1",
        "with open('a') as file:\n    assert f(1) == 1",
        "with self.subTest(x=1):\n    assert f(1) == 1",
        "if x:\n    assert f(1) == 1",
        "match x:\n    case 1:\n        assert f(1) == 1",
        "try:\n    pass\nfinally:\n    assert f(1) == 1",
        "def inner():\n    assert f(1) == 1\ninner()",
        "while True:\n    assert f(1) == 1",
    ],
)
def test_blocks_are_read(lines: str) -> None:
    assert [it.text for it in demanded(lines)] == ["assert f(1) == 1" if "f(1)" in lines else "assert f(x) == 1"]


def test_the_place_and_the_text() -> None:
    found = demand("x = 1", "assert f(\n    x,  # one\n) == 3")
    assert (found.line, found.end_line, found.text) == (3, 5, "assert f(x) == 3")


def test_names_that_are_bound_twice_stay_names() -> None:
    found = demanded("r = f(1)", "assert r == 1", "r = f(2)", "assert r == 2")
    assert [it.subject for it in found] == ["r", "r"]


def test_objects_that_change_stay_names() -> None:
    found = demand("store = open_store()", "store.add(1)", "assert len(store) == 1")
    assert found.subject == "len(store)"


def test_parametrised_values_are_written_out() -> None:
    text = """
        import pytest


        @pytest.mark.parametrize(("given", "expected"), [(1, 2), (2, 4)])
        def test_it(given, expected):
            assert f(given) == expected
    """
    (found,) = read(text)["test_it"].assertions
    assert (found.predicate, found.subject, found.expected) == (P.EQUALITY_LITERAL, "f(given)", "expected")


def test_examples_of_a_docstring() -> None:
    found = demand('"""Doubles.\n\n>>> double(2)\n4\n"""')
    assert (found.subject, found.expected, found.predicate) == ("double(2)", "4", P.EQUALITY_LITERAL)


def test_code_that_asserts_elsewhere() -> None:
    found = demand("browser.run('''\nx = f()\nassert x == 1\n''')")
    assert found.form is Form.HELPER


def test_code_that_is_written_to_a_file_asserts_nothing() -> None:
    assert demanded("pytester.makepyfile('def test_a(): assert 1')") == ()


def test_a_warning_filter_that_raises() -> None:
    found = demand(
        "with warnings.catch_warnings():\n    warnings.simplefilter('error')\n    f()", above="import warnings"
    )
    assert (found.form, found.subject, found.negated) == (Form.RAISES, "warnings", True)


def test_a_test_of_hypothesis() -> None:
    text = "from hypothesis import given\n\n\n@given(integers())\ndef test_it(x):\n    assert decode(encode(x)) == x\n"
    (found,) = read(text)["test_it"].assertions
    assert (found.subject, found.expected) == ("decode(encode(x))", "x")
