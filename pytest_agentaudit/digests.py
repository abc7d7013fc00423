"""Digests that facts are found again by."""

from __future__ import annotations

import hashlib

SIZE = 16
"""Bytes of a digest: enough that no two texts share one by chance."""


def digest(*parts: bytes) -> bytes:
    """One digest of parts that may not run into each other."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()[:SIZE]
