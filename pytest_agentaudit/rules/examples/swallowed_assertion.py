"""The examples of swallowed-assertion."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

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


EXAMPLES = (
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
    _example("another assertion stands outside", _TRIED + "    assert area(1, 1) == 1\n", "9 warning", before=_TEST),
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
