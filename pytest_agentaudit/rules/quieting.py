"""What the rules on suppressions share: how they name one, what it hides, and what the house's habit is."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.facts.silencing import CodeKind, Scope, Silences, Suppression
from pytest_agentaudit.facts.source_names import names_in
from pytest_agentaudit.model import Location
from pytest_agentaudit.patterns import regex

SILENT = frozenset({CodeKind.SILENT_BROAD_HANDLER, CodeKind.SILENT_HANDLER})
"""Handlers that drop the exception."""

CHECKS = frozenset({CodeKind.VALIDATOR, CodeKind.GUARD, CodeKind.RAISE})
"""Code whose work is to refuse."""

_GRAVE = regex(
    r"S\d{3}|B\d{3}|BLE\d*|E722|W070[23]|W0718|bare-except|broad-except(?:ion-caught)?|blind-except"
    r"|try-except-(?:pass|continue)"
)
_FOREIGN_TYPES = frozenset(
    {
        "import",
        "import-untyped",
        "import-not-found",
        "import-error",
        "no-name-in-module",
        "missing-import",
        "unresolved-import",
        "reportMissingImports",
        "reportMissingModuleSource",
        "reportMissingTypeStubs",
        "ignore-missing-imports",
        "ignore_missing_imports",
    }
)
_ACCESS = regex(
    r"reportPrivate\w+|reportUnused\w+|reportUnnecessary\w+|reportDeprecated|reportImportCycles|deprecated"
    r"|private-\w+|protected-\w+|unreachable|unused-\w+|redundant-\w+|override|no-untyped-call|untyped-decorator|reportOverlappingOverload|overload-\w+|reportIncompatible\w+Override"
)
"""Codes of type checkers that speak of who uses or overrides what: there is no type to narrow."""

_CALLED = regex(r"\w+ *= *[\w.]+\(")
"""The start of a line that names what a call gives."""

_PLANTED = regex(
    r"attr-defined|method-assign|assignment|reportAttributeAccessIssue|unresolved-attribute|invalid-assignment"
)
_PLANTS = regex(r"\s*[\w.]+\.\w+\s*=(?!=)")

_OF_PLATFORM = regex(
    r"\b(?:ctypes\.(?:windll|oledll|WINFUNCTYPE|WinDLL|WinError|HRESULT|FormatError|get_last_error)|winreg\.|msvcrt\."
    r"|fcntl\.|termios\.|os\.(?:get[ep]?[ug]id|startfile|killpg|setsid|fork|sched_\w+)|signal\.(?:SIG(?:KILL|HUP|ALRM)|alarm)"
    r"|subprocess\.(?:STARTUPINFO|CREATE_\w+))"
)

_EVERYTHING = frozenset({"all", "ALL"})


_NEAR = 2
"""How many lines away another comment stands beside one."""

OFTEN = 3
"""Equal type suppressions in one file from which on they are a pattern rather than an exception."""


def is_blanket(suppression: Suppression) -> bool:
    """Whether it silences whatever its checker would say."""
    return not suppression.codes or bool(_EVERYTHING & set(suppression.codes))


def is_wide(suppression: Suppression) -> bool:
    """Whether it reaches over a whole file, or blindly over a range: more than its place in the file shows."""
    if not suppression.honoured:
        return False
    wide_range = suppression.scope is Scope.RANGE and (
        is_blanket(suppression) or suppression.silences is Silences.FORMAT
    )
    return suppression.scope is Scope.FILE or wide_range


def is_grave(suppression: Suppression) -> bool:
    """Whether it may hide a security diagnostic or one on a broad `except`."""
    if suppression.silences is Silences.SECURITY:
        return True
    if suppression.silences is not Silences.LINT:
        return False
    return is_blanket(suppression) or any(_is_grave_code(code) for code in suppression.codes)


def _is_grave_code(code: str) -> bool:
    """Bandit's codes begin at B1; B0 and B9 are flake8-bugbear's, where B001 is the bare `except`."""
    bugbear = code.startswith(("B0", "B9"))
    return bool(_GRAVE.fullmatch(code)) and (not bugbear or code in {"B001", "B902"})


def of_foreign_types(suppression: Suppression) -> bool:
    """Whether it speaks of the types of somebody else's package."""
    if suppression.silences is not Silences.TYPES:
        return False
    if suppression.codes:
        return set(suppression.codes) <= _FOREIGN_TYPES
    return suppression.on is CodeKind.IMPORT


def of_access(suppression: Suppression) -> bool:
    """Whether it speaks of the use of names, in a type checker's words."""
    return bool(suppression.codes) and all(_ACCESS.fullmatch(code) for code in suppression.codes)


def plants(suppression: Suppression) -> bool:
    """Whether it stands on a line that gives an object an attribute that its type lacks, or another method."""
    known = bool(suppression.codes) and all(_PLANTED.fullmatch(code) for code in suppression.codes)
    return known and _PLANTS.match(suppression.target) is not None


def of_platform(suppression: Suppression) -> bool:
    """Whether the line asks a module of the standard library for what it has on one platform alone."""
    return _OF_PLATFORM.search(suppression.target) is not None


WAYS = ("bare", "told", "coded", "reasoned")
"""How a suppression can stand: without a code or reason, with a reason alone, with a code alone, with both."""


def habit(house: Mapping[tuple[str, str], int], suppression: Suppression, kind: str) -> int:
    """How often the base silences one of the same checkers in this way, one of `WAYS`."""
    checkers = set(suppression.checker.split(", "))
    return sum(count for (name, how), count in house.items() if how == kind and checkers & set(name.split(", ")))


class SetUp(Struct, frozen=True):
    """The tools that have settings at base, and at head."""

    old: frozenset[str]
    new: frozenset[str]

    @classmethod
    def of(cls, delta: Delta) -> SetUp:
        """Read off the keys of the settings: "mypy.strict" is mypy's."""
        old, new = (
            frozenset(key.partition(".")[0] for key in keys) for keys in (delta.old_settings, delta.new_settings)
        )
        return cls(old, new)


_Words = tuple[str, tuple[str, ...]]
"""A directive and its codes."""


class House(Struct, frozen=True, dict=True):
    """The base's habits: how often it silences in which way, what the file itself silences, and which tools are
    set up.
    """

    ways: Mapping[tuple[str, str], int]
    file: FileDelta
    tools: SetUp

    def lifted(self, suppression: Suppression) -> Sequence[Suppression]:
        """Those of the same words that the change took from code which stands as it did: they are no habit."""
        return self._lifted.get(_words(suppression), ())

    @cached_property
    def _lifted(self) -> Mapping[_Words, Sequence[Suppression]]:
        return _by_words(it for it in self.file.lifted if not it.reason)

    @cached_property
    def _grew(self) -> Counter[_Words]:
        """How many more of each directive the file has than it had."""
        grown = Counter(map(_words, self.file.new.suppressions)) if self.file.new else Counter()
        grown.subtract(map(_words, self._old))
        return grown

    @cached_property
    def _old(self) -> tuple[Suppression, ...]:
        return self.file.old.suppressions if self.file.old else ()

    @cached_property
    def _said(self) -> frozenset[tuple[str, str]]:
        return frozenset((it.directive, it.target) for it in self._old)

    def takes_up(self, suppression: Suppression) -> bool:
        """Whether the change brings the checker: the base neither set it up nor silenced it anywhere."""
        checkers = frozenset(suppression.checker.split(", "))
        is_fresh = self.tools.old.isdisjoint(checkers) and not self.tools.new.isdisjoint(checkers)
        return is_fresh and not any(habit(self.ways, suppression, way) for way in WAYS)

    def is_bare_here(self, suppression: Suppression) -> bool:
        """Whether the file itself had more than one of the same directive at base, none of them with a code."""
        return suppression.directive in self._bare

    @cached_property
    def _bare(self) -> frozenset[str]:
        every = Counter(it.directive for it in self._old)
        coded = {it.directive for it in self._old if not is_blanket(it)}
        return frozenset(directive for directive, count in every.items() if count > 1 and directive not in coded)

    def is_beside(self, suppression: Suppression) -> bool:
        """Whether a line next to it said the same at base, and says it still."""
        near = range(suppression.line - _NEAR, suppression.line + _NEAR + 1)
        beside = (it for line in near for it in self._stayed.get(line, ()))
        return any(_words(it) == _words(suppression) for it in beside)

    @cached_property
    def _stayed(self) -> dict[int, list[Suppression]]:
        """What the file says that it said at base, by line."""
        added, found = frozenset(self.file.added_suppressions), defaultdict[int, list[Suppression]](list)
        for it in self.file.new.suppressions if self.file.new else ():
            if it not in added:
                found[it.line].append(it)
        return dict(found)

    def is_pattern_here(self, suppression: Suppression) -> bool:
        """Whether the file itself said the same at base on several lines that begin like this one up to the call."""
        start = _CALLED.match(suppression.target)
        return start is not None and self._starts[_words(suppression), start[0]] >= OFTEN

    @cached_property
    def _starts(self) -> Counter[tuple[_Words, str]]:
        """How often the file said what at base on lines that begin in which way up to the call."""
        return Counter((_words(it), start[0]) for it in self._old if (start := _CALLED.match(it.target)))

    def is_unreasoned_here(self, suppression: Suppression) -> bool:
        """Whether the file itself named the same codes at base and gave no reason."""
        return _words(suppression) in self._unreasoned

    @cached_property
    def _unreasoned(self) -> frozenset[_Words]:
        return frozenset(_words(it) for it in self._old if not it.reason)

    def repeats(self, suppression: Suppression) -> bool:
        """Whether the file said the same of the same code at base, or has no more of its kind than it had."""
        said = (suppression.directive, suppression.target) in self._said
        return said or (bool(self._old) and self._grew[_words(suppression)] <= 0)


def _words(suppression: Suppression) -> _Words:
    return suppression.directive, suppression.codes


def _by_words(suppressions: Iterable[Suppression]) -> Mapping[_Words, Sequence[Suppression]]:
    found = defaultdict[_Words, list[Suppression]](list)
    for it in suppressions:
        found[_words(it)].append(it)
    return found


def keys_of(suppression: Suppression) -> list[tuple[str, tuple[str, ...], str]]:
    """What makes suppressions speak of one error: their directive and codes, and a name of the code they stand on."""
    return [(suppression.directive, suppression.codes, name) for name in names_in(suppression.target) - {"self", "cls"}]


def spelled(suppression: Suppression) -> str:
    """The directive as a reader finds it, without the prose around it."""
    codes = ", ".join(suppression.codes)
    if not codes:
        return f"`{suppression.directive}`"
    before = re.search(r"([=\[:]?)\s*[\"']?" + re.escape(suppression.codes[0]), suppression.text)
    sign = before[1] if before else ""
    shown = {"=": f"={codes}", "[": f"[{codes}]", ":": f": {codes}"}.get(sign, f" {codes}")
    return f"`{suppression.directive}{shown}`"


def source(suppressions: Iterable[Suppression], most: int = 5) -> str:
    """The code and comments of the first few, each with its line's number."""
    shown = [
        f"{it.line}  {it.text}" if it.scope in {Scope.FILE, Scope.RANGE, Scope.NEXT_LINE} else _line(it)
        for it in suppressions
    ]
    return "\n".join(shown[:most])


def _line(suppression: Suppression) -> str:
    return f"{suppression.line}  {suppression.target}  {suppression.text}"


def locations(path: str, suppressions: Iterable[Suppression]) -> tuple[Location, ...]:
    """Where the suppressions stand."""
    return tuple(Location(path, it.line) for it in suppressions)
