"""The examples of stale-waiver."""

from __future__ import annotations

from datetime import date

from pytest_agentaudit.policy.waivers import Flaw, WaiverReport
from pytest_agentaudit.rules.base import Example
from pytest_agentaudit.waiver import Waiver

_POLICY = """\
[[tool.agentaudit.waivers]]
rule = "added-suppression"
path = "src/legacy.py"
symbol = "load"
reason = "vendor stub has no types"
owner = "platform-team"
expires = 2026-01-31
"""
_WAIVER = Waiver(
    "added-suppression",
    "src/legacy.py",
    "vendor stub has no types",
    "platform-team",
    date(2026, 1, 31),
    symbol="load",
    file="pyproject.toml",
)
_FILES = {"pyproject.toml": _POLICY, "src/legacy.py": "def load():\n    return 1\n"}
_EDITED = {**_FILES, "src/legacy.py": "def load():\n    return 2\n"}

EXAMPLES = (
    Example(
        "its day is past",
        before=_FILES,
        after=_EDITED,
        waivers=(WaiverReport(_WAIVER, Flaw.EXPIRED, "it expired on 2026-01-31"),),
        expect=("pyproject.toml:1 warning",),
    ),
    Example(
        "nothing is left to accept",
        before=_FILES,
        after=_EDITED,
        waivers=(WaiverReport(_WAIVER, Flaw.UNUSED, "nothing that it accepts was found in src/legacy.py"),),
        expect=("pyproject.toml:1 note",),
    ),
    Example("it accepts a finding of this change", before=_FILES, after=_EDITED),
    Example(
        "too wide is another rule's",
        before=_FILES,
        after=_EDITED,
        waivers=(WaiverReport(_WAIVER, Flaw.WIDE, "it is for every rule"),),
    ),
)
