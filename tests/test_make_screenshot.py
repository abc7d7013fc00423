"""The picture of a run: what a terminal would show, as well-formed SVG."""

from __future__ import annotations

from io import BytesIO
from xml.parsers import expat

from docs.make_screenshot import COLUMNS, FOREGROUND, NO_BREAK, picture, runs


def test_colours_and_bold_hold_until_they_are_reset() -> None:
    found = [
        (run.row, run.column, run.text, run.bold, run.colour != FOREGROUND) for run in runs("a\x1b[31;1mb\nc\x1b[0md")
    ]
    assert found == [
        (0, 0, "a", False, False),
        (0, 1, "b", True, True),
        (1, 0, "c", True, True),
        (1, 1, "d", False, False),
    ]


def test_long_lines_wrap_at_the_terminals_width() -> None:
    found = [(run.row, run.column, len(run.text)) for run in runs("ab" + "\x1b[1m" + "x" * (2 * COLUMNS))]
    assert found == [(0, 0, 2), (0, 2, COLUMNS - 2), (1, 0, 2), (1, 2, COLUMNS - 2), (2, 0, 2)]


def test_the_picture_is_well_formed_and_holds_every_letter_but_no_escape() -> None:
    said: list[str] = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = said.append
    parser.ParseFile(BytesIO(picture("\x1b[1m<a & b>\x1b[0m  'c'\n\n\x1b[2Kend\n", "a title").encode()))
    assert "".join(said).split() == ["a", "title", "<a", "&", "b>", "'c'", "end"]


def test_blanks_stay_as_many_as_they_are() -> None:
    assert f">a{NO_BREAK * 3}b<" in picture("  a   b \n", "a title")
