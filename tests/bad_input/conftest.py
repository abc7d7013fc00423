from pathlib import Path

import pytest

from tests.support.bad_input import OddRepo


@pytest.fixture
def repo(tmp_path: Path) -> OddRepo:
    return OddRepo(tmp_path / "repo")


@pytest.fixture(params=["pytest", "check"])
def command(request: pytest.FixtureRequest) -> str:
    return str(request.param)
