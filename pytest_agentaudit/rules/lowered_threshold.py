"""The rule lowered-threshold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_agentaudit.facts.gates.model import Bar, Lowered, Measure
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

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


class LoweredThreshold(Rule):
    """A number that the code had to reach, or could not exceed, demands less than before.

    Coverage that fails the run, pylint's score, the share of documented code, the score of mutants, limits on
    complexity and size: in settings of pytest, coverage.py, ruff, flake8, pylint, interrogate and Codecov, and as
    options of commands in CI and tasks. What counts is the effective value: a number that only moved is the same, one
    that went up is silent, one that is gone demands nothing.

    Level: error for coverage and scores; warning for limits on complexity and size, for a service's status, and where
    the tool left the project with its number; note for time limits, and where another place still demands as much.

    Why: the bar was there so that a change cannot get below it; one that lowers it passes by itself.
    Fix: put the number back, and bring the change above it.
    Not a fix: a smaller step down, or the same number where nothing reads it.
    """

    name = "lowered-threshold"
    family = Family.GATES
    level = Level.ERROR
    examples = (
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
        _example(
            "functions may be more complex", "setup.cfg", _FLAKE8, _FLAKE8.replace("10", "25"), "setup.cfg:2 warning"
        ),
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
        _example(
            "limits are looser than a house's own, but new", "ruff.toml", "line-length = 99\n", "line-length = 120\n"
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each demand, wherever it is written down."""
        by_cause: dict[object, list[Lowered]] = defaultdict(list)
        for it in audit.delta.gates.bars:
            value = it.new.value if it.new else None
            by_cause[it.old.group, it.old.value, value].append(it)
        for members in by_cause.values():
            yield self._found(audit, members)

    def _found(self, audit: Audit, members: Sequence[Lowered]) -> Finding:
        places = [_place(audit, it) for it in members]
        first = members[0]
        old, new = first.old, first.new
        now = f"became {_shown(new)}" if new else "is gone"
        evidence = {"base": f"{old.path}: {_shown(old)}", "head": f"{new.path}: {_shown(new)}" if new else "no number"}
        if first.same_elsewhere:
            evidence["still demanded"] = first.same_elsewhere
        return self.finding(
            places[0],
            f"`{_shown(old)}` {now}: {_meaning(old, new)}.",
            level=_level(first),
            evidence=evidence,
            fix="put the number back, and change the code or its tests until they reach it",
            not_a_fix="a smaller step in the same direction, or the number where nothing reads it",
            related=tuple(places[1:]),
        )


def _place(audit: Audit, it: Lowered) -> Location:
    if it.new:
        return Location(it.new.path, it.new.line)
    return Location(*audit.delta.gates.places.head(it.old.path, it.old.line))


def _shown(bar: Bar) -> str:
    joint = " " if " --" in bar.key else " = "
    return f"{bar.key}{joint}{bar.value:g}"


def _meaning(old: Bar, new: Bar | None) -> str:
    subject = {
        Measure.COVERAGE: "less of the code has to be covered",
        Measure.SCORE: "a lower score passes",
        Measure.COMPLEXITY: "functions may be more complex",
        Measure.SIZE: "functions may be larger",
        Measure.TIME: "tests may take longer",
        Measure.REMOTE: "the service accepts less",
    }
    return subject[old.measure] if new or old.measure is not Measure.COVERAGE else "no coverage is demanded any more"


def _level(it: Lowered) -> Level:
    if it.old.measure is Measure.TIME or it.same_elsewhere or it.old.key.endswith(".threshold"):
        return Level.NOTE
    grave = it.old.measure in {Measure.COVERAGE, Measure.SCORE} and not it.tool_gone
    return Level.ERROR if grave else Level.WARNING
