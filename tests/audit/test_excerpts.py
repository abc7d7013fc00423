"""The rows of a changed file: enough to see the change, and to put it together again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.audit.excerpts import LONGEST, NO_LINE_FEED, ROW, cost, cut, excerpts
from pytest_agentaudit.change.hunks import hunks
from pytest_agentaudit.change.model import FilePair, FileRole, Side
from pytest_agentaudit.diffs import Excerpt

MODE = 0o100644
TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", "\udc80", "é"]), max_size=12).map("\n".join)


def pair(before: str | None, after: str | None) -> FilePair:
    old, new = (
        None if text is None else Side("a.py", MODE, text.encode("utf-8", "surrogateescape"))
        for text in (before, after)
    )
    found = hunks(old.content if old else b"", new.content if new else b"")
    return FilePair(old, new, FileRole.PRODUCT, found)


def numbered(count: int, **edited: str) -> str:
    return "".join(f"{edited.get(f'line{number}', number)}\n" for number in range(1, count + 1))


def test_a_change_has_three_lines_on_either_side() -> None:
    (only,) = excerpts(pair(numbered(20), numbered(20, line10="ten")), ())
    assert only == Excerpt(7, 7, (" 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13"))


def test_changes_that_stand_apart_are_apart() -> None:
    found = excerpts(pair(numbered(40), numbered(40, line2="two\nmore", line30="thirty")), ())
    assert [(it.old_start, it.new_start, len(it.rows)) for it in found] == [(1, 1, 7), (27, 28, 8)]


def test_changes_that_stand_together_are_one() -> None:
    (only,) = excerpts(pair(numbered(20), numbered(20, line5="five", line11="eleven")), ())
    assert [row for row in only.rows if row[0] != " "] == ["-5", "+five", "-11", "+eleven"]
    assert only.rows[0] == " 2"
    assert only.rows[-1] == " 14"


def test_a_single_line_between_changes_is_shown_rather_than_counted() -> None:
    (only,) = excerpts(pair(numbered(30), numbered(30, line5="five", line13="thirteen")), ())
    assert " 9" in only.rows
    assert len(excerpts(pair(numbered(30), numbered(30, line5="five", line14="fourteen")), ())) == 2


def test_a_line_that_a_finding_names_is_seen_though_nothing_changed_there() -> None:
    first, second = excerpts(pair(numbered(60), numbered(60, line50="fifty")), (20, 900))
    assert first == Excerpt(17, 17, tuple(f" {number}" for number in range(17, 24)))
    assert second.new_start == 47


def test_new_and_removed_files_are_seen_whole() -> None:
    assert excerpts(pair(None, "a\nb\n"), ()) == (Excerpt(1, 1, ("+a", "+b")),)
    assert excerpts(pair("a\nb\n", None), ()) == (Excerpt(1, 1, ("-a", "-b")),)
    assert excerpts(pair("a\n", "a\n"), ()) == ()


def test_a_missing_line_feed_is_told() -> None:
    (only,) = excerpts(pair("a\n", "a"), ())
    assert only.rows == ("-a", "+a", NO_LINE_FEED)


def test_a_long_line_is_cut_short() -> None:
    (only,) = excerpts(pair(None, "x" * (LONGEST + 7)), ())
    assert only.rows[0] == f"+{'x' * LONGEST}... and 7 more characters"


def test_what_has_no_room_is_counted() -> None:
    made = (Excerpt(1, 1, (" a", "+b", "-c")), Excerpt(9, 9, ("+d", " e")))
    assert cost(made) == 5 * (ROW + 2)
    assert cut(made, cost(made)) == (made, 0)
    assert cut(made, 3 * (ROW + 2)) == (made[:1], 1)
    assert cut(made, 3 * (ROW + 2) - 1) == ((Excerpt(1, 1, (" a", "+b")),), 2)
    assert cut(made, 0) == ((), 3)
    assert cut(made, -5) == ((), 3)


@given(TEXTS, TEXTS)
def test_all_rows_together_are_both_sides(before: str, after: str) -> None:
    """Where every line is wanted, nothing is lost and nothing made up."""
    found = excerpts(pair(before, after), range(1, 30)) if before != after else ()
    rows = [row for it in found for row in it.rows]
    for text, sign in ((before, "-"), (after, "+")):
        lines = [row[1:] for row in rows if row[0] in {sign, " "}]
        whole = text.split("\n")
        if found:
            assert lines == (whole if whole[-1] else whole[:-1])
