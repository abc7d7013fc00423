"""The patience of a trial: a test that does not come to its end on other code than head's is ended by an error."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 1.0
"""Seconds after which the error is raised once more, where a bare `except` has caught it."""


class EndlessError(BaseException):
    """A test ran on long after it would have ended on head's code. The code under test hardly catches it."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise EndlessError in what runs inside, once so many seconds are over (0: never). Where the alarm is not ours to
    set (no main thread, no such signal, a handler of somebody else), nothing is raised.
    """
    if not seconds or not _is_free():
        yield
        return

    def ended(_signal: int, _frame: FrameType | None) -> None:
        raise EndlessError(f"it did not end within {seconds:.0f} s")

    signal.signal(signal.SIGALRM, ended)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _is_free() -> bool:
    alarm = getattr(signal, "SIGALRM", None)
    is_main = threading.current_thread() is threading.main_thread()
    return alarm is not None and is_main and signal.getsignal(alarm) is signal.SIG_DFL
