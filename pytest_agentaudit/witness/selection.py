"""Whether a run is the project's whole suite, and if not, why.

What the project's own settings select is its whole suite; what is typed, or set in PYTEST_ADDOPTS, is a choice of
whoever runs it.
"""

from __future__ import annotations

import argparse
import inspect
import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from types import FrameType

import pytest

MOST_ENTRIES = 50_000
"""How many directory entries are looked at in search of tests that a typed folder leaves out."""

NOTHING_RUNS = {
    "collectonly": "--collect-only",
    "help": "--help",
    "version": "--version",
    "markers": "--markers",
    "showfixtures": "--fixtures",
    "show_fixtures_per_test": "--fixtures-per-test",
    "cacheshow": "--cache-show",
    "setupplan": "--setup-plan",
    "setuponly": "--setup-only",
}
"""pytest's options under which no test is called, by their destination."""

BY_OPTION = ("_pytest.mark", "_pytest.main")
"""The modules that apply `-k`, `-m` and `--deselect`. Typed ones are known from the command line; what else they take
away, the project's settings take away."""

_CHOICES = {
    "keyword": "-k",
    "markexpr": "-m",
    "deselect": "--deselect",
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
}


def idle_option(options: argparse.Namespace) -> str:
    """The option under which nothing runs, or ""."""
    return next((name for dest, name in NOTHING_RUNS.items() if getattr(options, dest, None)), "")


def typed_options(parser: pytest.Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """The options of these arguments alone, without those of the project's settings."""
    return parser.parse_known_args([str(argument) for argument in arguments])


def chosen_reasons(config: pytest.Config, parser: pytest.Parser, unlisted: Sequence[str]) -> Iterator[str]:
    """Why the run was asked to be only a part of the suite. Where ids were typed, what they leave out is `unlisted`."""
    yield from typed_choices(config, parser)
    if unlisted:
        others = f" and {len(unlisted) - 1} more" if len(unlisted) > 1 else ""
        yield f"single ids, which leave out {unlisted[0]}{others}"
    elif config.args_source == config.ArgsSource.ARGS and not names_ids(config.known_args_namespace):
        yield from _left_out(config)


def names_ids(options: argparse.Namespace) -> bool:
    """Whether tests were typed by their ids, as editors do it for a whole suite too."""
    return any("::" in str(argument) for argument in options.file_or_dir)


def typed_choices(config: pytest.Config, parser: pytest.Parser) -> tuple[str, ...]:
    """The options that were typed, and choose tests."""
    arguments = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *config.invocation_params.args]
    options = typed_options(parser, [str(argument) for argument in arguments])
    return tuple(name for dest, name in _CHOICES.items() if getattr(options, dest, None))


def suite_files(config: pytest.Config, typed: Sequence[str]) -> Iterator[str]:
    """The test files, by node id, that a plain `pytest` would look into, where this run was told which to look into:
    by arguments, or by options among the `typed` ones.
    """
    ignores = not {"--ignore", "--ignore-glob"}.isdisjoint(typed)
    if config.args_source != config.ArgsSource.ARGS and not ignores:
        return
    root = config.rootpath.resolve()
    for folder in _suite_folders(config, root):
        for file in _test_files(config, folder):
            if ignores or not _is_ignored(config, file):
                yield file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)


def _is_ignored(config: pytest.Config, file: Path) -> bool:
    """Whether settings and conftests keep a file from being looked into."""
    with suppress(Exception):  # hooks of the repository may raise what they like
        return bool(config.hook.pytest_ignore_collect(collection_path=file, config=config))
    return False


def _left_out(config: pytest.Config) -> Iterator[str]:
    """What the typed files and folders leave out."""
    base = config.invocation_params.dir
    given = [(base / argument).resolve() for argument in config.args if (base / argument).exists()]
    if len(given) < len(config.args):
        yield "packages or missing files on the command line"
        return
    given += [(base / ignored).resolve() for ignored in config.getoption("ignore", None) or ()]
    if missing := _first_missing(config, given):
        yield f"paths on the command line, which leave out {missing}"


def _first_missing(config: pytest.Config, given: Sequence[Path]) -> str:
    """A test file that a plain `pytest` would have collected, but that lies in none of the given places."""
    root = config.rootpath.resolve()
    for folder in _suite_folders(config, root):
        for file in _test_files(config, folder):
            if not any(file.is_relative_to(place) for place in given):
                return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
    return ""


def _suite_folders(config: pytest.Config, root: Path) -> list[Path]:
    """Where a plain `pytest` in the root folder looks for tests."""
    found = [match for pattern in config.getini("testpaths") for match in sorted(root.glob(str(pattern)))]
    return [folder.resolve() for folder in found] or [root]


def _test_files(config: pytest.Config, start: Path) -> Iterator[Path]:
    """Files that pytest's settings call tests. In a tree too large to search, the folder where the search ended."""
    if start.is_file():
        yield start
        return
    patterns, skipped = config.getini("python_files"), config.getini("norecursedirs")
    seen = 0
    for place, folders, files in os.walk(start):
        folder = Path(place)
        folders[:] = sorted(
            name for name in folders if not _matches(name, skipped) and not (folder / name / "pyvenv.cfg").exists()
        )
        seen += len(folders) + len(files)
        yield from (folder / name for name in sorted(files) if name.endswith(".py") and _matches(name, patterns))
        if seen > MOST_ENTRIES:
            yield folder
            return


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def calling_module() -> str:
    """The module that called the hook whose implementation asks: which plugin deselected tests."""
    frame = _caller(inspect.currentframe())
    return str(frame.f_globals.get("__name__", "")) if frame else ""


def calling_file() -> str:
    """The file of the code that called the hook whose implementation asks."""
    frame = _caller(inspect.currentframe())
    return frame.f_code.co_filename if frame else ""


def _caller(here: FrameType | None) -> FrameType | None:
    """The frame beyond the hook's implementation and pluggy."""
    frame = here.f_back.f_back if here and here.f_back else None
    while frame and str(frame.f_globals.get("__name__", "")).partition(".")[0] == "pluggy":
        frame = frame.f_back
    return frame
