"""Paths of the repository as parts of addresses."""

from __future__ import annotations

from urllib.parse import quote

from pytest_agentaudit.report.hosting import Hosting


def uri_path(path: str) -> str:
    """A path as a relative URI: its own bytes, percent-encoded."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def link(hosting: Hosting, commit: str, path: str, line: int) -> str:
    """The address of a line in the file as `commit` (where empty: what is checked out) has it; "" where unknown."""
    commit = commit or hosting.commit
    if not (hosting.repository and commit):
        return ""
    return f"{hosting.repository}{hosting.blob}{quote(commit)}/{uri_path(path)}#L{line}"
