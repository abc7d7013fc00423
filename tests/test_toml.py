"""The line of every key is found, for every way in which TOML spells keys and values."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.toml import Place, TomlError, leaves, parse

DOCUMENT = '''# a comment = 1
title = "x # no comment"
a."b.c".d = 1
[ tool . one ] # [no header]
list = [
  1, # ]
  "[2]",
  { k = 1, inner.deep = "}" },
]
text = """
[not.a.header]
key = 1 \\""" still text"""
raw = \'\'\'\'\'two quotes first
end\'\'\'\'\'
day = 1979-05-27 07:32:00

[[tool.steps]]
name = \'first\'
[[tool.steps]]
name = "second"
[tool.steps.more]
"quo\\u0074ed" = true
[[tool.steps.inner]]
x = 1
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("title",), 2),
        (("a", "b.c", "d"), 3),
        (("a",), 3),
        (("tool", "one"), 4),
        (("tool", "one", "list"), 5),
        (("tool", "one", "list", 0), 6),
        (("tool", "one", "list", 1), 7),
        (("tool", "one", "list", 2, "inner", "deep"), 8),
        (("tool", "one", "text"), 10),
        (("tool", "one", "raw"), 13),
        (("tool", "one", "day"), 15),
        (("tool", "steps"), 17),
        (("tool", "steps", 0, "name"), 18),
        (("tool", "steps", 1), 19),
        (("tool", "steps", 1, "name"), 20),
        (("tool", "steps", 1, "more", "quoted"), 22),
        (("tool", "steps", 1, "inner", 0, "x"), 24),
    ],
)
def test_line_of_a_key(place: Place, line: int) -> None:
    assert parse(DOCUMENT).lines[place] == line


def test_line_of_what_is_not_written_is_that_of_the_table_around_it() -> None:
    assert parse(DOCUMENT).line(("tool", "steps", 1, "absent", "deeper")) == 19
    assert parse(DOCUMENT).line(("absent",)) == 1


def test_windows_line_ends_count_once() -> None:
    assert parse("a = 1\r\n\r\nb = 2\r\n").lines == {("a",): 1, ("b",): 3}


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("a = 1\nb = = 2\n", 2, "Invalid value"),
        ("a = 1\na = 2\n", 2, "Cannot overwrite a value"),
        ("a = " + "[" * 4000, 0, "nested too deeply"),
        (f"a = [{{b = 0x{'f' * 4000}}}]", 0, "an integer of thousands of digits"),
        ("a = " + "9" * 5000, 0, "Exceeds the limit"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(text: str, line: int, cause: str) -> None:
    with pytest.raises(TomlError) as caught:
        parse(text)
    assert caught.value.line == line
    assert caught.value.cause.startswith(cause)


KEYS = st.text("ab-_", min_size=1, max_size=3) | st.text(st.sampled_from("a.b \"'#[]=é\\"), max_size=4)
SCALARS = st.integers() | st.booleans() | st.text(st.sampled_from("ab\"'#[]{}=,\n\\ é"), max_size=12)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


def written(value: object, quote: int) -> str:
    """The value in TOML, strings in one of their spellings."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{basic(key)} = {written(it, quote)}" for key, it in value.items()) + " }"
    if isinstance(value, list):
        return "[\n  # ]\n" + "".join(f"{written(it, quote)} ,\n" for it in value) + "]"
    if isinstance(value, str):
        if quote == 1 and not {"'", "\n"} & set(value):
            return f"'{value}'"
        return f'"""\n{basic(value)[1:-1]}"""' if quote == 2 else basic(value)
    return str(value)


def basic(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def places(value: object, place: Place = ()) -> set[Place]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {place}.union(*(places(it, (*place, key)) for key, it in inner))


@given(
    st.dictionaries(KEYS, VALUES, max_size=4),
    st.lists(st.dictionaries(KEYS, VALUES, max_size=2), max_size=3),
    st.integers(0, 2),
)
def test_every_place_of_any_document_has_a_line(
    top: dict[str, object], items: list[dict[str, object]], quote: int
) -> None:
    pairs = [f"{basic(key)} = {written(value, quote)}\n" for key, value in top.items()]
    tables = [
        "[[the_items]]\n" + "".join(f"{basic(k)} = {written(v, quote)}\n" for k, v in item.items()) for item in items
    ]
    text = "".join((*pairs, *tables))
    document = parse(text)
    assert document.values == tomllib.loads(text)
    assert set(document.lines) == places(document.values) - {()}
    rows = text.split("\n")
    for key in top:
        assert rows[document.lines[key,] - 1].startswith(f"{basic(key)} = ")


def test_leaves_are_the_values_that_are_no_tables() -> None:
    assert dict(leaves({"a": {"b": 1, "empty": {}}, "c": [{"d": 2}]})) == {("a", "b"): 1, ("c",): [{"d": 2}]}
