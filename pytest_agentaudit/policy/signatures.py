"""Signatures of texts in ssh's own format, made and checked by ssh-keygen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from pytest_agentaudit.children import clean_environment, which
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.process import Completed, run

NAMESPACE = "agentaudit"
"""What the signature of a waiver is made for: one that was made for git, for mail or for something else of ours is
none.
"""

SECONDS = 20.0
_PLACE = regex(r"^.*?allowed_signers:\d+: ")
_NO_KEYGEN = "there is no ssh-keygen on PATH to check its signature with"


class SignatureError(ValueError):
    """A signature that does not count; the text says why, in a clause with "it"."""


def signer(message: bytes, signature: bytes, allowed: bytes, namespace: str = NAMESPACE) -> str:
    """Who signed the message for the purpose `namespace`, by the name that the list of allowed signers gives the key.

    SignatureError where nobody of the list did, or where ssh-keygen is missing.
    """
    with _folder() as folder:
        (folder / "allowed_signers").write_bytes(allowed)
        (folder / "signature").write_bytes(signature)
        files = ("-s", "signature", "-f", "allowed_signers")
        found = _keygen(folder, "find-principals", *files)
        if found.status:
            raise SignatureError(_unknown(found))
        names = [name for name in found.stdout.decode("utf-8", "replace").split("\n") if name]
        said = "ssh-keygen names nobody who signed it"
        for name in names:
            done = _keygen(folder, "verify", *files, "-I", name, "-n", namespace, stdin=message)
            if not done.status:
                return name
            said = _refused(done, namespace)
    raise SignatureError(said)


def sign(message: bytes, key: str, namespace: str = NAMESPACE) -> bytes:
    """The signature of a message for the purpose `namespace`, by a private key's file, or by a public one's whose other
    half ssh-agent holds.

    AuditError where ssh-keygen is missing or does not sign.
    """
    program = _program()
    if not program:
        raise AuditError("there is no ssh-keygen on PATH", "install OpenSSH (8.2 or later)")
    environment = {**clean_environment(("HOME", "SSH_AUTH_SOCK")), "SSH_ASKPASS": "/bin/false"}
    environment["SSH_ASKPASS_REQUIRE"] = "force"  # a question to the terminal would wait for ever: we are not its group
    argv = [program, "-Y", "sign", "-n", namespace, "-f", str(Path(key).expanduser().absolute()), "-"]
    done = run(argv, cwd="/", env=environment, stdin=message, timeout=SECONDS)
    if done.status or b"BEGIN SSH SIGNATURE" not in done.stdout:
        way_out = "a key with a passphrase: ssh-add it, and name its .pub file"
        raise AuditError(f"ssh-keygen did not sign with {key}: {_first(done)}", way_out)
    return done.stdout


def _program() -> str:
    return which("ssh-keygen", clean_environment()["PATH"])


@contextmanager
def _folder() -> Iterator[Path]:
    with import_module("tempfile").TemporaryDirectory(prefix="agentaudit-ssh-") as folder:
        yield Path(folder)


def _keygen(folder: Path, action: str, *options: str, stdin: bytes = b"") -> Completed:
    program = _program()
    if not program:
        raise SignatureError(_NO_KEYGEN)
    environment = {**clean_environment(), "LC_ALL": "C"}
    try:
        return run([program, "-Y", action, *options], cwd=str(folder), env=environment, stdin=stdin, timeout=SECONDS)
    except AuditError as error:
        raise SignatureError(f"its signature cannot be checked: {error.message}") from error


def _first(done: Completed) -> str:
    """What ssh-keygen complains of, without the place in our copy of the list."""
    lines = [line for line in done.stderr.decode("utf-8", "replace").split("\n") if line.strip()]
    telling = [line for line in lines if not line.startswith(("Signing data", "Could not verify"))]
    return _PLACE.sub("", telling[0]).strip() if telling else f"exit status {done.status}"


def _unknown(done: Completed) -> str:
    """Why nobody of the list can have signed."""
    said = _first(done)
    if said.startswith("No principal"):
        return "none of the allowed signers made its signature"
    if expired := re.search(r"key has expired.*valid-before (\d{4}-\d\d-\d\d)", said):
        return f"the key that signed it was allowed until {expired[1]} only"
    if too_early := re.search(r"key is not yet valid.*valid-after (\d{4}-\d\d-\d\d)", said):
        return f"the key that signed it is not allowed before {too_early[1]}"
    if "signature" in said or "armor" in said:
        return f"its signature cannot be read ({said})"
    return f"none of the allowed signers made its signature ({said})"


def _refused(done: Completed, namespace: str) -> str:
    said = _first(done)
    if "incorrect signature" in said:
        return "its text was edited after it was signed"
    if "not permitted for use in signature namespace" in said:
        return f'the key that signed it is not allowed to sign for "{namespace}"'
    if "namespace does not match" in said:
        return f'it was signed for another purpose than "{namespace}"'
    return f"its signature does not hold ({said})"
