"""The examples of narrowed-run."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.rules.base import Example

_FILES = {
    "shop/total.py": "def total(items):\n    return sum(items)\n",
    "tests/test_total.py": "def test_total():\n    assert total([1]) == 1\n",
    "tests/unit/test_parts.py": "def test_parts():\n    assert parts(1) == [1]\n",
    "tests/api/test_shop.py": "import pytest\n\n\n@pytest.mark.slow\ndef test_shop():\n    assert shop() == 1\n",
}
_INI = "[pytest]\naddopts = -ra\ntestpaths = tests\n"
_CI = "on: push\njobs:\n  test:\n    steps:\n      - run: pytest --cov=shop tests\n"
_MAKE = "test:\n\tpytest\n"
_COVERED = '[tool.pytest.ini_options]\naddopts = "--cov=shop"\n'


def _example(
    title: str, path: str, before: str, after: str, *expect: str, more: Mapping[str, str] | None = None
) -> Example:
    return Example(title, {**_FILES, path: before}, {**_FILES, path: after, **(more or {})}, expect)


EXAMPLES = (
    _example("by name", "pytest.ini", _INI, _INI.replace("-ra", '-ra -k "not total"'), "pytest.ini:2 error"),
    _example(
        "deselected",
        "pytest.ini",
        _INI,
        _INI.replace("-ra", "-ra --deselect tests/test_total.py::test_total"),
        "pytest.ini:2 error",
    ),
    _example("ignored", "pytest.ini", _INI, _INI.replace("-ra", "-ra --ignore=tests/api"), "pytest.ini:2 error"),
    _example("testpaths", "pytest.ini", _INI, _INI.replace("tests\n", "tests/unit\n"), "pytest.ini:3 error"),
    _example(
        "addopts names one file",
        "pytest.ini",
        _INI,
        _INI.replace("-ra", "-ra tests/test_total.py"),
        "pytest.ini:2 error",
    ),
    _example(
        "addopts are read from another file",
        "pytest.ini",
        _INI,
        _INI.replace("-ra", "-ra @pytest.args"),
        "pytest.ini:2 error",
        more={"pytest.args": "--deselect=tests/test_total.py::test_total\n"},
    ),
    _example("addopts name all tests", "pytest.ini", _INI, _INI.replace("-ra", "-ra tests")),
    _example("names of files", "pytest.ini", _INI, _INI + "python_files = test_t*.py\n", "pytest.ini:4 error"),
    _example("names of tests", "pytest.ini", _INI, _INI + "python_functions = test_s*\n", "pytest.ini:4 error"),
    _example("by marker", "pytest.ini", _INI, _INI.replace("-ra", '-ra -m "not slow"'), "pytest.ini:2 warning"),
    _example("nothing is run", "pytest.ini", _INI, _INI.replace("-ra", "--co"), "pytest.ini:2 error"),
    _example("by the last run", "pytest.ini", _INI, _INI.replace("-ra", "-ra --lf"), "pytest.ini:2 warning"),
    _example(
        "by the last run, as the repository tells it",
        "pytest.ini",
        _INI,
        _INI.replace("-ra", "-ra --lf"),
        "pytest.ini:2 error",
        more={".pytest_cache/v/cache/lastfailed": '{"tests/test_total.py::test_total": true}\n'},
    ),
    _example(
        "nothing of Python is collected",
        "pytest.ini",
        _INI,
        _INI.replace("-ra", "-p no:python"),
        "pytest.ini:2 error",
    ),
    _example("only help is shown", "pytest.ini", _INI, _INI.replace("-ra", "-h"), "pytest.ini:2 error"),
    _example(
        "a new test is left out by the name of its file",
        "pytest.ini",
        _INI,
        _INI + "python_files = test_total.py test_parts.py test_shop.py\n",
        "pytest.ini:4 error",
        more={"tests/test_refund.py": "def test_refund():\n    assert total([-1]) == -1\n"},
    ),
    _example(
        "a new folder of tests that CI runs by itself",
        "pytest.ini",
        _INI,
        _INI + "norecursedirs = browser\n",
        "pytest.ini:4 note",
        more={
            "tests/browser/test_page.py": "def test_page():\n    assert total([1]) == 1\n",
            ".github/workflows/ci.yml": _CI.replace("--cov=shop tests", "tests/browser"),
        },
    ),
    _example(
        "another file's settings count",
        "tox.ini",
        _INI.replace("-ra", "-ra --strict-markers"),
        _INI.replace("-ra", "-ra --strict-markers"),
        "pytest.ini:1 warning",
        more={"pytest.ini": "[pytest]\n"},
    ),
    _example(
        "coverage is not measured",
        "pyproject.toml",
        _COVERED,
        "[tool.pytest.ini_options]\n",
        "pyproject.toml:1 warning",
    ),
    _example(
        "CI does not measure coverage",
        ".github/workflows/ci.yml",
        _CI,
        _CI.replace("--cov=shop ", ""),
        ".github/workflows/ci.yml:5 warning",
    ),
    _example(
        "CI tells pytest more by a variable",
        ".github/workflows/ci.yml",
        _CI,
        _CI.replace("    steps", "    env:\n      PYTEST_ADDOPTS: --co\n    steps"),
        ".github/workflows/ci.yml:7 error",
    ),
    _example(
        "make runs some paths",
        "Makefile",
        _MAKE,
        _MAKE.replace("pytest", "pytest tests/unit"),
        "Makefile:2 warning",
    ),
    _example(
        "unexpected passes are accepted",
        "pytest.ini",
        _INI + "xfail_strict = true\n",
        _INI + "xfail_strict = false\n",
        "pytest.ini:4 warning",
    ),
    _example("warnings are no errors", "pytest.ini", _INI + "filterwarnings = error\n", _INI, "pytest.ini:3 warning"),
    _example(
        "slow tests have a run of their own",
        "Makefile",
        _MAKE,
        'test:\n\tpytest -m "not slow"\nslow:\n\tpytest -m slow\n',
    ),
    _example(
        "the run is split",
        "Makefile",
        _MAKE,
        "test:\n\tpytest tests/unit\n\tpytest tests/api tests/test_total.py\n",
    ),
    _example(
        "jobs share what one ran: what it ignores now, others run by path and by the names of files",
        ".github/workflows/ci.yml",
        _CI,
        _CI.replace("tests\n", "tests --ignore=tests/api/ --ignore=tests/unit/test_parts.py --ignore=tests/data\n")
        + "  api:\n    steps:\n      - run: pytest tests/api/test_shop.py\n"
        "  parts:\n    steps:\n      - run: pytest tests -k _parts\n",
    ),
    _example(
        "a target of its own, beside one that runs everything",
        "Makefile",
        "test:\n\tpytest\npart:\n\tpytest $(part)\n",
        "test-unit:\n\tpytest\ntest-api:\n\tpytest tests/api\n",
    ),
    _example(
        "and one that no job runs",
        ".github/workflows/ci.yml",
        _CI,
        _CI.replace("tests\n", "tests --ignore=tests/api/ --ignore=tests/unit/test_parts.py\n")
        + "  api:\n    steps:\n      - run: pytest tests/api/test_shop.py\n",
        ".github/workflows/ci.yml:5 error",
    ),
    _example(
        "a command only lists tests, and another runs them",
        ".github/workflows/ci.yml",
        _CI,
        _CI.replace("tests\n", "tests --collect-only\n") + "  unit:\n    steps:\n      - run: pytest tests -n 4\n",
        ".github/workflows/ci.yml:5 warning",
    ),
    _example(
        "a command only lists tests",
        ".github/workflows/ci.yml",
        _CI,
        _CI.replace("tests\n", "tests --collect-only\n"),
        ".github/workflows/ci.yml:5 error",
    ),
    _example("no class has such a name", "pytest.ini", _INI, _INI + "python_classes = *Test\n"),
    _example("more is run", "pytest.ini", _INI.replace("tests\n", "tests/unit\n"), _INI),
    _example("it stops at the first failure", "pytest.ini", _INI, _INI.replace("-ra", "-ra -x")),
    _example("a folder of no tests is ignored", "pytest.ini", _INI, _INI.replace("-ra", "-ra --ignore=build")),
    _example(
        "coverage is measured elsewhere",
        "pyproject.toml",
        _COVERED,
        "[tool.pytest.ini_options]\n",
        more={"Makefile": "test:\n\tpytest --cov=shop\n"},
    ),
    _example(
        "pytest 9 is strict in one word",
        "pytest.ini",
        _INI.replace("-ra", "-ra --strict-markers") + "xfail_strict = true\n",
        _INI + "strict = true\n",
    ),
    _example("the settings moved", "tox.ini", _INI, "", more={"pytest.ini": _INI}),
)
