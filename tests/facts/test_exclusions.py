"""What coverage.py leaves out, compared with coverage.py itself."""

from pathlib import Path

import pytest
from coverage.parser import PythonParser

import pytest_agentaudit
from pytest_agentaudit.facts.exclusions import DEFAULT, exclusions, patterns
from pytest_agentaudit.facts.model import Exclusion, Setting
from pytest_agentaudit.facts.parse import Parsed, parse
from pytest_agentaudit.facts.scan import scan

PACKAGE = Path(pytest_agentaudit.__file__).parent

SAMPLES = {
    "suite": "if x:  # pragma: no cover\n    y = 1\n    z = 2\nw = 3\n",
    "else": "if x:\n    y = 1\nelse:  # pragma: no cover\n    y = 2\nz = 3\n",
    "elif": "if x:\n    y = 1\nelif z:  # pragma: no cover\n    y = 2\nelse:\n    y = 3\n",
    "finally": "try:\n    x = 1\nexcept OSError:\n    x = 2\nfinally:  # pragma: no cover\n    y = 3\n",
    "handler": "try:\n    x = 1\nexcept (\n    OSError,\n):  # pragma: no cover\n    x = 2\nelse:\n    x = 3\n",
    "function": "def f(\n    a,\n    b=1,  # pragma: no cover\n):\n    return a\n\n\nx = 1\n",
    "decorator": "@first\n@second  # pragma: no cover\ndef f():\n    return 1\n\n\nx = 1\n",
    "class": "class A:  # pragma: no cover\n    x = 1\n\n    def f(self):\n        return 1\n\n\ny = 1\n",
    "statement": "x = call(\n    1,  # pragma: no cover\n    2,\n)\ny = 1\n",
    "loop": "for x in y:\n    z = 1\nelse:  # pragma: no cover\n    z = 2\n",
    "match": "match x:\n    case 1:  # pragma: no cover\n        y = 1\n    case 2:\n        y = 2\n",
    "with": "with a as b, \\\n    c as d:  # pragma: no cover\n    y = 1\nz = 1\n",
    "async": "async def f():\n    async for x in y:  # pragma: no cover\n        z = 1\n    return 1\n",
    "stub": "@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(\n    a: str,\n) -> str: ...\nx = 1\n",
    "type checking": "if TYPE_CHECKING:\n    import a\nelse:\n    b = 1\n",
    "in a string": "x = '# pragma: no cover'\ny = 1\n",
    "nested": "def f():  # pragma: no cover\n    if x:  # pragma: no cover\n        y = 1\n    return y\n",
    "one line": "if x: y = 1  # pragma: no cover\nz = 1\n",
    "comment below the header": "def f():\n    # pragma: no cover\n    return 1\n\n\nx = 1\n",
    "comment in a suite": "if x:\n    y = 1\n    # pragma: no cover\n    z = 1\n",
    "comment in brackets": "x = [\n    # pragma: no cover\n    1,\n]\ny = 1\n",
    "lambda": "x = {1: lambda: 2}  # pragma: no cover\ny = 1\n",
}


def left_out(text: str, parsed: Parsed | None = None) -> frozenset[int]:
    """The lines that we say are left out."""
    found = exclusions(scan(text.encode()), parsed or parse(text), {})
    return frozenset(line for it in found for line in range(it.start_line, it.end_line + 1))


def by_coverage(text: str) -> tuple[set[int], set[int]]:
    """The first lines of statements that coverage.py leaves out, and those that it measures."""
    parser = PythonParser(text=text, exclude="|".join(f"(?:{pattern})" for pattern in DEFAULT))
    parser.parse_source()
    first = {parser.first_line(line) for line in parser.raw_statements}
    return first & parser.excluded, first - parser.excluded


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_coverage_agrees(text: str) -> None:
    excluded, measured = by_coverage(text)

    assert excluded <= left_out(text)
    assert not measured & left_out(text)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_coverage_agrees_on_real_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    excluded, measured = by_coverage(text)

    assert excluded <= left_out(text)
    assert not measured & left_out(text)


def test_an_exclusion_names_its_cause_and_holds_inner_ones() -> None:
    text = SAMPLES["nested"]

    assert exclusions(scan(text.encode()), parse(text), {}) == (Exclusion(1, 1, 4, DEFAULT[0]),)


def setting(key: str, value: object) -> dict[str, Setting]:
    return {key: Setting(key, value, "pyproject.toml")}


def test_exclude_lines_replaces_and_exclude_also_adds() -> None:
    own = setting("coverage.report.exclude_lines", ("only this",))
    more = setting("coverage.report.exclude_also", "def __str__\n\n  raise$\n")

    assert patterns({}) == DEFAULT
    assert patterns(own) == ("only this",)
    assert patterns(own | more) == ("only this", "def __str__", "  raise$")


def test_the_projects_own_patterns_count_and_broken_ones_do_not() -> None:
    text = "class A:\n    def __str__(self):\n        return ''\n\n    x = 1\n"
    also = setting("coverage.report.exclude_also", ("def __str__", "(unclosed"))

    assert exclusions(scan(text.encode()), parse(text), also) == (Exclusion(2, 2, 3, "def __str__"),)


def test_without_a_tree_the_indentation_decides() -> None:
    text = "def f():  # pragma: no cover\n    x = 1\n\n    return x\ny = (\nz = 1  # pragma: no cover\n"
    parsed = parse(text)

    assert parsed.tree is None
    assert left_out(text, parsed) == {1, 2, 3, 4, 6}
