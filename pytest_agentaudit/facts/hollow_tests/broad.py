"""Expected exceptions of any type."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.hollow_tests.reading import RAISES, TestCode, exception_names
from pytest_agentaudit.facts.kinds.tests import BROAD_RAISES
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, keyword, last_part, root

_BROAD = frozenset({"Exception", "BaseException"})
_PATTERNS = frozenset({"assertRaisesRegex", "assertRaisesRegexp", "assertRaisesMessage"})


def broad_raises(code: TestCode) -> Iterator[Occurrence]:
    """Each demand for any exception."""
    if not code.side.names_any(*_BROAD):
        return
    blocks = {
        id(item.context_expr): (item, node.body)
        for node in code.nodes
        if isinstance(node, ast.With | ast.AsyncWith)
        for item in node.items
    }
    for call in (it for it in code.nodes if isinstance(it, ast.Call) and last_part(it) in RAISES - _PATTERNS):
        types = call.args[:1] or [it for it in [keyword(call, "expected_exception", "exception")] if it]
        broad = [name for it in types for name in exception_names(code, it) if name in _BROAD]
        if not broad or keyword(call, "match", "check") is not None:
            continue
        item, body = blocks.get(id(call), (None, []))
        if item is not None and item.optional_vars is not None and _is_read(code, item.optional_vars):
            continue
        if (item is None and (len(call.args) == 1 or _is_used(code, call))) or _makes_one(code, types):
            continue
        block: list[ast.AST] = [*body] if body else [ast.Expr(ast.Call(call.args[1], [], []))]
        yield code.occurrence(
            BROAD_RAISES,
            call,
            details={
                "expected": broad[0],
                "calls": " ".join(dict.fromkeys(_callees(code, block))),
                "foreign": "yes" if _is_foreign(code, block) else "",
                "asserts": "yes" if any(True for _ in code.own_demands(body)) else "",
                "test": "yes" if code.is_test else "",
                "comment": _reason(code, call),
            },
        )


def _makes_one(code: TestCode, types: list[ast.expr]) -> bool:
    """Whether the test makes such an exception itself, for its own callback or mock to raise."""
    expected = {id(it) for node in types for it in below(node)}
    return any(it.id in _BROAD and id(it) not in expected and not _is_caught(code, it) for it in code.loaded)


def _is_caught(code: TestCode, name: ast.Name) -> bool:
    """Whether a name stands where types are caught or expected."""
    places: list[ast.expr] = []
    for node in code.nodes:
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            places.append(node.type)
        elif isinstance(node, ast.Call) and last_part(node) in RAISES:
            places += node.args[:1]
    return any(it is name for place in places for it in below(place))


def _reason(code: TestCode, call: ast.Call) -> str:
    """What a comment of its own right above says."""
    above = call.lineno - 1
    return next((it.text for it in code.side.scan.comments if it.line == above and it.own_line), "")


def _is_read(code: TestCode, target: ast.expr) -> bool:
    """Whether the caught exception is looked at."""
    return not isinstance(target, ast.Name) or any(it.id == target.id for it in code.loaded)


def _is_used(code: TestCode, call: ast.Call) -> bool:
    """Whether a call form's result is kept: `caught = pytest.raises(Exception, f)`."""
    return not any(isinstance(it, ast.Expr) and it.value is call for it in code.nodes)


def _callees(code: TestCode, block: list[ast.AST]) -> Iterator[str]:
    """What a block calls; of what stands in another call's arguments before that."""
    for node in block:
        for call in reversed([it for it in ast.walk(node) if isinstance(it, ast.Call)]):
            name = code.side.origin(call.func)
            if name:
                yield name


def _is_foreign(code: TestCode, block: list[ast.AST]) -> bool:
    """Whether all that the block calls is imported from elsewhere, so that its author did not choose the types."""
    calls = [it for node in block for it in ast.walk(node) if isinstance(it, ast.Call)]
    roots = [root(it.func) for it in calls]
    origins = [code.side.imports.get(name, "") for name in roots]
    return bool(origins) and all(origin and not _is_own(code, origin) for origin in origins)


def _is_own(code: TestCode, origin: str) -> bool:
    parts = origin.split(".")
    return any(code.side.helpers.is_first_party(".".join(parts[:end])) for end in range(1, len(parts) + 1))
