"""The moment before the first of some modules is imported, whoever does it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

CONFTEST = "conftest"


class FirstImport(MetaPathFinder):
    """Asked before all finders from `join` to `leave`; finds nothing itself. `then` is called once one of the files is
    about to be imported by its name, or a conftest, which may load them in any way.
    """

    def __init__(self, paths: Iterable[str], then: Callable[[], None]) -> None:
        self._names = {CONFTEST, *map(_name, paths)}
        self._then = then

    def join(self) -> None:
        """Stand before the finders that there are."""
        sys.meta_path.insert(0, self)

    def leave(self) -> None:
        """Be asked no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the parameters are importlib's
        target: ModuleType | None = None,  # noqa: ARG002 - the same
    ) -> None:
        """Leave it to the others."""
        if fullname.rpartition(".")[2] in self._names:
            self._then()


def _name(path: str) -> str:
    """The last part of the name under which a file is imported: a package is its folder."""
    *folders, file = path.split("/")
    stem = file.rpartition(".")[0] or file
    return folders[-1] if stem == "__init__" and folders else stem
