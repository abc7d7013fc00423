"""Demands that came to stand under a condition, fixtures that hand out literals, cases that were left behind."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.altered import altered_functions, is_about_types
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.conditioned import Conditioned
from pytest_agentaudit.facts.delta import Delta, Pairing
from pytest_agentaudit.facts.fresh_examples import has_examples
from pytest_agentaudit.facts.inputs import eased_literal
from pytest_agentaudit.facts.left_behind import left_behind
from pytest_agentaudit.policy.model import Policy

PLAIN = "from shop import f\n\n\ndef test_f(paid=1):\n    n = f()\n    assert n == 1\n"


def delta(old: dict[str, str], new: dict[str, str]) -> Delta:
    before = MemoryTree(old)
    return collect(from_trees(before, MemoryTree(new), messages=()), RoleMap.derive(before, Policy()).role)


@pytest.mark.parametrize(
    ("now", "count"),
    [
        ("    if n:\n        assert n == 1\n", 1),
        ("    try:\n        pass\n    except ValueError:\n        assert n == 1\n", 1),
        ("    if paid:\n        assert n == 1\n", 0),
        ("    if n:\n        assert n == 1\n    else:\n        assert n == 0\n", 0),
        ("    for _ in range(2):\n        assert n == 1\n", 0),
    ],
)
def test_demands_under_a_condition(now: str, count: int) -> None:
    path = "tests/test_f.py"
    found = delta({path: PLAIN}, {path: PLAIN.replace("    assert n == 1\n", now)})
    (pair,) = found.tests
    assert len(list(Conditioned(found).fallen(pair))) == count


@pytest.mark.parametrize(
    ("was", "now", "how"),
    [
        ("[3, 4]", "[]", "it is empty"),
        ("{'a': 1}", "{}", "it is empty"),
        ("[3, 4]", "[3]", "it is shorter"),
        ("[3]", "[3, 4]", ""),
        ("f()", "[]", ""),
    ],
)
def test_literals_that_are_easier(was: str, now: str, how: str) -> None:
    assert eased_literal(was, now) == how


def test_a_case_that_was_left_behind() -> None:
    path = "tests/test_f.py"
    tests = "\n\n".join(f"def test_{n}():\n    assert f({n}) == {n * 7}\n" for n in (11, 12, 13))
    rows = "import pytest\n\n\n@pytest.mark.parametrize(('n', 'm'), [(11, 77), (12, 84)])\n"
    found = delta({path: tests}, {path: f"{rows}def test_f(n, m):\n    assert f(n) == m\n"})
    (gone,) = (it for it in found.tests if it.how is Pairing.GONE)
    assert gone.old is not None
    taker = left_behind(found, path, gone.old)
    assert taker is not None
    assert taker.qualified_name == "test_f"


def test_examples_on_added_lines() -> None:
    found = delta({"docs/a.rst": "A\n"}, {"docs/a.rst": "A\n>>> 1\n1\n", "docs/b.rst": "B\n"})
    assert {it.path: has_examples(it) for it in found.files} == {"docs/a.rst": True, "docs/b.rst": False}


@pytest.mark.parametrize(
    ("old", "new", "is_so"),
    [
        ("cast(int, n)", "n + 0", True),
        ("n", "cast(int, n) + 0", True),
        ("n", "n + 0", False),
        ("cast(int, n)", "cast(int, n) + 0", False),
    ],
)
def test_changes_for_type_checkers(old: str, new: str, *, is_so: bool) -> None:
    head = "from typing import cast\n\n\ndef f(n):\n    return "
    found = delta({"shop/a.py": f"{head}{old}\n"}, {"shop/a.py": f"{head}{new}\n"})
    assert is_about_types(found, altered_functions(found)) is is_so
