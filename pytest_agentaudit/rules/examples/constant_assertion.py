"""The examples of constant-assertion."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

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


EXAMPLES = (
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
        _TEST + "\n\ndef test_text():\n    text = str(area(2, 3))\n    assert len(text) >= 0\n    assert text == '6'\n",
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
        _TEST + "\n\ndef test_equality():\n    one = Square(1)\n    assert one == one\n    assert one != Square(2)\n",
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
        _TEST + "\n\ndef test_negative():\n    try:\n        area(-1, 1)\n    except ValueError:\n        assert True\n"
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
