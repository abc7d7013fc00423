"""third_party_rules(): packages that add rules are found by their entry points, and looked for cheaply."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_agentaudit.audit.rule_packages import third_party_rules
from pytest_agentaudit.errors import AuditError

BROKEN = (
    "from pytest_agentaudit.hookspecs import hookimpl\n\n\n@hookimpl\ndef agentaudit_rules():\n    return [object]\n"
)


def installed(folder: Path, group: str) -> None:
    metadata = folder / "extra_rules-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: extra-rules\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[{group}]\nextra = extra_rules_of_a_test\n")
    (folder / "extra_rules_of_a_test.py").write_text(BROKEN)


def test_without_such_a_package_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, "pytest12")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert third_party_rules() == ()


def test_a_package_is_found_by_the_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, "agentaudit")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(AuditError, match="no rule class"):
        third_party_rules()


def test_an_empty_entry_of_the_path_is_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, "agentaudit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    with pytest.raises(AuditError, match="no rule class"):
        third_party_rules()


def test_a_folder_that_is_not_there_and_an_archive_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "some.zip"
    archive.write_bytes(b"")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "absent"), str(archive), *sys.path])
    assert third_party_rules() == ()
