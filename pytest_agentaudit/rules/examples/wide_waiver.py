"""The examples of wide-waiver."""

from __future__ import annotations

from datetime import date

from pytest_agentaudit.policy.waivers import Flaw, WaiverReport
from pytest_agentaudit.rules.base import Example
from pytest_agentaudit.waiver import Waiver

_POLICY = """\
[[tool.agentaudit.waivers]]
rule = "added-suppression"
path = "src/**"
reason = "old code"
owner = "platform-team"
expires = 2027-01-31
"""
_WAIVER = Waiver("added-suppression", "src/**", "old code", "platform-team", date(2027, 1, 31), file="pyproject.toml")
_FILES = {"pyproject.toml": _POLICY, "src/legacy.py": "def load():\n    return 1\n"}
_EDITED = {**_FILES, "src/legacy.py": "def load():\n    return 2\n"}

EXAMPLES = (
    Example(
        "a pattern without a symbol",
        before=_FILES,
        after=_EDITED,
        waivers=(
            WaiverReport(_WAIVER, Flaw.WIDE, "it names a pattern of paths, and neither a symbol nor a fingerprint"),
        ),
        expect=("pyproject.toml:1 warning",),
    ),
    Example(
        "an end that is years ahead",
        before=_FILES,
        after=_EDITED,
        waivers=(WaiverReport(_WAIVER, Flaw.DISTANT, "it ends on 2027-01-31, more than 90 days ahead"),),
        expect=("pyproject.toml:1 warning",),
    ),
    Example("a narrow one", before=_FILES, after=_EDITED),
    Example(
        "an expired one is another rule's",
        before=_FILES,
        after=_EDITED,
        waivers=(WaiverReport(_WAIVER, Flaw.EXPIRED, "it expired on 2026-01-31"),),
    ),
)
