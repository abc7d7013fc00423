"""Characters that a reader does not see: what is found, where it stands, and where it is at home."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.facts.kinds.unseen import BIDI, FAR, INVISIBLE, LOOKALIKE, TAGS, TERMINAL
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.unseen import unseen


def found(line: str | bytes, path: str = "a.py", before: str = "x = 1\n") -> tuple[Occurrence, ...]:
    """What a line that is added to a file hides."""
    text = before.encode() + (line.encode() if isinstance(line, str) else line) + b"\n"
    (pair,) = from_trees(MemoryTree({path: before}), MemoryTree({path: text})).pairs
    return unseen(pair)[1]


def outline(line: str | bytes, path: str = "a.py") -> list[tuple[str, str, bool]]:
    return [(it.details["what"], it.details["where"], bool(it.details["usual"])) for it in found(line, path)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("y = 1  # \u202e", [(BIDI, "comment", False)]),
        ("y = '\u2067\u05e9\u2069'", [(BIDI, "string", True)]),
        ("y = '\u2067\u05e9'", [(BIDI, "string", False)]),
        ("y = '\u2069\u2067\u05e9'", [(BIDI, "string", False)]),
        ("y = 'a\u200bb'", [(INVISIBLE, "string", False)]),
        ("y = 'a'  # b\u00adc", [(INVISIBLE, "comment", False)]),
        ("y = '\U0001f469\u200d\U0001f467'", [(INVISIBLE, "string", True)]),
        ("y = 'a\u200db'", [(INVISIBLE, "string", False)]),
        ("y = '\u0645\u200c\u0645'", [(INVISIBLE, "string", True)]),
        ("y = '\u2764\ufe0f 1\ufe0f\u20e3'", []),
        ("y = '\u2139\ufe0f \u00a9\ufe0f #\ufe0f\u20e3'", []),
        ("y = '\u2764\ufe0f\ufe01\ufe02'", [(INVISIBLE, "string", False)]),
        ("y = 'a\ufe0f'", [(INVISIBLE, "string", False)]),
        ("y = 'a\ufeff'", [(INVISIBLE, "string", False)]),
        ("y = 'a\U000e0061'", [(TAGS, "string", False)]),
        ("y = '\U0001f3f4\U000e0067\U000e0062\U000e007f'", [(TAGS, "string", True)]),
        ("y = '\u845b\U000e0100'", [(TAGS, "string", True)]),
        ("y = 'a\U000e0100'", [(TAGS, "string", False)]),
        ("y = '\x1b[1m'", [(TERMINAL, "string", False)]),
        ("y = '\x08'", [(TERMINAL, "string", False)]),
        (f"y = 1{' ' * 200}; z = 2", [(FAR, "code", False)]),
        (f"y = 1{' ' * 200}# noqa", [(FAR, "comment", False)]),
        (f"{' ' * 200}z = 2", [(FAR, "code", True)]),
        (f"y = 'a{' ' * 250}b'", []),
        (f"y = 1{' ' * 199}; z = 2", []),
        (f"y = 1{' ' * 300}", []),
        ("y = 'a\tb'", []),
        ("y = 'gr\u00fc\u00dfe \u65e5\u672c'  # \u041f\u0440\u0438\u0432\u0435\u0442", []),
        (b"y = '\xff\xe4'", []),
        ("", []),
    ],
)
def test_lines_of_code(line: str | bytes, expected: list[tuple[str, str, bool]]) -> None:
    assert outline(line) == expected


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("is_\u0430dmin = 1", "U+0430 cyrillic small letter a"),
        ("\u0430\u0440\u0440 = app", "U+0430 cyrillic small letter a, U+0440 cyrillic small letter er"),
        ("l\u0435n(x)", "U+0435 cyrillic small letter ie"),
        ("\u0391BC = 1", "U+0391 greek capital letter alpha"),
        ("\U0001d41e\U0001d42f\U0001d41a\U0001d425('1')", ""),
        ("r\u0435turn_ = '\u0430'", "U+0435 cyrillic small letter ie"),
    ],
)
def test_names_that_read_like_others(line: str, names: str) -> None:
    (it,) = found(line)
    assert it.details["what"] == LOOKALIKE
    assert it.details["names"].startswith(names)


@pytest.mark.parametrize(
    "line",
    [
        "\u0394T = \u03c1_x * \u03bb1",
        "\u03b1_max = 2",
        "\u0441\u0442\u0430\u0442\u0443\u0441 = 1",
        "na\u00efve = 1",
        "\u540d\u524d = 1",
        "\u2113 = 3",
        "print('\u0430dmin')  # \u0430dmin",
        "x\u00b2 = 1",
        "\u00b5m = 1e-6",
    ],
)
def test_names_of_science_and_other_languages(line: str) -> None:
    assert [it.text for it in found(line)] == []


def test_code_behind_blank_lines() -> None:
    blank = "\n" * 80
    assert outline(f"{blank}y = 2") == [(FAR, "code", False)]
    assert outline(f"{blank[:50]}y = 2") == []
    assert outline(f"{blank}# words{blank}y = 2") == []
    assert outline(f"y = '''{blank}'''") == []


def test_only_changed_lines_count() -> None:
    assert found("y = 1", before="x = '\u202e'\n") == ()


def test_other_text_files() -> None:
    assert outline("a\u202eb", "README.md") == [(BIDI, "text", False)]
    assert outline(b"\x00\x01\x02\xe2\x80\xae", "data.bin") == []
    assert outline("a\ufeff", "a.yml") == [(INVISIBLE, "text", False)]


def test_a_mark_at_the_start_is_none() -> None:
    (pair,) = from_trees(MemoryTree({"b.py": "y = 1\n"}), MemoryTree({"b.py": "\ufeffx = 1\n"})).pairs
    assert unseen(pair)[1] == ()


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("a\u202eb.py", BIDI),
        ("a\nb.py", TERMINAL),
        ("a\tb.py", TERMINAL),
        ("c\u043ere.py", LOOKALIKE),
        ("a\u200bb", INVISIBLE),
    ],
)
def test_names_of_files(name: str, what: str) -> None:
    (pair,) = from_trees(MemoryTree({}), MemoryTree({name: "x = 1\n"})).pairs
    assert [(it.details["what"], it.details["where"]) for it in unseen(pair)[1]] == [(what, "name")]


@pytest.mark.parametrize(
    "name", ["sch\u00f6n.py", "\u65e5\u672c.py", "with space.py", "\u0441\u043a\u043b\u0430\u0434.py"]
)
def test_plain_names_of_files(name: str) -> None:
    (pair,) = from_trees(MemoryTree({}), MemoryTree({name: "x = 1\n"})).pairs
    assert unseen(pair)[1] == ()


def test_what_is_shown_can_be_read() -> None:
    (it,) = found("y = 'ad\u200bmin'")
    assert it.text == "y = 'ad<U+200B>min'"


@pytest.mark.parametrize(
    ("before", "after", "usual"),
    [
        ("X = '\U0001f5de\ufe0f news'\n", "X = '\ufe0f news'\n", True),
        ("X = '\U0001f5de news'\n", "X = '\ufe0f news'\n", False),
        ("X = 'a\u200bb'\n", "X = 'a\u200bc'\n", False),
    ],
)
def test_what_is_left_of_a_sign_that_was_taken_out(before: str, after: str, *, usual: bool) -> None:
    (pair,) = from_trees(MemoryTree({"a.py": before}), MemoryTree({"a.py": after})).pairs
    left = [it for it in unseen(pair)[1] if it.details["what"] == INVISIBLE]
    assert [it for it in left if not it.details["usual"]] == ([] if usual else left)
    assert usual or left
