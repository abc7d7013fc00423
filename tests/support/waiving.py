"""Repositories whose policy has waivers, keys that sign them, and audits on a given day."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.audit.accepting import Acceptable, acceptable
from pytest_agentaudit.model import Finding, Verdict
from pytest_agentaudit.policy.signatures import sign
from pytest_agentaudit.policy.signed import text_of
from pytest_agentaudit.policy.signed_files import path_of
from pytest_agentaudit.waiver import Waiver
from tests.support.repo import GitRepo

DAY = date(2026, 12, 1)
"""The day of all audits here."""

LEGACY = "src/legacy.py"
SOURCE = "def load(a):\n    return a.x\n\n\ndef save(a):\n    return a.y\n"
QUIET = SOURCE.replace("a.x\n", "a.x  # noqa\n")
"""The finding that is waived: a bare suppression in `load`."""

TOP = '[project]\nname = "shop"\n\n[tool.agentaudit]\nsource = ["src/**"]\n'
SIGNERS = ".agentaudit/allowed_signers"


def entry(**values: object) -> str:
    """A waiver of the policy; None leaves a key out."""
    usual = {"rule": "added-suppression", "path": LEGACY, "symbol": "load", "reason": "vendor stub", "owner": "team-a"}
    every = {**usual, "expires": date(2027, 1, 31), **values}
    lines = [f"{key} = {it if isinstance(it, date) else json.dumps(it)}" for key, it in every.items() if it is not None]
    return "\n".join(("", "[[tool.agentaudit.waivers]]", *lines, ""))


@dataclass(frozen=True)
class Keys:
    """Two key pairs: the base allows the first."""

    folder: Path

    @property
    def right(self) -> str:
        return str(self.folder / "right")

    @property
    def wrong(self) -> str:
        return str(self.folder / "wrong")

    def public(self, name: str = "right") -> str:
        """The type and digits of a public key."""
        return " ".join((self.folder / f"{name}.pub").read_text().split()[:2])


def make_keys(folder: Path) -> Keys:
    """Two new key pairs without a passphrase."""
    for name in ("right", "wrong"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(argv, check=True, capture_output=True, timeout=60)
    return Keys(folder)


class WaivedRepo(GitRepo):
    """A repository whose base has a policy; the change stands in the work tree until it is committed."""

    def begin(self, policy: str, files: Mapping[str, str] | None = None) -> None:
        """The base."""
        self.commit({"pyproject.toml": policy, LEGACY: SOURCE, **(files or {})})
        self.git("switch", "-q", "-c", "change")

    def audit(self, **request: object) -> Verdict:
        """An audit of what changed since the base."""
        return check(self.request(**request))

    def request(self, **request: object) -> Request:
        return Request(**{"repo": str(self.path), "base": "main", "day": DAY, **request})  # type: ignore[arg-type]

    def findings(self, rule: str = "added-suppression") -> list[Acceptable]:
        """The findings of a rule, with what accepts them."""
        return [it for it in acceptable(self.request()).items if it.finding.rule == rule]

    def sign(self, key: str, item: Acceptable | None = None, **changes: object) -> str:
        """Write a signed waiver for a finding (the only one of added-suppression); the path of its text."""
        item = item or self.findings()[0]
        place, fingerprint = item.finding.location, item.finding.fingerprint
        values = {"reason": "vendor stub", "owner": "alice", "expires": date(2027, 1, 31), **changes}
        waiver = Waiver(item.finding.rule, place.path, symbol=place.symbol, fingerprint=fingerprint, **values)  # type: ignore[arg-type]
        text = text_of(waiver, item.content)
        path = path_of(fingerprint)
        self.write({path: text, f"{path}.sig": sign(text.encode(), key)})
        return path


def told(verdict: Verdict, rule: str = "added-suppression") -> str:
    """What the one standing finding of a rule says about waivers."""
    (found,) = standing(verdict, rule)
    return found.evidence.get("waiver", "")


def standing(verdict: Verdict, rule: str = "added-suppression") -> list[Finding]:
    """The findings of a rule that nothing accepts."""
    return [it for it in verdict.findings if it.rule == rule]


def grants(verdict: Verdict) -> list[tuple[str, str]]:
    """The rule of each waived finding, and why its waiver counts."""
    return [(it.rule, it.waiver.grant) for it in verdict.waived if it.waiver]
