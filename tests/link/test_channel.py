import os
from collections.abc import Iterator
from threading import Thread

import pytest

from pytest_agentaudit.link.channel import Channel, GoneError, LateError, LinkError, StolenError
from pytest_agentaudit.link.messages import Done, Failure, Message, Progress, Start
from pytest_agentaudit.model import Evidence, TestOutcome
from pytest_agentaudit.model import Outcome as Ended

Pair = tuple[Channel, Channel]


@pytest.fixture
def ends() -> Iterator[Pair]:
    first_read, second_write = os.pipe()
    second_read, first_write = os.pipe()
    pair = Channel(first_read, first_write), Channel(second_read, second_write)
    yield pair
    for channel in pair:
        channel.close()


def test_messages_arrive_in_order(ends: Pair) -> None:
    run, auditor = ends
    said: list[Message] = [Start("/r", environ={"A": "\udcff"}), Progress("a.py", "reading"), Done()]
    for message in said:
        run.send(message, 5)
    assert [auditor.receive(5) for _ in said] == said


def test_a_message_larger_than_the_pipe(ends: Pair) -> None:
    run, auditor = ends
    evidence = Evidence(tests=tuple(TestOutcome(f"t{n}", "t.py", n + 1, "t", Ended.PASSED) for n in range(20_000)))
    sender = Thread(target=run.send, args=(evidence, 30))
    sender.start()
    assert auditor.receive(30) == evidence
    sender.join()


def test_waiting_is_bounded(ends: Pair) -> None:
    with pytest.raises(LateError):
        ends[0].receive(0)


def test_sending_is_bounded(ends: Pair) -> None:
    big = Failure("x" * 1_000_000)
    with pytest.raises(LateError):
        ends[0].send(big, 0)


def test_the_other_side_is_gone(ends: Pair) -> None:
    run, auditor = ends
    auditor.close()
    with pytest.raises(GoneError):
        run.receive(5)
    with pytest.raises(GoneError):
        run.send(Done(), 5)


def test_last_words_are_heard(ends: Pair) -> None:
    run, auditor = ends
    auditor.send(Failure("why"), 5)
    auditor.close()
    assert run.receive(5) == Failure("why")


def test_rubbish_is_an_error_of_the_link() -> None:
    read, write = os.pipe()
    channel = Channel(read, os.dup(write))
    os.write(write, b"GET / HTTP/1.1\r\n")
    with pytest.raises(LinkError, match="garbled"):
        channel.receive(5)
    channel.close()
    os.close(write)


def test_a_descriptor_that_was_closed() -> None:
    read, write = os.pipe()
    channel = Channel(read, write)
    os.close(write)
    with pytest.raises(StolenError):
        channel.send(Done(), 5)
    channel.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(read)


def test_a_descriptor_that_was_reused_is_neither_written_nor_closed(tmp_path: os.PathLike[str]) -> None:
    read, write = os.pipe()
    channel = Channel(read, write)
    mine = os.open(os.path.join(tmp_path, "mine"), os.O_CREAT | os.O_RDWR)  # noqa: PTH118 - a descriptor is wanted
    os.dup2(mine, write)
    with pytest.raises(StolenError):
        channel.send(Done(), 5)
    channel.close()
    assert os.fstat(write).st_size == 0
    for fd in (mine, write):
        os.close(fd)


def test_who_waits_is_known(ends: Pair) -> None:
    run, auditor = ends
    assert not auditor.waited_for()
    run.send(Done(), 5)
    assert auditor.waited_for()


def test_what_nobody_depends_on_is_dropped(ends: Pair) -> None:
    run, auditor = ends
    for _ in range(5_000):
        run.say(Progress("some/file.py", "reading"))
    assert auditor.receive(5) == Progress("some/file.py", "reading")
    auditor.close()
    run.say(Done())
