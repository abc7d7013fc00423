"""For tests of rules, built-in ones and those of other packages: what a rule says of one of its examples."""

from __future__ import annotations

from msgspec import Struct

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.model import Finding
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.rules import Audit, Example, Rule


class _Earlier(Struct, frozen=True):
    """A history of which one tree is known."""

    tree: MemoryTree

    def when_touched(self, path: str) -> MemoryTree | None:
        """The tree, where it has the file."""
        return self.tree if path in self.tree.entries() else None


def findings(rule: type[Rule], example: Example) -> list[Finding]:
    """What the rule finds in the example's change, in the order in which it says so; what it cannot judge is left out.

    The roles of files follow from `before`, as without a policy.
    """
    old = MemoryTree(example.before)
    past = None if example.earlier is None else _Earlier(MemoryTree(example.earlier))
    change = from_trees(old, MemoryTree(example.after), messages=example.messages, past=past)
    audit = Audit(
        change,
        collect(change, RoleMap.derive(old, Policy()).role),
        example.evidence,
        example.proofs,
        options={**rule.options, **example.settings},
        steps=example.steps,
        waivers=example.waivers,
    )
    return [said for said in rule().check(audit) if isinstance(said, Finding)]
