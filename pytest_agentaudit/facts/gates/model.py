"""What rules are told about bars, checks, hooks and guards."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.facts.model import Setting


class Check(StrEnum):
    """What kind of question a command puts to the code."""

    TESTS = "tests"
    COVERAGE = "coverage"
    LINT = "lint"
    TYPES = "types"
    SECURITY = "security"
    FORMAT = "format"
    RUNNER = "runner"  # tox, nox, pre-commit, make: runs several of the others
    AUDIT = "audit"


class Command(Struct, frozen=True):
    """A command that checks something. `tool` is its program ("pytest", "tox", "make test"), `words` the arguments
    behind it. `excuse` says how its failure is dropped ("", where it counts).
    """

    tool: str
    check: Check
    words: tuple[str, ...]
    text: str
    line: int
    excuse: str = ""


class Run(Struct, frozen=True):
    """A checking command where it stands: `place` is its job, task or hook; `in_ci` whether a CI service runs it."""

    path: str
    place: str
    command: Command
    in_ci: bool
    place_line: int = 1


UPLOADS = frozenset({"codecov", "coveralls", "coverage comment", "pre-commit lite"})
"""Tools that show a result which another one found."""


class LostCheck(Struct, frozen=True):
    """A check whose failure counted at base. `new` is where it now runs with an `excuse`, None where it is gone;
    `comment` is its line where it was commented out. `still` are the places where head's CI runs it, `aside` the tasks
    and hooks that do; `instead` is what took its place. `last` is true where nothing of its kind counts in head's CI.
    """

    old: Run
    new: Run | None
    path: str
    line: int
    excuse: str = ""
    comment: int = 0
    still: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    instead: str = ""
    last: bool = False


class Less(StrEnum):
    """How a workflow asks less than before."""

    NEVER = "starts by hand only"
    REQUESTS = "no longer starts for pull requests"
    PUSHES = "no longer starts for pushes"
    BRANCHES = "starts for fewer branches"
    PATHS = "starts for fewer files"
    VERSIONS = "runs fewer versions"
    NEEDS = "no longer waits for a check"


class LessOften(Struct, frozen=True):
    """A workflow or job that asks less. `old` and `new` are the two wordings; `oldest` is false where a
    version went that is newer than one that stays; `elsewhere` is true where CI runs the workflow's checks in another
    one too.
    """

    how: Less
    path: str
    line: int
    what: str
    old: str
    new: str
    oldest: bool = False
    elsewhere: bool = False


class Lost(StrEnum):
    """How a hook no longer runs."""

    REMOVED = "removed"
    MANUAL = "moved to a stage that only a person starts"
    EXCLUDED = "kept from files"
    SKIPPED = "skipped by pre-commit.ci"
    BYPASSED = "bypassed by a command"


class Reached(Struct, frozen=True):
    """What a setting newly reaches: `product` files, those of them that the change `edits`, of these the ones that it
    `added`, and how many others.
    """

    product: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    others: int = 0
    added: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.product or self.others)


NOT_REACHED = Reached()
"""No file at all."""


class LostHook(Struct, frozen=True):
    """A hook that runs less. `checks` is false for one that only tidies; `reached` the files that it no longer sees;
    `instead` what took its place; `comment` the line where it was commented out; `tool` what it runs.
    """

    how: Lost
    name: str
    path: str
    line: int
    text: str
    checks: bool = True
    reached: Reached = NOT_REACHED
    instead: str = ""
    comment: int = 0
    tool: str = ""


class Kind(StrEnum):
    """What a narrowing takes away."""

    CODES = "codes"  # for all files
    FILE_CODES = "codes in some files"
    FILES = "files"
    STRICTNESS = "strictness"
    MODULES = "strictness in some modules"
    SEVERITY = "severity"


class Narrowing(Struct, frozen=True):
    """A checker that sees less at head. `items` are the codes, patterns or flags; `reached` the files that it newly
    leaves out (all of the product's, where `everywhere`). `by_command` is true where a command's words say so: it may
    run in another folder. `wider_too` is true where the same edit switches other codes or flags on.
    """

    tool: str
    kind: Kind
    items: tuple[str, ...]
    old: Setting | None
    new: Setting | None
    reached: Reached = NOT_REACHED
    everywhere: bool = False
    by_command: bool = False
    wider_too: bool = False


class Measure(StrEnum):
    """What a bar measures."""

    COVERAGE = "coverage"
    SCORE = "score"  # of pylint, of docstrings, of mutants
    COMPLEXITY = "complexity"
    SIZE = "size"  # arguments, branches, statements of a function
    TIME = "time limit of tests"
    REMOTE = "status of a service"


class Bar(Struct, frozen=True):
    """A bar: `group` names what is one and the same demand wherever it is written down, `key` where this one is."""

    group: str
    measure: Measure
    key: str
    value: float
    path: str
    line: int
    least: bool = True

    def stricter(self) -> float:
        """A number that grows with the demand."""
        return self.value if self.least else -self.value


class Lowered(Struct, frozen=True):
    """A bar that demands less at head. `new` is None where nothing is in its place, `same_elsewhere` names a place
    that still demands as much; `tool_gone` is true where the tool that reads it has no settings any more.
    """

    old: Bar
    new: Bar | None
    same_elsewhere: str = ""
    tool_gone: bool = False


class Left(StrEnum):
    """In which way less is run."""

    EXPRESSION = "tests are selected by name"
    MARKER = "tests are selected by marker"
    DESELECTED = "tests are deselected"
    IGNORED = "files are ignored"
    PATHS = "paths are left out"
    PATTERNS = "names are no longer taken for tests"
    COLLECT = "nothing is run"
    LAST = "tests are chosen by how the last run ended"
    COVERAGE = "coverage is not measured"
    PLUGIN = "a plugin is switched off"
    XFAIL = "unexpected passes are accepted"
    WARNINGS = "warnings are no errors"
    STRICT = "misspelled markers or settings are accepted"
    SHADOWED = "another file's settings count"


class Narrowed(Struct, frozen=True):
    """Something that pytest no longer does. `what` is the option, path or pattern; `files` the tests of the base that
    are left out, as far as they are known (of a LAST, the files of the repository that say how a run ended); `markers`
    the markers that a MARKER excludes.
    """

    how: Left
    what: str
    old: str
    new: str
    path: str
    line: int
    files: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    of_command: bool = False
    elsewhere: str = ""


class Grown(Struct, frozen=True):
    """A list of known failures that grew by `added` entries (the first few in `shown`), of which some are for files
    that the change `edits`. `kind` says what the list holds, `total` how many it has.
    """

    kind: str
    path: str
    line: int
    added: int
    total: int
    shown: tuple[str, ...]
    edits: tuple[str, ...] = ()
    is_new: bool = False
    secret: bool = False


class Guard(StrEnum):
    """What was edited."""

    OWNERS = "code owners"
    OUTVOTED = "code owners in whose place others decide"
    SHARED = "code owners of fewer files"
    INSTRUCTIONS = "instructions for agents"
    PERMISSIONS = "permissions of agents"
    HOOKS = "hooks of agents"
    BRANCH = "branch protection"
    LEVEL = "a rule's level in the policy"
    OPTION = "a rule's option in the policy"
    STEP = "a step of the policy"
    SOURCE = "the policy's files"
    POLICY = "the policy"
    BEARING = "whose changes the policy applies to"
    WAIVER = "a waiver of the policy"
    GRANTORS = "who may grant waivers, and for how long"
    SIGNERS = "an allowed signer"
    AUDIT = "the audit itself"


class Edited(Struct, frozen=True):
    """A guard that demands less. `name` is a pattern, a rule, a step; `old` and `new` are the wordings."""

    guard: Guard
    name: str
    path: str
    old_line: int
    old: str
    new: str = ""
    new_line: int = 0


LEVELS = {"off": 0, "note": 1, "warning": 2, "error": 3}
"""What a policy may make of a rule, weakest first."""


USUAL = "usual"
"""Stands for the level that a rule has where no policy names it."""
