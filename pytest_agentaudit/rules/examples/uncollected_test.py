"""The examples of uncollected-test."""

from __future__ import annotations

from pytest_agentaudit.model import Evidence
from pytest_agentaudit.rules.base import Example

_API = "def area(width, height):\n    return width * height\n"
_FLOW = "on: push\njobs:\n  all:\n    strategy:\n      matrix:\n        suite: [integration_area.py]\n"
_HEAD = "import pytest\nfrom geometry import area\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"


def _example(
    title: str, before: dict[str, str], after: dict[str, str], *expect: str, evidence: Evidence | None = None
) -> Example:
    """An example with one product file."""
    return Example(
        title,
        before={"geometry.py": _API, **before},
        after={"geometry.py": _API, **after},
        expect=expect,
        evidence=evidence,
    )


def _file(text: str) -> dict[str, str]:
    return {"tests/test_geometry.py": _HEAD + text}


def _collected(*functions: str) -> Evidence:
    """A whole run that collected these functions of the test file."""
    return Evidence(collected=tuple(("tests/test_geometry.py", name) for name in functions), tracer="sys.monitoring")


EXAMPLES = (
    _example(
        "renamed out of the way",
        _file(_TEST + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n"),
        _file(_TEST + "\n\ndef _test_zero():\n    assert area(0, 3) == 0\n"),
        "tests/test_geometry.py:9 error",
    ),
    _example(
        "a new check that nobody calls",
        _file(_TEST),
        _file(_TEST + "\n\ndef check_zero():\n    assert area(0, 3) == 0\n"),
        "tests/test_geometry.py:9 warning",
    ),
    _example(
        "a class with __init__",
        _file(_TEST),
        _file(
            _TEST + "\n\nclass TestArea:\n    def __init__(self):\n        self.width = 2\n\n"
            "    def test_zero(self):\n        assert area(self.width, 0) == 0\n"
        ),
        "tests/test_geometry.py:13 error",
    ),
    _example(
        "__test__ = False",
        _file(_TEST),
        _file(_TEST + "\n\n__test__ = False\n\n\ndef test_zero():\n    assert area(0, 3) == 0\n"),
        "tests/test_geometry.py:5 error",
    ),
    _example(
        "a file that is not named like a test file",
        _file(_TEST),
        {**_file(_TEST), "tests/geometry_zero.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n"},
        "tests/geometry_zero.py:5 warning",
    ),
    _example(
        "a file of that kind which held tests already: another runner has them",
        {"geometry/tests.py": _HEAD + _TEST + "\n\ndef test_line():\n    assert area(2, 0) == 0\n"},
        {
            "geometry/tests.py": _HEAD
            + _TEST
            + "\n\ndef test_line():\n    assert area(2, 0) == 0\n"
            + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n",
        },
    ),
    _example(
        "moved to a file of that kind",
        {
            **_file(_TEST + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n"),
            "geometry/tests.py": _HEAD + _TEST + "\n\ndef test_line():\n    assert area(2, 0) == 0\n",
        },
        {
            **_file(_TEST),
            "geometry/tests.py": _HEAD
            + _TEST
            + "\n\ndef test_line():\n    assert area(2, 0) == 0\n"
            + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n",
        },
        "geometry/tests.py:13 error",
    ),
    _example(
        "a new test in a file of helpers",
        {**_file(_TEST), "tests/helpers.py": "def square(area):\n    return area(2, 2)\n"},
        {
            **_file(_TEST),
            "tests/helpers.py": _HEAD
            + "def square(area):\n    return area(2, 2)\n\n\ndef test_zero():\n    assert area(0, 3) == 0\n",
        },
        "tests/helpers.py:9 warning",
    ),
    _example(
        "a benchmark beside others, which are handed to pytest by name",
        {**_file(_TEST), "tests/benchmarks/bench_area.py": _HEAD + _TEST},
        {
            **_file(_TEST),
            "tests/benchmarks/bench_area.py": _HEAD + _TEST,
            "tests/benchmarks/bench_zero.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n",
        },
    ),
    _example(
        "a file that a workflow of the base names, whatever it is called",
        {**_file(_TEST), ".github/workflows/all.yml": _FLOW, "tests/integration_area.py": _HEAD + _TEST},
        {
            **_file(_TEST),
            ".github/workflows/all.yml": _FLOW,
            "tests/integration_area.py": _HEAD + _TEST + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n",
        },
    ),
    _example(
        "a file of that kind which no workflow names",
        {**_file(_TEST), ".github/workflows/all.yml": _FLOW},
        {
            **_file(_TEST),
            ".github/workflows/all.yml": _FLOW,
            "tests/integration_zero.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n",
        },
        "tests/integration_zero.py:5 warning",
    ),
    _example(
        "a new file of tests in which pytest finds none",
        _file(_TEST),
        {**_file(_TEST), "tests/test_zero.py": _HEAD + "def check_zero():\n    assert area(0, 3) == 0\n"},
        "tests/test_zero.py:5 error",
    ),
    _example(
        "a class that does not match",
        _file(_TEST),
        _file(_TEST + "\n\nclass AreaChecks:\n    def test_zero(self):\n        assert area(0, 3) == 0\n"),
        "tests/test_geometry.py:10 error",
    ),
    _example(
        "a whole run did not collect it",
        _file(_TEST),
        _file(_TEST + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n"),
        "tests/test_geometry.py:9 error",
        evidence=_collected("test_area"),
    ),
    _example(
        "a helper that a test calls",
        _file(_TEST),
        _file(
            "def check(width):\n    assert area(width, 1) == width\n\n\n"
            + _TEST
            + "\n\ndef test_line():\n    check(4)\n"
        ),
    ),
    _example(
        "a test that became a helper of two",
        _file("def test_zero():\n    assert area(0, 3) == 0\n"),
        _file(
            "def _test_zero(height):\n    assert area(0, height) == 0\n\n\n"
            "def test_zero():\n    _test_zero(3)\n\n\ndef test_zero_high():\n    _test_zero(9)\n"
        ),
    ),
    _example(
        "a base class of tests",
        _file(_TEST),
        _file(
            "class AreaSuite:\n    width = 0\n\n    def test_zero(self):\n        assert area(self.width, 0) == 0\n"
            "\n\n"
            "class TestOne(AreaSuite):\n    width = 1\n\n\n" + _TEST
        ),
    ),
    _example(
        "a base class that another file derives from",
        _file(_TEST),
        {
            "tests/suites.py": _HEAD + "class AreaSuite:\n    def test_zero(self):\n        assert area(0, 0) == 0\n",
            "tests/test_geometry.py": "from tests.suites import AreaSuite\n\n\n"
            "class TestOne(AreaSuite):\n    width = 1\n",
        },
    ),
    _example(
        "settings that collect it",
        {"pytest.ini": "[pytest]\npython_functions = test_* check_*\n", **_file(_TEST)},
        {
            "pytest.ini": "[pytest]\npython_functions = test_* check_*\n",
            **_file(_TEST + "\n\ndef check_zero():\n    assert area(0, 3) == 0\n"),
        },
    ),
    _example(
        "a project of its own, in a folder of a larger one",
        {"pytest.ini": "[pytest]\ntestpaths = tests\n", **_file(_TEST)},
        {
            "pytest.ini": "[pytest]\ntestpaths = tests\n",
            **_file(_TEST),
            "plugins/volume/pyproject.toml": "[project]\nname = 'volume'\n",
            "plugins/volume/tests/test_volume.py": "def test_volume():\n    assert volume(1) == 1\n",
        },
    ),
    _example(
        "outside testpaths",
        {"pytest.ini": "[pytest]\ntestpaths = tests\n", **_file(_TEST)},
        {
            "pytest.ini": "[pytest]\ntestpaths = tests\n",
            **_file(_TEST),
            "checks/test_more.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n",
        },
        "checks/test_more.py:5 warning",
    ),
    _example(
        "outside testpaths, in a file of tests that stood there before",
        {"pytest.ini": "[pytest]\ntestpaths = tests\n", **_file(_TEST), "src/_tests/test_more.py": _HEAD + _TEST},
        {
            "pytest.ini": "[pytest]\ntestpaths = tests\n",
            **_file(_TEST),
            "src/_tests/test_more.py": _HEAD + _TEST + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n",
        },
    ),
    _example(
        "outside testpaths, but CI hands its folder to pytest",
        {"pytest.ini": "[pytest]\ntestpaths = tests\n", **_file(_TEST)},
        {
            "pytest.ini": "[pytest]\ntestpaths = tests\n",
            **_file(_TEST),
            ".github/workflows/ci.yml": "on: push\njobs:\n  all:\n    runs-on: x\n    steps:\n"
            "      - run: python -m pytest checks/ -v\n",
            "checks/test_more.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n",
        },
    ),
    _example(
        "data of a test tree",
        _file(_TEST),
        {**_file(_TEST), "tests/data/suite.py": "def test_sample():\n    assert 1 == 2\n"},
    ),
    _example(
        "a fixture",
        _file(_TEST),
        _file(
            _TEST + "\n\n@pytest.fixture\ndef tested_area():\n    size = area(2, 2)\n    assert size\n    return size\n"
        ),
    ),
    _example(
        "a whole run collected it all the same",
        _file(_TEST),
        _file(_TEST + "\n\ndef check_zero():\n    assert area(0, 3) == 0\n"),
        evidence=_collected("test_area", "check_zero"),
    ),
)
