"""The auditor's side of the link, in a process of its own, without pytest around it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_agentaudit.link import Channel, Done, Failure, GoneError, Message, Progress, Snapshot, Start, launch
from pytest_agentaudit.model import Evidence, Verdict
from tests.support.audited import QUIETED, UNTESTED, Project

SECONDS = 60


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


@contextmanager
def auditor(project: Project) -> Iterator[Channel]:
    channel = launch(str(project.path))
    try:
        yield channel
    finally:
        channel.close()


def answer(channel: Channel) -> Message:
    """The next message that is no progress."""
    while isinstance(message := channel.receive(SECONDS), Progress):
        assert message.stage
    return message


def test_a_whole_conversation(project: Project) -> None:
    project.write(UNTESTED)
    with auditor(project) as channel:
        channel.send(Start(str(project.path)), SECONDS)
        snapshot = answer(channel)
        assert isinstance(snapshot, Snapshot)
        assert snapshot.paths == ("src/shop.py",)
        assert snapshot.watch.root == str(project.path)
        assert snapshot.watch.ranges == {"src/shop.py": ((3, 6),)}
        channel.send(Evidence(tracer="test", collected=()), SECONDS)
        verdict = answer(channel)
        assert isinstance(verdict, Verdict)
        assert {finding.rule for finding in verdict.findings} <= {"untested-change", "unmeasured-change"}
        with pytest.raises(GoneError):
            channel.receive(SECONDS)


def test_the_snapshot_is_what_is_judged(project: Project) -> None:
    project.write(QUIETED)
    with auditor(project) as channel:
        channel.send(Start(str(project.path)), SECONDS)
        assert isinstance(answer(channel), Snapshot)
        project.git("checkout", "-q", ".")
        channel.send(Evidence(partial="none"), SECONDS)
        verdict = answer(channel)
        assert isinstance(verdict, Verdict)
        assert [finding.rule for finding in verdict.findings] == ["added-suppression"]


def test_a_run_that_wants_no_verdict(project: Project) -> None:
    with auditor(project) as channel:
        channel.send(Start(str(project.path)), SECONDS)
        assert isinstance(answer(channel), Snapshot)
        channel.send(Done(), SECONDS)
        with pytest.raises(GoneError):
            answer(channel)


def test_why_it_could_not_audit(tmp_path: Path, project: Project) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with auditor(project) as channel:
        channel.send(Start(str(outside)), SECONDS)
        failure = answer(channel)
        assert isinstance(failure, Failure)
        assert "git" in failure.message


def test_hostile_files_are_named_and_the_others_still_judged(project: Project) -> None:
    project.write({**QUIETED, "src/deep.py": "x = " + "[" * 3000 + "]" * 3000 + "\n", "src/nul.py": b"a = 1\0\n"})
    with auditor(project) as channel:
        channel.send(Start(str(project.path)), SECONDS)
        assert isinstance(answer(channel), Snapshot)
        channel.send(Evidence(partial="none"), SECONDS)
        verdict = answer(channel)
        assert isinstance(verdict, Verdict)
        found = {(finding.rule, finding.location.path) for finding in verdict.findings}
        assert ("added-suppression", "src/shop.py") in found
        assert ("unreadable-file", "src/deep.py") in found
        assert ("unreadable-file", "src/nul.py") in found
