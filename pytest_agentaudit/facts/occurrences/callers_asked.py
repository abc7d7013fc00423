"""Product code that decides by who called it: frames, stacks and source lines that reach a condition."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.for_tests import is_test_support
from pytest_agentaudit.facts.kinds.shortcuts import CALLER_ASKED, LOCALS, NAME, SOURCE
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, children, names_in
from pytest_agentaudit.facts.written import text_value
from pytest_agentaudit.patterns import regex

_FRAMES = frozenset(
    {
        *("inspect.stack", "inspect.currentframe", "inspect.getframeinfo", "inspect.getouterframes", "inspect.trace"),
        *("sys._getframe", "sys._current_frames", "sys._getframemodulename", "traceback.extract_stack"),
        *("traceback.format_stack", "traceback.walk_stack", "traceback.print_stack", "gc.get_referrers"),
    }
)
_WORDS = ("stack", "currentframe", "getframeinfo", "getouterframes", "_getframe", "_current_frames", "extract_stack")
_MORE = ("format_stack", "walk_stack", "_getframemodulename", "get_referrers", "trace", "f_back")
_SOURCES = frozenset({"code_context", "line", "getsource", "getsourcelines", "getline", "getlines"})
_ORDINARY = regex(r"<.*>|@?__?\w+|self|cls|@.*|.*(site|dist)-packages.*|.*importlib.*|\.?py[co]?", re.DOTALL)
"""Texts that say what kind of code calls: `<module>`, `__init__`, a private mark, an installed package."""
_TESTS = regex(r"(?i)(?<![a-z])tests?(?![a-z])|pytest|unittest|conftest|assert|==")


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """The first condition of each function that compares something of its caller with a text."""
    if not side.names_any(*_WORDS, *_MORE) or is_test_support(side):
        return
    reading = {symbol for call, symbol in side.of(ast.Call) if side.origin(call.func) in _FRAMES}
    for function, symbol in side.functions:
        if any(it == symbol or it.startswith(f"{symbol}.") for it in reading):
            found = _Flow(side, function).decision()
            if found:
                node, details = found
                yield side.occurrence(CALLER_ASKED, node, symbol, details=details)


class _Flow:
    """Which names of a function hold something of its caller."""

    def __init__(self, side: CodeSide, function: Function) -> None:
        self.side, self.function = side, function
        self.nodes = below(function)
        self.tainted: set[str] = set()
        self.holds: dict[str, str] = {}
        self.taken: dict[str, list[str]] = {}
        self.reads = ""

    def decision(self) -> tuple[ast.expr, dict[str, str]] | None:
        """The most telling comparison of something of the caller with a text."""
        for _ in range(2):  # a loop may use what its end binds
            for node in self.nodes:
                self._bind(node)
        ordering = {
            id(it) for node in self.nodes if isinstance(node, ast.If) and self._only_rebinds(node) for it in below(node)
        }
        asked = (node for node in self.nodes if isinstance(node, ast.expr) and id(node) not in ordering)
        found = [it for node in asked if (it := self._compared(node))]
        found += [it for node in self.nodes if isinstance(node, ast.Return) and (it := self._returned(node))]
        order = {True: 0, False: 1}
        return min(found, key=lambda it: order[bool(it[1]["tests"])], default=None)

    def _only_rebinds(self, node: ast.If) -> bool:
        """Whether a branch does nothing but put the text that it looks at into another form, under the same name."""
        asked = self.tainted.intersection(names_in(node.test))
        for it in (*node.body, *node.orelse):
            match it:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in asked:
                    if not (isinstance(value, ast.Constant) or asked.intersection(names_in(value))):
                        return False
                case ast.If() if self._only_rebinds(it):
                    continue
                case _:
                    return False
        return bool(asked)

    def _bind(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self._taint(targets, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                self._taint([target], value)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                self._taint([target], value)

    def _taint(self, targets: list[ast.expr], value: ast.expr) -> None:
        if self._holds(value):
            names = [name for target in targets for name in names_in(target)]
            self.tainted.update(names)
            self.holds.update(dict.fromkeys(names, self._about(value)))
            self.taken.update(dict.fromkeys(names, self._texts(value)))

    def _holds(self, node: ast.expr) -> bool:
        """Whether something of the caller is in an expression."""
        for it in below(node):
            if isinstance(it, ast.Name) and it.id in self.tainted:
                return True
            if isinstance(it, ast.Call) and self.side.origin(it.func) in _FRAMES:
                self.reads = self.reads or self.side.origin(it.func)
                return True
        return False

    def _about(self, node: ast.expr) -> str:
        nodes = below(node)
        words = {it.attr for it in nodes if isinstance(it, ast.Attribute)}
        known = {self.holds.get(it.id) for it in nodes if isinstance(it, ast.Name)}
        if words & _SOURCES or SOURCE in known:
            return SOURCE
        return LOCALS if "f_locals" in words or LOCALS in known else NAME

    def _compared(self, node: ast.expr) -> tuple[ast.expr, dict[str, str]] | None:
        """A comparison, or a method that tests a text, between something of the caller and a text."""
        match node:
            case ast.Compare(left=left, comparators=others):
                sides = [left, *others]
            case ast.Call(
                func=ast.Attribute(value=owner, attr="startswith" | "endswith" | "find" | "count"), args=args
            ):
                sides = [owner, *args]
            case ast.Call(func=ast.Attribute(attr="search" | "match" | "fullmatch"), args=args):
                sides = [*args]
            case ast.Call(func=ast.Attribute(value=ast.Dict() as owner, attr="get"), args=[key, *_]):
                sides = [owner, key]
            case ast.Subscript(value=ast.Dict() as owner, slice=key):
                sides = [owner, key]
            case _:
                return None
        held = [it for it in sides if self._holds(it)]
        texts = [it for part in sides if part not in held for it in self._texts(part) if not _ORDINARY.fullmatch(it)]
        if not held or not texts:
            return None
        tests = next((text for text in texts if _TESTS.search(text)), "")
        about = max(map(self._about, held), key=(NAME, LOCALS, SOURCE).index)
        return node, {"reads": self.reads, "about": about, "tests": tests, "literal": texts[0]}

    def _returned(self, node: ast.Return) -> tuple[ast.expr, dict[str, str]] | None:
        """A result that is taken out of the caller's source or local names."""
        if node.value is None or not self._holds(node.value):
            return None
        about = self._about(node.value)
        texts = self._texts(node.value) + [it for name in names_in(node.value) for it in self.taken.get(name, [])]
        if about == NAME or not texts or all(map(_ORDINARY.fullmatch, texts)):
            return None
        return node.value, {"reads": self.reads, "about": about, "tests": "", "literal": texts[0], "returned": "yes"}

    def _texts(self, node: ast.expr) -> list[str]:
        text = text_value(node)
        if text:
            return [text]
        return [it for child in children(node) if isinstance(child, ast.expr) for it in self._texts(child)]
