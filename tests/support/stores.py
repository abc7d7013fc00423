"""Where facts stay from one audit to the next, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class MemoryStore:
    """A store in memory."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}

    def read(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """What is there under these keys."""
        return {key: self.values[key] for key in keys if key in self.values}

    def write(self, values: Mapping[bytes, bytes]) -> None:
        """Keep these values."""
        self.values |= values
