"""Source that nests too deep: cut to what can be read, never a crash."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import libcst as cst
import pytest

from pytest_agentaudit.facts import nesting
from pytest_agentaudit.facts.concrete import cst_statements
from pytest_agentaudit.facts.definitions import definitions
from pytest_agentaudit.facts.lines import lines
from pytest_agentaudit.facts.nesting import LIMIT, cut
from pytest_agentaudit.facts.parse import RESCANNED, parse

TAIL = "\n\n\ndef after():\n    return 1\n"

READABLE = {
    "400 summed terms": f"x = {'+'.join(['a'] * 400)}",
    "5,000 summed terms": f"x = {'+'.join(['a'] * 5_000)}",
    "100,000 summed terms": f"x = {'+'.join(['a'] * 100_000)}",
    "summed terms on lines of their own": "x = (\n" + "+\n".join(["    a"] * 600) + "\n)",
    "200 chained calls": f"x = a{'.b()' * 200}",
    "5,000 chained calls": f"x = a{'.b()' * 5_000}",
    "5,000 attributes": f"x = a{'.b' * 5_000}",
    "400 elifs": "if a:\n    b\n" + "elif a:\n    b\n" * 400,
    "4,000 elifs": "if a:\n    b\n" + "elif a:\n    b\n" * 4_000,
    "199 parentheses": f"x = {'(' * 199}1{')' * 199}",
    "2,000 brackets": f"x = {'[' * 2_000}{']' * 2_000}",
    "50,000 signs": f"x = {'-' * 50_000}1",
    "50,000 nots": f"x = {'not ' * 50_000}1",
    "3,000 lambdas": f"x = {'lambda: ' * 3_000}1",
    "3,000 conditions": f"x = {'a if b else ' * 3_000}1",
    "3,000 powers": f"x = {'**'.join('a' * 3_000)}",
    "5,000 strings in a row": f"x = {' '.join(['1'.join(chr(39) * 2)] * 5_000)}",
    "5,000 ands": f"x = {' and '.join('a' * 5_000)}",
    "signs in a format string": f"x = f'{{{'-' * 5_000}1}}'",
    "95 blocks": "".join(f"{' ' * depth}if a:\n" for depth in range(95)) + f"{' ' * 95}pass",
}
UNREADABLE = {
    "2,000 open brackets": ("x = " + "[" * 2_000, 1),
    "NUL": ("x = 1\ny = '\0'\n", 2),
    "150 blocks": ("".join(f"{' ' * depth}if a:\n" for depth in range(150)) + " " * 150 + "pass\n", 101),
    "a syntax error": ("x = 1\ndef f(:\n    pass\n", 2),
    "a syntax error after a lone CR": ("x = 1\ry = 2\ndef f(:\n    pass\n", 2),
    "a number of 5,000 digits": ("x = 1\ny = " + "9" * 5_000 + "\n", 2),
    "too deep and too long to scan twice": (f"x = {'-' * RESCANNED}1\n", 1),
}


@pytest.mark.parametrize("source", READABLE.values(), ids=READABLE)
def test_deep_source_does_not_cost_the_rest_of_its_file(source: str) -> None:
    parsed = parse(source + TAIL)
    names = [span.qualified_name for span in parsed.definitions()]
    assert names == ["after"]
    assert parsed.definitions()[0].line == source.count("\n") + 4
    assert definitions(parsed, None)[0].complexity == 1
    assert len(lines(parsed)) >= 2
    assert parsed.tree is not None
    for visit in (ast.unparse, ast.dump):
        assert visit(parsed.tree)


@pytest.mark.parametrize("source", READABLE.values(), ids=READABLE)
def test_deep_source_inside_a_function_stays_walkable_by_libcst(source: str) -> None:
    body = "".join(f"    {line}\n" for line in source.split("\n"))
    parsed = parse(f"def f(a, b):\n{body}    return x\n")
    if parsed.tree is None:
        assert parsed.problem
        return
    span = parsed.definitions()[0]
    found = parsed.concrete(span)
    assert found
    found.node.visit(cst.CSTTransformer())
    assert found.source(found.node)
    last = [*cst_statements(found.node)][-1]
    assert found.line(last) == (source.count("\n") + 3,) * 2


@pytest.mark.parametrize(("source", "line"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_source_is_a_problem_with_its_line(source: str, line: int) -> None:
    parsed = parse(source)
    assert parsed.tree is None
    assert parsed.definitions() == ()
    assert parsed.problem
    assert parsed.problem.cause
    assert parsed.problem.line == line
    assert definitions(parsed, None) == ()
    assert lines(parsed) == ()


def test_what_was_cut_out_is_named_with_its_line() -> None:
    parsed = parse("x = 1\r\ny = 1\rz = " + "-" * 5_000 + "1\n")
    assert parsed.tree
    assert parsed.problem
    assert parsed.problem.line == 2


@pytest.mark.parametrize(
    "source", [*READABLE.values(), *(text for text, line in UNREADABLE.values() if line < LIMIT / 2)]
)
def test_a_cut_text_keeps_its_lines_and_nests_no_deeper_than_the_limit(source: str) -> None:
    result = cut(source)
    assert result.text.count("\n") == source.count("\n")
    assert cut(result.text).lines == ()


def test_a_cut_statement_keeps_its_kind_and_a_digest_of_its_source() -> None:
    deep = "+".join("a" * (LIMIT + 50))
    source = (
        f"@{'a' + '.b()' * 300}\nasync def f(x={deep}):\n    async with {deep} as c:\n        assert {deep}\n"
        f"    for x in {deep}:\n        return {deep}\n    if {deep}: x = {deep}\n"
        f"    elif {deep}:\n        raise E({deep})\n"
        f"    else: {deep}\n    while {deep}:\n        pass\n"
        f"    match {deep}:\n        case A(x=b) if {deep}:\n            pass\n"
        f"class A({deep}):\n    x: int = {deep}\n    try:\n        pass\n    except {deep}:\n        pass\n"
    )
    first, again, other = parse(source), parse(source), parse(source.replace("a+a", "a-a"))
    kinds = [type(node).__name__ for node in ast.walk(first.tree or ast.Module([], []))]
    for kind in (
        "AsyncFunctionDef",
        "AsyncWith",
        "Assert",
        "For",
        "Return",
        "If",
        "Raise",
        "While",
        "Match",
        "ClassDef",
    ):
        assert kind in kinds
    digests = [[it.fingerprint for it in definitions(side, None)] for side in (first, again, other)]
    assert digests[0] == digests[1]
    assert not set(digests[0]) & set(digests[2])


def test_hostile_source_does_not_end_the_interpreter() -> None:
    sources = [
        *READABLE.values(),
        *(text for text, _ in UNREADABLE.values()),
        "f'{" * 3_000,
        "'" * 9_999,
        "\\'''" * 999,
    ]
    code = (
        "import sys, json\n"
        "from pytest_agentaudit.facts.parse import parse\n"
        "for text in json.load(sys.stdin):\n"
        "    parsed = parse(text)\n"
        "    [parsed.concrete(span) for span in parsed.definitions()]\n"
        "    parse('def f():\\n  ' + text.replace('\\n', '\\n  '))\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_a_long_text_with_long_calls_is_read_to_the_bottom() -> None:
    row = f"    ({', '.join(['[a]'] * 90)}),\n"
    source = f"rows = [\n{row * (RESCANNED // len(row) + 1)}]\n"
    parsed = parse(source + TAIL)

    assert len(source) > RESCANNED
    assert parsed.problem is None
    assert [span.qualified_name for span in parsed.definitions()] == ["after"]


def test_ordinary_source_is_not_cut() -> None:
    for path in Path(nesting.__file__).parent.glob("*.py"):
        text = path.read_text("utf-8")
        assert cut(text).text == text
