"""Scenarios are found in a source checkout and in an installed package, and copied whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentaudit.cli import bundled
from pytest_agentaudit.cli.demo import GREEN, RED
from pytest_agentaudit.errors import AuditError
from tests.support.scenarios import FIXTURES, tree


@pytest.mark.parametrize("name", [RED, GREEN])
def test_a_change_is_applied_deletions_too(name: str, tmp_path: Path) -> None:
    bundled.copy_tree(bundled.scenario(name) / "before", tmp_path)
    assert tree(tmp_path) == tree(FIXTURES / name / "before")
    bundled.apply_change(name, tmp_path)
    assert tree(tmp_path) == tree(FIXTURES / name / "after")


def test_a_deleted_file_is_gone(tmp_path: Path) -> None:
    bundled.copy_tree(bundled.scenario("removed-feature") / "before", tmp_path)
    bundled.apply_change("removed-feature", tmp_path)
    assert not (tmp_path / "forecast" / "cache.py").exists()


def test_the_installed_place_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    installed = package / "cli" / "scenarios" / "one"
    checkout = tmp_path / "fixtures" / "one"
    for place in (installed, checkout):
        (place / "before").mkdir(parents=True)
    monkeypatch.setattr(bundled, "files", lambda _name: package)
    assert bundled.scenario("one") == installed
    (installed / "before").rmdir()
    assert Path(str(bundled.scenario("one"))).resolve() == checkout


def test_a_missing_scenario_is_one_clear_error() -> None:
    with pytest.raises(AuditError, match="the scenario 'none' is missing"):
        bundled.scenario("none")
