"""parse(): any text gives trees or a cause, and line numbers are those of the bytes split at line feeds."""

import ast
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentaudit.facts import concrete as concrete_module
from pytest_agentaudit.facts.concrete import cst_statements
from pytest_agentaudit.facts.definitions import definitions
from pytest_agentaudit.facts.downlevel import lowered
from pytest_agentaudit.facts.folded import fold
from pytest_agentaudit.facts.lines import lines
from pytest_agentaudit.facts.model import Kind
from pytest_agentaudit.facts.nesting import cut
from pytest_agentaudit.facts.parse import Parsed, parse

ODD_LINES = (
    "x = '''\f\v\x85\u2028'''\r\ny = 1\rz = 2\r\n\fdef f():\r\n    '''a\rb'''\r\n    return y\r\n\r\n"
    "class A:\r\n\f    b = 1\n"
)


def test_lines_are_those_of_bytes_split_at_line_feeds() -> None:
    parsed = parse(ODD_LINES)
    assert [(it.qualified_name, it.start_line, it.line, it.end_line) for it in parsed.definitions()] == [
        ("f", 3, 3, 5),
        ("A", 7, 7, 8),
    ]
    assert [(it.line, it.end_line) for it in lines(parsed)] == [(1, 1), (2, 2), (2, 2), (3, 3), (5, 5), (7, 7), (8, 8)]
    found = parsed.concrete(parsed.definitions()[0])
    assert found
    assert [found.line(it) for it in cst_statements(found.node)] == [(3, 5), (4, 4), (5, 5)]


@pytest.mark.parametrize(
    "text", ["\ufeffdef f(): pass\n", "def f(): '\udce4'  # \udcff\n", "# -*- coding: ascii -*-\ndef f(): 'é'\n"]
)
def test_marks_and_odd_bytes_do_not_hide_code(text: str) -> None:
    assert [it.qualified_name for it in parse(text).definitions()] == ["f"]


def test_warnings_of_the_text_are_not_the_readers() -> None:
    assert parse("def f():\n    '\\d'\n    return x is 1\n").tree


DECORATED = """\
class A:
    @one
    @two(
        3,
    )
    def f(self, x=1):
        '''Say
unindented.'''
        if x: return 1; y = 2
        elif y:
            z
        else:
            q = g(  # why
                1,
                'a  b',
            )
  # a comment further left
        async def h(): pass
        try:
            pass
        except E:
            x
        else:
            y
        finally:
            z
        match x:
            case 1: pass
            case _:
                w
        with a, b: c
        while d:
            e
        else:
            f
"""


def test_definitions_are_named_by_their_places() -> None:
    spans = parse(DECORATED).definitions()
    assert [(it.qualified_name, it.name, it.kind, it.start_line, it.line, it.end_line) for it in spans] == [
        ("A", "A", Kind.CLASS, 1, 1, 35),
        ("A.f", "f", Kind.FUNCTION, 2, 6, 35),
        ("A.f.h", "h", Kind.FUNCTION, 18, 18, 18),
    ]
    assert [it.parent and it.parent.name for it in spans] == [None, "A", "f"]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_libcst_nodes_know_their_lines(index: int) -> None:
    parsed = parse(DECORATED)
    span = parsed.definitions()[index]
    found = parsed.concrete(span)
    assert found
    assert found.exact
    assert found is parsed.concrete(span)
    expected = [(it.lineno, it.end_lineno) for it in ast.walk(span.node) if isinstance(it, ast.stmt)]
    assert sorted(found.line(it) for it in cst_statements(found.node)) == sorted(expected)


def test_positions_are_computed_where_the_trees_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concrete_module, "statements", lambda _node: iter(()))
    parsed = parse(DECORATED)
    for span in parsed.definitions():
        found = parsed.concrete(span)
        assert found
        assert not found.exact
        starts = sorted(found.line(it)[0] for it in cst_statements(found.node))
        assert starts == sorted(it.lineno for it in ast.walk(span.node) if isinstance(it, ast.stmt))


def test_a_span_that_libcst_cannot_read_gives_none() -> None:
    parsed = Parsed("def f():\n    $\n", ast.parse("def f():\n    pass\n"), None, None)
    assert parsed.concrete(parsed.definitions()[0]) is None


def test_source_is_folded_to_one_line() -> None:
    parsed = parse(
        "def f():\n    x = g(\n        1,  # one\n        'a  # b',\n        [\n            2,\n        ],\n    )\n"
    )
    found = parsed.concrete(parsed.definitions()[0])
    assert found
    assert found.source([*cst_statements(found.node)][-1]) == "x = g(1, 'a  # b', [2])"


def test_folding_leaves_strings_alone() -> None:
    assert fold("f( 'a   b' ,\n  \"c #  d\" )") == "f('a   b' , \"c #  d\")"


WORDS = (
    "def f|class A|elif x:|if x:|lambda|type X[T] = |except A, B:|async |match x:|case _:|return|pass|x|1|@|=|,|;|-"
    "|.b()|(|)|[|]|{|}|:|'|\"|'''|f'|f\"\"\"|{{|\\|#|!r|%|\n|\n    |    |\r|\f|\0|\ufeff|\u2028|\udc80|é"
)
PIECES = st.sampled_from(WORDS.split("|"))


@given(st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join)))
@settings(max_examples=400, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    parsed = parse(text)
    assert parsed.tree is not None or parsed.problem is not None
    assert lowered(text).count("\n") == text.count("\n")
    assert cut(text).text.count("\n") == text.count("\n")
    last = text.count("\n") + 1
    spans = parsed.definitions()
    for span in spans:
        assert 1 <= span.start_line <= span.line <= span.end_line <= last
        parsed.concrete(span)
    assert all(first.line <= second.line for first, second in pairwise(spans))
    assert all(1 <= line.line <= line.end_line <= last for line in lines(parsed))
    definitions(parsed, None)
