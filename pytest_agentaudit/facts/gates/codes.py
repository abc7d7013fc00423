"""Which of a linter's codes are switched on: ruff's and flake8's selectors, by the length of the prefix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from pytest_agentaudit.facts.model import Setting

RUFF_DEFAULT = ("E4", "E7", "E9", "F")
FLAKE8_DEFAULT = ("E", "F", "W", "C90")
FLAKE8_IGNORED = ("E121", "E123", "E126", "E226", "E24", "E704", "W503", "W504")

_RENAMED = {"TCH": "TC", "PGH001": "S307", "U": "UP"}


class Codes(Struct, frozen=True):
    """A linter's selectors: prefixes of codes, "ALL" for everything."""

    selected: tuple[str, ...]
    ignored: tuple[str, ...]

    @classmethod
    def of(cls, tool: str, settings: Mapping[str, Setting]) -> Codes:
        """The selectors of "ruff" or "flake8" in a tree."""
        start = "ruff.lint." if tool == "ruff" else "flake8."
        select = _texts(settings.get(f"{start}select"))
        ignore = _texts(settings.get(f"{start}ignore"))
        if tool == "flake8" and ignore is None:
            ignore = FLAKE8_IGNORED
        default = RUFF_DEFAULT if tool == "ruff" else FLAKE8_DEFAULT
        more = _texts(settings.get(f"{start}extend-select")) or ()
        less = _texts(settings.get(f"{start}extend-ignore")) or ()
        return cls((*(default if select is None else select), *more), (*(ignore or ()), *less))

    def enables(self, code: str) -> bool:
        """Whether a code is on, or some code that it is the prefix of: the longest prefix that names it decides."""
        code = _RENAMED.get(code, code)
        on = max((_weight(it) for it in self.selected if _names(it, code)), default=-1)
        off = max((_weight(it) for it in self.ignored if _names(it, code)), default=-1)
        within = any(_RENAMED.get(it, it).startswith(code) for it in self.selected)
        return (on >= 0 and on > off) or (within and off < 0)


def _weight(selector: str) -> int:
    return 0 if selector == "ALL" else len(selector)


def _names(selector: str, code: str) -> bool:
    """Whether a selector means a code. A family's letters are not the beginning of another's: E is not ERA."""
    selector = _RENAMED.get(selector, selector)
    if selector in {"ALL", code}:
        return True
    if not code.startswith(selector):
        return False
    return not selector[-1:].isalpha() or code[len(selector) : len(selector) + 1].isdigit() or selector in ("PL", "C")


def lost(old: Codes, new: Codes) -> tuple[str, ...]:
    """The selectors that named enabled codes at base and name none, or fewer, at head."""
    candidates = dict.fromkeys((*new.ignored, *old.selected))
    gone = [it for it in candidates if it != "ALL" and old.enables(it) and not new.enables(it)]
    if "ALL" in old.selected and "ALL" not in new.selected:
        gone.insert(0, "ALL")
    return tuple(it for it in gone if not any(other != it and _names(other, it) for other in gone if other != "ALL"))


def per_file(value: object) -> dict[str, tuple[str, ...]]:
    """flake8's `per-file-ignores`: pattern -> codes."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in re.finditer(
        r"([^\s:,][^:\n]*?)\s*:\s*([A-Z][A-Z0-9]*(?:[\s,]+[A-Z][A-Z0-9]*(?![^\s,]))*)", str(value)
    ):
        for pattern in entry[1].split(","):
            found[pattern.strip()] = tuple(re.split(r"[\s,]+", entry[2].strip(" ,\n")))
    return found


def _texts(setting: Setting | None) -> tuple[str, ...] | None:
    if setting is None:
        return None
    value = setting.value
    if isinstance(value, str):
        return tuple(it for it in re.split(r"[,\s]+", value) if it)
    return tuple(str(it) for it in value) if isinstance(value, Iterable) else ()
