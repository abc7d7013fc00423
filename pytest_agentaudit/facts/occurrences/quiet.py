"""Code that tells Python, pytest, logging or a library to keep its warnings to itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.code_side import CodeSide, Located
from pytest_agentaudit.facts.entry_points import is_entry_file
from pytest_agentaudit.facts.kinds.shortcuts import LOGGING, NUMBERS, QUIETED, TLS, WARNINGS
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.named_calls import named_calls
from pytest_agentaudit.facts.nodes import argument, keyword, last, text_of
from pytest_agentaudit.facts.setting_values import is_blanket_filter

_CALLEES = frozenset(
    {
        *("filterwarnings", "simplefilter", "catch_warnings", "disable_warnings", "disable", "errstate", "seterr"),
        *("setenv", "setdefault", "putenv", "addinivalue_line"),
    }
)
_INFO = 20  # logging.INFO; to load the module for it takes as long as to read a file
_LOUD = frozenset({"NOTSET", "DEBUG", "INFO"})
_LOG_LEVELS = frozenset({"CRITICAL", "FATAL"})


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """What touched code quiets."""
    for call, symbol, origin in named_calls(side, _CALLEES):
        if found := _quieted(call, origin, side):
            what, narrow = found
            yield _occurrence(side, call, symbol, what, narrow, _reach(call, symbol, origin, side))
    if side.names_any("warnings", "disabled") or "PYTHONWARNINGS" in side.scan.text:
        yield from _assigned(side)


def _quieted(call: ast.Call, origin: str, side: CodeSide) -> tuple[str, str] | None:
    """What a call quiets, and what limits it."""
    name = last(origin)
    if origin.endswith(("warnings.filterwarnings", "warnings.simplefilter", "warnings.catch_warnings")):
        return _filter(call, name, side)
    if origin == "pytest.mark.filterwarnings":
        return _marked(call)
    if name == "disable_warnings" and "urllib3" in origin:
        return TLS, ""
    if origin == "logging.disable":
        return _logging(call, side)
    if origin.startswith("numpy.") and name in {"errstate", "seterr"}:
        return _numbers(call)
    return _variable(call, origin, name)


def _filter(call: ast.Call, name: str, side: CodeSide) -> tuple[str, str] | None:
    """One of the standard library's filters, if it ignores."""
    action = keyword(call, "action") if name == "catch_warnings" else argument(call, 0, "action")
    if text_of(action) != "ignore":
        return None
    if name == "filterwarnings":
        message, category, module = (
            argument(call, 1, "message"),
            argument(call, 2, "category"),
            argument(call, 3, "module"),
        )
    else:
        message, module = None, None
        category = keyword(call, "category") if name == "catch_warnings" else argument(call, 1, "category")
    limits = [side.source(it) for it in (message, module) if it is not None and not _is_everything(it)]
    named = side.source(category) if category is not None else ""
    if last(named) == "Warning":
        named = ""
    return WARNINGS, ", ".join(dict.fromkeys(filter(None, (named, *limits))))


def _is_everything(limit: ast.expr) -> bool:
    """Whether a pattern that is written down here limits nothing; what a name holds is taken for a limit."""
    return isinstance(limit, ast.Constant) and text_of(limit) in {".*", ""}


def _marked(call: ast.Call) -> tuple[str, str] | None:
    """`pytest.mark.filterwarnings("ignore:message:category")`: blanket if one of its filters is."""
    filters = [text_of(it) for it in call.args]
    quiet = [it for it in filters if it.partition(":")[0] == "ignore"]
    if not quiet:
        return None
    wide = any(is_blanket_filter(it) for it in quiet)
    return WARNINGS, "" if wide else ", ".join(it.removeprefix("ignore:") for it in quiet)


def _logging(call: ast.Call, side: CodeSide) -> tuple[str, str] | None:
    level = argument(call, 0, "level")
    if level is None:
        return None if call.args else (LOGGING, "")
    named = last(side.origin(level))
    number = level.value if isinstance(level, ast.Constant) else None
    if named in _LOUD or (isinstance(number, int) and number <= _INFO):
        return None
    return (LOGGING, "") if named in _LOG_LEVELS or not named else (LOGGING, f"up to {named}")


def _numbers(call: ast.Call) -> tuple[str, str] | None:
    quiet = [word.arg for word in call.keywords if word.arg and text_of(word.value) == "ignore"]
    if not quiet:
        return None
    return NUMBERS, "" if "all" in quiet else ", ".join(quiet)


def _variable(call: ast.Call, origin: str, name: str) -> tuple[str, str] | None:
    """The environment variable of Python's, or a line of pytest's setting."""
    texts = [text_of(it) for it in call.args]
    if name in {"setenv", "setdefault", "putenv"} and texts[:1] == ["PYTHONWARNINGS"] and origin:
        return _variable_value(texts[1] if len(texts) > 1 else "")
    if name == "addinivalue_line" and texts[:1] == ["filterwarnings"] and texts[1:] and texts[1].startswith("ignore"):
        return WARNINGS, "" if is_blanket_filter(texts[1]) else texts[1].removeprefix("ignore:")
    return None


def _variable_value(text: str) -> tuple[str, str] | None:
    quiet = [it for it in text.split(",") if it.strip().partition(":")[0] in {"i", "ignore"}]
    if not quiet:
        return None
    return WARNINGS, "" if any(map(is_blanket_filter, quiet)) else ", ".join(quiet)


def _assigned(side: CodeSide) -> Iterator[Occurrence]:
    """`os.environ["PYTHONWARNINGS"] = "ignore"`, a replaced `warnings.warn`, a logger switched off."""
    for node, symbol in side.of(ast.Assign):
        for target in node.targets:
            if found := _target(target, node.value, side):
                reach = "function" if symbol else "import"
                yield _occurrence(side, node, symbol, found[0], found[1], reach)


def _target(target: ast.expr, value: ast.expr, side: CodeSide) -> tuple[str, str] | None:
    match target:
        case ast.Subscript(slice=ast.Constant(value="PYTHONWARNINGS")):
            return _variable_value(text_of(value))
        case ast.Attribute(attr="disabled") if isinstance(value, ast.Constant) and value.value is True:
            owner = target.value
            if isinstance(owner, ast.Call) and side.origin(owner.func) == "logging.getLogger":
                return LOGGING, side.source(owner.args[0]) if owner.args else ""
        case ast.Attribute() if side.origin(target) in {
            "warnings.warn",
            "warnings.showwarning",
            "warnings.warn_explicit",
        }:
            return (WARNINGS, "") if isinstance(value, ast.Lambda) else None
    return None


def _blocks(side: CodeSide) -> list[tuple[int, int]]:
    """The lines of the blocks after which the filters are put back."""
    withs: list[tuple[ast.With | ast.AsyncWith, str]] = [*side.of(ast.With), *side.of(ast.AsyncWith)]
    restoring = [node for node, _ in withs if any(_puts_back(item.context_expr, side) for item in node.items)]
    return [(node.lineno, node.end_lineno or node.lineno) for node in restoring]


def _puts_back(context: ast.expr, side: CodeSide) -> bool:
    name = last(side.origin(context.func)) if isinstance(context, ast.Call) else ""
    return name in {"catch_warnings", "errstate"}


def _reach(call: ast.Call, symbol: str, origin: str, side: CodeSide) -> str:
    if origin == "pytest.mark.filterwarnings":
        return "test"
    if any(start <= call.lineno <= end for start, end in _blocks(side)):
        return "block"
    return "function" if symbol else "import"


def _occurrence(side: CodeSide, node: Located, symbol: str, what: str, narrow: str, reach: str) -> Occurrence:
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    comment = " ".join(it.text.lstrip("#! ") for it in side.scan.comments if it.line in lines)
    program = "yes" if is_entry_file(side) or "__main__" in side.scan.text else ""
    details = {"what": what, "narrow": narrow, "reach": reach, "comment": comment, "program": program}
    return side.occurrence(QUIETED, node, symbol, details=details)
