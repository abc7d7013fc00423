import os
import sys
from pathlib import Path

import pytest

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.link import launch as module
from pytest_agentaudit.link.channel import Channel
from pytest_agentaudit.link.launch import import_folders, launch, package_home
from pytest_agentaudit.link.messages import Progress


def test_the_audited_tree_is_no_import_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    outside = tmp_path.parent
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), str(tmp_path / "src"), str(outside), str(outside / "none")])
    assert import_folders(str(tmp_path), "/home/of/ours") == (str(outside), "/home/of/ours")


def test_an_environment_within_the_tree_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = tmp_path / ".venv" / "site-packages"
    packages.mkdir(parents=True)
    monkeypatch.setattr("site.getsitepackages", lambda: [str(packages)])
    monkeypatch.setattr(sys, "path", [str(packages), str(tmp_path)])
    assert import_folders(str(tmp_path), "/ours") == (str(packages), "/ours")


def test_a_link_into_the_tree_is_in_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    link = tmp_path / "link"
    link.symlink_to(tree)
    monkeypatch.setattr(sys, "path", [str(link)])
    assert import_folders(str(tree), "/ours") == ("/ours",)


def test_the_standard_library_comes_with_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(Path(os.__file__).parent)])
    assert import_folders("/nowhere", "/ours") == ("/ours",)


def test_our_home_holds_our_package() -> None:
    assert (Path(package_home()) / "pytest_agentaudit" / "plugin.py").exists()


def test_progress_in_words() -> None:
    assert str(Progress("a.py", "reading")) == "reading a.py"
    assert str(Progress("", "rule removed-test")) == "rule removed-test"


def test_an_auditor_that_fails_to_load_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "package_home", lambda: str(tmp_path))
    started = launch(str(tmp_path))
    channel = Channel(*started.ends)
    with pytest.raises(AuditError, match="the auditor did not start: ") as caught:
        started.settle()
    assert "pytest_agentaudit check" in caught.value.way_out
    channel.close()


def test_where_no_process_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pipe() -> tuple[int, int]:
        raise OSError("too many open files")

    monkeypatch.setattr(os, "pipe", pipe)
    with pytest.raises(AuditError, match="the auditor did not start: too many open files"):
        launch(str(tmp_path))
