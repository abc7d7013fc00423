"""The two sides of a change's facts, paired: what rules read.

A pair without an old side is new, one without a new side is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct, field

from pytest_agentaudit.change.model import FilePair, FileRole
from pytest_agentaudit.facts.dependencies import Dependencies
from pytest_agentaudit.facts.gates.lookup import Gates
from pytest_agentaudit.facts.hides import Hidden
from pytest_agentaudit.facts.model import Assertion, Definition, FileFacts, Occurrence, Problem, Setting, TestCase
from pytest_agentaudit.facts.overtaken import Overtaken
from pytest_agentaudit.facts.product_functions import ProductFunction
from pytest_agentaudit.facts.reaching import Reaching
from pytest_agentaudit.facts.silencing import Suppression
from pytest_agentaudit.facts.tested_answers import TestedAnswers


class DefinitionPair(Struct, frozen=True, gc=False):
    """A definition on both sides, or on one. `equal` is true where the fingerprints agree (a move, a rename, a
    new docstring or annotation changes nothing that a test could see).
    """

    old_path: str
    new_path: str
    old: Definition | None
    new: Definition | None

    @property
    def equal(self) -> bool:
        """Whether both sides exist and behave the same."""
        return self.old is not None and self.new is not None and self.old.fingerprint == self.new.fingerprint


class Loss(StrEnum):
    """What the head's side of an assertion pair demands less than the base's."""

    PREDICATE = "weaker predicate"  # fell on the lattice
    NEGATION = "only one value is excluded"  # a demand became "is not False", "!= 5"
    TOLERANCE = "wider tolerance"
    BOUND = "looser bound"
    EXCEPTION = "wider exception type"
    MATCH = "message not checked"
    PART = "a part instead of the whole"
    CHOICE = "more values accepted"
    ORDER = "in any order"
    ITSELF = "compared with itself"
    CONDITION = "under a condition only"
    TRUTH = "truth instead of the exact value"  # `is True` became a truth test, a truth test `is not None`
    CASE = "other cases of it stay"  # the same is still demanded of the same subject with other inputs or values
    REFUSAL = "the call is to raise now"
    DROPPED = "nothing in its place"


class AssertionPair(Struct, frozen=True, gc=False):
    """The same demand on both sides, or a demand that only one side makes. `loss` says what head demands less."""

    old: Assertion | None
    new: Assertion | None
    loss: Loss | None = None


class Pairing(StrEnum):
    """How a test of the base was found again at head."""

    SAME = "same name"
    RENAMED = "renamed"
    MOVED = "moved"
    MERGED = "merged"  # several tests became one (parametrised or joined)
    SPLIT = "split"
    NEW = "new"
    GONE = "gone"


class TestPair(Struct, frozen=True, gc=False):
    """A test on both sides, or on one. A merge gives one pair for each old test, with the same new one; a split one
    for each new test with the same old one. `assertions` pair old demands with new ones by subject, helpers followed.
    """

    __test__ = False

    how: Pairing
    old_path: str
    new_path: str
    old: TestCase | None
    new: TestCase | None
    assertions: tuple[AssertionPair, ...] = ()


class FileDelta(Struct, frozen=True):
    """A changed file: the pair with its bytes' hunks, and the facts of each side (None where there is no such side,
    or it is not a file that we read). `added_suppressions` are those that no old one of the whole change accounts for,
    `lifted` the old ones whose code stands there without them now, `appeared` the occurrences that no old one accounts
    for, `vanished` the old ones that are nowhere at head.
    """

    pair: FilePair
    old: FileFacts | None
    new: FileFacts | None
    added_suppressions: tuple[Suppression, ...] = ()
    appeared: tuple[Occurrence, ...] = ()
    vanished: tuple[Occurrence, ...] = ()
    lifted: tuple[Suppression, ...] = ()

    def new_ones(self, *kinds: str) -> Iterator[Occurrence]:
        """What the change added of these kinds."""
        return (it for it in self.appeared if it.kind in kinds)

    def lost_ones(self, *kinds: str) -> Iterator[Occurrence]:
        """What the change took away of these kinds."""
        return (it for it in self.vanished if it.kind in kinds)

    @property
    def path(self) -> str:
        """The reader's path."""
        return self.pair.path

    @property
    def role(self) -> FileRole:
        """The pair's role."""
        return self.pair.role


class Delta(Struct, frozen=True, eq=False, weakref=True):
    """All facts of a change, paired. `old_settings` and `new_settings` are by dotted key. A delta equals itself alone.

    `house` counts the base tree's suppressions by (checker, "bare" | "told" | "coded" | "reasoned"): its habit.
    `mentions` maps the bare name of a definition to the head's test files (changed or not) that name it; it looks them
    up when asked. `defined` maps a bare name to the head's product files that define a function or class of that name.
    `callers` maps a bare name to the bare names of the head's product definitions that name it ("" for module level).
    `reaching` tells from both whether a test names definitions, or what calls them.
    `test_paths` maps the end of a path to the test files at head that it means.
    `old_answers` and `answers` say what the base's and the head's tests give to functions and expect of them.
    `functions` maps a bare name to the head's product functions of that name at module level.
    `broken_settings` are the changed settings files that their tools cannot read since the change, with the cause.
    `support` pairs the touched helpers and fixtures of test code as `tests` does the tests. `quotes` maps a piece of
    source to the head's test files in whose text it stands.
    `hides` tells by path and suppression what an installed checker would have said; it is asked when a rule asks.
    `gates` tells what became of bars, checks, hooks and guards; it reads when asked.
    `dependencies` are what both trees declare and import of other people's packages; they are read when asked.
    `unimportable` maps the path of a base's test file to a name that it imports and nobody has ("": it could run).
    `copied` maps the source of a function's body to whether the base's product has it too.
    `overtaken` says which product functions an earlier commit changed after the last one that touched a test.
    """

    files: tuple[FileDelta, ...]
    definitions: tuple[DefinitionPair, ...] = ()
    tests: tuple[TestPair, ...] = ()
    old_settings: Mapping[str, Setting] = field(default_factory=dict)
    new_settings: Mapping[str, Setting] = field(default_factory=dict)
    house: Mapping[tuple[str, str], int] = field(default_factory=dict)
    mentions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    defined: Mapping[str, frozenset[str]] = field(default_factory=dict)
    callers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    reaching: Reaching = field(default_factory=lambda: Reaching({}, {}))
    functions: Mapping[str, tuple[ProductFunction, ...]] = field(default_factory=dict)
    broken_settings: Mapping[str, Problem] = field(default_factory=dict)
    support: tuple[TestPair, ...] = ()
    quotes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hides: Mapping[tuple[str, Suppression], Hidden] = field(default_factory=dict)
    test_paths: Mapping[str, frozenset[str]] = field(default_factory=dict)
    old_answers: TestedAnswers = field(default_factory=TestedAnswers)
    answers: TestedAnswers = field(default_factory=TestedAnswers)
    gates: Gates = field(default_factory=Gates.none)
    dependencies: Dependencies = field(default_factory=Dependencies)
    unimportable: Mapping[str, str] = field(default_factory=dict)
    copied: Mapping[str, bool] = field(default_factory=dict)
    overtaken: Overtaken = field(default_factory=Overtaken)
