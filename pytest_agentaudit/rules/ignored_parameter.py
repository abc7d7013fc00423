"""The rule ignored-parameter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import DefinitionPair, FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import IGNORED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.reached import definition_pair, is_overridden
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class IgnoredParameter(Rule):
    """A function takes a parameter and never reads it.

    The change added the parameter to a function that does nothing with it, or took its last use away. Overrides,
    methods that several classes have, callbacks, hooks, decorated functions, and parameters whose function says that
    they are deprecated or unused are silent, and so are names with an underscore.

    Level: warning where a function of the base is concerned; note in new functions.

    Why: callers set it and believe that it has an effect.
    Fix: use the parameter, or take it out of the signature.
    Not a fix: `del parameter` or a read without effect.
    """

    name = "ignored-parameter"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = kept_apart("ignored_parameter")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each function."""
        idle = {
            (file.path, it.symbol, it.details["name"]) for file in audit.delta.files for it in file.lost_ones(IGNORED)
        }
        for file in audit.files(FileRole.PRODUCT):
            found: dict[str, list[Occurrence]] = defaultdict(list)
            for it in (it for it in file.new_ones(IGNORED) if not it.details["said"]):
                found[it.details["line"]].append(it)
            for line, ignored in found.items():
                pair = definition_pair(audit.delta, file.path, int(line))
                if pair and pair.new and not is_overridden(audit.delta, pair.new):
                    fresh = [it for it in ignored if not _was_idle(pair, it, idle)]
                    if fresh:
                        yield self._function(file, fresh, pair)

    def _function(self, file: FileDelta, ignored: list[Occurrence], pair: DefinitionPair) -> Finding:
        """What to say of the ignored parameters of one function."""
        first, names = ignored[0], [it.details["name"] for it in ignored]
        listed = ", ".join(f"`{name}`" for name in names)
        old = pair.old
        if old is None:
            said = f"`{first.symbol}` takes {listed} and never reads it."
        elif all(name in old.parameters for name in names):
            said = f"`{first.symbol}` still takes {listed}, which has no effect any more."
        else:
            said = f"`{first.symbol}` now takes {listed}, which has no effect."
        return self.finding(
            Location(file.path, first.line, first.end_line, first.symbol),
            said,
            level=self.level if old else Level.NOTE,
            fix="use the parameter, or take it out of the signature",
            not_a_fix="a read without effect (`del`, `_ = ...`)",
        )


def _was_idle(pair: DefinitionPair, it: Occurrence, idle: Collection[tuple[str, str, str]]) -> bool:
    """Whether the same function ignored the parameter before, under another name or in another place."""
    return pair.old is not None and (pair.old_path, pair.old.qualified_name, it.details["name"]) in idle
