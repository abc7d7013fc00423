"""The auditor process, forked off its launcher: it takes the snapshot, judges beside the tests and gives the verdict.

Started by `link.launch` under `python -I -S`; nothing of the audited repository is ever imported here.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, Protocol

from pytest_agentaudit.audit import Request, open_audit
from pytest_agentaudit.cli.supervise import Limits, Slot, State, Supervisor, Watched, limit_process
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.garbage import keep_freed_memory
from pytest_agentaudit.link.channel import Channel, GoneError, LateError, LinkError
from pytest_agentaudit.link.messages import Failure, Message, Progress, Snapshot, Start
from pytest_agentaudit.model import Evidence, Promise, Verdict
from pytest_agentaudit.policy.model import FailOn
from pytest_agentaudit.proof import Plan, Proofs

START_SECONDS = 30.0
"""How long the run may take to say what to audit."""
OPEN_SECONDS = 45
"""How long finding the base and reading the bytes of the change may take; the run waits a little longer."""
SEND_SECONDS = 60.0
GLANCE_SECONDS = 5.0
"""How often a waiting worker looks whether its supervisor still lives."""
DEFECT = "this is a defect of pytest-agentaudit: please report it with this line"
TOO_LARGE = "split the change, or keep large data out of git"
MOST_DEATHS = 5
"""How many files may end a worker before the audit is given up."""


class Job(Protocol):
    """What a worker does: `audit.Pipeline`, once it is open."""

    def prepare(self) -> None:
        """Judge all that needs no run."""

    def plan(self, evidence: Evidence, proofs: Proofs) -> Plan | None:
        """What the run should still try out, given what it has shown."""

    def finish(self, evidence: Evidence, proofs: Proofs) -> Verdict:
        """Judge the rest and decide."""

    def close(self) -> None:
        """End what it has begun."""

    def leave(self) -> None:
        """Let go of what the fork that was just made goes on with."""

    def distrust(self, path: str, reason: str) -> None:
        """Read `path` no deeper than its tokens."""


def main(loaded_fd: int, read_fd: int, write_fd: int, run_pid: int) -> NoReturn:
    """Let the launcher end, serve the run, and end too.

    The launcher waits for a byte at `loaded_fd`. The next two are the auditor's ends of the two pipes, `run_pid` is the
    process id of the run.
    """
    keep_freed_memory()
    try:
        run = Watched(run_pid)
        detach()
        os.write(loaded_fd, b"\0")
        os.close(loaded_fd)
        serve(Channel(read_fd, write_fd), run)
    finally:
        os._exit(0)


def detach() -> None:
    """Leave the launcher's session, streams and folder."""
    os.setsid()
    os.chdir(os.sep)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def serve(channel: Channel, run: Watched, limits: Limits | None = None) -> None:
    """Serve one run from its `Start` to its verdict, or to the reason why there is none."""
    limits = limits or Limits()
    limit_process(limits)
    try:
        start = channel.receive(START_SECONDS)
        if isinstance(start, Start):
            _audit(channel, Supervisor(run, limits), start, run.ended)
    except LinkError:
        return  # nobody is left to be told
    except AuditError as error:
        _fail(channel, error)
    except MemoryError:
        _fail(channel, AuditError("the change is too large: the auditor ran out of memory while reading it", TOO_LARGE))
    except Exception as error:  # noqa: BLE001 - the run must learn that there will be no verdict
        _fail(channel, AuditError(f"the auditor failed: {type(error).__name__}: {error}", DEFECT))


def _audit(channel: Channel, supervisor: Supervisor, start: Start, is_over: Callable[[], bool]) -> None:
    """Take the snapshot, and let workers judge it: they load what judges, so that no fork has to copy it."""
    with _at_most(OPEN_SECONDS):
        pipeline = open_audit(_request(start, supervisor.slot, channel))
    change = pipeline.change
    subject = pipeline.subject() if start.is_shard else None
    snapshot = Snapshot(pipeline.watch(), pipeline.roles(), change.base, change.head, subject, pipeline.built())
    channel.send(snapshot, SEND_SECONDS)
    if pipeline.is_empty:
        _judge(channel, pipeline, supervisor.slot, is_over)  # nothing to read that could end a worker
        return
    attend(channel, supervisor, pipeline)


def attend(channel: Channel, supervisor: Supervisor, job: Job) -> None:
    """Let workers judge until one comes to its end; each file that ended one is read no deeper by the next."""
    for _ in range(MOST_DEATHS):
        death = supervisor.work(lambda slot: _judge(channel, job, slot, _orphaned()), job.leave)
        job.close()
        if death is None:
            return
        if not death.replaceable:
            break
        job.distrust(death.progress.path, f"reading it deeper ended the auditor, which {death.cause}")
    _fail(channel, AuditError(str(death), "report it with the change that shows it"))


def _judge(channel: Channel, job: Job, slot: Slot, is_over: Callable[[], bool]) -> None:
    """Judge what needs no run, wait for the evidence, judge the rest; `is_over` tells that nobody waits any more."""
    try:
        job.prepare()
        slot.state = State.WAITING
        evidence = _receive(channel, is_over)
        slot.state = State.GIVEN
        if isinstance(evidence, Evidence):
            proofs = _proofs(channel, job, slot, is_over, evidence)
            channel.send(job.finish(evidence, proofs), SEND_SECONDS)
    except LinkError:
        return
    except AuditError as error:
        _fail(channel, error)


def _proofs(channel: Channel, job: Job, slot: Slot, is_over: Callable[[], bool], evidence: Evidence) -> Proofs:
    """Ask the run for proofs, round by round, until nothing more is to be learnt."""
    proofs = Proofs()
    while plan := job.plan(evidence, proofs):
        channel.send(plan, SEND_SECONDS)
        slot.state = State.WAITING
        answer = _receive(channel, is_over)
        slot.state = State.GIVEN
        if not isinstance(answer, Proofs) or answer == Proofs():
            break
        proofs = proofs.then(answer)
    return proofs


def _receive(channel: Channel, is_over: Callable[[], bool]) -> Message:
    """The run's next message, however long its tests take; GoneError once there is nobody to send it."""
    while not is_over():
        with suppress(LateError):
            return channel.receive(GLANCE_SECONDS)
    raise GoneError("the other processes have ended")


def _orphaned() -> Callable[[], bool]:
    """Tells, from now on, whether this process' parent has ended."""
    parent = os.getppid()
    return lambda: os.getppid() != parent


def _fail(channel: Channel, error: AuditError) -> None:
    with suppress(LinkError):
        channel.send(Failure(error.message, error.way_out), SEND_SECONDS)


def _request(start: Start, slot: Slot, channel: Channel) -> Request:
    def progress(path: str, stage: str) -> None:
        slot.note(path, stage)
        if channel.waited_for():
            channel.say(Progress(path, stage))

    return Request(
        repo=start.repo,
        base=start.base,
        head=start.head or None,
        environ=start.environ,
        fail_on=FailOn(start.fail_on),
        incomplete_fails=start.incomplete_fails,
        prove=start.prove,
        promise=Promise.VERIFIED if start.verifies else Promise.ADVISORY,
        progress=progress,
        approvals=start.approvals,
        pusher=start.pusher,
        shows=start.shows,
        keeps=True,
    )


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Bound the block's time; AuditError where it takes longer."""

    def stop(_signal: int, _frame: object) -> NoReturn:
        raise AuditError(f"the change could not be read within {seconds} s", "is the repository on a slow disk?")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
