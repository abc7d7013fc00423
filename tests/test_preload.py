"""What may be loaded before the change was read."""

from __future__ import annotations

import site
import subprocess
import sys
from pathlib import Path

import pytest

TOLD = """
import sys
sys.path[:0] = sys.argv[1:]
from pytest_agentaudit.preload import load_tool
from pytest_agentaudit.witness.tracer import TOOL
load_tool()
print(TOOL in sys.modules)
"""


def is_loaded(*folders: Path | str) -> bool:
    """Whether the tool is loaded where the import path begins with these folders."""
    done = subprocess.run(
        [sys.executable, "-c", TOLD, *map(str, folders)], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout == "True\n"


def test_the_tool_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("raise SystemExit(3)\n")
    assert is_loaded()
    assert is_loaded(tmp_path, tmp_path / "nowhere", site.getsitepackages()[0])


@pytest.mark.parametrize("name", ["coverage.py", "coverage/__init__.py", "sqlite3.py", "html/__init__.py", "xml.pyc"])
def test_not_where_a_module_of_the_repository_could_be_met_on_the_way(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("raise SystemExit(3)\n")
    assert not is_loaded(tmp_path)


def test_not_where_it_cannot_be_told(tmp_path: Path) -> None:
    archive = tmp_path / "modules.zip"
    archive.write_bytes(b"PK")
    assert not is_loaded(archive)


def test_not_where_it_is_no_installed_package(tmp_path: Path) -> None:
    (tmp_path / "finder.py").write_text(
        "import sys\nfrom importlib.machinery import ModuleSpec\n\n\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        origin = '/else/where/coverage/__init__.py'\n"
        "        return ModuleSpec(name, None, origin=origin) if name == 'coverage' else None\n\n\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import finder" + TOLD],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "False\n"
