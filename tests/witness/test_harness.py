"""What a run shows of its own machinery, piece by piece; the whole is run in tests/harness."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_agentaudit.model import Evidence, Harness, Overruled, Replacement, RepositoryPlugin
from pytest_agentaudit.witness.harness import WATCHED, BodyWatch, replacements, snapshot
from pytest_agentaudit.witness.merge import Testimony, combine, merge
from pytest_agentaudit.witness.outcomes import Places

HERE = Path(__file__).resolve().parent


def test_this_pytest_has_what_is_watched() -> None:
    known = {f"{module}.{name}" for module, names in WATCHED.items() if module in sys.modules for name in names}
    assert snapshot().keys() == known


def test_nothing_is_replaced_where_nothing_was() -> None:
    assert list(replacements(snapshot(), Places(str(HERE)))) == []


def test_a_replaced_function_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot()

    def quiet(_self: object) -> None: ...

    monkeypatch.setattr(pytest.Function, "runtest", quiet)
    line = quiet.__code__.co_firstlineno
    assert list(replacements(before, Places(str(HERE)))) == [
        Replacement("_pytest.python.Function.runtest", "test_harness.py", line)
    ]


def body() -> None: ...


def decorated(function: Callable[[], None]) -> Callable[[], None]:
    @functools.wraps(function)
    def inner() -> None:
        function()

    return inner


def in_a_thread() -> None:
    thread = threading.Thread(target=body)
    thread.start()
    thread.join()


@pytest.mark.skipif(sys.getprofile() is not None, reason="a profiler holds the only place")
@pytest.mark.parametrize(
    ("run", "is_missing"), [(body, False), (decorated(body), False), (in_a_thread, False), (lambda: None, True)]
)
def test_whether_a_body_began(run: Callable[[], None], is_missing: bool) -> None:  # noqa: FBT001 - a table's column
    watch = BodyWatch(body.__code__, "body")
    watch.start()
    run()
    assert watch.stop() is is_missing
    assert sys.getprofile() is None


def test_a_profiler_of_the_test_makes_no_finding() -> None:
    watch = BodyWatch(body.__code__, "body")
    watch.start()
    sys.setprofile(lambda *_: None)
    missing = watch.stop()
    sys.setprofile(None)
    assert not missing


def test_what_workers_saw_is_joined() -> None:
    lie = Overruled("t.py::a", "t.py", "a", "KeyError: 1", "passed")
    plugin = RepositoryPlugin("conftest.py", ("pytest_pyfunc_call",))
    one = Harness(overruled=(lie,), failures=1, uncounted=1, plugins=(plugin,), dropped={"": (("t.py", "b"),)})
    other = Harness(failures=2, plugins=(plugin,), dropped={"": (("t.py", "b"), ("t.py", "c"))})
    merged = merge([Evidence(harness=one), Evidence(harness=other)]).harness
    assert merged == Harness(
        overruled=(lie,), failures=3, uncounted=1, plugins=(plugin,), dropped={"": (("t.py", "b"), ("t.py", "c"))}
    )


@pytest.mark.parametrize(
    ("reasons", "stopped", "unstarted"),
    [((), "", 1), (("-k",), "", 1), ((), "stopping after 1 failures", 0), (("stopped by pytest.exit",), "", 0)],
)
def test_tests_that_never_began(reasons: tuple[str, ...], stopped: str, unstarted: int) -> None:
    evidence = combine([Testimony(Evidence(), ("a", "b"), ("a",))], reasons, stopped=stopped)
    assert evidence.harness.unstarted == unstarted
