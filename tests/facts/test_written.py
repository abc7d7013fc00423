"""Values that are written out in whatever way."""

from __future__ import annotations

import ast

import pytest

from pytest_agentaudit.facts.literals import UNKNOWN
from pytest_agentaudit.facts.written import literal, text_value, written


def value(source: str, **names: str) -> object:
    known = {name: ast.parse(text, mode="eval").body for name, text in names.items()}
    return written(ast.parse(source, mode="eval").body, known)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("97", 97),
        ("-3 + 100", 97),
        ("0x61", 97),
        ("int('97')", 97),
        ("float('1.5')", 1.5),
        ("'ab' + 'cd'", "abcd"),
        ("'dcba'[::-1]", "abcd"),
        ("''.join(['a', 'b'])", "ab"),
        ("''.join(map(chr, [97, 98]))", "ab"),
        ("'-'.join(chr(it) for it in (97, 98))", "a-b"),
        ("'a{}c'.format('b')", "abc"),
        ("f'a{\"b\"}c'", "abc"),
        ("base64.b64decode('YWI=').decode()", "ab"),
        ("bytes.fromhex('6162').decode('ascii')", "ab"),
        ("bytes([97, 98]).decode()", "ab"),
        ("json.loads('[1, {\"a\": 2}]')", [1, {"a": 2}]),
        ("ast.literal_eval('(1, 2)')", (1, 2)),
        ("[1, (2, 3)]", [1, (2, 3)]),
        ("{1: 'a', **{}}", UNKNOWN),
        ("{1, 2}", frozenset({1, 2})),
        ("dict([(1, 'a'), (2, 'b')])", {1: "a", 2: "b"}),
        ("dict(zip([1, 2], ['a', 'b']))", {1: "a", 2: "b"}),
        ("zlib.decompress(bytes.fromhex('789c4b4c02000126 00c4'.replace(' ', '')))", UNKNOWN),
        ("f(97)", UNKNOWN),
        ("n + 1", UNKNOWN),
        ("f'a{n}'", UNKNOWN),
        ("'{:>99999999999}'.format('a')", UNKNOWN),
        ("int('nine')", UNKNOWN),
        ("chr(-1)", UNKNOWN),
        ("json.loads('{')", UNKNOWN),
        ("bytes.fromhex('zz')", UNKNOWN),
        ("{[]: 1}", UNKNOWN),
        ("base64.b64decode(17)", b""),
    ],
)
def test_value(source: str, expected: object) -> None:
    assert value(source) == expected


def test_names_are_put_in_once() -> None:
    assert value("LIMIT", LIMIT="97") == 97
    assert value("Shop.LIMIT", **{"Shop.LIMIT": "97"}) == 97
    assert value("LIMIT", LIMIT="LIMIT") is UNKNOWN


def test_text() -> None:
    assert text_value(ast.parse("b'a' + b'b'", mode="eval").body) == ""
    assert text_value(ast.parse("b'ab'", mode="eval").body) == "ab"
    assert text_value(ast.parse("17", mode="eval").body) == ""


def test_nesting_ends() -> None:
    deep = "[" * 60 + "]" * 60
    assert value(f"json.loads('{'[' * 100_000}')") is UNKNOWN
    assert value(deep) != UNKNOWN


@pytest.mark.parametrize("known", [1, "a", None, True, [1, [2]], {"a": [1]}, (1, 2)])
def test_a_literal_of_a_value_is_that_value(known: object) -> None:
    again = written(literal(known))
    assert again == (list(known) if isinstance(known, tuple) else known)
