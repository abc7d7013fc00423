"""The child's side of a plan of mutants: a pytest that collects the covering tests, and becomes their zygote."""

from __future__ import annotations

import pytest

from pytest_agentaudit.model import MutantFates
from pytest_agentaudit.proof import MutationOrder, all_not_judged
from pytest_agentaudit.witness.hushed import Hushed
from pytest_agentaudit.witness.zygote import Zygote


def make(order: MutationOrder) -> MutantFates:
    """Try the mutants in this process, which is there for that alone, and in forks of it."""
    zygote = Zygote(order.plan)
    status = pytest.main(list(order.arguments), plugins=[Hushed(order.files, order.folder), zygote])
    return zygote.result or all_not_judged(order.plan, f"the child run did not get so far: exit status {int(status)}")
