"""What is told of the way through a change."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, str], None]
"""Told of each file (path, stage) before it is read, so that it is known what a dead auditor was last busy with; either
may be empty.
"""


def no_progress(_path: str, _stage: str) -> None:
    """Report nothing."""
