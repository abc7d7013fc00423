"""What the messages of a change claim, as far as facts can tell whether it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib import import_module

from msgspec import Struct


class Promised(StrEnum):
    """What a claim is about."""

    TESTS = "tests were added"
    SAME = "behaviour is the same"
    WORDS = "only words or layout changed"
    TITLE = "the title names it documentation"
    ONLY_TESTS = "only tests changed"
    PASSING = "all tests pass"
    COVERAGE = "coverage is better"
    FULL_COVERAGE = "everything is covered"
    REPAIRED = "tests were repaired"


class Claim(Struct, frozen=True):
    """A claim as it stands in a message: `text` is its line, `whole` holds where it speaks of the whole change: its
    message is the only one, and was not put together from those of several commits.
    """

    promised: Promised
    text: str
    whole: bool


def claims(messages: Iterable[str]) -> Iterator[Claim]:
    """The claims of all messages, each once; what is quoted, denied, asked for or planned is none."""
    told = tuple(messages)
    if told:
        room = import_module("pytest_agentaudit.facts.claim_spellings")
        seen: set[tuple[Promised, str]] = set()
        for message in told:
            for promised, text, of_many in room.claimed(message):
                if (promised, text) not in seen:
                    seen.add((promised, text))
                    yield Claim(promised, text, whole=len(told) == 1 and not of_many)
