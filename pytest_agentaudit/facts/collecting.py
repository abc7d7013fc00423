"""What pytest would collect, by its settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from pytest_agentaudit.facts.kinds.tests import OUTSIDE
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.places import folders_of

NORECURSE = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
"""pytest's default of norecursedirs (its reference page)."""


class Collecting(Struct, frozen=True):
    """pytest's settings of what it collects, with its own defaults."""

    python_files: tuple[str, ...] = ("test_*.py", "*_test.py")
    python_functions: tuple[str, ...] = ("test",)
    python_classes: tuple[str, ...] = ("Test",)
    testpaths: tuple[str, ...] = ()
    norecursedirs: tuple[str, ...] = NORECURSE

    @classmethod
    def of(cls, settings: Mapping[str, Setting]) -> Collecting:
        """The settings of a tree; what is not set keeps pytest's default."""
        given = {name: settings.get(f"pytest.{name}") for name in cls.__struct_fields__}
        return cls(**{name: _words(setting.value) for name, setting in given.items() if setting is not None})

    def file(self, path: str) -> str:
        """Why pytest would not collect from a file, "" where it would."""
        folder = next((part for part in path.split("/")[:-1] if _any(part, self.norecursedirs)), "")
        if not any(_matches_path(path, pattern) for pattern in self.python_files):
            return f"its file is not named {' or '.join(self.python_files)}"
        if folder:
            return f"its folder {folder} is in norecursedirs"
        if self.testpaths and not any(_under(path, start) for start in self.testpaths):
            return f"{OUTSIDE} {' '.join(self.testpaths)}"
        return ""

    def is_function(self, name: str) -> bool:
        """Whether pytest takes a function of this name for a test."""
        return _any_prefix(name, self.python_functions)

    def is_class(self, name: str) -> bool:
        """Whether pytest takes a class of this name for a group of tests."""
        return _any_prefix(name, self.python_classes)


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(map(str, value)) if isinstance(value, Iterable) else ()


def _any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _any_prefix(name: str, patterns: Iterable[str]) -> bool:
    """Pytest's rule: a prefix, or a glob where it has one of `*?[`."""
    return any(
        name.startswith(pattern) or (any(sign in pattern for sign in "*?[") and fnmatchcase(name, pattern))
        for pattern in patterns
    )


def _matches_path(path: str, pattern: str) -> bool:
    """Pytest's rule: a pattern with a slash is held against the whole path, another against the name."""
    return fnmatchcase(path, f"*{pattern}") if "/" in pattern else fnmatchcase(path.rpartition("/")[2], pattern)


def _under(path: str, start: str) -> bool:
    start = start.strip("/").removeprefix("./")
    if start in {"", "."}:
        return True
    return any(fnmatchcase(place or ".", start) for place in (path, *folders_of(path)))
