"""Calls that assert: unittest, unittest.mock, numpy, pandas and torch, snapshots, matchers, other people's helpers.

Each is put back to the expression that `assert` would have stood before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.bindings import Bindings
from pytest_agentaudit.facts.demands import Demand, demands
from pytest_agentaudit.facts.hollow import MOCK_ASSERTIONS
from pytest_agentaudit.facts.kinds.tests import ONLY_MESSAGE
from pytest_agentaudit.facts.literals import number
from pytest_agentaudit.facts.model import Form, Predicate
from pytest_agentaudit.facts.nodes import argument, below, keyword, last, last_part, normal, root, text_of
from pytest_agentaudit.facts.source_names import ASSERTING_NAME
from pytest_agentaudit.patterns import regex

_COMPARED: dict[str, ast.cmpop] = {
    "Equal": ast.Eq(),
    "Equals": ast.Eq(),
    "ListEqual": ast.Eq(),
    "DictEqual": ast.Eq(),
    "TupleEqual": ast.Eq(),
    "SetEqual": ast.Eq(),
    "SequenceEqual": ast.Eq(),
    "MultiLineEqual": ast.Eq(),
    "CountEqual": ast.Eq(),
    "ItemsEqual": ast.Eq(),
    "JSONEqual": ast.Eq(),
    "XMLEqual": ast.Eq(),
    "HTMLEqual": ast.Eq(),
    "QuerySetEqual": ast.Eq(),
    "QuerysetEqual": ast.Eq(),
    "NotEqual": ast.NotEq(),
    "NotEquals": ast.NotEq(),
    "Is": ast.Is(),
    "IsNot": ast.IsNot(),
    "In": ast.In(),
    "NotIn": ast.NotIn(),
    "Less": ast.Lt(),
    "LessEqual": ast.LtE(),
    "Greater": ast.Gt(),
    "GreaterEqual": ast.GtE(),
    "AlmostEqual": ast.Eq(),
    "AlmostEquals": ast.Eq(),
    "NotAlmostEqual": ast.NotEq(),
}
"""unittest.TestCase's two-sided assertions (and Django's), without their "assert"."""

_CLOSE: dict[str, tuple[float, float]] = {
    "assert_allclose": (1e-7, 0.0),  # numpy.testing
    "assert_close": (1.3e-6, 1e-5),  # torch.testing, float32
    "assert_frame_equal": (1e-5, 1e-8),  # pandas.testing, as the next two
    "assert_series_equal": (1e-5, 1e-8),
    "assert_index_equal": (1e-5, 1e-8),
}
"""Default relative and absolute bounds of library assertions, from their manuals."""

_LIBRARIES = regex(
    r"(numpy|np|pandas|pd|torch|xarray|xr|polars|jax|tensorflow|tf|sklearn|scipy|geopandas|nose|hamcrest|assertpy|dask|"
    r"pyarrow|playwright|responses|respx|mock|unittest|astropy|networkx|shapely|cupy|pytest_check|werkzeug|flask|django)\b"
)
_EQUAL_WORDS = regex(r"(^|_)(eq|equals?|same|identical|match(es)?|(all)?close|almost|is)(_|$)")

WAITING_NAME = regex(
    r"_*(wait_?(until|for|till|on)|eventually|(poll|retry|spin|loop)_?(until|for)|until|try_until|wait_.*"
    r"|(read|recv|receive|consume|drain)_until)(_\w+)?",
    re.IGNORECASE,
)
"""Names of helpers that wait for a condition, and fail when it does not come."""

_SEARCHING_NAME = regex(r"_*find_(any|some|one|example)(_\w+)?")
"""Names of helpers that look for what meets a condition, and fail when there is none."""

_MATCHERS = frozenset(
    {
        *("fnmatch_lines", "fnmatch_lines_random", "re_match_lines", "re_match_lines_random", "no_fnmatch_line"),
        *("no_re_match_line", "assert_outcomes", "assertoutcome", "assert_match", "assert_any_match"),
        *("match_lines",),
    }
)
_STATUS_CALLS = frozenset(
    {
        "raise_for_status",
        "check_call",
        "check_output",
        "check_returncode",
        "assert_type",
        "run_state_machine_as_test",
        "run_print_check",
    }
)
_CODE = regex(r"(^|\n|;)\s*(assert\b|raise AssertionError)|\bassert\s*\(")
RAISING = frozenset(
    {
        *("raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp"),
        *("assertRaisesMessage", "assertWarns", "assertWarnsRegex", "assertWarnsMessage", "assertLogs"),
        *("RaisesGroup", "RaisesExc", "assert_raises", "assert_raises_regex", "assert_warns"),
        *("assert_raises_message", "assert_produces_warning", "assert_fails", "raises_group"),
        *("ExpectedException", "Raises"),
    }
)
"""Context managers and functions that demand an exception, a warning or a log record."""


class Called(Struct, frozen=True):
    """An asserting call: how it is spelled and what it demands."""

    form: Form
    demands: tuple[Demand, ...]


_UNITTEST = regex(r"assert[A-Z]|failUnless|failIf")
_ASSERT = regex(r"^(assert|failUnless|failIf)_?")
_MAKES = regex(r"_?(make|write|add|create|set|put|dedent|parse|compile)")
_WRAPPED = regex(r"(^|\.)(expect|assert_that|ensure|check)\(")


def asserting_call(call: ast.Call, origin: str, known: Bindings) -> Called | None:
    """What a call of something well known demands. `origin` is the callee's resolved dotted name."""
    name = last_part(call)
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if owner is not None and name in MOCK_ASSERTIONS:
        return Called(Form.MOCK, (_mock(call, owner, name, known),))
    if owner is not None and _UNITTEST.match(name) and name not in RAISING:
        return Called(Form.UNITTEST, tuple(_unittest(call, name, known)))
    for reader in (_matcher, _library, _waiting, _status):
        found = reader(call, origin, known)
        if found:
            return found
    return None


def _mock(call: ast.Call, owner: ast.expr, name: str, known: Bindings) -> Demand:
    predicate, expected = MOCK_ASSERTIONS[name]
    given = ", ".join(
        [normal(value, known.values) for value in call.args]
        + [f"{word.arg}={normal(word.value, known.values)}" for word in call.keywords]
    )
    return Demand(predicate, normal(owner), expected or given)


def _unittest(call: ast.Call, name: str, known: Bindings) -> Iterator[Demand]:
    condition = _unittest_condition(call, name)
    if condition is not None and name in _ONE_SIDED and _is_no_message(argument(call, 1)):
        yield replace(next(demands(condition, known)), constant=ONLY_MESSAGE)
        return
    if condition is None:
        yield _opaque(call, known)
        return
    for demand in demands(condition, known):
        yield replace(demand, tolerance=_places(call)) if "Almost" in name else demand


_ONE_SIDED = frozenset({"assertTrue", "assertFalse", "assert_", "failUnless", "failIf"})


def _is_no_message(second: ast.expr | None) -> bool:
    """Whether the second argument of `assertTrue` is a value that nobody would print as a message."""
    match second:
        case ast.Constant(value=value):
            return value is not None and not isinstance(value, str)
        case ast.List() | ast.Dict() | ast.Set() | ast.Tuple():
            return True
        case _:
            return False


def _unittest_condition(call: ast.Call, name: str) -> ast.expr | None:
    """The expression that the method asserts, None for a method that only its class knows."""
    first = argument(call, 0, "first", "expr", "obj", "member", "text")
    second = argument(call, 1, "second", "cls", "container")
    if first is None:
        return None
    word = _ASSERT.sub("", name)
    single = _unittest_single(name, word, first)
    return single if single is not None or second is None else _unittest_pair(word, first, second)


def _unittest_single(name: str, word: str, first: ast.expr) -> ast.expr | None:
    match name, word:
        case "assertTrue" | "assert_" | "failUnless", _:
            return first
        case "assertFalse" | "failIf", _:
            return ast.UnaryOp(ast.Not(), first)
        case _, "IsNone" | "IsNotNone":
            return ast.Compare(first, [ast.Is() if word == "IsNone" else ast.IsNot()], [ast.Constant(None)])
        case _:
            return None


_QUESTIONS = {
    "IsInstance": "isinstance",
    "NotIsInstance": "isinstance",
    "IsSubclass": "issubclass",
    "HasAttr": "hasattr",
}
_PARTS = frozenset({"Contains", "StartsWith", "EndsWith", "NotContains", "NotStartsWith", "NotEndsWith"})


def _unittest_pair(word: str, first: ast.expr, second: ast.expr) -> ast.expr | None:
    if word in _COMPARED:
        return ast.Compare(first, [_COMPARED[word]], [second])
    found: ast.expr | None = None
    if word in _QUESTIONS:
        found = _asked(_QUESTIONS[word], first, second)
    elif word.endswith(("Regex", "RegexpMatches")):
        found = _asked("search", second, first)
    elif word in _PARTS:
        found = ast.Compare(second, [ast.In()], [first])
    return ast.UnaryOp(ast.Not(), found) if found is not None and word.startswith("Not") else found


def _asked(function: str, *given: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), list(given), [])


def _places(call: ast.Call) -> float | None:
    """AssertAlmostEqual's bound: `delta`, else half a unit of the last of `places` (7 by default)."""
    delta = keyword(call, "delta")
    if delta is not None:
        return number(delta)
    places = number(argument(call, 2, "places") or ast.Constant(7))
    return None if places is None else 0.5 * 10.0 ** -max(min(places, 300.0), -300.0)


def _opaque(call: ast.Call, known: Bindings) -> Demand:
    """A demand of which only the arguments are known: as strong as an equality, in doubt for the test."""
    first = argument(call, 0)
    rest = [normal(value, known.values) for value in (*call.args[1:], *(word.value for word in call.keywords))]
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    subject = first if first is not None else owner if owner is not None else call
    return Demand(Predicate.EQUALITY, normal(subject, known.values), ", ".join(rest))


def _matcher(call: ast.Call, _origin: str, known: Bindings) -> Called | None:
    name, owner = last_part(call), call.func.value if isinstance(call.func, ast.Attribute) else None
    if owner is None:
        return None
    begins = root(owner)
    is_snapshot = "snapshot" in begins.lower() or (name == "check" and begins.endswith("regression"))
    if not (is_snapshot or name in _MATCHERS or _may_wrap(owner, known)):
        return None
    source = normal(owner, known.values)
    given = ", ".join(normal(value, known.values) for value in call.args)
    if is_snapshot:
        return Called(Form.SNAPSHOT, (Demand(Predicate.EQUALITY_LITERAL, given, source),))
    if name in _MATCHERS:
        given = given or ", ".join(f"{word.arg}={normal(word.value, known.values)}" for word in call.keywords)
        return Called(Form.LIBRARY, (Demand(Predicate.MEMBERSHIP, source, given, negated=name.startswith("no_")),))
    if _WRAPPED.search(source):
        inner = next((part for part in below(owner) if isinstance(part, ast.Call)), None)
        subject = normal(inner.args[0], known.values) if inner is not None and inner.args else source
        return Called(Form.LIBRARY, (Demand(Predicate.EQUALITY, subject, given or name),))
    return None


def _may_wrap(owner: ast.expr, known: Bindings) -> bool:
    """Whether what a method is called on may be `expect(value)`: written there, or behind a name."""
    if not isinstance(owner, ast.Attribute):
        return isinstance(owner, ast.Call)
    while isinstance(owner, ast.Attribute):
        owner = owner.value
    return not isinstance(owner, ast.Name) or owner.id in known.values


def _library(call: ast.Call, origin: str, known: Bindings) -> Called | None:
    name = last_part(call)
    pytest_check = origin.startswith(("pytest_check.", "check."))
    if not (name.startswith(("assert_", "eq_", "assert")) or pytest_check) or not _LIBRARIES.match(origin):
        return None
    if name in RAISING:
        return None
    return Called(Form.LIBRARY, tuple(named_demands(call, name, known)))


def named_demands(call: ast.Call, name: str, known: Bindings) -> Iterator[Demand]:
    """What an assertion function demands, as far as its name and arguments tell."""
    first, second = argument(call, 0, "actual", "left"), argument(call, 1, "desired", "expected", "right")
    if first is None or second is None or not _EQUAL_WORDS.search(name):
        yield _opaque(call, known)
        return
    for demand in demands(ast.Compare(first, [ast.Eq()], [second]), known):
        yield replace(demand, tolerance=_library_bound(call, name))


def _library_bound(call: ast.Call, name: str) -> float | None:
    if name in _CLOSE:
        given = keyword(call, "rtol") or argument(call, 2), keyword(call, "atol") or argument(call, 3)
        bounds = [
            default if bound is None else number(bound) for bound, default in zip(given, _CLOSE[name], strict=True)
        ]
        return None if None in bounds else max(bound for bound in bounds if bound is not None)
    if "almost_equal" in name:
        decimals = number(
            argument(call, 2, "decimal", "places") or ast.Constant(7 if name == "assert_almost_equal" else 6)
        )
        return None if decimals is None else 1.5 * 10.0 ** -max(min(decimals, 300.0), -300.0)
    return None


def _waiting(call: ast.Call, origin: str, known: Bindings) -> Called | None:
    """`wait_until(lambda: x.count == 3)` asserts its condition."""
    name = last_part(call)
    if not (WAITING_NAME.fullmatch(name) or _SEARCHING_NAME.fullmatch(name)):
        return None
    for value in (*call.args, *(word.value for word in call.keywords)):
        if isinstance(value, ast.Lambda):
            return Called(Form.HELPER, tuple(demands(value.body, known)))
    subject = argument(call, 0)
    searches = _SEARCHING_NAME.fullmatch(name) is not None
    if subject is None or searches or origin.startswith("asyncio.wait.") or origin == "asyncio.wait":
        return None
    return Called(Form.HELPER, (Demand(Predicate.TRUTH, normal(subject, known.values)),))


def _status(call: ast.Call, origin: str, known: Bindings) -> Called | None:
    """Calls that raise on a bad exit or response status."""
    checked = keyword(call, "check")
    ran = last(origin) == "run" and isinstance(checked, ast.Constant) and checked.value is True
    if not ran and last_part(call) not in _STATUS_CALLS:
        return None
    return Called(Form.HELPER, (Demand(Predicate.TRUTH, normal(call, known.values)),))


def runs_code(call: ast.Call, known: Bindings) -> Called | None:
    """Code that asserts, handed as a string to what runs it elsewhere: another interpreter, a browser."""
    if _MAKES.match(last_part(call)):
        return None
    for value in call.args:
        text = text_of(known.codes.get(value.id) if isinstance(value, ast.Name) else value)
        if _CODE.search(text):
            return Called(Form.HELPER, (Demand(Predicate.EQUALITY, normal(call.func, known.values), text.strip()),))
    return None


def unread_helper(call: ast.Call, known: Bindings) -> Called | None:
    """A helper that cannot be read, taken at its name."""
    name = last_part(call)
    asserts = ASSERTING_NAME.fullmatch(name) or (name == "snapshot" and call.args)
    return Called(Form.HELPER, tuple(named_demands(call, name, known))) if asserts else None


def raised(call: ast.Call, known: Bindings) -> tuple[str, str]:
    """(expected type, message pattern) of a RAISING call."""
    name = last_part(call)
    expected = argument(call, 0, "expected_exception", "expected_warning", "exception", "logger")
    pattern = keyword(call, "match", "expected_regex", "expected_message", "message")
    if pattern is None and name.lower().endswith(("regex", "regexp", "message", "_message")):
        pattern = argument(call, 1)
    default = {"deprecated_call": "DeprecationWarning", "warns": "Warning", "assertLogs": "logging"}.get(
        name, "Exception"
    )
    return (
        normal(expected, known.values) if expected is not None else default,
        (text_of(pattern) or normal(pattern, known.values)) if pattern is not None else "",
    )


def raised_call(call: ast.Call) -> tuple[ast.expr, ...]:
    """What a RAISING call is told to call itself: function and arguments, () where it is a context manager."""
    name = last_part(call)
    if "Group" in name or name == "RaisesExc":
        return ()
    if name == "deprecated_call":
        return tuple(call.args)
    return tuple(call.args[2 if re.search(r"(?i)(regexp?|message)$", name) else 1 :])
