"""The examples of missing-assertion."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_API = "def area(width, height):\n    if width < 0:\n        raise ValueError(width)\n    return width * height\n"
_HEAD = "import pytest\nfrom geometry import area\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"


def _example(title: str, before: str, after: str, *expect: str, more: dict[str, str] | None = None) -> Example:
    """An example with one product file and one test file."""
    return Example(
        title,
        before={"geometry.py": _API, "tests/test_geometry.py": _HEAD + before, **(more or {})},
        after={"geometry.py": _API, "tests/test_geometry.py": _HEAD + after, **(more or {})},
        expect=expect,
    )


EXAMPLES = (
    _example(
        "a new test that only calls",
        _TEST,
        _TEST + "\n\ndef test_area_of_nothing():\n    area(0, 0)\n",
        "tests/test_geometry.py:9 warning",
    ),
    _example(
        "a new test that prints",
        _TEST,
        _TEST + "\n\ndef test_report():\n    result = area(2, 2)\n    print(f'area: {result}')\n",
        "tests/test_geometry.py:9 warning",
    ),
    _example(
        "a new test with an empty body",
        _TEST,
        _TEST + '\n\ndef test_negative():\n    """Negative sizes are refused."""\n',
        "tests/test_geometry.py:9 error",
    ),
    _example(
        "a new test that prepares something, and no more",
        _TEST,
        _TEST + "\n\ndef test_negative():\n    sizes = [-1, 2]\n    pass\n",
        "tests/test_geometry.py:9 error",
    ),
    _example(
        "a new test that names what is imported",
        _TEST,
        _TEST + "\n\ndef test_name():\n    name = area.__name__\n",
        "tests/test_geometry.py:9 warning",
    ),
    _example(
        "a new test that raises",
        _TEST,
        _TEST + "\n\ndef test_later():\n    raise NotImplementedError\n",
        "tests/test_geometry.py:9 warning",
    ),
    _example(
        "a new test that is given a fixture",
        _TEST,
        _TEST + "\n\ndef test_set_up(tmp_path):\n    pass\n",
        "tests/test_geometry.py:9 warning",
    ),
    _example(
        "it does nothing but skip, which skipped-test tells",
        _TEST,
        _TEST + "\n\ndef test_wide():\n    pytest.skip('no wide areas here')\n",
    ),
    _example(
        "not raising is the contract, and it never runs",
        _TEST,
        _TEST + "\n\n@pytest.mark.skip(reason='run by hand')\ndef test_zero_does_not_raise():\n    area(0, 0)\n",
        "tests/test_geometry.py:10 warning",
    ),
    _example(
        "its assertion stands behind a return: unreached-assertion tells the line",
        _TEST,
        _TEST + "\n\ndef test_big():\n    return\n    assert area(9, 9) == 81\n",
    ),
    _example(
        "its assertion stands in a branch that is never taken: so too",
        _TEST,
        _TEST + "\n\ndef test_big():\n    big = area(9, 9)\n    if False:\n        assert big == 81\n",
    ),
    _example(
        "not raising is the contract",
        _TEST,
        _TEST + "\n\ndef test_zero_does_not_raise():\n    area(0, 0)\n",
    ),
    _example(
        "what it imports must be there",
        _TEST,
        _TEST + "\n\ndef test_exports():\n    from geometry import area, Square\n",
    ),
    _example(
        "what it accepts is the pair of what it refuses",
        _TEST,
        _TEST + "\n\ndef test_area_accepts_zero():\n    area(0, 1)\n",
    ),
    _example(
        "an old caller still works",
        _TEST,
        _TEST + '\n\ndef test_old_names():\n    """Positional sizes still work."""\n    area(2, 3)\n',
    ),
    _example(
        "a callback that is named like a test",
        _TEST,
        _TEST + "\n\ndef test_back(**given):\n    print(given.get('size'))\n\n\nregister('sized', test_back)\n",
    ),
    _example(
        "a function of a script, which gives it what pytest could not",
        _TEST,
        _TEST + "\n\ndef test_of(width, unit):\n    shown = area(width, 1)\n    print(shown, unit)\n\n\n"
        "if __name__ == '__main__':\n    test_of(3, 'cm')\n",
    ),
    _example(
        "a helper of the file asserts",
        _TEST,
        "def measured(width, expected):\n    assert area(width, 1) == expected\n\n\n"
        + _TEST
        + "\n\ndef test_line():\n    measured(4, 4)\n",
    ),
    _example(
        "a helper of another file asserts",
        _TEST,
        "from tests.support import measured\n\n\n" + _TEST + "\n\ndef test_line():\n    measured(area, 4)\n",
        more={"tests/support.py": "def measured(function, expected):\n    assert function(4, 1) == expected\n"},
    ),
    _example(
        "a fixture hands out what asserts",
        _TEST,
        _TEST + "\n\ndef test_line(measured):\n    measured(4, 4)\n",
        more={
            "tests/conftest.py": "import pytest\nfrom geometry import area\n\n\n@pytest.fixture\ndef measured():\n"
            "    def run(width, expected):\n        assert area(width, 1) == expected\n    return run\n"
        },
    ),
    _example(
        "a method of its class asserts",
        _TEST,
        _TEST + "\n\nclass TestArea:\n    def same(self, width):\n        assert area(width, 1) == width\n\n"
        "    def test_line(self):\n        self.same(4)\n",
    ),
    _example(
        "an exception is expected",
        _TEST,
        _TEST + "\n\ndef test_negative():\n    with pytest.raises(ValueError):\n        area(-1, 1)\n",
    ),
    _example(
        "what a block opens asserts",
        _TEST,
        _TEST + "\n\nasync def test_far(client):\n    async with ShopAssertions(client) as shop:\n"
        "        await shop.call_fails('area', expected='no sides')\n",
    ),
    _example(
        "a failure that is suppressed",
        _TEST,
        _TEST + "\n\ndef test_wide():\n    area.broken = True\n    # Should succeed despite that.\n    area(4, 1)\n",
    ),
    _example(
        "what it is given must be well formed",
        _TEST,
        _TEST + "\n\ndef test_plain():\n    for wide in (1, 2):\n        shown = str(area(wide, 1))\n"
        "        shown.encode('ascii')\n",
    ),
    _example(
        "what it is given must be a document",
        _TEST,
        "import json\n\n\n" + _TEST + "\n\ndef test_told():\n    told = area(2, 1).told\n    json.loads(told)\n",
    ),
    _example(
        "a text that the test wrote itself is encoded",
        _TEST,
        _TEST + "\n\ndef test_told():\n    area('a'.encode('ascii'), 1)\n    area(2, 1)\n",
        "tests/test_geometry.py:9 warning",
    ),
    _example(
        "it raises by itself",
        _TEST,
        _TEST + "\n\ndef test_all():\n    wrong = [n for n in range(9) if area(n, 1) != n]\n"
        "    if wrong:\n        raise AssertionError(wrong)\n",
    ),
    _example(
        "a fixture that is named like a test",
        _TEST,
        _TEST + "\n\n@pytest.fixture\ndef test_square():\n    return area(2, 2)\n",
    ),
    _example("a benchmark", _TEST, _TEST + "\n\ndef test_speed(benchmark):\n    benchmark(area, 2, 3)\n"),
    _example(
        "its other half expects an exception of the same call",
        _TEST,
        _TEST + "\n\ndef test_line():\n    area(0, 1)\n\n\ndef test_line_of_less():\n"
        "    with pytest.raises(ValueError):\n        area(-1, 1)\n",
        "tests/test_geometry.py:9 note",
    ),
    _example(
        "it opts out of what the base class of all tests asks for",
        _TEST,
        "from tests.base import Suite\n\n\n"
        + _TEST
        + "\n\nclass TestLine(Suite):\n    def test_grown(self, unit):\n        pass\n",
        "tests/test_geometry.py:13 note",
        more={
            "tests/base.py": "class Suite:\n    def test_grown(self, unit):\n        raise NotImplementedError\n",
            **{
                f"tests/test_{it}.py": "from tests.base import Suite\n\n\nclass TestOne(Suite):\n"
                "    def test_grown(self, unit):\n        assert unit\n"
                for it in ("cube", "disc", "cone")
            },
        },
    ),
    _example(
        "it opts out of what one other file asks for, and says so",
        _TEST,
        "from tests.base import Suite\n\n\n"
        + _TEST
        + "\n\nclass TestLine(Suite):\n    def test_grown(self, unit):\n        pass  # a line is not a shape\n",
        "tests/test_geometry.py:13 note",
        more={"tests/base.py": "class Suite:\n    def test_grown(self, unit):\n        raise NotImplementedError\n"},
    ),
    _example(
        "a comment says that it only has to run",
        _TEST,
        _TEST + "\n\ndef test_line():\n    # A line has no area, so we just check that it runs.\n    area(0, 1)\n",
    ),
    _example(
        "the code that it got is run",
        _TEST,
        _TEST + "\n\ndef test_written():\n    code = area(2, 1).code\n    exec(code, {})\n",
    ),
    _example(
        "code of its own is run",
        _TEST,
        _TEST + "\n\ndef test_written():\n    exec('area(2, 1)', {'area': area})\n",
        "tests/test_geometry.py:9 warning",
    ),
    _example(
        "it reads until a text comes",
        _TEST,
        _TEST + "\n\ndef test_told(shell):\n    shell.send('area 2 1')\n    shell.read_until_contains('area: 2')\n",
    ),
    Example(
        "what was refused is answered now",
        before={
            "geometry.py": _API,
            "tests/test_geometry.py": _HEAD + "def test_less():\n    with pytest.raises(ValueError):\n"
            "        area(-1, 1)\n",
        },
        after={
            "geometry.py": _API.replace("    if width < 0:\n        raise ValueError(width)\n", ""),
            "tests/test_geometry.py": _HEAD + "def test_less():\n    shape = area(-1, 1)\n    print(shape)\n",
        },
    ),
    _example(
        "the same name without a base class",
        _TEST,
        _TEST + "\n\nclass TestLine:\n    def test_area(self, unit):\n        pass\n",
        "tests/test_geometry.py:10 warning",
        more={f"tests/test_{it}.py": _HEAD + _TEST for it in ("cube", "disc", "cone")},
    ),
    _example(
        "it looks for one that meets its condition",
        _TEST,
        "from debug import find_any\n\n\n"
        + _TEST
        + "\n\ndef test_line():\n    find_any(shapes(), lambda it: area(it, 1) == it)\n",
    ),
    _example(
        "a function that compares with what is kept, made for its file",
        _TEST,
        "from tests.kept import keeper\n\nsnapshot = keeper(__file__)\n\n\n"
        + _TEST
        + "\n\ndef test_line():\n    shown = str(area(4, 1))\n    snapshot('line.txt', shown)\n",
    ),
    _example(
        "what it makes can be shown",
        _TEST,
        _TEST + "\n\ndef test_area_can_be_displayed():\n    repr(area(2, 3))\n",
    ),
    _example(
        "it waits for its condition",
        _TEST,
        "from polling import wait_until\n\n\n"
        + _TEST
        + "\n\ndef test_line():\n    wait_until(lambda: area(4, 1) == 4, timeout=1)\n",
    ),
    _example(
        "it never asserted anything",
        "def test_area():\n    area(2, 3)\n",
        "def test_area():\n    area(2, 4)\n",
    ),
    _example(
        "whatever it calls may raise",
        _TEST,
        f"{_TEST}\n\ndef test_all():\n    for width in range(3):\n        try:\n            area(width, 1)\n"
        "        except Exception:\n            pass\n",
        "tests/test_geometry.py:9 error",
    ),
    _example(
        "a part of what it calls may raise",
        _TEST,
        f"{_TEST}\n\ndef test_all():\n    try:\n        area(-1, 1)\n    except Exception:\n        pass\n"
        "    area(2, 3)\n",
        "tests/test_geometry.py:9 warning",
    ),
    _example(
        "it asserts what is left behind by what may raise",
        _TEST,
        f"{_TEST}\n\ndef test_all():\n    sizes = []\n    try:\n        sizes.append(area(-1, 1))\n"
        "    except Exception:\n        pass\n    assert sizes == []\n",
    ),
)
