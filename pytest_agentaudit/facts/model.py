"""What the collectors read out of files: plain values, no syntax nodes. Rules read these and nothing else.

Lines count from 1 in the file's bytes split at line feeds; columns from 0 in characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from sys import intern

from msgspec import Struct, field
from msgspec.structs import force_setattr

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.silencing import Suppression


class Depth(StrEnum):
    """How deep the reading of a file went. Suppressions are known at every depth."""

    TREE = "tree"
    TOKENS = "tokens"
    BYTES = "bytes"


NO_NAMES: frozenset[str] = frozenset()
NO_LINES: frozenset[int] = frozenset()
"""Most sets are empty, and each empty one of its own takes 216 bytes on Python 3.11."""


class Problem(Struct, frozen=True, array_like=True):
    """Why a file could not be read to the bottom: `cause` in one line, at `line` (1 where it is not known).

    `of_reader` is true where the reader gave up, not the file: then the base's side says nothing about head's.
    """

    cause: str
    line: int = 1
    of_reader: bool = False


class Comment(Struct, frozen=True, gc=False, array_like=True):
    """A `#` comment with its `#`. `own_line` is false behind code."""

    line: int
    column: int
    text: str
    own_line: bool


class Exclusion(Struct, frozen=True, gc=False, array_like=True):
    """A stretch of lines that coverage.py leaves out: `line` matches `pattern` (a regular expression), and with it
    everything from `start_line` to `end_line` goes.
    """

    line: int
    start_line: int
    end_line: int
    pattern: str


class OddBreak(Struct, frozen=True, gc=False, array_like=True):
    """A character that some tools take for a line end and others do not (lone CR, FF, VT, NEL, U+2028, U+2029)."""

    line: int
    name: str


class LineKind(StrEnum):
    """What running (or not running) an executable line means."""

    IMPORT_TIME = "import time"  # module level, class bodies, decorators, defaults: no test calls it
    LOGIC = "logic"
    TELLING = "telling"  # a call that only shows somebody something: print, echo, a console, a callback for progress
    HANDLER = "handler"  # inside an `except` suite
    RAISE = "raise"  # in a branch that only raises
    # NotImplementedError, abstract, Protocol, overload, TYPE_CHECKING, __main__, platform or version branch,
    # __repr__, logging
    DEFENSIVE = "defensive"


class Line(Struct, frozen=True, gc=False, array_like=True):
    """A statement of executable code, by its first line. `branch` is the first line of the innermost suite of an
    `if`, loop, `try`, `with` or `match` in its function (0 for the function's own suite).
    """

    line: int
    end_line: int
    kind: LineKind
    symbol: str
    branch: int = 0

    def __post_init__(self) -> None:
        """Hold a name once for all lines of its function."""
        force_setattr(self, "symbol", intern(self.symbol))


class Kind(StrEnum):
    """The two kinds of definition."""

    FUNCTION = "function"
    CLASS = "class"


_PARAMETERS: dict[tuple[str, ...], tuple[str, ...]] = {}
"""The parameters of all definitions, each list of them once."""


class Definition(Struct, frozen=True, gc=False, array_like=True):
    """A function (also a method, coroutine or nested one) or a class.

    `start_line` is the first decorator's, `line` the `def`'s. `fingerprint` is a digest of the code that leaves out
    the own name, docstring, comments, annotations and layout: equal fingerprints mean equal behaviour. `reads` are all
    identifiers and attribute names that it reads, each once, in order. `parameters` are bare names. `complexity` is
    radon's cyclomatic complexity, None where it was not computed; `branches` are its decision points that are
    statements, plain switches left out, `cognitive` its cognitive complexity. Only touched definitions (those that a
    hunk meets, or that exist on one side only) are read deeply: the others have no fingerprint, names or complexity.
    `docstring` are the first line of a function's and the first one behind it (the same line, where there is none);
    None where the body begins on the line of the head.
    """

    qualified_name: str
    kind: Kind
    start_line: int
    line: int
    end_line: int
    parameters: tuple[str, ...]
    signature: str
    decorators: tuple[str, ...]
    fingerprint: str
    reads: tuple[str, ...] = ()
    is_async: bool = False
    complexity: int | None = None
    branches: int = 0
    cognitive: int = 0
    touched: bool = True
    docstring: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Hold each name once, however many definitions have it: facts that another process read come as texts of their
        own, a third of what they take.
        """
        force_setattr(self, "qualified_name", intern(self.qualified_name))
        if self.parameters:
            held = tuple(map(intern, self.parameters))
            force_setattr(self, "parameters", _PARAMETERS.setdefault(held, held))
        if self.reads:
            force_setattr(self, "reads", tuple(map(intern, self.reads)))

    @property
    def names(self) -> frozenset[str]:
        """What it reads; as a set it takes five times as much memory as it stands."""
        return frozenset(self.reads)

    @property
    def bare_name(self) -> str:
        """The last part of the qualified name."""
        return self.qualified_name.rpartition(".")[2]


class Predicate(IntEnum):
    """What an assertion demands of its subject, weakest first (the lattice of PRECISION: a total order of strength).

    NONE demands nothing that can fail.
    """

    NONE = 0
    TRUTH = 1
    NOT_NONE = 2
    TYPE = 3
    ORDER = 4
    MEMBERSHIP = 5
    EQUALITY = 6
    EQUALITY_LITERAL = 7


class Form(StrEnum):
    """How an assertion is spelled."""

    ASSERT = "assert"
    UNITTEST = "unittest"  # self.assertEqual and its kin
    RAISES = "raises"  # pytest.raises, assertRaises, warns, deprecated_call
    MOCK = "mock"  # m.assert_called_once_with and its kin
    LIBRARY = "library"  # numpy.testing, pandas.testing, ...
    HELPER = "helper"  # a function or fixture that asserts, followed
    FAIL = "fail"  # pytest.fail, self.fail
    SNAPSHOT = "snapshot"  # compared with a stored snapshot


class Assertion(Struct, frozen=True, gc=False, array_like=True):
    """One demand of a test. `subject` and `expected` are normalised source ("total(items)", "105.0"); `text` is the
    source as it stands, folded to one line. `tolerance` is the widest absolute or relative bound that it allows (None:
    exact or unknown). `constant` says why it can never fail ("", where it can): "always true", "tuple", "compares a
    value with itself", "result is not asserted". `match` holds the `match=` pattern or the exact message of a RAISES;
    its `subject` is the block, `expected` the exception type.
    """

    line: int
    end_line: int
    form: Form
    predicate: Predicate
    subject: str
    expected: str
    text: str
    negated: bool = False
    tolerance: float | None = None
    match: str = ""
    constant: str = ""


class Condition(StrEnum):
    """When a skip or xfail applies."""

    ALWAYS = "always"
    NEVER = "never"
    ENVIRONMENT = "environment"  # platform, version, missing binary, extra or variable: honest by itself
    RESULT = "result"  # depends on what the code under test returned or raised
    UNKNOWN = "unknown"


class Skip(Struct, frozen=True, gc=False, array_like=True):
    """A skip or xfail of a test: a mark on it, its class or module, or a call in its body.

    `word` is "skip" or "xfail", `text` the source of the mark or call, `strict` holds for xfail only. `row` is the
    normalised parametrised case that it stands on ("": the whole test).
    """

    word: str
    line: int
    condition: Condition
    reason: str
    text: str
    strict: bool = False
    row: str = ""


class Mock(Struct, frozen=True, gc=False, array_like=True):
    """Something a test replaces: `target` is the dotted name or the object's source, `text` the whole call, `name` what
    a `with` statement calls the double.
    """

    target: str
    line: int
    text: str
    name: str = ""


class CaseTable(Struct, frozen=True, gc=False, array_like=True):
    """Cases that are written out: of a parametrize mark, of a fixture's `params`, of a loop that asserts.

    `names` are what each row fills, `rows` the normalised source of each row's cells, `sources` that of whole rows.
    """

    line: int
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sources: tuple[str, ...]


class TestCase(Struct, frozen=True, gc=False, array_like=True):
    """A test function or method as written. Its path is its file's.

    `cases` counts the parametrised cases that are written out (1 without parametrize, None where the list is
    computed); `rows` is each case's normalised source. `reads` are all identifiers and attribute names that the body
    uses, `calls` the normalised callees in order. `holds` are the sources of all strings and numbers in body and rows.
    `fingerprint` as in Definition. `statements` is a digest per statement of the body, in order: what pairing compares.
    `uncollected` says why pytest's settings would not collect it ("", where they would): then it only looks like a
    test. `called_by` names what in its own file names it, where pytest does not collect it or could not fill its open
    arguments.
    `answers_main` is true where it returns a comparison that its own file takes when it is run as a script.
    `computed_cases` is true where a loop that asserts goes over what a call gave.
    `contract` is true where it has no assertion that can fail and its words say that not raising is what it tests;
    `imports_alone` where it does nothing but import.
    `tables` are its cases as rows, `draws` what hypothesis is told: ("settings.max_examples", "50"), ("given.n",
    "integers()"), ("assume", "n > 0"). Only touched tests are read deeply: the others have no assertions, calls, names,
    fingerprint or statements.
    """

    __test__ = False

    qualified_name: str
    start_line: int
    line: int
    end_line: int
    assertions: tuple[Assertion, ...]
    skips: tuple[Skip, ...]
    mocks: tuple[Mock, ...]
    calls: tuple[str, ...]
    reads: tuple[str, ...] = ()
    fingerprint: str = ""
    statements: tuple[str, ...] = ()
    cases: int | None = 1
    rows: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    uncollected: str = ""
    called_by: tuple[str, ...] = ()
    contract: bool = False
    imports_alone: bool = False
    touched: bool = True
    holds: tuple[str, ...] = ()
    tables: tuple[CaseTable, ...] = ()
    draws: tuple[tuple[str, str], ...] = ()
    answers_main: bool = False
    computed_cases: bool = False

    def __post_init__(self) -> None:
        """Hold each name once."""
        force_setattr(self, "qualified_name", intern(self.qualified_name))
        if self.reads:
            force_setattr(self, "reads", tuple(map(intern, self.reads)))

    @property
    def names(self) -> frozenset[str]:
        """What it reads; as a set it takes five times as much memory as it stands."""
        return frozenset(self.reads)

    @property
    def literals(self) -> frozenset[str]:
        """The strings and numbers that it holds."""
        return frozenset(self.holds)


class Occurrence(Struct, frozen=True, array_like=True):
    """Something that a family of rules looks for, at one place of the touched code of one side.

    `kind` is its collector's word for it, `symbol` the qualified name of the definition around it ("" at module level),
    `text` its source folded to one line. Occurrences of one kind with equal keys are the same thing, wherever it moved.
    `details` say what else the kind's rules need to know.
    """

    kind: str
    line: int
    end_line: int
    symbol: str
    text: str
    key: str
    details: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Hold kinds and names once, however many occurrences have them."""
        force_setattr(self, "kind", intern(self.kind))
        force_setattr(self, "symbol", intern(self.symbol))


class FileFacts(Struct, frozen=True, array_like=True):
    """One side of a file, read once. `depth` below TREE leaves definitions, tests and lines empty, with the cause in
    `problem`. `imports` maps local names to dotted origins ("np" -> "numpy", "area" -> "shop.geometry.area").
    `names` are all identifiers in its code. `lines` are the statements outside of functions, and those of the functions
    that the change or an exclusion meets.
    `excluded` are the lines that coverage.py's default and the project's own exclusion patterns would leave out,
    `exclusions` the same by cause. `support` are the touched functions of test code that are no tests: helpers and
    fixtures, in the terms of a test.
    """

    path: str
    role: FileRole
    depth: Depth
    problem: Problem | None = None
    line_count: int = 0
    comments: tuple[Comment, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    odd_breaks: tuple[OddBreak, ...] = ()
    definitions: tuple[Definition, ...] = ()
    tests: tuple[TestCase, ...] = ()
    lines: tuple[Line, ...] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    excluded: frozenset[int] = NO_LINES
    exclusions: tuple[Exclusion, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    support: tuple[TestCase, ...] = ()

    def __post_init__(self) -> None:
        """Hold origins once for all files, and one empty set."""
        if self.imports:
            force_setattr(self, "imports", {intern(name): intern(origin) for name, origin in self.imports.items()})
        if not self.excluded:
            force_setattr(self, "excluded", NO_LINES)

    @property
    def names(self) -> frozenset[str]:
        """All identifiers in its code; to ask for one of them, `says` is cheaper."""
        return frozenset(self.words.split())

    def says(self, name: str) -> bool:
        """Whether an identifier stands in its code."""
        return f" {name} " in self.words


class Setting(Struct, frozen=True):
    """An effective value under a dotted key ("pytest.addopts", "coverage.run.omit"), and where it stands."""

    key: str
    value: object
    path: str
    line: int = 1


Settings = Mapping[str, Setting]
