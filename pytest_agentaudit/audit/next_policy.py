"""The policy that a change leaves behind: the next audit will have to read it."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Iterator, Mapping

from pytest_agentaudit.change.model import Change
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.policy.load import PATH, load_tree
from pytest_agentaudit.policy.model import PolicyError


def unusable_policy(
    change: Change, catalogue: Mapping[str, Mapping[str, object]], broken: Container[str]
) -> Iterator[Finding]:
    """One finding for each thing that the change got wrong in a policy. `catalogue` is that of `policy.load`, `broken`
    are files of which it was told already that nobody can read them.
    """
    paths = (pair.new.path for pair in change.pairs if pair.new)
    for path in filter(lambda it: posixpath.basename(it) == PATH and it not in broken, paths):
        yield from _problems(change, path, catalogue)


def _problems(change: Change, path: str, catalogue: Mapping[str, Mapping[str, object]]) -> Iterator[Finding]:
    try:
        load_tree(change.new.read, catalogue, path)
    except PolicyError as error:
        for problem in str(error).split("\n"):
            line, cause = problem.removeprefix(f"{path}:").split(": ", 1)
            yield Finding(
                rule="unreadable-file",
                family=Family.HIDDEN,
                level=Level.ERROR,
                message=f"The audit of the next change will not be able to use this policy: {cause}",
                location=Location(path, int(line)),
                fix="mend the line; from the merge on it would stop every audit",
            )
