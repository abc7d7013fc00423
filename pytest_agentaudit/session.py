"""The audit of one run, as the run sees it: starts the auditor, hands over the evidence, holds the verdict.

Knows no hooks. None of its methods raises for the audit's sake: what goes wrong becomes a verdict of its own,
"could not audit: why".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.link.channel import Channel, GoneError, LateError, LinkError
from pytest_agentaudit.link.launch import NOT_STARTED, Launch, launch
from pytest_agentaudit.link.messages import Done, Failure, Message, Progress, Snapshot, Start
from pytest_agentaudit.model import Evidence, Finding, Level, NotJudged, Promise, Result, Verdict, Watch
from pytest_agentaudit.proof import Plan, Proofs
from pytest_agentaudit.report.unaudited import unaudited
from pytest_agentaudit.shard import Subject

BY_HAND = "see what stops it: agentaudit check reads the same change in the foreground"


def _nothing() -> None:
    """There is nothing to be done meanwhile."""


class Options(Struct, frozen=True):
    """What was asked for. `head` is a commit, empty for the work tree; `verifies` tells that this process runs nothing
    of the repository, so that its word can be relied on. `approvals` is the file of reviews, `pusher` who pushed;
    `shows` asks for the lines of the change.
    """

    base: str = ""
    head: str = ""
    verifies: bool = False
    approvals: str = ""
    pusher: str = ""
    fail_on: str = "error"
    incomplete_fails: bool = False
    prove: str = "revert"
    is_shard: bool = False
    shows: bool = False


class Patience(Struct, frozen=True):
    """How long the run waits for its auditor, in seconds. The auditor's own limits are tighter; an auditor that dies
    is noticed at once.
    """

    start: float = 10.0
    snapshot: float = 60.0
    verdict: float = 960.0


Prover = Callable[[Plan, Callable[[str], None]], Proofs]
"""Makes the proofs that a plan asks for; the second argument is told in words what goes on."""


class AuditSession:
    """One audit, from the snapshot to the verdict."""

    def __init__(self, options: Options, patience: Patience | None = None) -> None:
        self.options = options
        self.verdict: Verdict | None = None
        self.error: AuditError | None = None
        self.evidence: Evidence | None = None
        self.proofs = Proofs()
        self._patience = patience or Patience()
        self._channel: Channel | None = None
        self._snapshot: Snapshot | None = None
        self._pid = os.getpid()

    @property
    def here(self) -> bool:
        """Whether this is the process that started the audit, and no fork of it."""
        return os.getpid() == self._pid

    @property
    def snapshot(self) -> Snapshot:
        """The change as the auditor has it; an empty one where there is no auditor."""
        return self._snapshot or Snapshot(Watch(""))

    @property
    def watch(self) -> Watch:
        """What the tracer has to watch; nothing, where there is no auditor."""
        return self.snapshot.watch

    @property
    def subject(self) -> Subject | None:
        """What other shards must have judged too; None where the run is none, or could not be audited."""
        return self._snapshot.subject if self._snapshot and self.error is None else None

    @property
    def started(self) -> bool:
        """Whether an auditor was started, with whatever result."""
        return self._snapshot is not None or self.error is not None

    @property
    def failed(self) -> bool:
        """Whether the audit fails the run."""
        return self.verdict is not None and self.verdict.result is Result.FAILED

    def start(
        self,
        repo: str,
        environ: Mapping[str, str],
        started: Launch | None = None,
        meanwhile: Callable[[], None] = _nothing,
    ) -> None:
        """Start the auditor, unless it was `started`, and wait until the change's bytes are in its memory. What is done
        `meanwhile` must neither run nor touch anything of the repository.
        """
        try:
            self._snapshot = self._begin(started or launch(repo), repo, environ, meanwhile)
        except LateError:
            self.give_up(
                AuditError(
                    f"{NOT_STARTED} within {self._patience.snapshot:g} s",
                    "a debugger may hold it, or the disk be very slow: run again without the debugger",
                )
            )
        except GoneError:
            self.give_up(AuditError(f"{NOT_STARTED}: it ended before it had read the change", BY_HAND))
        except AuditError as error:
            self.give_up(error)
        except OSError as error:
            self.give_up(AuditError(f"{NOT_STARTED}: {error}"))

    def judge(self, evidence: Evidence, progress: Callable[[str], None], prover: Prover | None = None) -> Verdict:
        """Hand over the evidence, have the `prover` make what trials the auditor asks for, and wait for the verdict;
        `progress` is told in words what the auditor does.
        """
        if self.verdict is not None:
            return self.verdict
        if self._channel is None:
            return self.give_up(AuditError(NOT_STARTED))
        try:
            verdict = self._ask(self._channel, evidence, progress, prover)
        except (AuditError, KeyboardInterrupt) as error:
            return self.give_up(self._why_no_verdict(error))
        self._hang_up()
        self.verdict = verdict
        return self.verdict

    def give_up(self, error: AuditError) -> Verdict:
        """There will be no verdict of the auditor's: fail the run with the reason, unless it only observes."""
        self._hang_up()
        self.error = error
        observes = self.options.fail_on == "never"
        promise = Promise.VERIFIED if self.options.verifies else Promise.ADVISORY
        self.verdict = unaudited(error, Result.INCOMPLETE if observes else Result.FAILED, promise)
        return self.verdict

    def report_failed(self, error: AuditError) -> None:
        """A report that was asked for could not be written: its reader must not take that for a clean run."""
        if self.verdict is not None and self.options.fail_on != "never":
            reason = NotJudged(f"a report is missing: {error.message}")
            self.verdict = replace(self.verdict, result=Result.FAILED, not_judged=(*self.verdict.not_judged, reason))

    def unrun(self, reason: str, progress: Callable[[str], None]) -> None:
        """Judge a run that ended before its tests: what is found without them counts, and it is never clean."""
        verdict = self.judge(Evidence(partial=reason), progress)
        if self.error is None:
            result = Result.INCOMPLETE if self.options.fail_on == "never" else Result.FAILED
            self.verdict = replace(verdict, result=result, not_judged=(*verdict.not_judged, NotJudged(reason)))

    def nothing_ran(self, option: str) -> Verdict:
        """The project's settings, or something in the run, kept it from running: that is never clean."""
        return self.give_up(
            AuditError(
                f"nothing was run ({option})",
                "take the option out of the settings, or type it: a typed one is not audited",
            )
        )

    def close(self) -> None:
        """Let the auditor go."""
        if self.here:
            self._hang_up()

    def exit_status(self, status: int) -> int:
        """The run's exit status after the audit: a failed one turns 0 and 5 into 1; 2, 3 and 4 say more."""
        return 1 if self.failed and status in {0, 5} else status

    def failing_findings(self) -> tuple[Finding, ...]:
        """The findings that fail the run."""
        if self.verdict is None or self.options.fail_on == "never" or not self.verdict.bearing.fails:
            return ()
        least = Level(self.options.fail_on).rank
        return tuple(finding for finding in self.verdict.findings if finding.level.rank <= least)

    def _begin(self, started: Launch, repo: str, environ: Mapping[str, str], meanwhile: Callable[[], None]) -> Snapshot:
        self._channel = Channel(*started.ends)
        asked = self.options
        start = Start(
            repo,
            asked.base,
            environ,
            asked.fail_on,
            asked.incomplete_fails,
            asked.prove,
            asked.is_shard,
            asked.head,
            asked.verifies,
            asked.approvals,
            asked.pusher,
            asked.shows,
        )
        try:
            self._channel.send(start, self._patience.start)
            meanwhile()
        finally:
            started.settle()  # where the auditor did not start, this says why
        message = self._receive(self._patience.snapshot)
        if not isinstance(message, Snapshot):
            raise LinkError(f"the auditor answered with {type(message).__name__}")
        return message

    def _why_no_verdict(self, error: AuditError | KeyboardInterrupt) -> AuditError:
        if isinstance(error, LateError):
            return AuditError(f"the auditor gave no verdict within {self._patience.verdict:g} s", BY_HAND)
        if isinstance(error, GoneError):
            return AuditError("the auditor ended without a verdict", BY_HAND)
        return error if isinstance(error, AuditError) else AuditError("interrupted while the auditor was at work")

    def _ask(
        self, channel: Channel, evidence: Evidence, progress: Callable[[str], None], prover: Prover | None
    ) -> Verdict:
        self.evidence = evidence
        try:
            channel.send(evidence, self._patience.verdict)
        except GoneError:
            progress("the auditor has ended")  # what it said before that is still in the pipe
        while True:
            message = self._receive(self._patience.verdict)
            if isinstance(message, Verdict):
                return message
            if isinstance(message, Plan):
                made = prover(message, progress) if prover else Proofs()
                self.proofs = self.proofs.then(made)
                channel.send(made, self._patience.verdict)
                continue
            if not isinstance(message, Progress):
                raise LinkError(f"the auditor answered with {type(message).__name__}")
            progress(str(message))

    def _receive(self, timeout: float) -> Message:
        if self._channel is None:
            raise GoneError(NOT_STARTED)
        message = self._channel.receive(timeout)
        if isinstance(message, Failure):
            raise AuditError(message.message, message.way_out)
        return message

    def _hang_up(self) -> None:
        channel, self._channel = self._channel, None
        if channel is None:
            return
        if self.verdict is None and self.error is None:
            channel.say(Done())
        channel.close()
