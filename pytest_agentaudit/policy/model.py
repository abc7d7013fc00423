"""The policy as values: what the team demands of a change. Always the base revision's."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from pytest_agentaudit.model import Level
from pytest_agentaudit.waiver import Waiver

Catalogue = Mapping[str, Mapping[str, object]]
"""The known rules: name -> option -> default."""


class RuleLevel(StrEnum):
    """What a policy may make of a rule: a fixed level, its own judgement, or silence (counted)."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OFF = "off"


class FailOn(StrEnum):
    """From which level on a finding fails the run."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"

    def fails(self, level: Level) -> bool:
        """Whether a finding of `level` fails the run."""
        return self is not FailOn.NEVER and level.rank <= Level(self.value).rank


class AppliesTo(StrEnum):
    """Whose changes a policy may fail."""

    EVERYONE = "everyone"
    AGENTS = "agents"


class CodeOwners(StrEnum):
    """By whose rules the base's CODEOWNERS is read: who owns a file may approve what is waived in it."""

    GITHUB = "github"
    GITLAB = "gitlab"


class RuleSettings(Struct, frozen=True):
    """A rule's entry: `level` None keeps the rule's own judgement; `options` are the rule's own keys."""

    level: RuleLevel | None = None
    options: Mapping[str, object] = field(default_factory=dict)


class Override(Struct, frozen=True):
    """Levels for some paths (gitignore patterns); the last one that matches counts."""

    paths: tuple[str, ...]
    levels: Mapping[str, RuleLevel]


class Step(Struct, frozen=True):
    """A step that a change must have taken. `when` are the patterns of changed paths that call for it.

    Either `require` (patterns; each must match a changed path) or `run` (an argument vector; "{files}" stands for
    the changed paths that `when` matches, each an argument).
    """

    name: str
    when: tuple[str, ...] = ("**",)
    require: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    timeout: float = 300.0


class Approver(Struct, frozen=True):
    """Who may approve: a login of the platform, and the addresses by which commits name the same person."""

    login: str
    addresses: tuple[str, ...] = ()


class Policy(Struct, frozen=True):
    """`[tool.agentaudit]`, checked and with defaults filled in.

    `source` are patterns of product files (empty: derived from packaging). `built_files` are the paths of modules that
    a build writes, which a verification takes from the work tree. `roles` maps a FileRole's value to patterns that
    override the derivation. `waiver_days` is how far ahead a waiver may end, `allowed_signers` the path
    (from the root of the repository) of ssh's list of those who may sign one, `approvers` whose review of a change
    makes the waivers that it adds count; with `code_owners` so does that of those who own the file by the base's
    CODEOWNERS. `parts` are the policies of folders that have one of their own, as far as the change met those: each
    governs what is below it, in the place of all others, and its patterns count from there. `applies_to` says whose
    changes may fail. `path` is where the policy stands ("" for the built-in defaults).
    """

    base: str = ""
    source: tuple[str, ...] = ()
    built_files: tuple[str, ...] = ()
    required_version: str = ""
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, RuleSettings] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    steps: tuple[Step, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    waiver_days: int = 90
    allowed_signers: str = ""
    approvers: tuple[Approver, ...] = ()
    code_owners: CodeOwners | None = None
    applies_to: AppliesTo = AppliesTo.EVERYONE
    parts: Mapping[str, Policy] = field(default_factory=dict)
    path: str = ""

    def governing(self, path: str) -> tuple[str, Policy]:
        """The folder of the nearest part around a path, with its policy; "" and this one where there is none."""
        if not self.parts:
            return "", self  # asked of every file of a tree
        around = (it for it in self.parts if path.startswith(f"{it}/"))
        folder = max(around, key=len, default="")
        return folder, self.parts.get(folder, self)


def inside(folder: str, path: str) -> str:
    """A path as a part's own patterns see it: from the part's folder on."""
    return path.removeprefix(f"{folder}/") if folder else path


class PolicyError(ValueError):
    """The policy cannot be used; the text names file, key, cause and the way out."""


FILES = "{files}"
"""The argument of a step's command that stands for the changed files."""


UNSET = Step(name="")
"""What a step's keys mean where they are not written."""
