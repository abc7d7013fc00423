"""The child's side of a plan of mutants: a pytest that collects the covering tests, and becomes their zygote."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentaudit.mutant import MutantFates
from pytest_agentaudit.proof import MutationOrder, all_not_judged
from pytest_agentaudit.witness.hushed import Hushed
from pytest_agentaudit.witness.overlay import Overlay
from pytest_agentaudit.witness.placed import Placed
from pytest_agentaudit.witness.zygote import Zygote


def make(order: MutationOrder) -> MutantFates:
    """Try the mutants in this process, which is there for that alone, and in forks of it."""
    plan = order.plan
    zygote = Zygote(plan, order.folder)
    plugins: list[object] = [Hushed(order.files, order.folder), zygote]
    if plan.placed:
        overlay = Overlay({str(Path(plan.root, path)): content for path, content in plan.placed.items()})
        overlay.install(order.folder)
        plugins.append(Placed(overlay))
    status = pytest.main(list(order.arguments), plugins=plugins)
    return zygote.result or all_not_judged(plan, f"the child run did not get so far: exit status {int(status)}")
