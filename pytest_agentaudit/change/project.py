"""What a project ships and what it tests, read from its packaging metadata and pytest's settings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import import_module

from msgspec import Struct

from pytest_agentaudit.change import names
from pytest_agentaudit.change.listing import Listing
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.toml import loads

Read = Callable[[str], bytes | None]
Table = Mapping[str, object]

DEFAULT_PYTHON_FILES = ("test_*.py", "*_test.py")
_ASKED = regex(rb"^\s*\[(?:pytest|tool:pytest|metadata|options)\b", re.MULTILINE)
"""The sections that somebody asks for."""
_BUILDS = regex(rb"\b(?:setuptools|distutils|skbuild)\b")
FILES_AT_HAND = 16
"""So many settings files are remembered as they were read: each is asked for several times."""


class Project(Struct, frozen=True):
    """A folder with packaging metadata (or the whole repository): what it ships and what pytest looks at in it.

    All paths are the repository's. `packages` are folders, `modules` files; `complete` holds where nothing else can be
    shipped (the metadata lists it, or there is a source folder). Empty `testpaths` mean everything.
    """

    folder: str
    packages: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    complete: bool = False
    testpaths: tuple[str, ...] = ()
    python_files: tuple[str, ...] = DEFAULT_PYTHON_FILES

    @property
    def depth(self) -> int:
        """How many folders lead to it."""
        return len(self.folder.split("/")) if self.folder else 0

    @property
    def found(self) -> bool:
        """Whether it is known what is shipped."""
        return bool(self.packages or self.modules)

    def ships(self, path: str) -> bool:
        """Whether a file is shipped, as far as it is known."""
        return path in self.modules or any(under(path, package) for package in self.packages)

    def overlaps(self, place: str) -> bool:
        """Whether a folder holds shipped code, or is held by it."""
        return any(under(place, package) or under(package, place) for package in self.packages)

    def collects(self, path: str) -> bool:
        """Whether pytest takes a file of this name for one of tests. Patterns that take any name tell nothing."""
        name = path.rpartition("/")[2]
        return any(
            fnmatchcase(f"/{path}", f"*/{pattern}") if "/" in pattern else fnmatchcase(name, pattern)
            for pattern in self.python_files
            if not fnmatchcase("any_name.py", pattern)
        )


def under(path: str, folder: str) -> bool:
    """Whether a path is the folder itself or stands below it ("" holds everything)."""
    return not folder or path == folder or path.startswith(f"{folder}/")


def join(folder: str, path: str) -> str:
    """A path relative to the repository, from one that is relative to `folder`; "" is the repository itself."""
    parts = [part for part in f"{folder}/{path}".split("/") if part not in ("", ".")]
    return "/".join(parts)


def is_project(folder: str, read: Read) -> bool:
    """Whether packaging metadata stands in this folder (settings of tools alone make no project). A module of a package
    that is called `setup` is no such metadata.
    """
    script = read(join(folder, "setup.py"))
    if script is not None and (_BUILDS.search(script) or read(join(folder, "__init__.py")) is None):
        return True
    toml = _toml(read(join(folder, "pyproject.toml")))
    ini = _ini(read(join(folder, "setup.cfg")))
    return bool(toml.keys() & {"project", "build-system"} or _table(toml, "tool", "poetry") or "metadata" in ini)


def read_project(folder: str, read: Read, files: Listing) -> Project:
    """The project in `folder`. `files` are those of the repository."""
    packages, modules, complete = _shipped(folder, read, files)
    testpaths, python_files = _collected(folder, read)
    return Project(folder, packages, modules, complete, testpaths, python_files)


def _shipped(folder: str, read: Read, files: Listing) -> tuple[frozenset[str], frozenset[str], bool]:
    toml = _toml(read(join(folder, "pyproject.toml")))
    ini = _ini(read(join(folder, "setup.cfg")))
    listed = {join(folder, path) for path in (*_listed(toml), *_listed_in_ini(ini))} - {folder}
    name = _name(toml, ini)
    guesses = {join(folder, guess) for guess in (name, name.replace("_", "/"), name.removeprefix("python_"))} - {folder}
    code = {place for place in files.packages(folder) if not names.stands_aside(place.rpartition("/")[2])}
    for places, complete in ((listed, True), ({join(folder, "src")}, True), (guesses, False), (code, False)):
        packages = frozenset(filter(files.has_folder, places))
        modules = frozenset(f"{place}.py" for place in places if f"{place}.py" in files)
        if packages or modules:
            return packages, modules, complete
    return frozenset(), frozenset(), False


def _collected(folder: str, read: Read) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Test paths and name patterns from the nearest pytest settings at or above a folder."""
    while True:
        for settings in _pytest_settings(folder, read):
            testpaths = tuple(join(folder, path) for path in _words(settings.get("testpaths")))
            return testpaths, tuple(_words(settings.get("python_files"))) or DEFAULT_PYTHON_FILES
        if not folder:
            return (), DEFAULT_PYTHON_FILES
        folder = folder.rpartition("/")[0]


def _pytest_settings(folder: str, read: Read) -> Iterator[Table]:
    """The settings of each file that pytest would take, in its order of precedence."""
    for name in ("pytest.toml", ".pytest.toml"):
        if (content := read(join(folder, name))) is not None:
            yield _table(_toml(content), "pytest")
    for name in ("pytest.ini", ".pytest.ini"):
        if (content := read(join(folder, name))) is not None:
            yield _ini(content).get("pytest", {})
    own = _table(_toml(read(join(folder, "pyproject.toml"))), "tool", "pytest")
    if own:
        yield _table(own, "ini_options") or own
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        if (settings := _ini(read(join(folder, name))).get(section)) is not None:
            yield settings


def _listed(toml: Table) -> Iterator[str]:
    """The packages and modules that pyproject.toml names, as paths from its folder."""
    tool = _table(toml, "tool")
    wheel = _table(tool, "hatch", "build", "targets", "wheel")
    yield from (path.rstrip("/*") for key in ("packages", "only-include") for path in _words(wheel.get(key)))
    yield from _listed_by_setuptools(_table(tool, "setuptools"))
    for package in _items(_table(tool, "poetry").get("packages")):
        if isinstance(package, dict):
            yield f"{package.get('from', '')}/{package.get('include', '')}".rstrip("/*")
    flit = _table(tool, "flit", "module").get("name") or _table(tool, "flit", "metadata").get("module")
    yield from (f"{place}/{name}" for name in _words(flit) for place in ("", "src"))
    uv = _table(tool, "uv", "build-backend")
    root = uv.get("module-root", "src")
    yield from (f"{root}/{name.replace('.', '/')}" for name in _words(uv.get("module-name")))
    yield from _words(_table(tool, "pdm", "build").get("includes"))
    yield from _words(_table(tool, "maturin").get("python-source"))


def _listed_by_setuptools(setuptools: Table) -> Iterator[str]:
    places = _table(setuptools, "package-dir")
    default = str(places.get("", ""))
    packages = setuptools.get("packages")
    if isinstance(packages, list):
        yield from (str(places.get(name, f"{default}/{name.replace('.', '/')}")) for name in _words(packages))
    find = _table(setuptools, "packages", "find")
    wheres = _words(find.get("where")) or [default]
    includes = [pattern.rstrip("*.").replace(".", "/") for pattern in _words(find.get("include"))]
    if find.get("where") or includes:
        yield from (f"{where}/{name}" for where in wheres for name in includes or [""])
    yield from (f"{default}/{name}" for name in _words(setuptools.get("py-modules")))


def _listed_in_ini(ini: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The packages and modules that setup.cfg names, as paths from its folder."""
    options = ini.get("options", {})
    places = dict(item.partition("=")[::2] for item in options.get("package_dir", "").replace(" ", "").split("\n"))
    default = places.get("", "")
    for name in _words(options.get("packages")):
        if not name.startswith("find"):
            yield f"{default}/{name.replace('.', '/')}"
        elif where := ini.get("options.packages.find", {}).get("where"):
            yield where
    yield from (f"{default}/{name}" for name in _words(options.get("py_modules")))


def _name(toml: Table, ini: Mapping[str, Mapping[str, str]]) -> str:
    """The distribution's name, as an import name would be written."""
    named = _table(toml, "project").get("name") or _table(toml, "tool", "poetry").get("name")
    return re.sub(r"[-.]+", "_", str(named or ini.get("metadata", {}).get("name", "")))


@lru_cache(maxsize=FILES_AT_HAND)
def _toml(content: bytes | None) -> Table:
    try:
        return loads((content or b"").decode())
    except (ValueError, RecursionError):
        return {}


@lru_cache(maxsize=FILES_AT_HAND)
def _ini(content: bytes | None) -> Mapping[str, Mapping[str, str]]:
    if not content or not _ASKED.search(content):
        return {}  # asked of every folder
    room = import_module("configparser")
    parser = room.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    try:
        parser.read_string(content.decode("utf-8", "replace"))
    except (room.Error, AttributeError):  # its own mistake, over a line that goes on below a key without a value
        return {}
    return {name: {key: value or "" for key, value in parser[name].items()} for name in parser.sections()}


def _table(table: Table, *keys: str) -> Table:
    """The nested table under these keys; an empty one where there is none."""
    for key in keys:
        inner = table.get(key)
        if not isinstance(inner, dict):
            return {}
        table = inner
    return table


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _words(value: object) -> list[str]:
    """A list of texts, or a text split as pytest and setuptools split it."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    if not isinstance(value, str):
        return []
    try:
        return shlex.split(value.replace(",", " "), comments=True)
    except ValueError:
        return value.split()
