"""What a proof asks of the run, and what it showed: child runs of pytest with other code than the work tree's.

All of it crosses the pipe between the two processes, as `model`'s values do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import field

from pytest_agentaudit.model import Entered
from pytest_agentaudit.mutant import Fate, Mutant, MutantFate, MutantFates
from pytest_agentaudit.value import Value


class TrialKind(StrEnum):
    """What stands in the place of the work tree's code."""

    REVERT = "revert"  # the base's product files
    FUNCTIONS = "functions"  # head's product files with the base's bodies in the functions that both have
    EXAMPLES = "examples"  # the same, for the examples in their docstrings: they stand in the file that is replaced
    OLD_TESTS = "old tests"  # the base's test files, on head's product
    OLD_AGAIN = "old tests again"  # the same once more: a test may be flaky
    BASE = "base"  # the base's test files on the base's product: whether they were green at all
    WATCHED = "old tests watched"  # the base's test files, on head's product: which functions of it they run


OF_PRODUCT = frozenset({TrialKind.REVERT, TrialKind.FUNCTIONS, TrialKind.EXAMPLES})
"""The trials that put product code into place, and nothing else."""

UNREACHED = "its tests do not reach the control mutant"
"""Why a function's mutants are not judged whose tests do not run it."""


class Ended(StrEnum):
    """How a test function ended in a trial: by its worst case, and by the reason of that."""

    GREEN = "green"
    ASSERTION = "assertion"  # an assert, pytest.fail, pytest.raises or the like said no
    CRASH = "crash"  # another exception, or an assert of the code under test
    COLLECTION = "collection"  # its file could not be imported
    SKIPPED = "skipped"
    MISSING = "missing"  # it was not collected
    UNTRIED = "untried"  # the trial came to nothing


RED = frozenset({Ended.ASSERTION, Ended.CRASH})
GRAVITY = (
    *(Ended.UNTRIED, Ended.MISSING, Ended.COLLECTION),
    *(Ended.SKIPPED, Ended.GREEN, Ended.CRASH, Ended.ASSERTION),
)
"""Of a test's cases the last in this order speaks for it: one red case is enough, and an assertion tells most."""


class Trial(Value, frozen=True):
    """One child run: some test functions (path, qualified name) with `files` in the place of the tree's own.

    `files` maps paths from the repository's root to whole contents; None means that there is no such file. Of the
    files in `entries` it is noted which functions each test runs. A test that runs for `patience` seconds is ended (0:
    none is).
    """

    kind: TrialKind
    files: Mapping[str, bytes | None]
    tests: tuple[tuple[str, str], ...]
    entries: tuple[str, ...] = ()
    patience: float = 0.0


FIRST_TESTS = 4
"""The tests that every mutant meets. What survives these, or only crashes them, meets more."""


class Covering(Value, frozen=True):
    """The node ids of the tests that run a function, those first that matter most; `qualname` and `first_line` as in
    `Mutant`. Every mutant meets the `first` ones.
    """

    path: str
    qualname: str
    first_line: int
    tests: tuple[str, ...]
    first: int = FIRST_TESTS


class MutationPlan(Value, frozen=True):
    """Which mutants are to be tried on which tests.

    `texts` are head's texts by path, relative to `root`, the work tree's absolute path; `files` are those of the tests.
    `seconds` is the time for all of it. Where it is to `widen`, survivors among the mutants of whole functions are
    shown to the other tests of the same files too; where the question is what the given tests notice, it is not.
    Where `noticed` mutants are given, those that another plan's tests noticed, that is done of them alone; they come
    first, and the others have no fate where all of these are noticed here too.
    Where `each` test is to be asked, no mutant is done with because one test noticed it. `placed` are contents in the
    place of the tree's files, as in a `Trial`.
    """

    root: str
    texts: Mapping[str, str]
    mutants: tuple[Mutant, ...]
    covering: tuple[Covering, ...]
    files: tuple[str, ...]
    seconds: float = 0.0
    widen: bool = True
    noticed: tuple[str, ...] | None = None
    each: bool = False
    placed: Mapping[str, bytes | None] = field(default_factory=dict)


class Plan(Value, frozen=True):
    """The trials to be made next, in their order, and then the mutants to be tried. `weighing` are two plans with the
    same mutants: the first for the base's versions of altered tests, the second for head's.
    """

    trials: tuple[Trial, ...] = ()
    mutants: MutationPlan | None = None
    weighing: tuple[MutationPlan, ...] = ()


class TestEnd(Value, frozen=True):
    """How a test function ended, with what its worst case raised, in one line; `cases` are the node ids."""

    __test__ = False

    path: str
    function: str
    ended: Ended
    reason: str = ""
    cases: tuple[str, ...] = ()


class TrialReport(Value, frozen=True):
    """What a trial showed. `problem` says why it showed nothing ("" where it did). `placed` are the trial's files,
    `served` those of them that were imported in the place of the tree's own: what a test says of code in another one
    proves nothing. `entered` are the functions that tests ran, where that was asked.
    """

    kind: TrialKind
    ends: tuple[TestEnd, ...] = ()
    placed: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    problem: str = ""
    seconds: float = 0.0
    entered: tuple[Entered, ...] = ()


def untried(trial: Trial, problem: str) -> TrialReport:
    """The report of a trial that could not be made, and why."""
    ends = tuple(TestEnd(*test, Ended.UNTRIED, problem) for test in trial.tests)
    return TrialReport(trial.kind, ends, problem=problem)


class Proofs(Value, frozen=True):
    """What all trials of an audit showed, in their order, and what became of its mutants (None: none were tried).
    `weighing` is what became of those that old and new tests were shown, in the order of the plan's.
    """

    reports: tuple[TrialReport, ...] = ()
    mutants: MutantFates | None = None
    weighing: tuple[MutantFates, ...] = ()

    def then(self, more: Proofs) -> Proofs:
        """These, and what the next round of trials showed."""
        reports = (*self.reports, *more.reports)
        return Proofs(reports, more.mutants or self.mutants, more.weighing or self.weighing)

    def of(self, kind: TrialKind) -> TrialReport | None:
        """The report of a kind of trial, where there was one."""
        return next((it for it in self.reports if it.kind is kind), None)

    def ends(self, kind: TrialKind) -> Mapping[tuple[str, str], TestEnd]:
        """(path, function) -> how it ended in a kind of trial."""
        report = self.of(kind)
        return {(it.path, it.function): it for it in report.ends} if report else {}

    @property
    def problems(self) -> Iterator[tuple[TrialKind, str]]:
        """The trials that showed nothing, and why."""
        return ((it.kind, it.problem) for it in self.reports if it.problem)


NO_TEST = "no covering test"
"""Why a function's mutants are not judged of which no test can be a witness; a beginning."""


def all_not_judged(plan: MutationPlan, reason: str) -> MutantFates:
    """The answer where no mutant could be tried."""
    chosen = (mutant for mutant in plan.mutants if not mutant.operator.is_control)
    return MutantFates(tuple(MutantFate(mutant.id, Fate.NOT_JUDGED, reason=reason) for mutant in chosen))


class TrialOrder(Value, frozen=True):
    """All that the child of a trial is told: `arguments` are the run's own, `root` is the repository's folder, `folder`
    one that the child may write to.
    """

    trial: Trial
    root: str
    folder: str
    arguments: tuple[str, ...]


class MutationOrder(Value, frozen=True):
    """The same for a plan of mutants. `files` are those of the covering tests, absolute."""

    plan: MutationPlan
    files: tuple[str, ...]
    folder: str
    arguments: tuple[str, ...]
