"""The run's side of the link, against auditors that misbehave in all ways that a real one must not."""

import os
from collections.abc import Callable
from threading import Thread

import pytest

from pytest_agentaudit import session as module
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.link.channel import Channel
from pytest_agentaudit.link.launch import Launch
from pytest_agentaudit.link.messages import Done, Failure, Progress, Snapshot, Start
from pytest_agentaudit.model import Evidence, Family, Finding, Level, Location, Promise, Result, Verdict, Watch
from pytest_agentaudit.session import AuditSession, Options, Patience

Script = Callable[[Channel], None]
SOON = Patience(start=20, snapshot=20, verdict=20)
SNAPSHOT = Snapshot(Watch("/r", {"a.py": ((1, 2),)}), {"a.py": "product"})


def verdict(result: Result = Result.PASSED, *levels: Level) -> Verdict:
    findings = tuple(Finding("stub", Family.SHORTCUTS, level, "m", Location("a.py")) for level in levels)
    return Verdict(result, Promise.ADVISORY, "base", "", findings=findings)


class Launched(Launch):
    """In the place of `launch.Launch`."""

    def __init__(self, ends: tuple[int, int]) -> None:
        self.ends = ends

    def settle(self) -> None:
        """It stands from the beginning."""


@pytest.fixture
def against(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AuditSession]:
    """Start a session whose auditor is a thread that follows a script."""

    def begin(script: Script, options: Options | None = None, patience: Patience = SOON) -> AuditSession:
        def launch(_tree: str) -> Launched:
            auditor_read, run_write = os.pipe()
            run_read, auditor_write = os.pipe()
            auditor = Channel(auditor_read, auditor_write)

            def follow() -> None:
                assert isinstance(auditor.receive(20), Start)
                script(auditor)
                auditor.close()

            Thread(target=follow).start()
            return Launched((run_read, run_write))

        monkeypatch.setattr(module, "launch", launch)
        session = AuditSession(options or Options(), patience)
        session.start("/r", {})
        return session

    return begin


def test_the_usual_course(against: Callable[..., AuditSession]) -> None:
    def script(auditor: Channel) -> None:
        auditor.send(SNAPSHOT, 5)
        auditor.send(Progress("a.py", "reading"), 5)
        assert auditor.receive(20) == Evidence(seconds=1.0)
        auditor.send(Progress("", "rule x"), 5)
        auditor.send(verdict(), 5)

    said: list[str] = []
    session = against(script)
    assert session.watch == SNAPSHOT.watch
    assert session.judge(Evidence(seconds=1.0), said.append) == verdict()
    assert said == ["reading a.py", "rule x"]
    assert session.judge(Evidence(), said.append) == verdict()
    assert session.exit_status(0) == 0


def test_a_failure_at_the_start(against: Callable[..., AuditSession]) -> None:
    session = against(lambda auditor: auditor.send(Failure("no git", "install it"), 5))
    assert session.failed
    assert session.error is not None
    assert session.verdict is not None
    assert session.verdict.not_judged[0].reason == "could not audit: no git (install it)"


def test_an_auditor_that_dies_at_the_start(against: Callable[..., AuditSession]) -> None:
    session = against(lambda _: None)
    assert session.error is not None
    assert "ended before it had read" in session.error.message


def test_an_auditor_that_never_answers(against: Callable[..., AuditSession]) -> None:
    def script(auditor: Channel) -> None:
        auditor.receive(20)

    session = against(script, patience=Patience(20, 0, 20))
    assert session.error is not None
    assert session.error.message == "the auditor did not start within 0 s"


def test_an_auditor_that_answers_nonsense(against: Callable[..., AuditSession]) -> None:
    session = against(lambda auditor: auditor.send(Done(), 5))
    assert session.error is not None
    assert "answered with Done" in session.error.message


def test_an_auditor_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def launch(_tree: str) -> Launched:
        raise AuditError("no interpreter")

    monkeypatch.setattr(module, "launch", launch)
    session = AuditSession(Options())
    session.start("/r", {})
    assert session.failed
    assert session.judge(Evidence(), print) is session.verdict


def test_why_an_auditor_did_not_start_counts_more_than_that_it_is_gone() -> None:
    class Failing(Launched):
        def settle(self) -> None:
            raise AuditError("no such interpreter")

    reading, writing = os.pipe()
    os.close(reading)
    session = AuditSession(Options(), SOON)
    session.start("/r", {}, Failing((os.open(os.devnull, os.O_RDONLY), writing)))
    assert session.error is not None
    assert session.error.message == "no such interpreter"


def test_something_is_done_while_the_auditor_reads() -> None:
    auditor_read, run_write = os.pipe()
    run_read, auditor_write = os.pipe()
    auditor = Channel(auditor_read, auditor_write)

    def meanwhile() -> None:
        assert isinstance(auditor.receive(20), Start)
        auditor.send(SNAPSHOT, 5)

    session = AuditSession(Options(), SOON)
    session.start("/r", {}, Launched((run_read, run_write)), meanwhile)
    assert session.watch == SNAPSHOT.watch
    session.close()
    auditor.close()


def test_an_auditor_that_dies_while_it_judges(against: Callable[..., AuditSession]) -> None:
    def script(auditor: Channel) -> None:
        auditor.send(SNAPSHOT, 5)
        auditor.receive(20)

    session = against(script)
    session.judge(Evidence(), print)
    assert session.error is not None
    assert session.error.message == "the auditor ended without a verdict"
    assert session.exit_status(0) == 1


def test_last_words_of_an_auditor_that_took_no_evidence(against: Callable[..., AuditSession]) -> None:
    def script(auditor: Channel) -> None:
        auditor.send(SNAPSHOT, 5)
        auditor.send(Failure("the auditor was killed by SIGSEGV (reading a.py)"), 5)

    session = against(script)
    big = Evidence(collection_errors=("x" * 2_000_000,))
    session.judge(big, lambda _: None)
    assert session.error is not None
    assert session.error.message == "the auditor was killed by SIGSEGV (reading a.py)"


def test_an_auditor_that_never_judges(against: Callable[..., AuditSession]) -> None:
    def script(auditor: Channel) -> None:
        auditor.send(SNAPSHOT, 5)
        while not isinstance(auditor.receive(20), Evidence | Done):
            pass

    session = against(script, patience=Patience(20, 20, 0))
    session.judge(Evidence(), print)
    assert session.failed


@pytest.mark.parametrize(
    ("result", "status", "after"),
    [
        (Result.PASSED, 0, 0),
        (Result.INCOMPLETE, 0, 0),
        (Result.FAILED, 0, 1),
        (Result.FAILED, 1, 1),
        (Result.FAILED, 2, 2),
        (Result.FAILED, 3, 3),
        (Result.FAILED, 4, 4),
        (Result.FAILED, 5, 1),
        (Result.PASSED, 5, 5),
    ],
)
def test_exit_status(result: Result, status: int, after: int) -> None:
    session = AuditSession(Options())
    session.verdict = verdict(result)
    assert session.exit_status(status) == after


@pytest.mark.parametrize(("fail_on", "count"), [("error", 1), ("warning", 2), ("never", 0)])
def test_failing_findings(fail_on: str, count: int) -> None:
    session = AuditSession(Options(fail_on=fail_on))
    session.verdict = verdict(Result.FAILED, *Level)
    assert len(session.failing_findings()) == count


def test_an_observer_never_fails() -> None:
    session = AuditSession(Options(fail_on="never"))
    session.give_up(AuditError("why"))
    session.report_failed(AuditError("full"))
    assert session.verdict is not None
    assert session.verdict.result is Result.INCOMPLETE
    assert not session.failed
