"""Signatures, with real keys and the real ssh-keygen: each way to fail is one clear sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.policy.signatures import SignatureError, sign, signer
from tests.support.waiving import Keys

TEXT = b'rule = "stub"\n'


@pytest.fixture(scope="module")
def signature(keys: Keys) -> bytes:
    return sign(TEXT, keys.right)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("alice@example.org {right}", "alice@example.org"),
        ('alice@example.org namespaces="git,agentaudit" {right}', "alice@example.org"),
        ("alice@example.org,al {right}", "alice@example.org"),
        ('alice valid-after="20200101",valid-before="20990101" {right}', "alice"),
        ("*@example.org {right}", "*@example.org"),
        ("# a comment\n\nmallory {wrong}\nalice {right}", "alice"),
    ],
)
def test_who_signed(line: str, name: str, keys: Keys, signature: bytes) -> None:
    allowed = line.format(right=keys.public(), wrong=keys.public("wrong")).encode()
    assert signer(TEXT, signature, allowed) == name


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "none of the allowed signers made its signature"),
        ("mallory {wrong}", "none of the allowed signers made its signature"),
        ("no key at all", "none of the allowed signers made its signature"),
        ('alice valid-before="20200101" {right}', "the key that signed it was allowed until 2020-01-01 only"),
        ('alice valid-after="20990101" {right}', "the key that signed it is not allowed before 2099-01-01"),
        ('alice namespaces="git" {right}', 'the key that signed it is not allowed to sign for "agentaudit"'),
    ],
)
def test_who_may_not(line: str, why: str, keys: Keys, signature: bytes) -> None:
    allowed = line.format(right=keys.public(), wrong=keys.public("wrong")).encode()
    with pytest.raises(SignatureError) as caught:
        signer(TEXT, signature, allowed)
    assert str(caught.value).startswith(why)
    assert "\n" not in str(caught.value)


def test_an_edited_text(keys: Keys, signature: bytes) -> None:
    with pytest.raises(SignatureError, match="its text was edited after it was signed"):
        signer(TEXT + b"#\n", signature, f"alice {keys.public()}".encode())


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"-----BEGIN SSH SIGNATURE-----\nAAAA\n"])
def test_what_is_no_signature(garbage: bytes, keys: Keys) -> None:
    with pytest.raises(SignatureError, match="its signature cannot be read"):
        signer(TEXT, garbage, f"alice {keys.public()}".encode())


def test_a_signature_for_something_else(keys: Keys) -> None:
    argv = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", keys.right, "-"]
    other = subprocess.run(argv, input=TEXT, capture_output=True, check=True, timeout=60).stdout
    with pytest.raises(SignatureError, match='signed for another purpose than "agentaudit"'):
        signer(TEXT, other, f"alice {keys.public()}".encode())


def test_without_ssh_keygen(keys: Keys, signature: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SignatureError, match="there is no ssh-keygen on PATH"):
        signer(TEXT, signature, f"alice {keys.public()}".encode())
    with pytest.raises(AuditError, match="there is no ssh-keygen on PATH"):
        sign(TEXT, keys.right)


def test_a_key_that_is_missing_or_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(AuditError, match=r"ssh-keygen did not sign with .*none"):
        sign(TEXT, str(tmp_path / "none"))
    locked = tmp_path / "locked"
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-a", "1", "-f", str(locked)]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    with pytest.raises(AuditError, match="ssh-keygen did not sign with") as caught:
        sign(TEXT, str(locked))
    assert "ssh-add" in caught.value.way_out
