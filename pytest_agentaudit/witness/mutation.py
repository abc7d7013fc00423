"""The child's side of a plan of mutants: a pytest that collects the covering tests, and becomes their zygote."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentaudit.model import MutantFates
from pytest_agentaudit.proof import MutationOrder, all_not_judged
from pytest_agentaudit.witness.hushed import Hushed
from pytest_agentaudit.witness.overlay import Overlay
from pytest_agentaudit.witness.zygote import Zygote


def make(order: MutationOrder) -> MutantFates:
    """Try the mutants in this process, which is there for that alone, and in forks of it."""
    plan = order.plan
    overlay = Overlay({str(Path(plan.root, path)): content for path, content in plan.placed.items()})
    if plan.placed:
        overlay.install()
    zygote = Zygote(plan, overlay)
    status = pytest.main(list(order.arguments), plugins=[Hushed(order.files, order.folder), zygote])
    return zygote.result or all_not_judged(plan, f"the child run did not get so far: exit status {int(status)}")
