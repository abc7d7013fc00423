from __future__ import annotations

from pathlib import Path

import pytest

from tests.redteam.attacks import ATTACKS
from tests.redteam.scene import Attack, Scene, lay_out

FEW = ("D21", "D36", "D81", "H33", "Sd3", "F22", "F41", "F48")
"""The attacks that every suite plays against the real commands, one of each kind of answer."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--redteam",
        choices=("few", "all"),
        default="few",
        help="how many attacks are played against the real commands (needs `pytest tests/redteam`)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`name` runs through all attacks, `played` through those that the real commands meet."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", ATTACKS)
    if "played" in metafunc.fixturenames:
        all_of_them = metafunc.config.getoption("--redteam", "few") == "all"
        metafunc.parametrize("played", ATTACKS if all_of_them else FEW)


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("redteam") / "start")


@pytest.fixture
def scene(start: Path, tmp_path: Path) -> Scene:
    return Scene(tmp_path / "project", start)


@pytest.fixture
def attack(request: pytest.FixtureRequest) -> Attack:
    """The attack of the test's `name` or `played`."""
    values = request.node.callspec.params
    return ATTACKS[values.get("name") or values["played"]]
