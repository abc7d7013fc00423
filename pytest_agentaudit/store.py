"""What stays from one audit to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

DATABASE = "agentaudit/facts-1.sqlite3"
"""Where values are kept in the git folder; the number is that of the table's form."""


class Store(Protocol):
    """Where values stay from one audit to the next. Neither method raises: what cannot be read is not there."""

    def read(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """What is there under these keys."""

    def write(self, values: Mapping[bytes, bytes]) -> None:
        """Keep these values."""
