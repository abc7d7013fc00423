"""Keys for the whole session, and an empty repository for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.waiving import Keys, WaivedRepo, make_keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def repo(tmp_path: Path) -> WaivedRepo:
    return WaivedRepo(tmp_path / "repo")
