"""The examples of lowered-threshold."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_CODE = "def total(items):\n    return sum(items)\n"
_REPORT = "[tool.coverage.report]\nfail_under = 90\n"
_CI = "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: pytest --cov=shop --cov-fail-under=90\n"
_PYTEST = '[tool.pytest.ini_options]\naddopts = "--cov=shop --cov-fail-under=90"\n'
_FLAKE8 = "[flake8]\nmax-complexity = 10\nselect = E,F,C90\n"


def _example(
    title: str, path: str, before: str, after: str | None, *expect: str, more: tuple[str, str] | None = None
) -> Example:
    """An example in which one settings file changes; `more` is a second file, as head has it."""
    old = {"shop/total.py": _CODE, path: before}
    new = {"shop/total.py": _CODE} | ({} if after is None else {path: after}) | (dict([more]) if more else {})
    return Example(title, old, new, expect)


EXAMPLES = (
    _example("coverage may fall", "pyproject.toml", _REPORT, _REPORT.replace("90", "60"), "pyproject.toml:2 error"),
    _example(
        "coverage is no longer demanded",
        "pyproject.toml",
        _REPORT + "show_missing = true\n",
        "[tool.coverage.report]\nshow_missing = true\n",
        "pyproject.toml:2 error",
    ),
    _example(
        "an option of addopts",
        "pyproject.toml",
        _PYTEST,
        _PYTEST.replace("90", "50"),
        "pyproject.toml:2 error",
    ),
    _example(
        "an option of addopts takes the place of the setting",
        ".coveragerc",
        "[report]\nfail_under = 90\n",
        "[report]\nfail_under = 90\n",
        "pytest.ini:2 error",
        more=("pytest.ini", "[pytest]\naddopts = --cov --cov-fail-under=10\n"),
    ),
    _example(
        "an option of CI's command",
        ".github/workflows/ci.yml",
        _CI,
        _CI.replace("=90", "=40"),
        ".github/workflows/ci.yml:6 error",
    ),
    _example(
        "the option of CI's command is gone",
        ".github/workflows/ci.yml",
        _CI,
        _CI.replace(" --cov-fail-under=90", ""),
        ".github/workflows/ci.yml:6 error",
    ),
    _example("functions may be more complex", "setup.cfg", _FLAKE8, _FLAKE8.replace("10", "25"), "setup.cfg:2 warning"),
    _example(
        "pylint's score",
        ".pylintrc",
        "[MAIN]\nfail-under=9.5\n",
        "[MAIN]\nfail-under=7\n",
        ".pylintrc:2 error",
    ),
    _example(
        "a target of Codecov",
        "codecov.yml",
        "coverage:\n  status:\n    project:\n      default:\n        target: 90%\n",
        "coverage:\n  status:\n    project:\n      default:\n        target: 70%\n",
        "codecov.yml:5 warning",
    ),
    _example(
        "Codecov only informs",
        "codecov.yml",
        "coverage:\n  status:\n    project:\n      default:\n        target: 90%\n",
        "coverage:\n  status:\n    project:\n      default:\n        target: 90%\n        informational: true\n",
        "codecov.yml:6 warning",
    ),
    _example("coverage has to rise", "pyproject.toml", _REPORT, _REPORT.replace("90", "95")),
    _example(
        "the number moved to another file",
        "pyproject.toml",
        _REPORT,
        '[project]\nname = "shop"\n',
        more=(".coveragerc", "[report]\nfail_under = 90\n"),
    ),
    _example(
        "the number moved from the settings into CI's command",
        "pyproject.toml",
        _REPORT + "show_missing = true\n",
        "[tool.coverage.report]\nshow_missing = true\n",
        more=(".github/workflows/ci.yml", _CI),
    ),
    _example(
        "a test may take longer",
        "pytest.ini",
        "[pytest]\ntimeout = 10\n",
        "[pytest]\ntimeout = 60\n",
    ),
    _example(
        "CI may take longer",
        ".github/workflows/ci.yml",
        _CI,
        _CI.replace("test:", "test:\n    timeout-minutes: 30"),
    ),
    _example(
        "flake8 made way for ruff",
        "setup.cfg",
        _FLAKE8,
        None,
        more=("ruff.toml", 'lint.select = ["E", "F", "C90"]\n'),
    ),
    _example("limits are looser than a house's own, but new", "ruff.toml", "line-length = 99\n", "line-length = 120\n"),
)
