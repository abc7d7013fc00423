"""Product code that reads, lists or imports files of tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import takewhile

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.for_tests import is_test_support
from pytest_agentaudit.facts.kinds.shortcuts import IMPORTS, LISTS, READS, TEST_READ
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import argument, below, dotted, last_part, text_of
from pytest_agentaudit.facts.written import text_value
from pytest_agentaudit.patterns import regex

_READERS = frozenset(
    {
        *("open", "read_text", "read_bytes", "load", "loads", "load_module", "run_path", "run_module", "exec_module"),
        *("read_csv", "read_json", "loadtxt", "genfromtxt", "getline", "getlines", "fromfile", "read", "safe_load"),
        *("spec_from_file_location", "import_module", "__import__", "get_data", "import_path", "source_to_code"),
        *("check_output", "Popen", "getoutput"),
    }
)
_LISTERS = frozenset({"listdir", "scandir", "walk", "glob", "iglob", "rglob", "iterdir", "fwalk"})
_TESTS = regex(r"(?i)(^|[/\\.])(tests?|test_\w+|\w+_tests?|conftest)([/\\.]|$)")
_MODULE = regex(r"(^|\.)(tests|test_\w+|conftest|\w+_test)(\.|$)")
_JOINS = frozenset({"join", "Path", "PurePath", "joinpath", "abspath", "resolve", "absolute", "files", "with_name"})
_TEST_FILES = regex(r"(?:^|/)test_[^/]*\*[^/]*\.py$|\*_test\.py$")
_WILD = regex(r"[*?\[]")
_WRITING = regex(r"[wax]")


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Every use, once for each path and symbol."""
    named = "test" in side.scan.text or side.names_any("b64decode", "chr", "fromhex")
    if named and not is_test_support(side):
        yield from _imports(side)
        yield from _Reads(side).found()


def _imports(side: CodeSide) -> Iterator[Occurrence]:
    nodes: list[tuple[ast.Import | ast.ImportFrom, str]] = [*side.of(ast.Import), *side.of(ast.ImportFrom)]
    for node, symbol in nodes:
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            origin = alias.name if isinstance(node, ast.Import) else side.imports.get(local, "")
            module = origin.rpartition(".")[0] if isinstance(node, ast.ImportFrom) else ""
            origin = module if _MODULE.search(module) else origin
            if _MODULE.search(origin):
                details = {"path": origin.replace(".", "/"), "how": IMPORTS, "anchored": "yes" if _level(node) else ""}
                yield side.occurrence(TEST_READ, node, symbol, key=origin, details=details)
                break


def _level(node: ast.Import | ast.ImportFrom) -> int:
    return node.level if isinstance(node, ast.ImportFrom) else 0


class _Reads:
    """Paths that are written out in calls that read, or in names that such calls use."""

    def __init__(self, side: CodeSide) -> None:
        self.side = side
        self.listed = dict(self._listed())
        self.named = {**dict(self._named()), **self.listed}

    def found(self) -> Iterator[Occurrence]:
        """Each reading or listing call on a path of tests."""
        seen: set[tuple[str, str, str]] = set()
        for call, symbol in self.side.of(ast.Call):
            how = _how(call)
            if not how:
                continue
            given = [*call.args, *(it.value for it in call.keywords)]
            if isinstance(call.func, ast.Attribute):
                given.append(call.func.value)
            for node in [part for it in given for part in (it.elts if isinstance(it, ast.List | ast.Tuple) else [it])]:
                path, anchored = self._path(node, symbol)
                anchored = anchored or (isinstance(node, ast.Name) and (symbol, node.id) in self.listed)
                if _TESTS.search(path) and (symbol, path, how) not in seen:
                    seen.add((symbol, path, how))
                    details = {"path": path, "how": how, "anchored": "yes" if anchored else ""}
                    yield self.side.occurrence(TEST_READ, call, symbol, key=f"{how} {path}", details=details)

    def _named(self) -> Iterator[tuple[tuple[str, str], ast.expr]]:
        """Names that stand for a path, by symbol and name."""
        for node, symbol in self.side.of(ast.Assign):
            if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                yield (symbol, node.targets[0].id), node.value

    def _listed(self) -> Iterator[tuple[tuple[str, str], ast.expr]]:
        """Names that stand for each test file of a folder in turn, with the folder."""
        for node, symbol in self.side.of(ast.For):
            match node:
                case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Attribute(value=folder)) as call):
                    if _how(call) == LISTS and any(_TEST_FILES.search(text_of(it)) for it in call.args):
                        yield (symbol, name), folder

    def _path(self, node: ast.expr, symbol: str) -> tuple[str, bool]:
        """The written-out end of a path, and whether it starts from the own file."""
        parts, anchored = self._parts(node, symbol, 0)
        pieces = [piece for part in parts for piece in part.replace("\\", "/").split("/")]
        plain = takewhile(lambda piece: not _WILD.search(piece), pieces)
        return "/".join(piece for piece in plain if piece not in {"", ".", ".."}), anchored

    def _parts(self, node: ast.expr, symbol: str, depth: int) -> tuple[list[str], bool]:
        text = text_value(node) or _tail(node)
        if text:
            module = text.replace(".", "/") if _MODULE.search(text) and "/" not in text and not _suffix(text) else text
            return [module.removeprefix("./")], False
        known: tuple[list[str], bool] = [], False
        match node:
            case ast.Name(id=name):
                value = self.named.get((symbol, name)) or self.named.get(("", name))
                known = [], name == "__file__"
                if value is not None and depth < _DEEPEST:
                    known = self._parts(value, symbol, depth + 1)
            case ast.BinOp(left=left, op=ast.Div() | ast.Add(), right=right):
                known = self._joined([left, right], symbol, depth)
            case ast.Call(args=args) if last_part(node) in _JOINS:
                before = [node.func.value] if isinstance(node.func, ast.Attribute) else []
                known = self._joined([*before, *args], symbol, depth)
            case ast.Call(args=[inner, *_]) if _how(node) == READS:
                known = self._parts(inner, symbol, depth)
            case ast.Attribute(value=inner) | ast.Subscript(value=inner):
                known = [], self._parts(inner, symbol, depth)[1]
            case _:
                known = [], any(isinstance(it, ast.Name) and it.id == "__file__" for it in below(node))
        return known

    def _joined(self, nodes: list[ast.expr], symbol: str, depth: int) -> tuple[list[str], bool]:
        found = [self._parts(it, symbol, depth) for it in nodes]
        parts = [part for inner, _ in found for part in inner]
        return parts, any(anchored for _, anchored in found)


_DEEPEST = 3


def _tail(node: ast.expr) -> str:
    """The written-out end of a text that is put together: of an f-string, `"%s/x" % y`, `"{}/x".format(y)`."""
    match node:
        case ast.JoinedStr(values=[*_, ast.Constant(value=str(text))]):
            return text
        case ast.BinOp(left=left, op=ast.Mod()):
            return text_of(left).rpartition("%s")[2]
        case ast.Call(func=ast.Attribute(value=owner, attr="format")):
            return text_of(owner).rpartition("}")[2]
    return ""


def _suffix(text: str) -> bool:
    """Whether a dotted text is the name of a file."""
    return text.rpartition(".")[2] in {"py", "json", "txt", "csv", "yaml", "yml", "toml", "xml", "html", "out", "pkl"}


def _how(call: ast.Call) -> str:
    name = last_part(call)
    if name in _LISTERS:
        return LISTS
    if name not in _READERS:
        return ""
    is_method = isinstance(call.func, ast.Attribute) and dotted(call.func) not in {"io.open", "codecs.open", "os.open"}
    mode = argument(call, 0 if is_method else 1, "mode") if name == "open" else None
    return "" if mode is not None and _WRITING.search(text_of(mode)) else READS
