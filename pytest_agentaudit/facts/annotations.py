"""How much an annotation says, and which ones a change made say less."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.facts.delta import DefinitionPair, Delta
from pytest_agentaudit.facts.model import Definition, Kind
from pytest_agentaudit.facts.nodes import below, dotted, last
from pytest_agentaudit.facts.syntax import expression_tree, module_tree

RETURN = "return"
_VAGUE = frozenset({"Any", "object", "Incomplete", "_typeshed.Incomplete"})
_GENERIC = frozenset(
    {
        *("dict", "list", "tuple", "set", "frozenset", "type", "Dict", "List", "Tuple", "Set", "FrozenSet", "Type"),
        *("Callable", "Mapping", "MutableMapping", "Sequence", "MutableSequence", "Iterable", "Iterator", "Generator"),
        *("Awaitable", "Coroutine", "AsyncIterator", "AsyncIterable", "AsyncGenerator", "defaultdict", "deque"),
        *("Collection", "OrderedDict", "DefaultDict", "Counter", "ChainMap"),
    }
)
"""Types that say little without their arguments."""


class Loosened(Struct, frozen=True):
    """An annotation of a function that says less at head: of a parameter, or of what it returns. `new` is "" where the
    annotation is gone, `old` where a new one says `Any` from the start.
    """

    path: str
    line: int
    symbol: str
    slot: str
    old: str
    new: str


def vagueness(node: ast.expr) -> int:
    """How often an annotation leaves open what is meant: by `Any`, `object`, or a generic type without arguments."""
    count = 0
    stack: list[ast.AST] = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, ast.Subscript):
            stack += _arguments(here)
            continue
        if isinstance(here, ast.Constant) and isinstance(here.value, str):
            count += _quoted(here.value)
        elif isinstance(here, ast.Name | ast.Attribute):
            count += last(dotted(here)) in _VAGUE | _GENERIC
        elif isinstance(here, ast.List | ast.Tuple):
            stack.extend(here.elts)
        elif isinstance(here, ast.BinOp):
            stack += (here.left, here.right)
    return count


def _arguments(node: ast.Subscript) -> list[ast.AST]:
    """What tells a type with arguments: these; of `Annotated` the first, of `Literal` none."""
    match last(dotted(node.value)), node.slice:
        case "Literal", _:
            return []
        case "Annotated", ast.Tuple(elts=[first, *_]):
            return [first]
    return [node.slice]


def _quoted(text: str) -> int:
    try:
        return vagueness(expression_tree(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0


def loosened(delta: Delta) -> Iterator[Loosened]:
    """The parameters and results of functions that both sides have and whose annotation says less at head."""
    for pair in delta.definitions:
        if pair.old and pair.new and pair.new.kind is Kind.FUNCTION and _may_loosen(pair.old, pair.new):
            yield from _between(pair, pair.old, pair.new)


def new_any(delta: Delta) -> Iterator[Loosened]:
    """The parameters and results that got their first annotation with the change, and it is plain `Any`."""
    for pair in delta.definitions:
        new, old = pair.new, pair.old
        if new is None or new.kind is not Kind.FUNCTION or "Any" not in new.signature or _is_special(new.bare_name):
            continue
        before = _slots(old.signature) if old else {}
        for slot, now in _slots(new.signature, variable=False).items():
            if now is not None and before.get(slot) is None and last(dotted(now)) == "Any":
                yield Loosened(pair.new_path, new.line, new.qualified_name, slot, "", "Any")


def _may_loosen(old: Definition, new: Definition) -> bool:
    """A cheap question: signatures that differ, the old one with annotations."""
    return old.signature != new.signature and (": " in old.signature or "->" in old.signature)


def _between(pair: DefinitionPair, old: Definition, new: Definition) -> Iterator[Loosened]:
    before, after = _slots(old.signature), _slots(new.signature)
    for slot, was in before.items():
        now = after.get(slot)
        if slot not in after or was is None or (slot != RETURN and _is_special(new.bare_name)):
            continue
        if now is None:
            if not vagueness(was):
                yield Loosened(pair.new_path, new.line, new.qualified_name, slot, ast.unparse(was), "")
        elif vagueness(now) > vagueness(was):
            yield Loosened(pair.new_path, new.line, new.qualified_name, slot, ast.unparse(was), ast.unparse(now))


def _is_special(name: str) -> bool:
    """Python's own methods, whose parameters have to take anything (`__eq__`, `__exit__`)."""
    return name.startswith("__") and name.endswith("__") and name not in {"__init__", "__call__", "__new__"}


def _slots(signature: str, *, variable: bool = True) -> Mapping[str, ast.expr | None]:
    """Parameter -> annotation, and that of the result; `*args` and `**kwargs` only where `variable` is true."""
    try:
        function = module_tree(f"def _{signature}: ...").body[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    if not isinstance(function, ast.FunctionDef):
        return {}
    spec = function.args
    listed = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *((spec.vararg, spec.kwarg) if variable else ())]
    return {**{it.arg: it.annotation for it in listed if it}, RETURN: function.returns}


def names_any_type(node: ast.expr) -> bool:
    """Whether an expression is, or holds, `Any`."""
    names = (last(dotted(it)) for it in below(node) if isinstance(it, ast.Name | ast.Attribute))
    return "Any" in names or any(
        isinstance(it, ast.Constant) and isinstance(it.value, str) and "Any" in it.value for it in below(node)
    )
