"""What a policy may say about waivers and about who may grant them; also the one waiver of a signed file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from pytest_agentaudit.patterns import regex
from pytest_agentaudit.policy.model import Approver, Catalogue
from pytest_agentaudit.policy.patterns import fault
from pytest_agentaudit.policy.reader import Reader
from pytest_agentaudit.toml import Place
from pytest_agentaudit.waiver import EVERY_RULE, Waiver

REQUIRED = {
    "rule": '"added-suppression"',
    "path": '"src/legacy.py"',
    "reason": '"vendor stub has no types; upstream issue 812"',
    "owner": '"platform-team"',
    "expires": "2027-01-31",
}
"""The keys that each waiver has, with an example."""

WAIVER_KEYS = (*REQUIRED, "symbol", "fingerprint")
FINGERPRINT = regex(r"[0-9a-f]{32}")
"""A finding's, as reports write it."""

_APPROVER = regex(r"([A-Za-z0-9][\w.\-]*(?:\[bot\])?)((?:\s+<[^<>\s]+@[^<>\s]+>)*)")


def known_rule(reader: Reader, place: Place, name: str, catalogue: Catalogue) -> bool:
    """Whether there is such a rule; if not, that is noted, with the nearest right spelling."""
    if name in catalogue:
        return True
    otherwise = "`agentaudit explain` lists the rules; one of a package exists where that package is installed"
    reader.unknown(place, "unknown rule", catalogue, otherwise, word=name)
    return False


def waivers(
    reader: Reader, root: Place, table: Mapping[str, object], catalogue: Catalogue, path: str
) -> tuple[Waiver, ...]:
    """The policy's waivers, in its order. `path` is the policy's file."""
    example = '[[tool.agentaudit.waivers]] with rule = "added-suppression"'
    entries = reader.tables((*root, "waivers"), table.get("waivers", []), example)
    return tuple(waiver(reader, place, entry, catalogue, path) for place, entry in entries)


def waiver(reader: Reader, place: Place, entry: Mapping[str, object], catalogue: Catalogue, path: str) -> Waiver:
    """One waiver; what is wrong with it is noted."""
    reader.known(place, entry, WAIVER_KEYS)
    for key, example in REQUIRED.items():
        if key not in entry:
            reader.note(place, f"has no {key}", f"add for instance {key} = {example}")

    def text(key: str, example: str) -> str:
        return reader.text((*place, key), entry[key], example) if key in entry else ""

    rule = text("rule", "added-suppression")
    if rule and rule != EVERY_RULE:
        known_rule(reader, (*place, "rule"), rule, catalogue)
    return Waiver(
        rule=rule,
        path=_path(reader, (*place, "path"), text("path", "src/legacy.py")),
        reason=text("reason", "vendor stub has no types; upstream issue 812"),
        owner=text("owner", "platform-team"),
        expires=reader.day((*place, "expires"), entry["expires"]) if "expires" in entry else date.min,
        symbol=text("symbol", "load"),
        fingerprint=_fingerprint(reader, (*place, "fingerprint"), text("fingerprint", "0123456789abcdef" * 2)),
        file=path,
        line=reader.line(place),
    )


def _path(reader: Reader, place: Place, path: str) -> str:
    cause = fault(path) if path else ""
    if path.startswith("!"):
        cause = "only takes paths out"
    elif path.endswith("/"):
        cause = "names a folder"
    if cause:
        reader.note(place, f'"{path}" {cause}', 'name the file: path = "src/legacy.py"')
    return path


def _fingerprint(reader: Reader, place: Place, text: str) -> str:
    if text and not FINGERPRINT.fullmatch(text):
        way_out = "copy it from a JSON report, or let `agentaudit waive` write the waiver"
        reader.note(place, f'"{text}" is no fingerprint (32 digits, 0-9 and a-f)', way_out)
    return text


def signers(reader: Reader, root: Place, table: Mapping[str, object]) -> str:
    """The path of the allowed-signers file, or ""."""
    place, example = (*root, "allowed-signers"), ".agentaudit/allowed_signers"
    if "allowed-signers" not in table:
        return ""
    path = reader.text(place, table["allowed-signers"], example)
    if path.startswith("/") or {"", ".", ".."} & set(path.split("/")):
        cause = f'"{path}" is no path from the root of the repository'
        reader.note(place, cause, f'write for instance allowed-signers = "{example}"')
    return path


def approvers(reader: Reader, root: Place, table: Mapping[str, object]) -> tuple[Approver, ...]:
    """Whose reviews count, in the policy's order."""
    place, example = (*root, "approvers"), '["alice", "bob <bob@example.org>"]'
    if "approvers" not in table:
        return ()
    found: list[Approver] = []
    for index, text in enumerate(reader.texts(place, table["approvers"], example)):
        if read := _APPROVER.fullmatch(text.strip()):
            found.append(Approver(read[1].lower(), tuple(re.findall(r"<([^>]+)>", read[2].lower()))))
        else:
            cause = f'"{text}" is no login, nor a login with addresses'
            reader.note((*place, index), cause, f"write for instance approvers = {example}")
    return tuple(found)
