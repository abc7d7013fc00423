"""Past changes, judged in processes of their own: one that dies of a change takes nobody's result with it."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from multiprocessing import active_children, get_context
from time import perf_counter
from types import FrameType

from msgspec import Struct

from pytest_agentaudit.audit import Pipeline, Request
from pytest_agentaudit.audit.replay.history import PastChange
from pytest_agentaudit.audit.stages import Clock
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.model import Verdict
from pytest_agentaudit.process import processors

SECONDS = 300
"""What one change may take."""

REOPEN = 50
"""Changes after which a worker opens the repository anew: what it keeps of old trees helps the next ones only."""

DIED = "the process that read it died (of memory, or of code too deep for the parser)"


class Judged(Struct, frozen=True):
    """A past change with its verdict, or with the reason why there is none."""

    change: PastChange
    verdict: Verdict | None
    seconds: float = 0.0
    problem: str = ""


class _Open:
    """The open repository of a worker."""

    repo: Repository | None = None
    used = 0


def judge(root: str, change: PastChange) -> Judged:
    """The static audit of one past change. Never raises."""
    start = perf_counter()
    try:
        verdict, problem = _audited(root, change), ""
    except AuditError as error:
        verdict, problem = None, error.message
    except Exception as error:  # noqa: BLE001 - one change's failure must not cost the others' results
        verdict, problem = None, f"{type(error).__name__}: {error}"
    return Judged(change, verdict, round(perf_counter() - start, 3), problem)


def _audited(root: str, change: PastChange) -> Verdict:
    if _Open.repo is None or _Open.used >= REOPEN:
        _close()
        _Open.repo, _Open.used = Repository.open(root), 0
    _Open.used += 1
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        request = Request(root, base=change.base, head=change.sha, day=date.fromisoformat(change.day), attribute=False)
        pipeline = Pipeline(request, _Open.repo, Clock())
        pipeline.prepare()
        return pipeline.finish(None)
    except BaseException:
        _close()
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _close() -> None:
    if _Open.repo is not None:
        _Open.repo.close()
        _Open.repo = None


def _begin() -> None:
    """Prepare a worker: an interrupt is the parent's to handle, and time has an end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _overdue)


def _overdue(_number: int, _frame: FrameType | None) -> None:
    raise AuditError(f"not judged within {SECONDS} s")


Judge = Callable[[str, PastChange], Judged]


def judge_all(
    root: str, changes: Iterable[PastChange], jobs: int, judge: Judge = judge
) -> Generator[Judged, None, None]:
    """Judge the changes on `jobs` processes (0: as many as there are processors), in the order in which they end."""
    crew = _Crew(root, judge, jobs or processors())
    waiting = deque(changes)
    while waiting:
        for suspect in (yield from crew.until_death(waiting)):
            yield crew.alone(suspect)


class _Crew(Struct, frozen=True):
    """The processes, and what they do."""

    root: str
    judge: Judge
    jobs: int

    def until_death(self, waiting: deque[PastChange]) -> Generator[Judged, None, tuple[PastChange, ...]]:
        """Judge what is waiting until it is done or a process dies; return what was under way then. Whoever stops
        asking need not wait for what is under way.
        """
        running: dict[Future[Judged], PastChange] = {}
        others = set(active_children())
        with self._pool(self.jobs) as pool:
            try:
                while waiting or running:
                    while waiting and len(running) < 2 * self.jobs:
                        running[pool.submit(self.judge, self.root, waiting[0])] = waiting[0]
                        waiting.popleft()
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        yield future.result()
                        del running[future]
            except BrokenProcessPool:
                return tuple(running.values())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for child in set(active_children()) - others:
                    child.kill()
                raise
        return ()

    def alone(self, change: PastChange) -> Judged:
        """Judge one change in a process that nobody shares."""
        with self._pool(1) as pool:
            try:
                return pool.submit(self.judge, self.root, change).result()
            except BrokenProcessPool:
                return Judged(change, None, problem=DIED)

    def _pool(self, jobs: int) -> ProcessPoolExecutor:
        """Processes that are forked off a small one, which has the audit in memory and no threads."""
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__, "pytest_agentaudit.audit.judgement"])
        return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin)
