"""A change as a reader is to see it, line by line with what is known of each: plain values of the lowest layer.

They cross the pipe between the two processes, and are only collected where a report asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import field

from pytest_agentaudit.value import Value


class Mark(StrEnum):
    """What a run shows of a changed line of code, most first."""

    NOTICED = "noticed"  # a test ran it, and failed by an assertion when the code was another
    RUN = "run"  # tests ran it
    AT_IMPORT = "at import"  # it ran outside of any test
    UNRUN = "unrun"
    UNMEASURED = "unmeasured"


class Shown(Value, frozen=True):
    """What may cross the pipe."""


class ShownTest(Shown, frozen=True):
    """A test that ran changed lines, and how it ended."""

    node_id: str
    outcome: str


class Ran(Shown, frozen=True):
    """A test (an index into `Diffs.tests`) that ran a line, and what became of it when the function around the line was
    another (indexes into `Diffs.notices`).
    """

    test: int
    notices: tuple[int, ...] = ()


class Runners(Shown, frozen=True):
    """The tests that ran a line: their number, and the first of them, those before the others that noticed when the
    function around was another.
    """

    count: int
    tests: tuple[Ran, ...]


class Excerpt(Shown, frozen=True):
    r"""Rows that stand together, as in a unified diff: "+", "-" or " " before the line's text, a backslash before a
    remark. The starts are the numbers of the first old and new line, from 1.
    """

    old_start: int
    new_start: int
    rows: tuple[str, ...]


class FileDiff(Shown, frozen=True):
    """A changed file. `old_path` is empty where head's path is the base's too; `status` is "added", "removed",
    "renamed" or "changed". The numbers in `marks`, `runners` (indexes into `Diffs.runners`) and `silenced` (the comment
    that tells a checker to be quiet) are head's changed lines. `why` says why some are unmeasured ("" where
    none is), `remarks` what the rows do not show; `left_out` counts the changed lines for which there was no room.
    """

    path: str
    role: str
    status: str
    old_path: str = ""
    added: int = 0
    removed: int = 0
    excerpts: tuple[Excerpt, ...] = ()
    marks: Mapping[int, Mark] = field(default_factory=dict)
    runners: Mapping[int, int] = field(default_factory=dict)
    silenced: Mapping[int, str] = field(default_factory=dict)
    why: str = ""
    remarks: tuple[str, ...] = ()
    left_out: int = 0


class Complexity(Shown, frozen=True):
    """The cyclomatic complexity of a function before the change (None: it is new) and after."""

    path: str
    line: int
    name: str
    before: int | None
    after: int


class Diffs(Shown, frozen=True):
    """All files of a change, those with findings first, the worst of them before the others. `limit` is the complexity
    above which a rise is reported.
    """

    files: tuple[FileDiff, ...] = ()
    tests: tuple[ShownTest, ...] = ()
    notices: tuple[str, ...] = ()
    runners: tuple[Runners, ...] = ()
    complexity: tuple[Complexity, ...] = ()
    limit: float = 0.0
