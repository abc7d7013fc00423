"""Progress is shown to somebody who watches, and to nobody else."""

from __future__ import annotations

import io

import pytest

from pytest_agentaudit.cli.console import Progress


class Watched(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Gone(Watched):
    """A terminal whose window was closed."""

    attempts = 0

    def write(self, _text: str, /) -> int:
        self.attempts += 1
        raise OSError("gone")


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Progress, "INTERVAL", 0.0)
    monkeypatch.setenv("COLUMNS", "40")


@pytest.mark.usefixtures("always")
def test_a_watched_stream_shows_the_stage_and_ends_empty() -> None:
    stream = Watched()
    progress = Progress(stream)
    progress("src/\x1b[2J" + "long/" * 20, "facts")
    progress.clear()
    shown, cleared = stream.getvalue().split("\r")[1:]
    assert shown.startswith("agent audit: facts src/\\x1b[2J")
    assert len(shown) == 39 + len("\x1b[K")
    assert cleared == "\x1b[K"


@pytest.mark.usefixtures("always")
def test_an_unwatched_stream_stays_empty() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress("a.py", "facts")
    progress.clear()
    assert stream.getvalue() == ""


def test_a_short_audit_draws_nothing() -> None:
    stream = Watched()
    progress = Progress(stream)
    progress.clear()
    assert stream.getvalue() == ""


@pytest.mark.usefixtures("always")
def test_a_stream_that_is_gone_stops_nothing() -> None:
    stream = Gone()
    progress = Progress(stream)
    progress("a.py", "facts")
    progress.clear()
    assert stream.attempts == 1
