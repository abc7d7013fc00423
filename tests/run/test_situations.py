"""The audit in all that people run pytest with: a row each, over one and the same change.

It has one finding that is known without a run (`added-suppression`), and one that only a run of the whole suite can
show (`untested-change`). Whatever is run, the first fails the run, the second is found or not judged, reports hold what
is found, and nobody's memory of failed tests does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest

from tests.support.audited import SETTINGS, SHOP, TEST_SHOP, Project, Run
from tests.support.editor import ENTRY, Editor

TEST_MORE = """\
import os

import pytest
from shop import total


def test_breaks():
    if os.environ.get("BREAKS") == "interrupted":
        raise KeyboardInterrupt
    assert "BREAKS" not in os.environ


@pytest.mark.slow
def test_slow():
    assert total([5]) == 5
"""
BASE = {
    "pyproject.toml": f'{SETTINGS}markers = ["slow"]\n',
    "src/shop.py": SHOP,
    "tests/test_more.py": TEST_MORE,
    "tests/test_shop.py": TEST_SHOP,
}
CHANGE = {
    "src/shop.py": SHOP.replace("(items)\n", "(items)  # noqa\n") + "\n\ndef discount(value):\n    return value\n"
}
BREAKS, SLOW, TOTAL = (
    "tests/test_more.py::test_breaks",
    "tests/test_more.py::test_slow",
    "tests/test_shop.py::test_total",
)
STATIC, EVIDENCE = "added-suppression", "untested-change"
WHOLE, PART = (STATIC, EVIDENCE), (STATIC,)
BROKEN = {"BREAKS": "1"}
REMEMBERED = (BREAKS,)


@dataclass(frozen=True)
class Situation:
    """What is run, and what is to come of it: the exit status, the rules found, the words in which pytest counts, why
    the rest is not judged, and the tests that are remembered as failed.
    """

    arguments: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[str, ...] = WHOLE
    counts: str = "2 failed, 3 passed"
    status: int = 1
    reason: str = ""
    remembered: tuple[str, ...] = ()


def part(*arguments: str, counts: str, reason: str, remembered: tuple[str, ...] = REMEMBERED) -> Situation:
    """A run of a part of the suite, in which no test fails; one that is not run is remembered."""
    return Situation(arguments, rules=PART, counts=counts, reason=reason, remembered=remembered)


def stops(*arguments: str, plugins: tuple[str, ...] = (), status: int = 1) -> Situation:
    """A run that stops at the test that breaks, the first one."""
    reason = "selected tests did not run"
    return Situation(arguments, plugins, BROKEN, PART, "2 failed", status, reason, REMEMBERED)


SITUATIONS: Mapping[str, Situation] = {
    "plain": Situation(),
    "quiet": Situation(("-q",)),
    "verbose": Situation(("-vv",)),
    "no cache": Situation(("-p", "no:cacheprovider"), remembered=REMEMBERED),
    "-k": part("-k", "total", counts="1 failed, 1 passed, 2 deselected", reason="-k"),
    "-k nothing": part("-k", "nowhere", counts="1 failed, 3 deselected", reason="-k"),
    "-m": part("-m", "not slow", counts="1 failed, 2 passed, 1 deselected", reason="-m", remembered=()),
    "--deselect": part(
        "--deselect", SLOW, counts="1 failed, 2 passed, 1 deselected", reason="--deselect", remembered=()
    ),
    "single id": part(SLOW, counts="1 failed, 1 passed", reason="single ids"),
    "all ids": Situation((BREAKS, SLOW, TOTAL)),
    "a file": part("tests/test_shop.py", counts="1 failed, 1 passed", reason="leave out tests/test_more.py"),
    "a folder": Situation(("tests",)),
    "-x": stops("-x"),
    "-x, nothing breaks": Situation(("-x",)),
    "--maxfail": stops("--maxfail=1"),
    "--lf": Situation(("--lf",), (), BROKEN, PART, "2 failed", reason="--lf", remembered=REMEMBERED),
    "--ff": Situation(("--ff",), (), BROKEN, WHOLE, "3 failed, 2 passed", remembered=REMEMBERED),
    "--nf": Situation(("--nf",)),
    "--sw": stops("--sw", status=2),
    "--sw-skip": Situation(("--sw-skip",), (), BROKEN, WHOLE, "3 failed, 2 passed", remembered=REMEMBERED),
    "interrupted": Situation(
        (), (), {"BREAKS": "interrupted"}, PART, "1 failed", 2, "stopped by KeyboardInterrupt", REMEMBERED
    ),
    "xdist": Situation(("-n", "2"), ("xdist",)),
    "pytest-cov": Situation(("--cov=src", "--cov-fail-under=1"), ("cov",)),
    "pytest-cov and xdist": Situation(("--cov=src", "-n", "2"), ("cov", "xdist")),
    "pytest-split": Situation(
        ("--splits=2", "--group=1"), ("split",), {}, PART, "1 failed, 2 passed, 1 deselected", reason="shard 1 of 2"
    ),
    "pytest-rerunfailures": Situation(
        ("--reruns=1",), ("rerunfailures",), BROKEN, WHOLE, "3 failed, 2 passed, 1 rerun", remembered=REMEMBERED
    ),
    "pytest-randomly": Situation(("--randomly-seed=7",), ("randomly",)),
    "pytest-timeout": Situation(("--timeout=60",), ("timeout",)),
    "pytest-order": Situation(("--order-scope=module",), ("order",)),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("situations") / "project", BASE)
    project.write(CHANGE)
    return project


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache in which one test failed in the last run."""
    failed = tmp_path / "cache/v/cache/lastfailed"
    failed.parent.mkdir(parents=True)
    failed.write_text(json.dumps({BREAKS: True}))
    return tmp_path / "cache"


def run(project: Project, situation: Situation, folder: Path) -> Run:
    return project.pytest(
        "--agent-audit-prove=off",
        f"--override-ini=cache_dir={folder}/cache",
        *situation.arguments,
        plugins=situation.plugins,
        environ={"COVERAGE_FILE": f"{folder}/coverage", **situation.environ},
    )


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
def test_a_situation(project: Project, tmp_path: Path, cache: Path, situation: Situation) -> None:
    ended = run(project, situation, tmp_path)
    assert ended.status == situation.status, ended.text
    assert ended.rules == list(situation.rules)
    assert counts(ended.stdout) == situation.counts
    assert situation.reason in ended.reasons
    assert len(re.findall(r"= agent audit: \d error", ended.text)) == 1
    assert "INTERNALERROR" not in ended.text
    assert remembered(cache) == situation.remembered


def counts(text: str) -> str:
    """In pytest's words, without its warnings: those are not ours."""
    (found,) = re.findall(r"^(?:=+ )?(\d+ (?:failed|passed).*) in [\d.]+s", text, re.MULTILINE)
    return re.sub(r", \d+ warnings?", "", str(found))


def remembered(cache: Path) -> tuple[str, ...]:
    known = cache / "v/cache/lastfailed"
    return tuple(json.loads(known.read_text())) if known.exists() else ()


def junit(folder: Path, _run: Run) -> Iterator[str]:
    """What the report says of each test that failed."""
    text = (folder / "out").read_text()
    assert 'errors="0" failures="2" skipped="0" tests="5"' in text
    yield from re.findall(
        r'<testcase ([^>]*"><failure message="[^"]*)">', unescape(text).replace("<testcase", "\n<testcase")
    )


def html(folder: Path, _run: Run) -> Iterator[str]:
    (blob,) = re.findall(r'data-jsonblob="([^"]*)"', (folder / "out").read_text())
    rows = [row for tests in json.loads(unescape(blob))["tests"].values() for row in tests]
    assert len(rows) == 5
    yield from (f"{it['testId']} {it['log']}" for it in rows if it["result"] == "Failed")


def json_report(folder: Path, _run: Run) -> Iterator[str]:
    report = json.loads((folder / "out").read_text())
    assert (report["exitcode"], report["summary"]["failed"], report["summary"]["passed"]) == (1, 2, 3)
    yield from (f"{it['nodeid']} {it['call']['longrepr']}" for it in report["tests"] if it["outcome"] == "failed")


def allure(folder: Path, _run: Run) -> Iterator[str]:
    results = [json.loads(path.read_text()) for path in (folder / "out").glob("*-result.json")]
    assert len(results) == 5
    yield from (f"{it['fullName']} {it['statusDetails']['trace']}" for it in results if it["status"] == "failed")


def teamcity(_folder: Path, run: Run) -> Iterator[str]:
    """What PyCharm shows: it reads these lines."""
    assert run.stdout.count("##teamcity[testFinished") == 5
    yield from re.findall(r"##teamcity\[testFailed (.*)\]", run.stdout)


Reader = Callable[[Path, Run], Iterator[str]]
REPORTS: Mapping[str, tuple[Reader, tuple[str, ...], tuple[str, ...]]] = {
    "junit": (junit, ("--junitxml={out}",), ()),
    "pytest-html": (html, ("--html={out}", "--self-contained-html"), ("metadata", "html")),
    "pytest-json-report": (json_report, ("--json-report", "--json-report-file={out}"), ("metadata", "json-report")),
    "allure-pytest": (allure, ("--alluredir={out}",), ("allure",)),
    "PyCharm": (teamcity, ("--teamcity",), ("teamcity",)),
}


@pytest.mark.parametrize(("read", "arguments", "plugins"), REPORTS.values(), ids=REPORTS)
def test_a_report_of_a_plugin_holds_the_findings(
    project: Project, tmp_path: Path, read: Reader, arguments: tuple[str, ...], plugins: tuple[str, ...]
) -> None:
    filled = tuple(it.format(out=tmp_path / "out") for it in arguments)
    ended = run(project, Situation(filled, plugins), tmp_path)
    assert ended.status == 1, ended.text
    assert ended.rules == list(WHOLE)
    texts = list(read(tmp_path, ended))
    assert len(texts) == len(WHOLE)
    for rule, message, place in zip(WHOLE, ("`noqa` on", "No test runs"), (2, 5), strict=True):
        (text,) = (it for it in texts if rule in it)
        assert message in text
        assert f"src/shop.py:{place}: {rule}" in text


def test_pytest_sugar(project: Project, tmp_path: Path) -> None:
    ended = run(project, Situation(("--force-sugar",), ("sugar",)), tmp_path)
    assert (ended.status, ended.rules) == (1, list(WHOLE))
    last = ended.stdout.partition("Results ")[2]
    assert re.findall(r"\d (?:passed|failed)|- .*", last) == [
        "3 passed",
        "2 failed",
        "- src/shop.py:2 agent audit: added-suppression",
        "- src/shop.py:5 agent audit: untested-change",
    ]


def test_a_single_test_in_pycharm(project: Project, tmp_path: Path) -> None:
    ended = run(project, Situation(("--teamcity", TOTAL), ("teamcity",)), tmp_path)
    assert ended.rules == list(PART)
    assert re.findall(r"testFailed .* name='(.*?)'\]", ended.stdout) == ["src.shop.added-suppression(2)"]


def test_what_only_lists_tests_is_not_audited(project: Project, tmp_path: Path) -> None:
    ended = run(project, Situation(("--co",)), tmp_path)
    assert (ended.status, ended.report) == (0, None)
    assert "3 tests collected" in ended.stdout
    assert "agent audit" not in ended.text


def test_without_a_terminal_reporter(project: Project, tmp_path: Path) -> None:
    ended = run(project, Situation(("-p", "no:terminal")), tmp_path)
    assert ended.status == 1
    assert ended.stdout == ""
    assert "agent audit: 2 errors (advisory) - failed" in ended.stderr


def test_all_of_it_in_an_editor(project: Project) -> None:
    editor = Editor(project)
    ids = editor.discover()
    assert list(ids) == [BREAKS, SLOW, TOTAL, ENTRY]
    shown = editor.run(ids)
    assert {it: shown.outcomes[it] for it in ids} == {**dict.fromkeys(ids, "success"), ENTRY: "failure"}
    assert all(rule in shown.messages[ENTRY] for rule in WHOLE)
    shown = editor.run([TOTAL])
    assert (shown.outcomes[TOTAL], shown.outcomes[ENTRY]) == ("success", "failure")
    assert shown.run.rules == list(PART)


def test_the_next_run_of_failed_tests_picks_the_same(project: Project, tmp_path: Path) -> None:
    run(project, Situation(environ=BROKEN), tmp_path)
    again = run(project, Situation(("--lf", "--agent-audit-fail-on=never")), tmp_path)
    assert again.status == 0, again.text
    assert counts(again.stdout) == "1 passed"
    assert remembered(tmp_path / "cache") == ()
