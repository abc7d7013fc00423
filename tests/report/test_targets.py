"""FORMAT[:PATH]: what is understood, and how files are written."""

from __future__ import annotations

import argparse
import io
import json
import os
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Bearing, Result
from pytest_agentaudit.report.targets import (
    FORMATS,
    JOB_SUMMARY,
    Style,
    Target,
    TargetError,
    parse_target,
    show_lines,
    with_job_summary,
    write,
)
from tests.support.verdicts import CLEAN, FAILED

EVERY = "terminal, agent, json, sarif, github, gitlab, markdown, html"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("terminal", Target("terminal")),
        ("json:out.json", Target("json", "out.json")),
        ("json:-", Target("json")),
        ("json:C:\\reports\\out.json", Target("json", "C:\\reports\\out.json")),
    ],
)
def test_targets(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jsn:out.json", "unknown report format 'jsn'; did you mean 'json'?"),
        ("Terminal", "unknown report format 'Terminal'; did you mean 'terminal'?"),
        ("xyz", f"unknown report format 'xyz'; there are: {EVERY}"),
        ("", f"unknown report format ''; there are: {EVERY}"),
        ("json:", "report 'json:' lacks a path after the colon; write json or json:PATH"),
        (
            "job summary:out.md",
            f"unknown report format 'job summary'; there are: {EVERY}",
        ),
    ],
)
def test_what_cannot_be_understood(text: str, message: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse_target(text)
    assert str(caught.value) == message
    assert isinstance(caught.value, argparse.ArgumentTypeError)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_to_the_stream(name: str) -> None:
    stream = io.StringIO()
    write(FAILED, [Target(name)], stream)
    assert "untested-change" in stream.getvalue()


def test_only_the_page_shows_the_lines_of_a_change() -> None:
    assert [name for name in FORMATS if show_lines([Target("json"), Target(name)])] == ["html"]


def test_style_reaches_the_formats() -> None:
    stream = io.StringIO()
    style = Style(colour=True, width=60, full_report="full.json", rerun="again")
    write(FAILED, [Target("terminal"), Target("agent")], stream, style)
    assert "\x1b[" in stream.getvalue()
    assert stream.getvalue().split("\n")[0] == " agent audit ".center(60, "=")
    assert "full: full.json" in stream.getvalue()
    assert "rerun: again" in stream.getvalue()


def test_files_are_written_in_new_folders_without_colour(tmp_path: Path) -> None:
    path = tmp_path / "out" / "reports" / "audit.txt"
    stream = io.StringIO()
    write(FAILED, [Target("terminal", str(path))], stream, Style(colour=True))
    assert "\x1b" not in path.read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8").startswith("====")
    assert not stream.getvalue()


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    path.write_text("old " * 10_000, encoding="utf-8")
    write(CLEAN, [Target("json", str(path))], io.StringIO())
    assert json.loads(path.read_text(encoding="utf-8"))["verdict"] == "passed"
    assert names(tmp_path) == ["audit.json"]


def test_a_link_keeps_pointing_at_the_file_that_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("{}", encoding="utf-8")
    link.symlink_to(real)
    write(CLEAN, [Target("json", str(link))], io.StringIO())
    assert link.is_symlink()
    assert json.loads(real.read_text(encoding="utf-8"))["verdict"] == "passed"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write(CLEAN, [Target("json", str(pipe))], io.StringIO())
    reader.join()
    assert json.loads(received[0])["verdict"] == "passed"
    assert pipe.is_fifo()


@pytest.mark.parametrize("path", ["file/audit.json", ".", "a\0b", "n" * 300])
def test_a_path_that_cannot_be_written_is_one_clear_error(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(AuditError) as caught:
        write(CLEAN, [Target("json", f"{tmp_path}/{path}")], io.StringIO())
    assert caught.value.message.startswith("the report '")
    assert "cannot be written: " in caught.value.message
    assert caught.value.way_out
    assert names(tmp_path) == ["file"]


def test_a_full_disk_is_one_clear_error() -> None:
    with pytest.raises(AuditError, match="No space left on device"):
        write(FAILED, [Target("json", "/dev/full")], io.StringIO())


def test_a_report_that_fails_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "audit.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(KeyError):
        write(FAILED, [Target("none", str(path))], io.StringIO())
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["audit.txt"]


def test_one_path_that_cannot_be_written_costs_no_other_report(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    targets = [Target("json", f"{tmp_path}/file/audit.json"), Target("gitlab", f"{tmp_path}/gl.json"), Target("agent")]
    stream = io.StringIO()
    with pytest.raises(AuditError, match=r"file/audit\.json' cannot be written"):
        write(FAILED, targets, stream)
    assert sorted(names(tmp_path)) == ["file", "gl.json"]
    assert stream.getvalue().startswith("agent-audit: FAILED")


def test_the_summary_of_the_job_comes_along_with_the_github_format() -> None:
    summary = {"GITHUB_STEP_SUMMARY": "summary.md"}
    assert with_job_summary([Target("github")], summary) == [Target("github"), Target(JOB_SUMMARY, "summary.md")]
    assert with_job_summary([Target("github")], {}) == [Target("github")]
    assert with_job_summary([Target("terminal")], summary) == [Target("terminal")]


def test_the_summary_of_the_job_is_added_to_what_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("earlier\n", encoding="utf-8")
    write(CLEAN, [Target(JOB_SUMMARY, str(path))], io.StringIO())
    assert path.read_text(encoding="utf-8").startswith("earlier\n### Agent audit: passed\n")


def test_a_summary_page_that_is_not_there_is_told_with_who_named_it(tmp_path: Path) -> None:
    with pytest.raises(AuditError) as caught:
        write(CLEAN, [Target(JOB_SUMMARY, f"{tmp_path}/none/summary.md")], io.StringIO())
    assert caught.value.way_out.startswith("GITHUB_STEP_SUMMARY names it")


def test_a_comment_takes_the_place_of_the_one_before_and_knows_it(tmp_path: Path) -> None:
    path = tmp_path / "comment.md"
    write(FAILED, [Target("markdown", str(path))], io.StringIO())
    assert "Since the report before" not in path.read_text(encoding="utf-8")
    write(CLEAN, [Target("markdown", str(path))], io.StringIO())
    assert "Since the report before: 0 new, 0 still open, 3 fixed." in path.read_text(encoding="utf-8")
    assert names(tmp_path) == ["comment.md"]


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"gitlab"}))
def test_every_format_that_holds_more_than_findings_says_whom_the_policy_applies_to(name: str) -> None:
    why = "the policy applies to agents, and none is named"
    stream = io.StringIO()
    write(replace(FAILED, result=Result.PASSED, bearing=Bearing(fails=False, why=why)), [Target(name)], stream)
    assert why in " ".join(stream.getvalue().replace("The policy", "the policy").split())
