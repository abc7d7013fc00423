"""Questions of product code whether it is being tested, and what it does about the answer."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.code_side import CodeSide, Located
from pytest_agentaudit.facts.for_tests import is_test_support
from pytest_agentaudit.facts.kinds.shortcuts import ADDS, CHOOSES, CI, LIKELY, NAMED, SKIPS, SURE, TELLS, TEST_PROBE
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, dotted, last
from pytest_agentaudit.facts.written import text_value
from pytest_agentaudit.patterns import regex

_ASKED = ("os.environ", "os.environb", "os.getenv", "sys.modules", "sys.argv", "sys.orig_argv", "__main__")
_RUNNER = regex(r"(?i)pytest|py\.test|\bunittest\b|\bnose2?\b|_called_from_test")
_VARIABLE = regex(
    r"(?:[A-Z0-9]+_)*(?:TESTING|TEST_?MODE|IN_TESTS?|IS_TESTS?|UNIT_?TEST(?:S|ING)?|RUNNING_(?:UNIT_?)?TESTS?|TEST_RUN|TEST_ENV)|tests?|testing"
)
_TOLD = ("test", "nose", '"ci"', "'ci'", "_actions", "::-1]")
"""What a file that asks has somewhere in its text, in small letters."""
_SERVER = regex(r"CI|GITHUB_ACTIONS|GITLAB_CI|CIRCLECI|TRAVIS|BUILD_NUMBER|CONTINUOUS_INTEGRATION")
_FLAG = regex(
    r"(?i)_*(is_|in_|under_|running_|are_)+(py|unit)?_?(testing|tests?_?(mode|env|run|running|environment))"
    r"|_*(in|under|running)_(py|unit)?_?tests?|_*is_(py|unit)tests?(_running)?|_*(py|unit)tests?_(mode|running)"
)
_MERE_CALL = regex(
    r"(?i)(\w+\.)*_?(log|logger|logging|warnings|console|structlog)\.\w+|print|(\w+\.)*warn"
    r"|(\w+\.)*(load_dotenv|basicConfig|dictConfig|set_?up_logging|configure_logging|filterwarnings|simplefilter|setdefault)"
)
_Branch = ast.If | ast.While | ast.IfExp | ast.BoolOp | ast.Match | ast.Subscript | ast.BinOp
_STATED = ast.BoolOp | ast.Subscript
"""Expressions that are only stated for what they do: `asked or act()`, `environ["X"]` in a `try`."""
_MIXED = ast.BinOp | ast.Subscript
"""Results that an answer may be mixed into: `total * asked`, `[one, other][asked]`."""
_WORDS = ("environ", "environb", "getenv", "modules", "argv", "orig_argv", "__main__", "_called_from_test")
_RANK = (SURE, LIKELY, NAMED, CI)


class _Probe(Struct, frozen=True):
    """What a question looks at, how telling that is, and the local name that it went by ("" where it is direct)."""

    asks: str
    sure: str
    name: str = ""


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Every question whether a test runs, where something is done about it; else where its answer gets a name."""
    flags = frozenset(name for name in side.scan.names if "est" in name and _FLAG.fullmatch(name))
    text = side.scan.text.lower()
    told = any(it in text for it in _TOLD) or side.names_any("chr", "b64decode", "fromhex")
    asks = told and side.names_any(*_WORDS, "sys")
    if (asks or flags) and not is_test_support(side):
        yield from _Questions(side, flags).found()


class _Questions:
    """The questions of one side, and the names that its touched code gives to the answers."""

    def __init__(self, side: CodeSide, flags: frozenset[str]) -> None:
        self.side = side
        self.named: dict[str, _Probe] = {}
        asked = (name for name, origin in side.imports.items() if origin.startswith(_ASKED))
        self.hot = {*_WORDS, *flags, *asked, *self.aliases}
        if "_called_from_test" in side.scan.text:
            self.hot.add("sys")

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Names that stand for the environment, the loaded modules or the command line."""
        found: dict[str, str] = {}
        for node, _symbol in self.side.of(ast.Assign):
            if isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Attribute):
                origin = self.side.origin(node.value)
                if origin.startswith(_ASKED):
                    found[node.targets[0].id] = origin
        return found

    @cached_property
    def texts(self) -> Mapping[str, ast.expr]:
        """Names that stand for a text."""
        bound = ((it.targets[0], it.value) for it, _symbol in self.side.of(ast.Assign))
        return {name.id: value for name, value in bound if isinstance(name, ast.Name) and text_value(value)}

    def found(self) -> Iterator[Occurrence]:
        """What is done by the answers, and the answers that only get a name."""
        naming = list(self._naming())
        self.named = {name: probe for _node, _symbol, probe, name in naming if name}
        self.hot |= self.named.keys()
        deciding = list(self._deciding())
        used = {probe.name for _node, _symbol, probe, _effect in deciding}
        local = {symbol for _function, symbol in self.side.functions}
        for node, symbol, probe, name in naming:
            given_away = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or symbol not in local
            if name not in used and probe.sure in {SURE, LIKELY} and given_away:
                yield self._occurrence(node, symbol, probe, TELLS)
        for node, symbol, probe, effect in deciding:
            yield self._occurrence(node, symbol, probe, effect)

    def _occurrence(self, node: Located, symbol: str, probe: _Probe, effect: str) -> Occurrence:
        asked = node.test if isinstance(node, ast.If | ast.IfExp | ast.While) else node
        text = (
            f"def {node.name}" if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else self.side.source(asked)
        )
        details = {"asks": probe.asks, "sure": probe.sure, "effect": effect}
        return self.side.occurrence(TEST_PROBE, node, symbol, text=text, details=details)

    def _naming(self) -> Iterator[tuple[Located, str, _Probe, str]]:
        """Assignments of answers, and functions that return one."""
        bound: list[tuple[ast.Assign | ast.AnnAssign | ast.NamedExpr, str]] = [
            *self.side.of(ast.Assign),
            *self.side.of(ast.AnnAssign),
            *self.side.of(ast.NamedExpr),
        ]
        for node, symbol in bound:
            probe = self.probe(node.value) if node.value is not None and _is_answer(node.value) else None
            if probe:
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                yield node, symbol, probe, last(dotted(target))
        for function, symbol in self.side.functions:
            told = self._told(function)
            if told:
                yield function, symbol, told, function.name

    def _told(self, function: Function) -> _Probe | None:
        """The probe that a function's returns are about, where it does nothing else."""
        returns = [it for it in below(function) if isinstance(it, ast.Return) and it.value is not None]
        probes = [self.probe(it.value) for it in returns if it.value is not None and _is_answer(it.value)]
        if any(probes):
            return next(filter(None, probes))
        if returns and all(isinstance(it.value, ast.Constant) and isinstance(it.value.value, bool) for it in returns):
            tests = (self.probe(it.test) for it in below(function) if isinstance(it, ast.If))
            return next(filter(None, tests), None) if _FLAG.fullmatch(function.name) else None
        return None

    def _deciding(self) -> Iterator[tuple[Located, str, _Probe, str]]:
        """Branches on answers."""
        branches: list[tuple[_Branch, str]] = [
            *self.side.of(ast.If),
            *self.side.of(ast.While),
            *self.side.of(ast.IfExp),
            *self.side.of(ast.Match),
            *((it.value, symbol) for it, symbol in self.side.of(ast.Expr) if isinstance(it.value, _STATED)),
            *((it.value, symbol) for it, symbol in self.side.of(ast.Return) if isinstance(it.value, _MIXED)),
        ]
        for node, symbol in branches:
            probe = self.probe(_tested(node))
            if probe and last(symbol) not in self.named:
                effect = _effect(node)
                if probe.sure in {SURE, LIKELY} or effect == SKIPS:
                    yield node, symbol, probe, effect

    def probe(self, node: ast.expr) -> _Probe | None:
        """The most telling question in an expression."""
        probes = [found for part in _parts(node) if (found := self._asked(part))]
        return min(probes, key=lambda it: _RANK.index(it.sure), default=None)

    def _asked(self, node: ast.expr) -> _Probe | None:
        nodes = below(node)
        words = [it.id for it in nodes if isinstance(it, ast.Name)]
        words += [it.attr for it in nodes if isinstance(it, ast.Attribute)]
        if self.hot.isdisjoint(words):
            return None
        name = next((it for it in words if it in self.named), "")
        if name and not _is_relation(node):
            return _Probe(self.named[name].asks, self.named[name].sure, name)
        origins = [self._origin(it) for it in nodes if isinstance(it, ast.Name | ast.Attribute)]
        texts = [text for it in nodes if isinstance(it, ast.expr) and (text := text_value(it, self.texts))]
        if "sys._called_from_test" in origins or ("sys" in origins and "_called_from_test" in texts):
            return _Probe("sys._called_from_test", SURE)
        asked = next((it for it in origins if it.startswith(_ASKED)), "")
        if asked:
            return _looked_up(asked, texts)
        flag = next((last(it) for it in origins if _FLAG.fullmatch(last(it))), "")
        return _Probe(flag, NAMED) if flag else None

    def _origin(self, node: ast.Name | ast.Attribute) -> str:
        """The dotted origin of a name, an alias of the environment or of the loaded modules followed."""
        return (
            self.aliases.get(node.id, "")
            if isinstance(node, ast.Name) and node.id in self.aliases
            else self.side.origin(node)
        )


def _looked_up(asked: str, texts: Iterable[str]) -> _Probe | None:
    """What is looked up in the environment, the loaded modules or the command line."""
    environment = "env" in asked
    for text in texts:
        if _RUNNER.search(text):
            return _Probe(text if environment else f"{text} in {asked}", SURE)
    for text in texts if environment or asked.endswith("argv") else ():
        if _VARIABLE.fullmatch(text):
            return _Probe(text if environment else f"{text} in {asked}", LIKELY)
    found = next((text for text in texts if environment and _SERVER.fullmatch(text)), "")
    return _Probe(found, CI) if found else None


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """The operands of `and`, `or` and `not`, however deep."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, ast.BoolOp):
            stack.extend(reversed(here.values))
        elif isinstance(here, ast.UnaryOp):
            stack.append(here.operand)
        elif isinstance(here, ast.Call) and dotted(here.func) == "bool" and here.args:
            stack.append(here.args[0])
        else:
            yield here


def _is_relation(node: ast.expr) -> bool:
    """Whether two values are compared of which neither is written out: then it is not asked whether a test runs."""
    return isinstance(node, ast.Compare) and not any(
        isinstance(it, ast.Constant) for it in (node.left, *node.comparators)
    )


def _is_answer(node: ast.expr | None) -> bool:
    """Whether a value reads as yes or no, or is the variable itself."""
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.Name() | ast.Attribute() | ast.Subscript():
            return True
        case ast.Call(func=func):
            return last(dotted(func)) in {
                "bool",
                "get",
                "getenv",
                "any",
                "hasattr",
                "getattr",
                "startswith",
                "endswith",
            }
    return False


def _tested(node: _Branch) -> ast.expr:
    """The expression of a branch that may hold a question."""
    if isinstance(node, ast.BoolOp):
        return node.values[0]
    if isinstance(node, ast.Match):
        return node.subject
    if isinstance(node, ast.Subscript | ast.BinOp):
        return node
    return node.test


def _effect(node: _Branch) -> str:
    """What a branch on an answer does."""
    if isinstance(node, ast.BoolOp | ast.Match | ast.Subscript | ast.BinOp):
        return SKIPS
    if isinstance(node, ast.IfExp):
        return CHOOSES if all(isinstance(it, ast.Constant) for it in (node.body, node.orelse)) else SKIPS
    if all(_is_mere(it) for it in (*node.body, *node.orelse)):
        return CHOOSES
    leaves = isinstance(node.body[-1], ast.Return | ast.Continue | ast.Break | ast.Raise)
    return SKIPS if leaves or _denies(node.test) or not all(map(_is_mere, node.orelse)) else ADDS


def _denies(test: ast.expr) -> bool:
    """Whether a condition may hold outside of tests: one of its questions is turned round."""
    for it in below(test):
        match it:
            case ast.UnaryOp(op=ast.Not()) | ast.Compare(ops=[ast.NotIn() | ast.NotEq()]):
                return True
            case ast.Compare(ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None | "" | False)]):
                return True
    return False


def _is_mere(node: ast.stmt) -> bool:
    """Whether a statement only binds a value or says something."""
    match node:
        case ast.Expr(value=ast.Call(func=func)):
            return bool(_MERE_CALL.fullmatch(dotted(func)))
        case ast.If(body=body, orelse=orelse):
            return all(map(_is_mere, (*body, *orelse)))
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Pass() | ast.Import() | ast.ImportFrom():
            return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
