"""What one assertion demands less than another: the lattice of predicates, bounds, tolerances, exception types."""

from __future__ import annotations

import ast
import builtins
import re
from functools import cache

from pytest_agentaudit.facts.delta import Loss
from pytest_agentaudit.facts.model import Assertion, Form, Predicate, TestCase
from pytest_agentaudit.facts.syntax import module_tree

ROUNDING = 1e-5
"""A tolerance up to this allows for floating-point noise only (pytest.approx's default is 1e-6 relative)."""

ONCE = "1 call"
"""What a mock's `assert_called_once` expects: the arguments do not matter."""

EQUALITIES = frozenset({Predicate.EQUALITY, Predicate.EQUALITY_LITERAL})

_UNITTEST_ORDER = {
    "assertLess": "<",
    "assertLessEqual": "<=",
    "assertGreater": ">",
    "assertGreaterEqual": ">=",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}

Value = bool | int | float | complex | str | bytes | tuple[object, ...] | list[object] | dict[object, object] | None


def real_demands(test: TestCase) -> tuple[Assertion, ...]:
    """What a test demands that can fail, without what its helpers make sure of before they go on: that something is not
    None, or of a type.
    """
    return tuple(it for it in test.assertions if not it.constant and not _is_guard(it))


def _is_guard(it: Assertion) -> bool:
    return it.form is Form.HELPER and it.predicate in {Predicate.NOT_NONE, Predicate.TYPE}


def strength(it: Assertion) -> int:
    """The place of an assertion in the order of strength, 0 for none.

    A negated equality excludes one value of many, and a negated membership or type says less than a positive one.
    """
    if it.constant:
        return Predicate.NONE
    if it.negated:
        weaker = {Predicate.MEMBERSHIP: Predicate.TYPE, Predicate.TYPE: Predicate.TRUTH}
        return Predicate.TRUTH if it.predicate in EQUALITIES else weaker.get(it.predicate, it.predicate)
    return it.predicate


def loss(old: Assertion, new: Assertion) -> Loss | None:
    """What `new` demands less of the subject that both speak of; None where it demands as much, more, or another
    value of the same strength.
    """
    if old.constant or new.constant or old.predicate is Predicate.NONE:
        return None
    if old.form is Form.RAISES and new.form is Form.RAISES:
        return _raises(old, new)
    if _around_truth(old, new):
        return _truth(old, new)
    return _fall(old, new) or _same_predicate(old, new)


_TRUE, _FALSE = frozenset({"True"}), frozenset({"False", "0", "''", '""', "b''", "[]", "{}", "()", "None"})
_LENGTH = "len("


def _around_truth(old: Assertion, new: Assertion) -> bool:
    """Whether the step is one around truth, which changes little: `is True` to a truth test, that to `is not None`.

    So is the way back from `is not None`, and `len(x) == 0` to `not x`.
    """
    if {old.predicate, new.predicate} == {Predicate.TRUTH, Predicate.NOT_NONE}:
        return not old.negated and not new.negated
    if new.predicate is not Predicate.TRUTH or old.predicate not in EQUALITIES or old.negated:
        return False
    return old.expected in _TRUE | _FALSE


def _truth(old: Assertion, new: Assertion) -> Loss | None:
    if old.predicate is Predicate.NOT_NONE or old.subject.startswith(_LENGTH):
        return None
    inverted = old.predicate in EQUALITIES and (old.expected in _FALSE) != new.negated
    return None if inverted else Loss.TRUTH


def _fall(old: Assertion, new: Assertion) -> Loss | None:
    """A lower place on the lattice."""
    if old.predicate in EQUALITIES and new.predicate in EQUALITIES and old.negated == new.negated:
        return None  # a literal that became a named constant or a parameter
    if new.negated and new.predicate in EQUALITIES and strength(old) >= Predicate.TRUTH and not _excludes(old):
        return Loss.NEGATION
    return Loss.PREDICATE if strength(new) < strength(old) else None


def _excludes(old: Assertion) -> bool:
    """Whether the old one, too, only excludes a value."""
    return old.negated and old.predicate in EQUALITIES


def _same_predicate(old: Assertion, new: Assertion) -> Loss | None:
    if (
        old.form is Form.MOCK
        and new.form is Form.MOCK
        and new.expected == ONCE
        and old.expected not in {ONCE, "no call"}
    ):
        return Loss.PART
    if new.tolerance is not None and new.tolerance > ROUNDING and new.tolerance > (old.tolerance or 0.0) * 1.001:
        return Loss.TOLERANCE
    if old.predicate is Predicate.ORDER and new.predicate is Predicate.ORDER:
        return Loss.BOUND if _looser(old, new) else None
    if old.predicate is Predicate.MEMBERSHIP and new.predicate is Predicate.MEMBERSHIP and not new.negated:
        return Loss.CHOICE if _more_choice(old, new) else None
    return None


def _looser(old: Assertion, new: Assertion) -> bool:
    """Whether a bound moved away: `< 0.1` to `< 10`, `>= 3` to `> 0`."""
    was, now = literal(old.expected), literal(new.expected)
    operators = operator(old), operator(new)
    if not isinstance(was, int | float) or not isinstance(now, int | float) or "" in operators:
        return False
    if operators[0][0] != operators[1][0]:
        return False
    upper = operators[0][0] == "<"
    ends = [_inclusive(value, sign) for value, sign in ((was, operators[0]), (now, operators[1]))]
    return ends[1] > ends[0] if upper else ends[1] < ends[0]


def _inclusive(bound: float, sign: str) -> tuple[float, int]:
    """The last value allowed: whole numbers beside a strict bound, else the bound with its strictness."""
    upper, strict = sign[0] == "<", len(sign) == 1
    step = -1 if upper else 1
    if isinstance(bound, int):
        return bound + step * strict, 0
    return bound, step * strict


def _more_choice(old: Assertion, new: Assertion) -> bool:
    """Whether the values among which the subject may lie became more: `in (1, 2)` to `in (1, 2, 3)`."""
    if _asks_for_member(old) or _asks_for_member(new):
        return False
    was, now = literal(old.expected), literal(new.expected)
    if not isinstance(was, tuple | list | set | frozenset) or not isinstance(now, tuple | list | set | frozenset):
        return False
    return len(now) > len(was) and all(value in now for value in was)


def _asks_for_member(it: Assertion) -> bool:
    """Whether what is written out is looked for (`("a", 1) in rows`), not looked through."""
    statement = _parsed(it.text)
    test = statement.test if isinstance(statement, ast.Assert) else None
    match test:
        case ast.Compare(left=left, ops=[ast.In()]):
            return isinstance(left, ast.Tuple | ast.List | ast.Set)
        case _:
            return False


def _raises(old: Assertion, new: Assertion) -> Loss | None:
    if not _written(new):
        return None
    if _written(old) and widened(old.expected, new.expected):
        return Loss.EXCEPTION
    return Loss.MATCH if old.match and not new.match else None


def _written(it: Assertion) -> bool:
    """Whether the exception type is written out, not computed (`case.error`) or in a helper (`case.raises()`)."""
    types = {name.rpartition(".")[2] for name in _types(it.expected)}
    return bool(types) and all(name[:1].isupper() and name in it.text for name in types)


def widened(old: str, new: str) -> bool:
    """Whether the exception types of `new` (a name or a tuple of names) take in more than those of `old`."""
    was, now = _types(old), _types(new)
    if not was or not now or was == now:
        return False
    taken = all(any(_is_a(name, base) for base in now) for name in was)
    return taken and not all(any(_is_a(name, base) for base in was) for name in now)


def _types(expected: str) -> frozenset[str]:
    return frozenset(re.findall(r"[A-Za-z_][\w.]*", expected))


def _is_a(name: str, base: str) -> bool:
    """Whether exception `name` is caught by `base`, as far as Python's own hierarchy tells."""
    if base in {name, "BaseException"}:
        return True
    if base == "Exception":
        return name not in {"BaseException", "KeyboardInterrupt", "SystemExit", "GeneratorExit"}
    one, other = getattr(builtins, name, None), getattr(builtins, base, None)
    return isinstance(one, type) and isinstance(other, type) and issubclass(one, other)


@cache
def literal(source: str) -> Value:
    """The value of a literal, `...` as None: None, too, for what is no literal."""
    try:
        value: Value = ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return value


@cache
def _parsed(text: str) -> ast.stmt | None:
    try:
        body = module_tree(text).body
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return body[0] if len(body) == 1 else None


def operator(it: Assertion) -> str:
    """The comparison of an ORDER assertion as its subject meets it ("<", "<=", ">", ">="), or "" if not one."""
    statement = _parsed(it.text)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = ast.unparse(statement.value.func).rpartition(".")[2]
        first = ast.unparse(statement.value.args[0]) if statement.value.args else ""
        return _turned(_UNITTEST_ORDER.get(called, ""), first, it)
    if not isinstance(statement, ast.Assert):
        return ""
    test, sign = statement.test, ""
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    if isinstance(test, ast.UnaryOp):
        test = test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        sign = _turned(_COMPARISONS.get(type(test.ops[0]), ""), ast.unparse(test.left), it)
    return _OPPOSITE.get(sign, "") if negated else sign


def _turned(sign: str, left: str, it: Assertion) -> str:
    """The comparison seen from the subject, which may stand on either side of it."""
    return _MIRRORED.get(sign, "") if sign and left == it.expected and left != it.subject else sign
