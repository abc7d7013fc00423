"""Tests that fail because they are watched: told apart by a run without a tracer.

Before Python 3.12 a tracer sees every line of a changed file each time that it runs. A test that allows so many seconds
by the clock may fail for that alone. What a plain run has red stays red: it takes a whole one, in which nothing but
the ends of these tests is different.
"""

from __future__ import annotations

from msgspec.structs import replace

from pytest_agentaudit.model import Evidence, Outcome
from pytest_agentaudit.verification.suite import Ran

MOST = 20
"""Failed tests that are tried without a tracer; where more fail, it is hardly the clock."""
SLOW = "coverage.py"
"""The tracer that sees a line each time that it runs; that of later interpreters is no excuse for a failed test."""
FAILED = 1
"""Pytest's exit status where all ran and some failed."""

_RED = frozenset({Outcome.FAILED, Outcome.ERROR})


def doubtful(ran: Ran) -> tuple[str, ...]:
    """The failed tests (node ids) of a run that came to its end under the slow tracer; none where they are too many."""
    account = _whole(ran)
    if account is None or ran.exit_status != FAILED or account.tracer != SLOW:
        return ()
    failed = tuple(it.node_id for it in account.tests if it.outcome in _RED)
    return failed if len(failed) <= MOST else ()


def reconciled(traced: Ran, plain: Ran) -> Ran | None:
    """The traced run with the ends that the failed tests had in the plain one; None where more than those ends is
    different, or one of them is no success.
    """
    one, other = _whole(traced), _whole(plain)
    if one is None or other is None or plain.exit_status or other.exit_status:
        return None
    if _machinery(one) != _machinery(other) or sorted(one.collected) != sorted(other.collected):
        return None
    ended = sorted((it.node_id, Outcome.PASSED if it.outcome in _RED else it.outcome) for it in one.tests)
    if ended != sorted((it.node_id, it.outcome) for it in other.tests):
        return None
    tests = tuple(replace(it, outcome=Outcome.PASSED, reason="") if it.outcome in _RED else it for it in one.tests)
    account = replace(one, tests=tests, exit_status=0)
    return replace(traced, exit_status=0, accounts=(account,), untraced=doubtful(traced))


def _whole(ran: Ran) -> Evidence | None:
    """The account of a run of the whole suite; None where there is none."""
    account = ran.accounts[0] if len(ran.accounts) == 1 and not ran.problem else None
    return None if account is None or account.partial or account.collection_errors else account


def _machinery(account: Evidence) -> object:
    """What a run showed of its own machinery, apart from how many reports were failures."""
    return replace(account.harness, failures=0)
