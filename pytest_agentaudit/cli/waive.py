"""`agentaudit waive`: accept a finding in somebody's name, in the policy or in a signed file."""

from __future__ import annotations

import getpass
import os
import re
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path

from pytest_agentaudit.audit import Request
from pytest_agentaudit.audit.accepting import Acceptable, Acceptance, acceptable, inner, reported
from pytest_agentaudit.cli.console import Progress, Status, deliver
from pytest_agentaudit.cli.policy_file import waiver_text, with_waiver
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Finding
from pytest_agentaudit.policy.signatures import SignatureError, sign, signer
from pytest_agentaudit.policy.signed import text_of
from pytest_agentaudit.policy.signed_files import path_of
from pytest_agentaudit.report.targets import replacing
from pytest_agentaudit.report.text import named, print_text, visible
from pytest_agentaudit.waiver import Waiver

SHORTEST = 6
"""Digits of a fingerprint at least, where the others are left out."""
NEAREST = 3
"""How many findings are named where none has the fingerprint."""


class UsageError(ValueError):
    """What was asked for cannot be done; the text is one line."""


def run(arguments: Namespace) -> Status:
    """Write the waiver, or list what could be waived where no finding is named."""
    try:
        found = _audit(arguments)
        if not arguments.fingerprint:
            text = "".join(f"{line}\n" for line in _listing(found))
        else:
            text = "".join(f"{line}\n" for line in _waive(found, arguments))
    except UsageError as error:
        print_text(f"agentaudit waive: {error}\n", sys.stderr)
        return Status.USAGE
    deliver(lambda stream: print_text(text, stream))
    return Status.PASSED


def _audit(arguments: Namespace) -> Acceptance:
    progress = Progress(sys.stderr)
    more = reported(arguments.report) if arguments.report else []
    try:
        return acceptable(
            Request(
                repo=arguments.repo,
                base=arguments.base,
                head=arguments.head,
                environ=os.environ,
                progress=progress,
            ),
            more,
        )
    finally:
        progress.clear()


def _listing(found: Acceptance) -> Iterator[str]:
    """Each finding on a line of its own: fingerprint, place, rule."""
    yield from (_line(it.finding) for it in found.items)
    yield "agentaudit waive FINGERPRINT --reason TEXT --expires DAY" if found.items else "no finding to waive"


def _line(finding: Finding) -> str:
    place = f"{named(finding.location.path)}:{finding.location.line}"
    symbol = f" ({visible(finding.location.symbol)})" if finding.location.symbol else ""
    return f"{finding.fingerprint}  {place}: {finding.level.value}  {finding.rule}{symbol}"


def _waive(found: Acceptance, arguments: Namespace) -> Iterator[str]:
    if not (found.root or arguments.dry_run):
        raise UsageError("a bare repository has no files to write to; name a work tree, or give --dry-run")
    item = _chosen(found.items, arguments.fingerprint.lower(), reported=bool(arguments.report))
    finding = item.finding
    waived = Waiver(
        rule=finding.rule,
        path=_text("the finding's path", finding.location.path),
        reason=_text("--reason", arguments.reason),
        owner=_text("--owner", arguments.owner or getpass.getuser()),
        expires=_expiry(arguments.expires, found.day, item.policy.waiver_days),
        symbol=finding.location.symbol,
        fingerprint=finding.fingerprint,
    )
    yield _line(finding)
    if arguments.sign:
        yield from _signed(found, item, waived, arguments)
    else:
        yield from _entered(found, item, waived, arguments)


def _chosen(items: Sequence[Acceptable], wanted: str, *, reported: bool) -> Acceptable:
    """The one finding that the fingerprint, or enough first digits of it, names; `reported` ones are among them."""
    fitting = [it for it in items if it.finding.fingerprint.startswith(wanted)]
    if len(fitting) == 1 and len(wanted) >= SHORTEST:
        return fitting[0]
    if fitting:
        cause = f"begins {len(fitting)} fingerprints" if len(fitting) > 1 else f"is shorter than {SHORTEST} digits"
        raise UsageError(f"{wanted!r} {cause}; write out more of it")
    by_print = {it.finding.fingerprint: it.finding for it in items}
    near = get_close_matches(wanted, by_print, n=NEAREST, cutoff=0.0)
    rest = f"; nearest: {', '.join(_near(by_print[it]) for it in near)}" if near else ", nor any other"
    ran = "" if reported else "; what a run found is in its JSON report: --from FILE"
    raise UsageError(f"nothing was found with the fingerprint {visible(wanted)}{rest}{ran}")


def _near(finding: Finding) -> str:
    return f"{finding.fingerprint} ({finding.rule} {named(finding.location.path)}:{finding.location.line})"


def _text(option: str, text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise UsageError(f"{option} has to be a text on one line")
    return text.strip()


def _expiry(text: str, day: date, most: int) -> date:
    """The last day on which the waiver counts, from a date or a number of days ("30d")."""
    try:
        days = re.fullmatch(r"(\d{1,5})d", text)
        ends = day + timedelta(int(days[1])) if days else date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UsageError(f"--expires: {text!r} is neither a day (2027-01-31) nor a number of days (30d)") from None
    if ends < day:
        raise UsageError(f"--expires: {ends} is past")
    if ends > day + timedelta(most):
        last = day + timedelta(most)
        raise UsageError(
            f"--expires: {ends} is more than {most} days ahead, the policy's limit; {last} is the last day"
        )
    return ends


def _entered(found: Acceptance, item: Acceptable, waived: Waiver, arguments: Namespace) -> Iterator[str]:
    """Write the waiver into the policy that governs the finding."""
    entry = {
        "rule": waived.rule,
        "path": inner(waived.path, item.policy_path),
        "symbol": waived.symbol,
        "fingerprint": waived.fingerprint,
        "reason": waived.reason,
        "owner": waived.owner,
        "expires": waived.expires,
    }
    path = Path(found.root, item.policy_path)
    if arguments.head:
        raise UsageError("a waiver is written into the policy of the work tree: leave --head out, or give --sign KEY")
    filled = {key: value for key, value in entry.items() if value}
    new = with_waiver(_read(path), filled, item.policy_path)
    yield from waiver_text(filled).strip("\n").split("\n")
    if arguments.dry_run:
        yield f"{item.policy_path} was not written: --dry-run"
        return
    _write(path, new)
    yield f"written to {item.policy_path}; it counts once it stands in the base, or a review approves it"


def _signed(found: Acceptance, item: Acceptable, waived: Waiver, arguments: Namespace) -> Iterator[str]:
    """Write the waiver as a file of its own, and its signature beside it."""
    text = text_of(waived, item.content)
    path = path_of(waived.fingerprint)
    yield from text.strip("\n").split("\n")
    if arguments.dry_run:
        yield f"{path} was not written: --dry-run"
        return
    signature = sign(text.encode(), arguments.sign)
    _write(Path(found.root, path), text)
    _write(Path(found.root, f"{path}.sig"), signature.decode())
    yield f"written to {path} and {path}.sig; commit both with the change"
    yield _accepted(found, item, text.encode(), signature)


def _accepted(found: Acceptance, item: Acceptable, text: bytes, signature: bytes) -> str:
    """Whether the base takes the signature."""
    path = item.policy.allowed_signers
    if path not in found.signers:
        lacking = f"has no file {path}" if path else "names no `allowed-signers`"
        return f"it does not count yet: the base's policy {lacking}"
    try:
        return f"signed by {signer(text, signature, found.signers[path])}: it counts"
    except SignatureError as error:
        return f"it does not count: {error}"


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"{path} cannot be read: {error}") from error


def _write(path: Path, text: str) -> None:
    try:
        with replacing(path.resolve()) as stream:
            stream.write(text)
    except OSError as error:
        raise AuditError(f"{path} cannot be written: {error.strerror or error}") from error
