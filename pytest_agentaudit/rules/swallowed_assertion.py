"""The rule swallowed-assertion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.kinds.tests import SWALLOWED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.touched_tests import TouchedTests
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

_API = "def area(width, height):\n    return width * height\n"
_HEAD = "import pytest\nfrom contextlib import suppress\nfrom geometry import area\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"
_TRIED = "def test_area():\n    try:\n        assert area(2, 3) == 6\n    except AssertionError:\n        pass\n"
_RETRY = (
    "def test_ready():\n    for _ in range(9):\n        try:\n            assert area(1, 1) == 1\n            break\n"
    "        except AssertionError:\n            wait()\n"
)


def _example(title: str, after: str, *expect: str, before: str = _TEST) -> Example:
    """An example with one product file and one test file."""
    return Example(
        title,
        before={"geometry.py": _API, "tests/test_geometry.py": _HEAD + before},
        after={"geometry.py": _API, "tests/test_geometry.py": _HEAD + after},
        expect=tuple(f"tests/test_geometry.py:{place}" for place in expect),
    )


class SwallowedAssertion(Rule):
    """An assertion fails and the test passes all the same.

    The assertion stands in a `try` whose handler catches AssertionError, Exception or everything and neither raises,
    fails, asserts, skips nor takes down anything that is read later; in `contextlib.suppress` of one of these; or in
    `pytest.raises` of one of these, which a failed assertion satisfies. Loops that try again and fail in the end,
    tests in which the failure is what is expected, and helpers that return an answer stay silent.

    Level: error where a test makes no other demand than swallowed ones, and for a decorator or base class that swallows
    what the tests it is given demand; warning otherwise, for `pytest.raises`, and in
    helpers; note where its own file, run as a script, takes what it returns.

    Why: whatever the code does, the test is green, and it looks as if it checked something.
    Fix: take the assertion out of the `try`, or catch only the exception that the called code may raise.
    Not a fix: printing or logging the failure, returning False from the test.
    """

    name = "swallowed-assertion"
    family = Family.HOLLOW
    level = Level.ERROR
    examples = (
        _example("a handler that passes", _TRIED, "9 error"),
        _example(
            "a handler of anything that prints",
            _TRIED.replace("AssertionError", "Exception as error").replace("pass", "print('failed:', error)"),
            "9 error",
        ),
        _example("a bare handler", _TRIED.replace("except AssertionError", "except"), "9 error"),
        _example(
            "a test that returns False",
            _TRIED.replace("AssertionError", "Exception").replace("pass", "return False"),
            "9 error",
        ),
        _example(
            "a script that takes what its check returns",
            _TRIED.replace("AssertionError", "Exception").replace("pass", "return False") + "    return True\n\n\n"
            "if __name__ == '__main__':\n    raise SystemExit(not test_area())\n",
            "9 note",
        ),
        _example(
            "another assertion stands outside", _TRIED + "    assert area(1, 1) == 1\n", "9 warning", before=_TEST
        ),
        _example(
            "`assert False` behind a call that should raise",
            "def test_negative():\n    try:\n        area(-1, 1)\n        assert False, 'no error'\n"
            "    except Exception:\n        pass\n",
            "10 error",
        ),
        _example(
            "suppressed",
            "def test_area():\n    with suppress(Exception):\n        assert area(2, 3) == 6\n",
            "7 error",
        ),
        _example(
            "inside pytest.raises(Exception)",
            "def test_area():\n    with pytest.raises(Exception):\n        result = area(2, 3)\n"
            "        assert result == 7\n",
            "7 warning",
        ),
        _example(
            "a helper of the file",
            "def check(width):\n    try:\n        assert area(width, 1) == width\n    except AssertionError:\n"
            "        print('bad')\n\n\n" + _TEST,
            "9 warning",
        ),
        _example("a loop that tries again and fails in the end", _RETRY + "    else:\n        pytest.fail('never')\n"),
        _example("a loop that tries again and asserts at last", _RETRY + "    assert area(1, 1) == 1\n"),
        _example(
            "a decorator that swallows what tests demand",
            "def stable(test):\n    def run():\n        try:\n            test()\n        except AssertionError:\n"
            "            return None\n\n    return run\n\n\n" + _TEST,
            "10 error",
        ),
        _example(
            "a helper that says whether something demands too much",
            "def fails(check):\n    try:\n        check()\n    except AssertionError:\n        return True\n"
            "    return False\n\n\n" + _TEST,
        ),
        _example(
            "the same in two tests of a file",
            _TRIED + "\n\n" + _TRIED.replace("test_area", "test_area_again"),
            "9 error",
        ),
        _example("the handler re-raises", _TRIED.replace("pass", "show()\n        raise")),
        _example("the handler fails", _TRIED.replace("pass", "pytest.fail('wrong area')")),
        _example(
            "failing is what is expected",
            _TRIED + "    else:\n        pytest.fail('the bug is mended: take this test out')\n",
        ),
        _example(
            "the failures are collected and asserted",
            "def test_areas():\n    wrong = []\n    for size in (1, 2):\n        try:\n"
            "            assert area(size, 1) == size\n        except AssertionError as error:\n"
            "            wrong.append(error)\n    assert not wrong\n",
        ),
        _example(
            "a narrow exception of the called code",
            _TRIED.replace("AssertionError", "ConnectionError"),
        ),
        _example(
            "an asserting helper is what is tested",
            "def test_checker():\n    with pytest.raises(AssertionError):\n        assert_area(2, 3, 7)\n",
        ),
        _example(
            "it was swallowed before",
            _TRIED.replace("area(2, 3)", "area(3, 2)"),
            before=_TRIED,
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each construct that swallows, and for those of a file that swallow the same."""
        tests = TouchedTests(audit.delta)
        for file in audit.files(FileRole.TEST, FileRole.CONFTEST):
            alike: dict[tuple[str, str, Level], list[Finding]] = defaultdict(list)
            for it in file.new_ones(SWALLOWED):
                if not it.details["test"] or tests.runs(file.path, it):
                    found = self.found(file.path, it, alone=tests.is_alone(file.path, it))
                    alike[it.details["assertion"], it.details["by"], found.level].append(found)
            for first, *more in alike.values():
                yield replace(first, related=(*first.related, *(it.location for it in more)))

    def found(self, path: str, it: Occurrence, *, alone: bool) -> Finding:
        """One construct."""
        alone = alone and bool(it.details["test"])
        words = f" `{it.symbol}` makes no other demand." if alone else ""
        line = int(it.details["line"])
        wraps = it.details["how"] == "wrapper"
        level = self.level if wraps or (alone and it.details["how"] != "raises") else Level.WARNING
        return self.finding(
            Location(path, it.line, it.end_line, it.symbol),
            f"A failure of `{it.details['assertion']}` ends in `{it.details['by']}`, and `{it.symbol}` goes on.{words}",
            level=Level.NOTE if it.details["script"] else level,
            fix="take the assertion out of the block, or catch only the exception that the called code may raise",
            not_a_fix="printing or logging the failure, returning False",
            related=(Location(path, line, symbol=it.symbol),) if line != it.line else (),
        )
