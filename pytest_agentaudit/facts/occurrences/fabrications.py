"""Results that nobody worked for: constants that say success, simulated work, stand-ins used in earnest."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.functions import Touched, comments_in, constant_value, short, touched_functions
from pytest_agentaudit.facts.kinds.shortcuts import ASSUMED, FABRICATED, MEASURED, STAND_IN
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, callee, dotted, last, last_part, text_of
from pytest_agentaudit.facts.shown import is_log
from pytest_agentaudit.patterns import regex

_STATUS_KEYS = frozenset({"status", "success", "ok", "passed", "succeeded", "valid", "completed", "result", "state"})
_SUCCESS = regex(r"(?i)ok|okay|success(?:ful(?:ly)?)?|succeeded|passed|complete[d]?|done|valid|healthy|sent|saved")
_BOAST = regex(
    r"(?i)\b(?:success(?:ful(?:ly)?)?|all tests pass(?:ed)?|passed|completed|complete|deployed|finished|verified|sent"
    r"|saved|uploaded|done)\b|[\u2713\u2714\u2705]"
)
_WORDS = regex(
    r"(?i)\b(?:simulat(?:e[sd]?|ing|ion)|mock(?:ed|ing)?|fake[sd]?|dummy|sample (?:data|response|result)s?|placeholder"
    r"|hard-?coded|in a real \w+|in production,? (?:this|we|you|it)|pretend(?:s|ing)?|canned|would"
    r" (?:normally|actually)|real implementation|for demo(?:nstration)?)\b"
)
_PROBES = regex(
    r"\w*(?:health|ping|ready|alive|live|status|heartbeat|version|root|index|noop|schema|default|example"
    r"|sample|demo|mock|fake|dummy|random|jitter|noise|backoff|seed|simulat|echo|metadata|info|config"
    r"|options|help|headers?|capabilit|manifest|spec|template|fixture|generat|token|uuid|nonce|salt|secret|password|colou?r|pick|choose|shuffle|roll)\w*",
    re.IGNORECASE,
)
_FIGURE = regex(
    r"(?:\w+_)?(?:accuracy|acc|f1|precision|recall|auc|bleu|rouge|score|confidence|similarity|success_rate|pass_rate"
    r"|throughput|latency|perplexity|mse|rmse|r2|coverage|passed|win_rate|quality)(?:_score|_rate|_ms)?"
)
_STAND_IN = regex(r"_?(?:Mock|Fake|Dummy|Stubbed|Stub|Simulated|Magic)(?:Mock|[A-Z])\w*")
_REAL = regex(r"_?(?:Mock|Fake|Dummy|Stubbed|Stub|Simulated|Magic)")
_TESTING = regex(
    r"(?i)(?:^|/|_)(?:test\w*|mock\w*|fake\w*|stub\w*|demo\w*|examples?|sandbox|simulat\w*|bench\w*|dummy)(?:/|_|\.|$)"
)
_DRAWN = regex(r"(?:random|numpy\.random)\.(?!choice\b|sample\b|shuffle\b|Random\b|default_rng\b)\w+")
_TIMES = frozenset({"now", "utcnow", "today", "time", "isoformat", "uuid4", "perf_counter", "monotonic", "str", "hex"})
_MESSAGE_ONLY = "message"


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Fabricated results of the product, its figures, and its stand-ins."""
    if side.role is not FileRole.PRODUCT or side.path.endswith(".pyi"):
        return
    is_testing = _TESTING.search(side.path)
    returned = Counter(symbol for node, symbol in side.of(ast.Return) if node.value is not None)
    if 1 in returned.values() and not is_testing:
        for it in touched_functions(side):
            if returned[it.symbol] == 1:
                yield from _fabricated(side, it)
    yield from _figures(side)
    if not is_testing:
        yield from _stand_ins(side)


def _fabricated(side: CodeSide, it: Touched) -> Iterator[Occurrence]:
    if it.is_bodiless or it.outer or it.is_dunder:
        return
    end = it.body[-1]
    value = end.value if isinstance(end, ast.Return) else None
    if value is None or isinstance(value, ast.Name | ast.Attribute | ast.Await) or not _is_idle(side, it):
        return
    signs = list(_signs(side, it, value))
    if not signs or _PROBES.fullmatch(it.name):
        return
    arguments = {argument.arg for argument in it.arguments()}
    reads = {node.id for node in it.own if isinstance(node, ast.Name)}
    source = side.source(value)
    details = {
        "value": short(source),
        "signs": " ".join(signs),
        "ignores": "yes" if arguments and arguments.isdisjoint(reads) else "",
        "claim": it.docstring.strip().partition("\n")[0],
    }
    yield side.occurrence(FABRICATED, it.node, it.symbol, text=it.name, key=it.name, details=details)


def _is_idle(side: CodeSide, it: Touched) -> bool:
    """Whether a body calls nothing that works: only what tells, waits, draws at random or reads the clock."""
    for node in it.own:
        if isinstance(node, ast.Call):
            name = side.origin(node.func)
            if not (is_log(node) or last(name) in {"sleep", *_TIMES} or _DRAWN.fullmatch(name)):
                return False
        if isinstance(node, ast.Raise | ast.Yield | ast.YieldFrom | ast.With | ast.AsyncWith | ast.For | ast.While):
            return False
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            return False
    return True


def _signs(side: CodeSide, it: Touched, value: ast.expr) -> Iterator[str]:
    calls = [node for node in it.own if isinstance(node, ast.Call)]
    drawn = any(_DRAWN.fullmatch(side.origin(node.func)) for node in calls)
    waits = any(last(side.origin(node.func)) == "sleep" for node in calls)
    boasts = any(is_log(node) and _BOAST.search(" ".join(map(text_of, node.args))) for node in calls)
    success = _is_success(value)
    words = _WORDS.search(comments_in(side, it.node.lineno, it.node.end_lineno or it.node.lineno) + " " + it.docstring)
    written = constant_value(value) or isinstance(value, ast.Dict | ast.List)
    is_empty = isinstance(value, ast.Dict | ast.List | ast.Tuple) and not any(
        map(_is_part, ast.iter_child_nodes(value))
    )
    if success:
        yield "success"
    if words and written and not is_empty and not isinstance(value, ast.Constant):
        yield "words"
    if drawn:
        yield "random"
    if waits and written:
        yield "sleep"
    if boasts and (constant_value(value) or success):
        yield _MESSAGE_ONLY


def _is_part(node: ast.AST) -> bool:
    return isinstance(node, ast.expr)


def _is_success(value: ast.expr) -> bool:
    """Whether a display says that all went well."""
    if not isinstance(value, ast.Dict):
        return False
    told = [it for key, it in zip(value.keys, value.values, strict=True) if text_of(key).lower() in _STATUS_KEYS]
    return any(isinstance(it, ast.Constant) and (it.value is True or _SUCCESS.fullmatch(text_of(it))) for it in told)


def _figures(side: CodeSide) -> Iterator[Occurrence]:
    for node, symbol in side.of(ast.Assign):
        name = dotted(node.targets[0])
        if not symbol or not _FIGURE.fullmatch(last(name)):
            continue
        called = [it for it in below(node.value) if isinstance(it, ast.Call)]
        drawn = any(_DRAWN.fullmatch(side.origin(it.func)) for it in called)
        if called and not drawn:
            yield side.occurrence(MEASURED, node, symbol, key=name, details={"name": name})
        elif drawn or (constant_value(node.value) and _is_figure(node.value)):
            value = short(side.source(node.value))
            details = {"name": name, "value": value, "random": "yes" if drawn else ""}
            yield side.occurrence(ASSUMED, node, symbol, key=f"{name}={value}", details=details)


def _is_figure(value: ast.expr) -> bool:
    """Whether a constant is more than a start: not None, 0, 1 or False."""
    return (isinstance(value, ast.Constant) and value.value not in {None, 0, 1, "", -1}) or (
        isinstance(value, ast.Constant) and value.value is True
    )


def _stand_ins(side: CodeSide) -> Iterator[Occurrence]:
    if not any(map(_STAND_IN.fullmatch, side.scan.names)):
        return
    caught = {id(it) for handler, _symbol in side.of(ast.ExceptHandler) for it in below(handler)}
    named = {(symbol, node.id) for node, symbol in side.of(ast.Name)}
    for call, symbol in side.of(ast.Call):
        name = last_part(call)
        if not _STAND_IN.fullmatch(name) or _PROBES.fullmatch(last(symbol)):
            continue
        if not any(_STAND_IN.fullmatch(part) for part in symbol.split(".")):
            is_choice = (symbol, _REAL.sub("", name)) in named and id(call) not in caught
            details = {
                "name": name,
                "origin": side.origin(call.func) or callee(call),
                "beside": "yes" if symbol and is_choice else "",
            }
            yield side.occurrence(STAND_IN, call, symbol, key=name, details=details)
