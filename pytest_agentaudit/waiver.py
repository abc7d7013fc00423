"""What it takes to accept a finding: a plain value of the lowest layer, since findings carry the one that they met."""

from __future__ import annotations

import posixpath
from datetime import date

from pytest_agentaudit.value import Value

EVERY_RULE = "*"
"""What people write for all rules. It can be read, so that the audit goes on and says that it does not count."""

POLICY = "pyproject.toml"
"""The name of the files that hold policies."""


class Waiver(Value, frozen=True):
    """A finding that somebody answers for, until the end of the day `expires` (UTC).

    `rule` and `path` (a path, or a pattern of gitignore's syntax relative to the folder of `file`) say which;
    `symbol` and `fingerprint` narrow it, each where it is not empty. `file` and `line` are where it stands, `grant` is
    why it counts, in words that fit behind the owner ("" for the base's policy).
    """

    rule: str
    path: str
    reason: str
    owner: str
    expires: date
    symbol: str = ""
    fingerprint: str = ""
    file: str = ""
    line: int = 1
    grant: str = ""

    @property
    def folder(self) -> str:
        """The folder that it is about, without a final `/`; "" for the whole repository, as for a file of its own."""
        folder, name = posixpath.split(self.file)
        return folder if name == POLICY else ""

    @property
    def label(self) -> str:
        """What it is about, in one line."""
        return label(self.rule, self.path, self.symbol, self.fingerprint)


def label(rule: str, path: str, symbol: str, fingerprint: str) -> str:
    """A waiver's subject in one line: "added-suppression in src/legacy.py, load"."""
    return ", ".join(filter(None, (f"{rule} in {path}", symbol, fingerprint)))
