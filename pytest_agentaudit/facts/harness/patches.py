"""Code that puts something else in the place of what the interpreter, pytest or unittest brought along."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from importlib import import_module

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.harness.guards import Function, Surrounded
from pytest_agentaudit.facts.kinds.harness import PATCH
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import argument, below, dotted, given, last, text_of

_VERDICTS = frozenset(
    {
        *(
            "AssertionError",
            "BaseException",
            "Exception",
            "isinstance",
            "issubclass",
            "len",
            "all",
            "any",
            "abs",
            "sum",
        ),
        *("max", "min", "bool", "round", "sorted", "type", "hash", "id", "set", "list", "dict", "str", "int", "float"),
        *("__import__", "__build_class__", "compile", "exec", "eval", "getattr", "setattr", "range", "zip", "tuple"),
    }
)
"""Built-in names by which tests judge."""
_TOOLS = frozenset({"pytest", "_pytest", "unittest", "pluggy", "coverage", "builtins"})
AUDITOR = "pytest_agentaudit"
_CORE = frozenset(
    {
        *("runner", "main", "python", "session", "terminalreporter", "terminal", "unittest", "assertion", "skipping"),
        *("reports", "agentaudit", "pytest_agentaudit", "agent-audit", "agent_audit"),
    }
)
"""Plugins without which a run is none, or is not audited."""
_HEAP = frozenset({"gc.get_objects", "gc.get_referrers", "gc.get_referents"})
_CLOCKS = frozenset(
    {
        "time.time",
        "time.perf_counter",
        "time.monotonic",
        "time.process_time",
        "time.time_ns",
        "time.perf_counter_ns",
        "time.monotonic_ns",
    }
)
_JUDGING = frozenset(
    {"math", "operator", "hashlib", "random", "inspect", "traceback", "difflib", "filecmp", "statistics", "cmath"}
)
"""Modules of the standard library whose functions decide what a test sees."""
_COMPARISONS = frozenset(
    {"__eq__", "__ne__", "__bool__", "__len__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__contains__"}
)
_RUNNING = frozenset(
    {
        *("runtest", "runtestprotocol", "call_and_report", "pytest_runtest_protocol", "pytest_runtest_call"),
        *(
            "pytest_pyfunc_call",
            "pytest_runtestloop",
            "pytest_cmdline_main",
            "wrap_session",
            "run",
            "call_runtest_hook",
        ),
        *("__call__", "_multicall", "_hookexec", "setup", "debug"),
    }
)
_COLLECTING = frozenset(
    {
        "collect",
        "perform_collect",
        "genitems",
        "pytest_pycollect_makeitem",
        "istestfunction",
        "istestclass",
        "_genfunctions",
    }
)
_REPORTING = (
    "TestReport",
    "CollectReport",
    "BaseReport",
    "CallInfo",
    "pytest_runtest_makereport",
    "TestResult",
    "addFailure",
    "addError",
    "TextTestRunner",
)
_HARMLESS = (
    "_pytest.assertion.truncate",
    "_pytest.assertion.util",
    "_pytest._code",
    "_pytest.terminal",
    "_pytest._io",
    "pytest.ini",
)
_LAX = frozenset({"maxDiff", "longMessage", "_diffThreshold", "_classSetupFailed"})
_TRACES = {
    "sys.settrace": "trace",
    "sys.setprofile": "trace",
    "threading.settrace": "trace",
    "threading.setprofile": "trace",
}
_WORDS = (
    "builtins",
    "__builtins__",
    "unittest",
    "pytest",
    "_pytest",
    "pluggy",
    "modules",
    "settrace",
    "setprofile",
    "__code__",
    "unregister",
    "set_blocked",
    "gc",
    "import_module",
    "__class__",
    "pytest_agentaudit",
    "addoption",
)


def patches(code: Surrounded, hook_nodes: set[int]) -> Iterator[Occurrence]:
    """What the touched code of a side replaces."""
    side = code.side
    if not _may_patch(code):
        return
    for it in code.assignments:
        origin = _target(code, it.target)
        if origin and (part := _part(code, origin, it.value)):
            yield _occurrence(code, it.node, it.symbol, origin, part, hook_nodes)
    if side.names_any("gc"):
        for node, symbol, attribute in _objects(code):
            yield _occurrence(code, node, symbol, f"?.{attribute}", "objects", hook_nodes)
    for call, symbol in side.of(ast.Call):
        target, part = _called(code, call)
        if part:
            yield _occurrence(code, call, symbol, target, part, hook_nodes)


def _called(code: Surrounded, call: ast.Call) -> tuple[str, str]:
    """What a call replaces, and what that belongs to ("" where it replaces nothing)."""
    name = code.origin_of(call.func)
    if last(name) in {"setattr", "__setattr__"} and len(call.args) >= len(("object", "name", "value")):
        owner, word, value = call.args[-3:]
        target = f"{code.origin_of(owner)}.{text_of(word)}"
        return target, "" if name.startswith(("monkeypatch", "mp.", "self.", "patch")) else _part(code, target, value)
    if last(name) in {"unregister", "set_blocked"} and (plugin := _core_plugin(code, call)):
        return f"plugin {plugin}", "pytest"
    if last(name) == "addoption" and code.side.role is not FileRole.PRODUCT and (option := _own_option(call)):
        return option, "option"
    if name in _TRACES:
        trace = argument(call, 0)
        off = isinstance(trace, ast.Constant) and trace.value is None
        return f"{name}(None)" if off else name, "trace"
    return "", ""


def _core_plugin(code: Surrounded, call: ast.Call) -> str:
    """The plugin of pytest's own, or auditor, that a call takes out of the run, by the strings that choose it."""
    tests = [it.test for it in code.guards(call)] if any(isinstance(it, ast.Name) for it in call.args) else []
    texts = {text for it in (*given(call), *tests) for text in code.texts(it)}
    return next(iter(sorted(texts & _CORE)), "")


def _own_option(call: ast.Call) -> str:
    """The option of the audit itself that a call declares."""
    return next((text for it in call.args if (text := text_of(it)).startswith("--agent-audit")), "")


def _objects(code: Surrounded) -> Iterator[tuple[ast.stmt, str, str]]:
    """Attributes that are set on whatever the garbage collector knows."""
    for loop, symbol in code.side.of(ast.For):
        if any(isinstance(it, ast.Call) and code.side.origin(it.func) in _HEAP for it in below(loop.iter)):
            for node in below(loop):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
                    yield node, symbol, node.targets[0].attr


def _may_patch(code: Surrounded) -> bool:
    side = code.side
    if side.role not in {FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST}:
        return False
    return side.names_any(*_WORDS, *_COMPARISONS) or any(
        it.partition(".")[0] in _JUDGING or it.partition(".")[0] == "time" for it in side.imports.values()
    )


def _target(code: Surrounded, target: ast.expr | None) -> str:
    """The dotted origin of what an assignment replaces, "" for plain names."""
    match target:
        case ast.Attribute(value=owner, attr=attr):
            origin = code.origin_of(owner)
            return f"{origin}.{attr}" if origin else f"?.{attr}"
        case ast.Subscript(value=owner, slice=key):
            origin = code.origin_of(owner)
            if origin == "sys.modules":
                return f"sys.modules[{text_of(key)}]"
            if origin in {"__builtins__", "builtins.__dict__", "__builtins__.__dict__"}:
                return f"builtins.{text_of(key)}"
    return ""


def _part(code: Surrounded, origin: str, value: ast.expr | None) -> str:
    """What a replaced thing belongs to, "" where replacing it bends nothing."""
    origin = origin.replace("__builtins__.", "builtins.", 1)
    root, _, rest = origin.partition(".")
    name = last(origin)
    found = ""
    if origin.startswith("sys.modules["):
        found = "modules" if origin[12:-1].partition(".")[0] in _TOOLS else ""
    elif root in {"pytest", "_pytest", "pluggy", AUDITOR}:
        found = _of_pytest(origin, name)
    elif root == "unittest":
        found = _of_unittest(origin, name)
    elif root == "builtins":
        found = _of_builtins(rest, value)
    elif origin in _CLOCKS:
        found = "clock"
    elif root in _JUDGING and root in code.side.imports.values() and "." not in rest and rest.islower():
        found = "stdlib"
    elif name in _COMPARISONS:
        found = "comparison" if _is_imported(code, origin) else ""
    elif name == "__code__" and code.side.role is not FileRole.PRODUCT:
        found = "code"
    return found


def _of_pytest(origin: str, name: str) -> str:
    if origin.startswith(_HARMLESS) or origin.startswith("pytest.mark") or name.startswith("__pytest"):
        return ""
    if any(part in origin.split(".") for part in _REPORTING):
        return "report"
    if name in _RUNNING:
        return "runner"
    return "collection" if name in _COLLECTING else "pytest"


def _of_unittest(origin: str, name: str) -> str:
    if name in _LAX or origin.startswith("unittest.mock"):
        return ""
    if any(part in origin.split(".") for part in _REPORTING):
        return "report"
    if name in {"run", "debug", "__call__"}:
        return "runner"
    unittest = import_module("unittest")  # few changes put anything in its place
    return "unittest" if hasattr(unittest.TestCase, name) or name in vars(unittest) else ""


def _of_builtins(name: str, value: ast.expr | None) -> str:
    if name not in dir(builtins) or _is_same(value, name):
        return ""
    return "builtins" if name in _VERDICTS else "stdlib"


def _is_same(value: ast.expr | None, name: str) -> bool:
    """`builtins.print = print`: it is put back."""
    return value is not None and isinstance(value, ast.Name) and name in value.id and value.id != name


def _is_imported(code: Surrounded, origin: str) -> bool:
    """Whether the class comes from another file."""
    owner = origin.rpartition(".")[0]
    return owner in code.side.imports.values() or any(owner.startswith(f"{it}.") for it in code.side.imports.values())


def _occurrence(
    code: Surrounded, node: ast.stmt | ast.expr, symbol: str, target: str, part: str, hook_nodes: set[int]
) -> Occurrence:
    scope = code.function(node)
    details = {
        "target": target,
        "part": part,
        "asked": code.asked(node).value,
        "place": _place(scope, hook_nodes),
        "undone": "yes" if scope is not None and _is_undone(code, scope, node, target) else "",
    }
    return code.side.occurrence(PATCH, node, symbol, key=target, details=details)


def _place(function: Function | None, hook_nodes: set[int]) -> str:
    if function is None:
        return "import"
    if id(function) in hook_nodes:
        return "hook"
    marks = [it.func if isinstance(it, ast.Call) else it for it in function.decorator_list]
    if any(last(dotted(it)) == "fixture" for it in marks):
        return "fixture"
    return "test" if function.name.startswith("test") else "call"


def _is_undone(code: Surrounded, scope: Function, node: ast.AST, target: str) -> bool:
    """Whether the function assigns the same thing twice, or keeps the old one to put it back."""
    same = [
        it
        for it in below(scope)
        if isinstance(it, ast.Assign) and it is not node and any(_target(code, one) == target for one in it.targets)
    ]
    traced = [it for it in below(scope) if isinstance(it, ast.Call) and it is not node and isinstance(node, ast.Call)]
    return bool(same) or any(dotted(it.func) == dotted(node.func) for it in traced if isinstance(node, ast.Call))
