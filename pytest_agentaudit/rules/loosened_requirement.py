"""The rule loosened-requirement."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentaudit.facts.declarations import Purpose, Requirement
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

if TYPE_CHECKING:
    from pytest_agentaudit.facts.loosened import Ease, Loosened, loosened
else:
    Ease, loosened = later("pytest_agentaudit.facts.loosened", "Ease", "loosened")


class LoosenedRequirement(Rule):
    """A requirement accepts less trustworthy releases than before.

    Found are an upper bound below the old lower one (a downgrade), a lower bound that fell or went, a pin that went
    without a lower bound in its place, a hash that went, a source outside of the index, and an option that lets other
    servers provide packages. An upper bound that rises or goes is how a library follows its dependencies; a raised
    floor, a new `requires-python` and what a resolver writes into lock files are honest work: all of them are silent.

    Level: warning; note where a commit message or a comment beside it names the dependency or the reason, for
    development dependencies, and for a source that names one commit.

    Why: a floor is often there for a security fix, and a pin for a broken release. Whoever only needs the tests to
    pass finds an older release that still behaves as they expect.
    Fix: restore the bound and mend the code, or say in the commit message which release breaks what.
    Not a fix: an upper bound instead of a lower one; ignoring the advisory.
    """

    name = "loosened-requirement"
    family = Family.STEPS
    level = Level.WARNING
    examples = kept_apart("loosened_requirement")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each kind of loosening and level."""
        dependencies = audit.delta.dependencies
        groups: dict[tuple[Ease, Level], list[Loosened]] = defaultdict(list)
        for it in loosened(dependencies) if dependencies.manifests_changed else ():
            groups[it.ease, _level(it, audit.change.messages)].append(it)
        for (ease, level), group in groups.items():
            yield self._found(ease, level, group)

    def _found(self, ease: Ease, level: Level, group: list[Loosened]) -> Finding:
        first, *more = (Location(it.new.path, it.new.line) for it in group)
        one = group[0]
        others = f" (and {len(more)} more)" if more else ""
        said = f"`{one.old.text}` became `{one.new.text}`" if one.old else f"`{one.new.text}` is new"
        return self.finding(
            first,
            f"{said}{others}: {ease}.",
            level=level,
            evidence={"base": one.old.text, "head": one.new.text} if one.old else {"head": one.new.text},
            fix="restore the bound, or say in the commit message which release breaks what",
            not_a_fix="an upper bound instead of a lower one; ignoring the advisory",
            related=tuple(more),
        )


def _level(it: Loosened, messages: tuple[str, ...]) -> Level:
    """A loosening that is said aloud, or that users of the project never meet, is a note."""
    if isinstance(it.new, Requirement):
        aside = it.new.purpose in {Purpose.DEVELOPMENT, Purpose.BUILD}
        told = bool(it.new.comment) or any(_names(message, it.new.name) for message in messages)
        return Level.NOTE if aside or told or it.fixed else Level.WARNING
    return Level.NOTE if any(_names(message, "index") for message in messages) else Level.WARNING


def _names(message: str, name: str) -> bool:
    """Whether a message speaks of a distribution, or takes an earlier change back."""
    words = re.split(r"[-_.]", name)
    return message.startswith("Revert") or bool(
        re.search(rf"\b{'[-_. ]?'.join(map(re.escape, words))}\b", message, re.IGNORECASE)
    )
