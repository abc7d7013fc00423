"""Comments that tell checkers to be quiet, as values: what they silence, how far, and on what code."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Scope(StrEnum):
    """How far a suppression reaches."""

    LINE = "line"
    NEXT_LINE = "next line"
    BLOCK = "block"
    RANGE = "range"
    FILE = "file"


class Silences(StrEnum):
    """What kind of checker a suppression silences."""

    LINT = "lint"
    TYPES = "types"
    SECURITY = "security"
    COVERAGE = "coverage"
    MUTATION = "mutation"
    FORMAT = "format"


class CodeKind(StrEnum):
    """What the code is on which a suppression stands, as far as its tokens tell."""

    ENVIRONMENT = "environment"  # in a branch on version, platform, TYPE_CHECKING or a missing import
    IMPORT = "import"
    SILENT_BROAD_HANDLER = "silent broad handler"  # any exception is caught, and nothing is done about it
    SILENT_HANDLER = "silent handler"
    BROAD_HANDLER = "broad handler"
    HANDLER = "handler"
    RAISE = "raise"
    GUARD = "guard"  # a branch that only raises
    VALIDATOR = "validator"  # a function named for what it checks
    FUNCTION = "function"
    CLASS = "class"
    OTHER = "other"


class Suppression(Struct, frozen=True, gc=False, array_like=True):
    """A comment that tells a checker to be quiet.

    `checker` is the tool that reads it ("ruff", "flake8", "ruff, flake8", "mypy", "coverage", ...), `directive` the
    word as the tool's manual writes it ("noqa", "type: ignore", "pragma: no cover"), `text` the comment as it stands.
    `codes` is empty for a blanket one. `reason` is the prose that goes with it, or empty. `honoured` is false where it
    only looks like a suppression and no checker takes it. `target` is the code it stands on, white space folded and
    comments dropped (for an own-line comment: of the next code line; for a file-wide one: of the module's first
    definition): pairs moved suppressions. `on` says what that code is.
    """

    checker: str
    directive: str
    scope: Scope
    codes: tuple[str, ...]
    reason: str
    line: int
    text: str
    target: str = ""
    honoured: bool = True
    silences: Silences = Silences.LINT
    on: CodeKind = CodeKind.OTHER
