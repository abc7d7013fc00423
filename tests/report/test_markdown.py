"""The comment on a request, and the summary page of a job."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from markdown_it.token import Token
from msgspec.structs import replace

from pytest_agentaudit.model import ChangeInfo, Level, Location, NotJudged, Result, StepReport, StepResult, Verdict
from pytest_agentaudit.report.comment_state import MARK, mark, read
from pytest_agentaudit.report.hosting import Hosting
from pytest_agentaudit.report.markdown import MOST_OF_A_COMMENT, MOST_OF_A_SUMMARY, render, render_summary
from pytest_agentaudit.report.summary import is_empty
from tests.support.nasty import SPELLS, VERDICTS
from tests.support.reading_markdown import PARSER
from tests.support.verdicts import CLEAN, FAILED, SUPPRESSED, UNTESTED, WEAKENED

HOSTED = Hosting("https://github.com/o/r", "88d01be", "main")
HTML = re.compile(r"<details><summary>[A-Z][a-z ]+: \d[^<>&]*</summary>|</details>")
REPORT = """\
### Agent audit: failed

**2 errors, 1 warning, 3 not judged** (advisory).

Compared: base 3f2a91c (merge base with origin/main), 4 files, 87 changed lines.

| Level | Place | Rule | What |
|---|---|---|---|
| **error** | <code>src/shop/pricing.py:38</code> | <code>untested-change</code> | No test runs <code>refund</code> \
(lines 38-46). |
| **error** | <code>tests/test_pricing.py:12</code> | <code>weakened-assertion</code> | <code>== 105.0</code> became \
<code>&#62; 0</code>; <code>total</code> is unchanged. |
| warning | <code>src/shop/io.py:7</code> | <code>added-suppression</code> | <code># noqa: S110</code> hides: \
try-except-pass detected, consider logging the error. |

<details><summary>Evidence and next steps: 3 findings</summary>

**error** <code>untested-change</code> <code>src/shop/pricing.py:38</code>

No test runs <code>refund</code> (lines 38-46).

```
   38  def refund(order: Order) -> Money:
   39      if order.paid_at is None:
```

Fix: add a test that calls <code>refund</code> and asserts its result, paid and unpaid

Not a fix: <code># pragma: no cover</code>; a test without an assertion

**error** <code>weakened-assertion</code> <code>tests/test_pricing.py:12</code>

<code>== 105.0</code> became <code>&#62; 0</code>; <code>total</code> is unchanged.

```diff
- assert total(items) == 105.0
+ assert total(items) > 0
```

proof: the base's test fails on this code, the new one passes

Also: <code>tests/test_cart.py:3</code>, <code>tests/test_cart.py:9</code>

Fix: restore the equality; if 105.0 is wrong, say so in CHANGELOG.md and change <code>total</code>

**warning** <code>added-suppression</code> <code>src/shop/io.py:7</code>

<code># noqa: S110</code> hides: try-except-pass detected, consider logging the error.

Fix: catch the narrow type, or log it

</details>

<details><summary>Steps: 2</summary>

- <code>lint</code> passed: <code>ruff check</code> exited with 0
- <code>changelog</code> failed: src/&#42;&#42; changed, CHANGELOG.md did not

</details>

<details><summary>Not judged: 2</summary>

- notebooks/demo.ipynb (notebook)
- src/a.py, src/b.py (partial run: -k; untested-change)

</details>

"""


def comment(verdict: Verdict, hosting: Hosting | None = None, previous: str = "") -> str:
    stream = io.StringIO()
    render(verdict, stream, hosting, previous)
    return stream.getvalue()


def summary(verdict: Verdict, previous: str = "") -> str:
    stream = io.StringIO()
    render_summary(verdict, stream, None, previous)
    return stream.getvalue()


def of_type(tokens: list[Token], name: str) -> list[Token]:
    return [token for token in tokens if token.type == name]


def test_a_failing_run() -> None:
    first, _, rest = comment(FAILED).partition("\n")
    assert rest == REPORT
    assert first == mark(FAILED)
    assert first.startswith(MARK)


def test_agents_are_counted() -> None:
    text = comment(replace(FAILED, change=ChangeInfo(agents={"Claude Code": 2, "@x": 1})))
    assert "\nFindings by agent, as commits say: Claude Code 2, &#64;&#8203;x 1.\n" in text


def test_a_clean_run_is_short() -> None:
    assert comment(CLEAN).split("\n")[1:] == [
        "### Agent audit: passed",
        "",
        "**no finding** (advisory).",
        "",
        "Compared: base 3f2a91c, 4 files, 87 changed lines.",
        "",
        "",
    ]


def test_no_change_is_not_the_same_as_no_finding() -> None:
    empty = replace(CLEAN, stats=replace(CLEAN.stats, files=0))
    assert "nothing to audit: no change since 3f2a91c" in comment(empty)
    assert "no finding" not in comment(empty)


def test_an_audit_without_a_verdict_says_so() -> None:
    failed = replace(CLEAN, base="", result=Result.FAILED, not_judged=(NotJudged("could not audit: no merge base"),))
    assert "### Agent audit: could not audit\n" in comment(failed)
    assert comment(failed).count("could not audit: no merge base") == 1
    assert "no finding" not in comment(failed)


def test_the_worst_come_first() -> None:
    text = comment(replace(FAILED, findings=(SUPPRESSED, UNTESTED)))
    assert text.index("| **error** |") < text.index("| warning |")


def test_new_and_open_and_fixed() -> None:
    before = comment(replace(FAILED, findings=(replace(WEAKENED, fingerprint="1" * 32), UNTESTED)))
    text = comment(replace(FAILED, findings=(UNTESTED, replace(SUPPRESSED, fingerprint="2" * 32))), previous=before)
    assert "(advisory). Since the report before: 1 new, 1 still open, 1 fixed.\n" in text
    assert "| Level | Place | Rule | What | Since |\n" in text
    assert "(lines 38-46). | open |\n" in text
    assert "consider logging the error. | new |\n" in text
    assert "- fixed: <code>weakened-assertion</code> <code>tests/test_pricing.py:12</code>\n" in text


def test_places_are_links_where_the_host_is_known_and_the_file_is_there() -> None:
    known = replace(FAILED, change=ChangeInfo({"src/shop/pricing.py": ((38, 46),)}))
    address = "https://github.com/o/r/blob/88d01be/src/shop/pricing.py#L38"
    text = comment(known, HOSTED)
    assert f"| [<code>src/shop/pricing.py:38</code>]({address}) |" in text
    assert text.count(address) == text.count("https://") == 1
    assert "/blob/3f2a91c/" in comment(replace(known, head="3f2a91c"), HOSTED)
    assert "https://" not in comment(known)


@pytest.mark.parametrize("message", ["word " * 400, "\U0001f600`" * 900, "<@|" * 900])
def test_a_comment_is_never_longer_than_the_platform_takes(message: str) -> None:
    finding = replace(UNTESTED, message=message, evidence={"source": message * 9, "proof": message}, fix=message)
    places = tuple(Location(f"{message[:90]}{n}", n) for n in range(99))
    many = tuple(
        replace(finding, location=Location(f"d/{n}.py", n), fingerprint=f"{n:016x}" * 2) for n in range(1, 300)
    )
    verdict = replace(
        FAILED,
        findings=many,
        waived=tuple(replace(finding, location=place) for place in places),
        not_judged=tuple(NotJudged(f"{message} {n}") for n in range(300)),
        steps=tuple(StepReport(message, StepResult.FAILED, message) for _ in range(99)),
        off={f"{message[:200]}{n}": 1 for n in range(99)},
    )
    text = comment(verdict, previous=comment(replace(verdict, findings=many[100:])))
    assert len(text.encode()) <= MOST_OF_A_COMMENT
    assert "more findings left out here for want of room" in text
    assert "- and " in text
    assert len(of_type(PARSER.parse(text), "heading_open")) == 1


def test_details_are_left_out_before_rows_are() -> None:
    many = tuple(replace(UNTESTED, location=Location("a.py", n), message="word " * 90) for n in range(1, 81))
    text = comment(replace(CLEAN, findings=many))
    assert text.count("| **error** |") == 80
    assert re.search(r"Evidence and next steps: [2-7]\d findings of 80<", text)
    assert "left out" not in text


def test_a_summary_shares_its_page_with_what_stands_there() -> None:
    assert summary(FAILED) == REPORT + "\n"
    assert summary(FAILED, "x" * (MOST_OF_A_SUMMARY - 9_000)) == REPORT + "\n"
    assert summary(FAILED, "x" * (MOST_OF_A_SUMMARY - 20)) == ""
    tight = summary(FAILED, "x" * (MOST_OF_A_SUMMARY - 2_000))
    assert "Evidence and next steps: 1 finding of 3" in tight
    assert len(tight) <= 2_000


@given(VERDICTS)
def test_no_text_of_the_change_becomes_markup(verdict: Verdict) -> None:
    before = comment(replace(verdict, findings=verdict.waived))
    text = comment(verdict, HOSTED, before)
    first, _, rest = text.partition("\n")
    assert first == mark(verdict, read(before))
    assert read(rest) is None
    assert all(char == "\n" or char.isprintable() for char in text)
    tokens = PARSER.parse(rest)
    headings = [token.content for token in of_type(tokens, "inline") if token.level == 1 and token.map == [0, 1]]
    result = verdict.result.value if verdict.base or is_empty(verdict) else "could not audit"
    assert headings == [f"Agent audit: {result}"]
    assert len(of_type(tokens, "heading_open")) == 1
    assert len(of_type(tokens, "tr_open")) == (len(verdict.findings) + 1 if verdict.findings else 0)
    for block in of_type(tokens, "html_block"):
        assert HTML.fullmatch(block.content.strip()), block.content
    kinds = {child.type for token in of_type(tokens, "inline") for child in token.children or []}
    assert kinds <= {"text", "text_special", "html_inline", "strong_open", "strong_close", "link_open", "link_close"}
    inline = {it.content for token in of_type(tokens, "inline") for it in of_type(token.children or [], "html_inline")}
    assert inline <= {"<code>", "</code>"}
    links = [
        it.attrs["href"] for token in of_type(tokens, "inline") for it in of_type(token.children or [], "link_open")
    ]
    assert all(str(link).startswith("https://github.com/o/r/blob/") for link in links)
    assert not {"ordered_list_open", "hr", "code_block", "blockquote_open"} & {token.type for token in tokens}


@pytest.mark.parametrize("spell", SPELLS)
def test_every_level_is_found_where_it_stands(spell: str) -> None:
    finding = replace(UNTESTED, level=Level.NOTE, message=spell)
    rows = [line for line in comment(replace(CLEAN, findings=(finding,))).split("\n") if line.startswith("| note |")]
    assert len(rows) == 1
    assert rows[0].endswith(" |")
