"""What trials are made of, and what they say."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import Change, MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.altered import altered_functions
from pytest_agentaudit.facts.candidates import candidates
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.fresh_examples import fresh_examples
from pytest_agentaudit.facts.proven import Standing, tried, unshown
from pytest_agentaudit.facts.reverted import base_functions, base_product, other_product_files
from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.proof import Ended, Proofs, TestEnd, TrialKind, TrialReport

Texts = dict[str, str]
ONE = "LIMIT = 1\n\n\ndef one():\n    return LIMIT\n\n\nclass Box:\n    def two(self):\n        return 2\n"
CHANGED = (
    "import math\n\nLIMIT = 2\n\n\ndef one():\n    # more\n    return LIMIT + 1\n\n\ndef extra():\n    return math.pi\n"
    "\n\nclass Box:\n    def two(self):\n        return 3\n"
)


def read(before: Texts, after: Texts) -> tuple[Change, Delta]:
    old, new = MemoryTree(before), MemoryTree(after)
    change = from_trees(old, new)
    return change, collect(change, RoleMap.derive(old, Policy()).role)


def test_the_base_product() -> None:
    before = {"shop/__init__.py": "", "shop/a.py": "A = 1\n", "shop/gone.py": "G = 1\n", "tests/test_a.py": "x = 1\n"}
    after = {
        "shop/__init__.py": "",
        "shop/a.py": "A = 2\n",
        "shop/new.py": "N = 1\n",
        "shop/deep/__init__.py": "D = 1\n",
        "shop/data.json": "{}",
        "tests/test_a.py": "x = 2\n",
    }
    change, _ = read(before, after)
    assert base_product(change) == {
        "shop/a.py": b"A = 1\n",
        "shop/gone.py": b"G = 1\n",
        "shop/new.py": None,
        "shop/deep/__init__.py": b"",
    }
    assert other_product_files(change) == ("shop/data.json",)


def test_a_renamed_file_is_back_under_its_old_name() -> None:
    text = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(9))
    change, _ = read({"shop/a.py": text}, {"shop/b.py": text.replace("return 3", "return 4")})
    assert base_product(change) == {"shop/b.py": None, "shop/a.py": text.encode()}


def test_only_the_functions_of_the_base() -> None:
    change, delta = read({"shop/a.py": ONE}, {"shop/a.py": CHANGED})
    expected = CHANGED.replace("    # more\n    return LIMIT + 1", "    return LIMIT").replace("return 3", "return 2")
    assert base_functions(change, delta) == {"shop/a.py": expected.encode()}


def documented(body: str, *docstring: str) -> str:
    return "\n".join(
        ("def one(", "    limit,", "):", *(f"    {line}" if line else "" for line in (*docstring, body)), "")
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), ('"""One.', "", ">>> one(2)", "2", '"""')),
        (('"""One."""',), ('"""One.', "", ">>> one(2)", "2", '"""')),
        (('"""One.', "", ">>> one(2)", "1", '"""'), ('"""One: >>> one(2) gives 2."""',)),
    ],
)
def test_docstrings_stay_those_of_the_change(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    old, new = (documented(body, *lines) for body, lines in (("return 1", before), ("return limit", after)))
    change, delta = read({"shop/a.py": old}, {"shop/a.py": new})
    assert base_functions(change, delta) == {"shop/a.py": documented("return 1", *after).encode()}


def test_a_docstring_goes_with_its_function_where_the_change_took_it_away() -> None:
    old = documented("return 1", '"""One."""')
    change, delta = read({"shop/a.py": old}, {"shop/a.py": documented("return 2")})
    assert base_functions(change, delta) == {"shop/a.py": old.encode()}


def test_a_function_on_one_line_is_taken_back_whole() -> None:
    change, delta = read({"shop/a.py": "def one(): return 1\n"}, {"shop/a.py": documented("return 2", '"""One."""')})
    assert base_functions(change, delta) == {"shop/a.py": b"def one(): return 1\n"}


SHOWN = '''"""The module.

>>> LIMIT
{limit}
"""

LIMIT = {limit}


def one():
    """One.

    >>> one()
    1
    """
    return LIMIT + {more}


class Box:
    def one(self):
        """One of a box.

        >>> Box().one()
        {result}
        """
        return {result}
'''


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("shop.a.Box.one", {"result": 2}, (24, "the examples of `Box.one`")),
        ("shop.a.one", {"result": 2}, None),
        ("shop.a", {"limit": 2}, (4, "the examples of `shop/a.py`")),
        ("shop.a", {"more": 1}, None),
        ("shop.a.one", {"more": 1}, None),
    ],
)
def test_fresh_examples(name: str, values: dict[str, int], told: tuple[int, str] | None) -> None:
    plain = {"limit": 1, "more": 0, "result": 1}
    new = {it: values.get(it, value) for it, value in plain.items()}
    _, delta = read({"shop/a.py": SHOWN.format(**plain)}, {"shop/a.py": SHOWN.format(**new)})
    (file,) = delta.files
    found = fresh_examples(file, name)
    assert (found and (found.line, found.title)) == told


def test_no_function_to_take_back() -> None:
    change, delta = read({"shop/a.py": "A = 1\n"}, {"shop/a.py": "A = 1\n\n\ndef new():\n    return 1\n"})
    assert base_functions(change, delta) == {}


def test_altered_functions() -> None:
    _, delta = read({"shop/a.py": ONE}, {"shop/a.py": CHANGED.replace("    return math", "    #: pi\n    return math")})
    found = {it.new.qualified_name: it.old is None for it in altered_functions(delta)}
    assert found == {"one": False, "extra": True, "Box.two": False}


def test_a_function_around_an_altered_one_is_not_altered_by_it() -> None:
    text = "def outer():\n    def inner():\n        return 1\n\n    return inner\n"
    _, delta = read({"shop/a.py": text}, {"shop/a.py": text.replace("return 1", "return 2")})
    assert [it.new.qualified_name for it in altered_functions(delta)] == ["outer.inner"]


TEST = "from shop.a import {}\n\n\ndef test_one():\n    assert one() == {}\n"
FILE = "tests/test_a.py"


def evidence(outcome: Outcome = Outcome.PASSED, lines: tuple[int, ...] = (8,)) -> Evidence:
    test = TestOutcome(f"{FILE}::test_one", FILE, 4, "test_one", outcome)
    return Evidence(tests=(test,), hits={"shop/a.py": LineHits(dict.fromkeys(lines, (0,)))}, tracer="coverage")


@pytest.fixture
def delta() -> Delta:
    before = {"shop/a.py": ONE, FILE: TEST.format("one", 1)}
    return read(before, {"shop/a.py": CHANGED, FILE: TEST.format("one", 3)})[1]


def test_candidates_ran_altered_functions(delta: Delta) -> None:
    (found,) = candidates(delta, evidence())
    assert found.test == (FILE, "test_one")
    assert [it.new.qualified_name for it in found.functions] == ["one"]
    assert not found.demands_more


def test_without_a_function_what_modules_do_on_import_is_tried(delta: Delta) -> None:
    (found,) = candidates(delta, evidence(lines=()))
    assert found.functions == ()


def test_a_failing_test_is_no_candidate(delta: Delta) -> None:
    assert candidates(delta, evidence(Outcome.FAILED)) == ()


SKIPPING = """\
import pytest
from unittest.mock import patch
from shop.a import one


@pytest.mark.{}
def test_one():
    assert one() == 3
"""


@pytest.mark.parametrize(
    ("was", "now", "count"),
    [
        ("skipif(FLAG, reason='x')", "skipif(OTHER, reason='x')", 0),
        ("skipif(FLAG, reason='x')", "usefixtures('shop')", 1),
        ("parametrize('n', [1])", "parametrize('n', [1, 2])", 1),
        ("slow\n@patch('shop.a.LIMIT', 1)", "slow\n@patch('shop.b.LIMIT', 1)", 1),
    ],
    ids=["another condition", "another mark", "another case", "another double"],
)
def test_what_stands_around_a_test(was: str, now: str, count: int) -> None:
    _, delta = read({"shop/a.py": ONE, FILE: SKIPPING.format(was)}, {"shop/a.py": CHANGED, FILE: SKIPPING.format(now)})
    assert len(candidates(delta, evidence())) == count


def report(kind: TrialKind, end: Ended, *served: str, problem: str = "") -> TrialReport:
    return TrialReport(kind, (TestEnd(FILE, "test_one", end, "why"),), ("shop/a.py",), served, problem)


WHOLE, PARTS = TrialKind.REVERT, TrialKind.FUNCTIONS


@pytest.mark.parametrize(
    ("reports", "standing"),
    [
        ([report(WHOLE, Ended.ASSERTION, "shop/a.py")], Standing.RED),
        ([report(WHOLE, Ended.CRASH, "shop/a.py")], Standing.RED),
        ([report(WHOLE, Ended.GREEN, "shop/a.py")], Standing.GREEN),
        ([report(WHOLE, Ended.GREEN)], Standing.UNKNOWN),
        ([report(WHOLE, Ended.SKIPPED, "shop/a.py")], Standing.UNKNOWN),
        ([report(WHOLE, Ended.GREEN, "shop/a.py", problem="budget")], Standing.UNKNOWN),
        ([report(WHOLE, Ended.COLLECTION)], Standing.NEEDS),
        ([report(WHOLE, Ended.COLLECTION), report(PARTS, Ended.ASSERTION, "shop/a.py")], Standing.RED),
        ([report(WHOLE, Ended.COLLECTION), report(PARTS, Ended.GREEN, "shop/a.py")], Standing.GREEN),
        ([report(WHOLE, Ended.COLLECTION), report(PARTS, Ended.GREEN, problem="budget")], Standing.UNKNOWN),
        ([], Standing.UNKNOWN),
    ],
)
def test_what_trials_say(delta: Delta, reports: list[TrialReport], standing: Standing) -> None:
    (known,) = tried(candidates(delta, evidence()), Proofs(tuple(reports)))
    assert known.standing is standing
    assert [len(it.tests) for it in unshown((known,))] == ([1] if standing is Standing.GREEN else [])
