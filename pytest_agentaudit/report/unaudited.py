"""What reports say where there is no verdict: a report that is missing, or still the old one, would read as clean."""

from __future__ import annotations

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import NotJudged, Promise, Result, Verdict


def unaudited(error: AuditError, result: Result = Result.FAILED, promise: Promise = Promise.ADVISORY) -> Verdict:
    """The verdict that stands in for one: without a base, and with the reason as the one thing not judged."""
    reason = f"could not audit: {error.message}"
    said = NotJudged(f"{reason} ({error.way_out})" if error.way_out else reason)
    return Verdict(result=result, promise=promise, base="", head="", not_judged=(said,))
