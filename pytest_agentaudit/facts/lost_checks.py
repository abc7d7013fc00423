"""Checks of the product that a change took away or turned off, while the function that made them stayed."""

from __future__ import annotations

import builtins
import keyword
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import DefinitionPair, Delta, FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import (
    BRANCHES,
    CHECK,
    CONSENT,
    DECIDED,
    FOLDED,
    GUARD,
    LOOSE,
    REFUSAL,
    RETOLD,
    STRICT,
)
from pytest_agentaudit.facts.model import Definition, Occurrence
from pytest_agentaudit.facts.source_names import NAMES, decision_key
from pytest_agentaudit.patterns import regex

REWRITTEN = 0.5
"""The share of a function's old lines above which a change rewrote it: then a lost guard says little."""

_BUILTIN = frozenset(vars(builtins)) | {"self", "cls"}
_DELEGATES = regex(r"_*(?:validate|verify|check|ensure|require|assert|guard|raise|parse|normali[sz]e|coerce)(?:_|\Z)")
_JOINED = regex(r"\b(?:and|or)\b")
_ATTRIBUTE = regex(r"\.([^\W\d]\w*)")
_CHOICE = regex(r"verify|insecure|ssl|tls|cert|hostname|unsafe|trust")
_REFUSES = regex(
    r"\b(?:raise|assert|abort|exit)\b|(?i:\b_*(?:validate|verify|check|ensure|require|assert|raise|fail)_?\w*\()"
)
_TIMEOUT = "timeout"
_RETIRED = frozenset({"DeprecationWarning", "PendingDeprecationWarning", "FutureWarning", "deprecated"})
_EXTERNAL = frozenset({"raise_for_status", "full_clean", "login_required", "permission_required"})


class Way(StrEnum):
    """How a check was lost."""

    GUARD = "a guard is gone"
    CALL = "a checker is not called"
    SETTING = "a setting was loosened"
    ANSWER = "a checker cannot say no"
    FOLDED = "a constant decides a condition"


class LostCheck(Struct, frozen=True):
    """A check that is gone: the definition around it, what stood there (`was`) and what stands there now (`now`).

    `line` and `end_line` are head's. `names` are those that a test of it would use, `exceptions` what it raised,
    `words` what its condition reads. `is_doubtful` is true where other edits of the same function may explain it.
    """

    way: Way
    path: str
    line: int
    end_line: int
    symbol: str
    was: tuple[str, ...]
    now: str = ""
    exceptions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    is_doubtful: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The parts of the qualified name."""
        return tuple(self.symbol.split("."))


def lost_checks(delta: Delta) -> Iterator[LostCheck]:
    """Every lost check of the change's product, file by file."""
    files = [file for file in delta.files if file.role is FileRole.PRODUCT and file.old and file.new]
    new = _Appeared(tuple(file for file in delta.files if file.role is FileRole.PRODUCT))
    for file in files:
        here = _File(delta, file, new)
        yield from here.guards()
        yield from here.calls()
        yield from here.settings()
        yield from here.answers()


class _Appeared(Struct, frozen=True, dict=True):
    """What the change added to the whole product, and the guards that stand there."""

    files: tuple[FileDelta, ...]

    @cached_property
    def exceptions(self) -> frozenset[str]:
        """What new guards raise."""
        return frozenset(it.details["exception"] for file in self.files for it in file.new_ones(GUARD))

    @cached_property
    def guards(self) -> frozenset[str]:
        """The guards that stand in touched code of head, new or not."""
        return frozenset(it.key for it in self._guards)

    @cached_property
    def guarding(self) -> frozenset[str]:
        """The bare names of functions with guards."""
        return frozenset(it.symbol.rpartition(".")[2] for it in self._guards)

    @cached_property
    def _guards(self) -> tuple[Occurrence, ...]:
        sides = (file.new for file in self.files if file.new)
        return tuple(it for side in sides for it in side.occurrences if it.kind == GUARD)

    @cached_property
    def agreeing(self) -> frozenset[str]:
        """The bare names of checkers that cannot say no any more: that nobody calls them is no loss of its own."""
        return frozenset(it.symbol.rpartition(".")[2] for file in self.files for it in file.new_ones(CONSENT))

    @cached_property
    def gone(self) -> frozenset[str]:
        """Names that the changed files have no more: what asked for one of them went with it."""
        sides = (file.old.names for file in self.files if file.old)
        return frozenset[str]().union(*sides).difference(*(file.new.names for file in self.files if file.new))

    @cached_property
    def strict(self) -> frozenset[str]:
        """The settings that are strict in a new place."""
        return frozenset(it.details["setting"] for file in self.files for it in file.new_ones(STRICT))


class _File(Struct, frozen=True, dict=True):
    """One file with both sides."""

    delta: Delta
    file: FileDelta
    new: _Appeared

    @cached_property
    def pairs(self) -> dict[str, DefinitionPair]:
        """The definitions that stayed in this file, by their old qualified name."""
        path = self.file.old.path if self.file.old else ""
        return {it.old.qualified_name: it for it in self.delta.definitions if it.old and it.new and it.old_path == path}

    def kept(self, symbol: str) -> Definition | None:
        """What became of a definition, where it stayed and is not the same."""
        pair = self.pairs.get(symbol)
        return pair.new if pair and not pair.equal else None

    def path_of(self, symbol: str) -> str:
        """Where a definition stands at head."""
        return self.pairs[symbol].new_path

    def guards(self) -> Iterator[LostCheck]:
        """Guards that are gone from functions that still read what they guarded."""
        lost: dict[str, list[Occurrence]] = defaultdict(list)
        for it in self.file.lost_ones(GUARD):
            lost[it.symbol].append(it)
        for symbol, gone in lost.items():
            new = self.kept(symbol)
            found = [it for it in gone if new and self._is_missed(it, new)]
            if new and found and not self._delegates(symbol, new):
                yield LostCheck(
                    Way.GUARD,
                    self.path_of(symbol),
                    new.line,
                    new.end_line,
                    new.qualified_name,
                    tuple(_guard(it) for it in found),
                    exceptions=tuple(it.details["exception"] for it in found),
                    words=tuple(sorted({name for it in found for name in it.details["names"].split()})),
                    is_doubtful=self._is_rewritten(symbol) or self._still_asks(found, new),
                )

    def _is_missed(self, it: Occurrence, new: Definition) -> bool:
        old = self.pairs[it.symbol].old
        guarded = set(it.details["names"].split()) - _BUILTIN.difference(old.parameters if old else ())
        if guarded & (set(old.parameters if old else ()) - set(new.parameters)):
            return False  # the parameter that it refused is gone
        known = new.names | set(new.parameters)
        is_elsewhere = it.key in self.new.guards or it.details["exception"] in self.new.exceptions
        asked = frozenset(_ATTRIBUTE.findall(it.details["condition"]))
        if is_elsewhere or self._is_asked_by_helper(it, new) or self._is_retold(it, new):
            return False
        return bool(it.details["names"]) and guarded <= known and not asked & self.new.gone

    def _is_retold(self, it: Occurrence, new: Definition) -> bool:
        """Whether the function now raises the same where something that it calls refused."""
        return any(
            (one.symbol, one.details["exception"]) == (new.qualified_name, it.details["exception"])
            for one in self.file.new_ones(RETOLD)
        )

    def _is_asked_by_helper(self, it: Occurrence, new: Definition) -> bool:
        """Whether touched functions that the function names ask all that a guard asked: it refuses by their answer."""
        here = self.file.new.occurrences if self.file.new else ()
        helpers = (one for one in here if one.kind == DECIDED and one.symbol != new.qualified_name)
        asked = {one.key for one in helpers if one.symbol.rpartition(".")[2] in new.names}
        parts = _JOINED.split(it.details["condition"])
        return bool(asked) and all(decision_key(part) in asked for part in parts)

    def _still_asks(self, found: Iterable[Occurrence], new: Definition) -> bool:
        """Whether the function still has a branch on each of these conditions, or a new one that asks the same names
        and leaves: it answers in another way.
        """
        asked = self._conditions(new.qualified_name, "conditions")
        leaves = self._conditions(new.qualified_name, "leaves")
        symbols = {it.symbol for it in found}
        before = {text for symbol in symbols for text in self._conditions(symbol, "conditions", at_head=False)}
        named = {_names(text) for text in leaves - before}
        return all(
            it.details["condition"].removeprefix("not (").removesuffix(")") in asked
            or it.details["condition"] in asked
            or _names(it.details["condition"]) in named
            for it in found
        )

    def _conditions(self, symbol: str, of: str, *, at_head: bool = True) -> set[str]:
        """The conditions of a function's branches on one side."""
        side = self.file.new if at_head else self.file.old
        found = (it for it in side.occurrences if it.kind == BRANCHES and it.symbol == symbol) if side else ()
        return {text for it in found for text in it.details[of].split("\n")}

    def _delegates(self, symbol: str, new: Definition) -> bool:
        """Whether the function now names something that may check for it."""
        old = self.pairs[symbol].old
        fresh = new.names - old.names if old else frozenset[str]()
        return any(_DELEGATES.match(name) or name in self.new.guarding for name in fresh) or any(
            it.symbol == new.qualified_name for it in self.file.new_ones(GUARD, CHECK)
        )

    def _reaches(self, new: Definition, checker: str) -> bool:
        """Whether a function names a checker, or a touched function of its file that does."""
        others = self.file.new.definitions if self.file.new else ()
        return checker in new.names or any(checker in it.names and it.bare_name in new.names for it in others)

    def _is_retired(self, symbol: str) -> bool:
        """Whether a function now warns its callers that it is deprecated."""
        new = self.kept(symbol)
        return new is not None and not _RETIRED.isdisjoint(new.names)

    def _is_rewritten(self, symbol: str) -> bool:
        old = self.pairs[symbol].old
        if old is None:
            return True
        lines = range(old.line, old.end_line + 1)
        return sum(line in self.file.pair.removed for line in lines) > REWRITTEN * len(lines)

    def calls(self) -> Iterator[LostCheck]:
        """Checkers that are not called any more, though they exist."""
        for it in self.file.lost_ones(CHECK):
            new, name = self.kept(it.symbol), it.details["callee"]
            is_there = name in _EXTERNAL or name in self.delta.defined
            if new and is_there and not self._reaches(new, name) and not self._delegates(it.symbol, new):
                yield LostCheck(
                    Way.CALL,
                    self.path_of(it.symbol),
                    new.line,
                    new.end_line,
                    new.qualified_name,
                    (f"@{name}" if "mark" in it.details else it.text,),
                    is_doubtful=name in self.new.agreeing or self._only_answers(name) or self._is_rewritten(it.symbol),
                )

    def _only_answers(self, checker: str) -> bool:
        """Whether a checker of this file gives an answer and raises nothing: a call that drops it checks nothing."""
        side, sides = self.file.pair.new, self.file.new.definitions if self.file.new else ()
        here = [it for it in sides if it.bare_name == checker]
        lines = (line for it in here for line in side.lines(range(it.line + 1, it.end_line + 1))) if side else ()
        text = b"\n".join(lines).decode(errors="replace")
        return bool(here) and "return" in text and not _REFUSES.search(text)

    def settings(self) -> Iterator[LostCheck]:
        """Settings that were strict and are loose, or are not given any more, and new ones that are dangerous."""
        loose = {(it.symbol, it.details["setting"]): it for it in self.file.new_ones(LOOSE)}
        for it in self.file.lost_ones(STRICT):
            now = loose.pop((it.symbol, it.details["setting"]), None)
            if now:
                yield self._setting(now, it)
            else:
                yield from self._dropped(it)
        for it in loose.values():
            if it.details["risk"]:
                yield self._setting(it)

    def _setting(self, now: Occurrence, was: Occurrence | None = None) -> LostCheck:
        texts = (was.text,) if was else ()
        is_choice = was is None and self._is_choice(now.symbol)
        return LostCheck(
            Way.SETTING, self.file.path, now.line, now.end_line, now.symbol, texts, now.text, is_doubtful=is_choice
        )

    def _is_choice(self, symbol: str) -> bool:
        """Whether the definition around takes a parameter by which its callers choose."""
        found = self.file.new.definitions if self.file.new else ()
        around = (it for it in found if f"{symbol}.".startswith(f"{it.qualified_name}."))
        return any(_CHOICE.search(name) for it in around for name in it.parameters)

    def _dropped(self, it: Occurrence) -> Iterator[LostCheck]:
        """A strict setting that is not given any more to a callee that is still called."""
        new, setting, called = self.kept(it.symbol), it.details["setting"], it.details["callee"]
        if new and called and called in new.names and not self._still_strict(new, it):
            doubtful = setting == _TIMEOUT or self._is_rewritten(it.symbol)
            line, end_line = new.line, new.end_line
            path, symbol = self.path_of(it.symbol), new.qualified_name
            yield LostCheck(
                Way.SETTING, path, line, end_line, symbol, (f"{called}(..., {it.text})",), is_doubtful=doubtful
            )

    def _still_strict(self, new: Definition, it: Occurrence) -> bool:
        """Whether the setting came somewhere else, or what became of the function still gives it to the callee."""
        here = self.file.new.occurrences if self.file.new else ()
        same = (one for one in here if one.kind == STRICT and one.symbol == new.qualified_name)
        given = any(one.details["setting"] == it.details["setting"] and one.text == it.text for one in same)
        return given or it.details["setting"] in self.new.strict

    def answers(self) -> Iterator[LostCheck]:
        """Checkers that could say no and cannot now, and conditions that a constant decides."""
        could = {it.symbol: it for it in self.file.lost_ones(REFUSAL)}
        for it in self.file.new_ones(CONSENT):
            was = could.get(it.symbol)
            if was:
                yield LostCheck(
                    Way.ANSWER,
                    self.file.path,
                    it.line,
                    it.end_line,
                    it.symbol,
                    (was.details["answers"],),
                    it.details["answer"],
                    is_doubtful=self._is_retired(it.symbol),
                )
        for it in self.file.new_ones(FOLDED):
            yield LostCheck(Way.FOLDED, self.file.path, it.line, it.end_line, it.symbol, (), it.text)


def _names(condition: str) -> frozenset[str]:
    """The names that a condition reads, keywords and builtins left out."""
    return frozenset(it for it in NAMES.findall(condition) if it not in _BUILTIN and not keyword.iskeyword(it))


def _guard(it: Occurrence) -> str:
    raised, condition = it.details["exception"], it.details["condition"]
    return f"assert {condition}" if it.text.startswith("assert") else f"if {condition}: raise {raised}"
