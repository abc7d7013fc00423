"""`agentaudit demo`: the real commands in a throw-away repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.scenarios import environment


@pytest.mark.parametrize("colour", [False, True])
def test_the_demo_shows_a_red_and_a_green_change_and_leaves_nothing(tmp_path: Path, *, colour: bool) -> None:
    environ = {**environment(tmp_path), "TMPDIR": str(tmp_path), "COLUMNS": "90"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest_agentaudit", "demo"],
        cwd=tmp_path,
        env={**environ, **({"FORCE_COLOR": "1"} if colour else {})},
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    red, green = done.stdout.split("The same feature, done well")
    for rule in ("untested-change", "weakened-assertion", "skipped-test", "added-suppression", "missing-step"):
        assert rule in red
        assert rule not in green
    assert "(advisory) - failed" in red
    assert "agent audit: no finding" in green
    assert ("\x1b[" in done.stdout) is colour
    assert list(tmp_path.iterdir()) == []
