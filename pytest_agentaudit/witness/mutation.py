"""The child's side of a plan of mutants: a pytest that collects the covering tests, and becomes their zygote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_agentaudit.model import MutantFates, Value
from pytest_agentaudit.proof import MutationPlan
from pytest_agentaudit.wire import from_plain, to_plain
from pytest_agentaudit.witness.hushed import Hushed
from pytest_agentaudit.witness.zygote import Zygote, all_not_judged


class MutationOrder(Value, frozen=True):
    """All that a child is told; see `child.Order`. `files` are those of the covering tests, absolute."""

    plan: MutationPlan
    files: tuple[str, ...]
    folder: str
    arguments: tuple[str, ...]


def attempt(order: MutationOrder) -> MutantFates:
    """Try the mutants in this process and forks of it."""
    zygote = Zygote(order.plan)
    status = pytest.main(list(order.arguments), plugins=[Hushed(order.files, order.folder), zygote])
    return zygote.result or all_not_judged(order.plan, f"the child run did not get so far: exit status {int(status)}")


def main(order: str, answer: str) -> None:
    """Do what the file `order` says, and write what came of it to the file `answer`."""
    told = json.loads(Path(order).read_bytes())
    Path(answer).write_text(json.dumps(to_plain(attempt(from_plain(MutationOrder, told)))), encoding="ascii")
