"""Waivers that a change brings along, each a file of its own beside its signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec.structs import replace

from pytest_agentaudit.policy.model import Catalogue, Policy, PolicyError
from pytest_agentaudit.policy.reader import Reader
from pytest_agentaudit.policy.signatures import SignatureError, signer
from pytest_agentaudit.policy.signed_files import path_of
from pytest_agentaudit.policy.waiver_schema import WAIVER_KEYS, waiver
from pytest_agentaudit.policy.waivers import Claim, fault
from pytest_agentaudit.toml import TomlError, parse
from pytest_agentaudit.waiver import Waiver

LARGEST = 64 * 1024
"""Bytes of a waiver or signature at most."""

Read = Callable[[str], bytes | None]


def text_of(waived: Waiver, content: str) -> str:
    """The file of a waiver for the code that hashes to `content`."""
    values = {
        "rule": waived.rule,
        "path": waived.path,
        "symbol": waived.symbol,
        "fingerprint": waived.fingerprint,
        "content": content,
        "reason": waived.reason,
        "owner": waived.owner,
    }
    lines = [f"{key} = {_quoted(value)}" for key, value in values.items() if value]
    return "\n".join((*lines, f"expires = {waived.expires}", ""))


def _quoted(text: str) -> str:
    """A TOML basic string; readers of waivers take no character that cannot be printed."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def claim(
    name: str,
    text: bytes,
    read: Read,
    signers: Read,
    governing: Callable[[str], Policy],
    today: date,
    catalogue: Catalogue,
) -> Claim:
    """What the text of head's waiver file for the fingerprint `name` claims; the fault says why it does not count.

    `read` gives head's files, `signers` the base's; `governing` is the base's policy for a path.
    """
    path = path_of(name)
    try:
        found, content = _read(text, path, catalogue)
    except PolicyError as error:
        told = str(error).split("\n", 1)[0].removeprefix(f"{path}:")
        return Claim(Waiver("", "", "", "", date.min, file=path), f"it cannot be read (line {told})", name=name)
    policy = governing(found.path)
    made = Claim(found, fault(found, today, policy.waiver_days), content, name)
    return _judged(made, text, read(f"{path}.sig"), policy, signers)


def _judged(made: Claim, text: bytes, signature: bytes | None, policy: Policy, signers: Read) -> Claim:
    """The claim with who signed it, or with the fault that it is not signed as it has to be."""
    if made.fault:
        return made
    allowed = signers(policy.allowed_signers) if policy.allowed_signers else None
    if missing := _missing(made, signature, policy, allowed):
        return replace(made, fault=missing)
    if max(len(text), len(signature or b"")) > LARGEST:
        return replace(made, fault=f"it is larger than {LARGEST // 1024} KiB")
    try:
        by = signer(text, signature or b"", allowed or b"")
    except SignatureError as error:
        return replace(made, fault=str(error))
    return replace(made, waiver=replace(made.waiver, grant=f"signed by {by}"))


def _missing(made: Claim, signature: bytes | None, policy: Policy, allowed: bytes | None) -> str:
    """What it takes to check a signature and is not there."""
    if not policy.allowed_signers:
        return "the base's policy names no `allowed-signers`"
    if allowed is None:
        return f"the base has no file {policy.allowed_signers}"
    return f"it is not signed ({made.waiver.file}.sig is missing)" if signature is None else ""


def _read(text: bytes, path: str, catalogue: Catalogue) -> tuple[Waiver, str]:
    """The waiver of a file, and the hash of the code that it is for. PolicyError where it is none."""
    try:
        document = parse(text.decode())
    except (TomlError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}:{getattr(error, 'line', 0) or 1}: it is not TOML: {error}") from None
    reader = Reader(document, path)
    entry = {key: value for key, value in document.values.items() if key != "content"}
    found = waiver(reader, (), entry, catalogue, path)
    content = document.values.get("content")
    for key, value in (("fingerprint", found.fingerprint), ("content", content)):
        if not value or not isinstance(value, str):
            reader.note((), f"has no {key}", "let `agentaudit waive --sign` write it")
    reader.raise_problems()
    return replace(found, line=1), str(content)


KEYS = (*WAIVER_KEYS, "content")
"""Every key of a signed waiver's file."""
