"""What a test raised: where, and in one line."""

from __future__ import annotations


def raised_in(error: BaseException) -> str:
    """The file of the code that raised an exception; "" where it tells no place."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename if trace else ""
