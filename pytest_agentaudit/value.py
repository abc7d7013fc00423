"""What all values that cross the pipe between the two processes are."""

from __future__ import annotations

from msgspec import Struct


class Value(Struct, frozen=True, forbid_unknown_fields=True):
    """What may cross the pipe."""
