"""What a checker says where it was told to be quiet: plain values, filled in by whoever can ask the checker."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Diagnostic(Struct, frozen=True):
    """One thing that a checker would have said."""

    code: str
    name: str
    message: str
    line: int


class Hidden(Struct, frozen=True):
    """All that one suppression hides at head. `sure` is true where the checker knows every code of it, with the
    settings that decide: then an empty answer means that it hides nothing.
    """

    checker: str
    diagnostics: tuple[Diagnostic, ...]
    sure: bool

    @property
    def nothing(self) -> bool:
        """Whether it is sure that nothing is hidden."""
        return self.sure and not self.diagnostics


SHOWN = 3
"""Diagnostics that a text names."""


def told(answers: Iterable[Hidden | None]) -> str:
    """What several suppressions hide, in a line; "" where nobody could be asked."""
    known = [it for it in answers if it]
    found = [it for answer in known for it in answer.diagnostics]
    if found:
        shown = "; ".join(f"{it.code} {it.message} (line {it.line})" for it in found[:SHOWN])
        return shown + (f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
    if known and all(it.sure for it in known):
        return f"nothing: {known[0].checker} finds nothing there"
    return ""
