"""The rule narrowed-run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pytest_agentaudit.facts.gates.model import Left, Narrowed
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

SHOWN = 3
"""How many names a text lists."""

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


class NarrowedRun(Rule):
    """pytest was told to run fewer tests, or to mind less of what they show.

    Read are pytest's effective settings, by its own precedence of files, and the words of the commands that start it
    in CI, tox, nox, Makefiles and scripts: selection by name or marker, deselected tests, ignored files, paths and
    patterns of names that shrank, a new settings file that takes the place of the old one, coverage that is no longer
    measured, a plugin switched off, `xfail_strict` and warnings as errors given up.

    Level: error where tests that exist are left out by name, path or pattern, or by a record of the last run that is in
    the repository, where nothing is run at all, and where coverage is no longer measured although it is demanded;
    warning for markers, for paths that a command named, and for strictness that was given up; note where another
    command runs what is left out, or only new tests have the marker.

    Why: a test that is not run cannot fail. The run stays green and looks complete.
    Fix: run the tests, and mend those that fail; give slow ones a run of their own in the same change.
    Not a fix: a marker that nobody selects.
    """

    name = "narrowed-run"
    family = Family.GATES
    level = Level.WARNING
    examples = (
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
        _example(
            "warnings are no errors", "pytest.ini", _INI + "filterwarnings = error\n", _INI, "pytest.ini:3 warning"
        ),
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

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each option, path or setting, wherever it is written down."""
        by_cause: dict[tuple[Left, str], list[Narrowed]] = defaultdict(list)
        for it in audit.delta.gates.selection:
            by_cause[it.how, it.what].append(it)
        for members in by_cause.values():
            yield self._found(audit, members)

    def _found(self, audit: Audit, members: Sequence[Narrowed]) -> Finding:
        first = members[0]
        evidence = {"base": first.old or "(nothing)", "head": first.new or "(nothing)"}
        if first.files:
            shown = ", ".join(first.files[:SHOWN])
            evidence["told by" if first.how is Left.LAST else "left out"] = shown + (
                f" and {len(first.files) - SHOWN} more" if len(first.files) > SHOWN else ""
            )
        if first.elsewhere:
            evidence["elsewhere"] = first.elsewhere
        return self.finding(
            Location(first.path, first.line),
            _message(first),
            level=_level(audit, first),
            evidence=evidence,
            fix=_FIXES.get(first.how, "run these tests again, and mend those that fail"),
            not_a_fix="a marker that nobody selects",
            related=tuple(Location(it.path, it.line) for it in members[1:]),
        )


_FIXES = {
    Left.COVERAGE: "measure coverage again, in this command or in another that CI runs",
    Left.XFAIL: "keep xfail_strict, and take the mark from tests that pass",
    Left.WARNINGS: "keep warnings as errors, and name the one that cannot be mended",
    Left.STRICT: "keep the option, and declare the markers",
    Left.SHADOWED: "put the new settings into the file that counted, and remove the other",
    Left.PLUGIN: "keep the plugin, and mend what it reports",
}


def _message(it: Narrowed) -> str:
    named = f"`{it.what}`"
    texts = {
        Left.COVERAGE: f"Coverage is no longer measured: {named} is gone."
        if not it.new or it.of_command
        else f"Coverage is no longer measured: {named} was added.",
        Left.SHADOWED: f"{it.path} now takes the place of the settings in {named}, which pytest reads no more.",
        Left.XFAIL: f"Tests that pass unexpectedly no longer fail: {named} was {it.old}.",
        Left.WARNINGS: f"Warnings no longer fail a test: {named} is gone.",
        Left.STRICT: f"Misspelled markers or settings no longer fail the run: {named} is gone.",
        Left.PLUGIN: f"A plugin was switched off: {named}.",
        Left.LAST: f"pytest leaves out tests by how the last run ended, which a file tells: {named}.",
        Left.COLLECT: f"{'This command' if it.elsewhere else 'pytest'} runs no test any more: {named}.",
    }
    if it.how in texts:
        return texts[it.how]
    count = f", {len(it.files)} files of the base among them" if len(it.files) > 1 else ""
    return f"pytest runs less than before: {named} {_verb(it)}{count}."


def _verb(it: Narrowed) -> str:
    if it.how is Left.PATHS and it.of_command:
        return "is no longer run by this command"
    return "leaves tests out" if it.how in {Left.PATHS, Left.PATTERNS} else "was added"


_BY_HAND = frozenset({Left.EXPRESSION, Left.DESELECTED, Left.IGNORED, Left.COLLECT})


def _level(audit: Audit, it: Narrowed) -> Level:
    if it.how is Left.COLLECT and it.elsewhere:
        return Level.WARNING
    if it.elsewhere or it.how is Left.STRICT:
        return Level.NOTE
    if (
        it.how in _BY_HAND
        or (it.how is Left.LAST and it.files)
        or (it.how in {Left.PATHS, Left.PATTERNS} and it.files and not it.of_command)
    ):
        return Level.ERROR
    if it.how is Left.MARKER:
        return Level.WARNING if it.files or not it.markers else Level.NOTE
    if it.how is Left.COVERAGE:
        demanded = audit.delta.old_settings.get("coverage.report.fail_under")
        return Level.ERROR if demanded and demanded.value else Level.WARNING
    return Level.WARNING
