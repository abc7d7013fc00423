"""Plain, frozen values that every room shares; imports nothing of ours but values of the lowest layer.

All of them cross the pipe between the two processes as JSON (see `wire`), so their fields are strings, numbers,
booleans, tuples, mappings and one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import field
from msgspec.structs import force_setattr

from pytest_agentaudit.diffs import Diffs
from pytest_agentaudit.outside import Outside
from pytest_agentaudit.value import Value
from pytest_agentaudit.waiver import Waiver


class Level(StrEnum):
    """How grave a finding is (the words of SARIF 2.1.0)."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the gravest: sorts findings worst first."""
        return tuple(Level).index(self)


class Family(StrEnum):
    """The kinds of shortcut that rules look for."""

    STEPS = "steps"
    WEAKENED = "weakened"
    HOLLOW = "hollow"
    HARNESS = "harness"
    SHORTCUTS = "shortcuts"
    SUPPRESSIONS = "suppressions"
    GATES = "gates"
    COMPLEXITY = "complexity"
    HIDDEN = "hidden"


class Needs(StrEnum):
    """The evidence without which a rule has nothing to say. STATIC rules run beside the tests."""

    STATIC = "static"
    COVERAGE = "coverage"
    OUTCOMES = "outcomes"
    REVERT = "revert"
    MUTANTS = "mutants"


class Outcome(StrEnum):
    """How a test ended, by pytest's own final word."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"


class Result(StrEnum):
    """The three results of an audit, and of a step (never two)."""

    PASSED = "passed"
    FAILED = "failed"
    INCOMPLETE = "incomplete"


class Promise(StrEnum):
    """How far a verdict can be trusted: in-process audits advise, `agentaudit verify` verifies."""

    ADVISORY = "advisory"
    VERIFIED = "verified"


class Location(Value, frozen=True):
    """A place in the head (or, for what is gone, the base) of the change. Lines count from 1, a line feed ends one."""

    path: str
    line: int = 1
    end_line: int = 0
    symbol: str = ""

    def __post_init__(self) -> None:
        if self.end_line < self.line:
            force_setattr(self, "end_line", self.line)


class Finding(Value, frozen=True):
    """One fact that one edit brought about, and what to do next.

    `evidence` maps short keys to text, in the order of reading. Keys with a meaning to renderers: `base` and `head`
    (the two wordings of the same code), `source` (the head's source lines, each "NUMBER  TEXT"), `proof` (what a run
    showed), `waiver` (why a waiver for it does not count). `fingerprint` is stable against moves within the file; the
    pipeline fills it in. `waiver` is what accepts it; only a verdict's waived findings have one. `size` is how much
    it speaks of, where a rule counts that (statements; points of cognitive complexity by which a function rose, none
    where it is new): of two that are alike the larger one is read first.
    """

    rule: str
    family: Family
    level: Level
    message: str
    location: Location
    evidence: Mapping[str, str] = field(default_factory=dict)
    fix: str = ""
    not_a_fix: str = ""
    related: tuple[Location, ...] = ()
    fingerprint: str = ""
    waiver: Waiver | None = None
    size: int = 0


class NotJudged(Value, frozen=True):
    """Something that no rule could decide, and why. `rule` is empty where it holds for every rule."""

    reason: str
    path: str = ""
    rule: str = ""


class StepResult(StrEnum):
    """How a step of the policy ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"


class StepReport(Value, frozen=True):
    """A policy step that applied to the change: its name, result, and in one line why.

    `paths` are the changed paths that called for it, those first that the output of a failed command names; `fix` is
    what to do where it failed.
    """

    name: str
    result: StepResult
    reason: str = ""
    paths: tuple[str, ...] = ()
    fix: str = ""


class RuleInfo(Value, frozen=True):
    """What a renderer may say of a rule without importing it. `help` is the rule's page in Markdown."""

    name: str
    family: Family
    level: Level
    summary: str
    help: str


class ChangeInfo(Value, frozen=True):
    """What a renderer may say of the change without reading it.

    `lines` maps the paths that head has to the ranges of lines that a reader of the diff finds changed, first and last
    line included; where lines only went, it is the line in their place. `agents` counts the findings whose lines coding
    agents say they wrote. `diffs` are the lines themselves, None where no report asked for them.
    """

    lines: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    agents: Mapping[str, int] = field(default_factory=dict)
    diffs: Diffs | None = None


class Bearing(Value, frozen=True):
    """Whether findings may fail the change, where the policy applies to some changes only: `why` tells both, in a
    sentence without its stop ("" where the policy applies to every change).
    """

    fails: bool = True
    why: str = ""


class Stats(Value, frozen=True):
    """Counts of the change (files, changed lines, tests) and seconds by stage."""

    files: int = 0
    lines: int = 0
    tests: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)


class Verdict(Value, frozen=True):
    """All that an audit has to say. `head` is empty for the work tree; `base_origin` says how the base was found.

    `off` counts, by rule, the findings that the policy switched off. `bearing` says whether what was found may fail.
    """

    result: Result
    promise: Promise
    base: str
    head: str
    base_origin: str = ""
    findings: tuple[Finding, ...] = ()
    waived: tuple[Finding, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    steps: tuple[StepReport, ...] = ()
    stats: Stats = field(default_factory=Stats)
    catalogue: tuple[RuleInfo, ...] = ()
    off: Mapping[str, int] = field(default_factory=dict)
    change: ChangeInfo = field(default_factory=ChangeInfo)
    bearing: Bearing = field(default_factory=Bearing)

    def count(self, level: Level) -> int:
        """How many findings stand at `level`, the waived ones left out."""
        return sum(finding.level is level for finding in self.findings)


UNENDED = "it did not end"
"""The reason of a test that began, and of which no report says how it ended."""


class TestOutcome(Value, frozen=True):
    """One test as it ran: where it is defined and how it ended.

    `path` is relative to the repository, with `/`; `line` counts from 1; `function` is the qualified name without
    parameters ("TestA.test_b"), so the cases of one parametrised function share it. `seconds` is the call phase's time.
    """

    __test__ = False

    node_id: str
    path: str
    line: int
    function: str
    outcome: Outcome
    seconds: float = 0.0
    reason: str = ""


class LineHits(Value, frozen=True):
    """Which lines of one changed file ran. Lines count from 1 in the bytes of the snapshot.

    `by_test` maps a line to indexes into `Evidence.tests`: it ran inside a call, in that test's setup or call phase.
    `at_import` holds lines that ran outside any test (module level, collection, session fixtures' imports).
    """

    by_test: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    at_import: tuple[int, ...] = ()


class Overruled(Value, frozen=True):
    """A test that raised, and was reported as something else than failed: its id, file and function, what it raised
    (in one line) and what the report said.
    """

    node_id: str
    path: str
    function: str
    raised: str
    said: str


class Replacement(Value, frozen=True):
    """A function of pytest, unittest or the standard library that was another one at the end of the run than at its
    start. `path` is the file of the new one ("" where that is not known), `line` its first line.
    """

    name: str
    path: str
    line: int = 1


class Entered(Value, frozen=True):
    """A product function that ran: in which `tests` (node ids; of a run's those in altered files), in collecting, and
    in tests of other files (`elsewhere`).
    """

    path: str
    qualname: str
    first_line: int
    tests: tuple[str, ...] = ()
    at_import: bool = False
    elsewhere: bool = False


class RepositoryPlugin(Value, frozen=True):
    """A plugin that pytest had loaded from a file of the repository (conftests too), and its hooks."""

    path: str
    hooks: tuple[str, ...] = ()


class Harness(Value, frozen=True):
    """What a run showed of its own machinery.

    `unrun` are the (path, function) of tests that passed although their body never began; `unstarted` counts the
    selected tests that never began although nothing stopped the run. `failures` counts the failed reports that were
    seen, `uncounted` how many of them pytest's own count lacked at the end. `dropped` maps the file whose code took
    tests out of the collection ("" where nobody said so) to their (path, function). `shadowed` are the modules of the
    standard library, and pytest's, that were imported from the repository, with the file.
    """

    overruled: tuple[Overruled, ...] = ()
    unrun: tuple[tuple[str, str], ...] = ()
    unstarted: int = 0
    failures: int = 0
    uncounted: int = 0
    replaced: tuple[Replacement, ...] = ()
    plugins: tuple[RepositoryPlugin, ...] = ()
    dropped: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    shadowed: tuple[tuple[str, str], ...] = ()


class Evidence(Value, frozen=True):
    """What a run of pytest showed, as plain data; the union of all workers.

    `hits` has a key for each changed file whose code was executed at all. `partial` says why the run is not the whole
    suite ("" when it is): then absence of a hit proves nothing. `tracer` names the tool that watched lines, or is
    empty when none could, with the cause in `tracer_problem`. `collected` holds the (path, function) of all collected
    tests. `unwatched` are changed files that ran, but whose lines the tracer could not see because the coverage
    measurement that it shares leaves them out: their missing hits prove nothing. Lines that only child processes ran
    are never seen. `harness` shows the machinery that ran the tests, `outside` what was seen of it from without (None:
    nobody stood outside). `shard` says which part of a suite this is that is shared out among several runs ("" where it
    is not): then only all of them together tell. `entered` are the functions that ran (None: not watched).
    """

    tests: tuple[TestOutcome, ...] = ()
    hits: Mapping[str, LineHits] = field(default_factory=dict)
    collected: tuple[tuple[str, str], ...] = ()
    collection_errors: tuple[str, ...] = ()
    partial: str = ""
    tracer: str = ""
    tracer_problem: str = ""
    exit_status: int = 0
    seconds: float = 0.0
    unwatched: tuple[str, ...] = ()
    harness: Harness = field(default_factory=Harness)
    outside: Outside | None = None
    shard: str = ""
    entered: tuple[Entered, ...] | None = None


class Watch(Value, frozen=True):
    """What a run has to watch: for each changed Python file (path relative to `root`, the work tree's absolute path)
    the changed line ranges, first and last line included. Of the files in `entries` it notes which functions tests run.
    """

    root: str
    ranges: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    entries: tuple[str, ...] = ()


class Portion(Value, frozen=True):
    """How far a run got through a suite, by node ids.

    `known` are the files, classes and tests of the suite that it came across, `done` those that it looked into or ran:
    what is known to one of several runs and done by none was left out.
    """

    known: tuple[str, ...] = ()
    done: tuple[str, ...] = ()


class Place(Value, frozen=True):
    """Which shard of how many; `number` counts from 1. `told_by` is the option or variable that says so."""

    number: int
    count: int
    told_by: str

    def __str__(self) -> str:
        return f"shard {self.number} of {self.count}"
