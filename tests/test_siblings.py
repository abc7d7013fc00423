"""modules_of(): the modules of a package, in a folder and in a zip file."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from pytest_agentaudit.siblings import modules_of


def test_in_a_folder(tmp_path: Path) -> None:
    for name in ("__init__.py", "one.py", "two.py", "notes.txt"):
        (tmp_path / name).touch()
    assert modules_of([str(tmp_path)]) == {"one", "two"}


def test_in_a_zip_file(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in ("__init__.py", "one.py", "two.py", "notes.txt"):
            archive.writestr(f"package/{name}", "")
    assert modules_of([str(tmp_path / "all.zip" / "package")]) == {"one", "two"}
