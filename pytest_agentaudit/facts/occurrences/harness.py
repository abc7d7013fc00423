"""What touches the machinery that runs the tests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.harness.choosers import collection_changes
from pytest_agentaudit.facts.harness.exits import exits
from pytest_agentaudit.facts.harness.guards import Surrounded
from pytest_agentaudit.facts.harness.hooks import CODE, hooks
from pytest_agentaudit.facts.harness.measuring import measuring
from pytest_agentaudit.facts.harness.patches import patches
from pytest_agentaudit.facts.harness.reports import report_changes
from pytest_agentaudit.facts.harness.runners import runner_changes
from pytest_agentaudit.facts.model import Occurrence

MOST = 100
"""How many occurrences of each sort are looked for in one file: more tell nothing new."""


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Rewritten outcomes, replaced runners, dropped tests, exits, patches and coverage calls of a side."""
    if side.role not in CODE and side.role is not FileRole.SCRIPT:
        return
    code = Surrounded(side)
    found = list(hooks(code))
    sorts = [report_changes(code, found), runner_changes(code, found), collection_changes(code, found)]
    if side.role in CODE:  # a script may leave and patch as it likes; its hooks are a plugin's
        sorts += [exits(code, found), patches(code, {id(it.node) for it in found}), measuring(code)]
    for sort in sorts:
        yield from islice(sort, MOST)
