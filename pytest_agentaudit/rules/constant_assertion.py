"""The rule constant-assertion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pytest_agentaudit.facts.delta import TestPair
from pytest_agentaudit.facts.kinds.tests import (
    ALWAYS_TRUE,
    ITSELF,
    NEW_OBJECT,
    NO_SUCH_METHOD,
    NOT_ASSERTED,
    NOT_AWAITED,
    NOT_CALLED,
    ONLY_MESSAGE,
    TUPLE,
)
from pytest_agentaudit.facts.model import Assertion, TestCase
from pytest_agentaudit.facts.strength import real_demands
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

LONGEST = 80
"""Characters of an assertion that a message shows."""

_WORDS = {
    ALWAYS_TRUE: "is true whatever the code does",
    TUPLE: "asserts a tuple, which is always true: the comma belongs behind the condition, without the parentheses",
    ITSELF: "compares a value with itself",
    NOT_ASSERTED: "compares, but nothing asserts the result",
    NO_SUCH_METHOD: "is no assertion of unittest.mock: a mock has every attribute, and each of them is true",
    NOT_CALLED: "names an assertion method without calling it",
    NEW_OBJECT: "checks an object that was just made: it is never None",
    NOT_AWAITED: "asserts a coroutine that nobody awaits, which is always true",
    ONLY_MESSAGE: "compares nothing: the second argument is the message of the failure",
}
_FIXES = {
    TUPLE: "write `assert condition, message`",
    NOT_ASSERTED: "put `assert` before the comparison",
    NO_SUCH_METHOD: "call `assert_called_once()`, `assert_called_once_with(...)` or `assert_not_called()`",
    NOT_CALLED: "call the method: add the parentheses and the arguments",
    NOT_AWAITED: "await the call, and assert its value",
    ONLY_MESSAGE: "use `assertEqual`",
}
_API = "def area(width, height):\n    return width * height\n"
_HEAD = "from unittest.mock import Mock\n\nimport pytest\nfrom geometry import area\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"


def _example(title: str, before: str, after: str, *expect: str) -> Example:
    """An example with one product file and one test file."""
    return Example(
        title,
        before={"geometry.py": _API, "tests/test_geometry.py": _HEAD + before},
        after={"geometry.py": _API, "tests/test_geometry.py": _HEAD + after},
        expect=expect,
    )


class ConstantAssertion(Rule):
    """An assertion cannot fail.

    It is true whatever the code does (`assert True`, `assert x or True`, `assert len(x) >= 0`, `assert all([])`),
    asserts a tuple or a list, compares a name with itself, hands the expected value over as the message, is a
    comparison that nothing asserts, an attribute that a mock invents, an assertion method that is not called, or a
    coroutine that nobody awaits. Data of the test in nested functions and strings, and tests of equality itself, stay
    silent.

    Level: error where a test has no other assertion, or where one that could fail became one that cannot; warning
    beside others that can fail, where the test only makes an object and finds that it is not None, and where a value
    stands in the place of the message; note where its own file, run as a script, takes what it returns.

    Why: the test is green with every defect in the code that it names.
    Fix: assert the value that the code under test gives.
    Not a fix: another condition that is always true, deleting the line.
    """

    name = "constant-assertion"
    family = Family.HOLLOW
    level = Level.ERROR
    examples = (
        _example(
            "a real assertion became `assert True`",
            _TEST,
            "def test_area():\n    area(2, 3)\n    assert True\n",
            "tests/test_geometry.py:9 error",
        ),
        _example(
            "`or True`",
            _TEST,
            "def test_area():\n    assert area(2, 3) == 6 or True\n",
            "tests/test_geometry.py:8 error",
        ),
        _example(
            "a tuple",
            _TEST,
            'def test_area():\n    assert (area(2, 3) == 6, "bad")\n',
            "tests/test_geometry.py:8 error",
        ),
        _example(
            "what is equal to everything",
            _TEST,
            "from unittest import mock\n\n\ndef test_area():\n    assert area(2, 3) == mock.ANY\n",
            "tests/test_geometry.py:11 error",
        ),
        _example(
            "what is equal to everything, inside of something",
            _TEST,
            "from unittest import mock\n\n\ndef test_area():\n    assert area(2, 3) == (6, mock.ANY)\n",
        ),
        _example(
            "a returned comparison",
            _TEST,
            "def test_area():\n    return area(2, 3) == 6\n",
            "tests/test_geometry.py:8 error",
        ),
        _example(
            "a returned comparison that the file takes as a script",
            _TEST,
            "def test_area():\n    return area(2, 3) == 6\n\n\ndef main():\n    done = [test_area()]\n"
            "    return 0 if all(done) else 1\n\n\nif __name__ == '__main__':\n    raise SystemExit(main())\n",
            "tests/test_geometry.py:8 note",
        ),
        _example(
            "a returned comparison that nobody takes",
            _TEST,
            "def test_area():\n    return area(2, 3) == 6\n\n\nif __name__ == '__main__':\n    test_area()\n",
            "tests/test_geometry.py:8 error",
        ),
        _example(
            "a comparison without `assert`",
            _TEST,
            _TEST + "\n\ndef test_zero():\n    area(0, 3) == 0\n",
            "tests/test_geometry.py:12 error",
        ),
        _example(
            "a mock's attribute that is no assertion",
            _TEST,
            _TEST + "\n\ndef test_calls():\n    mock = Mock()\n    area(mock, 2)\n    assert mock.called_once\n",
            "tests/test_geometry.py:14 error",
        ),
        _example(
            "a comparison without `assert`, where no error is meant",
            _TEST,
            _TEST + "\n\ndef test_zero_does_not_raise():\n    area(0, 3) < 1\n",
            "tests/test_geometry.py:12 warning",
        ),
        _example(
            "an answer that nothing asserts, in a regression test",
            _TEST,
            _TEST + '\n\ndef test_zero():\n    """Regression test for #12."""\n    \'a 0\' == str(area(0, 3))\n',
            "tests/test_geometry.py:13 error",
        ),
        _example(
            "a comparison without `assert`, beside what a helper needs",
            _TEST,
            _TEST + "\n\ndef tool():\n    path = which('tool')\n    assert path is not None\n    return path\n\n\n"
            "def test_tool():\n    tool()\n    area(0, 3) == 0\n",
            "tests/test_geometry.py:19 error",
        ),
        _example(
            "an assertion method that is not called",
            _TEST,
            _TEST + "\n\ndef test_calls():\n    mock = Mock()\n    area(mock, 2)\n    mock.assert_called_once\n",
            "tests/test_geometry.py:14 error",
        ),
        _example(
            "a length that cannot be negative, beside another assertion",
            _TEST,
            _TEST
            + "\n\ndef test_text():\n    text = str(area(2, 3))\n    assert len(text) >= 0\n    assert text == '6'\n",
            "tests/test_geometry.py:13 warning",
        ),
        _example(
            "a variable that the test itself set",
            _TEST,
            _TEST + "\n\ndef test_done():\n    area(2, 3)\n    passed = True\n    assert passed\n",
            "tests/test_geometry.py:14 error",
        ),
        _example(
            "unittest's form of it",
            _TEST,
            _TEST + "\n\nimport unittest\n\n\nclass TestArea(unittest.TestCase):\n    def test_done(self):\n"
            "        area(2, 3)\n        self.assertTrue(True)\n",
            "tests/test_geometry.py:17 error",
        ),
        _example(
            "a new object that is not None",
            _TEST,
            _TEST + "\n\ndef test_init():\n    square = Square(2)\n    assert square is not None\n",
            "tests/test_geometry.py:13 warning",
        ),
        _example(
            "all of nothing",
            _TEST,
            _TEST + "\n\ndef test_none():\n    area(2, 3)\n    assert all([])\n",
            "tests/test_geometry.py:13 error",
        ),
        _example(
            "a list of comparisons that nobody reduces",
            _TEST,
            _TEST + "\n\ndef test_some():\n    assert [area(n, 1) == n for n in (1, 2)]\n",
            "tests/test_geometry.py:12 error",
        ),
        _example(
            "an item compared with itself",
            _TEST,
            _TEST + "\n\ndef test_item():\n    sizes = area(2, 3)\n    assert sizes['x'] == sizes['x']\n",
            "tests/test_geometry.py:13 error",
        ),
        _example(
            "among values that hold it",
            _TEST,
            _TEST + "\n\ndef test_one_of():\n    size = area(2, 3)\n    assert size in [1, size]\n",
            "tests/test_geometry.py:13 error",
        ),
        _example(
            "the expected value in the place of the message",
            _TEST,
            _TEST + "\n\nimport unittest\n\n\nclass TestArea(unittest.TestCase):\n    def test_done(self):\n"
            "        self.assertTrue(area(2, 3), 6)\n",
            "tests/test_geometry.py:16 warning",
        ),
        _example(
            "a message",
            _TEST,
            _TEST + "\n\nimport unittest\n\n\nclass TestArea(unittest.TestCase):\n    def test_done(self):\n"
            "        self.assertTrue(area(2, 3) == 6, 'wrong area')\n",
        ),
        _example(
            "a property that is computed once",
            _TEST,
            _TEST + "\n\ndef test_property(square):\n    assert square.area is square.area\n",
        ),
        _example(
            "equality is what the test tests",
            _TEST,
            _TEST
            + "\n\ndef test_equality():\n    one = Square(1)\n    assert one == one\n    assert one != Square(2)\n",
        ),
        _example(
            "hashing is what the test tests",
            _TEST,
            _TEST + "\n\ndef test_in_a_set():\n    one, other = Square(1), Square(2)\n    assert {one, other}\n",
        ),
        _example(
            "a variable that a callback sets",
            _TEST,
            _TEST + "\n\ndef test_callback():\n    called = False\n\n    def back():\n        nonlocal called\n"
            "        called = True\n\n    run(back)\n    assert called\n",
        ),
        _example(
            "data of a test of tools",
            _TEST,
            _TEST
            + "\n\ndef test_runner():\n    def sample():\n        assert True\n\n    assert run(sample) == 'passed'\n",
        ),
        _example(
            "`assert True` in the branch that did not fail",
            _TEST,
            _TEST
            + "\n\ndef test_negative():\n    try:\n        area(-1, 1)\n    except ValueError:\n        assert True\n"
            "    else:\n        pytest.fail('no error')\n",
        ),
        _example(
            "a comparison that must raise",
            _TEST,
            _TEST + "\n\ndef test_order():\n    with pytest.raises(TypeError):\n        Square(1) < 3\n",
        ),
        _example(
            "a bound on a number, and a guard before it",
            _TEST,
            _TEST + "\n\ndef test_bound():\n    size = area(1, 2)\n    assert size is not None\n    assert 1 <= size\n",
        ),
        _example(
            "it was constant before",
            "def test_area():\n    area(2, 3)\n    assert True\n",
            "def test_area():\n    area(2, 4)\n    assert True\n",
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each test."""
        for pair in audit.delta.tests:
            if pair.new is None or not pair.new.touched or pair.new.uncollected:
                continue
            added = _added(pair)
            real = real_demands(pair.new)
            if real:
                added = [it for it in added if it.constant != NEW_OBJECT]
            if added:
                yield self.found(pair, added, alone=not real)

    def found(self, pair: TestPair, added: list[Assertion], *, alone: bool) -> Finding:
        """What cannot fail in one test."""
        first = next((it for it in added if it.constant != NEW_OBJECT), added[0])
        name = pair.new.qualified_name if pair.new else ""
        was = _was_real(pair, added)
        weak = first.constant in {NEW_OBJECT, ONLY_MESSAGE} or (
            pair.new is not None and pair.new.contract and not was and alone and not _names_answer(first, pair.new)
        )
        level = self.level if (alone or was) and not weak else Level.WARNING
        if pair.new and pair.new.answers_main and all(it.constant == NOT_ASSERTED for it in added):
            level = Level.NOTE
        alone_words = f" `{name}` has no other assertion." if alone else ""
        return self.finding(
            Location(pair.new_path, first.line, first.end_line, name),
            f"`{_cut(first.text)}` {_WORDS.get(first.constant, 'cannot fail')}.{alone_words}",
            level=level,
            evidence={**({"base": was.text} if was else {}), "head": first.text},
            fix=_FIXES.get(first.constant, "assert the value that the code under test gives"),
            not_a_fix="another condition that is always true, deleting the line",
            related=tuple(Location(pair.new_path, it.line, it.end_line, name) for it in added if it is not first),
        )


def _added(pair: TestPair) -> list[Assertion]:
    """The assertions that cannot fail and that the base's test did not have."""
    had = Counter(it.text for it in pair.old.assertions if it.constant) if pair.old else Counter[str]()
    added = []
    for it in pair.new.assertions if pair.new else ():
        if it.constant and had[it.text]:
            had[it.text] -= 1
        elif it.constant:
            added.append(it)
    return added


def _was_real(pair: TestPair, added: list[Assertion]) -> Assertion | None:
    """The assertion that could fail and gave way: paired with one that cannot, or the one that all of them replaced."""
    paired = (it.old for it in pair.assertions if it.new in added and it.old and not it.old.constant)
    dropped = (it.old for it in pair.assertions if it.new is None and it.old and it.loss and not it.old.constant)
    return next(paired, None) or next(dropped, None)


def _names_answer(it: Assertion, test: TestCase) -> bool:
    """Whether a comparison that nothing asserts says what the answer is: who only wants no error has no need of one."""
    return it.constant == NOT_ASSERTED and " == " in it.text and it.expected in test.literals


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."
