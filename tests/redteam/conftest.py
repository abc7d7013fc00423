from __future__ import annotations

from pathlib import Path

import pytest

from tests.redteam.attacks import ATTACKS
from tests.redteam.scene import Attack, Scene, lay_out
from tests.redteam.telling import HONEST, told_lower

LOWER = (*told_lower(), *sorted(HONEST))
PLAYED = {"name": ATTACKS, "run": ATTACKS, "verified": ATTACKS, "house": LOWER, "strict": LOWER}
"""What each kind of test goes through: all attacks, or those that a strict house is asked about."""
FEW = {"run": ("D21", "D36", "H33", "F41", "F48"), "verified": ("D62", "F48"), "strict": ("Sa1",)}
"""The attacks that every suite plays against the real commands: one for each kind of answer."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--redteam",
        choices=("few", "all"),
        default="few",
        help="how many attacks are played against the real commands (needs `pytest tests/redteam`)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Where a kind of test asks a real command, each attack takes seconds."""
    some = {} if metafunc.config.getoption("--redteam", "few") == "all" else FEW
    for way in PLAYED.keys() & set(metafunc.fixturenames):
        metafunc.parametrize(way, some.get(way, PLAYED[way]))


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("redteam") / "start")


@pytest.fixture
def scene(start: Path, tmp_path: Path) -> Scene:
    return Scene(tmp_path / "project", start)


@pytest.fixture
def attack(request: pytest.FixtureRequest) -> Attack:
    """The attack that the test's parameter names."""
    (name,) = request.node.callspec.params.values()
    return ATTACKS[name]
