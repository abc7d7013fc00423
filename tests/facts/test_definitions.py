"""definitions(): what a definition is, and which edits leave its fingerprint alone."""

from textwrap import dedent

import pytest

from pytest_agentaudit.facts.definitions import definitions
from pytest_agentaudit.facts.model import Definition, Kind
from pytest_agentaudit.facts.parse import parse


def read(source: str, name: str = "") -> Definition:
    found = definitions(parse(dedent(source)), None)
    return next(it for it in found if not name or it.qualified_name == name)


BASE = """
def price(items, rate=1):
    total = 0
    for item in items:
        total += item.cost * rate
    return total
"""

EQUAL = {
    "renamed": BASE.replace("price", "cost_of"),
    "moved down and indented": "x = 1\nif x:\n" + BASE.replace("\n", "\n    ") + "\n",
    "docstring": BASE.replace("    total = 0\n", '    """Add up."""\n    total = 0\n'),
    "comments": BASE.replace("    total = 0\n", "    # start\n    total = 0  # nothing yet\n"),
    "annotations": BASE.replace("(items, rate=1)", "(items: list[Item], rate: int = 1) -> int"),
    "annotated variables": BASE.replace("    total = 0", "    item: Item\n    total: int = 0"),
    "layout": BASE.replace("item.cost * rate", "(\n            item.cost\n            * rate\n        )"),
    "type parameters": BASE.replace("price(items", "price[T](items"),
    "a pass": BASE.replace("    return", "    pass\n    return"),
    "override": "import typing\n@typing.override" + BASE,
    "cast": "from typing import cast as as_type\n" + BASE.replace("return total", "return as_type(int, total)"),
    "typing-only import": BASE.replace("    total = 0", "    if TYPE_CHECKING:\n        import Item\n    total = 0"),
}
DIFFERENT = {
    "a number": BASE.replace("= 0", "= 1"),
    "an operator": BASE.replace("*", "+"),
    "a name": BASE.replace("item.cost", "item.price"),
    "a parameter": BASE.replace("rate=1", "rate=1, tax=0"),
    "a default": BASE.replace("rate=1", "rate=2"),
    "a decorator": "@cached" + BASE,
    "a statement": BASE.replace("    return", "    log(total)\n    return"),
    "order": BASE.replace("total += item.cost * rate", "total = item.cost * rate + total"),
    "async": BASE.replace("def", "async def"),
    "a bool for a number": BASE.replace("= 0", "= False"),
    "a cast that is not typing's": BASE.replace("return total", "return cast(int, total)"),
}


@pytest.mark.parametrize("source", EQUAL.values(), ids=EQUAL)
def test_equal_behaviour_has_an_equal_fingerprint(source: str) -> None:
    assert read(source).fingerprint == read(BASE).fingerprint


@pytest.mark.parametrize("source", DIFFERENT.values(), ids=DIFFERENT)
def test_other_behaviour_has_another_fingerprint(source: str) -> None:
    assert read(source).fingerprint != read(BASE).fingerprint


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("def f(n):\n    return f(n - 1)\n", "def g(n):\n    return g(n - 1)\n"),
        ("def f(n):\n    return 'a' 'b'\n", 'def f(n):\n    return "ab"\n'),
        ("class A(Generic[T]):\n    x = 1\n", "class A[T]:\n    x = 1\n"),
        ("class A:\n    '''One.'''\n", "class A:\n    pass\n"),
    ],
)
def test_other_spellings_of_the_same(first: str, second: str) -> None:
    head = "from typing import Generic\n"
    assert read(head + first).fingerprint == read(head + second).fingerprint


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("class A:\n    x: int\n", "class A:\n    pass\n"),
        ("class A:\n    x: int = 1\n", "class A:\n    x = 1\n"),
        ("def f(n):\n    return f(n)\n", "def f(n):\n    return g(n)\n"),
        ("def f(n):\n    return '1'\n", "def f(n):\n    return 1\n"),
        ("def f(self):\n    return self.f()\n", "def f(self):\n    return self.g()\n"),
        ("def f(n):\n    return 0x" + "f" * 9_000, "def f(n):\n    return 0x" + "e" * 9_000),
        ("def f(n):\n    return 1\n", "def f(n):\n    return 1.0\n"),
        ("def f(a, b): pass\n", "def f(a, /, b): pass\n"),
        ("def f():\n    if TYPE_CHECKING:\n        a\n    else:\n        b\n", "def f():\n    a\n"),
    ],
)
def test_what_looks_alike_and_is_not(first: str, second: str) -> None:
    assert read(first).fingerprint != read(second).fingerprint


def test_a_definition_says_what_it_is() -> None:
    found = read(
        """
        class A(Base, metaclass=M):
            @one
            @two(3)
            async def f(self, a, /, b: int = 1, *c, d=None, **e) -> str:
                return self.g(a).h + len(b)
        """,
        "A.f",
    )
    assert found.kind is Kind.FUNCTION
    assert (found.start_line, found.line, found.end_line) == (3, 5, 6)
    assert found.parameters == ("self", "a", "b", "c", "d", "e")
    assert found.signature == "(self, a, /, b: int=1, *c, d=None, **e) -> str"
    assert found.decorators == ("one", "two(3)")
    assert found.names == {"self", "g", "a", "h", "len", "b", "one", "two"}
    assert found.is_async
    assert found.complexity == 1
    assert found.bare_name == "f"


def test_a_class_has_bases_for_a_signature_and_no_complexity() -> None:
    found = read("class A(Base, metaclass=M):\n    pass\n")
    assert (found.kind, found.signature, found.parameters, found.complexity) == (
        Kind.CLASS,
        "(Base, metaclass=M)",
        (),
        None,
    )


def test_only_touched_definitions_are_read_deeply() -> None:
    source = "def f():\n    return 1\n\n\nclass A:\n    def g(self):\n        return 2\n\n    def h(self): pass\n"
    found = {it.qualified_name: it for it in definitions(parse(source), frozenset({7}))}
    assert {name for name, it in found.items() if it.touched} == {"A", "A.g"}
    assert found["A.g"].fingerprint == read(source, "A.g").fingerprint
    assert (found["f"].fingerprint, found["f"].names, found["f"].complexity) == ("", frozenset(), None)
    assert [it.touched for it in definitions(parse(source), frozenset())] == [False] * 4


def test_a_decorator_line_touches_its_function() -> None:
    source = "@a\n@b\ndef f(): pass\n"
    assert definitions(parse(source), frozenset({1}))[0].touched
