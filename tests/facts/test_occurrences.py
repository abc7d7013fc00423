"""Occurrences: which code is looked at, and what pairing leaves over."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.helpers import TreeHelpers
from pytest_agentaudit.facts.kinds.shortcuts import SILENT_HANDLER
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.scan import scan
from pytest_agentaudit.policy.model import Policy

TEXT = """\
import os as system

LIMIT = 3

class Shop:
    rate = 1

    def open(self):
        def inner():
            return LIMIT
        return inner() + system.getpid()

    def close(self):
        return 7
"""
SILENT = "def load(path):\n    try:\n        return open(path)\n    except Exception:\n        pass\n"


def side(*touched: int) -> CodeSide:
    return CodeSide(
        "shop.py",
        FileRole.PRODUCT,
        scan(TEXT.encode()),
        parse(TEXT),
        frozenset(touched),
        {},
        TreeHelpers(MemoryTree({})),
    )


def numbers(here: CodeSide) -> list[tuple[object, str]]:
    return [(node.value, symbol) for node, symbol in here.of(ast.Constant)]


def test_only_touched_code_is_looked_at() -> None:
    assert numbers(side(3)) == [(3, "")]
    assert numbers(side(6)) == [(1, "Shop")]
    assert numbers(side(14)) == [(7, "Shop.close")]
    assert numbers(side()) == []


def test_a_function_is_looked_at_as_a_whole() -> None:
    assert [name for _, name in side(11).functions] == ["Shop.open", "Shop.open.inner"]
    assert [(side(9).origin(node.func), symbol) for node, symbol in side(9).of(ast.Call)] == [
        ("inner", "Shop.open"),
        ("os.getpid", "Shop.open"),
    ]


def delta(before: Mapping[str, str], after: Mapping[str, str]) -> Delta:
    old, new = MemoryTree(before), MemoryTree(after)
    return collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)


def fresh(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str]]:
    files = delta(before, after).files
    return [(file.path, it.symbol) for file in files for it in file.new_ones(SILENT_HANDLER)]


def test_what_moved_or_was_edited_in_its_place_is_not_new() -> None:
    there = {"shop/a.py": SILENT, "shop/b.py": "A = 1\n"}
    assert fresh(there, {"shop/a.py": "B = 2\n", "shop/b.py": "A = 1\n" + SILENT}) == []
    assert fresh(there, {**there, "shop/a.py": SILENT.replace("pass", "return None")}) == []
    assert fresh(there, {**there, "shop/b.py": "A = 1\n" + SILENT.replace("load", "read")}) == [("shop/b.py", "read")]


def test_a_second_one_is_new() -> None:
    twice = SILENT + SILENT.replace("load", "read")
    assert fresh({"shop/a.py": SILENT}, {"shop/a.py": twice}) == [("shop/a.py", "read")]


def test_what_is_gone_is_known() -> None:
    files = delta({"shop/a.py": SILENT}, {"shop/a.py": "def load(path):\n    return open(path)\n"}).files
    assert [it.symbol for file in files for it in file.lost_ones(SILENT_HANDLER)] == ["load"]
