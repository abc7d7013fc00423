"""What a change makes pytest leave out: by its settings, and by the words of the commands that start it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_agentaudit.facts.addopts import options
from pytest_agentaudit.facts.collecting import Collecting
from pytest_agentaudit.facts.gates.model import Left, Narrowed, Run
from pytest_agentaudit.facts.model import Setting, Settings
from pytest_agentaudit.facts.setting_values import Word
from pytest_agentaudit.patterns import regex


class Selection(Struct, frozen=True):
    """What a pytest command selects. `known` is false where part of its words is filled in elsewhere."""

    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    known: bool = True
    lines: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, words: Iterable[str]) -> Selection:
        """The selection in a command's words."""
        texts = [it for it in words if not re.match(r"\d?>", it)]
        filled = any(it in ("$@", "ARGUMENT", "TOX") or "${" in it or "$(" in it for it in texts)
        plain = [Word(it, 1) for it in texts if not it.startswith(("$", "TOX", "ARGUMENT", "{"))]
        found, paths = options(plain)
        return cls({it.name: it.values or ("",) for it in found}, paths, not filled)


MEASURES = ("--cov", "--cov-report", "--cov-fail-under")
NEWS = {
    "-k": Left.EXPRESSION,
    "--deselect": Left.DESELECTED,
    "--ignore": Left.IGNORED,
    "--ignore-glob": Left.IGNORED,
    "--collect-only": Left.COLLECT,
    "--setup-only": Left.COLLECT,
    "--setup-plan": Left.COLLECT,
    "--help": Left.COLLECT,
    "--version": Left.COLLECT,
    "--markers": Left.COLLECT,
    "--fixtures": Left.COLLECT,
    "--fixtures-per-test": Left.COLLECT,
    "--cache-show": Left.COLLECT,
    "--no-cov": Left.COVERAGE,
    "--lf": Left.LAST,
    "--sw-skip": Left.LAST,
    "--cov-append": None,
}
RUNS_NONE = frozenset(name for name, left in NEWS.items() if left is Left.COLLECT)
"""Options with which a pytest command runs no test."""
_HARMLESS_PLUGINS = frozenset(
    {"no:cacheprovider", "no:warnings", "no:randomly", "no:xdist", "no:legacypath", "no:logging", "no:sugar"}
    | {"no:nose", "no:doctest", "no:faulthandler", "no:stepwise", "no:pastebin", "no:junitxml", "no:asyncio"}
    | {"no:anyio", "no:trio", "no:benchmark", "no:pytest_cov_html", "no:unraisableexception", "no:threadexception"}
)
_BY_PLUGIN = {"no:cov": Left.COVERAGE, "no:pytest_cov": Left.COVERAGE, "no:python": Left.COLLECT}
"""What is lost beside a plugin itself: without `python` pytest collects nothing of a Python file."""
_MARKER = regex(r"\bnot\s+\(?\s*(\w+)((?:\s+or\s+\w+)*)|\bnot\s+(\w+)")


def excluded_markers(expression: str) -> tuple[str, ...]:
    """The markers that an expression of `-m` keeps out."""
    found: dict[str, None] = {}
    for it in _MARKER.finditer(expression):
        found.update(dict.fromkeys(re.findall(r"\w+", f"{it[1] or it[3]} {it[2] or ''}".replace(" or ", " "))))
    return tuple(found)


def by_options(
    old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]], path: str, lines: Mapping[str, int]
) -> Iterator[Narrowed]:
    """What the options of head leave out beyond those of the base."""
    for name, how in NEWS.items():
        fresh = [it for it in new.get(name, ()) if it not in old.get(name, ())]
        if how is not None and fresh:
            shown = " ".join(f"{name} {it}".rstrip() for it in fresh)
            yield Narrowed(
                how, shown, _shown(name, old), _shown(name, new), path, lines.get(name, 1), tuple(filter(None, fresh))
            )
    yield from _by_marker(old, new, path, lines)
    for value in new.get("-p", ()):
        if value.startswith("no:") and value not in old.get("-p", ()) and value not in _HARMLESS_PLUGINS:
            how = _BY_PLUGIN.get(value, Left.PLUGIN)
            yield Narrowed(how, f"-p {value}", "", f"-p {value}", path, lines.get("-p", 1))


def _shown(name: str, given: Mapping[str, tuple[str, ...]]) -> str:
    return " ".join(f"{name} {it}".rstrip() for it in given.get(name, ()))


def _by_marker(
    old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]], path: str, lines: Mapping[str, int]
) -> Iterator[Narrowed]:
    was, now = (old.get("-m") or ("",))[-1], (new.get("-m") or ("",))[-1]
    if not now or now == was:
        return
    markers = tuple(it for it in excluded_markers(now) if it not in excluded_markers(was))
    if markers or (not excluded_markers(now) and not was):
        shown = f'-m "{now}"'
        yield Narrowed(Left.MARKER, shown, f'-m "{was}"' if was else "", shown, path, lines.get("-m", 1), (), markers)


def by_settings(
    old: Settings, new: Settings, test_files: Sequence[str], new_files: Sequence[str] = ()
) -> Iterator[Narrowed]:
    """What pytest's own settings leave out at head. `test_files` are the tests that both sides have, `new_files` those
    of head alone.
    """
    was, now = _options_of(old), _options_of(new)
    place = new.get("pytest.addopts") or old.get("pytest.addopts")
    if place:
        lines = {key.rpartition(".")[2]: it.line for key, it in new.items() if key.startswith("pytest.addopts.")}
        yield from by_options(was, now, place.path, lines)
        if "--cov" in was and "--cov" not in now:
            at = old["pytest.addopts.--cov"]
            yield Narrowed(Left.COVERAGE, _shown("--cov", was), _shown("--cov", was), "", at.path, -at.line)
    yield from _named(old, new, (*test_files, *new_files))
    yield from _collected(old, new, test_files, new_files)
    yield from _strictness(old, new, was, now)


def _named(old: Settings, new: Settings, test_files: Sequence[str]) -> Iterator[Narrowed]:
    """The tests that are left out since addopts names files or folders: pytest then looks nowhere else."""
    before, after = old.get("pytest.addopts.paths"), new.get("pytest.addopts.paths")
    was, now = _lines(before) if before else (), _lines(after) if after else ()
    gone = tuple(it for it in test_files if not any(_under(it, path.partition("::")[0]) for path in now))
    if after and now and not was and gone:
        yield Narrowed(Left.PATHS, "pytest.addopts", "", " ".join(now), after.path, after.line, gone)


def _options_of(settings: Settings) -> dict[str, tuple[str, ...]]:
    start = "pytest.addopts."
    found: dict[str, tuple[str, ...]] = {}
    for key, it in settings.items():
        if key.startswith(start) and key != "pytest.addopts.paths":
            value = it.value
            found[key.removeprefix(start)] = tuple(map(str, value)) if isinstance(value, tuple) else (_text(value),)
    return found


def _text(value: object) -> str:
    return "" if value is True else str(value)


def _collected(old: Settings, new: Settings, test_files: Sequence[str], new_files: Sequence[str]) -> Iterator[Narrowed]:
    was, now = Collecting.of(old), Collecting.of(new)
    for name in ("testpaths", "python_files", "norecursedirs"):
        before, after = old.get(f"pytest.{name}"), new.get(f"pytest.{name}")
        if getattr(was, name) == getattr(now, name):
            continue
        only = replace(was, **{name: getattr(now, name)})
        known = (
            test_files if name == "testpaths" else (*test_files, *new_files)
        )  # new folders may have runs of their own
        gone = tuple(it for it in known if not was.file(it) and only.file(it))
        place = after or before
        if gone and place:
            how = Left.PATTERNS if name == "python_files" else Left.PATHS
            line = place.line if after else -place.line
            yield Narrowed(how, f"pytest.{name}", _words(before), _words(after), place.path, line, gone)
    for name in ("python_functions", "python_classes"):
        before, after = old.get(f"pytest.{name}"), new.get(f"pytest.{name}")
        lost = [it for it in getattr(was, name) if not any(_covers(other, it) for other in getattr(now, name))]
        if lost and after:
            yield Narrowed(Left.PATTERNS, f"pytest.{name}", _words(before), _words(after), after.path, after.line)


def _covers(wide: str, narrow: str) -> bool:
    """Whether a prefix takes in what another does. pytest's default `test` and the common `test_` mean the same."""
    return narrow.rstrip("*").startswith(wide.rstrip("*_").rstrip("*"))


def _words(setting: Setting | None) -> str:
    value = setting.value if setting else ()
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _strictness(
    old: Settings, new: Settings, was: Mapping[str, object], now: Mapping[str, object]
) -> Iterator[Narrowed]:
    strict = old.get("pytest.strict_xfail")
    after, all_strict = new.get("pytest.strict_xfail"), new.get("pytest.strict")
    stays = after or all_strict
    if strict and strict.value is True and not (stays and stays.value is True):
        place, line = (after.path, after.line) if after else (strict.path, -strict.line)
        yield Narrowed(Left.XFAIL, "xfail_strict", "true", str(after.value) if after else "", place, line)
    before, after = old.get("pytest.filterwarnings"), new.get("pytest.filterwarnings")
    if before and "error" in _lines(before) and "error" not in (_lines(after) if after else ()):
        place, line = (after.path, after.line) if after else (before.path, -before.line)
        yield Narrowed(Left.WARNINGS, "filterwarnings: error", "error", "", place, line)
    for name in ("--strict-markers", "--strict-config", "--strict"):
        replaced = f"pytest.{name[2:].replace('-', '_')}" in new or all_strict is not None
        at = old.get(f"pytest.addopts.{name}")
        if at and name in was and not {name, "--strict", "--strict-markers"} & set(now) and not replaced:
            yield Narrowed(Left.STRICT, name, name, "", at.path, -at.line)


def _lines(setting: Setting) -> tuple[str, ...]:
    value = setting.value
    lines = value if isinstance(value, tuple) else str(value).split("\n")
    return tuple(str(it).strip() for it in lines)


def by_commands(pairs: Iterable[tuple[Run, Run]]) -> Iterator[tuple[Narrowed, Run]]:
    """What a pytest command leaves out at head that the same one did not, with the head's command."""
    for was, now in pairs:
        if was.command.tool != "pytest" or now.command.tool != "pytest" or was.command.words == now.command.words:
            continue
        before, after = Selection.of(was.command.words), Selection.of(now.command.words)
        lines = dict.fromkeys(after.options, now.command.line)
        for found in by_options(before.options, after.options, now.path, lines):
            yield found, now
        measured, measures = set(MEASURES) & set(before.options), set(MEASURES) & set(after.options)
        if measured and not measures and after.known:
            old = was.command.text
            line = now.command.line
            yield Narrowed(Left.COVERAGE, "--cov", old, now.command.text, now.path, line, of_command=True), now
        yield from _paths(before, after, was, now)


def _paths(before: Selection, after: Selection, was: Run, now: Run) -> Iterator[tuple[Narrowed, Run]]:
    """Paths that the command named and no longer does, or new ones where it ran everything."""
    if not (before.known and after.known):
        return
    gone = (
        tuple(it for it in before.paths if not any(_under(it, other) for other in after.paths)) if after.paths else ()
    )
    everything = not before.paths and bool(after.paths)
    if gone or everything:
        shown = " ".join(gone) or "all but " + " ".join(after.paths)
        texts = was.command.text, now.command.text
        files = gone or ("",)
        yield Narrowed(Left.PATHS, shown, *texts, now.path, now.command.line, files, of_command=True), now


def _under(path: str, folder: str) -> bool:
    plain = folder.removeprefix("./").rstrip("/")
    return plain in ("", ".") or f"{path.removeprefix('./').rstrip('/')}/".startswith(f"{plain}/")
