"""What mutants say of tests that were altered: values, and how they come of single fates."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from pytest_agentaudit.mutant import Mutant
from pytest_agentaudit.proof import Covering, MutationPlan

Key = tuple[str, str, int]
"""A function by its path, and its code's qualified name and first line."""


class Weight(StrEnum):
    """What mutants say of a test that was altered."""

    LESS = "less"  # one that the base's version noticed by an assertion passes head's
    SAME = "same"  # head's version notices all that the base's did
    UNKNOWN = "unknown"


class Weighed(Struct, frozen=True):
    """A test's weight. `lost` are the mutants that the base's version noticed and head's passes, `unseen` those of them
    that no other test of the run was seen to notice; `noticed` counts those that the base's version noticed. `missed`
    are probes, small changes, that it noticed and no test does since.
    """

    weight: Weight
    lost: tuple[Mutant, ...] = ()
    unseen: tuple[Mutant, ...] = ()
    noticed: int = 0
    missed: tuple[Mutant, ...] = ()


UNWEIGHED = Weighed(Weight.UNKNOWN)


class Count(Struct):
    """What became of mutants, counted. `missed` are the probes that no test notices any more, `caught` counts those
    that only the new version notices.
    """

    kept: int = 0
    gained: int = 0
    lost: list[tuple[Mutant, bool]] = field(default_factory=list)
    missed: list[Mutant] = field(default_factory=list)
    caught: int = 0
    is_whole: bool = True

    def lose(self, mutant: Mutant, *, unseen: bool) -> None:
        """One that is noticed no more."""
        self.lost.append((mutant, unseen))

    @property
    def weighed(self) -> Weighed:
        """What that says."""
        lost, unseen = tuple(it for it, _ in self.lost), tuple(it for it, is_unseen in self.lost if is_unseen)
        noticed = self.kept + len(lost)
        missed = tuple(self.missed) if len(self.missed) > self.caught else ()
        if len(lost) > self.gained:
            return Weighed(Weight.LESS, lost, unseen, noticed, missed)
        is_same = noticed and not lost and self.is_whole
        return Weighed(Weight.SAME if is_same else Weight.UNKNOWN, noticed=noticed, missed=missed)


def plan(
    texts: Mapping[str, str],
    mutants: tuple[Mutant, ...],
    cases: Mapping[Key, list[str]],
    files: tuple[str, ...],
    *,
    placed: Mapping[str, bytes | None] | None = None,
    widen: bool = False,
) -> MutationPlan:
    """The plan by which so many cases of each function are asked one by one."""
    covering = tuple(Covering(*key, tuple(tests)) for key, tests in cases.items())
    return MutationPlan("", texts, mutants, covering, files, widen=widen, each=True, placed=placed or {})
