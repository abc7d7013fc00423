"""Expectations that come from the code under test, or from a copy of it in the test file."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from pytest_agentaudit.facts.bindings import parameters
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.fingerprint import digest
from pytest_agentaudit.facts.hollow_tests.equalities import Equality, equalities, is_own
from pytest_agentaudit.facts.hollow_tests.reading import TestCode, bare, lines_of
from pytest_agentaudit.facts.kinds.tests import COPIED, COPY
from pytest_agentaudit.facts.literals import is_constructor, pinned
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.modules import is_fixture
from pytest_agentaudit.facts.nodes import below, unparsed
from pytest_agentaudit.facts.syntax import module_tree
from pytest_agentaudit.patterns import regex

_EXPECTED = regex(r"(?i)expect|want|desired|golden|reference|correct|should|oracle|truth|(^|_)exp(_|$)")
_BY_DESIGN = regex(
    r"(?i)determin|idempot|stab|consist|repeat|same|twice|cach|pure|reproduc|seed|random|equal|hash|(^|_)eq(_|$)|again|order"
    r"|memo|singleton|copy|copies|compar|identi|dedup|independ|unchanged|round_?trip|multiple|calls|reuse|concurren|thread"
)
"""Words of tests for which calling something twice is the point."""


def copied(code: TestCode) -> Iterator[Occurrence]:
    """Each equality of a test whose expected side is the tested call itself."""
    if not code.is_test:
        return
    names = code.once
    found = [
        (it, call, name) for it in equalities(code) if not it.identity for call, name in _same_call(code, it, names)
    ]
    if not found or _BY_DESIGN.search(code.symbol):
        return
    about = [it.node for it, _, _ in found]
    alone = code.no_other(about)
    for equality, call, name in found:
        yield code.occurrence(
            COPIED,
            equality.node,
            details={
                "call": code.side.source(call),
                "name": name,
                "alone": "yes" if alone else "",
                "lines": lines_of(about),
            },
        )


def _same_call(code: TestCode, it: Equality, names: Mapping[str, ast.expr]) -> Iterator[tuple[ast.Call, str]]:
    """The call on both sides and the name of the expected one, where nothing happens between the two."""
    left, right = (_behind(side, names) for side in (it.left, it.right))
    if not isinstance(left, ast.Call) or not isinstance(right, ast.Call) or unparsed(left) != unparsed(right):
        return
    if not is_own(code, left) or left is right or is_constructor(left):
        return
    labels = [side.id for side in (it.left, it.right) if isinstance(side, ast.Name)]
    expected = next((label for label in labels if _EXPECTED.search(label)), "")
    if labels and not expected:
        return
    first, last = sorted((left.lineno, right.lineno))
    if not _happens(code, first, last, unparsed(left)):
        yield left, expected


def _behind(side: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    side = bare(side)
    return names.get(side.id, side) if isinstance(side, ast.Name) else side


def _happens(code: TestCode, first: int, last: int, call: str) -> bool:
    """Whether anything else is called between two lines: then the test compares before with after."""
    between = (it for it in code.nodes if isinstance(it, ast.Call) and first < it.lineno <= last)
    inner = {unparsed(it) for it in ast.walk(module_tree(call)) if isinstance(it, ast.Call)}
    return any(unparsed(it) not in inner and not _asserts_it(it) for it in between)


def _asserts_it(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr.startswith("assert")


def copies(side: CodeSide, codes: Sequence[TestCode]) -> Iterator[Occurrence]:
    """The plain functions of a test file whose results its tests hold against written-out values."""
    plain = {it.function.name: it for it in codes if not it.is_test and _is_plain(it)}
    if not plain:
        return
    used: dict[str, list[str]] = {}
    for code in (it for it in codes if it.is_test):
        names = code.once
        for equality in equalities(code):
            for subject, expected in equality.sides:
                call = _behind(subject, names)
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and pinned(expected):
                    used.setdefault(call.func.id, []).append(code.symbol)
    for name, code in plain.items():
        if name in used:
            yield code.occurrence(
                COPY,
                code.function,
                text=f"def {name}",
                details={
                    "name": name,
                    "parameters": " ".join(parameters(code.function)),
                    "fingerprint": digest(code.function, side.imports).fingerprint,
                    "size": str(sum(isinstance(it, ast.stmt) for it in below(code.function)) - 1),
                    "tests": " ".join(dict.fromkeys(used[name])),
                    "imports": " ".join(sorted(set(side.imports.values()))),
                },
            )


def _is_plain(code: TestCode) -> bool:
    """Whether a function stands at module level, gives a value, and is neither fixture nor decorated."""
    function = code.function
    gives = any(isinstance(it, ast.Return) and it.value is not None for it in code.nodes)
    marks = function.decorator_list
    return "." not in code.symbol and gives and not marks and not any(is_fixture(it, code.side.imports) for it in marks)
