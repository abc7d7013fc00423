"""The examples of xfailed-test."""

from __future__ import annotations

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

_API = "def load(path):\n    return open(path).read()\n"
_HEAD = "import sys\n\nimport pytest\nfrom app import load\n\n\n"
_TEST = 'def test_load(tmp_path):\n    (tmp_path / "a").write_text("x")\n    assert load(tmp_path / "a") == "x"\n'
_MISSING = "\n\ndef test_missing():\n    with pytest.raises(OSError):\n        load('none')\n"
_CASES = (
    'def test_load(text, tmp_path):\n    (tmp_path / "a").write_text(text)\n    assert load(tmp_path / "a") == text\n'
)


def _example(title: str, before: str, after: str, *expect: str, evidence: Evidence | None = None) -> Example:
    """An example with one product file and one test file."""
    return Example(
        title,
        before={"app.py": _API, "tests/test_app.py": _HEAD + before},
        after={"app.py": _API, "tests/test_app.py": _HEAD + after},
        expect=expect,
        evidence=evidence,
    )


def _ran(outcome: Outcome) -> Evidence:
    """A run of the one test."""
    path = "tests/test_app.py"
    return Evidence((TestOutcome(f"{path}::test_load", path, 8, "test_load", outcome),), tracer="sys.monitoring")


def _example_of_new_code(title: str, runners: tuple[int, ...], level: str) -> Example:
    """A new function of the product that the tests `runners` run, of which the first fails as expected."""
    path = "tests/test_app.py"
    tests = (
        TestOutcome(f"{path}::test_size", path, 13, "test_size", Outcome.XFAILED),
        TestOutcome(f"{path}::test_load", path, 7, "test_load", Outcome.PASSED),
    )
    size = "@pytest.mark.xfail\ndef test_size():\n    assert app.size('a') == 1\n"
    return Example(
        title,
        before={"app.py": _API, path: _HEAD + _TEST},
        after={
            "app.py": f"{_API}\n\ndef size(path):\n    return len(path) - 1\n",
            path: f"{_HEAD}{_TEST}\n\n{size}",
        },
        expect=(f"{path}:12 {level}",),
        evidence=Evidence(tests, {"app.py": LineHits({6: runners})}, tracer="sys.monitoring"),
    )


EXAMPLES = (
    _example(
        "expected to fail always",
        _TEST,
        f'@pytest.mark.xfail(reason="not yet migrated, see issue 12")\n{_TEST}',
        "tests/test_app.py:7 error",
    ),
    _example(
        "the same words on two tests",
        _TEST + _MISSING,
        f"@pytest.mark.xfail(reason='known')\n{_TEST}\n\n@pytest.mark.xfail(reason='known')\n{_MISSING.lstrip()}",
        "tests/test_app.py:7 error",
    ),
    _example(
        "in unittest's words",
        f"import unittest\n\n\n{_TEST}",
        f"import unittest\n\n\n@unittest.expectedFailure\n{_TEST}",
        "tests/test_app.py:10 error",
    ),
    _example(
        "a condition that is always true",
        _TEST,
        f'@pytest.mark.xfail(sys.version_info >= (3, 6), reason="changed")\n{_TEST}',
        "tests/test_app.py:7 error",
    ),
    _example(
        "the whole file",
        _TEST,
        f"pytestmark = [pytest.mark.xfail]\n\n\n{_TEST}",
        "tests/test_app.py:7 error",
    ),
    _example(
        "it gives itself up when the result is wrong",
        _TEST,
        'def test_load(tmp_path):\n    (tmp_path / "a").write_text("x")\n    text = load(tmp_path / "a")\n'
        '    if text != "x":\n        pytest.xfail("not ready")\n    assert text == "x"\n',
        "tests/test_app.py:11 error",
    ),
    _example(
        "one of its cases",
        f'@pytest.mark.parametrize("text", ["x", "é"])\n{_CASES}',
        '@pytest.mark.parametrize("text", ["x", pytest.param("é", marks=pytest.mark.xfail(strict=True))])\n' + _CASES,
        "tests/test_app.py:7 error",
    ),
    _example(
        "the run shows that it fails now",
        _TEST,
        f'@pytest.mark.xfail(reason="flaky")\n{_TEST}',
        "tests/test_app.py:7 error",
        evidence=_ran(Outcome.XFAILED),
    ),
    _example(
        "a new test may pass or fail, and nobody says why",
        _TEST,
        f"{_TEST}\n\n@pytest.mark.xfail\ndef test_empty():\n    assert load('e') == ''\n",
        "tests/test_app.py:12 warning",
    ),
    _example_of_new_code("a new test fails, and no other one runs the new code", (0,), "error"),
    _example_of_new_code("a new test fails, and another one runs the new code too", (0, 1), "warning"),
    _example(
        "it may pass now",
        f'@pytest.mark.xfail(reason="issue 12", strict=True)\n{_TEST}',
        f'@pytest.mark.xfail(reason="issue 12")\n{_TEST}',
        "tests/test_app.py:7 warning",
    ),
    Example(
        "the only test of a fix is expected to fail",
        before={"app.py": _API},
        after={
            "app.py": _API.replace("open(path)", "open(path, encoding='utf-8')"),
            "tests/test_app.py": f'{_HEAD}@pytest.mark.xfail(reason="environment")\n{_TEST}',
        },
        expect=("tests/test_app.py:7 warning",),
    ),
    _example(
        "a platform",
        _TEST,
        f'@pytest.mark.xfail(sys.platform == "win32", reason="locks the file")\n{_TEST}',
    ),
    _example(
        "a version",
        _TEST,
        f'@pytest.mark.xfail(sys.version_info >= (3, 14), reason="changed there")\n{_TEST}',
    ),
    Example(
        "a version that a suite still written for Python 2 has yet to meet",
        before={"tests/test_app.py": f"from __future__ import unicode_literals\n\n{_HEAD}{_TEST}"},
        after={
            "tests/test_app.py": f"from __future__ import unicode_literals\n\n{_HEAD}"
            f'@pytest.mark.xfail(sys.version_info >= (3, 7), reason="no longer parsed")\n{_TEST}'
        },
    ),
    _example(
        "a new test that documents a known defect",
        _TEST,
        f"{_TEST}\n\n@pytest.mark.xfail(reason='issue 12', strict=True)\ndef test_empty():\n"
        "    assert load('e') == ''\n",
    ),
    _example(
        "it was skipped, now it runs at least",
        f'@pytest.mark.skip(reason="flaky")\n{_TEST}',
        f'@pytest.mark.xfail(reason="flaky")\n{_TEST}',
    ),
    _example(
        "it was expected to fail already, in other words",
        f"@pytest.mark.xfail\n{_TEST}",
        f'@pytest.mark.xfail(reason="issue 12", strict=True)\n{_TEST}',
    ),
    _example(
        "a new case that does not work yet",
        f'@pytest.mark.parametrize("text", ["x"])\n{_CASES}',
        '@pytest.mark.parametrize("text", ["x", pytest.param("é", marks=pytest.mark.xfail(reason="#3"))])\n' + _CASES,
    ),
    _example("a condition that is never true", _TEST, f'@pytest.mark.xfail(False, reason="kept")\n{_TEST}'),
    _example("the mark went away", f"@pytest.mark.xfail(strict=True)\n{_TEST}", _TEST),
)
