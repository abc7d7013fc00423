"""The modules of a package, found by listing its folder."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def modules_of(folders: list[str]) -> set[str]:
    """The names of the modules in a package's `__path__`, whether that is a folder or lies in a zip file."""
    folder = Path(folders[0])
    if folder.is_dir():
        return {it.stem for it in folder.iterdir() if it.suffix == ".py"} - {"__init__"}
    pkgutil = import_module("pkgutil")  # it loads inspect
    return {it.name for it in pkgutil.iter_modules(folders)}
