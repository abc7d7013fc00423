"""The scan: every comment, no string taken for one, and no bytes on which it fails."""

import io
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pytest_agentaudit
from pytest_agentaudit.facts.model import Comment, Depth, OddBreak
from pytest_agentaudit.facts.scan import Scan, scan

PACKAGE = Path(pytest_agentaudit.__file__).parent
MARKS = tuple("'\"{}\\ x=:([])\n\r\f\0\t\u2028\u00e9")
PIECES = (*MARKS, "# c", "'''", '"""', "f'", 'f"', 'rf"""', "t'", "{{", "}}", "\r\n", "!r", "\\N{DASH}", "if", "lambda")
STATEMENTS = (
    "x = 1",
    "x = 1  # a",
    "# b",
    "    # c",
    "x = '# d'  # e",
    'x = "\\"# f"  # g',
    "x = '''\n# h\n'''  # i",
    'x = """\'# j\n\\""""  # k',
    "x = r'\\'  '# l'",
    "x = (1,  # m\n     2)",
    "x = 'n\\\n# o'  # p",
    "x = '' + b''  # q",
    "if x:  # r\n    x = 's'  # t",
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32-be", "latin-1", "utf-7", "cp1252", "shift_jis", "iso2022_jp", "hz")


def texts(content: str | bytes) -> list[str]:
    """The text of every comment."""
    return [comment.text for comment in read(content).comments]


def read(content: str | bytes) -> Scan:
    return scan(content.encode() if isinstance(content, str) else content)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(content: bytes) -> None:
    found = scan(content)

    assert len(found.source.starts) == content.count(b"\n") + 1
    assert all(comment.text.startswith("#") for comment in found.comments)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.sampled_from(ENCODINGS))
def test_any_text_is_read_in_any_encoding(text: str, encoding: str) -> None:
    content = text.encode(encoding, "replace")

    for declared in (content, f"# coding: {encoding}\n".encode() + content):
        found = scan(declared)
        assert len(found.source.starts) == declared.count(b"\n") + 1
        assert [found.code_lines[line] for line in found.code_lines] == list(found.code_lines.values())
        assert all(name.isidentifier() for name in found.names)
        assert all(1 <= it.line <= len(found.source.starts) for it in found.comments)
        assert all(1 <= it.line <= len(found.source.starts) for it in found.odd_breaks)


@given(st.lists(st.sampled_from(STATEMENTS), max_size=12).map("\n".join))
def test_agrees_with_the_interpreter(text: str) -> None:
    tokens = tokenize.generate_tokens(io.StringIO(text + "\n").readline)

    assert texts(text) == [token.string for token in tokens if token.type == tokenize.COMMENT]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_finds_the_comments_of_real_files(path: Path) -> None:
    content = path.read_bytes()
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))

    expected = [(*token.start, token.string) for token in tokens if token.type == tokenize.COMMENT]
    assert [(it.line, it.column, it.text) for it in scan(content).comments] == expected


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("x = '# no'  # yes", ["# yes"]),
        ("x = '''\n# no\n'''  # yes", ["# yes"]),
        ("x = '\\'# no'  # yes", ["# yes"]),
        ("x = r'\\'  # no'  # yes", ["# yes"]),
        ("x = 'a' 'b'  # yes", ["# yes"]),
        ("x = ''  # yes", ["# yes"]),
        ("x = 'a\\\n# no'  # yes", ["# yes"]),
        ("x = 'a\\\r\n# no'  # yes", ["# yes"]),
        ("if'{'in x: # yes", ["# yes"]),
        ("x = f'{y}# no'  # yes", ["# yes"]),
        ("x = f'{{# no'  # yes", ["# yes"]),
        ("x = f'{y[\"# no\"]}'  # yes", ["# yes"]),
        ('x = f"{y["# no"]}"  # yes', ["# yes"]),
        ('x = f"{f"{f"{1}# no"}# no"}"  # yes', ["# yes"]),
        ("x = f'{y!r:#>{width}}'  # yes", ["# yes"]),
        ("x = f'{(lambda: 1)()}# no'  # yes", ["# yes"]),
        ("x = f'{ {1: 2}[1] }# no'  # yes", ["# yes"]),
        ("x = f'\\N{NUMBER SIGN}{y}# no'  # yes", ["# yes"]),
        ("x = rf'\\{y}# no'  # yes", ["# yes"]),
        ("x = F'''{\n  y  # inside\n}# no'''  # yes", ["# inside", "# yes"]),
        ("x = t'{y['# no']}'  # yes", ["# yes"]),
        ("x = fb'{'  # yes", ["# yes"]),
    ],
)
def test_strings_hold_no_comments(text: str, comments: list[str]) -> None:
    found = read(text)

    assert [it.text for it in found.comments] == comments
    assert (found.problem, found.depth) == (None, Depth.TOKENS)


def test_a_comment_knows_its_place() -> None:
    assert read("x = 1  # a\n\t# b\n").comments == (
        Comment(1, 7, "# a", own_line=False),
        Comment(2, 1, "# b", own_line=True),
    )


def test_code_lines_leave_out_comments_and_fold_white_space() -> None:
    lines = read("x  =\t1  # a\n\n  y = '#' # b\n# c").code_lines

    assert dict(lines) == {1: "x = 1", 2: "", 3: "y = '#'", 4: ""}
    assert lines.raw(3) == "  y = '#'"
    with pytest.raises(KeyError):
        lines[5]


def test_names_are_the_identifiers_of_the_code() -> None:
    found = read("import os  # secret\nx = f'{os.sep} text' + 'os2'\nd\u00e9j\u00e0 = \ufb01ne")

    assert {"os", "sep", "x", "d\u00e9j\u00e0", "fine"} <= found.names
    assert not {"secret", "text", "os2", "\ufb01ne"} & found.names


@pytest.mark.parametrize(
    ("content", "cause", "comments"),
    [
        ("x = '# a\ny = 1  # b\n", "a string literal that does not end", ["# a", "# b"]),
        ("x = '''# a\ny = '# b'\n", "a string literal that does not end", ["# a", "# b'"]),
        ('x = f"{y[\n# a\n', "a string literal that does not end", ["# a"]),
        (b"x = 1  # a\n\xff = 2  # b\n", "a byte that is not utf-8", ["# a", "# b"]),
        (b"# coding: nothing\nx = 1  # b\n", "unknown encoding nothing", ["# coding: nothing", "# b"]),
        (b"# coding: rot13\n# b\n", "unknown encoding rot13", ["# coding: rot13", "# b"]),
        (b"\xef\xbb\xbf# coding: latin-1\n", "a UTF-8 mark and the encoding latin-1 contradict", ["# coding: latin-1"]),
        ("x = 1  # a\0b\n", "a NUL byte: Python does not read such a file", ["# a\0b"]),
        ("x = 1  # a\n".encode("utf-16"), "UTF-16: Python does not read such a file", ["# a"]),
        ("x = 1  # a\n".encode("utf-32"), "UTF-32: Python does not read such a file", ["# a"]),
        (
            b"# coding: utf-7\nx = 1 +ACM- a\n",
            "encoding utf-7: the bytes do not show the code that Python reads",
            ["# coding: utf-7", "# a"],
        ),
        (
            b"# coding: unicode_escape\nx = 1 \\x23 a \\q\n",
            "encoding unicode_escape: the bytes do not show the code that Python reads",
            ["# coding: unicode_escape", "# a \\q"],
        ),
    ],
)
def test_what_python_cannot_read_is_a_problem_and_is_read_all_the_same(
    content: str | bytes, cause: str, comments: list[str]
) -> None:
    found = read(content)

    assert found.problem
    assert found.problem.cause == cause
    assert [it.text for it in found.comments] == comments


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"x = 1\n", "utf-8"),
        (b"\xef\xbb\xbfx = 1  # a\n", "utf-8"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nx = '\xe4'\n", "iso8859-1"),
        (b"x = 1\n# coding: latin-1\n", "utf-8"),
        (b"\n\n# coding: latin-1\n", "utf-8"),
    ],
)
def test_a_readable_file_has_no_problem(content: bytes, encoding: str) -> None:
    found = scan(content)

    assert (found.encoding, found.problem, found.depth) == (encoding, None, Depth.TOKENS)


def test_lines_are_those_of_the_bytes_whatever_the_codec_makes_of_them() -> None:
    hidden = scan(b"# coding: utf-7\nx +AAo-y # a\nz # b\n")
    wide = scan("\u010a # a\n# b\n".encode("utf-16-le").join([b"\xff\xfe", b""]))

    assert [it.line for it in hidden.comments] == [1, 2, 3]
    assert [it.line for it in wide.comments] == [2, 3], "U+010A holds the byte 0x0A"


def test_odd_breaks_are_named_once_a_line() -> None:
    found = read("a = 1\rb = 2\r\n\fc\fd\n\v\x85\u2028\u2029")

    assert found.odd_breaks == (
        OddBreak(1, "lone carriage return"),
        OddBreak(2, "form feed"),
        OddBreak(3, "vertical tab"),
        OddBreak(3, "next line (U+0085)"),
        OddBreak(3, "line separator (U+2028)"),
        OddBreak(3, "paragraph separator (U+2029)"),
    )


def test_a_lone_carriage_return_ends_a_comment_as_it_does_for_python() -> None:
    assert texts("# a\rimport os  # b\r\n") == ["# a", "# b"]


@pytest.mark.parametrize(
    "content",
    [
        b"(" * 100_000,
        b'f"{' * 100_000,
        b'f"{' * 100_000 + b"1" + b'}"' * 100_000,
        b'"' + b'\\"' * 300_000,
        b"'\n" * 300_000,
        b"''' " * 100_000,
        b"-" * 50_000 + b"1",
        b"\r" * 300_000,
    ],
    ids=["brackets", "open f-strings", "nested f-strings", "escapes", "quotes", "triple quotes", "minus", "returns"],
)
def test_hostile_text_keeps_its_last_comment(content: bytes) -> None:
    assert texts(content + b"\n# end")[-1] == "# end"


@pytest.mark.parametrize(("content", "count"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"\n\n", 2)])
def test_line_count(content: bytes, count: int) -> None:
    assert scan(content).line_count == count
