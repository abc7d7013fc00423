"""What an asserted expression demands: of which subject, what, and which value it is held against."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.bindings import NOTHING, Bindings
from pytest_agentaudit.facts.folding import why_true
from pytest_agentaudit.facts.hollow import hollow
from pytest_agentaudit.facts.literals import number, pinned
from pytest_agentaudit.facts.model import Assertion, Form, Predicate
from pytest_agentaudit.facts.nodes import argument, dotted, keyword, last, last_part, normal, root


class Demand(Struct, frozen=True):
    """One demand, without its place. The fields are those of `Assertion`."""

    predicate: Predicate
    subject: str
    expected: str = ""
    negated: bool = False
    tolerance: float | None = None
    match: str = ""
    constant: str = ""
    form: Form | None = None

    def at(self, line: int, end_line: int, form: Form, text: str) -> Assertion:
        """The assertion that makes this demand; the demand's own form goes first."""
        return Assertion(
            line=line,
            end_line=end_line,
            form=self.form or form,
            predicate=Predicate.NONE if self.constant else self.predicate,
            subject=self.subject,
            expected=self.expected,
            text=text,
            negated=self.negated,
            tolerance=self.tolerance,
            match=self.match,
            constant=self.constant,
        )


APPROX_RELATIVE, APPROX_ABSOLUTE = 1e-6, 1e-12
"""pytest.approx's defaults (its reference page)."""

ISCLOSE_RELATIVE = 1e-9
"""math.isclose's default (PEP 485)."""

ALLCLOSE_RELATIVE, ALLCLOSE_ABSOLUTE = 1e-5, 1e-8
"""The defaults of numpy.allclose and numpy.isclose, torch.allclose and torch.isclose."""

_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_TEXT_TESTS = frozenset({"startswith", "endswith", "match", "search", "fullmatch", "issubset", "issuperset", "has_key"})
_SAMENESS = frozenset({"array_equal", "equals", "equal", "array_equiv", "cmp", "eq", "compare_digest"})
_CLOSENESS = frozenset({"isclose", "allclose"})
_TYPE_TESTS = frozenset({"isinstance", "issubclass", "hasattr", "callable", "is_dataclass"})


def demands(node: ast.expr, known: Bindings = NOTHING) -> Iterator[Demand]:
    """The demands of an asserted expression: one for each part that `and` joins, "constant" where it cannot fail."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) and not why_true(node, known.constants):
        for part in node.values:
            yield from demands(part, known)
        return
    why = why_true(node, known.constants) or hollow(node, known)
    found = _Reading(known).of(node)
    yield replace(found, constant=why) if why else found


class _Reading(Struct, frozen=True):
    """Reads one expression under the bindings of its test."""

    known: Bindings

    def source(self, node: ast.expr) -> str:
        """Normalised source."""
        return normal(node, self.known.values)

    def is_pinned(self, node: ast.expr) -> bool:
        """Whether a value is written out in the test."""
        return pinned(node, self.known.literals)

    def of(self, node: ast.expr) -> Demand:
        """The one demand of an expression that `and` does not join."""
        while isinstance(node, ast.NamedExpr | ast.Await):
            node = node.value
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.of(operand)
                found = replace(inner, negated=not inner.negated)
            case ast.BoolOp(values=parts):
                inner = min((self.of(part) for part in parts), key=lambda it: (it.predicate, not it.negated))
                found = replace(inner, predicate=min(inner.predicate, Predicate.MEMBERSHIP), expected=self.source(node))
            case ast.Compare(ops=[op], comparators=[right]):
                found = self.compare(node.left, op, right)
            case ast.Compare(ops=ops, comparators=rights):
                found = self.chain(node.left, ops, rights)
            case ast.Call():
                found = self.call(node)
            case _:
                found = Demand(Predicate.TRUTH, self.source(node))
        return found

    def chain(self, left: ast.expr, ops: list[ast.cmpop], rights: list[ast.expr]) -> Demand:
        """`0 < x < 5`, `a == b == 3`."""
        if all(isinstance(op, ast.Eq) for op in ops):
            return self.compare(left, ops[-1], rights[-1])
        middle = next((part for part in rights[:-1] if not self.is_pinned(part)), rights[0])
        return Demand(Predicate.ORDER, self.source(middle), self.source(ast.Compare(left, ops, rights)))

    def sides(self, left: ast.expr, right: ast.expr) -> tuple[ast.expr, ast.expr]:
        """(subject, expected): the side that is written out, else named so, is the expected one."""
        if self.is_pinned(left) and not self.is_pinned(right):
            return right, left
        if _is_expected(left) and not _is_expected(right) and not self.is_pinned(right):
            return right, left
        return left, right

    def compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Demand:
        """A comparison of two sides."""
        if isinstance(op, ast.In | ast.NotIn):
            return self.membership(left, right, negated=isinstance(op, ast.NotIn))
        if isinstance(op, _ORDERS):
            return self.order(left, op, right)
        return self.equality(
            left, right, negated=isinstance(op, ast.NotEq | ast.IsNot), identity=isinstance(op, ast.Is | ast.IsNot)
        )

    def membership(self, left: ast.expr, right: ast.expr, *, negated: bool) -> Demand:
        """`x in (1, 2)` speaks of x, `"a" in out` of out."""
        subject, expected = (left, right) if self.is_pinned(right) and not self.is_pinned(left) else (right, left)
        return Demand(Predicate.MEMBERSHIP, self.source(subject), self.source(expected), negated=negated)

    def order(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Demand:
        """A bound; `abs(a - b) < 1e-3` is an equality with a tolerance."""
        for distance, bound in ((left, right), (right, left)):
            match distance:
                case ast.Call(
                    func=ast.Name(id="abs") | ast.Attribute(attr="fabs" | "abs"),
                    args=[ast.BinOp(left=one, op=ast.Sub(), right=other)],
                ) if isinstance(op, ast.Lt | ast.LtE) == (distance is left):
                    return replace(self.equality(one, other), tolerance=number(bound))
        subject, expected = self.sides(left, right)
        return Demand(Predicate.ORDER, self.source(subject), self.source(expected))

    def equality(self, left: ast.expr, right: ast.expr, *, negated: bool = False, identity: bool = False) -> Demand:
        """`==`, `is`, `!=`, `is not`."""
        subject, expected = self.sides(left, right)
        if identity and negated and isinstance(expected, ast.Constant) and expected.value is None:
            return Demand(Predicate.NOT_NONE, self.source(subject), "None")
        match subject:
            case ast.Call(func=ast.Name(id="type"), args=[inner], keywords=[]):
                return Demand(Predicate.TYPE, self.source(inner), self.source(expected), negated=negated)
        for near, other in ((expected, subject), (subject, expected)):
            if isinstance(near, ast.Call) and last(dotted(near.func)) == "approx" and near.args:
                return self.approx(other, near, negated=negated)
        snapshot = self.snapshot(subject, expected)
        if snapshot and not negated:
            return snapshot
        if isinstance(subject, ast.Call) and last(dotted(subject.func)) == "round":
            return self.rounded(subject, expected, negated=negated)
        literal = Predicate.EQUALITY_LITERAL if self.is_pinned(expected) else Predicate.EQUALITY
        return Demand(literal, self.source(subject), self.source(expected), negated=negated)

    def approx(self, subject: ast.expr, near: ast.Call, *, negated: bool) -> Demand:
        """`x == pytest.approx(v, rel, abs)`: the default bound counts where only the other is given smaller."""
        expected = near.args[0]
        relative, absolute = argument(near, 1, "rel"), argument(near, 2, "abs")
        bounds = [number(bound) for bound in (relative, absolute) if bound is not None]
        tolerance = (
            None if None in bounds else max((bound for bound in bounds if bound is not None), default=APPROX_RELATIVE)
        )
        found = self.equality(subject, expected, negated=negated)
        return replace(found, tolerance=tolerance)

    def rounded(self, subject: ast.Call, expected: ast.expr, *, negated: bool) -> Demand:
        """`round(x, 2) == 1.23`: half a unit of the last digit that is kept."""
        digits = number(argument(subject, 1, "ndigits") or ast.Constant(0))
        found = self.equality(subject.args[0], expected, negated=negated) if subject.args else None
        if found is None or digits is None:
            return Demand(Predicate.EQUALITY, self.source(subject), self.source(expected), negated=negated)
        return replace(found, tolerance=0.5 * 10.0 ** -max(min(digits, 300.0), -300.0))

    def snapshot(self, subject: ast.expr, expected: ast.expr) -> Demand | None:
        """Compares with a stored value (syrupy, inline-snapshot), either way round."""
        for near, other in ((expected, subject), (subject, expected)):
            if "snapshot" in root(near).lower():
                return Demand(Predicate.EQUALITY_LITERAL, self.source(other), self.source(near), form=Form.SNAPSHOT)
        return None

    def call(self, node: ast.Call) -> Demand:
        """A call whose truth is asserted."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        first, second = argument(node, 0), argument(node, 1)
        found = self.question(last_part(node), node, owner, first, second) if first is not None else None
        if found is None and last_part(node) in {"all", "any"} and isinstance(owner, ast.Compare | ast.Call):
            found = self.of(owner)
        return found or Demand(Predicate.TRUTH, self.source(node))

    def question(
        self, name: str, node: ast.Call, owner: ast.expr | None, first: ast.expr, second: ast.expr | None
    ) -> Demand | None:
        """A function that compares: isinstance, isclose, array_equal, startswith, any ..."""
        found: Demand | None = None
        if name in _TYPE_TESTS and owner is None:
            found = Demand(Predicate.TYPE, self.source(first), self.source(second) if second else name)
        elif name in _CLOSENESS and second is not None:
            found = self.close(node, first, second)
        elif name in _SAMENESS:
            found = self.equality(first, second) if second is not None else self.same(owner, first)
        elif name in _TEXT_TESTS:
            subject = second if second is not None and name in {"match", "search", "fullmatch"} else owner
            found = Demand(Predicate.MEMBERSHIP, self.source(subject or first), self.source(first))
        elif name in {"any", "all"} and owner is None:
            found = self.quantified(first, some=name == "any")
        elif name == "bool":
            found = self.of(first)
        return found

    def same(self, owner: ast.expr | None, other: ast.expr) -> Demand:
        """`frame.equals(other)`."""
        return self.equality(owner, other) if owner is not None else Demand(Predicate.TRUTH, self.source(other))

    def close(self, node: ast.Call, left: ast.expr, right: ast.expr) -> Demand:
        """`math.isclose`, `np.allclose` and their kin."""
        scientific = last(dotted(node.func)) == "allclose" or root(node.func) != "math"
        defaults = (ALLCLOSE_RELATIVE, ALLCLOSE_ABSOLUTE) if scientific else (ISCLOSE_RELATIVE, 0.0)
        given = (
            argument(node, 2, "rtol", "rel_tol") if scientific else keyword(node, "rel_tol"),
            argument(node, 3, "atol", "abs_tol") if scientific else keyword(node, "abs_tol"),
        )
        bounds = [default if bound is None else number(bound) for bound, default in zip(given, defaults, strict=True)]
        tolerance = None if None in bounds else max(bound for bound in bounds if bound is not None)
        return replace(self.equality(left, right), tolerance=tolerance)

    def quantified(self, values: ast.expr, *, some: bool) -> Demand:
        """`all(p(x) for x in xs)` demands p of xs; `any` that one of them is in xs."""
        if not isinstance(values, ast.GeneratorExp | ast.ListComp | ast.SetComp):
            return Demand(Predicate.TRUTH, self.source(values))
        inner, subject = self.of(values.elt), self.source(values.generators[0].iter)
        if some:
            return Demand(Predicate.MEMBERSHIP, subject, self.source(values.elt))
        return replace(inner, subject=subject, expected=inner.expected or self.source(values.elt))


def _is_expected(node: ast.expr) -> bool:
    """Whether a side is named as the value to be met."""
    name = dotted(node).lower()
    return any(word in name for word in ("expect", "want", "desired", "should_be", "golden", "reference"))
