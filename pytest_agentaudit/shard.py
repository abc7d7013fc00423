"""What one of several runs has to say that share a suite out among them, for `agentaudit merge` to judge as one."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import field

from pytest_agentaudit.model import Evidence, Place, Portion
from pytest_agentaudit.proof import Proofs
from pytest_agentaudit.value import Value


class Subject(Value, frozen=True):
    """What was judged, and by which words: the same for all shards of one run.

    `base` and `commit` are full names; `commit` is what was checked out. `files` maps each changed path to a digest of
    what head holds there ("" where it is gone). `policy` is a digest of the base's policy.
    """

    base: str
    commit: str
    files: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""

    def differs_in(self, other: Subject) -> list[str]:
        """The paths at which two heads differ."""
        paths = self.files.keys() | other.files.keys()
        return sorted(path for path in paths if self.files.get(path) != other.files.get(path))


class Shard(Value, frozen=True):
    """The evidence and proofs of one run. `breaks` say why it did not do all that it was to do."""

    subject: Subject
    evidence: Evidence
    proofs: Proofs = field(default_factory=Proofs)
    portion: Portion = field(default_factory=Portion)
    place: Place | None = None
    breaks: tuple[str, ...] = ()
