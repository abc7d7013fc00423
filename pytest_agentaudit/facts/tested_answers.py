"""What tests give to a function and expect of it, as far as both are written out: looked up when product code answers
with literals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import md5, sha1, sha224, sha256, sha384, sha512
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_agentaudit.change.model import TESTS, Side
from pytest_agentaudit.facts.tree_texts import TreeTexts
from pytest_agentaudit.later import later
from pytest_agentaudit.lazy_json import dumps
from pytest_agentaudit.patterns import regex

if TYPE_CHECKING:
    from pytest_agentaudit.facts.telling import atoms, reread
else:
    atoms, reread = later("pytest_agentaudit.facts.telling", "atoms", "reread")

MOST_FILES = 60
"""Test files that name a function, of which no more are read."""

_LONG_PART = 8
"""Characters from which a part of a text stands for it."""

_RUNS = regex(r"[A-Za-z0-9]{4,}")
_HASHES = (md5, sha1, sha224, sha256, sha384, sha512)
_DIGEST = regex(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{8,128}")


class TestedAnswer(Struct, frozen=True):
    """One demand: `called` are the bare names of what is called, `given` the spellings (see `telling`) of all literals
    that the calls are given, `expected` that of the result. `direct` is false where they only stand in the same test.
    """

    __test__ = False

    path: str
    line: int
    called: frozenset[str]
    given: frozenset[str]
    expected: str
    direct: bool = True


class Tested(Struct, frozen=True, dict=True):
    """What the tests of some names demand."""

    __test__ = False

    answers: tuple[TestedAnswer, ...]

    def find(self, asked: Iterable[str], answer: str) -> TestedAnswer | None:
        """The demand that gives all that is asked for and expects the answer."""
        wanted = [str(it) for it in asked]
        fitting = [it for it in self._by_answer.get(answer, ()) if all(self._is_given(one, it) for one in wanted)]
        return max(fitting, key=lambda it: it.direct, default=None)

    def expecting(self, answer: str) -> tuple[TestedAnswer, ...]:
        """The demands that expect an answer."""
        return tuple(self._by_answer.get(answer, ()))

    @cached_property
    def _by_answer(self) -> dict[str, list[TestedAnswer]]:
        found: dict[str, list[TestedAnswer]] = {}
        for it in self.answers:
            found.setdefault(it.expected, []).append(it)
        return found

    def _is_given(self, asked: str, it: TestedAnswer) -> bool:
        """Whether a spelling is among what a test gives: itself, as the text of a value, or by its digest."""
        if asked in it.given:
            return True
        value = reread(asked)
        if not isinstance(value, str):
            return False
        if is_digest(value):
            return any(digest.startswith(value) for one in it.given for digest in _digests(one))
        if len(value) >= _LONG_PART and any(value in one for one in it.given):
            return True
        return value.replace("(", "[").replace(")", "]") in it.given


def is_digest(text: str) -> bool:
    """Whether a text reads like a hash in hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


def _digests(spelling: str) -> Iterator[str]:
    """Digests of a value's text in the spellings that code hashes."""
    value = reread(spelling)
    texts = {str(value), spelling}
    if isinstance(value, str | int | float | list | bool):
        texts.add(dumps(value))
    if isinstance(value, list):
        texts |= {str(tuple(value)), ",".join(map(str, value)), "".join(map(str, value))}
    for text in texts:
        for algorithm in _HASHES:
            yield algorithm(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _marks(answer: str) -> frozenset[bytes]:
    """The runs of letters and digits in an answer's texts, all of which a file that expects it has to hold."""
    texts = (it for it in atoms(reread(answer)) if isinstance(it, str))
    return frozenset(run.encode() for text in texts for run in _RUNS.findall(text))


def _holds_any(content: bytes, answers: Sequence[frozenset[bytes]]) -> bool:
    return not answers or any(all(mark in content for mark in marks) for marks in answers)


class TestedAnswers:
    """The demands of a tree's tests on functions, by name. Searches bytes before it parses, and only when asked."""

    __test__ = False

    def __init__(self, texts: TreeTexts | None = None) -> None:
        self._texts = texts
        self._read: dict[str, tuple[TestedAnswer, ...]] = {}

    def of(self, names: Iterable[str], answers: Iterable[str] = ()) -> Tested:
        """What the tests demand of calls of any of these names; with `answers` (spellings) only those files are read
        in which the words of one of them stand.
        """
        wanted = frozenset(name for name in names if name)
        if not wanted:
            return Tested(())
        words = b"|".join(re.escape(it.encode(errors="surrogateescape")) for it in sorted(wanted))
        word = re.compile(rb"\b(?:" + words + rb")\b")
        marks = [_marks(it) for it in answers]
        sides = [side for side in self._sides if _holds_any(side.content, marks) and word.search(side.content)]
        sides = sides[:MOST_FILES]
        return Tested(tuple(it for side in sides for it in self._answers(side) if not wanted.isdisjoint(it.called)))

    def holding(self, texts: Iterable[str]) -> Tested:
        """The demands of those files in which one of these texts stands, whatever they call."""
        needles = [it.encode("utf-8", "replace") for it in texts if it]
        sides = [it for it in self._sides if any(needle in it.content for needle in needles)][:MOST_FILES]
        return Tested(tuple(it for side in sides for it in self._answers(side)))

    @cached_property
    def _sides(self) -> tuple[Side, ...]:
        """The tree's test files."""
        return tuple(self._texts.of_role(TESTS)) if self._texts else ()

    def _answers(self, side: Side) -> tuple[TestedAnswer, ...]:
        if side.path not in self._read:
            room = import_module("pytest_agentaudit.facts.written_tests")  # what reads them stays away until then
            self._read[side.path] = tuple(room.answers_of_tests(side))
        return self._read[side.path]
