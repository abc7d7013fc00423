"""The page: whatever the texts of a change are, they stay texts, and nothing runs or loads but its own script."""

from __future__ import annotations

import hashlib
import io
import json
import re
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_agentaudit.diffs import Diffs
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import ChangeInfo, NotJudged, Stats, Verdict
from pytest_agentaudit.report.hosting import Hosting
from pytest_agentaudit.report.page import MANY_ROWS, render
from pytest_agentaudit.report.unaudited import unaudited
from tests.support.nasty import DIFFS, VERDICTS, strings
from tests.support.reading_html import Page
from tests.support.shown import HOSTILE, PRICING, SHOWN
from tests.support.verdicts import CLEAN, FAILED

HOSTED = Hosting("https://github.com/o/r", "88d01be")
TAGS = frozenset(
    re.findall(
        r"\w+",
        "a article aside b body button code col colgroup dd details div dl dt h1 h2 h3 head header html i kbd li line "
        "main meta nav ol p pre rect script section span style summary svg table tbody td th thead title tr ul",
    )
)
PLAIN = replace(PRICING, runners={})
ATTRIBUTES = re.compile(r"on|style$|src|action|formaction|srcdoc|xlink")


def written(verdict: Verdict, hosting: Hosting = HOSTED) -> str:
    stream = io.StringIO()
    render(verdict, stream, hosting)
    return stream.getvalue()


def read(verdict: Verdict, hosting: Hosting = HOSTED) -> Page:
    return Page(written(verdict, hosting))


@settings(max_examples=60, deadline=None)
@given(VERDICTS, DIFFS)
def test_texts_become_neither_markup_nor_script(verdict: Verdict, diffs: Diffs) -> None:
    text = written(replace(verdict, change=replace(verdict.change, diffs=diffs)))
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not [key for _, attributes in page.tags for key in attributes if ATTRIBUTES.match(key)]
    assert all(it.startswith(("#", "https://github.com/o/r/blob/")) for it in page.every("href"))
    assert [kind for tag, kind in page.tags if tag == "script"] == [{"type": "application/json", "id": "data"}, {}]
    assert page.raw == {
        "script": [page.raw["script"][0], *read(CLEAN).raw["script"][1:]],
        "style": read(CLEAN).raw["style"],
    }
    facts = json.loads(page.raw["script"][0])
    unseen = "".join(strings(facts["tests"]) + strings(facts["notices"]) + [text]).replace("\n", "").replace("\t", "")
    assert unseen.isprintable()
    text.encode()


def test_only_the_style_and_the_script_of_the_page_are_allowed() -> None:
    page = read(SHOWN)
    policy = page.meta("Content-Security-Policy")
    wanted = (page.raw["style"][0], page.raw["script"][1])
    style, script = (f"'sha256-{b64encode(hashlib.sha256(it.encode()).digest()).decode()}'" for it in wanted)
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src {style}",
        f"script-src {script}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert not re.search(r"url\(|@import|https?:", page.raw["style"][0] + page.raw["script"][1])


def test_the_page_says_all_of_a_verdict() -> None:
    page = read(SHOWN)
    for said in (
        "Agent audit: failed",
        "2 errors, 1 warning",
        "base 3f2a91c (merge base with origin/main), 4 files, 87 changed lines",
        "No test runs refund (lines 38-46).",
        "assert total(items) == 105.0",
        "restore the equality; if 105.0 is wrong, say so in CHANGELOG.md and change total",
        "notebooks/demo.ipynb (notebook)",
        "src/a.py, src/b.py (partial run: -k; untested-change)",
        "changelog failed: src/** changed, CHANGELOG.md did not",
        "# noqa hides </script>",
        "unmeasured: partial run: -k",
        "the mode was 100644 and is 100755",
        "no line feed at the end",
        "new: 13",
        "7 to 3",
        "dashed: the limit of 10",
        "33 unchanged lines",
    ):
        assert said in page.text
    labels = [label for label in page.every("aria-label") if label.startswith("line ")]
    assert labels == [
        "line 35: run on import only",
        "line 36: run on import only",
        "line 37: run, and noticed by an assertion, 2 tests",
        "line 38: run by tests, 30 tests",
        "line 39: not run, silenced by a comment",
        "line 40: unmeasured",
        "line 12: run by tests, 30 tests",
    ]


def test_links_lead_to_what_is_there_and_every_name_is_one() -> None:
    page = read(SHOWN)
    names = list(page.every("id"))
    assert len(names) == len(set(names))
    assert {it[1:] for it in page.every("href") if it.startswith("#")} <= set(names)
    assert {"f0-38", "f1-12", "n0", "n1", "n2", "rule-untested-change"} <= set(names)


def test_what_is_not_seen_is_named() -> None:
    page = read(SHOWN)
    assert "if admin:\\u202e\\u2066 # only users\\u2069\\u2066" in page.text
    assert HOSTILE in page.text


def test_addresses_that_are_no_web_pages_are_no_links() -> None:
    page = read(SHOWN, Hosting("javascript:alert(1)//", "88d01be"))
    assert all(it.startswith("#") for it in page.every("href"))


def test_a_page_without_lines_still_has_the_findings() -> None:
    page = read(FAILED)
    assert "No test runs refund (lines 38-46)." in page.text
    assert "src/shop/io.py" in page.text
    assert not [at for tag, at in page.tags if tag == "table"]


def test_what_could_not_be_audited_is_no_verdict() -> None:
    page = read(unaudited(AuditError("the base: no commit 'x'", "name one")))
    assert "Agent audit: could not audit" in page.text
    assert "the base: no commit 'x' (name one)" in page.text


def test_nothing_is_not_the_same_as_nothing_found() -> None:
    said = read(replace(CLEAN, stats=Stats())).text
    assert "nothing to audit: no change since 3f2a91c" in said
    assert "no finding, 14 tests ran" in read(CLEAN).text


def test_only_a_large_page_is_laid_out_by_parts() -> None:
    rows = PLAIN.excerpts[0].rows * MANY_ROWS
    large = replace(PLAIN, excerpts=(replace(PLAIN.excerpts[0], rows=rows),))
    for file, expected in ((PLAIN, 0), (large, 1)):
        verdict = replace(CLEAN, change=ChangeInfo(diffs=Diffs(files=(file,))))
        assert sum(it == "many" for it in read(verdict).every("class")) == expected


@pytest.mark.parametrize(("rows", "opened"), [(10, 1), (4_000, 0)])
def test_a_long_file_without_findings_is_folded(rows: int, opened: int) -> None:
    file = replace(PLAIN, excerpts=(replace(PLAIN.excerpts[0], rows=(" x",) * rows),))
    page = read(replace(CLEAN, change=ChangeInfo(diffs=Diffs(files=(file,)))))
    assert sum(at.get("id") == "f0" and "open" in at for _, at in page.tags) == opened


@given(st.lists(st.text(), max_size=3))
@settings(max_examples=20, deadline=None)
def test_open_questions_of_a_file_stand_in_it(reasons: list[str]) -> None:
    asked = tuple(NotJudged(f"why {reason}", PRICING.path) for reason in reasons)
    page = read(replace(SHOWN, not_judged=asked))
    remarks = [at for _, at in page.tags if at.get("class") == "remark"]
    assert len(remarks) == len(asked) + 2 + 2  # the file's own, and two links to where the files are hosted
