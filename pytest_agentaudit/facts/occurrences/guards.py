"""What refuses bad input: guards that raise, calls of checkers, strict settings, functions that can say no."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.functions import Touched, constant_value, quoted, short, touched_functions
from pytest_agentaudit.facts.kinds.shortcuts import (
    BRANCHES,
    CHECK,
    CONSENT,
    FOLDED,
    GUARD,
    LOOSE,
    REFUSAL,
    RETOLD,
    STRICT,
)
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import callee, dotted, last, last_part, names_in, text_of
from pytest_agentaudit.facts.shown import is_log
from pytest_agentaudit.facts.walk import SUITES, inner
from pytest_agentaudit.patterns import regex

_CHECKER = regex(
    r"_*(?:(?:validate|verify|ensure|require|authorize|authorise|authenticate|assert|sanitize|sanitise|guard|check)"
    r"(?:_\w+)?|raise_for_status|raise_if_\w+|raise_on_\w+|full_clean)"
)
_PROVIDER = regex(
    r"_*ensure_(?!\w*(?:safe|valid|allow|auth|match))\w*(?:tables?|dirs?|director(?:y|ies)|folders?|index(?:es)?|schema"
    r"|created|loop|cache)"
)
"""Names of what makes something so, and refuses nothing."""

_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_IMPORTS = (ast.Import, ast.ImportFrom)
_GUARDING = regex(
    r"(?:\w+_)?(?:login_required|permission_required|permissions?_classes|requires?_\w+|authenticated|authorized"
    r"|admin_required|user_passes_test|validator|field_validator|model_validator|root_validator|rate_limit\w*|csrf_protect"
    r"|validate_\w+|check_\w+)"
)
_JUDGE = regex(
    r"_*(?:validate|verify|check|is_(?:valid|safe|allowed|authori[sz]ed|trusted|authenticated|permitted|expired|admin)"
    r"|has_(?:permission|access|scope|role)|can_\w+|may_\w+|authenticate|authori[sz]e|allow(?:ed|s)?|ensure|require"
    r"|sanitize|sanitise|assert)(?:_\w+)?"
)
_TO_COME = regex(r"(?i)\bnot\b.*\byet\b|\bnot (?:yet|currently) |\bnot implemented\b|\bcoming soon\b")
_ENVIRONMENT = regex(r"version_info|sys\.platform|os\.name|TYPE_CHECKING|__debug__|platform\.|PYPY|PY\d")
_RISKY = frozenset(
    {"verify", "check_hostname", "verify_ssl", "ssl_verify", "verify_signature", "cert_reqs", "verify_mode"}
)
_ON = frozenset({"True", "'forbid'", "'raise'", "'strict'", "Extra.forbid", "ssl.CERT_REQUIRED", "'error'"})
_OFF = frozenset(
    {"False", "'ignore'", "'allow'", "'coerce'", "'replace'", "'warn'", "Extra.ignore", "Extra.allow", "ssl.CERT_NONE"}
    | {"CERT_NONE", "'off'", "'surrogateescape'", "'none'"}
)
_FETCHES = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "decode", "Client", "AsyncClient"}
    | {"Session", "urlopen", "HTTPTransport", "AsyncHTTPTransport"}
)
_SETTINGS = frozenset(
    {*_RISKY, "extra", "strict", "validate", "check", "validate_assignment", "validate_default", "raise_on_error"}
    | {"errors", "raise_exception", "raise_errors", "verify_exp", "autoescape", "allow_nan", "on_error", "unknown"}
    | {"raise_for_status", "require_auth", "auth_required", "validate_schema", "validate_all", "fail_on_error"}
)
_NO_REFUSAL = frozenset({"NotImplementedError", "ImportError", "StopIteration", "StopAsyncIteration", "AttributeError"})
_DEEPEST = 40
"""How many conditions around a guard are read."""
_TIMED = frozenset({"timeout"})


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Everything of the product that refuses, and what cannot."""
    if side.role is not FileRole.PRODUCT or side.path.endswith(".pyi"):
        return
    for it in touched_functions(side):
        yield from _guards(side, it)
    yield from _retold(side)
    yield from _judges(side)
    yield from _checks(side)
    if side.names_any(*_SETTINGS, *_TIMED):
        yield from _settings(side)
    yield from _entries(side)
    yield from _folded(side)


def _retold(side: CodeSide) -> Iterator[Occurrence]:
    for handler, symbol in side.of(ast.ExceptHandler):
        for node in handler.body:
            if isinstance(node, ast.Raise) and node.exc is not None:
                exception = callee(node.exc)
                yield side.occurrence(RETOLD, node, symbol, key=exception, details={"exception": exception})


class _Under(Struct, frozen=True):
    """The conditions that a statement stands under, innermost first."""

    test: ast.expr | None = None
    otherwise: bool = False
    outer: _Under | None = None

    def condition(self, side: CodeSide) -> str:
        """The innermost one as it reads."""
        source = quoted(side, self.test) if self.test is not None else ""
        return f"not ({source})" if self.otherwise else source

    def names(self) -> frozenset[str]:
        """The names that they read; of a long chain of branches those of the nearest."""
        found: set[str] = set()
        here: _Under | None = self
        for _ in range(_DEEPEST):
            if here is None or here.test is None:
                break
            found |= set(names_in(here.test))
            here = here.outer
        return frozenset(found)


def _guards(side: CodeSide, it: Touched) -> Iterator[Occurrence]:
    stack: list[tuple[ast.AST, _Under]] = [(node, _Under()) for node in reversed(it.body)]
    tests: list[ast.If] = []
    while stack:
        node, under = stack.pop()
        match node:
            case ast.Raise(exc=ast.expr() as raised) if under.test is not None:
                yield from _guard(side, it.symbol, node, callee(raised), under)
            case ast.Assert(test=test) if not _narrows(test):
                yield from _guard(side, it.symbol, node, "AssertionError", _Under(test, outer=under))
            case ast.If():
                tests.append(node)
                stack.extend((below, _Under(node.test, otherwise=True, outer=under)) for below in reversed(node.orelse))
                stack.extend((below, _Under(node.test, outer=under)) for below in reversed(node.body))
            case ast.Try():
                stack.extend((below, under) for below in reversed([*node.body, *node.orelse, *node.finalbody]))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
            case _ if node.__class__ in SUITES:
                stack.extend((below, under) for below in reversed(inner(node)))
    if tests:
        details = {
            "conditions": "\n".join(quoted(side, branch.test) for branch in tests),
            "leaves": "\n".join(quoted(side, branch.test) for branch in tests if isinstance(branch.body[-1], _LEAVES)),
        }
        yield side.occurrence(BRANCHES, it.node, it.symbol, text=it.name, key=it.symbol, details=details)


def _narrows(test: ast.expr) -> bool:
    """Whether an `assert` only tells a type checker something: a type, a truth, not None."""
    match test:
        case ast.Compare(ops=[ast.IsNot() | ast.Is()]) | ast.Name() | ast.Attribute() | ast.Constant():
            return True
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass" | "callable" | "hasattr")):
            return True
        case ast.BoolOp(values=values):
            return all(map(_narrows, values))
    return False


def _guard(
    side: CodeSide, symbol: str, node: ast.Raise | ast.Assert, exception: str, under: _Under
) -> Iterator[Occurrence]:
    condition = under.condition(side)
    if _ENVIRONMENT.search(condition) or last(exception) in _NO_REFUSAL or _is_to_come(node):
        return
    details = {
        "exception": exception,
        "condition": short(condition),
        "names": " ".join(sorted(under.names())),
    }
    yield side.occurrence(GUARD, node, symbol, key=f"{exception} if {condition}", details=details)


def _is_to_come(node: ast.Raise | ast.Assert) -> bool:
    """Whether what it refuses is only not there yet: it is no check of anything, and goes when the work is done."""
    said = node.exc if isinstance(node, ast.Raise) else node.msg
    texts = (text_of(it) for it in ast.walk(said) if isinstance(it, ast.expr)) if said else ()
    return any(_TO_COME.search(text) for text in texts if text)


def _judges(side: CodeSide) -> Iterator[Occurrence]:
    returned: dict[str, list[ast.expr | None]] = defaultdict(list)
    for node, symbol in side.of(ast.Return):
        returned[symbol].append(node.value)
    raising = {symbol for _node, symbol in side.of(ast.Raise)}
    yielding = {symbol for kind in (ast.Yield, ast.YieldFrom) for _node, symbol in side.of(kind)}
    given = cache(lambda symbol: _given(side, returned[symbol]))
    for it in touched_functions(side):
        if it.is_bodiless or it.outer:
            continue
        fixed, answers = given(it.symbol)
        if it.symbol in raising or not fixed or len(answers) > 1:
            how = "an exception" if it.symbol in raising else "an answer that depends on its input"
            yield side.occurrence(REFUSAL, it.node, it.symbol, text=it.name, key=it.name, details={"answers": how})
        elif _JUDGE.fullmatch(it.name) and answers <= {"True", "None"} and it.symbol not in yielding and not _asks(it):
            details = {"answer": min(answers, default="None")}
            yield side.occurrence(CONSENT, it.node, it.symbol, text=it.name, key=it.name, details=details)


def _given(side: CodeSide, values: Sequence[ast.expr | None]) -> tuple[bool, frozenset[str]]:
    """Whether all that is returned under one name is written out, and which such answers there are."""
    fixed = [value for value in values if constant_value(value)]
    return len(fixed) == len(values), frozenset("None" if it is None else side.source(it) for it in fixed)


def _asks(it: Touched) -> bool:
    """Whether a function asserts, or calls something that may raise for it."""
    return any(isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and not is_log(node)) for node in it.own)


def _checks(side: CodeSide) -> Iterator[Occurrence]:
    for node, symbol in side.of(ast.Expr):
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call) and symbol and _is_checker(name := last_part(value)):
            yield side.occurrence(CHECK, node, symbol, key=name, details={"callee": name})
    for function, symbol in side.functions:
        for mark in function.decorator_list:
            name = last(callee(mark))
            if _GUARDING.fullmatch(name):
                yield side.occurrence(CHECK, mark, symbol, key=name, details={"callee": name, "mark": "yes"})


def _settings(side: CodeSide) -> Iterator[Occurrence]:
    for call, symbol in side.of(ast.Call):
        for word in call.keywords:
            if word.arg in _SETTINGS or word.arg in _TIMED:
                yield from _setting(side, word.value, symbol, str(word.arg), last_part(call))
    for node, symbol in side.of(ast.Assign):
        name = last(dotted(node.targets[0]))
        if name in _SETTINGS and len(node.targets) == 1:
            yield from _setting(side, node.value, symbol, name, "")


def _entries(side: CodeSide) -> Iterator[Occurrence]:
    """Settings that are entries of a display."""
    for display, symbol in side.of(ast.Dict):
        for key, value in zip(display.keys, display.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value in _RISKY | {"extra"}:
                yield from _setting(side, value, symbol, key.value, "")


def _setting(side: CodeSide, value: ast.expr, symbol: str, name: str, called: str) -> Iterator[Occurrence]:
    said = repr(value.value) if isinstance(value, ast.Constant) else side.origin(value)
    text = f"{name}={short(side.source(value))}"
    is_risky = name in _RISKY and (name != "verify" or not called or called in _FETCHES)
    details: Mapping[str, str] = {"setting": name, "callee": called, "risk": "yes" if is_risky else ""}
    key = f"{called} {name}"
    if name in _TIMED:
        if constant_value(value) and said != "None":
            yield side.occurrence(STRICT, value, symbol, text=text, key=key, details=details)
        return
    if said.removeprefix("pydantic.") in _ON:
        yield side.occurrence(STRICT, value, symbol, text=text, key=key, details=details)
    elif said.removeprefix("pydantic.") in _OFF:
        yield side.occurrence(LOOSE, value, symbol, text=text, key=key, details=details)


def _folded(side: CodeSide) -> Iterator[Occurrence]:
    for node, symbol in side.of(ast.BoolOp) if side.names_any("True", "False") else ():
        decides = isinstance(node.op, ast.Or)
        if any(isinstance(it, ast.Constant) and it.value is decides for it in node.values):
            yield side.occurrence(FOLDED, node, symbol)
    for branch, symbol in side.of(ast.If):
        constant = isinstance(branch.test, ast.Constant) and isinstance(branch.test.value, bool | int)
        if constant and not (not symbol and any(isinstance(it, _IMPORTS) for it in branch.body)):  # for type checkers
            yield side.occurrence(FOLDED, branch.test, symbol, text=f"if {side.source(branch.test)}")


def _is_checker(name: str) -> bool:
    return bool(_CHECKER.fullmatch(name)) and not _PROVIDER.fullmatch(name)
