"""What every room may raise; imports nothing, so that it costs nothing."""

from __future__ import annotations


class AuditError(Exception):
    """The audit could not be made.

    `message` names the cause in one line, `way_out` what the reader can do about it (may be several lines).
    """

    def __init__(self, message: str, way_out: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out
