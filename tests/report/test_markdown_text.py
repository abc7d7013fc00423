"""Text from a change reads in Markdown as it stands, and is nothing but text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from pytest_agentaudit.report.markdown_text import code, cut, fenced, prose
from pytest_agentaudit.report.text import visible, visible_lines
from tests.support.nasty import TEXTS
from tests.support.reading_markdown import PARSER, shown

LIVE = re.compile(r"@\w|(?<!\w)[#!$%~&]\d|GH-\d|://|www\.\w|:[\w+-]+:", re.IGNORECASE)
"""What a platform would make a link, a mention or a picture of in text that is no code."""


def rendered(markdown: str) -> str:
    """The text of one paragraph, code between backticks; the parser must find nothing else in it."""
    tokens = PARSER.parse(markdown)
    assert [token.type for token in tokens] in (["paragraph_open", "inline", "paragraph_close"], []), markdown
    return shown(tokens[1].children or []) if tokens else ""


def outside_code(markdown: str) -> str:
    """The text of one paragraph, a backtick for each piece of code."""
    tokens = PARSER.parse(markdown)
    parts, in_code = [], False
    for token in tokens[1].children or [] if tokens else ():
        if token.type == "html_inline":
            in_code = token.content == "<code>"
        parts.append("`" if token.type == "html_inline" else "" if in_code else token.content)
    return "".join(parts)


@given(TEXTS)
def test_prose_reads_as_it_stands(text: str) -> None:
    assert rendered(prose(text)).replace("\u200b", "") == visible(text).strip()


@given(TEXTS)
def test_prose_holds_nothing_that_a_platform_reacts_to(text: str) -> None:
    assert not LIVE.search(outside_code(prose(text)))


@given(TEXTS)
def test_code_reads_as_it_stands(text: str) -> None:
    assert rendered(f"x {code(text)}").replace("\u200b", "") == (f"x `{visible(text)}`" if text else "x")


@given(TEXTS, TEXTS)
def test_a_cell_holds_its_text_and_ends_where_it_should(first: str, second: str) -> None:
    table = f"| a | b | c |\n|---|---|---|\n| {prose(first)} | {code(second)} | end |\n"
    cells = [shown(token.children or []) for token in PARSER.parse(table) if token.type == "inline"]
    assert [cell.replace("\u200b", "") for cell in cells] == [
        "a",
        "b",
        "c",
        visible(first).strip(),
        f"`{visible(second)}`" if second else "",
        "end",
    ]


@given(TEXTS)
def test_a_block_ends_where_it_should(text: str) -> None:
    tokens = MarkdownIt().parse("\n".join([*fenced(text, "diff"), "after"]))
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert (tokens[0].content, tokens[0].info) == (f"{visible_lines(text)}\n", "diff")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("No test runs `refund` (lines 38-46).", "No test runs <code>refund</code> (lines 38-46)."),
        ("src/** changed, CHANGELOG.md did not", "src/&#42;&#42; changed, CHANGELOG.md did not"),
        ("`a < b` became `a`", "<code>a &#60; b</code> became <code>a</code>"),
        ("thanks @octocat, see #12", "thanks &#64;&#8203;octocat, see &#35;&#8203;12"),
        ("test_total_of_all is _not_ run", "test_total_of_all is &#95;not&#95; run"),
        ("`@mark` or `a@b.example`", "<code>&#64;mark</code> or <code>a&#64;&#8203;b.example</code>"),
        ("105.0 is wrong", "&#49;05.0 is wrong"),
        ("/approve", "&#47;approve"),
        ("two\nlines\u202e", "two&#92;nlines&#92;u202e"),
    ],
)
def test_prose(text: str, markdown: str) -> None:
    assert prose(text) == markdown


def test_cut() -> None:
    assert (cut("abcdef", 6), cut("abcdefg", 6)) == ("abcdef", "abc...")
