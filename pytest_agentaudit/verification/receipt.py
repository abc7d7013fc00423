"""The receipt of a verification: an in-toto statement, bound to the commit, and signed where a key is at hand.

https://github.com/in-toto/attestation: Statement v1 with the predicate "Test Result" v0.1; what that has no field for
stands in the annotations of its `configuration`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

import pytest_agentaudit
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Finding, Level, Result, Verdict
from pytest_agentaudit.policy.signatures import SignatureError, sign, signer
from pytest_agentaudit.report.targets import replacing

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
NAMESPACE = "agentaudit-receipt"
"""What our signatures are for: one that was made for something else does not count."""


class Verified(Struct, frozen=True):
    """A verdict and what it is about: full names of the commits and of head's tree, and the digest of the policy.
    `confinement` tells in words with how much less than the judge the tests ran; `built` are the digests (SHA-256) of
    files in their runs that no commit holds, by path.
    """

    verdict: Verdict
    base: str
    head: str
    tree: str
    policy: str
    confinement: str = ""
    built: Mapping[str, str] = field(default_factory=dict)


def write_receipt(verified: Verified, path: str, key: str = "") -> None:
    """Write the statement to `path`, and its signature by the private key file `key` beside it (`path`.sig).

    AuditError where one of them cannot be written.
    """
    place = Path(path)
    signature = place.with_name(f"{place.name}.sig")
    try:
        signature.unlink(missing_ok=True)
        with replacing(place.resolve()) as stream:
            json.dump(statement(verified), stream, indent=1, sort_keys=True)
            stream.write("\n")
    except OSError as error:
        raise AuditError(
            f"the receipt {path!r} cannot be written: {error.strerror}", "name a file in a folder that can be written"
        ) from error
    if key:
        signature.write_bytes(sign(place.read_bytes(), key, NAMESPACE))


def statement(verified: Verified) -> Mapping[str, object]:
    """The statement, as plain data."""
    verdict = verified.verdict
    by_level = {level: [_named(it) for it in verdict.findings if it.level is level] for level in Level}
    return {
        "_type": STATEMENT,
        "subject": [
            {"name": "commit", "digest": {"gitCommit": verified.head}},
            {"name": "tree", "digest": {"gitTree": verified.tree}},
        ],
        "predicateType": PREDICATE,
        "predicate": {
            "result": _result(verdict),
            "configuration": [
                {"name": "base", "digest": {"gitCommit": verified.base}},
                {"name": "policy", "digest": {"sha256": verified.policy}},
                {
                    "name": "pytest-agentaudit",
                    "digest": {"sha256": tool_digest()},
                    "annotations": {"version": pytest_agentaudit.__version__, "promise": verdict.promise.value},
                },
                *({"name": path, "digest": {"sha256": it}} for path, it in verified.built.items()),
                {"name": "tests", "annotations": {"confinement": verified.confinement}},
                {
                    "name": "verdict",
                    "annotations": {
                        "result": verdict.result.value,
                        "notJudged": [f"{it.path} {it.rule} {it.reason}".strip() for it in verdict.not_judged],
                        "waived": [_named(it) for it in verdict.waived],
                    },
                },
            ],
            "passedTests": [],
            "warnedTests": by_level[Level.WARNING],
            "failedTests": by_level[Level.ERROR],
        },
    }


def check_receipt(path: str, *, head: str, base: str = "", allowed_signers: str = "") -> str:
    """Who signed a receipt that says that `head` (and `base`, where one is named) passed; "" where no signature is
    asked for. AuditError says what is wrong with it.
    """
    place = Path(path)
    try:
        text = place.read_bytes()
        said = json.loads(text)
        commits = {it["name"]: it["digest"].get("gitCommit", "") for it in said["subject"]}
        configuration = {it["name"]: it.get("digest", {}) for it in said["predicate"]["configuration"]}
        result = said["predicate"]["result"]
        is_ours = said["_type"] == STATEMENT and said["predicateType"] == PREDICATE
    except OSError as error:
        raise AuditError(f"the receipt {path!r} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AuditError(f"{path!r} is no receipt", "agentaudit verify --attest writes one") from None
    who = _signer(place, text, allowed_signers) if allowed_signers else ""
    if not is_ours:
        raise AuditError(f"{path!r} is a statement of another kind")
    for name, wanted, found in (
        ("head", head, commits.get("commit")),
        ("base", base, configuration.get("base", {}).get("gitCommit")),
    ):
        if wanted and wanted != found:
            raise AuditError(f"the receipt is about another {name}: {found}, not {wanted}", "verify this commit")
    if result == "FAILED":
        raise AuditError(f"the receipt says that {head} failed")
    return who


def _signer(place: Path, text: bytes, allowed_signers: str) -> str:
    """Who of the allowed signers signed it; AuditError where none of them did."""
    beside = place.with_name(f"{place.name}.sig")
    try:
        signature, allowed = beside.read_bytes(), Path(allowed_signers).read_bytes()
    except OSError as error:
        raise AuditError(f"the receipt's signature cannot be checked: {error.filename}: {error.strerror}") from error
    try:
        return signer(text, signature, allowed, NAMESPACE)
    except SignatureError as error:
        raise AuditError(f"the receipt does not count: {error}", "verify the commit again") from error


def tool_digest() -> str:
    """SHA-256 over all files of this package, by name: which tool it was."""
    folder = Path(pytest_agentaudit.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _result(verdict: Verdict) -> str:
    if verdict.result is Result.FAILED:
        return "FAILED"
    return "WARNED" if verdict.count(Level.WARNING) or verdict.result is Result.INCOMPLETE else "PASSED"


def _named(finding: Finding) -> str:
    return f"{finding.rule} {finding.location.path} {finding.fingerprint}"
