"""Which code coverage.py leaves out of its measurement, by its own rule: a match on a line that opens a suite leaves
out the suite, one on a decorator or signature the whole definition, one inside a statement the statement.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from pytest_agentaudit.facts.model import Exclusion, Setting
from pytest_agentaudit.facts.parse import Parsed
from pytest_agentaudit.facts.scan import Scan
from pytest_agentaudit.patterns import regex

PRAGMA = r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)"
"""The comment, as coverage.py searches for it (coverage/config.py)."""

DEFAULT = (
    PRAGMA,
    r"^\s*(((async )?def .*?)?[\])]+(\s*->.*?)?:\s*)?\.\.\.\s*(#|$)",
    r"^\s*if (typing\.)?TYPE_CHECKING:",
)
"""What coverage.py 7.17 leaves out where `exclude_lines` is not set."""

_WORDS = dict(zip(DEFAULT, (("cover", "COVER"), ("...",), ("TYPE_CHECKING",)), strict=True))
"""Words of which one stands in whatever such a pattern matches: they are found much faster."""

_ENDS = {DEFAULT[1]: regex(r"\.\.\.\s*(?:#|$)", re.MULTILINE)}
"""How whatever such a pattern matches ends, for words that stand in many texts."""

_OPENS = regex(r"(?:else|finally)\s*:")


def patterns(settings: Mapping[str, Setting]) -> tuple[str, ...]:
    """The exclusion patterns in force: `exclude_lines` replaces the defaults, `exclude_also` adds to them."""
    own = _texts(settings.get("coverage.report.exclude_lines"))
    return (*(own or DEFAULT), *_texts(settings.get("coverage.report.exclude_also")))


def _texts(setting: Setting | None) -> tuple[str, ...]:
    """A setting's patterns, whether a list or text by lines."""
    value = setting.value if setting else ()
    texts = value.split("\n") if isinstance(value, str) else value
    return tuple(str(text) for text in texts if str(text).strip()) if isinstance(texts, Iterable) else ()


def exclusions(scan: Scan, parsed: Parsed, settings: Mapping[str, Setting]) -> tuple[Exclusion, ...]:
    """Each stretch of lines that is left out, in order; one inside another is not named apart."""
    matches = _matches(scan, patterns(settings))
    if not matches:
        return ()
    regions: dict[int, tuple[int, int]] = {}
    for line, region in _regions(parsed.tree.body, scan) if parsed.tree else ():
        regions.setdefault(line, region)
    found = (_exclusion(scan, regions, line, by) for line, by in sorted(matches.items()))
    kept: list[Exclusion] = []
    for exclusion in sorted(found, key=lambda e: (e.start_line, -e.end_line)):
        if not kept or exclusion.end_line > kept[-1].end_line:
            kept.append(exclusion)
    return tuple(kept)


def _matches(scan: Scan, wanted: Iterable[str]) -> dict[int, str]:
    """The first line of each match and the pattern that matched it. The comment itself goes first."""
    matches: dict[int, str] = {}
    for pattern in wanted:
        if pattern in _WORDS and not any(map(scan.text.__contains__, _WORDS[pattern])):
            continue
        if pattern in _ENDS and not _ENDS[pattern].search(scan.text):
            continue
        try:
            compiled = re.compile(pattern, re.MULTILINE)
        except re.error:
            continue
        for found in compiled.finditer(scan.text):
            matches.setdefault(scan.source.line(found.start() + _leading_breaks(found[0])), pattern)
    return matches


def _leading_breaks(matched: str) -> int:
    """How much of a match is white space before its first line (leading space in a pattern runs over blank lines)."""
    return len(matched) - len(matched.lstrip())


def _exclusion(scan: Scan, regions: Mapping[int, tuple[int, int]], line: int, pattern: str) -> Exclusion:
    start, end = regions.get(line) or _indented(scan, line)
    return Exclusion(line, start, end, pattern)


def _indented(scan: Scan, line: int) -> tuple[int, int]:
    """The suite of a header by indentation alone: for files without a tree, and lines outside of any statement."""
    code = scan.code_lines
    if not code[line].endswith(":"):
        return line, line
    outer, end = _indent(code.raw(line)), line
    for below in range(line + 1, len(code) + 1):
        if code[below]:
            if _indent(code.raw(below)) <= outer:
                break
            end = below
    return line, end


def _indent(raw: str) -> int:
    return len(raw) - len(raw.lstrip())


def _regions(body: Iterable[ast.stmt], scan: Scan) -> Iterator[tuple[int, tuple[int, int]]]:
    """Every line that, when matched, leaves out a region of lines, with that region (outer ones first)."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        children = list(_suites(node))
        yield from _own_region(node, children, scan)
        for before, suite in pairwise([[], *children]):
            waiting.extend(suite)
            if before and isinstance(suite[0], ast.stmt):
                yield from _clause(before[-1], suite, scan)


def _own_region(node: ast.AST, suites: list[list[ast.AST]], scan: Scan) -> Iterator[tuple[int, tuple[int, int]]]:
    """The lines of a statement's header (comments between it and its suite are no part), or all of a simple one's."""
    start, line, end = _span(node)
    inner = _span(suites[0][0])[0] + _shares_line(suites[0][0], scan) if suites else end + 1
    stop = _span(suites[0][-1])[2] if suites else end
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        stop = end
    last = max(inner, line + 1)
    while suites and last > line + 1 and not scan.code_lines[last - 1]:
        last -= 1
    for header in range(start, last):
        yield header, (start, stop)


def _shares_line(node: ast.AST, scan: Scan) -> bool:
    """Whether other code (the end of a header) stands before a suite's first statement on its line."""
    raw = scan.code_lines.raw(_span(node)[0])
    return int(getattr(node, "col_offset", 0)) > _indent(raw)


def _clause(above: ast.AST, suite: list[ast.AST], scan: Scan) -> Iterator[tuple[int, tuple[int, int]]]:
    """The `else:` or `finally:` line between two suites."""
    for line in range(_span(above)[2] + 1, _span(suite[0])[0]):
        if _OPENS.match(scan.code_lines.get(line, "")):
            yield line, (line, _span(suite[-1])[2])


def _suites(node: ast.AST) -> Iterator[list[ast.AST]]:
    """The suites (or handlers, or cases) of a compound statement, in the order of the source."""
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        suite: object = getattr(node, name, None)
        if isinstance(suite, list) and suite:
            yield suite


def _span(node: ast.AST) -> tuple[int, int, int]:
    """First line (with decorators), own line and last line of a statement, handler or case."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno, node.pattern.lineno, _span(node.body[-1])[2]
    line = int(getattr(node, "lineno", 1))
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([line, *(d.lineno for d in decorators)]), line, int(getattr(node, "end_lineno", None) or line)
