"""Code that takes tests out of the collection."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.harness.guards import Function, Surrounded
from pytest_agentaudit.facts.harness.hooks import Hook
from pytest_agentaudit.facts.kinds.harness import DROPPED, IGNORED, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import argument, below, dotted, keyword, last, names_in, text_of

_LISTS = {"collect_ignore": "path", "collect_ignore_glob": "glob"}
_OPTIONS = frozenset(
    {"keyword", "markexpr", "deselect", "ignore", "ignore_glob", "collectonly", "setupplan", "setuponly"}
)
"""pytest's options by which fewer tests run, by their destination."""
_OUT = frozenset({"skip", "xfail", "skipif"})
_SHOWN = 40
"""How many strings an occurrence quotes."""


def collection_changes(code: Surrounded, found: list[Hook]) -> Iterator[Occurrence]:
    """What takes tests out of the collection in the touched code of a side."""
    for hook in found:
        if hook.name in {"pytest_collection_modifyitems", "pytest_itemcollected", "pytest_collection_finish"}:
            yield from _taken_out(code, hook)
        elif hook.name in {"pytest_runtest_setup", "pytest_runtest_call", "pytest_runtest_protocol"}:
            yield from _skipped(code, hook.node, hook.symbol, hook.name)
        elif hook.name == "pytest_ignore_collect":
            yield from _ignored(code, hook)
        elif hook.name in {"pytest_pycollect_makeitem", "pytest_collect_file", "pytest_pycollect_makemodule"}:
            yield from _not_made(code, hook)
    if code.side.role is FileRole.CONFTEST:
        yield from _by_fixtures(code)
        if code.side.names_any(*_LISTS):
            yield from _lists(code)
    if code.side.names_any(*_OPTIONS):
        yield from _options(code, found)
    if code.side.names_any("__test__"):
        yield from _opted_out(code)


def _taken_out(code: Surrounded, hook: Hook) -> Iterator[Occurrence]:
    """Writes to the list of items, and skip marks."""
    marks = _skip_marks(code, hook)
    for node in below(hook.node):
        match node:
            case ast.Assign(targets=[target], value=value) if _is_items(target) and not isinstance(target, ast.Name):
                if not _keeps_all(value):
                    yield _dropped(code, node, hook, "sets the list of tests", _filters(hook, value))
            case ast.Delete(targets=[ast.Subscript() as target]) if _is_items(target) or _is_items(target.value):
                yield _dropped(code, node, hook, "deletes from the list of tests")
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="clear" | "remove" | "pop" as how))):
                if _is_items(owner):
                    yield _dropped(code, node, hook, f"calls `{how}` on the list of tests")
            case ast.Expr(value=ast.Call() as call):
                word = _skip_word(code, _given_mark(call), marks)
                if word:
                    yield _dropped(code, node, hook, f"marks tests as `{word}`")


def _given_mark(call: ast.Call) -> ast.expr | None:
    """The mark that `item.add_marker(mark)` or `item.own_markers.append(mark.mark)` gives to a test."""
    match call:
        case ast.Call(func=ast.Attribute(attr="add_marker"), args=[mark, *_]) if not _is_conditional(mark):
            return mark
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr="own_markers")), args=[*_, ast.Attribute(value=mark)]
        ):
            return mark
    return None


def _skipped(code: Surrounded, function: Function, symbol: str, name: str) -> Iterator[Occurrence]:
    """`pytest.skip()` in a hook or fixture that is asked about every test."""
    for node in below(function):
        if isinstance(node, ast.Call) and code.side.origin(node.func) in {"pytest.skip", "pytest.xfail"}:
            asked = code.asked(node)
            loops = any(isinstance(it, ast.For | ast.ExceptHandler) for it, _ in code.above(node))
            if loops or asked not in {Asked.NAME, Asked.NOTHING}:
                continue
            texts = [text for it in code.guards(node, within=function) for text in code.texts(it.test)]
            word = last(code.side.origin(node.func))
            details = {
                "what": f"calls `pytest.{word}` for tests",
                "asked": asked.value,
                "texts": "\n".join(dict.fromkeys(texts[:_SHOWN])),
                "hook": name,
            }
            yield code.side.occurrence(DROPPED, node, symbol, key=f"{word} {details['asked']} {texts}", details=details)


def _by_fixtures(code: Surrounded) -> Iterator[Occurrence]:
    """Fixtures of a conftest that are used by every test, and skip some by their names."""
    if not code.side.names_any("autouse"):
        return
    for node, symbol in code.side.functions:
        for mark in node.decorator_list:
            value = keyword(mark, "autouse") if isinstance(mark, ast.Call) else None
            if isinstance(value, ast.Constant) and value.value:
                said = _skipped(code, node, symbol, node.name)
                yield from (it for it in said if it.details["asked"] == Asked.NAME)


def _options(code: Surrounded, found: list[Hook]) -> Iterator[Occurrence]:
    """`config.option.keyword = ...` and its kin: the run is narrowed from inside."""
    for it in code.assignments:
        if isinstance(it.target, ast.Attribute) and it.target.attr in _OPTIONS and _is_option(it.target.value):
            details = {
                "what": f"sets `{code.side.source(it.target)}`",
                "asked": (code.asked(it.node) or Asked.OTHER).value,
                "texts": "",
                "hook": next((hook.name for hook in found if hook.symbol == it.symbol), ""),
            }
            yield code.side.occurrence(DROPPED, it.node, it.symbol, details=details)


def _is_option(owner: ast.expr) -> bool:
    return last(dotted(owner)) in {"option", "known_args_namespace"}


def _is_items(node: ast.expr) -> bool:
    """`items[:]`, `items`, `session.items`."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return _is_items(node.value)
    if isinstance(node, ast.Name):
        return node.id == "items"
    return isinstance(node, ast.Attribute) and node.attr == "items" and "session" in dotted(node)


def _keeps_all(value: ast.expr) -> bool:
    """Whether the new list is the old one in another order."""
    if isinstance(value, ast.Call):
        return last(dotted(value.func)) in {"sorted", "list", "reversed", "sample", "tuple"} and not any(
            isinstance(it, ast.ListComp | ast.GeneratorExp) and any(gen.ifs for gen in it.generators)
            for it in below(value)
        )
    if isinstance(value, ast.ListComp | ast.GeneratorExp):
        return not any(it.ifs for it in value.generators)
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, ast.Add)
    if isinstance(value, ast.Subscript):
        return isinstance(value.slice, ast.Slice) and value.slice.lower is None and value.slice.upper is None
    return False


def _filters(hook: Hook, value: ast.expr) -> list[ast.expr]:
    """The conditions that decide what stays: those of the comprehension, or of the loop that filled the list."""
    found = [
        test
        for it in below(value)
        if isinstance(it, ast.ListComp | ast.GeneratorExp)
        for g in it.generators
        for test in g.ifs
    ]
    names = set(names_in(value))
    for node in below(hook.node):
        match node:
            case ast.If(test=test) if any(
                isinstance(it, ast.Attribute)
                and it.attr == "append"
                and isinstance(it.value, ast.Name)
                and it.value.id in names
                for it in below(node)
            ):
                found.append(test)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.ListComp() as made) if name in names:
                found += [test for it in made.generators for test in it.ifs]
    return found


def _skip_marks(code: Surrounded, hook: Hook) -> dict[str, str]:
    """Local names that hold a mark which takes a test out."""
    return {
        node.targets[0].id: word
        for node in below(hook.node)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if (word := _skip_word(code, node.value, {}))
    }


def _skip_word(code: Surrounded, mark: ast.expr | None, known: dict[str, str]) -> str:
    if isinstance(mark, ast.Name) and mark.id in known:
        return known[mark.id]
    if isinstance(mark, ast.Name) and mark.id in code.constants:
        mark = code.constants[mark.id]
    if isinstance(mark, ast.Constant):
        return str(mark.value) if mark.value in _OUT else ""
    origin = code.side.origin(mark.func if isinstance(mark, ast.Call) else mark)
    word = last(origin)
    if not (origin.startswith("pytest.mark.") and word in _OUT):
        return ""
    is_guarded = word == "skipif" and isinstance(mark, ast.Call) and bool(mark.args)
    if is_guarded and isinstance(mark, ast.Call) and code.question(mark.args[0]) is Asked.ENVIRONMENT:
        return ""
    return word


def _is_conditional(mark: ast.expr) -> bool:
    """`xfail(condition, ...)` whose condition is given."""
    return isinstance(mark, ast.Call) and last(dotted(mark.func)) == "xfail" and bool(mark.args)


def _dropped(code: Surrounded, node: ast.stmt, hook: Hook, what: str, filters: Sequence[ast.expr] = ()) -> Occurrence:
    tests = [*filters, *(it.test for it in code.guards(node, within=hook.node))]
    asked = code.asked(node)
    if filters and asked is Asked.NOTHING:
        asked = min((code.question(it) for it in filters), key=list(Asked).index)
    if asked is Asked.NOTHING and _is_other_loop(code, node):
        asked = Asked.OTHER
    texts = tuple(dict.fromkeys(text for it in tests for text in code.texts(it)))[:_SHOWN]
    details = {"what": what, "asked": asked.value, "texts": "\n".join(texts), "hook": hook.name}
    return code.side.occurrence(DROPPED, node, hook.symbol, key=f"{what} {asked.value} {texts}", details=details)


def _is_other_loop(code: Surrounded, node: ast.stmt) -> bool:
    """Whether the statement stands in a loop over something else than the tests: a table of its own decides."""
    loops = [it for it, _ in code.above(node) if isinstance(it, ast.For)]
    return bool(loops) and not any("items" in set(names_in(it.iter)) for it in loops)


def _ignored(code: Surrounded, hook: Hook) -> Iterator[Occurrence]:
    """`pytest_ignore_collect` that answers with True, or with a comparison."""
    for node in below(hook.node):
        if not isinstance(node, ast.Return) or node.value is None:
            continue
        value = node.value
        if isinstance(value, ast.Constant) and not value.value:
            continue
        asked = code.asked(node)
        tests = [it.test for it in code.guards(node, within=hook.node)]
        if not isinstance(value, ast.Constant):
            tests.append(value)
            asked = min(asked, code.question(value), key=list(Asked).index) if asked else code.question(value)
        texts = tuple(dict.fromkeys(text for it in tests for text in code.texts(it) if text.strip()))[:_SHOWN]
        details = {"what": "`pytest_ignore_collect`", "how": "part", "asked": asked.value, "texts": "\n".join(texts)}
        yield code.side.occurrence(IGNORED, node, hook.symbol, key=f"{asked.value} {texts}", details=details)


def _not_made(code: Surrounded, hook: Hook) -> Iterator[Occurrence]:
    """Hooks that make items, answering with an empty list: nothing is made, and nobody else is asked."""
    for node in below(hook.node):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.List | ast.Tuple) and not node.value.elts:
            yield _dropped(code, node, hook, "answers that there are no tests")


def _lists(code: Surrounded) -> Iterator[Occurrence]:
    """`collect_ignore` and `collect_ignore_glob` of a conftest, assigned, extended or appended to."""
    assigned = ((node, node.targets[0], node.value) for node, _ in code.side.of(ast.Assign))
    added = ((node, node.target, node.value) for node, _ in code.side.of(ast.AugAssign))
    typed = ((node, node.target, node.value) for node, _ in code.side.of(ast.AnnAssign) if node.value)
    for node, target, value in (*assigned, *added, *typed):
        if isinstance(target, ast.Name) and target.id in _LISTS:
            yield from _listed(code, node, target.id, value)
    for call, _ in code.side.of(ast.Call):
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert") if name in _LISTS:
                yield from _listed(code, call, name, call)


def _listed(code: Surrounded, node: ast.stmt | ast.expr, name: str, value: ast.expr) -> Iterator[Occurrence]:
    """Each entry is an occurrence of its own: a list that grew by one has one new entry."""
    asked = code.asked(node)
    for it in below(value):
        if isinstance(it, ast.IfExp) and code.question(it.test) is Asked.ENVIRONMENT:
            asked = Asked.ENVIRONMENT
    for it in below(value):
        if isinstance(it, ast.Constant) and isinstance(it.value, str) and it.value:
            details = {"what": f"`{name}`", "how": _LISTS[name], "asked": asked.value, "texts": it.value}
            yield code.side.occurrence(IGNORED, it, "", key=f"{name} {it.value}", details=details)


def _opted_out(code: Surrounded) -> Iterator[Occurrence]:
    """`tests.test_shop.__test__ = False`: another file's test, class or module is declared to be none."""
    for node, symbol in code.side.of(ast.Assign):
        target = node.targets[0]
        off = isinstance(node.value, ast.Constant) and not node.value.value
        if off and isinstance(target, ast.Attribute) and target.attr == "__test__" and _is_foreign(code, target.value):
            yield _foreign(code, node, symbol, code.side.source(target.value))
    for call, symbol in code.side.of(ast.Call):
        value = argument(call, 2)
        is_set = last(dotted(call.func)) == "setattr" and text_of(argument(call, 1)) == "__test__"
        if is_set and isinstance(value, ast.Constant) and not value.value:
            yield _foreign(code, call, symbol, code.side.source(call.args[0]))


def _is_foreign(code: Surrounded, owner: ast.expr) -> bool:
    """Whether the owner comes from another file, or is something that a function was given."""
    name = dotted(owner).partition(".")[0]
    return name in code.side.imports or code.scope(owner) is not None


def _foreign(code: Surrounded, node: ast.stmt | ast.expr, symbol: str, owner: str) -> Occurrence:
    details = {
        "what": f"sets `__test__` of `{owner}` to False",
        "asked": code.asked(node).value,
        "texts": "",
        "hook": "",
    }
    return code.side.occurrence(DROPPED, node, symbol, details=details)
