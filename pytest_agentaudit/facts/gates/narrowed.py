"""What a change makes a checker overlook: codes switched off, files left out, strictness dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pytest_agentaudit.facts.gates.codes import Codes, lost, per_file
from pytest_agentaudit.facts.gates.model import Kind, Narrowing
from pytest_agentaudit.facts.gates.reach import Reach, expressions, fragments, globs, modules
from pytest_agentaudit.facts.gates.strictness import Loosened, loosened
from pytest_agentaudit.facts.model import Setting, Settings

_EXCLUDES: Mapping[str, Callable[[Sequence[str]], Callable[[str], bool]]] = {
    "ruff.exclude": globs,
    "ruff.extend-exclude": globs,
    "ruff.lint.exclude": globs,
    "flake8.exclude": globs,
    "flake8.extend-exclude": globs,
    "mypy.exclude": expressions,
    "pyright.exclude": globs,
    "pyright.ignore": globs,
    "basedpyright.exclude": globs,
    "basedpyright.ignore": globs,
    "bandit.exclude_dirs": fragments,
    "pylint.ignore": fragments,
    "pylint.ignore-paths": expressions,
    "pylint.ignore-patterns": expressions,
    "ty.src.exclude": globs,
}
_INCLUDES: Mapping[str, Callable[[Sequence[str]], Callable[[str], bool]]] = {
    "ruff.include": globs,
    "mypy.files": globs,
    "mypy.packages": modules,
    "pyright.include": globs,
    "basedpyright.include": globs,
    "ty.src.include": globs,
    "pyright.strict": globs,
    "basedpyright.strict": globs,
}
_KINDS = (
    ("ruff", "flake8", "pylint", "bandit"),
    ("mypy", "pyright", "basedpyright", "ty", "pyrefly"),
)
"""Tools that can take each other's place."""

TOOLS = ("ruff", "flake8", "mypy", "pyright", "basedpyright", "bandit", "pylint", "ty")


def narrowings(old: Settings, new: Settings, reach: Reach, is_gone: Callable[[str], bool]) -> Iterator[Narrowing]:
    """All of them. `is_gone` tells whether a tool whose settings are gone is no longer run: then it is no matter of
    settings, and neither is one that another tool of its kind replaces.
    """
    for tool in TOOLS:
        if not _configured(old, tool):
            continue
        if not _configured(new, tool) and (_is_replaced(tool, old, new) or is_gone(tool)):
            continue
        if tool in ("ruff", "flake8"):
            yield from _codes(tool, old, new)
            yield from _file_codes(tool, old, new, reach)
        yield from _skips(tool, old, new)
        yield from _files(tool, old, new, reach)
        yield from _strictness(tool, old, new, reach)


def _configured(settings: Settings, tool: str) -> bool:
    return any(key.startswith((f"{tool}.", f"{tool}[")) for key in settings)


def _is_replaced(tool: str, old: Settings, new: Settings) -> bool:
    kind = next(it for it in _KINDS if tool in it)
    return any(_configured(new, it) and not _configured(old, it) for it in kind)


def _codes(tool: str, old: Settings, new: Settings) -> Iterator[Narrowing]:
    before, after = Codes.of(tool, old), Codes.of(tool, new)
    gone = lost(before, after)
    if not gone:
        return
    wider = bool(lost(after, before))
    start = "ruff.lint." if tool == "ruff" else "flake8."
    by_ignore = tuple(it for it in gone if it in after.ignored)
    by_select = tuple(it for it in gone if it not in after.ignored)
    for items, keys in ((by_ignore, ("ignore", "extend-ignore")), (by_select, ("select", "extend-select"))):
        if items:
            olds, news = [old.get(start + it) for it in keys], [new.get(start + it) for it in keys]
            written = [it for it in news if it and set(items) & set(_texts(it))] or [it for it in news if it]
            was, now = next((it for it in olds if it), None), next(iter(written), None)
            was = next((it for it in olds if it and now and it.key == now.key), was)
            yield Narrowing(tool, Kind.CODES, items, was, now, everywhere=True, wider_too=wider)


def _texts(setting: Setting | None) -> tuple[str, ...]:
    value = setting.value if setting else ()
    if isinstance(value, str):
        return tuple(it.strip() for it in value.replace("\n", ",").split(",") if it.strip())
    return tuple(str(it) for it in value) if isinstance(value, Iterable) else ()


def _file_codes(tool: str, old: Settings, new: Settings, reach: Reach) -> Iterator[Narrowing]:
    """Per-file ignores, by the files that each code now leaves out and did not before."""
    before, after = _per_file(tool, old), _per_file(tool, new)
    was, now = Codes.of(tool, old), Codes.of(tool, new)
    matchers = {pattern: globs([pattern]) for pattern in {*before, *after}}
    for pattern, (codes, setting) in after.items():
        grown = [it for it in codes if it not in before.get(pattern, ((), setting))[0]]
        grown = [it for it in grown if it == "ALL" or (was.enables(it) and now.enables(it))]
        reached: dict[str, None] = {}
        told: list[str] = []
        for code in grown:
            others = [matchers[it] for it, (held, _setting) in before.items() if _covers(held, code)]
            found = [
                path
                for path in reach.files
                if matchers[pattern](path)
                and not any(other(it) for other in others for it in {path, reach.before(path)})
            ]
            if found:
                reached.update(dict.fromkeys(found))
                told.append(code)
        if told:
            previous = before.get(pattern, ((), None))[1]
            yield Narrowing(tool, Kind.FILE_CODES, tuple(told), previous, setting, reach.reached(reached))


def _covers(held: Iterable[str], code: str) -> bool:
    return any(it == "ALL" or code.startswith(it) for it in held)


def _per_file(tool: str, settings: Settings) -> dict[str, tuple[tuple[str, ...], Setting]]:
    """Pattern -> codes and where they stand."""
    found: dict[str, tuple[tuple[str, ...], Setting]] = {}
    if tool == "flake8":
        setting = settings.get("flake8.per-file-ignores")
        return {it: (codes, setting) for it, codes in per_file(setting.value).items()} if setting else {}
    for start in ("ruff.lint.per-file-ignores.", "ruff.lint.extend-per-file-ignores."):
        for key, setting in settings.items():
            if key.startswith(start):
                pattern = key.removeprefix(start)
                found[pattern] = ((*found.get(pattern, ((), setting))[0], *_texts(setting)), setting)
    return found


def _skips(tool: str, old: Settings, new: Settings) -> Iterator[Narrowing]:
    """Bandit's skipped tests."""
    if tool == "bandit":
        was, now = old.get("bandit.skips"), new.get("bandit.skips")
        grown = tuple(it for it in _texts(now) if it not in _texts(was))
        if grown:
            yield Narrowing(tool, Kind.CODES, grown, was, now, everywhere=True)


def _files(tool: str, old: Settings, new: Settings, reach: Reach) -> Iterator[Narrowing]:
    """Patterns of files: those that grew to leave out more, and those that shrank to take in less."""
    for key, matcher in _EXCLUDES.items():
        was, now = old.get(key), new.get(key)
        grown = tuple(it for it in _texts(now) if it not in _texts(was))
        if key.startswith(f"{tool}.") and grown:
            siblings = [(it, match) for it, match in _EXCLUDES.items() if it.startswith(f"{tool}.")]
            before = [match(_texts(old.get(it))) for it, match in siblings]
            reached = reach.of(matcher(grown), _any_of(before))
            if reached:
                yield Narrowing(tool, Kind.FILES, grown, was, now, reached)
    for key, matcher in _INCLUDES.items():
        was, now = old.get(key), new.get(key)
        if not key.startswith(f"{tool}.") or was is None or was.value == (now.value if now else None):
            continue
        if now is None and not key.endswith(".strict"):
            continue  # without a list the tool takes everything, or what its command names
        takes, took = matcher(_texts(now)), matcher(_texts(was))
        reached = reach.of(took, takes)
        if reached:
            gone = tuple(it for it in _texts(was) if it not in _texts(now)) or _texts(now)
            yield Narrowing(tool, Kind.FILES, gone, was, now, reached)


def _any_of(matchers: Sequence[Callable[[str], bool]]) -> Callable[[str], bool]:
    return lambda path: any(it(path) for it in matchers)


def _strictness(tool: str, old: Settings, new: Settings, reach: Reach) -> Iterator[Narrowing]:
    """One narrowing for all flags of the whole, and one for each flag of modules, however many it names."""
    found = list(loosened(tool, old, new))
    tighter = any(not section for _flag, section, _was, _now in loosened(tool, new, old))
    everywhere = [it for it in found if not it[1]]
    if everywhere:
        kind = Kind.SEVERITY if tool in ("pyright", "basedpyright", "ty") else Kind.STRICTNESS
        was, now = everywhere[0][2:]
        flags = tuple(flag for flag, *_rest in everywhere)
        yield Narrowing(tool, kind, flags, was, now, everywhere=True, wider_too=tighter)
    by_flag: dict[str, list[Loosened]] = defaultdict(list)
    for it in found:
        if it[1]:
            by_flag[it[0]].append(it)
    for flag, members in by_flag.items():
        reached = [(it, reach.of(modules([it[1]]), _nothing)) for it in members]
        told = [(it, files) for it, files in reached if files]
        if told:
            whole = reach.of(modules([it[1] for it, _files in told]), _nothing)
            worst = max(told, key=lambda it: (len(it[1].edited), len(it[1].product)))[0]
            yield Narrowing(tool, Kind.MODULES, (flag,), *worst[2:], whole, wider_too=tighter)


def _nothing(_path: str) -> bool:
    return False
