"""`agentaudit merge`: the verdict on a suite that was shared out among several runs."""

from __future__ import annotations

from argparse import Namespace

from pytest_agentaudit.audit.shards import judge
from pytest_agentaudit.cli.check import judged, request
from pytest_agentaudit.cli.console import Status
from pytest_agentaudit.model import Verdict
from pytest_agentaudit.report.shard_file import read_shard
from pytest_agentaudit.witness.shards import as_one, common_subject


def run(arguments: Namespace) -> Status:
    """Read the shards, judge them as one run, write the reports, and say by the status whether the change passed."""
    return judged(_verdict, arguments)


def _verdict(arguments: Namespace) -> Verdict:
    shards = {path: read_shard(path) for path in arguments.shards}
    subject = common_subject(shards)
    evidence, proofs = as_one(shards.values())
    with request(arguments) as asked:
        return judge(asked, subject, evidence, proofs)
