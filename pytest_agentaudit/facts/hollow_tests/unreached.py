"""Assertions that are never reached, as far as the source tells; and on what the others depend."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from pytest_agentaudit.facts.bindings import parameters
from pytest_agentaudit.facts.cases import mark_tables
from pytest_agentaudit.facts.conditions import Surroundings, condition, handler_condition
from pytest_agentaudit.facts.folding import truth
from pytest_agentaudit.facts.hollow_tests.reading import RAISES, SKIPS, TestCode, lines_of, running, suites
from pytest_agentaudit.facts.kinds.tests import BRANCHED, UNREACHED
from pytest_agentaudit.facts.model import Condition, Occurrence
from pytest_agentaudit.facts.nodes import has_call, last_part, unparsed
from pytest_agentaudit.facts.stretches import meets
from pytest_agentaudit.facts.walk import SUITES

_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_ENDS = (SKIPS - {"pytest.importorskip"}) | {
    "pytest.fail",
    "pytest.exit",
    "self.fail",
    "sys.exit",
    "os._exit",
    "exit",
    "quit",
}
_END_WORDS = frozenset(name.rpartition(".")[2] for name in _ENDS)
_ANY = frozenset({"AssertionError", "Exception", "BaseException"})


_Cause = tuple[list[ast.AST], str, bool, bool]
"""Demands, why they are never reached, whether the test fails where it ends, whether it skips there."""


def unreached(code: TestCode) -> Iterator[Occurrence]:
    """Each cause for which assertions of a function are never reached, at the first of them."""
    if not code.demands:
        return
    dead: set[int] = set()
    found: list[_Cause] = []
    for demands, cause, fails, skips in _causes(code):
        fresh = [it for it in demands if id(it) not in dead]
        dead.update(map(id, fresh))
        if fresh:
            found.append((fresh, cause, fails, skips))
    if not found:
        return
    never = [it for cause in found for it in cause[0]]
    alone = code.no_other(never)
    for demands, cause, fails, skips in found:
        first = demands[0]
        text = code.side.source(first)
        yield code.occurrence(
            UNREACHED,
            first,
            text=text,
            key=f"{cause}: {text}",
            details={
                "cause": cause,
                "count": str(len(demands)),
                "fails": "yes" if fails else "",
                "skips": "yes" if skips else "",
                "alone": "yes" if alone else "",
                "lines": lines_of(never),
                "texts": "\n".join(code.side.source(it) for it in demands),
            },
        )


def _causes(code: TestCode) -> Iterator[_Cause]:
    """Every reason for which demands are never reached."""
    if any(_is_without_cases(code, mark) for mark in code.function.decorator_list):
        yield list(code.demands), "its parametrize mark has no cases", False, False
        return
    for root in (it for it in code.nodes if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)):
        for owner, name, suite in suites(root):
            yield from _behind(code, suite)
            why = _never(code, owner, name)
            if why:
                yield list(code.own_demands(suite)), why, False, False
        if root is not code.function and _is_uncalled(code, root):
            yield list(code.own_demands(root.body)), f"`{root.name}` is never called", False, False
    for block in (it for it in code.nodes if isinstance(it, ast.With | ast.AsyncWith)):
        demands = list(_behind_raise(code, block))
        if demands:
            yield demands, "its block must raise before", False, False


def _is_without_cases(code: TestCode, mark: ast.expr) -> bool:
    """Whether a mark runs the test for each row of a list that is written out, and empty."""
    return isinstance(mark, ast.Call) and any(it.rows == () for it in mark_tables(mark, code.side.imports, {}))


def _behind(code: TestCode, suite: Sequence[ast.stmt]) -> Iterator[_Cause]:
    """What stands behind the statement that leaves a suite."""
    for index, statement in enumerate(suite[:-1]):
        left = _leaving(code, statement)
        if left:
            skips = _skips(code, statement)
            fails = code.any_fails([statement]) and not skips
            behind = [it for it in code.own_demands(suite[index + 1 :]) if not (fails and _gives_up(it))]
            yield behind, f"`{left}` leaves the block before", fails, skips
            return


def _gives_up(demand: ast.AST) -> bool:
    """Whether a demand only fails: behind one that fails it tells checkers that nothing goes on."""
    return isinstance(demand, ast.Raise) or (isinstance(demand, ast.Assert) and truth(demand.test, {}) is False)


def _leaving(code: TestCode, node: ast.stmt) -> str:
    """The source of the statement by which control surely leaves the suite, "" where it may go on."""
    match node:
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
            return code.side.source(node)
        case ast.Expr(value=ast.Call() as call) if last_part(call) in _END_WORDS and code.origin_in(call, _ENDS):
            return code.side.source(node)
        case ast.If(test=test, body=body, orelse=orelse):
            decided = truth(test, {})
            taken = [] if decided is None else [body if decided else orelse]
            ways = [_last_leaving(code, suite) for suite in taken or [body, orelse]]
            return ways[0] if all(ways) else ""
        case ast.While(test=test) if truth(test, {}) and not _has_break(node):
            return f"while {code.side.source(test)}:"
        case _:
            return ""


def _last_leaving(code: TestCode, suite: Sequence[ast.stmt]) -> str:
    return next((left for it in suite if (left := _leaving(code, it))), "")


def _skips(code: TestCode, statement: ast.stmt) -> bool:
    return any(isinstance(it, ast.Call) and code.side.origin(it.func) in SKIPS for it in running(statement))


def _has_break(loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether a `break` of this loop stands in it."""
    todo: list[ast.AST] = list(loop.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Break):
            return True
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            todo.extend(node.orelse)
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            todo.extend(ast.iter_child_nodes(node))
    return False


def _never(code: TestCode, owner: ast.AST, name: str) -> str:
    """Why a suite is never entered, "" where it may be."""
    match owner, name:
        case ast.If(test=test) | ast.While(test=test), "body" if truth(test, {}) is False:
            return f"`{code.side.source(test)}` is never true"
        case ast.If(test=test), "orelse" if truth(test, {}) is True:
            return f"`{code.side.source(test)}` is always true"
        case ast.For(iter=values) | ast.AsyncFor(iter=values), "body" if _is_empty(code, values):
            return f"`{code.side.source(values)}` is empty"
        case ast.For() | ast.While(), "orelse" if _always_breaks(owner):
            return "the loop always ends by `break`"
        case _:
            return ""


def _is_empty(code: TestCode, values: ast.expr) -> bool:
    """Whether a loop goes over nothing: an empty literal, or a name that stands for one and is used nowhere else."""
    match values:
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=0)]):
            return True
        case ast.Name(id=name):
            value = code.once.get(name)
            uses = Counter(it.id for it in code.loaded)
            return value is not None and uses[name] == 1 and truth(value, {}) is False
        case ast.Tuple() | ast.List() | ast.Dict() | ast.Constant():
            return truth(values, {}) is False
        case _:
            return False


def _always_breaks(owner: ast.AST) -> bool:
    match owner:
        case ast.While(test=test) if truth(test, {}) is True:
            return True
        case ast.For(iter=values, body=body) if isinstance(values, ast.Tuple | ast.List) and truth(values, {}):
            return any(isinstance(it, ast.Break) for it in body)
        case _:
            return False


def _is_uncalled(code: TestCode, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function in the test is named nowhere in it, nor handed to a decorator."""
    if function.decorator_list or not _is_plain_local(code, function):
        return False
    inside = {id(it) for it in running_all(function)}
    return not any(it.id == function.name and id(it) not in inside for it in code.loaded)


def running_all(function: ast.AST) -> list[ast.AST]:
    """A function and all nodes in it, functions in it included."""
    return list(ast.walk(function))


def _is_plain_local(code: TestCode, function: ast.AST) -> bool:
    """Whether a function stands in functions only: a class's methods are called through its objects."""
    todo: list[ast.AST] = [code.function]
    while todo:
        node = todo.pop()
        if node is function:
            return not code.side.names_any("locals", "exec", "eval", "getsource", "cloudpickle")
        todo.extend(it for it in ast.iter_child_nodes(node) if not isinstance(it, ast.ClassDef | ast.expr))
    return False


def _behind_raise(code: TestCode, block: ast.With | ast.AsyncWith) -> Iterator[ast.AST]:
    """The assertions that end a block which must raise something else than they would, where they call nothing."""
    if not any(_demands_error(code, item.context_expr) for item in block.items):
        return
    end = len(block.body)
    while end and isinstance(block.body[end - 1], ast.Assert) and not has_call(block.body[end - 1]):
        end -= 1
    if any(map(has_call, block.body[:end])):
        yield from block.body[end:]


def _demands_error(code: TestCode, context: ast.expr) -> bool:
    """Whether a context demands an exception that no failing assertion is."""
    if not isinstance(context, ast.Call) or last_part(context) not in RAISES or not context.args:
        return False
    types = context.args[0].elts if isinstance(context.args[0], ast.Tuple) else [context.args[0]]
    names = [code.side.origin(it) for it in types]
    return all(name and name.rpartition(".")[2][:1].isupper() for name in names) and _ANY.isdisjoint(names)


def branched(code: TestCode) -> Iterator[Occurrence]:
    """The assertions of a test that depend on a branch, a loop, a handler or a call, with what decides."""
    if not code.is_test or not code.demands:
        return
    around = Surroundings(
        code.side.imports,
        {},
        code.side.parsed.import_flags,
        given=frozenset(parameters(code.function)),
        in_body=True,
    )
    stack: list[tuple[ast.AST, dict[str, str]]] = [*reversed(list(_in_turn(code, code.function.body, {}, around)))]
    lines = sorted(getattr(it, "lineno", 0) for it in code.demands)
    while stack:
        node, why = stack.pop()
        if not _holds(node, lines):
            continue
        if node.__class__ in SUITES:
            stack.extend(reversed(list(_inside(code, node, why, around))))
        elif why:
            for demand in code.own_demands([node]):
                yield code.occurrence(BRANCHED, demand, details=why)


def _holds(node: ast.AST, lines: Sequence[int]) -> bool:
    """Whether one of these lines lies in a statement (what has no lines may hold any)."""
    start, end = getattr(node, "lineno", 0), getattr(node, "end_lineno", None)
    return end is None or meets(lines, start, end)


def _inside(
    code: TestCode, node: ast.AST, why: dict[str, str], around: Surroundings
) -> Iterator[tuple[ast.AST, dict[str, str]]]:
    """The statements right below one, each with what decides whether it runs: the weightiest decision around it."""
    for name in SUITES[node.__class__]:
        found = getattr(node, name)
        decided = _stronger(why, _decision(code, node, name, around)) if found else why
        yield from _in_turn(code, found, decided, around)


def _in_turn(
    code: TestCode, suite: Sequence[ast.AST], why: dict[str, str], around: Surroundings
) -> Iterator[tuple[ast.AST, dict[str, str]]]:
    """The statements of a suite: behind one that may leave it for the machine's sake they all depend on that."""
    for node in suite:
        yield node, why
        header = _leaves_for_machine(code, node, around)
        if header:
            why = _stronger(why, {"on": "environment", "header": header})


def _leaves_for_machine(code: TestCode, node: ast.AST, around: Surroundings) -> str:
    """The header of a branch on the machine, or of a handler of what it lacks, that returns; "" where there is none."""
    match node:
        case ast.If(test=test, body=body) if any(isinstance(it, ast.Return) for it in body):
            return f"if {code.side.source(test)}:" if condition(test, around) is Condition.ENVIRONMENT else ""
        case ast.Try(body=body, handlers=handlers):
            for it in handlers:
                leaves = any(isinstance(inner, ast.Return) for inner in it.body)
                if leaves and handler_condition(it, body) is Condition.ENVIRONMENT:
                    return f"except {code.side.source(it.type)}:" if it.type else "except:"
    return ""


_RANK = {"": 0, "function": 1, "loop": 2, "branch": 3, "handler": 4, "environment": 5}


def _stronger(outer: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    return own if _RANK[own.get("on", "")] > _RANK[outer.get("on", "")] else outer


def _decision(code: TestCode, node: ast.AST, name: str, around: Surroundings) -> dict[str, str]:
    """What decides whether a field of a node runs; nothing where it always does."""
    on = header = ""
    twins: list[ast.stmt] = []
    source = code.side.source
    match node, name:
        case ast.If(test=test), "body" | "orelse":
            on = "environment" if condition(test, around) is Condition.ENVIRONMENT else "branch"
            header = f"if {source(test)}:" if name == "body" else f"else of if {source(test)}:"
            twins = node.orelse if name == "body" else node.body
        case ast.For(target=target, iter=values) | ast.AsyncFor(target=target, iter=values), "body":
            on, header = "loop", f"for {source(target)} in {source(values)}:"
        case ast.While(test=test), "body":
            on, header = "loop", f"while {source(test)}:"
        case ast.ExceptHandler(type=caught), "body":
            on, header = "handler", f"except {source(caught)}:" if caught else "except:"
        case ast.match_case(pattern=pattern), "body":
            on, header = "branch", f"case {unparsed(pattern)}:"
        case ast.FunctionDef() | ast.AsyncFunctionDef(), "body":
            on, header = "function", f"def {node.name}:"
    return {"on": on, "header": header, "twins": lines_of(code.own_demands(twins))} if on else {}
