"""Signatures of files, as git makes them too: `ssh-keygen -Y`, with keys and signers that people have already."""

from __future__ import annotations

import shutil
from pathlib import Path

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.process import clean_environment, run

TIMEOUT = 60.0
"""Seconds that ssh-keygen may take: a key with a passphrase asks nobody here."""
INSTALL = "install OpenSSH (its ssh-keygen), version 8.2 or later"


def sign(file: Path, key: str, namespace: str) -> None:
    """Sign a file with a private key file; the signature stands beside it (`file`.sig). AuditError where that fails."""
    done = run(
        [_program(), "-q", "-Y", "sign", "-f", str(Path(key).absolute()), "-n", namespace, str(file.absolute())],
        cwd=str(file.absolute().parent),
        env=clean_environment(("SSH_AUTH_SOCK",)),
        timeout=TIMEOUT,
    )
    if done.status or done.timed_out:
        raise AuditError(
            f"{file} cannot be signed with {key}: {done.complaint}", "name a private SSH key, or its agent"
        )


def signer(file: Path, allowed_signers: str, namespace: str) -> str:
    """Who signed a file, by the name in the allowed-signers file. AuditError where none of them did."""
    signature = file.with_name(f"{file.name}.sig")
    if not signature.is_file():
        raise AuditError(f"{file} is not signed: there is no {signature.name} beside it")
    common = ["-s", str(signature.absolute()), "-f", str(Path(allowed_signers).absolute())]
    found = _ask([_program(), "-Y", "find-principals", *common], file)
    for name in found:
        if _ask([_program(), "-Y", "verify", "-I", name, "-n", namespace, *common], file):
            return name
    raise AuditError(
        f"{file} has no valid signature by one of the signers in {allowed_signers}",
        "its text was changed after it was signed, or another key signed it",
    )


def _ask(argv: list[str], file: Path) -> list[str]:
    """What ssh-keygen prints about the file, line by line; nothing where it says no."""
    done = run(argv, cwd=str(file.absolute().parent), stdin=file.read_bytes(), timeout=TIMEOUT)
    return [] if done.status else done.stdout.decode(errors="replace").split("\n")


def _program() -> str:
    found = shutil.which("ssh-keygen", path=clean_environment()["PATH"])
    if not found:
        raise AuditError("there is no ssh-keygen on PATH", INSTALL)
    return found
