"""Demands for an exception that nobody makes any more, and who surely calls a definition."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.error_demands import ErrorDemands
from pytest_agentaudit.facts.reached import enclosing_pair, is_overridden, sure_callers
from pytest_agentaudit.policy.model import Policy

PAY = "def pay(order):\n    return order\n"
TEST = """import pytest
from shop.pay import pay


def test_refused():
    with pytest.raises(ValueError):
        pay(None)
"""
MOVED = TEST.replace("test_refused", "test_none")


def delta(before: dict[str, str], after: dict[str, str]) -> Delta:
    old, new = MemoryTree(before), MemoryTree(after)
    return collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)


def demands_after(after: str) -> ErrorDemands:
    path = "tests/test_pay.py"
    return ErrorDemands(delta({"shop/pay.py": PAY, path: TEST}, {"shop/pay.py": PAY, path: after}))


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ("", "`test_refused`, which demanded `ValueError`, was removed"),
        (
            TEST.replace("    with pytest.raises(ValueError):\n        pay(None)", "    assert pay(None) is None"),
            "`test_refused` no longer demands `ValueError`",
        ),
    ],
)
def test_lost_demands(after: str, words: str) -> None:
    lost = demands_after(after).of(["pay"], ["ValueError"])
    assert lost is not None
    assert lost.words == words


@pytest.mark.parametrize("after", [TEST, MOVED, TEST + "\n\ndef test_more():\n    assert pay(1) == 1\n"])
def test_demands_that_are_kept(after: str) -> None:
    assert demands_after(after).lost == ()


def test_other_names_and_exceptions_do_not_fit() -> None:
    demands = demands_after("")
    assert demands.of(["refund"], ["ValueError"]) is None
    assert demands.of(["pay"], ["KeyError"]) is None
    assert demands.of(["pay"]) is not None


CALLERS = """\
class Post:
    \"\"\"Uses send_letter.\"\"\"

    def send_letter(self, text):
        return text

    def close(self):
        return self.send_letter("bye")

    def load(self):
        return self.load_all()

    def load_all(self):
        return 1


class Fax:
    def load_all(self):
        return 2
"""


@pytest.mark.parametrize(
    ("symbol", "callers", "overridden"),
    [
        ("Post.send_letter", ("close",), False),
        ("Post.close", (), False),
        ("Post.load", (), False),
        ("Post.load_all", ("load",), True),
    ],
)
def test_callers(symbol: str, callers: tuple[str, ...], *, overridden: bool) -> None:
    change = delta({}, {"shop/post.py": CALLERS})
    pair = enclosing_pair(change, "shop/post.py", symbol)
    assert pair is not None
    assert pair.new is not None
    assert sure_callers(change, pair.new) == callers
    assert is_overridden(change, pair.new) is overridden
