"""`agentaudit replay`: what the static audit would have said of a repository's history."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from pytest_agentaudit.audit.replay import ReplayRequest, replay
from pytest_agentaudit.cli.console import Progress, Status, deliver
from pytest_agentaudit.report.audience import columns
from pytest_agentaudit.report.replay_page import dump, render, try_json, write_json


def run(arguments: Namespace) -> Status:
    """Replay and report. A replay observes: what it found is no failure."""
    if arguments.json not in {"", "-"}:
        try_json(arguments.json)
    progress = Progress(sys.stderr)
    request = ReplayRequest(
        repo=arguments.repo,
        span=arguments.range,
        last=arguments.last,
        by=arguments.by,
        jobs=arguments.jobs,
        resume=arguments.resume,
        progress=lambda done, total: progress("", f"{done} of {total} changes"),
    )
    try:
        document = replay(request)
    finally:
        progress.clear()
    if arguments.json == "-":
        deliver(lambda stream: dump(document, stream))
        return Status.PASSED
    if arguments.json:
        write_json(document, arguments.json)
    deliver(lambda stream: render(document, stream, width=columns(sys.stdout, os.environ)))
    return Status.PASSED
