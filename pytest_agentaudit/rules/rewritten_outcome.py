"""The rule rewritten-outcome."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.harness import GOOD, OUTCOME, PATCH, REPORTS, RUNNERS, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Harness,
    Level,
    Location,
    Needs,
    NotJudged,
    Overruled,
    RepositoryPlugin,
)
from pytest_agentaudit.outside import Canary, Outside
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.bent_run import (
    capped,
    copies,
    culprits,
    merged,
    new_ones,
    place,
    replaced_here,
    seen,
    shown,
)
from pytest_agentaudit.rules.outside import Lie, by_outside

_HEAD = "import pytest\n\n\n"
_WRAPPER = "@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n"
_REWRITES = _HEAD + _WRAPPER + "    report = outcome.get_result()\n    report.outcome = 'passed'\n"
_RECIPE = _HEAD + _WRAPPER + "    report = outcome.get_result()\n    setattr(item, 'rep_' + report.when, report)\n"
_FIXTURE = "import pytest\n\n\n@pytest.fixture\ndef shop():\n    return object()\n"
_TEST = "def test_total():\n    assert total([1]) == 1\n"


def _example(title: str, after: str, *expect: str, before: str = _FIXTURE, evidence: Evidence | None = None) -> Example:
    """A change of the conftest."""
    return Example(
        title,
        before={"conftest.py": before, "tests/test_shop.py": _TEST},
        after={"conftest.py": after, "tests/test_shop.py": _TEST},
        expect=expect,
        evidence=evidence,
    )


_LIE = Evidence(
    harness=Harness(
        overruled=(
            Overruled(
                "tests/test_shop.py::test_total", "tests/test_shop.py", "test_total", "AssertionError: ", "passed"
            ),
        ),
        plugins=(RepositoryPlugin("conftest.py", ("pytest_runtest_makereport",)),),
    )
)


class RewrittenOutcome(Rule):
    """Code of the repository changes what pytest reports of a test.

    Hooks that set a report's outcome, clear the exception of a call, catch what a test raises or answer in the place of
    pytest's own status; functions of pytest that make reports, replaced.

    Level: error where a test that raised was reported as something else in this run, or where the outcome is set to
    passed whatever happened, or just where it failed; warning where an option, a mark or something else decides; note
    for a plugin's own words, such as "rerun". Hooks that only look at the report are silent.

    Why: the suite is green whatever the tests find.
    Fix: leave the outcome alone, and mend the test or the code. For a known failure, mark that test as xfail with a
    reason.
    Not a fix: setting another attribute of the report, or doing the same in a plugin.
    """

    name = "rewritten-outcome"
    family = Family.HARNESS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = (
        _example(
            "a test that must fail did not",
            _FIXTURE + "\nimport shop_bend\n",
            "conftest.py:1 error",
            evidence=Evidence(
                outside=Outside(canaries=(Canary("tests/test_x.py", must_fail=True, ran=True, said="passed"),))
            ),
        ),
        _example(
            "a test that must fail did",
            _FIXTURE + "\nimport shop_setup\n",
            evidence=Evidence(
                outside=Outside(canaries=(Canary("tests/test_x.py", must_fail=True, ran=True, said="failed"),))
            ),
        ),
        _example("a wrapper that sets it", _REWRITES, "conftest.py:8 error"),
        _example(
            "new style, and only for failures",
            _HEAD + "@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_makereport(item, call):\n"
            "    report = yield\n    if report.failed:\n        report.outcome = 'passed'\n"
            "        report.longrepr = None\n"
            "    return report\n",
            "conftest.py:8 error",
        ),
        _example(
            "the exception is forgotten",
            "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n",
            "conftest.py:2 error",
        ),
        _example(
            "through the dictionary",
            "def pytest_runtest_logreport(report):\n    report.__dict__['outcome'] = 'passed'\n",
            "conftest.py:2 error",
        ),
        _example(
            "the status says so of all",
            "def pytest_report_teststatus(report, config):\n    return 'passed', '.', 'PASSED'\n",
            "conftest.py:2 error",
        ),
        _example(
            "a wrapper that swallows what the test raises",
            _HEAD + "@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_call(item):\n    try:\n        return (yield)\n"
            "    except AssertionError:\n        return None\n",
            "conftest.py:8 error",
        ),
        _example(
            "pytest's own function is replaced",
            "from _pytest.reports import TestReport\n\n_made = TestReport.from_item_and_call\n\n\n"
            "@classmethod\ndef _make(cls, item, call):\n    report = _made(item, call)\n    report.outcome = 'passed'\n"
            "    return report\n\n\nTestReport.from_item_and_call = _make\n",
            "conftest.py:9 error",
        ),
        _example(
            "an option decides",
            _HEAD + _WRAPPER + "    report = outcome.get_result()\n    if item.config.getoption('--lenient'):\n"
            "        report.outcome = 'passed'\n",
            "conftest.py:9 warning",
        ),
        _example(
            "the run shows it, in whatever words",
            _HEAD + _WRAPPER + "    mend(outcome.get_result())\n",
            "conftest.py:1 error",
            evidence=_LIE,
        ),
        _example("the recipe of pytest's manual", _RECIPE),
        Example(
            "the same hook in every folder",
            before={"tests/a/test_shop.py": _TEST, "tests/b/test_shop.py": _TEST},
            after={
                "tests/a/conftest.py": _REWRITES,
                "tests/a/test_shop.py": _TEST,
                "tests/b/conftest.py": _REWRITES,
                "tests/b/test_shop.py": _TEST,
            },
            expect=("tests/a/conftest.py:8 error",),
        ),
        _example(
            "a failure is made of a passed test",
            _HEAD + _WRAPPER + "    report = outcome.get_result()\n    if report.passed and item.leaks:\n"
            "        report.outcome = 'failed'\n",
        ),
        _example(
            "more text in a report",
            _HEAD + _WRAPPER + "    report = outcome.get_result()\n    if report.failed:\n"
            "        report.sections.append(('log', item.log))\n",
        ),
        _example(
            "a letter of its own for passed tests",
            "def pytest_report_teststatus(report):\n    if report.passed and report.when == 'call':\n"
            "        return 'passed', '+', 'OK'\n",
        ),
        _example("an old one", _REWRITES + "\n\nLIMIT = 3\n", before=_REWRITES),
        Example(
            "a test of a plugin makes reports",
            before={"tests/test_plugin.py": "LIMIT = 3\n"},
            after={
                "tests/test_plugin.py": "import pytest\n\n\ndef test_summary():\n"
                "    report = pytest.TestReport('a', ('a.py', 0, 'a'), {}, 'passed', None, 'call')\n"
                "    assert summary([report]) == '1 passed'\n"
            },
        ),
        _example("in a string", "SAMPLE = '''\n" + _REWRITES.replace("'", '"') + "'''\n"),
        Example(
            "an outcome of the product's own",
            before={"shop/order.py": "class Order:\n    outcome = ''\n"},
            after={
                "shop/order.py": "class Order:\n    outcome = ''\n\n    def close(self):\n"
                "        self.outcome = 'passed'\n"
            },
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each definition and its copies; one for a run that shows what no spelling does."""
        found = False
        for (file, group), *others in copies(merged(self._static(audit))):
            first = min(group, key=lambda it: (_level(it).rank, it.line))
            level = min((capped(it, _level(first)) for it, _ in ((file, group), *others)), key=lambda it: it.rank)
            proof = _proof(audit)
            found = found or level is not Level.NOTE
            yield self.finding(
                place(file, first),
                _message(first),
                level=Level.ERROR if proof else level,
                evidence={"head": first.text, **({"proof": proof} if proof else {})},
                fix="leave the outcome to pytest; mark a known failure as xfail, with its reason",
                not_a_fix="another attribute of the report, the same in a plugin",
                related=(
                    *(place(file, it) for it in group if it is not first),
                    *(place(copy, its[0]) for copy, its in others),
                ),
            )
        if not found:
            said = tuple(self._by_run(audit))
            yield from said or by_outside(self, audit, Lie.OUTCOME, "leave the outcome to pytest")

    @staticmethod
    def _static(audit: Audit) -> Iterator[tuple[FileDelta, Occurrence]]:
        for file, it in new_ones(audit, OUTCOME):
            if _says_something(it):
                yield file, it
        made = {file.path for file, it in new_ones(audit, OUTCOME) if _says_something(it)}
        for file, it in new_ones(audit, PATCH):
            if it.details["part"] == "report" and file.path not in made:
                yield file, it

    def _by_run(self, audit: Audit) -> Iterator[Finding]:
        """A test that raised was reported as something else, and a changed file had a hand in its reports."""
        run = seen(audit)
        if run is None or not run.overruled:
            return
        places = [Location(it.path, it.line) for it in replaced_here(audit)]
        places += [Location(path) for path in culprits(audit, REPORTS | RUNNERS)]
        if places:
            yield self.finding(
                places[0],
                f"{shown(it.node_id for it in run.overruled)} raised and was reported as {run.overruled[0].said}.",
                evidence={"proof": _proof(audit)},
                fix="leave the outcome to pytest; mark a known failure as xfail, with its reason",
                not_a_fix="another attribute of the report, the same in a plugin",
                related=tuple(places[1:]),
            )


def _says_something(it: Occurrence) -> bool:
    """Whether an occurrence makes a result better than it was."""
    value, asked, hook = (it.details[key] for key in ("value", "asked", "hook"))
    if value not in GOOD and value != "computed":
        return False
    if hook == "pytest_report_teststatus" and asked not in {Asked.NOTHING, Asked.FAILED, Asked.NAME}:
        return False
    return asked not in {Asked.PASSED, Asked.MAIN} and not (value == "computed" and not hook)


def _level(it: Occurrence) -> Level:
    if it.kind == PATCH:
        return Level.ERROR
    value, asked = it.details["value"], it.details["asked"]
    if value in {"computed", "rerun"}:
        return Level.NOTE
    if value == "passed" and asked in {Asked.NOTHING, Asked.FAILED, Asked.NAME}:
        return Level.WARNING if "summary's list" in it.details["what"] else Level.ERROR
    return Level.WARNING


def _message(it: Occurrence) -> str:
    if it.kind == PATCH:
        return f"`{it.details['target']}` is replaced: pytest's reports are made by code of the repository."
    hook = f"`{it.details['hook']}`" if it.details["hook"] else "code of the repository"
    when = {
        Asked.NOTHING: "whatever happened",
        Asked.FAILED: "where a test failed",
        Asked.NAME: "for tests chosen by name",
    }
    value = it.details["value"]
    becomes = "is made anew" if value == "computed" else f"becomes {value}"
    return f"In {hook} {it.details['what']} {becomes} {when.get(Asked(it.details['asked']), 'under a condition')}."


def _proof(audit: Audit) -> str:
    run = seen(audit)
    if run is None or not run.overruled:
        return ""
    first = run.overruled[0]
    tests = shown(it.node_id for it in run.overruled)
    return f"in this run {tests} raised ({first.raised}) and was reported as {first.said}"
