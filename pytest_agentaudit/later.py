"""Names whose modules are loaded when one of them is first used. An audit needs few of the modules that it could need:
each takes 0.1 to 0.5 ms, and all that none of its rules came to were a twelfth of one with little to do.

    if TYPE_CHECKING:
        from pytest_agentaudit.facts.proven import Standing, tried
    else:
        Standing, tried = later("pytest_agentaudit.facts.proven", "Standing", "tried")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Later:
    """Stands for a function, or for a class that is called or asked for an attribute: for nothing else."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return getattr(import_module(self._module), self._name)(*arguments, **keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(getattr(import_module(self._module), self._name), name)


def later(module: str, *names: str) -> Any:
    """What stands for these names of a module: one for one name, a list for several."""
    found = [_Later(module, name) for name in names]
    return found[0] if len(found) == 1 else found
