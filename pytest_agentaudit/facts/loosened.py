"""Requirements of a change, paired, and what the new wording asks less than the old one."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from importlib import import_module

from msgspec import Struct

from pytest_agentaudit.facts.declarations import Option, Requirement
from pytest_agentaudit.facts.dependencies import Dependencies


class Ease(StrEnum):
    """What became of a requirement."""

    DOWNGRADED = "older releases are asked for"
    FLOOR = "older releases are accepted"
    UNPINNED = "the pin is gone"
    UNHASHED = "the hash is gone"
    SOURCE = "it no longer comes from an index"
    INDEX = "packages may come from elsewhere"


class Loosened(Struct, frozen=True):
    """A requirement (or an option of a requirements file, which has no old side) that asks less, or of somebody else.

    `fixed` is true for a source that names one commit.
    """

    ease: Ease
    new: Requirement | Option
    old: Requirement | None = None
    fixed: bool = False


def loosened(dependencies: Dependencies) -> Iterator[Loosened]:
    """Every requirement in a changed file that asks less than at base, in the order of the files."""
    olds = [it for it in _changed(dependencies, old=True) if not it.locked]
    news = [it for it in _changed(dependencies, old=False) if not it.locked]
    for old, new in _pairs(olds, news):
        ease = _ease(old, new)
        if ease:
            yield Loosened(ease, new, old, _is_fixed(new.url))
    yield from _options(dependencies)


def fresh(dependencies: Dependencies) -> frozenset[str]:
    """The names of distributions that only head declares."""
    return _names(dependencies, old=False) - _names(dependencies, old=True)


def gone(dependencies: Dependencies) -> tuple[Requirement, ...]:
    """Requirements in changed files whose distribution head declares nowhere any more."""
    kept = _names(dependencies, old=False)
    return tuple(it for it in _changed(dependencies, old=True) if it.name not in kept)


def _names(dependencies: Dependencies, *, old: bool) -> frozenset[str]:
    side = dependencies.old if old else dependencies.new
    return frozenset(it.name for manifest in side.manifests for it in manifest.requirements)


def _changed(dependencies: Dependencies, *, old: bool) -> list[Requirement]:
    side = dependencies.old if old else dependencies.new
    return [it for manifest in side.manifests if manifest.path in dependencies.changed for it in manifest.requirements]


def _pairs(olds: Sequence[Requirement], news: Sequence[Requirement]) -> Iterator[tuple[Requirement, Requirement]]:
    """The requirements of one distribution on both sides: same place first, then wherever it moved."""
    keys: tuple[Callable[[Requirement], Hashable], ...] = (
        lambda it: (it.path, it.where, it.name, it.marker),
        lambda it: (it.path, it.where, it.name),
        lambda it: (it.path, it.name),
        lambda it: (it.purpose, it.name),
    )
    for key in keys:
        left: list[Requirement] = []
        waiting: dict[Hashable, list[Requirement]] = {}
        for new in news:
            waiting.setdefault(key(new), []).append(new)
        for old in olds:
            if candidates := waiting.get(key(old)):
                yield old, candidates.pop(0)
            else:
                left.append(old)
        olds, news = left, [it for rest in waiting.values() for it in rest]


def _ease(old: Requirement, new: Requirement) -> Ease | None:
    if new.url and not old.url:
        return Ease.SOURCE
    if old.hashes and not new.hashes:
        return Ease.UNHASHED
    if old.specifier == new.specifier or new.url:
        return None
    fallen: str = import_module("pytest_agentaudit.facts.requirements").fallen(old.specifier, new.specifier)
    return Ease[fallen] if fallen else None


def _is_fixed(url: str) -> bool:
    """Whether a source names one commit or one file's digest, or lies beside the project."""
    return bool(url) and ("://" not in url or bool(re.search(r"@[0-9a-f]{7,64}\b|sha256=|#sha\d+", url)))


def _options(dependencies: Dependencies) -> Iterator[Loosened]:
    known = {_plain(it.text) for it in _all_options(dependencies.old.manifests)}
    for option in _all_options(dependencies.new.manifests):
        if option.path in dependencies.changed and _plain(option.text) not in known:
            yield Loosened(Ease.INDEX, option)


def _all_options(manifests: Iterable[object]) -> list[Option]:
    return [option for manifest in manifests for option in getattr(manifest, "options", ())]


def _plain(text: str) -> str:
    return re.sub(r"[ =]+", " ", text)
