"""Code in words that no checker looks for, where plain words for the same are at hand."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from pytest_agentaudit.facts.code_side import CodeSide, Located
from pytest_agentaudit.facts.handler_excuses import Attempt
from pytest_agentaudit.facts.kinds.dodges import (
    ANSWERS,
    ASSERT,
    ASSIGNMENT,
    ATTRIBUTE,
    CALL,
    CATCH,
    DECODED,
    DODGE,
    DYNAMIC,
    ENCODED,
    IMPORT,
    NAMES,
    PRINT,
    STAR,
    UNUSED,
)
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.named_calls import named_calls
from pytest_agentaudit.facts.nodes import argument, below, dotted, last, last_part, text_of
from pytest_agentaudit.facts.walk import statements

_BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})
_DANGEROUS = frozenset(
    {
        *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "os._exit", "pickle.loads", "pickle.load"),
        *("marshal.loads", "marshal.load", "yaml.load", "yaml.unsafe_load", "hashlib.md5", "hashlib.sha1"),
        *("tempfile.mktemp", "subprocess.getoutput", "subprocess.call", "subprocess.run", "subprocess.Popen"),
        *("random.random", "ssl._create_unverified_context", "sys.exit", "builtins.eval", "builtins.exec", "print"),
    }
)
"""Functions that security and style checkers know by their names."""
_DANGEROUS_NAMES = frozenset(map(last, _DANGEROUS)) - {"run", "call", "load", "print", "exit", "compile", "random"}
_PIECES = "its name is put together from pieces:"
_CALLEES = frozenset(
    {"getattr", "setattr", "__import__", "import_module", "write", "suppress", "update", "exec", "eval"}
)
_NAMESPACES = frozenset({"globals", "locals", "vars"})
_CERTAIN = frozenset(
    {
        *("get", "globals", "locals", "vars", "warn", "Mock", "MagicMock", "SimpleNamespace", "object", "str"),
        *("lower", "upper", "strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix", "startswith"),
    }
)
"""Functions that have an answer for any name."""
_DECODERS = frozenset(
    {"b64decode", "b32decode", "b85decode", "a85decode", "unhexlify", "fromhex", "decompress", "decode"}
)


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Dodging forms of everything that has a plain one."""
    yield from _handlers(side)
    if side.names_any("__debug__"):
        yield from _debug_only(side)
    for call, symbol, origin in named_calls(side, _CALLEES):
        yield from _call(side, call, symbol, origin.removeprefix("builtins."))
    if side.names_any("__builtins__", *_NAMESPACES):
        for node, symbol in side.of(ast.Subscript):
            yield from _looked_up(side, node, symbol)
    if side.names_any("_"):
        yield from _used_for_nothing(side)
    if side.names_any("__getattr__"):
        yield from _any_name(side)


def _handlers(side: CodeSide) -> Iterator[Occurrence]:
    for handler, symbol in side.of(ast.ExceptHandler):
        caught = handler.type
        if caught is None or side.origin(caught) == "Exception" or _reraises(handler):
            continue
        members = caught.elts if isinstance(caught, ast.Tuple) else [caught]
        broad = [it for it in members if side.origin(it) in _BROAD]
        if broad:
            tuple_of_one = isinstance(caught, ast.Tuple) and len(members) == len(broad)
            alone = "a tuple of nothing but broad exceptions" if tuple_of_one else ""
            text = f"except {side.source(caught)}"
            yield _dodge(side, handler, symbol, CATCH, "", "E722, BLE001, W0718", alone, text)


def _reraises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(it, ast.Raise) for it in statements(handler))


def _debug_only(side: CodeSide) -> Iterator[Occurrence]:
    for branch, symbol in side.of(ast.If):
        tests = branch.test.values if isinstance(branch.test, ast.BoolOp) else [branch.test]
        if any(isinstance(it, ast.Name) and it.id == "__debug__" for it in tests):
            never = any(isinstance(it, ast.Constant) and not it.value for it in tests)
            text = f"if {side.source(branch.test)}"
            yield _dodge(side, branch, symbol, ASSERT, "", "S101", "it never runs" if never else "", text)


def _used_for_nothing(side: CodeSide) -> Iterator[Occurrence]:
    """`_ = name`: a use that only a checker sees."""
    for node, symbol in side.of(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id="_")], value=ast.Name(id=name)):
                yield _dodge(side, node, symbol, UNUSED, name, "F401, F841, ARG001", "")


def _any_name(side: CodeSide) -> Iterator[Occurrence]:
    """A module's own `__getattr__` that no name can fail."""
    for function, symbol in side.functions:
        if symbol == "__getattr__" and _answers(function):
            checks = "F405, F821, E0611, attr-defined"
            yield _dodge(side, function, symbol, NAMES, "", checks, ANSWERS, "def __getattr__(...)")


def _answers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it returns something, and nothing in it can refuse a name."""
    returns = any(isinstance(it, ast.Return) and it.value is not None for it in statements(function))
    return returns and all(_is_certain(it) for statement in function.body for it in below(statement))


def _is_certain(node: ast.AST) -> bool:
    """Whether a part of a function raises for no name: no lookup in it but by a default, and no call of a stranger."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=args):
            return len(args) > len(("object", "name"))
        case ast.Call():
            return last_part(node) in _CERTAIN
        case ast.Subscript(slice=part):
            return isinstance(part, ast.Slice)
        case ast.Attribute(attr=attr):
            return attr in _CERTAIN
    return not isinstance(node, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom)


def _call(side: CodeSide, call: ast.Call, symbol: str, origin: str) -> Iterator[Occurrence]:
    if origin in _BY_ORIGIN:
        yield from _BY_ORIGIN[origin](side, call, symbol)
    elif last(origin) in {"__import__", "import_module"}:
        if built := _constant(argument(call, 0, "name")):
            yield _dodge(side, call, symbol, IMPORT, built[0], "F401, TID251, S4", _why_built(built))
    elif _spreads_module(call):
        yield _dodge(side, call, symbol, STAR, "", "F403", "it brings in whatever that module holds")


def _setattr(side: CodeSide, call: ast.Call, symbol: str) -> Iterator[Occurrence]:
    if built := _constant(argument(call, 1)):
        shown = f"{side.source(call.args[0])}.{built[0]}"
        yield _dodge(side, call, symbol, ASSIGNMENT, shown, "B010", _why_built(built))


def _written(side: CodeSide, call: ast.Call, symbol: str) -> Iterator[Occurrence]:
    yield _dodge(side, call, symbol, PRINT, "print", "T201", "")


def _suppressed(side: CodeSide, call: ast.Call, symbol: str) -> Iterator[Occurrence]:
    if any(side.origin(it) in _BROAD for it in call.args) and not _is_aftermath(side, call):
        yield _dodge(side, call, symbol, CATCH, "", "BLE001, S110", "")


def _is_aftermath(side: CodeSide, call: ast.Call) -> bool:
    """Whether what is suppressed stands in a handler or a `finally`: it tidies up behind what was raised."""
    attempts: list[tuple[Attempt, str]] = [*side.of(ast.Try), *side.of(ast.TryStar)]
    late = (
        it for one, _symbol in attempts for it in (*one.finalbody, *(each for way in one.handlers for each in way.body))
    )
    withs = (it for node in late for it in ast.walk(node) if isinstance(it, ast.With | ast.AsyncWith))
    return any(item.context_expr is call for it in withs for item in it.items)


def _getattr(side: CodeSide, call: ast.Call, symbol: str) -> Iterator[Occurrence]:
    built = _constant(argument(call, 1))
    if not built or not call.args:
        return
    owner, name = side.source(call.args[0]), built[0]
    dangerous = f"{side.origin(call.args[0])}.{name}" in _DANGEROUS
    form = CALL if dangerous else ATTRIBUTE
    if len(call.args) > len(("object", "name")) and not dangerous and not built[1]:
        return  # a default: the attribute may be missing
    alone = _why_built(built) or ("checkers know it by its own name" if dangerous else "")
    shown = name if dangerous else f"{owner}.{name}"
    yield _dodge(side, call, symbol, form, shown, "S102, S307, S605" if dangerous else "B009, SLF001", alone)


def _dynamic(side: CodeSide, call: ast.Call, symbol: str) -> Iterator[Occurrence]:
    """`exec` of a text that stands in the file, or that has to be decoded first."""
    code = argument(call, 0, "source")
    if isinstance(code, ast.Call) and last(side.origin(code.func)) == "compile" and code.args:
        code = code.args[0]
    if text_of(code) and isinstance(code, ast.Constant) and "\n" not in text_of(code).strip():
        yield _dodge(side, call, symbol, DYNAMIC, "", "every checker", "the code stands in a string")
        return
    if isinstance(code, ast.Name):
        code = next((it.value for it, _ in side.of(ast.Assign) if code.id in map(dotted, it.targets)), None)
    if isinstance(code, ast.Call) and _decodes(code):
        written = any(isinstance(it, ast.Constant) for given in _arguments(code) for it in below(given))
        yield _dodge(side, call, symbol, DYNAMIC, "", "every checker", ENCODED if written else DECODED)


def _decodes(call: ast.Call) -> bool:
    """Whether a call, or what it is called on, turns encoded bytes into text; a plain `.read().decode()` does not."""
    here: ast.expr | None = call
    while isinstance(here, ast.Call):
        name = here.func.attr if isinstance(here.func, ast.Attribute) else last(dotted(here.func))
        if name in _DECODERS - {"decode"} or dotted(here.func) == "marshal.loads" or _spells(here):
            return True
        here = here.func.value if isinstance(here.func, ast.Attribute) else None
    return any(_decodes(it) for it in call.args if isinstance(it, ast.Call))


def _spells(call: ast.Call) -> bool:
    """Whether a call joins characters that are given by their numbers."""
    return last_part(call) == "join" and any(isinstance(it, ast.Name) and it.id == "chr" for it in below(call))


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    """What a chain of calls is given, from the outermost to the innermost."""
    stack: list[ast.expr] = [call]
    while stack:
        here = stack.pop()
        if isinstance(here, ast.Call):
            yield from here.args
            stack += [*here.args, here.func]
        elif isinstance(here, ast.Attribute):
            stack.append(here.value)


def _looked_up(side: CodeSide, node: ast.Subscript, symbol: str) -> Iterator[Occurrence]:
    """`globals()["eval"]`, `__builtins__["eval"]`."""
    built = _constant(node.slice)
    owner = node.value
    spaces = (isinstance(owner, ast.Name) and owner.id == "__builtins__") or _is_namespace(owner)
    if built and spaces and built[0] in _DANGEROUS_NAMES:
        yield _dodge(side, node, symbol, CALL, built[0], "S102, S307", "checkers know it by its own name")


def _constant(node: ast.expr | None) -> tuple[str, bool] | None:
    """The text that an expression is, and whether it was put together so that nobody finds it by searching."""
    match node:
        case ast.Constant(value=str(text)):
            return text, False
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            one, other = _constant(left), _constant(right)
            return (one[0] + other[0], True) if one and other else None
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(glue)), attr="join"),
            args=[ast.List() | ast.Tuple() as parts],
        ):
            texts = [_constant(it) for it in parts.elts]
            return (glue.join(it[0] for it in texts if it), True) if all(texts) else None
        case ast.Subscript(value=ast.Constant(value=str(text)), slice=ast.Slice(lower=None, upper=None)):
            return text[::-1], True
        case ast.JoinedStr(values=values):
            texts = [_constant(it.value if isinstance(it, ast.FormattedValue) else it) for it in values]
            return ("".join(it[0] for it in texts if it), True) if all(texts) else None
    return None


def _why_built(built: tuple[str, bool]) -> str:
    return f"{_PIECES} `{built[0]}`" if built[1] else ""


def _is_namespace(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMESPACES


def _spreads_module(call: ast.Call) -> bool:
    """Whether a namespace is updated with a module's whole one."""
    callee = call.func
    if not isinstance(callee, ast.Attribute) or callee.attr != "update" or not _is_namespace(callee.value):
        return False
    match call.args[:1]:
        case [ast.Call(func=ast.Name(id="vars"))] | [ast.Attribute(attr="__dict__")]:
            return True
    return False


def _dodge(
    side: CodeSide, node: Located, symbol: str, form: str, name: str, checks: str, alone: str, text: str = ""
) -> Occurrence:
    built = "yes" if alone.startswith(_PIECES) else ""
    grave = "yes" if form in {CALL, DYNAMIC} else ""
    details = {"form": form, "name": name, "checks": checks, "alone": alone, "built": built, "grave": grave}
    return side.occurrence(DODGE, node, symbol, text=text, key=f"{form} {name} {text}", details=details)


_BY_ORIGIN: dict[str, Callable[[CodeSide, ast.Call, str], Iterator[Occurrence]]] = {
    "getattr": _getattr,
    "setattr": _setattr,
    "exec": _dynamic,
    "eval": _dynamic,
    "sys.stdout.write": _written,
    "sys.__stdout__.write": _written,
    "os.write": _written,
    "contextlib.suppress": _suppressed,
}
