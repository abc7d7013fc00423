import faulthandler
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_agentaudit.children import start
from pytest_agentaudit.cli.supervise import Death, Limits, Slot, State, Supervisor, Watched
from pytest_agentaudit.link.messages import Progress

# The auditor has one thread when it forks; the process that runs these tests may have more.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def death_of(task: Callable[[Slot], None], limits: Limits | None = None) -> Death | None:
    run = Watched(os.getpid())
    try:
        return Supervisor(run, limits or Limits()).work(task)
    finally:
        run.close()


def test_a_worker_that_comes_to_its_end() -> None:
    assert death_of(lambda slot: slot.note("a.py", "reading")) is None


def test_a_crash_names_the_signal_and_the_file() -> None:
    def crash(slot: Slot) -> None:
        slot.note("naïve\udcff.py", "reading")
        faulthandler.disable()
        os.kill(os.getpid(), signal.SIGSEGV)

    death = death_of(crash)
    assert death == Death("was killed by SIGSEGV", Progress("naïve\udcff.py", "reading"), State.BUSY)
    assert death.replaceable
    assert str(death).startswith("the auditor was killed by SIGSEGV (reading ")


def test_a_defect_names_itself_and_its_place() -> None:
    def fail(slot: Slot) -> None:
        slot.note("a.py", "reading")
        raise KeyError("x")

    death = death_of(fail)
    assert death is not None
    assert death.cause.startswith("failed: KeyError: 'x' (test_supervise.py:")
    assert death.progress == Progress("a.py", "reading")


def test_memory_is_limited() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    death = death_of(lambda _: bytearray(1 << 30).clear(), Limits(memory=used + (256 << 20)))
    assert death is not None
    assert "ran out of memory" in death.cause


def test_a_file_that_takes_for_ever_is_given_up() -> None:
    def stuck(slot: Slot) -> None:
        slot.note("slow.py", "reading")
        signal.pause()

    death = death_of(stuck, Limits(file=0.0))
    assert death is not None
    assert death.cause == "took more than 0 s for one file"
    assert death.progress.path == "slow.py"


def test_waiting_for_the_tests_takes_no_time() -> None:
    def patient(slot: Slot) -> None:
        slot.state = State.WAITING
        read, write = os.pipe()
        os.write(write, b"x")
        assert os.read(read, 1)

    assert death_of(patient, Limits(busy=0.0, file=0.0)) is None


def test_a_worker_with_evidence_cannot_be_replaced() -> None:
    def die_late(slot: Slot) -> None:
        slot.note("a.py", "judging")
        slot.state = State.GIVEN
        os._exit(3)

    death = death_of(die_late)
    assert death is not None
    assert death.cause == "ended with exit status 3"
    assert not death.replaceable


def test_a_worker_that_ignores_the_request_to_leave_is_killed() -> None:
    def deaf(slot: Slot) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        slot.note("a.py", "reading")
        while True:
            signal.pause()

    assert death_of(deaf, Limits(file=0.0)) is not None


def test_the_end_of_the_run_ends_its_worker() -> None:
    run = start(["cat"], cwd="/")
    watched = Watched(run.pid)
    assert not watched.ended()
    run.kill()
    assert Supervisor(watched, Limits()).work(lambda _: signal.pause()) is None
    run.communicate()
    watched.close()


def test_a_run_is_known_to_have_ended_without_descriptors_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    run = start(["cat"], cwd="/")
    watched = Watched(run.pid)
    assert watched.fd is None
    assert not watched.ended()
    run.communicate()
    assert watched.ended()


def test_a_slot_holds_the_last_words_only() -> None:
    slot = Slot()
    slot.note("a" * 30_000, "reading")
    assert slot.progress.path.startswith("aaa")
    slot.note("b.py", "reading", "ran out")
    assert (slot.progress, slot.cause) == (Progress("b.py", "reading"), "ran out")
    slot.clear()
    assert (slot.progress, slot.cause, slot.state) == (Progress("", ""), "", State.BUSY)
