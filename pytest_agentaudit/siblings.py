"""The modules of a package, found by listing its folder."""

from __future__ import annotations

from importlib import import_module

from pytest_agentaudit.places import is_folder, names_in


def modules_of(folders: list[str]) -> set[str]:
    """The names of the modules in a package's `__path__`, whether that is a folder or lies in a zip file."""
    folder = folders[0]
    if is_folder(folder):
        return {it.removesuffix(".py") for it in names_in(folder) if it.endswith(".py")} - {"__init__"}
    pkgutil = import_module("pkgutil")  # it loads inspect
    return {it.name for it in pkgutil.iter_modules(folders)}
