"""Code that changes what a report says of its test."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.harness.guards import Assignment, Surrounded
from pytest_agentaudit.facts.harness.hooks import Hook
from pytest_agentaudit.facts.kinds.harness import GOOD, OUTCOME, REPORTS, RUNNERS
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import argument, below, dotted, keyword, last, last_part, text_of

_SWALLOWS = RUNNERS - {"pytest_cmdline_main", "pytest_runtestloop"}
_ATTRIBUTES = frozenset({"outcome", "wasxfail", "excinfo"})
_WORDS = (
    "outcome",
    "force_result",
    "TestReport",
    "excinfo",
    "wasxfail",
    "stats",
    "pytest_report_teststatus",
    "__dict__",
    "setattr",
    "__setattr__",
    "vars",
    "get_result",
)


def report_changes(code: Surrounded, found: list[Hook]) -> Iterator[Occurrence]:
    """Changes of outcomes in the touched code of a side."""
    by_node = {id(it.node): it for it in found}
    if not (by_node or code.side.names_any("TestReport", "CallInfo", "CollectReport", "terminalreporter")):
        return
    for hook in found:
        if hook.name == "pytest_report_teststatus" and not hook.is_wrapper:
            yield from _status(code, hook)
        if hook.name in _SWALLOWS and hook.is_wrapper:
            yield from _swallowed(code, hook)
    if not code.side.names_any(*_WORDS):
        return
    for call, symbol in code.side.of(ast.Call):
        if _may_matter(call):
            yield from _called(code, call, symbol, by_node.get(id(code.function(call))))
    for it in code.assignments:
        if _attribute(it.target) in _ATTRIBUTES or _is_failed_stats(it.target):
            yield from _assigned(code, it, by_node.get(id(code.function(it.node))))


def _may_matter(call: ast.Call) -> bool:
    """Whether a call could change a report, by its own words: where it stands is a dearer question."""
    name = last_part(call)
    if name in {"pop", "clear"}:
        return isinstance(call.func, ast.Attribute) and last(dotted(call.func.value)) == "stats"
    if name in {"setattr", "__setattr__"}:
        return any(text_of(it) == "outcome" for it in call.args)
    return name in {"force_result", "TestReport"}


def _assigned(code: Surrounded, it: Assignment, hook: Hook | None) -> Iterator[Occurrence]:
    """`report.outcome = "passed"` and its spellings, `call.excinfo = None`, `terminalreporter.stats["failed"] = []`."""
    name = _attribute(it.target)
    what = f"`{code.side.source(it.target)}`"
    if name == "outcome":
        yield _occurrence(code, it.node, it.symbol, hook, what, _value(code, it.value))
    elif name == "wasxfail" and hook is not None:
        yield _occurrence(code, it.node, it.symbol, hook, what, "xfailed")
    elif name == "excinfo" and hook is not None:
        yield _occurrence(code, it.node, it.symbol, hook, what, "passed" if _is_none(it.value) else "computed")
    elif not name:
        yield _occurrence(code, it.node, it.symbol, hook, "the summary's list of failures", "passed")


def _attribute(target: ast.expr) -> str:
    """The attribute that an assignment sets, through `__dict__` and `vars` too."""
    match target:
        case ast.Attribute(attr=attr):
            return attr
        case ast.Subscript(value=ast.Attribute(attr="__dict__"), slice=key):
            return text_of(key)
        case ast.Subscript(value=ast.Call(func=ast.Name(id="vars")), slice=key):
            return text_of(key)
    return ""


def _value(code: Surrounded, node: ast.expr) -> str:
    """The outcome that is written out, or "computed"."""
    texts = list(code.texts(node))
    if isinstance(node, ast.Constant | ast.Name) and len(texts) == 1:
        return texts[0]
    if isinstance(node, ast.IfExp) and set(texts) <= GOOD and texts:
        return texts[0]
    return "computed"


def _called(code: Surrounded, call: ast.Call, symbol: str, hook: Hook | None) -> Iterator[Occurrence]:
    """`setattr(report, "outcome", "passed")`, `outcome.force_result(...)`, a report made by hand."""
    name = last_part(call)
    if name in {"setattr", "__setattr__"} and text_of(argument(call, len(call.args) - 2)) == "outcome":
        value = _value(code, call.args[-1])
        yield _occurrence(code, call, symbol, hook, f"`{code.side.source(call.args[-3])}.outcome`", value)
    elif name == "force_result" and hook is not None and hook.name in REPORTS | _SWALLOWS:
        made = list(code.texts(call))
        kind = "passed" if hook.name in _SWALLOWS or "passed" in made else "computed"
        yield _occurrence(code, call, symbol, hook, "the hook's result", kind)
    elif name == "TestReport" and (hook is not None or code.side.role is FileRole.CONFTEST):
        given = keyword(call, "outcome") or argument(call, 3)
        if given is not None and _value(code, given) in GOOD:
            yield _occurrence(code, call, symbol, hook, "a report made by hand", _value(code, given))
    elif name in {"pop", "clear"} and isinstance(call.func, ast.Attribute):
        stats = last(dotted(call.func.value)) == "stats"
        if stats and (name == "clear" or text_of(argument(call, 0)) in {"failed", "error"}):
            yield _occurrence(code, call, symbol, hook, "the summary's list of failures", "passed")


def _is_failed_stats(target: ast.expr) -> bool:
    match target:
        case ast.Subscript(value=value, slice=key):
            return last(dotted(value)) == "stats" and text_of(key) in {"failed", "error"}
    return False


def _status(code: Surrounded, hook: Hook) -> Iterator[Occurrence]:
    """`pytest_report_teststatus` that answers with a written-out category."""
    for node in below(hook.node):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and node.value.elts:
            category = node.value.elts[0]
            if isinstance(category, ast.Constant) and category.value in GOOD - {"rerun"}:
                value = str(category.value) or "passed"
                yield _occurrence(code, node, hook.symbol, hook, "the status that the summary counts", value)


def _swallowed(code: Surrounded, hook: Hook) -> Iterator[Occurrence]:
    """A wrapper around the test that catches what the test raises, and does not raise it again."""
    for node in below(hook.node):
        if not isinstance(node, ast.Try) or not any(
            isinstance(it, ast.Yield) for part in node.body for it in below(part)
        ):
            continue
        for handler in node.handlers:
            inner = [it for part in handler.body for it in below(part)]
            if not any(isinstance(it, ast.Raise) for it in inner) and _catches_failures(handler):
                yield _occurrence(code, handler, hook.symbol, hook, "what the test raises", "passed")


def _catches_failures(handler: ast.ExceptHandler) -> bool:
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    names = {last(dotted(it)) for it in types}
    return not types or bool(names & {"Exception", "BaseException", "AssertionError", "Failed"})


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _occurrence(
    code: Surrounded,
    node: ast.stmt | ast.expr | ast.excepthandler,
    symbol: str,
    hook: Hook | None,
    what: str,
    value: str,
) -> Occurrence:
    asked = code.asked(node)
    details = {"what": what, "value": value, "asked": asked.value, "hook": hook.name if hook else ""}
    text = f"except at line {node.lineno}" if isinstance(node, ast.excepthandler) else ""
    return code.side.occurrence(OUTCOME, node, symbol, text=text, key=f"{what} {value} {asked.value}", details=details)
