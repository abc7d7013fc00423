"""What `agentaudit verify` sees of a run from outside of its process."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import field

from pytest_agentaudit.value import Value


class Canary(Value, frozen=True):
    """A test that `agentaudit verify` put beside the project's own, to see what becomes of one that must `fail` and of
    one that must pass. `ran` is what its body said over a pipe of its own; `said` is what the run reported ("" where
    it reported nothing).
    """

    path: str
    must_fail: bool
    ran: bool = False
    said: str = ""


class Outside(Value, frozen=True):
    """What was seen of a run from outside of its process: its exit status (negative: the signal that ended it), how
    often it handed over what it saw (once is right), and what became of the canaries, with the exit status of the
    process that ran them. `built` maps files of a build to their SHA-256, `untraced` are tests that a tracer made fail.
    """

    exit_status: int = 0
    accounts: int = 1
    canaries: tuple[Canary, ...] = ()
    canary_status: int = 1
    canary_accounts: int = 1
    built: Mapping[str, str] = field(default_factory=dict)
    untraced: tuple[str, ...] = ()
