"""How a child run takes its order and gives its answer: two files, and the module whose `make` does the work."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from pytest_agentaudit.proof import MutationOrder, TrialOrder
from pytest_agentaudit.value import Value
from pytest_agentaudit.wire import from_plain, to_plain

KINDS: dict[str, type[Value]] = {"child": TrialOrder, "mutation": MutationOrder}
"""What each module of this room is told that makes something in a child."""


def main(module: str, order: str, answer: str) -> None:
    """Have `module` do what the file `order` says, and write what came of it to the file `answer`."""
    told = from_plain(KINDS[module], json.loads(Path(order).read_bytes()))
    made = import_module(f"pytest_agentaudit.witness.{module}").make(told)
    Path(answer).write_text(json.dumps(to_plain(made)), encoding="ascii")
