"""What an audit told of an attack, and whether that fits."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.errors import AuditError
from tests.redteam.scene import REFUSED, Attack, Scene

HERE = Path(__file__).parent
HONEST = frozenset({"F48", "P90", "P91"})
"""Controls: changes that are no attack and have to be green."""
STRICT_PAGE = HERE.parents[1] / "docs/strict.md"


class Way(StrEnum):
    """Which command is asked; of what `verify` only warns or notes, under the policy of a strict house too."""

    STATIC = "static"
    ADVISORY = "advisory"
    VERIFY = "verify"
    STRICT = "strict"


class Outcome(StrEnum):
    """How well an audit told of an attack: red with a fitting error, red for another reason, a fitting finding of a
    lower level on green, or nothing that fits on green.
    """

    RED = "red"
    UNFIT = "unfit"
    WARNED = "warned"
    NOTED = "noted"
    MISSED = "missed"


@dataclass(frozen=True)
class Told:
    """Whether the audit was red, its findings as rule and level, and all its words."""

    red: bool
    findings: tuple[tuple[str, str], ...]
    text: str = ""

    def outcome(self, attack: Attack) -> Outcome:
        """How well this tells of the attack."""
        levels = {level for rule, level in self.findings if rule in attack.fits}
        if self.red:
            return Outcome.RED if "error" in levels or self._says(attack) else Outcome.UNFIT
        return next((it for it, level in _LOWER.items() if level in levels), Outcome.MISSED)

    def _says(self, attack: Attack) -> bool:
        """Whether it is said in other words than a finding's."""
        return any(words in self.text for words in attack.fits if " " in words)


_LOWER = {Outcome.WARNED: "warning", Outcome.NOTED: "note"}


def static(scene: Scene, attack: Attack) -> Told:
    """What `agentaudit check` tells, asked in this process."""
    head = "HEAD" if attack.committed else None
    try:
        verdict = check(Request(str(scene.path), base=scene.base, head=head))
    except AuditError as error:
        return Told(red=True, findings=(), text=f"{REFUSED} {error}")
    found = tuple((it.rule, it.level.value) for it in verdict.findings)
    return Told(any(level == "error" for _, level in found), found)


def _misses() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads((HERE / "misses.toml").read_text(encoding="utf-8"))


def reasons() -> set[str]:
    """All reasons of `misses.toml`."""
    return {reason for section in _misses().values() for outcome in section.values() for reason in outcome}


def listed(section: str) -> Mapping[str, str]:
    """The attacks of a section of `misses.toml`, each with the outcome that it is listed under."""
    found = _misses()[section]
    return {name: outcome for outcome, why in found.items() for names in why.values() for name in names}


def strict_policy() -> str:
    """The policy of a strict house, as its page has it to copy."""
    page = STRICT_PAGE.read_text(encoding="utf-8")
    return page.partition('```toml title="pyproject.toml"\n')[2].partition("```\n")[0]


def told_lower() -> list[str]:
    """The attacks of which `verify` only warns or notes."""
    return [name for name, outcome in expected(Way.VERIFY).items() if outcome in _LOWER]


def expected(way: Way) -> Mapping[str, Outcome]:
    """The attacks that this way does not turn red for a fitting reason, by id."""
    return {name: Outcome(outcome) for name, outcome in listed(way.value).items()}
