"""Who reads: the format and colours that follow from the environment and the stream."""

from __future__ import annotations

import io
import os
import pty

import pytest

from pytest_agentaudit.agent_variables import AGENT_VARIABLES, agent_name
from pytest_agentaudit.report.audience import (
    columns,
    default_format,
    default_formats,
    wants_colour,
)


class Watched(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("variable", AGENT_VARIABLES)
def test_an_agent_gets_its_format(variable: str) -> None:
    assert default_format({variable: "1"}) == "agent"
    assert default_format({variable: "0"}) == "terminal"
    assert agent_name({variable: "1"}) == (AGENT_VARIABLES[variable] or "1")


def test_the_vendor_neutral_variable_names_the_agent() -> None:
    assert agent_name({"AI_AGENT": "a-new-one"}) == "a-new-one"


def test_in_github_actions_annotations_come_along() -> None:
    assert default_formats({}) == ("terminal",)
    assert default_formats({"GITHUB_ACTIONS": "true"}) == ("terminal", "github")
    assert default_formats({"GITHUB_ACTIONS": "true", "AI_AGENT": "one"}) == ("agent", "github")


@pytest.mark.parametrize("value", ["", "0", "false", "No", "OFF"])
def test_a_variable_can_be_switched_off(value: str) -> None:
    assert agent_name({"AI_AGENT": value}) == ""


def test_a_person_gets_the_terminal_format() -> None:
    assert default_format({}) == "terminal"


@pytest.mark.parametrize(
    ("environ", "watched", "unwatched"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_colour(environ: dict[str, str], *, watched: bool, unwatched: bool) -> None:
    assert wants_colour(Watched(), environ) is watched
    assert wants_colour(io.StringIO(), environ) is unwatched


def test_a_closed_stream_gets_no_colour() -> None:
    stream = io.StringIO()
    stream.close()
    assert wants_colour(stream, {}) is False


def test_columns() -> None:
    assert columns(io.StringIO(), {"COLUMNS": "66"}) == 66
    assert columns(io.StringIO(), {"COLUMNS": "wide"}, default=70) == 70
    assert columns(io.StringIO(), {"COLUMNS": "0"}, default=70) == 70


def test_columns_of_a_terminal() -> None:
    controller, terminal = pty.openpty()
    try:
        with os.fdopen(terminal, "w", encoding="utf-8") as stream:
            assert columns(stream, {}, default=72) == 72
    finally:
        os.close(controller)
