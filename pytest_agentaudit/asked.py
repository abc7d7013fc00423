"""What both pytest's options and the console script's take. Every start of pytest loads it, so it imports next to
nothing.
"""

from __future__ import annotations

import argparse

FAIL_ON = ("error", "warning", "never")
"""The values of policy.FailOn, worst first, without importing the policy for a help page."""
PROVE = ("off", "revert", "mutants", "mutants-fine")
"""How far proofs go."""
PROOFS = "evidence beyond coverage: whether new and changed tests fail on the base's code, whether they notice mutants"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """Read a time such as 30s, 1.5m or 20 (seconds)."""
    number = text.rstrip("smh")
    try:
        return float(number) * _UNITS[text[len(number) :] or "s"]
    except (ValueError, KeyError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 30s, 2m or 1h") from None
