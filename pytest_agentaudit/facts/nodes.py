"""Small questions about `ast` nodes: what lies below, which name a callee has, which argument a call gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_agentaudit.facts.syntax import expression_tree

LONGEST = 240
"""Characters above which a name is not replaced by what it was assigned from."""
_LEAVES = frozenset(
    {
        "ctx",
        "id",
        "attr",
        "arg",
        "asname",
        "module",
        "level",
        "kind",
        "type_comment",
        "is_async",
        "simple",
        "conversion",
    }
)
"""Fields that never hold a node to go on with, in whatever class."""
NODES = frozenset(kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST))
"""All classes of nodes: to look a class up here takes a third of what `isinstance` does."""


class _Inner(dict[type, "tuple[str, ...] | None"]):
    """The fields of a class that may hold nodes to go on with, the last one first; None for what is no node."""

    def __missing__(self, kind: type) -> tuple[str, ...] | None:
        fields = [] if kind is ast.Constant else [name for name in getattr(kind, "_fields", ()) if name not in _LEAVES]
        self[kind] = found = tuple(reversed(fields)) if kind in NODES else None
        return found


_INNER = _Inner()


def below(root: ast.AST) -> list[ast.AST]:
    """`root` and every node in it, in the order of the source; four times as fast as `ast.walk`."""
    found: list[ast.AST] = []
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        fields = _INNER[node.__class__]
        if fields is None:
            continue  # a list holds names too, or nothing
        found.append(node)
        for name in fields:
            value = getattr(node, name, None)
            if value.__class__ is list:
                stack.extend(reversed(value))
            elif value is not None:
                stack.append(value)
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below `node`, load and store contexts left out."""
    found: list[ast.AST] = []
    for name in reversed(_INNER[node.__class__] or ()):
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [item for item in value if item.__class__ in NODES]
        elif value.__class__ in NODES:
            found.append(value)
    return found


def dotted(node: ast.expr | None) -> str:
    """The dotted name of a plain chain ("a.b.c"), else "". A call in it stands as its callee: "expect().to_be"."""
    parts: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif parts and isinstance(node, ast.Call):
            parts[-1] = f"().{parts[-1]}"
            node = node.func
        else:
            return ""
    return ".".join([node.id, *reversed(parts)]).replace(".().", "().") if parts else node.id


def callee(node: ast.expr) -> str:
    """The dotted name of a decorator or call, without its arguments."""
    return dotted(node.func if isinstance(node, ast.Call) else node)


def last_part(call: ast.Call) -> str:
    """The callee's own name, also behind what has no name ("x[0].check")."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else last(dotted(call.func))


def resolve(name: str, imports: Mapping[str, str]) -> str:
    """The dotted origin of a dotted local name ("mark.skip" -> "pytest.mark.skip")."""
    first, dot, rest = name.partition(".")
    first, call, _ = first.partition("()")
    return imports.get(first, first) + call + dot + rest


def last(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def root(node: ast.expr) -> str:
    """The name that a chain of attributes, calls, subscripts and `await` begins with, or ""."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first of these keyword arguments that the call gives."""
    if not call.keywords:
        return None
    return next((word.value for name in names for word in call.keywords if word.arg == name), None)


def argument(call: ast.Call, index: int, *names: str) -> ast.expr | None:
    """The positional argument at `index`, else the keyword one; None behind a `*` argument."""
    plain = call.args[: index + 1]
    if len(plain) > index and not any(isinstance(value, ast.Starred) for value in plain):
        return plain[index]
    return keyword(call, *names)


def given(call: ast.Call) -> tuple[ast.expr, ...]:
    """All argument values, positional ones first."""
    return (*call.args, *(word.value for word in call.keywords))


def text_of(node: ast.expr | None) -> str:
    """The value of a string literal, the literal parts of an f-string, or ""."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(map(text_of, values))
        case _:
            return ""


def names_in(node: ast.AST) -> Iterator[str]:
    """Every plain name that is read or written below `node`."""
    return (it.id for it in below(node) if isinstance(it, ast.Name))


def has_call(node: ast.AST) -> bool:
    """Whether anything below `node` is called."""
    return any(isinstance(it, ast.Call) for it in below(node))


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """Every call below `node`, in the order of the source, and not what a lambda would call later."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, ast.Call):
            yield here
        if not isinstance(here, ast.Lambda):
            stack.extend(reversed(children(here)))


def replaced(node: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
    """`node` without `await` and `:=`, and with names put in for; itself where nothing changes."""
    result = _replaced(node, values)
    return result if isinstance(result, ast.expr) else node


def _replaced(node: ast.AST, values: Mapping[str, ast.expr]) -> ast.AST:
    if isinstance(node, ast.Name):
        return values.get(node.id, node) if isinstance(node.ctx, ast.Load) else node
    if isinstance(node, ast.Await | ast.NamedExpr):
        return _replaced(node.value, values)
    fields: dict[str, object] = {}
    changed = False
    for name, old in ast.iter_fields(node):
        new: object = old
        if isinstance(old, ast.AST) and name != "ctx":
            new = _replaced(old, values)
            changed = changed or new is not old
        elif isinstance(old, list):
            listed = [_replaced(part, values) if isinstance(part, ast.AST) else part for part in old]
            changed = changed or any(one is not other for one, other in zip(listed, old, strict=True))
            new = listed
        fields[name] = new
    return type(node)(**fields) if changed else node


def unparsed(node: ast.AST) -> str:
    """The node's source as the standard library prints it; its dump where an older Python cannot print it."""
    plain = _plain(node)
    if plain:
        return plain
    try:
        return ast.unparse(node)
    except ValueError:
        return ast.dump(node)


def _plain(node: ast.AST) -> str:
    """What `ast.unparse` makes of a name, a chain of attributes of one, or a text: said at once. "" for all else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant):
        return repr(node.value) if node.value.__class__ is str and node.kind is None else ""
    if isinstance(node, ast.Attribute):
        owner = _plain(node.value) if node.value.__class__ is not ast.Constant else ""
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def normal(node: ast.expr, values: Mapping[str, ast.expr] | None = None) -> str:
    """Normalised source: layout, quotes, `await` and `:=` levelled, known names put in for where that stays short."""
    if values and any(name in values for name in names_in(node)):
        whole = unparsed(replaced(node, values))
        if len(whole) <= LONGEST:
            return whole
    return unparsed(replaced(node, {}))


def parsed(source: str) -> ast.expr | None:
    """The expression that normalised source stands for; None where it is no expression (a block, a cut text)."""
    try:
        return expression_tree(source)
    except (SyntaxError, ValueError):
        return None


def is_docstring(node: ast.stmt, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a statement is the docstring of a function that it stands in."""
    return (
        node is function.body[0]
        and isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
