from __future__ import annotations

from io import BytesIO
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentaudit.change.hunks import hunks
from pytest_agentaudit.change.model import Hunk


def split(text: bytes) -> list[bytes]:
    return BytesIO(text).readlines()


def applied(old: bytes, new: bytes, found: tuple[Hunk, ...]) -> bytes:
    """`old` with each hunk's lines replaced by those of `new`."""
    before, after, result, at = split(old), split(new), [], 0
    for hunk in found:
        result += before[at : hunk.old_start - 1]
        assert hunk.new_start - 1 == len(result)
        result += after[hunk.new_start - 1 : hunk.new_start - 1 + hunk.new_count]
        at = hunk.old_start - 1 + hunk.old_count
    return b"".join(result + before[at:])


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"    c\n", b"d\r\n", b"\x0c\n", b"x"]), max_size=30)


@given(LINES, LINES)
def test_applying_the_hunks_gives_the_new_text(old_lines: list[bytes], new_lines: list[bytes]) -> None:
    old, new = b"".join(old_lines), b"".join(new_lines)
    assert applied(old, new, hunks(old, new)) == new


@settings(max_examples=200)
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes(old: bytes, new: bytes) -> None:
    assert applied(old, new, hunks(old, new)) == new


@given(LINES, LINES)
def test_hunks_stand_in_order_and_apart(old_lines: list[bytes], new_lines: list[bytes]) -> None:
    found = hunks(b"".join(old_lines), b"".join(new_lines))
    assert all(hunk.old_count or hunk.new_count for hunk in found)
    for one, other in pairwise(found):
        assert one.old_start + one.old_count < other.old_start
        assert one.new_start + one.new_count < other.new_start


def shortest(old: list[bytes], new: list[bytes]) -> int:
    """How many lines a shortest edit adds and removes, by the textbook table."""
    row = list(range(len(new) + 1))
    for i, line in enumerate(old, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(new, 1):
            diagonal, row[j] = row[j], diagonal if line == other else 1 + min(row[j], row[j - 1])
    return row[-1]


FEW = st.lists(st.sampled_from([b"a\n", b"b\n"]), max_size=25)


@given(FEW, FEW)
def test_without_anchors_the_edit_is_a_shortest_one(core_old: list[bytes], core_new: list[bytes]) -> None:
    old, new = [*core_old, b"a\n", b"a\n", b"b\n", b"b\n"], [*core_new, b"b\n", b"a\n", b"b\n", b"a\n"]
    found = hunks(b"".join(old), b"".join(new))
    assert sum(hunk.old_count + hunk.new_count for hunk in found) == shortest(old, new)


def test_equal_texts() -> None:
    assert hunks(b"a\nb\n", b"a\nb\n") == ()


def test_new_and_deleted_file() -> None:
    assert hunks(b"", b"a\nb\n") == (Hunk(1, 0, 1, 2),)
    assert hunks(b"a\nb\n", b"") == (Hunk(1, 2, 1, 0),)


def test_missing_line_end_is_a_change_of_the_last_line() -> None:
    assert hunks(b"a\nb\n", b"a\nb") == (Hunk(2, 1, 2, 1),)


def test_only_line_feeds_end_a_line() -> None:
    assert hunks(b"a\rb\x0cc\xe2\x80\xa8d\ne\n", b"a\rb\x0cc\xe2\x80\xa8d\nf\n") == (Hunk(2, 1, 2, 1),)


def test_an_inserted_function_begins_at_its_definition() -> None:
    one, two, three = (b"def %s():\n    return 1\n\n\n" % name for name in (b"a", b"b", b"c"))
    assert hunks(one + three, one + two + three) == (Hunk(5, 0, 5, 4),)
    assert hunks(one + two + three, one + three) == (Hunk(5, 4, 5, 0),)


def test_a_function_at_the_end_does_not_touch_the_one_before() -> None:
    old = b"def a():\n    return 1\n"
    assert hunks(old, old + b"\n\ndef b():\n    return 1\n") == (Hunk(3, 0, 3, 4),)


def test_a_decorated_function_before_another() -> None:
    old = b"import x\n\n@x.mark\ndef b():\n    pass\n"
    new = b"import x\n\n@x.mark\ndef a():\n    pass\n\n@x.mark\ndef b():\n    pass\n"
    assert hunks(old, new) == (Hunk(3, 0, 3, 4),)


def test_scattered_edits_in_a_long_file_are_found_one_by_one() -> None:
    old = [b"line %d\n" % n if n % 3 else b"pass\n" for n in range(50_000)]
    new = list(old)
    edited = range(7, 50_000, 400)
    for n in edited:
        new[n] = b"edited %d\n" % n
    assert hunks(b"".join(old), b"".join(new)) == tuple(Hunk(n + 1, 1, n + 1, 1) for n in edited)


def test_two_long_texts_without_order_cost_no_more_than_the_limit() -> None:
    old = b"".join(b"%d\n" % (n * n % 7) for n in range(50_000))
    new = b"".join(b"%d\n" % (n * n % 11) for n in range(50_000))
    assert applied(old, new, hunks(old, new)) == new


def test_reversed_text_of_distinct_lines() -> None:
    lines = [b"%d\n" % n for n in range(20_000)]
    old, new = b"".join(lines), b"".join(reversed(lines))
    assert applied(old, new, hunks(old, new)) == new
