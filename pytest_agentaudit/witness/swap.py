"""A mutant in the place of the code that live functions run: no file, import hook or trampoline is needed.

Where a module is imported only later, its loader is given the mutant's code instead.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import gc
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from itertools import chain
from types import CodeType, FunctionType

from msgspec import Struct

from pytest_agentaudit.model import Watch
from pytest_agentaudit.mutant import ANOTHER, Mutant
from pytest_agentaudit.source_lines import line_starts
from pytest_agentaudit.witness.another import Another
from pytest_agentaudit.witness.tracer import Files, nested_codes

Key = tuple[str, int]
"""Qualified name and first line of a code object."""

REACHED = "__reached__"
"""The function by which a marked function tells that it runs."""
UNREADABLE = (SyntaxError, ValueError, TypeError, KeyError, RecursionError, MemoryError)
"""What the compiler has to say of a text that it cannot take, and we of one that we do not have."""


class Swapped(Struct, frozen=True):
    """How many live functions run the mutant now; `problem` says why none does ("" where one may)."""

    functions: int
    problem: str = ""


class Piece(Struct, frozen=True):
    """A statement at module level, or in classes there: its first line, its offsets in the file's text, and the names
    of the classes, from the outermost in.
    """

    line: int
    start: int
    end: int
    classes: tuple[str, ...]

    def alone(self, source: str) -> str:
        """A module of this statement alone, as `source` has it, on its own lines: of its classes, only what gives its
        functions their names.
        """
        around = "".join(f"{' ' * depth}class {name}:\n" for depth, name in enumerate(self.classes))
        return "\n" * (self.line - 1 - len(self.classes)) + around + source


class Head:
    """One file as it is at head: its statements, and the compiler's flags that its imports from the future set."""

    def __init__(self, text: str) -> None:
        self.text = text
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._tree = ast.parse(text)
        self.flags = _future_flags(self._tree)
        self._pieces = tuple(_pieces(self._tree.body, line_starts(text)))

    def piece(self, start: int, end: int) -> Piece | None:
        """The smallest statement that holds all characters from `start` to `end`."""
        return next((it for it in self._pieces if it.start <= start and end <= it.end), None)

    def compiled(self, mutant: Mutant, filename: str, keep: frozenset[str] = frozenset()) -> CodeType:
        """The code of the statement that holds the mutant, under the file's lines. The mutant's function says the
        mutant's id when it runs, and refers to the names in `keep`, where nothing runs it. SyntaxError or ValueError
        where that is no Python.
        """
        piece = self.piece(mutant.start, mutant.end)
        if piece is None:
            raise ValueError("the edit is in no statement of the file")
        edited = f"{self.text[piece.start : mutant.start]}{mutant.replacement}{self.text[mutant.end : piece.end]}"
        tree = _parsed(piece.alone(edited), filename, self.flags)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _first_line(node) == mutant.first_line:
                _mark(node, mutant.id)
                node.body += _references(keep)
        return _compiled(tree, filename, self.flags)

    def marked(self, names: Mapping[int, str], filename: str) -> CodeType:
        """The code of the whole file, in which each function that begins on one of these lines first says its name. To
        be called once.
        """
        for node in ast.walk(self._tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (name := names.get(_first_line(node))):
                _mark(node, name)
        return _compiled(self._tree, filename, self.flags)

    def whole(self, mutant: Mutant, filename: str) -> CodeType:
        """The code of the whole mutated file."""
        edited = f"{self.text[: mutant.start]}{mutant.replacement}{self.text[mutant.end :]}"
        return _compiled(_parsed(edited, filename, self.flags), filename, self.flags)


class Swapper:
    """Finds the live functions of some files once, and puts mutants in their places."""

    def __init__(self, root: str, texts: Mapping[str, str]) -> None:
        self.files = Files(Watch(root, dict.fromkeys(texts, ())))
        self._texts = texts
        self._heads: dict[str, Head] = {}
        self._live = live_functions(self.files)
        self._marked: dict[str, tuple[CodeType, frozenset[int]]] = {}
        self._before: list[tuple[FunctionType, CodeType]] = []
        self._stays = False
        self.another = Another()
        self.reached: set[str] = set()
        """The ids of the marks that were run into."""

    def swap(self, mutant: Mutant) -> Swapped:
        """Let all live functions run the mutant. Never raises: what cannot be done is the answer's `problem`."""
        vars(builtins).update({ANOTHER: self.another, REACHED: self.reached.add})
        try:
            return self._swap(mutant, self._head(mutant.path))
        except UNREADABLE as error:
            return Swapped(0, f"the mutant could not be compiled: {error}")

    def read(self, path: str, marks: Iterable[Mutant]) -> None:
        """Read a file now, for all mutants of it that are to come, and mark the functions of `marks`, which are null
        mutants. Never raises.
        """
        with suppress(*UNREADABLE):
            live = self._live.get(path, {})
            filename = next((it.__code__.co_filename for it in chain.from_iterable(live.values())), "")
            names = {it.first_line: it.id for it in marks}
            module = self._head(path).marked(names, filename or self.files.absolute(path))
            self._marked[path] = module, frozenset(names)

    def mark(self) -> None:
        """Let all functions that were marked tell when they run: they are `reached` then."""
        vars(builtins)[REACHED] = self.reached.add
        for path, (module, lines) in self._marked.items():
            live = self._live.get(path, {})
            for code in nested_codes(module):
                if any(it.co_firstlineno in lines for it in nested_codes(code)):
                    _put(code, live.get(_key(code), ()))
        modules = {path: module for path, (module, _) in self._marked.items()}
        _serve(lambda loader_path: modules.get(self.files.path(loader_path) or ""))

    def _head(self, path: str) -> Head:
        if path not in self._heads:
            self._heads[path] = Head(self._texts[path])
        return self._heads[path]

    def _swap(self, mutant: Mutant, head: Head) -> Swapped:
        live = self._live.get(mutant.path, {})
        found = live.get((mutant.qualname, mutant.first_line), [])
        filename = found[0].__code__.co_filename if found else self.files.absolute(mutant.path)
        free = frozenset(chain.from_iterable(it.__code__.co_freevars for it in found))
        around = self._around(head.compiled(mutant, filename), mutant)
        if around and (missing := free - set(around[-1].co_freevars)):
            around = self._around(head.compiled(mutant, filename, missing), mutant)
        if not around:
            return Swapped(0, "the mutant has no function of this name on this line")
        self._stays |= "<locals>" in mutant.qualname
        functions = [it for code in around for it in live.get(_key(code), ())]
        self._before = [(it, it.__code__) for it in functions]
        counts = [sum(_put(code, live.get(_key(code), ())) for code in around)]
        _serve(lambda loader_path: self._served(loader_path, mutant, head))
        return Swapped(sum(counts), "" if any(counts) or not self._is_loaded(mutant.path) else _unreached(found))

    @staticmethod
    def _around(module: CodeType, mutant: Mutant) -> tuple[CodeType, ...]:
        """The mutant's code object, after those of the functions that make it."""
        return next(_paths(module, (mutant.qualname, mutant.first_line)), ())

    def take_back(self) -> bool:
        """Let all functions run what they ran before the last mutant; whether no other code may stay: in a module that
        was imported since, or a function that was made.
        """
        for function, code in self._before:
            function.__code__ = code
        _serve(lambda _loader_path: None)
        return not self._stays

    def _served(self, loader_path: str, mutant: Mutant, head: Head) -> CodeType | None:
        if self.files.path(loader_path) != mutant.path:
            return None
        self._stays = True
        return head.whole(mutant, loader_path)

    def _is_loaded(self, path: str) -> bool:
        """Whether the file has been imported, or a function of it lives."""
        names = (getattr(it, "__file__", None) for it in tuple(sys.modules.values()))
        return path in self._live or any(isinstance(it, str) and self.files.path(it) == path for it in names)


def live_functions(files: Files) -> dict[str, dict[Key, list[FunctionType]]]:
    """All functions of these files that live, by path and key."""
    found: dict[str, dict[Key, list[FunctionType]]] = defaultdict(lambda: defaultdict(list))
    gc.unfreeze()  # what is frozen is not listed
    for thing in gc.get_objects():
        if type(thing) is FunctionType and (path := files.path(thing.__code__.co_filename)) is not None:
            found[path][_key(thing.__code__)].append(thing)
    return found


def _key(code: CodeType) -> Key:
    return code.co_qualname, code.co_firstlineno


def _paths(code: CodeType, key: Key) -> Iterator[tuple[CodeType, ...]]:
    """Ways from the functions in `code` down to the code object of this key."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if _key(constant) == key:
                yield (constant,)
            elif any(_key(it) == key for it in nested_codes(constant)):
                yield from ((constant, *rest) for rest in _paths(constant, key))


def _put(code: CodeType, functions: Iterable[FunctionType]) -> int:
    """Give the code to those functions whose free variables are its own; how many those are."""
    fitting = [it for it in functions if it.__code__.co_freevars == code.co_freevars]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a generator in the place of a function is meant
        for function in fitting:
            function.__code__ = code.replace(co_filename=function.__code__.co_filename)
    return len(fitting)


def _unreached(found: Iterable[FunctionType]) -> str:
    return "the mutant has other free variables" if any(found) else "no live function runs this code"


_get_code = SourceFileLoader.get_code


def _serve(code_for: Callable[[str], CodeType | None]) -> None:
    """Let modules that are imported from now on be made of the code that `code_for` gives for their file's name."""

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return code_for(self.path) or _get_code(self, fullname)

    type.__setattr__(SourceFileLoader, "get_code", get_code)


def _parsed(source: str, filename: str, flags: int) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = compile(source, filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    if not isinstance(tree, ast.Module):
        raise TypeError("no module")
    return tree


def _compiled(tree: ast.Module, filename: str, flags: int) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code: CodeType = compile(tree, filename, "exec", flags, dont_inherit=True)
    return code


def _references(names: frozenset[str]) -> list[ast.stmt]:
    """Statements that refer to names and do nothing: a function's free variables cannot change while it lives."""
    return ast.parse(f"if 0:\n {'; '.join(sorted(names))}").body if names else []


def _mark(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> None:
    """Let a function say its name, behind its docstring."""
    at = int(ast.get_docstring(function, clean=False) is not None and len(function.body) > 1)
    (call,) = ast.parse(f"{REACHED}({name!r})").body
    for node in ast.walk(call):
        ast.copy_location(node, function.body[at])
    function.body.insert(at, call)


def _first_line(node: ast.stmt) -> int:
    """The line in which a statement begins, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(it.lineno for it in decorators)])


def _pieces(body: Iterable[ast.stmt], starts: Sequence[int], classes: tuple[str, ...] = ()) -> Iterator[Piece]:
    """The statements, each after those that stand in it. Those of a class with type parameters need all of it."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not getattr(node, "type_params", ()):
            yield from _pieces(node.body, starts, (*classes, node.name))
        line = _first_line(node)
        yield Piece(line, starts[line - 1], starts[node.end_lineno or node.lineno], classes)


def _future_flags(tree: ast.Module) -> int:
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for name in node.names:
                flags |= getattr(getattr(__future__, name.name, None), "compiler_flag", 0)
    return flags
