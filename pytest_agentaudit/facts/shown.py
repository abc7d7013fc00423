"""Statements that only show somebody something: people who watch a run, or who look for its traces later."""

from __future__ import annotations

import ast

from pytest_agentaudit.facts.nodes import dotted, last
from pytest_agentaudit.patterns import regex

_LOGGER_NAMES = regex(r"(?i)_*(?:log|logger|logging)|.*_log(?:ger)?")
_LOG_METHODS = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "trace"}
)
_LOGGERS = regex(r"(?i)_*(?:log|logger|logging|warnings|console|structlog)|.*_log(?:ger)?")
_LOG_WORDS = regex(r"debug|info|warn(?:ing)?|error|exception|critical|fatal|log|trace|print|echo|secho")
_TELLS = regex(r"(?:pp?rint|s?echo|debug)(?:_\w+)?|_*(?:\w+_)?(?:status|progress|message)_callback|set_span_\w+")
_TOLD_BY = regex(r"(?i)_*(?:\w+_)?(?:console|spinner|pbar|progress_?bar|span|stdout|stderr)")


def is_log(call: ast.Call) -> bool:
    """Whether a call tells somebody something: a logger's, `print`, `warnings.warn`."""
    name = dotted(call.func)
    owner, _, word = name.rpartition(".")
    word = word or last(name)
    if not owner:
        return word in {"print", "warn", "echo", "secho"}
    return bool(_LOG_WORDS.fullmatch(word)) and bool(_LOGGERS.fullmatch(last(owner)) or word in {"echo", "secho"})


def is_logging(node: ast.stmt) -> bool:
    """Whether a statement is a call like `logger.debug(...)`."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr in _LOG_METHODS and bool(_LOGGER_NAMES.fullmatch(last_name(call.func.value)))


def is_telling(node: ast.stmt) -> bool:
    """Whether a statement is a call like `print(...)`, `console.rule(...)` or `span.set_attribute(...)`."""
    call = node.value if isinstance(node, ast.Expr) else None
    call = call.value if isinstance(call, ast.Await) else call
    if not isinstance(call, ast.Call):
        return False
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    return bool(_TELLS.fullmatch(last_name(call.func)) or _TOLD_BY.fullmatch(last_name(receiver)))


def last_name(node: ast.AST | None) -> str:
    """`c` of `c`, `a.b.c`, `a.c[...]` and `c(...)`."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
