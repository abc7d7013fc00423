"""Asks an installed ruff what new suppressions hide: one run over the changed files, in a folder of their own.

ruff gets the bytes of head and the few settings of the base that decide what it says; it reads no settings file, and
nothing of the audited repository is run. Where ruff is missing, fails or takes too long, there is no answer.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module

from pytest_agentaudit.children import clean_environment, which
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.facts.hides import Diagnostic, Hidden
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.facts.silencing import Scope, Silences, Suppression
from pytest_agentaudit.lazy_json import loads
from pytest_agentaudit.places import as_path
from pytest_agentaudit.process import Completed, run

SECONDS = 10.0
"""How long ruff may take for all files; it needs a few milliseconds for each."""
MOST_FILES, MOST_BYTES = 200, 8 * 1024 * 1024
"""What is given to ruff at most, in the order of the paths."""

WIDEST = 320
"""The longest line that ruff can be set to."""

_DIRECTIVES = frozenset({"noqa", "ruff: noqa", "flake8: noqa", "ruff: file-ignore"})
_SETTLED_BY = {"C901": "ruff.lint.mccabe.max-complexity", "E501": "ruff.line-length"}
"""Rules that say nothing certain without a setting of the project's."""
_UNSETTLED = frozenset(
    {"ANN", "CPY", "COM", "D", "DOC", "FA", "I", "INP", "N", "PT", "Q", "RUF", "TC", "TCH", "TID", "UP", "W"}
)
"""Groups of rules that look at other files or at settings that are not handed on."""
LONGEST_LINE = 10_000
"""Bytes of a line at most, in a file that ruff is given."""
_UNSETTLED_CODES = ("PLR09", "PLR17", "W505", "F401", "F403", "F405")
_DEFAULT = ("E4", "E7", "E9", "F")
_FLAKE8 = ("E", "F", "W", "C90")

Key = tuple[str, Suppression]


class Answers(Mapping[Key, Hidden]):
    """(path, suppression) -> what it hides, for those that ruff can tell. Runs ruff when it is first asked."""

    def __init__(self, delta: Delta, root: str = "") -> None:
        self._delta, self._root = delta, root

    def __getitem__(self, key: Key) -> Hidden:
        """What a suppression hides; KeyError where nobody knows."""
        return self._found[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @cached_property
    def _found(self) -> Mapping[Key, Hidden]:
        asked = dict(_asked(self._delta))
        program = ruff_program(self._root) if asked else ""
        if not program:
            return {}
        files = {path: file for file in self._delta.files if (path := file.path) in asked}
        said = _diagnostics(program, files, self._delta.old_settings)
        if said is None:
            return {}
        answers: dict[Key, Hidden] = {}
        for path, wanted in asked.items():
            by_line = _by_line(said[path])
            answers.update(((path, it), _hidden(it, by_line)) for it in wanted)
        return _Judge(program, self._delta.old_settings).judged(answers)


def _asked(delta: Delta) -> Iterator[tuple[str, tuple[Suppression, ...]]]:
    """The new suppressions that ruff reads, of as many files as are given to it."""
    files = size = 0
    for file in delta.files:
        wanted = tuple(it for it in file.added_suppressions if _is_read(it))
        if not wanted or not file.pair.new or not _is_plain(file.path) or _is_drawn_out(file.pair.new.content):
            continue
        files, size = files + 1, size + file.pair.new.size
        if files > MOST_FILES or size > MOST_BYTES:
            return
        yield file.path, wanted


def _is_drawn_out(content: bytes) -> bool:
    """Whether some line is so long that nobody wrote it: ruff's time grows with the square of a line's comments."""
    return any(len(line) > LONGEST_LINE for line in content.split(b"\n"))


def _is_read(it: Suppression) -> bool:
    lints = it.silences is Silences.LINT and it.directive in _DIRECTIVES
    return lints and it.honoured and it.scope in {Scope.LINE, Scope.FILE}


def _is_plain(path: str) -> bool:
    """Whether a path can be written below a folder as it stands."""
    return path.isprintable() and not path.startswith("/") and ".." not in path.split("/")


def ruff_program(root: str) -> str:
    """The ruff beside the running Python, or in a folder on PATH that is absolute and not in the audited work tree;
    "" where there is none.
    """
    beside = as_path(sys.executable).parent
    folders = clean_environment().get("PATH", "").split(os.pathsep)
    outside = [it for it in folders if it and not (root and as_path(it).is_relative_to(root))]
    return which("ruff", os.pathsep.join((str(beside), *outside)))


def _diagnostics(
    program: str, files: Mapping[str, FileDelta], settings: Mapping[str, Setting]
) -> dict[str, list[tuple[int, Diagnostic]]] | None:
    """What ruff says of each file with its suppressions ignored, each with the line whose comment would hide it; None
    where it cannot be asked.
    """
    try:
        with import_module("tempfile").TemporaryDirectory(prefix="agentaudit-ruff-") as folder:
            home = os.path.realpath(folder)
            for path, file in files.items():
                _write(f"{home}/{path}", file.pair.new.content if file.pair.new else b"")
            done = run(
                [program, "check", *_options(settings), "--", *files],
                cwd=home,
                env=clean_environment(),
                timeout=SECONDS,
            )
            return _read(done, home, files)
    except (AuditError, OSError):
        return None


def _write(place: str, content: bytes) -> None:
    target = as_path(place)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _options(settings: Mapping[str, Setting]) -> Iterator[str]:
    yield from ("--isolated", "--ignore-noqa", "--no-cache", "--no-fix", "--exit-zero", "--quiet")
    yield from ("--select", "ALL", "--output-format", "json")
    for key, option in (("ruff.line-length", "line-length"), (_SETTLED_BY["C901"], "lint.mccabe.max-complexity")):
        value = settings[key].value if key in settings else None
        if isinstance(value, int) and 0 < value <= WIDEST:
            yield from ("--config", f"{option} = {value}")
    version = settings["ruff.target-version"].value if "ruff.target-version" in settings else None
    if isinstance(version, str) and version.isalnum():
        yield from ("--config", f"target-version = '{version}'")


def _read(done: Completed, home: str, files: Mapping[str, FileDelta]) -> dict[str, list[tuple[int, Diagnostic]]] | None:
    if done.status or done.timed_out:
        return None
    try:
        listed = loads(done.stdout)
    except ValueError:
        return None
    found: dict[str, list[tuple[int, Diagnostic]]] = defaultdict(list)
    path_of = cache(lambda name: os.path.relpath(os.path.realpath(name), home))
    for it in filter(_is_diagnostic, listed if isinstance(listed, list) else ()):
        path = path_of(str(it.get("filename")))
        row = it["location"]["row"]
        if path in files:
            message = " ".join(str(it.get("message")).split())
            found[path].append((it.get("noqa_row") or row, Diagnostic(it["code"], it.get("name") or "", message, row)))
    return found


def _is_diagnostic(it: object) -> bool:
    """Whether ruff's answer names a rule and a place (a syntax error has no code of its own in every version)."""
    match it:
        case {"code": str(), "location": {"row": int()}}:
            return True
    return False


def _by_line(said: list[tuple[int, Diagnostic]]) -> dict[int, list[Diagnostic]]:
    found = defaultdict[int, list[Diagnostic]](list)
    for line, diagnostic in said:
        found[line].append(diagnostic)
    return dict(found)


def _hidden(it: Suppression, said: Mapping[int, list[Diagnostic]]) -> Hidden:
    """The diagnostics in its reach and of its codes (of any code, where it names none)."""
    lines = said.values() if it.scope is Scope.FILE else (said.get(it.line, []),)
    reached = [found for line in lines for found in line]
    return Hidden(
        "ruff", tuple(found for found in reached if not it.codes or _selects(it.codes, found.code)), sure=False
    )


def _selects(selectors: tuple[str, ...], code: str) -> bool:
    """Whether one of ruff's selectors ("ALL", "PL", "E4", "S110") names a code."""
    letters = code.rstrip("0123456789")
    for it in selectors:
        name = it.rstrip("0123456789")
        if it == "ALL" or (name == letters and code.startswith(it)) or (it == "PL" and letters.startswith("PL")):
            return True
    return False


class _Judge:
    """Which answers are sure, and which of a blanket's diagnostics the house's checker would have given."""

    def __init__(self, program: str, settings: Mapping[str, Setting]) -> None:
        self._program, self._settings = program, settings

    def judged(self, answers: Mapping[Key, Hidden]) -> dict[Key, Hidden]:
        """The answers, blanket ones cut down to the house's selection."""
        return {key: self._coded(key[1], it) if key[1].codes else self._blanket(it) for key, it in answers.items()}

    def _coded(self, suppression: Suppression, answer: Hidden) -> Hidden:
        sure = bool(answer.diagnostics) or all(map(self._settles, suppression.codes))
        return Hidden(answer.checker, answer.diagnostics, sure)

    def _blanket(self, answer: Hidden) -> Hidden:
        configured = any(key.startswith("ruff.") for key in self._settings)
        select = self._listed("select") or (_DEFAULT if configured else _FLAKE8)
        chosen, left_out = (*select, *self._listed("extend-select")), self._listed("ignore")
        kept = tuple(it for it in answer.diagnostics if _selects(chosen, it.code) and not _selects(left_out, it.code))
        return Hidden(answer.checker, kept, sure=configured)

    def _listed(self, name: str) -> tuple[str, ...]:
        value = self._settings[f"ruff.lint.{name}"].value if f"ruff.lint.{name}" in self._settings else ()
        return tuple(str(it) for it in value) if isinstance(value, tuple | list) else ()

    def _settles(self, code: str) -> bool:
        """Whether silence about a code means that there is nothing."""
        if code in _SETTLED_BY:
            return _SETTLED_BY[code] in self._settings
        unsettled = code.rstrip("0123456789") in _UNSETTLED or code.startswith(_UNSETTLED_CODES)
        return not unsettled and code in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        """The codes of ruff's stable rules."""
        try:
            done = run(
                [self._program, "rule", "--all", "--output-format", "json"],
                cwd=import_module("tempfile").gettempdir(),
                env=clean_environment(),
                timeout=SECONDS,
            )
            listed = loads(done.stdout) if not done.status else []
        except (AuditError, ValueError):
            return frozenset()
        stable = (it for it in listed if not it.get("preview") and "Removed" not in str(it.get("status")))
        return frozenset(str(it.get("code")) for it in stable)
