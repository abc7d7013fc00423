"""The rule fallback-stub."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import FALLBACK, SUBSTITUTE
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_TALKS = regex(r"_*(?:debug|log|trace)(?:ging|ger|ing)?(?:_\w+)?")
"""Names of what only tells what goes on."""


class FallbackStub(Rule):
    """A fake takes the place of what could not be imported or made.

    A function or class that does nothing stands behind `except ImportError`, or a `FakeClient()` is what callers get
    where the real one failed. Fakes that raise on use, other imports, shims that do the work, empty classes for types,
    and what stands for a module of the standard library are silent.

    Level: warning where the module is the project's own, or was imported without a fallback before, and for stand-ins;
    note for what may be an optional dependency, for `name = None` in the place of what was needed before, and where the
    handler logs, or a comment says why.

    Why: the program runs on, and what it was asked to do is not done.
    Fix: let the import fail, or raise when the missing part is used.
    Not a fix: a longer fake.
    """

    name = "fallback-stub"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = kept_apart("fallback_stub")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each handler."""
        for file in audit.files(FileRole.PRODUCT):
            for it in file.new_ones(FALLBACK):
                yield from self._fallback(file, it)
            for it in file.new_ones(SUBSTITUTE):
                yield self.finding(
                    Location(file.path, it.line, it.end_line, it.symbol),
                    f"`{it.symbol or file.path}` goes on with `{it.details['name']}` where the real thing failed.",
                    level=Level.NOTE if it.details["told"] else self.level,
                    fix="let callers see the failure",
                    not_a_fix="another name for the stand-in",
                )

    def _fallback(self, file: FileDelta, it: Occurrence) -> Iterator[Finding]:
        """A fake behind an import."""
        module, top = it.details["module"], it.details["module"].partition(".")[0]
        was_hard = any(origin.partition(".")[0] == top for origin in file.old.imports.values()) if file.old else False
        is_needed = bool(it.details["first_party"]) or was_hard
        is_value = it.details["shape"] == "value"
        if is_value and not is_needed:
            return
        is_talk = all(_TALKS.fullmatch(name) for name in it.details["names"].split(", "))
        is_plain = not (is_value or is_talk or it.details["comment"])
        level = self.level if is_needed and is_plain else Level.NOTE
        why = "is a module of this repository" if it.details["first_party"] else "was imported without a fallback"
        names = ", ".join(f"`{name}`" for name in it.details["names"].split(", "))
        what = "is `None`" if is_value else "stands in and does nothing"
        yield self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            f"Where `{module}` cannot be imported, {names} {what}" + (f"; `{module}` {why}." if is_needed else "."),
            level=level,
            fix="let the import fail, or raise when the missing part is used",
            not_a_fix="a longer fake",
        )
