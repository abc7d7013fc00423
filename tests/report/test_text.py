"""Text from file names and source cannot drive a terminal, and never ends a report."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.report.text import chopped, counted, folded, listed, print_text, visible, wrapped

ANY_TEXT = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("src/a.py", "src/a.py"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines\r", "two\\nlines\\r"),
        ("tab\there", "tab    here"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("caf\udce9", "caf\\xe9"),
        ("\x9b2J", "\\x9b2J"),
        ("\U000e0001", "\\U000e0001"),
        ("\u2028", "\\u2028"),
        ("Grüße 日本", "Grüße 日本"),
    ],
)
def test_what_could_drive_a_terminal_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY_TEXT)
def test_nothing_but_printable_characters_is_left(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in shown)


def test_folded_text_is_one_line() -> None:
    assert folded("  a\n\tb   c ") == "a b c"


@given(ANY_TEXT)
def test_any_visible_text_can_be_written_in_ascii(text: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="")
    print_text(visible(text), stream)
    stream.flush()
    assert raw.getvalue().isascii()


def test_letters_that_the_encoding_lacks_become_escapes() -> None:
    stream = io.TextIOWrapper(raw := io.BytesIO(), encoding="latin-1")
    print_text("für 5 €", stream)
    stream.flush()
    assert raw.getvalue() == "für 5 \\u20ac".encode("latin-1")


def test_prose_is_wrapped_at_blanks_only() -> None:
    path = "src/" + "long-name-" * 5 + "x.py"
    lines = list(wrapped(f"look at {path} and at nothing else", 30, first="fix: ", rest="  "))
    assert lines == ["fix: look at", f"  {path}", "  and at nothing else"]


def test_line_feeds_of_prose_are_kept() -> None:
    assert list(wrapped("a\n\nb", 30, first="- ", rest="  ")) == ["- a", "", "  b"]


def test_long_code_is_continued_and_then_cut_short() -> None:
    assert list(chopped("    x = 1", 80, first="  7  ", rest="     ")) == ["  7      x = 1"]
    pieces = list(chopped("a" * 100, 20, first=" 7 ", rest="   ", most=2))
    assert pieces == [" 7 " + "a" * 17, "   " + "a" * 14 + "..."]


def test_counts_and_lists() -> None:
    assert (counted(1, "error"), counted(2, "error"), counted(0, "error")) == ("1 error", "2 errors", "0 errors")
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
