"""Whether anything at hand may say who wrote a change: asked before what reads it is loaded."""

from __future__ import annotations

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import Change
from pytest_agentaudit.git.notes import AI, TRACES
from pytest_agentaudit.git.repository import Repository

RECORDS = ".agent-trace"
"""The folder in which agent-trace keeps its records."""


def is_attributable(change: Change, repo: Repository) -> bool:
    """Whether a commit, a note or a record of the audited tree may name who wrote what."""
    if change.base != (change.head or repo.resolve("HEAD")) or repo.exists(AI) or repo.exists(TRACES):
        return True
    return listing(change.new).has_folder(RECORDS)
