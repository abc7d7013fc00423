"""The policy that a change leaves behind: the next audit will have to read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_agentaudit.change.model import Change
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.policy.load import PATH, load_tree
from pytest_agentaudit.policy.model import PolicyError


def unusable_policy(change: Change, catalogue: Mapping[str, Mapping[str, object]]) -> Iterator[Finding]:
    """One finding for each thing that the change got wrong in the policy. `catalogue` is that of `policy.load`."""
    if not any(pair.new and pair.new.path == PATH for pair in change.pairs):
        return
    try:
        load_tree(change.new.read, catalogue)
    except PolicyError as error:
        for problem in str(error).split("\n"):
            line, cause = problem.removeprefix(f"{PATH}:").split(": ", 1)
            yield Finding(
                rule="unreadable-file",
                family=Family.HIDDEN,
                level=Level.ERROR,
                message=f"The audit of the next change will not be able to use this policy: {cause}",
                location=Location(PATH, int(line)),
                fix="mend the line; from the merge on it would stop every audit",
            )
