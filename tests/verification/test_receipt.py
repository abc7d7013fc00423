"""Receipts: bound to a commit, signed, and worth nothing once touched."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Promise, Result, Verdict
from pytest_agentaudit.verification.receipt import Verified, check_receipt, write_receipt
from tests.verification.conftest import CODE, GOOD, MUL, Project

VERIFY_RECEIPT = (sys.executable, "-m", "pytest_agentaudit", "verify-receipt")
HEAD, BASE = "a" * 40, "b" * 40
PASSED = Verified(Verdict(Result.PASSED, Promise.VERIFIED, BASE, HEAD), BASE, HEAD, "c" * 40, "d" * 64)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two keys, one of them an allowed signer's."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ours", "theirs"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "allowed").write_text(f"ci@example.org {(folder / 'ours.pub').read_text('ascii')}", "ascii")
    return folder


@pytest.fixture
def receipt(keys: Path, tmp_path: Path) -> Path:
    path = tmp_path / "verdict.json"
    write_receipt(PASSED, str(path), str(keys / "ours"))
    return path


def test_a_signed_receipt_names_its_signer(receipt: Path, keys: Path) -> None:
    assert check_receipt(str(receipt), head=HEAD, base=BASE, allowed_signers=str(keys / "allowed")) == "ci@example.org"


def test_another_text_under_the_same_signature(receipt: Path, keys: Path) -> None:
    receipt.write_text(receipt.read_text("utf-8").replace(HEAD, "e" * 40), "utf-8")
    with pytest.raises(AuditError, match="edited after it was signed"):
        check_receipt(str(receipt), head="e" * 40, allowed_signers=str(keys / "allowed"))


def test_a_stranger_s_key(keys: Path, tmp_path: Path) -> None:
    path = tmp_path / "forged.json"
    write_receipt(PASSED, str(path), str(keys / "theirs"))
    with pytest.raises(AuditError, match="none of the allowed signers"):
        check_receipt(str(path), head=HEAD, allowed_signers=str(keys / "allowed"))


def test_no_signature_at_all(tmp_path: Path, keys: Path) -> None:
    path = tmp_path / "unsigned.json"
    write_receipt(PASSED, str(path))
    with pytest.raises(AuditError, match=r"unsigned\.json\.sig: No such file"):
        check_receipt(str(path), head=HEAD, allowed_signers=str(keys / "allowed"))
    assert check_receipt(str(path), head=HEAD) == ""


def test_a_receipt_for_another_commit(receipt: Path, keys: Path) -> None:
    allowed = str(keys / "allowed")
    with pytest.raises(AuditError, match="another head"):
        check_receipt(str(receipt), head="f" * 40, allowed_signers=allowed)
    with pytest.raises(AuditError, match="another base"):
        check_receipt(str(receipt), head=HEAD, base="f" * 40, allowed_signers=allowed)


def test_a_failed_verdict_is_no_pass(keys: Path, tmp_path: Path) -> None:
    path = tmp_path / "failed.json"
    failed = Verified(Verdict(Result.FAILED, Promise.VERIFIED, BASE, HEAD), BASE, HEAD, "c" * 40, "d" * 64)
    write_receipt(failed, str(path), str(keys / "ours"))
    with pytest.raises(AuditError, match="failed"):
        check_receipt(str(path), head=HEAD, allowed_signers=str(keys / "allowed"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"subject": 3}', "\x00"])
def test_what_is_no_receipt(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text, "utf-8")
    with pytest.raises(AuditError, match="is no receipt"):
        check_receipt(str(path), head=HEAD)


def test_a_signature_of_before_does_not_stay_beside_a_new_receipt(receipt: Path) -> None:
    write_receipt(PASSED, str(receipt))
    assert not receipt.with_name("verdict.json.sig").exists()


def test_from_verify_to_its_receipt(project: Project, keys: Path, tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    done = project.verify(
        {"src/calc.py": CODE + MUL, "tests/test_mul.py": GOOD}, f"--attest={path}", f"--sign={keys / 'ours'}"
    )
    assert done.status == 0
    said = json.loads(path.read_text("utf-8"))
    assert said["subject"][0]["digest"]["gitCommit"] == project.repo.head
    (tests,) = [it for it in said["predicate"]["configuration"] if it["name"] == "tests"]
    assert tests["annotations"]["confinement"].startswith("the tests run as ")
    checked = subprocess.run(
        [*VERIFY_RECEIPT, str(path), "--head", project.repo.head, "--allowed-signers", str(keys / "allowed")],
        capture_output=True,
        check=False,
        text=True,
    )
    assert checked.returncode == 0
    assert "signed by ci@example.org" in checked.stdout
