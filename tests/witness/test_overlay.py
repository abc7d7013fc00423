"""Other code in the place of files, in a process of its own."""

from __future__ import annotations

import py_compile
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

SETUP = """\
import sys
sys.path.insert(0, {folder!r})
from pytest_agentaudit.witness.overlay import Overlay
overlay = Overlay({{{folder!r} + "/" + path: content for path, content in {files!r}.items()}})
overlay.install()
"""


def shown(folder: Path, files: Mapping[str, bytes | None], code: str) -> str:
    """What the code prints where `files` stand in the place of what lies in the folder."""
    script = SETUP.format(folder=str(folder), files=dict(files)) + code
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    return (done.stdout + done.stderr).strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, text in {
        "pack/__init__.py": "",
        "pack/one.py": "VALUE = 'head'\n",
        "pack/two.py": "VALUE = 'two'\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


PRINT = "import pack.one; print(pack.one.VALUE)"


def test_another_content_is_imported(folder: Path) -> None:
    assert shown(folder, {"pack/one.py": b"VALUE = 'base'\n"}, PRINT) == "base"


def test_what_is_not_in_it_stays(folder: Path) -> None:
    assert shown(folder, {"pack/two.py": b"VALUE = 'base'\n"}, PRINT) == "head"


@pytest.mark.parametrize(("link", "target"), [("pack/other.py", "one.py"), ("linked", "pack")])
def test_a_file_behind_a_link(folder: Path, link: str, target: str) -> None:
    (folder / link).symlink_to(target)
    name = "pack.other" if link.endswith(".py") else "linked.one"
    code = f"import {name} as it; print(it.VALUE)"
    assert shown(folder, {"pack/one.py": b"VALUE = 'base'\n"}, code) == "base"


def test_a_compiled_file_does_not_stand_in(folder: Path) -> None:
    assert py_compile.compile(str(folder / "pack/one.py"))
    assert shown(folder, {"pack/one.py": b"VALUE = 'base'\n"}, PRINT) == "base"
    assert shown(folder, {}, PRINT) == "head"


def test_a_file_that_shall_not_be_there(folder: Path) -> None:
    assert shown(folder, {"pack/one.py": None}, PRINT).endswith("ModuleNotFoundError: No module named 'pack.one'")


def test_a_file_that_is_there_in_the_overlay_alone(folder: Path) -> None:
    files = {"pack/gone.py": b"VALUE = 1\n", "old/__init__.py": b"", "old/deep.py": b"VALUE = 2\n"}
    assert shown(folder, files, "import pack.gone, old.deep; print(pack.gone.VALUE + old.deep.VALUE)") == "3"


def test_a_file_loaded_by_its_path(folder: Path) -> None:
    code = (
        "from importlib.util import module_from_spec, spec_from_file_location\n"
        f"spec = spec_from_file_location('m', {str(folder)!r} + '/pack/one.py')\n"
        "module = module_from_spec(spec); spec.loader.exec_module(module); print(module.VALUE)"
    )
    assert shown(folder, {"pack/one.py": b"VALUE = 'base'\n"}, code) == "base"


def test_finders_that_come_first(folder: Path) -> None:
    code = (
        "import importlib.machinery\n"
        "class Own(importlib.machinery.SourceFileLoader): pass\n"
        "class Eager:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        spec = importlib.machinery.PathFinder.find_spec(name, path)\n"
        "        if spec and name == 'pack.one': spec.loader = Own(name, spec.origin)\n"
        "        return spec\n"
        "sys.meta_path.insert(0, Eager())\n"
    )
    assert shown(folder, {"pack/one.py": b"VALUE = 'base'\n"}, code + PRINT) == "base"


def test_what_was_served_is_known(folder: Path) -> None:
    files = {"pack/one.py": b"VALUE = 'base'\n", "pack/two.py": b"", "pack/three.py": None}
    told = shown(folder, files, "import pack.one; print(*overlay.served)")
    assert told == str(folder.resolve() / "pack/one.py")


READ = """
import io, pathlib
here = pathlib.Path({folder!r})
overlay = Overlay({{{folder!r} + "/rows.json": b"base"}})
overlay.install({copies!r})
print(open({folder!r} + "/rows.json").read(), (here / "rows.json").read_text(), io.open(here / "other.json").read())
"""
EXISTS = "import pathlib; print(*(pathlib.Path({folder!r}, name).exists() for name in ('a.py', 'b.py')))"


def test_data_is_served_to_whoever_opens_it(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("rows.json", "other.json"):
        (folder / name).write_text("head")
    copies = tmp_path_factory.mktemp("copies")
    assert shown(folder, {}, READ.format(folder=str(folder), copies=str(copies))) == "base base head"
    assert (folder / "rows.json").read_text() == "head"


def test_what_stands_in_it_alone_is_there_for_whoever_asks(folder: Path) -> None:
    assert shown(folder, {"a.py": b""}, EXISTS.format(folder=str(folder))) == "True False"
