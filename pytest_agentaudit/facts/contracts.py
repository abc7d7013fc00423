"""Tests whose point is that nothing is raised."""

from __future__ import annotations

import ast
import re

from pytest_agentaudit.facts.nodes import dotted, last
from pytest_agentaudit.facts.walk import statements
from pytest_agentaudit.patterns import regex

CONTRACT = regex(
    r"(n['\u2019]?t|not|never|no|without|free of|nothing)[ _]([^\W_]+[ _]){0,3}?"
    r"(rais|error|exception|crash|fail|thr[oe]w|warn|hang|deadlock|block|leak|segfault|panic|explode|blow|break|die|bail"
    r"|complain)|(used to|would|could) (cause|crash|raise|fail|error|break)|nothing (happens|gets)|does nothing"
    r"|(is|are|it's|it is)( \w+)? (ok|okay|fine|legal|allowed|accepted|permitted)|(OK|fine|legal|allowed) to\b"
    r"|side_effect\s?=\s?\w{0,40}(Error|Exception)|regression test for|smoke|sanity|no[_ -]?op(\b|_)|importable"
    r"|silently|gracefully|tolerat|surviv|swallow|suppress(es|ed)|ignores?[_ ]\w{0,30}(error|exception|missing)"
    r"|compiles?[_ ](ok|clean)|should (still )?(succeed|pass)|(succeeds?|continues?|goes on) (despite|even (if|when))"
    r"|is[_ ]safe|idempotent|still[_ ]works?(?![^\W_])|def test_(\w+_)?(accept|allow|permit)s?_|runs[_ ](ok|clean)"
    r"|def test_\w+_can_be_(accessed|displayed|shown|printed|read|loaded|imported|parsed|opened|copied)(?![^\W_])"
    r"|\b(just|only|merely)\W+(\w+\W+){0,4}(run|execute|work)s?\b",
    re.IGNORECASE,
)
"""Wordings that say that not raising is what a test tests."""

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
    return bool(CONTRACT.search(source)) or _only_checks(body)


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
