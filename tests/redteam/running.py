"""Attacks against the real commands: each in a process of its own, with a bounded wait."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.redteam.scene import REFUSED, Attack, Scene
from tests.redteam.telling import Told

SECONDS = 120
GREEN = (0, 5)
KEPT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH")
TOLD = re.compile(r"^\s*(\S+:\d+:? +)?(error|warning|note) +([a-z]+(?:-[a-z]+)+)", re.MULTILINE)
"""A finding in the terminal report."""


INTERNAL = re.compile(r'INTERNALERROR>   File "([^"]+)"')
"""A file of the traceback of an error in pytest: the last one is where it came from."""


def naive(scene: Scene, attack: Attack) -> bool:
    """Whether pytest alone is green."""
    return _run(scene, ("-m", "pytest", *_arguments(scene, attack))).returncode in GREEN


def advisory(scene: Scene, attack: Attack) -> Told:
    """What `pytest --agent-audit` tells in the attacker's environment."""
    report = scene.outside("advisory.json")
    options = ("--agent-audit", f"--agent-audit-base={scene.base}", f"--agent-audit-report=json:{report}")
    words = (*options, "--agent-audit-report=terminal") if attack.flag else ()
    scene.environ.setdefault("CI_MERGE_REQUEST_DIFF_BASE_SHA", scene.base)
    done = _run(scene, ("-m", "pytest", *words, *_arguments(scene, attack)))
    return _told(done, report, done.returncode not in GREEN)


def verify(scene: Scene) -> Told:
    """What `agentaudit verify` tells of head, in the attacker's environment."""
    report = scene.outside("verify.json")
    place = ("--repo", str(scene.path), "--base", scene.base, "--head", scene.head)
    words = ("verify", *place, "--report", f"json:{report}", "--report", "terminal")
    done = _run(scene, ("-m", "pytest_agentaudit", *words), cwd=scene.path.parent)
    told = _told(done, report, done.returncode != 0)
    assert done.returncode in {0, 1, 3}, told.text
    return told


def _arguments(scene: Scene, attack: Attack) -> Iterable[str]:
    return (word.replace("{root}", str(scene.path)) for word in attack.arguments)


def _run(scene: Scene, words: Iterable[str], cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    own = {
        "HOME": str(scene.path.parent),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": "agentaudit",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd or scene.path,
        env={**{name: os.environ[name] for name in KEPT if name in os.environ}, **own, **scene.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )


def _told(done: subprocess.CompletedProcess[bytes], report: Path, red: bool) -> Told:  # noqa: FBT001 - it is the answer
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert "Traceback (most recent call last)" not in text or REFUSED not in text, text
    assert "pytest_agentaudit" not in (INTERNAL.findall(text) or [""])[-1], text
    if report.exists():
        found = json.loads(report.read_bytes())["findings"]
        return Told(red, tuple((it["rule"], it["level"]) for it in found), text)
    return Told(red, tuple((rule, level) for _, level, rule in TOLD.findall(text)), text)
