"""Handlers that drop what they catch, and what speaks for them."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.kinds.shortcuts import DEFAULT_HANDLER, DROPPED_RESULTS, SILENT_HANDLER, Excuse
from tests.support.added import added

TRY = "def {name}(box):\n    try:\n        {work}\n    except Exception:{comment}\n        {answer}\n"

LATE = """\
def load(box):
    try:
        box.open()
    finally:
        try:
            box.turn()
        except Exception:
            pass
"""


BEFORE_RAISE = """\
def load(box):
    if box.late:
        try:
            box.turn()
        except Exception:
            pass
        raise LookupError(box)
    return box
"""


def text(name: str = "load", work: str = "box.load()", answer: str = "pass", comment: str = "") -> str:
    return TRY.format(name=name, work=work, answer=answer, comment=comment)


@pytest.mark.parametrize(
    ("source", "excuse"),
    [
        (text(), Excuse.NONE),
        (text(name="close"), Excuse.CLEANUP),
        (text(name="_close_all"), Excuse.CLEANUP),
        (text(work="box.connection.close()"), Excuse.CLEANUP),
        (text(work="del box.lid"), Excuse.CLEANUP),
        (text(work="import ujson"), Excuse.IMPORT),
        (text(work="telemetry.record(box)"), Excuse.REPORT),
        (text(work="logger.info('opened')"), Excuse.REPORT),
        (text(name="is_open", work="return box.lid.angle > 3"), Excuse.PROBE),
        (text(work="return int(box.size)"), Excuse.PROBE),
        (text() + "    raise LookupError\n", Excuse.RAISES_LATER),
        (
            LATE,
            Excuse.AFTERMATH,
        ),
    ],
)
def test_what_speaks_for_a_silent_handler(source: str, excuse: Excuse) -> None:
    assert [it.details["excuse"] for it in added(source, SILENT_HANDLER)] == [excuse]


@pytest.mark.parametrize(
    "source",
    [
        text(answer="raise"),
        text(answer="log.exception('no box')"),
        text(answer="return fallback(box)"),
        text().replace("Exception", "(OSError, ValueError)"),
        text().replace("Exception", "KeyError"),
        text(work="return box.lid.turn()") + "    return lid_of(box)\n",
        BEFORE_RAISE,
    ],
)
def test_handlers_that_do_something_or_are_narrow(source: str) -> None:
    assert added(source, SILENT_HANDLER, DEFAULT_HANDLER) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("return {}", "return {}"),
        ("return False", "return False"),
        ("box = []", "box = []"),
        ("return -1", "return -1"),
    ],
)
def test_answers(answer: str, said: str) -> None:
    assert [it.details["answer"] for it in added(text(answer=answer), DEFAULT_HANDLER)] == [said]


def test_what_follows_a_try_that_answers() -> None:
    source = text(work="return box.lid.turn()") + "    return {}\n"
    (it,) = added(source, SILENT_HANDLER, DEFAULT_HANDLER)
    assert (it.kind, it.details["answer"], it.details["whole"]) == (DEFAULT_HANDLER, "return {}", "yes")
    assert it.details["tries"] == "box lid turn"


@pytest.mark.parametrize(
    "words",
    [
        "Returns ``None`` on a read error.",
        "Return None\n    if the lid fails.",
        "It fails **closed**.",
        "Best effort.",
        "What fails to load\n    (a lid) is skipped.",
    ],
)
def test_what_a_docstring_says_of_failures(words: str) -> None:
    source = text(answer="return None").replace("(box):\n", f'(box):\n    """{words}"""\n')
    assert [bool(it.details["comment"]) for it in added(source, SILENT_HANDLER)] == [True]


def test_whole_bodies() -> None:
    whole = text(answer="return {}")
    part = text(name="read", answer="return {}").replace("    try", "    box.turn()\n    try", 1)
    assert [bool(it.details["whole"]) for it in added(whole + part, DEFAULT_HANDLER)] == [True, False]


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("", ""),
        ("  # noqa: BLE001", ""),
        ("  # noqa: BLE001, S110", ""),
        ("  # pragma: no cover", ""),
        ("  # pylint: disable=broad-except", ""),
        ("  # noqa: BLE001 - a broken box is as good as none", "a broken box is as good as none"),
        ("  # boxes are optional", "boxes are optional"),
    ],
)
def test_comments_for_checkers_say_nothing(comment: str, said: str) -> None:
    assert [it.details["comment"] for it in added(text(comment=comment), SILENT_HANDLER)] == [said]


def test_results_that_nobody_looks_at() -> None:
    gather = "import asyncio\n\n\nasync def load(jobs):\n    {}await asyncio.gather(*jobs, return_exceptions=True)\n"
    assert len(added(gather.format(""), DROPPED_RESULTS)) == 1
    assert added(gather.format("results = "), DROPPED_RESULTS) == []
    cancelled = gather.format("").replace("    await", "    jobs[0].cancel()\n    await")
    assert [it.details["excuse"] for it in added(cancelled, DROPPED_RESULTS)] == [Excuse.CLEANUP]
