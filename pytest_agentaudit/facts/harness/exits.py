"""Code that ends the process, or says how it ended."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.entry_points import is_entry_file
from pytest_agentaudit.facts.harness.guards import Surrounded
from pytest_agentaudit.facts.harness.hooks import Hook
from pytest_agentaudit.facts.kinds.harness import EXIT, INTERRUPT, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import argument, dotted, last

_INTERRUPTS = frozenset({INTERRUPT, f"builtins.{INTERRUPT}"})
_HARD = frozenset({"os._exit", "posix._exit"})
_SOFT = frozenset({"sys.exit", "exit", "quit", "builtins.exit", "builtins.quit", "SystemExit", "builtins.SystemExit"})
_PYTEST = frozenset({"pytest.exit", "_pytest.outcomes.exit", "pytest.exit.Exception", "_pytest.outcomes.Exit"})
_REPLACING = frozenset({"os.execv", "os.execve", "os.execvp", "os.execvpe", "os.execl", "os.execlp", "os.execle"})
_STATUS = frozenset({"exitstatus", "testsfailed"})
_LATER = frozenset(
    {
        *("register", "Timer", "Thread", "signal", "call_later", "setitimer", "addfinalizer", "push", "callback"),
        *("addCleanup", "addClassCleanup", "addModuleCleanup", "enter_context", "call_soon", "finalize"),
    }
)
_WORDS = (
    "_exit",
    "exit",
    "quit",
    "SystemExit",
    INTERRUPT,
    "exitstatus",
    "testsfailed",
    "session",
    "getattr",
    "setattr",
    "__setattr__",
    "CDLL",
    *(last(it) for it in _REPLACING),
)
_CODES = {"OK": "0", "EX_OK": "0", "EXIT_OK": "0", "NO_TESTS_COLLECTED": "5", "TESTS_FAILED": "1", "EXIT_SUCCESS": "0"}


def exits(code: Surrounded, found: list[Hook]) -> Iterator[Occurrence]:
    """The exits in the touched code of a side."""
    side = code.side
    if not side.names_any(*_WORDS):
        return
    hooks = {id(it.node) for it in found}
    for call, symbol in side.of(ast.Call):
        yield from _called(code, call, symbol, hooks)
    for stop, symbol in side.of(ast.Raise):
        called = isinstance(stop.exc, ast.Call)
        raised = stop.exc.func if isinstance(stop.exc, ast.Call) else stop.exc
        origin = side.origin(raised) if raised is not None else ""
        if origin in _INTERRUPTS:
            yield _occurrence(code, stop, symbol, hooks, INTERRUPT, "2")
        elif origin in _SOFT and not called:
            yield _occurrence(code, stop, symbol, hooks, "SystemExit", "0")
    for it in code.assignments:
        if _is_status_target(code, it.target):
            status = "" if it.is_augmented else _status(it.value)
            yield _occurrence(code, it.node, it.symbol, hooks, side.source(it.target), status)
    yield from _handed_over(code, hooks)


def _is_status_target(code: Surrounded, target: ast.expr | None) -> bool:
    """`session.exitstatus`, or the same by the namespace of the session."""
    match target:
        case ast.Attribute(attr=attr):
            return attr in _STATUS and _is_session(target)
        case ast.Subscript(value=owner, slice=ast.Constant(value=name)):
            return name in _STATUS and "session" in code.side.source(owner).lower()
    return False


def _called(code: Surrounded, call: ast.Call, symbol: str, hooks: set[int]) -> Iterator[Occurrence]:
    origin = code.origin_of(call.func)
    if origin in _HARD or (origin.endswith(("._exit", ".exit")) and "CDLL" in code.side.source(call.func)):
        yield _occurrence(code, call, symbol, hooks, "os._exit", _status(argument(call, 0, "status", "n")))
    elif origin in _SOFT:
        yield _occurrence(
            code,
            call,
            symbol,
            hooks,
            last(origin) if "exit" not in origin else origin,
            _status(argument(call, 0, "code")) if call.args else "0",
        )
    elif origin in _PYTEST:
        given = argument(call, 1, "returncode")
        yield _occurrence(code, call, symbol, hooks, "pytest.exit", _status(given) if given else "2")
    elif origin in _REPLACING:
        whole = "argv" in code.side.source(call)  # the same command once more, under other variables
        yield _occurrence(code, call, symbol, hooks, origin, "" if whole else "0")
    elif last(origin) == "update" and "session" in code.side.source(call.func).lower():
        for word in call.keywords:
            if word.arg in _STATUS:
                yield _occurrence(code, call, symbol, hooks, "session.exitstatus", _status(word.value))
    elif last(origin) in {"setattr", "__setattr__"} and len(call.args) > 1 and _is_status_word(call):
        yield _occurrence(code, call, symbol, hooks, "session.exitstatus", _status(call.args[-1]))


def _is_status_word(call: ast.Call) -> bool:
    word = call.args[-2]
    return isinstance(word, ast.Constant) and word.value in _STATUS


def _is_session(target: ast.Attribute) -> bool:
    return "session" in dotted(target.value).lower()


def _handed_over(code: Surrounded, hooks: set[int]) -> Iterator[Occurrence]:
    """`atexit.register(os._exit, 0)`: a hard exit that is handed to something which calls it later."""
    for node, symbol in code.side.of(ast.Attribute):
        if node.attr != "_exit" or code.side.origin(node) not in _HARD:
            continue
        parent = code.parents.get(id(node))
        if isinstance(parent, ast.Call) and parent.func is not node and _is_later(parent):
            rest = [it for it in parent.args if it is not node]
            yield _occurrence(code, node, symbol, hooks, "os._exit", _status(rest[-1]) if rest else "")
        elif isinstance(parent, ast.Assign):
            yield _occurrence(code, node, symbol, hooks, "os._exit", "")


def _is_later(call: ast.Call) -> bool:
    return last(dotted(call.func)) in _LATER


def _status(node: ast.expr | None) -> str:
    """The status that is written out: "0" for success, "" where it is computed."""
    match node:
        case ast.Constant(value=None | False | 0):
            return "0"
        case ast.Constant(value=value):
            return "1" if not isinstance(value, int) else str(int(value))
        case ast.JoinedStr() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return "1"
        case ast.Call(func=ast.Name(id="int"), args=[ast.Attribute(attr=attr)]) | ast.Attribute(attr=attr):
            return _CODES.get(attr, "1" if re.search(r"ERR|FAIL", attr) else "")
    return ""


def _place(code: Surrounded, node: ast.AST, symbol: str, hooks: set[int]) -> str:
    for parent, child in code.above(node):
        if isinstance(parent, ast.Call) and child is not parent.func and _is_later(parent):
            return "later"
        if isinstance(parent, ast.Assign) and any(last(dotted(it)) == "excepthook" for it in parent.targets):
            return "later"
    function = code.function(node)
    if function is None:
        return "import" if code.scope(node) is None else "call"
    if id(function) in hooks:
        return "hook"
    return "main" if _is_entry(code, symbol) else "call"


def _is_entry(code: Surrounded, symbol: str) -> bool:
    """Whether the code belongs to a command-line entry point."""
    name = symbol.rpartition(".")[2].strip("_").lower()
    return name in {"main", "run", "cli"} or name.endswith("main") or is_entry_file(code.side)


def _occurrence(
    code: Surrounded, node: ast.stmt | ast.expr, symbol: str, hooks: set[int], what: str, status: str
) -> Occurrence:
    place = _place(code, node, symbol, hooks)
    asked = code.asked(node)
    if asked is Asked.NOTHING and code.side.role is not FileRole.CONFTEST and _is_expected(code, node):
        asked = Asked.MAIN
    details = {"what": what, "status": status, "asked": asked.value, "place": place}
    key = f"{what} {status} {asked.value} {place}"
    return code.side.occurrence(EXIT, node, symbol, key=key, details=details)


def _is_expected(code: Surrounded, node: ast.AST) -> bool:
    """Whether it stands under `pytest.raises(SystemExit)`."""
    for parent, _ in code.above(node):
        if isinstance(parent, ast.With | ast.AsyncWith):
            made = [it.context_expr for it in parent.items if isinstance(it.context_expr, ast.Call)]
            if any(last(dotted(it.func)) in {"raises", "assertRaises", "suppress"} for it in made):
                return True
    return False
