"""The auditor's side of the link, in a process of its own, without pytest around it."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_agentaudit.cli.serve import attend
from pytest_agentaudit.cli.supervise import Limits, Supervisor, Watched
from pytest_agentaudit.link.channel import Channel, GoneError
from pytest_agentaudit.link.launch import launch
from pytest_agentaudit.link.messages import Done, Failure, Message, Progress, Snapshot, Start
from pytest_agentaudit.model import Evidence, NotJudged, Promise, Result, Verdict
from pytest_agentaudit.proof import Proofs
from tests.support.audited import QUIETED, UNTESTED, Project

SECONDS = 60


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


@contextmanager
def auditor(project: Project) -> Iterator[Channel]:
    started = launch(str(project.path))
    started.settle()
    channel = Channel(*started.ends)
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
        assert set(snapshot.roles) == {"src/shop.py"}
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


class Hostile:
    """A job whose files kill whoever reads them, until they are read no more."""

    def __init__(self, supervisor: Supervisor, files: dict[str, Callable[[], object]]) -> None:
        self.slot, self.files = supervisor.slot, files
        self.causes: dict[str, str] = {}

    def prepare(self) -> None:
        for path, kill in self.files.items():
            self.slot.note(path, "reading")
            if path not in self.causes:
                kill()

    def plan(self, _evidence: Evidence, _proofs: Proofs) -> None:
        return None

    def finish(self, evidence: Evidence, _proofs: Proofs) -> Verdict:
        self.slot.note("", "rule x")
        if evidence.exit_status:
            os.kill(os.getpid(), signal.SIGKILL)
        reasons = tuple(NotJudged(cause, path) for path, cause in self.causes.items())
        return Verdict(Result.INCOMPLETE, Promise.ADVISORY, "", "", not_judged=reasons)

    def close(self) -> None:
        self.slot.note("", "")

    def leave(self) -> None:
        pass

    def distrust(self, path: str, reason: str) -> None:
        self.causes[path] = reason


def too_deep() -> None:
    raise RecursionError


def talk(files: dict[str, Callable[[], object]], evidence: Evidence) -> Message:
    """What the run hears in the end."""
    auditor_read, run_write = os.pipe()
    run_read, auditor_write = os.pipe()
    run, channel = Channel(run_read, run_write), Channel(auditor_read, auditor_write)
    watched = Watched(os.getpid())
    supervisor = Supervisor(watched, Limits(file=0.2))
    try:
        run.send(evidence, SECONDS)
        attend(channel, supervisor, Hostile(supervisor, files))
        return run.receive(SECONDS)
    finally:
        watched.close()
        run.close()
        channel.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_the_audit_goes_on_without_what_killed_it() -> None:
    files: dict[str, Callable[[], object]] = {
        "killer.py": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "harmless.py": lambda: None,
        "deep.py": too_deep,
        "endless.py": signal.pause,
    }
    verdict = talk(files, Evidence())
    assert isinstance(verdict, Verdict)
    said = {item.path: item.reason for item in verdict.not_judged}
    assert said.keys() == {"killer.py", "deep.py", "endless.py"}
    assert "was killed by SIGKILL" in said["killer.py"]
    assert "nests too deep" in said["deep.py"]
    assert "took more than 0.2 s for one file" in said["endless.py"]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_too_many_deaths_are_a_failure() -> None:
    failure = talk({f"{n}.py": too_deep for n in range(9)}, Evidence())
    assert isinstance(failure, Failure)
    assert "reading 4.py" in failure.message


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_death_with_the_evidence_in_hand_is_a_failure() -> None:
    failure = talk({}, Evidence(exit_status=1))
    assert failure == Failure("the auditor was killed by SIGKILL (rule x)", "report it with the change that shows it")
