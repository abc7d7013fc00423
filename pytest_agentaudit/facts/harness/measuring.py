"""Code that takes a hand in the measurement of coverage."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.harness.guards import Surrounded
from pytest_agentaudit.facts.kinds.harness import MEASURING
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import argument, below, dotted, given, last, last_part, text_of

_METHODS = {
    **dict.fromkeys(("exclude", "clear_exclude"), "exclude"),
    **dict.fromkeys(("stop", "erase", "_atexit"), "stop"),
    "set_option": "option",
}
_DATA_METHODS = frozenset({"add_lines", "add_arcs", "touch_file", "touch_files", "erase", "purge_files"})
_OPTIONS = {
    "cov_fail_under": "bar",
    "no_cov": "stop",
    "cov_source": "exclude",
    "cov_config": "option",
    "cov_branch": "option",
}
_RESULTS = (".coverage", "coverage.xml", "coverage.json", "coverage.lcov", "lcov.info")
_WRITERS = frozenset(
    {
        "write_text",
        "write_bytes",
        "connect",
        "copy",
        "copyfile",
        "move",
        "unlink",
        "remove",
        "replace",
        "rename",
        "touch",
    }
)
_MONITORING = frozenset(
    {"free_tool_id", "set_events", "set_local_events", "register_callback", "use_tool_id", "clear_tool_id"}
)
_WORDS = (
    "coverage",
    "Coverage",
    "CoverageData",
    "cov_fail_under",
    "no_cov",
    "cov_source",
    "cov_config",
    "monitoring",
    "settrace",
    "environ",
    "putenv",
    "_cov",
    "pluginmanager",
)


def measuring(code: Surrounded) -> Iterator[Occurrence]:
    """What the touched code of a side does to the measurement."""
    side = code.side
    writes, measures = side.names_any("open", *_WRITERS), side.names_any(*_WORDS)
    for call, symbol in side.of(ast.Call) if writes or measures else ():
        if writes:
            yield from _result_written(code, call, symbol)
        if measures:
            yield from _called(code, call, symbol)
    if not measures:
        return
    for it in code.assignments:
        yield from _assigned(code, it.node, it.target, it.symbol)


def _called(code: Surrounded, call: ast.Call, symbol: str) -> Iterator[Occurrence]:
    if isinstance(call.func, ast.Attribute) and (how := _of_method(code, call, call.func)):
        yield _occurrence(code, call, symbol, how)


def _of_method(code: Surrounded, call: ast.Call, method: ast.Attribute) -> str:
    """What a method call does to the running measurement, "" where nothing."""
    name, owner = method.attr, method.value
    first = argument(call, 0)
    how = ""
    if name in _METHODS and _is_running(code, owner):
        how = _METHODS[name]
        if how == "option" and any(word in text_of(first) for word in ("exclude", "omit")):
            how = "exclude"
    elif name in _DATA_METHODS and _is_data(code, owner):
        how = "data"
    elif name in _MONITORING and code.side.origin(method).startswith("sys.monitoring"):
        how = "tracer"
    elif code.origin_of(method) in {"sys.settrace", "threading.settrace"}:
        how = "tracer" if isinstance(first, ast.Constant) and first.value is None else ""
    elif name == "unregister":
        how = "stop" if any("cov" in text for it in given(call) for text in code.texts(it)) else ""
    elif name in {"putenv", "setdefault"}:
        how = "environment" if text_of(first).startswith("COVERAGE_") else ""
    return how


def _is_running(code: Surrounded, owner: ast.expr) -> bool:
    """Whether a measurement is the one that runs: `Coverage.current()`, by itself or under a name, or pytest-cov's."""
    if _is_current(code, owner):
        return True
    if not isinstance(owner, ast.Name):
        return False
    bound = [it.value for it, _ in code.side.of(ast.Assign) if owner.id in map(dotted, it.targets)]
    bound += [it.value for it, _ in code.side.of(ast.NamedExpr) if it.target.id == owner.id]
    return any(_is_current(code, value) for value in bound)


def _is_current(code: Surrounded, node: ast.expr) -> bool:
    for it in below(node):
        if isinstance(it, ast.Call) and code.side.origin(it.func).endswith("Coverage.current"):
            return True
        if isinstance(it, ast.Attribute) and it.attr == "cov_controller":
            return True
    return False


def _is_data(code: Surrounded, owner: ast.expr) -> bool:
    named = code.side.names_any("CoverageData") or _is_running(code, owner)
    return named and code.side.role is FileRole.CONFTEST


def _assigned(code: Surrounded, node: ast.stmt, target: ast.expr, symbol: str) -> Iterator[Occurrence]:
    match target:
        case ast.Attribute(attr=attr) if attr in _OPTIONS:
            if code.side.role in {FileRole.CONFTEST, FileRole.TEST}:
                yield _occurrence(code, node, symbol, _OPTIONS[attr])
        case ast.Subscript(value=owner, slice=key) if code.side.origin(owner) == "os.environ":
            if text_of(key).startswith("COVERAGE_"):
                how = "option" if text_of(key) == "COVERAGE_RCFILE" else "environment"
                yield _occurrence(code, node, symbol, how)


def _result_written(code: Surrounded, call: ast.Call, symbol: str) -> Iterator[Occurrence]:
    """A measurement's result file that is opened for writing, overwritten or removed, where it lies by default."""
    name = last_part(call)
    if name == "open":
        modes = [text_of(it) for it in given(call)[1:]]
        if text_of(argument(call, 0)) in _RESULTS and any(set(mode) & set("wax+") for mode in modes):
            yield _occurrence(code, call, symbol, "data")
    elif name in _WRITERS:
        parts = [*given(call)[:2], *([call.func.value] if isinstance(call.func, ast.Attribute) else [])]
        if any(_is_result(it) for it in parts):
            yield _occurrence(code, call, symbol, "data")


def _is_result(node: ast.expr) -> bool:
    """`".coverage"` or `Path(".coverage")`, not a path below some other folder."""
    if isinstance(node, ast.Call) and last(dotted(node.func)) == "Path" and len(node.args) == 1:
        node = node.args[0]
    return text_of(node) in _RESULTS


def _occurrence(code: Surrounded, node: ast.stmt | ast.expr, symbol: str, how: str) -> Occurrence:
    function = code.function(node)
    place = "test" if function is not None and function.name.startswith("test") else ""
    details = {"what": code.side.source(node), "how": how, "asked": code.asked(node).value, "place": place}
    return code.side.occurrence(MEASURING, node, symbol, details=details)
