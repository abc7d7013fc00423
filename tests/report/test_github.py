"""Workflow commands, read back as the runner of GitHub Actions reads them."""

from __future__ import annotations

import io
import re
from collections import Counter
from urllib.parse import unquote

from hypothesis import given
from msgspec.structs import replace

from pytest_agentaudit.model import Finding, Level, Location, NotJudged, Result, Verdict
from pytest_agentaudit.report.github import MOST, MOST_CHARACTERS, render
from pytest_agentaudit.report.text import named
from tests.support.nasty import VERDICTS
from tests.support.verdicts import CLEAN, FAILED, SUPPRESSED, UNTESTED

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)", re.DOTALL)
REPORT = """\
::error file=src/shop/pricing.py,line=38,endLine=46,title=untested-change::No test runs `refund` (lines 38-46).%0A\
fix: add a test that calls `refund` and asserts its result, paid and unpaid%0A\
not a fix: `# pragma: no cover`; a test without an assertion
::error file=tests/test_pricing.py,line=12,endLine=12,title=weakened-assertion::`== 105.0` became `> 0`; `total` is \
unchanged.%0Afix: restore the equality; if 105.0 is wrong, say so in CHANGELOG.md and change `total`
::warning file=src/shop/io.py,line=7,endLine=7,title=added-suppression::`# noqa: S110` hides: try-except-pass \
detected, consider logging the exception.%0Afix: catch the narrow type, or log it
::notice title=agent audit%3A not judged::agent audit: 2 errors, 1 warning, 3 not judged (advisory) - failed, 0.4 s%0A\
not judged: notebooks/demo.ipynb (notebook)%0Anot judged: src/a.py, src/b.py (partial run: -k; untested-change)
""".replace("the exception", "the error")


def written(verdict: Verdict) -> str:
    stream = io.StringIO()
    render(verdict, stream)
    return stream.getvalue()


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What the runner makes of the lines: kind, properties, message."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text.removesuffix("\n")) if text else []:
        match = COMMAND.fullmatch(line)
        assert match, line
        kind, said, message = match.groups()
        properties = dict(item.split("=", 1) for item in said.split(","))
        found.append((kind, {name: unquote(value) for name, value in properties.items()}, unquote(message)))
    return found


def many(number: int, finding: Finding) -> tuple[Finding, ...]:
    return tuple(replace(finding, location=Location("a.py", line)) for line in range(1, number + 1))


def test_a_failing_run() -> None:
    assert written(FAILED) == REPORT


def test_a_clean_run_has_nothing_to_say() -> None:
    assert written(CLEAN) == ""


def test_as_many_as_the_runner_takes_go_without_a_count() -> None:
    found = commands(written(replace(CLEAN, findings=many(MOST, UNTESTED))))
    assert [properties["line"] for _, properties, _ in found] == [str(line) for line in range(1, MOST + 1)]


def test_of_too_many_the_last_one_counts_the_rest_of_its_kind() -> None:
    findings = (*many(3, SUPPRESSED), *many(MOST + 5, UNTESTED))
    found = commands(written(replace(CLEAN, findings=findings)))
    assert [kind for kind, _, _ in found] == ["error"] * MOST + ["warning"] * 3
    assert found[MOST - 1][2] == "6 more errors: the summary of the job, or another report, has them all"


def test_what_was_not_judged_is_an_error_where_the_audit_failed_by_it() -> None:
    open_question = NotJudged("could not audit: no merge base (fetch more)")
    failed = replace(CLEAN, base="", result=Result.FAILED, not_judged=(open_question,))
    assert [(kind, it["title"]) for kind, it, _ in commands(written(failed))] == [
        ("error", "agent audit: could not audit")
    ]
    not_judged = replace(CLEAN, result=Result.FAILED, not_judged=(open_question,))
    assert [(kind, it["title"]) for kind, it, _ in commands(written(not_judged))] == [
        ("error", "agent audit: not judged")
    ]
    assert "could not audit: no merge base" in written(failed)
    incomplete = replace(CLEAN, result=Result.INCOMPLETE, not_judged=(open_question,))
    assert [kind for kind, _, _ in commands(written(incomplete))] == ["notice"]


def test_a_long_message_is_cut_before_the_runner_does() -> None:
    long = replace(UNTESTED, message="%" * 9_000)
    ((_, _, message),) = commands(written(replace(CLEAN, findings=(long,))))
    assert message == "%" * (MOST_CHARACTERS - 3) + "..."


@given(VERDICTS)
def test_no_text_of_the_change_becomes_a_command(verdict: Verdict) -> None:
    text = written(verdict)
    assert all(char == "\n" or char.isprintable() for char in text)
    found = commands(text)
    assert all(number <= MOST for number in Counter(kind for kind, _, _ in found).values())
    placed = [(kind, it["file"], int(it["line"]), int(it["endLine"])) for kind, it, _ in found if "file" in it]
    words = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
    told = [(words[it.level], it.location) for it in verdict.findings]
    told += [("notice", it.location) for it in verdict.waived]
    assert sorted(placed) == sorted((word, named(it.path), it.line, it.end_line) for word, it in told)
