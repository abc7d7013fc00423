"""Tests that do not end on other code: they are ended, and what they showed is told."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest

from pytest_agentaudit.proof import Ended, Trial, TrialKind, TrialOrder, TrialReport
from pytest_agentaudit.wire import from_plain, to_plain
from pytest_agentaudit.witness.patience import EndlessError, patience

if not hasattr(signal, "SIGALRM"):
    pytest.skip("this system has no alarm", allow_module_level=True)

SHOP = "def total(items):\n    found = 0\n    for it in items:\n        found += it\n    return found\n"
ENDLESS = (
    "def total(items):\n    while items:\n        try:\n            len(items)\n        except Exception:\n"
    "            pass\n"
)
TEST = (
    "from shop import total\n\n\ndef test_some():\n    assert total([1]) == 1\n\n\n"
    "def test_none():\n    assert total([]) is None\n"
)


def _spin() -> None:
    while True:
        pass


def test_what_does_not_end_is_ended() -> None:
    with pytest.raises(EndlessError, match="did not end"), patience(0.05):
        _spin()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_an_alarm_of_somebody_else_is_left_alone() -> None:
    def ring(_signal: int, _frame: FrameType | None) -> None: ...

    signal.signal(signal.SIGALRM, ring)
    try:
        with patience(100.0):
            assert signal.getsignal(signal.SIGALRM) is ring
            assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def test_a_test_that_does_not_end_without_the_change_crashes_there(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP, "utf-8")
    (tmp_path / "test_shop.py").write_text(TEST, "utf-8")
    tests = (("test_shop.py", "test_some"), ("test_shop.py", "test_none"))
    trial = Trial(TrialKind.REVERT, {"shop.py": ENDLESS.encode()}, tests, patience=0.3)
    order = TrialOrder(trial, str(tmp_path), str(tmp_path), ("-q", "-p", "no:cacheprovider"))
    place = tmp_path / "order.json"
    place.write_text(json.dumps(to_plain(order)), "ascii")
    code = "import sys; from pytest_agentaudit.witness.orders import main; main(*sys.argv[1:])"
    argv = [sys.executable, "-c", code, "child", str(place), str(tmp_path / "answer.json")]
    subprocess.run(argv, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    report = from_plain(TrialReport, json.loads((tmp_path / "answer.json").read_text("utf-8")))
    assert {it.function: it.ended for it in report.ends} == {"test_some": Ended.CRASH, "test_none": Ended.GREEN}
    assert "EndlessError: it did not end" in next(it.reason for it in report.ends if it.function == "test_some")
