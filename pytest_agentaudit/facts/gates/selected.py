"""Which of pytest's narrowings leave tests out that exist, and where else those are run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from pytest_agentaudit.change.model import Change, FileRole
from pytest_agentaudit.facts.collecting import Collecting
from pytest_agentaudit.facts.gates.model import Left, Narrowed, Run
from pytest_agentaudit.facts.gates.places import Places
from pytest_agentaudit.facts.gates.runs import Enforced, paired
from pytest_agentaudit.facts.gates.selection import (
    MEASURES,
    RUNS_NONE,
    Selection,
    by_commands,
    by_settings,
    excluded_markers,
)
from pytest_agentaudit.facts.model import Settings
from pytest_agentaudit.facts.tree_texts import RoleOf
from pytest_agentaudit.patterns import regex

_CLASS = regex(rb"^class (\w++)(?!\([^)]*TestCase)", re.MULTILINE)
_FUNCTION = regex(rb"^(?:async )?def (\w+)", re.MULTILINE)
_TEST_FILE = regex(r"(?:^|/)test_[^/]*\.py$|_test\.py$")
_LAST_RUN = regex(r"(?:^|/)v/cache/(?:lastfailed|stepwise)$")
"""Where pytest's cache keeps how the last run ended."""
OWN_FILES = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml")
"""Names of the files that hold nothing but pytest's settings."""
MOST_FILES = 3_000
"""How many test files are searched for a marker."""


class Selections:
    """What a change makes pytest leave out, with the tests that it concerns."""

    def __init__(self, change: Change, role_of: RoleOf, enforced: Enforced, places: Places) -> None:
        self._change, self._role_of, self._enforced, self._places = change, role_of, enforced, places

    def all(
        self, settings: Mapping[str, tuple[Settings, Settings]], old: Sequence[Run], new: Sequence[Run]
    ) -> Iterator[Narrowed]:
        """By settings and by commands."""
        for folder, (was, now) in settings.items():
            start = f"{folder}/" if folder else ""
            files = [it.removeprefix(start) for it in self._tests if it.startswith(start)]
            shadowed = list(self._shadowed(folder, was, now))
            yield from shadowed
            new_files = [it.removeprefix(start) for it in self._new_tests if it.startswith(start)]
            for found in by_settings(was, now, files, new_files):
                told = self._with_tests(self._placed(found), now, None) if found.path.startswith(start) else None
                if told and not (shadowed and found.line < 0):
                    yield told
        pairs, _gone, fresh = paired(
            [it for it in old if not it.command.excuse], [it for it in new if not it.command.excuse]
        )
        for found, run in by_commands(pairs):
            told = self._with_tests(found, dict(next(iter(settings.values()), ({}, {}))[1]), run, fresh)
            if told:
                yield told

    def _placed(self, found: Narrowed) -> Narrowed:
        """A negative line is the base's: what stood there is gone."""
        if found.line >= 0:
            return found
        path, line = self._places.head(found.path, -found.line)
        return replace(found, path=path, line=line)

    def _with_tests(
        self, found: Narrowed, settings: Settings, run: Run | None, fresh: Sequence[Run] = ()
    ) -> Narrowed | None:
        """The narrowing with the tests that it leaves out; None where it leaves out none that exist."""
        if found.how is Left.MARKER:
            return self._by_marker(found, run)
        if found.how in (Left.IGNORED, Left.DESELECTED):
            files = self._existing(found.files)
            elsewhere = self.runs_path(files, run) or self._runs_each(files, run)
            return replace(found, files=files, elsewhere=elsewhere) if files else None
        if found.how is Left.PATHS and found.of_command:
            return self._by_path(found, run, fresh)
        if found.how is Left.PATTERNS and not found.files:
            files = self._named_otherwise(found)
            return replace(found, files=files) if files else None
        if found.how in (Left.COVERAGE, Left.COLLECT):
            measures = found.how is Left.COVERAGE
            return replace(found, elsewhere=self._measured(settings, run) if measures else _running(fresh))
        if found.how is Left.LAST:
            found = replace(found, files=tuple(sorted(filter(_LAST_RUN.search, self._change.new.entries()))))
        by_name = found.how in (Left.PATHS, Left.PATTERNS) and {*self._new_tests}.issuperset(found.files)
        return replace(found, elsewhere=self.runs_path(found.files, None)) if by_name else found

    def _existing(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Those of the named paths (or test ids, or globs) that are there at head."""
        named = [it.partition("::")[0].removeprefix("./").rstrip("/") for it in paths]
        entries = self._change.new.entries()
        plain = tuple(it for it in named if it in entries or any(other.startswith(f"{it}/") for other in entries))
        return plain or tuple(it for it in named if "*" in it)

    def _by_marker(self, found: Narrowed, run: Run | None) -> Narrowed | None:
        files = tuple(dict.fromkeys(it for marker in found.markers for it in self._marked(marker)))
        elsewhere = next((where for marker in found.markers if (where := self._runs_marker(marker, run))), "")
        return replace(found, files=files, elsewhere=elsewhere)

    def _runs_marker(self, marker: str, run: Run | None) -> str:
        """Where head's commands run the tests of a marker."""
        for it in self._enforced.naming(marker.encode()):
            if it.command.tool == "pytest" and not it.command.excuse and it.command != (run and run.command):
                chosen = Selection.of(it.command.words).options.get("-m", ("",))[-1]
                if marker in chosen and marker not in excluded_markers(chosen):
                    return f"{it.path}:{it.command.line}"
        return ""

    def _by_path(self, found: Narrowed, run: Run | None, fresh: Sequence[Run]) -> Narrowed | None:
        files = self._existing([it for it in found.files if it]) if any(found.files) else self._outside(run)
        if not files:
            return None
        other = next((f"{it.path}:{it.command.line}" for it in fresh if it.command.tool == "pytest"), "")
        return replace(found, files=files, elsewhere=other or self.runs_path(files, run) or self._runs_each(files, run))

    def _outside(self, run: Run | None) -> tuple[str, ...]:
        """Tests that lie outside the paths which a command now names."""
        paths = Selection.of(run.command.words).paths if run else ()
        return tuple(it for it in self._tests if not any(_lies_under(it, path) for path in paths))

    def runs_path(self, files: Sequence[str], run: Run | None) -> str:
        """Where another command of head's runs all of these."""
        for it in self._enforced.of("pytest"):
            if run is None or it.command != run.command:
                chosen = Selection.of(it.command.words)
                named = [other.removeprefix("./").rstrip("/") for other in chosen.paths]
                every = all(any(f"{one}/".startswith(f"{other}/") for other in named) for one in files) and named
                if every and not {"-k", "--deselect"} & set(chosen.options):
                    return f"{it.path}:{it.command.line}"
        return ""

    def _runs_each(self, files: Sequence[str], run: Run | None) -> str:
        """Where head's other commands, share by share, run every test file under these; "" where one is left."""
        tests = [it for it in self._tests if any(_lies_under(it, folder) for folder in files)]
        others = [it for it in self._enforced.of("pytest") if run and it.command != run.command] if tests else []
        chosen = [(it, Selection.of(it.command.words)) for it in others]
        found = [next((it for it, selection in chosen if _selects(selection, test)), None) for test in tests]
        first = found[0] if found and all(found) else None
        return f"{first.path}:{first.command.line}" if first else ""

    def _measured(self, settings: Settings, run: Run | None) -> str:
        """Where head still measures coverage."""
        addopts = settings.get("pytest.addopts.--cov")
        if addopts and run is not None:
            return f"{addopts.path}:{addopts.line}"
        for it in self._enforced.of("pytest"):
            if it.command != (run and run.command) and set(MEASURES) & {
                word.partition("=")[0] for word in it.command.words
            }:
                return f"{it.path}:{it.command.line}"
        return ""

    def _named_otherwise(self, found: Narrowed) -> tuple[str, ...]:
        """Test files with functions or classes that only the base's patterns take for tests."""
        of_class = found.what.endswith("classes")
        was, now = found.old.split() or ["Test" if of_class else "test"], found.new.split()
        both = (Collecting(python_classes=tuple(it), python_functions=tuple(it)) for it in (was, now))
        before, after = (it.is_class if of_class else it.is_function for it in both)
        pattern, tree = _CLASS if of_class else _FUNCTION, self._change.new
        texts = ((path, tree.read(path) or b"") for path in self._tests[:MOST_FILES])
        named = ((path, [it[1].decode() for it in pattern.finditer(text)]) for path, text in texts)
        return tuple(path for path, names in named if any(before(it) and not after(it) for it in names))

    def _shadowed(self, folder: str, old: Settings, new: Settings) -> Iterator[Narrowed]:
        """A new file of settings that takes the place of the one that counted."""
        was = {it.path for key, it in old.items() if key.startswith("pytest.")}
        now = {it.path for key, it in new.items() if key.startswith("pytest.")}
        entries = self._change.new.entries()
        fresh = [it.path for it in self._change.pairs if it.new and not it.old and _is_own(folder, it.path)]
        lost = [it for it in was - now if it in entries and self._still_says(it)]
        if fresh and lost:
            keys = sorted(key.removeprefix("pytest.") for key in old if key.startswith("pytest.") and key not in new)
            yield Narrowed(Left.SHADOWED, lost[0], ", ".join(keys[:8]), fresh[0], fresh[0], 1)

    def _still_says(self, path: str) -> bool:
        content = self._change.new.read(path) or b""
        return any(word in content for word in (b"[tool.pytest", b"[pytest]", b"[tool:pytest]"))

    def _marked(self, marker: str) -> tuple[str, ...]:
        """The base's test files that use a marker."""
        wanted = f"mark.{marker}".encode()
        tree = self._change.old
        return tuple(it for it in self._tests[:MOST_FILES] if wanted in (tree.read(it) or b""))

    @cached_property
    def _tests(self) -> tuple[str, ...]:
        """The test files that both sides have."""
        new = self._change.new.entries()
        return self._named(it for it in sorted(self._change.old.entries()) if it in new)

    @cached_property
    def _new_tests(self) -> tuple[str, ...]:
        """The test files that only head has."""
        old = self._change.old.entries()
        return self._named(it.path for it in self._change.pairs if it.new and it.path not in old)

    def _named(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Those that are named like test files, and are."""
        named = (it for it in paths if _TEST_FILE.search(it))
        return tuple(it for it in named if self._role_of(it, b"def test_") is FileRole.TEST)


def _running(fresh: Iterable[Run]) -> str:
    """The first of the commands that came with the change which runs tests."""
    for it in fresh:
        if it.command.tool == "pytest" and RUNS_NONE.isdisjoint(Selection.of(it.command.words).options):
            return f"{it.path}:{it.command.line}"
    return ""


def _is_own(folder: str, path: str) -> bool:
    """Whether a file is one of those in a folder that hold pytest's settings alone, and beat all others."""
    return posixpath.dirname(path) == folder and posixpath.basename(path) in OWN_FILES


def _lies_under(path: str, folder: str) -> bool:
    plain = folder.partition("::")[0].removeprefix("./").rstrip("/")
    return plain in ("", ".") or f"{path}/".startswith(f"{plain}/")


def _selects(selection: Selection, test: str) -> bool:
    """Whether a command runs a test file: it names it or a folder around it (or nothing), and leaves none of it out,
    but for a word that the file's own name holds.
    """
    left_out = [it for name in ("--ignore", "--deselect") for it in selection.options.get(name, ())]
    word = (selection.options.get("-k") or ("",))[-1]
    return (
        selection.known
        and not {"-m", "--ignore-glob", "--collect-only"} & set(selection.options)
        and word in test.rpartition("/")[2]
        and (not selection.paths or any(_lies_under(test, it) for it in selection.paths))
        and not any(_lies_under(test, it) for it in left_out)
    )
