"""Tests whose point is that nothing is raised."""

from __future__ import annotations

import ast

from pytest_agentaudit.facts.nodes import dotted, last
from pytest_agentaudit.facts.walk import statements
from pytest_agentaudit.patterns import regex, worded

_FAILURES = (
    *("rais", "error", "exception", "crash", "fail", "throw", "threw", "warn", "hang", "deadlock", "block", "leak"),
    *("segfault", "panic", "explode", "blow", "break", "die", "bail", "complain"),
)
_PLAIN = (
    *("nothing happens", "nothing gets", "does nothing", "regression test for", "smoke", "sanity", "importable"),
    *("silently", "gracefully", "tolerat", "surviv", "swallow", "suppresses", "suppressed", "idempotent"),
    *("should succeed", "should pass", "should still succeed", "should still pass", "is_safe", "is safe"),
    *("runs_ok", "runs ok", "runs_clean", "runs clean"),
)
_WORDINGS = (
    worded(
        _FAILURES,
        rf"(n['\u2019]?t|not|never|no|without|free of|nothing)[ _]([^\W_]+[ _]){{0,3}}?({'|'.join(_FAILURES)})",
    ),
    worded(("used to ", "would ", "could "), r"(used to|would|could) (cause|crash|raise|fail|error|break)"),
    worded(
        (" ok", " fine", " legal", " allowed", " accepted", " permitted"),
        r"(is|are|it's|it is)( \w+)? (ok|okay|fine|legal|allowed|accepted|permitted)",
    ),
    worded(("ok to", "fine to", "legal to", "allowed to"), r"(ok|fine|legal|allowed) to\b"),
    worded(("side_effect",), r"side_effect\s?=\s?\w{0,40}(error|exception)"),
    worded(("noop", "no-op", "no_op", "no op"), r"no[_ -]?op(\b|_)"),
    worded(("ignore",), r"ignores?[_ ]\w{0,30}(error|exception|missing)"),
    worded(("compile",), r"compiles?[_ ](ok|clean)"),
    worded(("despite", "even if", "even when"), r"(succeeds?|continues?|goes on) (despite|even (if|when))"),
    worded(("still work", "still_work"), r"still[_ ]works?(?![^\W_])"),
    worded(("accept", "allow", "permit"), r"def test_(\w+_)?(accept|allow|permit)s?_"),
    worded(
        ("_can_be_",),
        r"def test_\w+_can_be_(accessed|displayed|shown|printed|read|loaded|imported|parsed|opened|copied)(?![^\W_])",
    ),
    worded(("just", "only", "merely"), r"\b(just|only|merely)\W+(\w+\W+){0,4}(run|execute|work)s?\b"),
)
"""Wordings that say that not raising is what a test tests, in lower case: one pattern for all of them would be tried at
every letter.
"""

_READERS = frozenset(
    {
        *(
            "json.loads",
            "ast.parse",
            "compile",
            "exec",
            "uuid.UUID",
            "UUID",
            "int",
            "float",
            "yaml.safe_load",
            "tomllib.loads",
        ),
        *(
            "datetime.fromisoformat",
            "datetime.datetime.fromisoformat",
            "base64.b64decode",
            "ET.fromstring",
            "re.compile",
        ),
        *("ipaddress.ip_address", "date.fromisoformat", "datetime.date.fromisoformat"),
    }
)
"""Functions that raise where what they are given is not well formed."""

CHECKER = regex(r"_*((assert|expect)_|(check|verify|validate|ensure|require|test)(_|[A-Z]|$))\w*")
"""Names of functions that raise by themselves where something is wrong."""


def is_contract(source: str, body: list[ast.stmt]) -> bool:
    """Whether a test says in its name, docstring or comments, or shows by what it calls, that not raising is what it
    tests. `body` holds its statements without the docstring.
    """
    return says_so(source) or _only_checks(body)


def says_so(source: str) -> bool:
    """Whether a text says that not raising is what is tested."""
    text = source.casefold()
    return any(map(text.__contains__, _PLAIN)) or any(it.search(text) for it in _WORDINGS)


def imports_alone(body: list[ast.stmt]) -> bool:
    """Whether a test does nothing but import: a name that is missing fails it."""
    return bool(body) and all(isinstance(it, ast.Import | ast.ImportFrom) for it in body)


def _only_checks(body: list[ast.stmt]) -> bool:
    """Whether a test calls what raises by itself (`validate(x)`, `json.loads(x)`) without using a result, or only
    imports.
    """
    if imports_alone(body):
        return True
    plain = (it.value for statement in body for it in statements(statement) if isinstance(it, ast.Expr))
    calls = (it.value if isinstance(it, ast.Await) else it for it in plain)
    return any(
        CHECKER.fullmatch(last(dotted(value.func)) or "") or _reads(value)
        for value in calls
        if isinstance(value, ast.Call)
    )


def _reads(call: ast.Call) -> bool:
    """Whether a call reads a value of the test in a way that fails where it is not well formed."""
    match call:
        case ast.Call(func=ast.Attribute(attr="encode" | "decode"), args=[ast.Constant()], keywords=[]):
            return True
        case ast.Call(args=[given, *_]):
            return dotted(call.func) in _READERS and not isinstance(given, ast.Constant)
    return False
