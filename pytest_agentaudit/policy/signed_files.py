"""Where the signed waivers of a change stand."""

from __future__ import annotations

import re

FOLDER = ".agentaudit/waivers"
"""Where signed waivers stand, from the root of the repository."""
SUFFIX = ".toml"


def path_of(fingerprint: str) -> str:
    """The file of the waiver for a finding."""
    return f"{FOLDER}/{fingerprint}{SUFFIX}"


def name_of(path: str) -> str:
    """The fingerprint that the file of a signed waiver, or of its signature, is called by; "" for other files."""
    found = re.fullmatch(rf"{re.escape(FOLDER)}/([0-9a-f]{{32}})\.toml(?:\.sig)?", path)
    return found[1] if found else ""
