"""Characters that a reader does not see, or takes for others, in the changed lines of any text file."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from operator import itemgetter

from msgspec import Struct

from pytest_agentaudit.change.model import FilePair, Side
from pytest_agentaudit.facts.kinds.unseen import BIDI, FAR, INVISIBLE, LOOKALIKE, TAGS, TERMINAL, UNSEEN_TEXT
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.scan import Scan, scan
from pytest_agentaudit.patterns import regex

_BIDI = regex("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = regex("[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0]")
_TAGS = regex("[\U000e0000-\U000e007f\U000e0100-\U000e01ef]")
_TERMINAL = regex("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f]")
_IN_NAMES = regex("[\x00-\x1f\x7f-\x9f]")
_BLANKS = 200
_FAR = regex(r"[ \t]{200}(?=[ \t]*\S)")
_FAR_BYTES = (b" " * _BLANKS, b"\t" * 40)
_BLANK_LINES = 60
_RIGHT_TO_LEFT = regex("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_OPENING, _CLOSING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068", "\u202c\u2069"
_RANGE = regex("[\U000e0100-\U000e01ef]-[\U000e0100-\U000e01ef]")
_FLAG = regex("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,8}\U000e007f")
_IDEOGRAPH = regex("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_MARKS = bytes([*range(0x09), *range(0x0E, 0x20), 0x7F])
_NAME = regex(r"[^\W\d]\w*")

CYRILLIC = dict(
    zip(
        "\u0430\u0441\u0435\u043e\u0440\u0440\u0443\u0445\u0456\u0458\u0455\u04bb\u04cf\u0501\u051b\u051d\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423\u04ae\u050c\u051a\u051c",
        "aceoppyxijshldqwABESIJKMHOPCTXYYGQW",
        strict=True,
    )
)
GREEK = dict(
    zip(
        "\u03bf\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03f2\u03f3",
        "oABEZHIKMNOPTYXcj",
        strict=True,
    )
)
"""Letters that look like a Latin one in most fonts. Greek ones that only resemble it (alpha, nu, rho) are science."""
_TWINS = {**CYRILLIC, **GREEK, "\u0578": "n", "\u0585": "o", "\u057d": "u", "\u0570": "h", "\u0581": "g", "\u0575": "j"}
_KNOWN = frozenset({*keyword.kwlist, *dir(builtins)})


def unseen(pair: FilePair) -> tuple[tuple[Occurrence, ...], tuple[Occurrence, ...]]:
    """What the changed lines of both sides hide from a reader: of the old one and of the new one."""
    old = _Lines(pair.old, pair.removed, pair.is_python) if pair.old else None
    new = _Lines(pair.new, pair.added, pair.is_python, _sign_parts(pair)) if pair.new else None
    found = tuple(new.found()) if new else ()
    if pair.new and (pair.old is None or pair.old.path != pair.new.path) and (named := _in_name(pair.new.path)):
        found = (named, *found)
    return tuple(old.found()) if old else (), found


def _in_name(path: str) -> Occurrence | None:
    """What a file's own name hides."""
    if path.isascii() and path.isprintable():
        return None
    for what, pattern in ((BIDI, _BIDI), (TAGS, _TAGS), (INVISIBLE, _INVISIBLE), (TERMINAL, _IN_NAMES)):
        if (found := pattern.findall(path)) and not all(map(_is_selector, found)):
            return _occurrence(what, 1, path, found, "name")
    for word in re.split(r"[^\w]+", path):
        if twins := _twins(word, frozenset()):
            return _occurrence(LOOKALIKE, 1, path, twins, "name")
    return None


def _sign_parts(pair: FilePair) -> frozenset[str]:
    """The joiners and selectors of the lines that went: whoever takes an emoji out may leave them behind."""
    held = [it for it in _SIGN_PARTS if pair.old and it.encode() in pair.old.content]
    gone = [*pair.old.lines(pair.removed)] if pair.old and held else []
    return frozenset(it for it in held if any(it.encode() in line for line in gone))


class _Lines(Struct, frozen=True, dict=True):
    """The changed lines of one side. `left_over` are characters that the lines in their place held too."""

    side: Side
    numbers: frozenset[int]
    python: bool
    left_over: frozenset[str] = frozenset()

    def found(self) -> Iterator[Occurrence]:
        content = self.side.content
        if self.python and self.numbers and b"\n" * _BLANK_LINES in content:
            yield from self._below()
        if not self.numbers or not _is_suspicious(content):
            return
        if b"\0" in content[:8000] or not (self.python or _holds_any(content)):
            return  # no text, or plain letters of whatever language
        for number, line in enumerate(content.split(b"\n"), 1):
            if number in self.numbers and _is_suspicious(line):
                yield from self._line(number, line.decode("utf-8", "replace").rstrip("\r"))

    def _below(self) -> Iterator[Occurrence]:
        """Code behind many blank lines."""
        last = 0
        for number in (number for number, code in self._scan.code_lines.items() if code):
            gap = number - last - 1
            if gap >= _BLANK_LINES and number in self.numbers and number - 1 in self.numbers and last:
                above = (it.line for it in self._scan.comments if last < it.line < number)
                if not any(above) and (where := self._where(number, 0)) != "string":
                    text = self._scan.code_lines[number]
                    yield _occurrence(FAR, number, text, [f"{gap} blank lines"], where)
            last = number

    def _line(self, number: int, line: str) -> Iterator[Occurrence]:
        if number == 1:
            line = line.removeprefix("\ufeff")
        for what, pattern, usual in _SORTS:
            if found := list(pattern.finditer(line)):
                left = [it for it in found if it[0] not in self.left_over and not usual(line, it)]
                why = "" if left else "at home in this script or sign"
                if what is INVISIBLE and why and all(_is_selector(it[0]) for it in found):
                    continue
                column = (left or found)[0].start()
                letters = [it[0] for it in left or found]
                where = self._where(number, column)
                payload = "".join(letters) if what is TAGS else ""
                yield _occurrence(what, number, _around(line, column), letters, where, why, payload)
        if far := _FAR.search(line):
            yield from self._far(number, line, far)
        if self.python and not line.isascii():
            yield from self._names(number, line)

    def _far(self, number: int, line: str, far: re.Match[str]) -> Iterator[Occurrence]:
        rest = line[far.end() :].strip()
        where = self._where(number, len(line) - len(rest))
        usual = "" if line[: far.start()].strip() or where == "comment" else "nothing stands before it"
        if where != "string":
            yield _occurrence(FAR, number, rest, [f"{far.end()} columns in"], where, usual)

    def _names(self, number: int, line: str) -> Iterator[Occurrence]:
        """Identifiers that read like others."""
        for found in _NAME.finditer(line):
            name = found[0]
            twins = [] if name.isascii() else _twins(name, self._scan.names)
            if twins and self._where(number, found.start()) == "code":
                yield _occurrence(LOOKALIKE, number, name, twins, "code")

    def _where(self, number: int, column: int) -> str:
        if not self.python:
            return "text"
        starts = self._scan.source.starts
        at = (starts[number - 1] if number <= len(starts) else 0) + column
        if _holds(self._scan.spans, at):
            return "comment"
        return "code" if _holds(self._scan.code, at) else "string"

    @cached_property
    def _scan(self) -> Scan:
        return scan(self.side.content)


def _holds(spans: tuple[tuple[int, int], ...], at: int) -> bool:
    """Whether one of these stretches, which stand in order, holds an offset."""
    index = bisect_right(spans, at, key=itemgetter(0)) - 1
    return index >= 0 and at < spans[index][1]


def _holds_any(content: bytes) -> bool:
    """Whether any of the characters stands in a text: one look at the whole is cheaper than one at each line."""
    if any(gap in content for gap in _FAR_BYTES):
        return True
    text = content.decode("utf-8", "replace")
    return any(pattern.search(text) for _, pattern, _ in _SORTS)


def _is_suspicious(content: bytes) -> bool:
    """A cheap question: plain ASCII without control characters and long gaps hides nothing."""
    if not content.isascii() or any(gap in content for gap in _FAR_BYTES):
        return True
    return len(content.translate(None, _MARKS)) < len(content)  # a pattern takes three times as long


def _usual_bidi(line: str, _found: re.Match[str]) -> bool:
    """Right-to-left words, and every control is undone on its line."""
    depth = 0
    for letter in line:
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if depth < 0:
            return False
    return depth == 0 and _RIGHT_TO_LEFT.search(line) is not None


_SIGN_PARTS = ("\u200d", "\ufe0e", "\ufe0f")


def _usual_invisible(line: str, found: re.Match[str]) -> bool:
    """Joiners between letters of a script that needs them, in emoji; direction marks beside right-to-left words."""
    letter, before = found[0], line[: found.start()][-1:]
    after = line[found.end() : found.end() + 1]
    if _is_selector(letter):
        return bool(before) and not _is_selector(before) and (not before.isascii() or before in "0123456789#*")
    if letter in "\u200e\u200f\u061c":
        return _RIGHT_TO_LEFT.search(line) is not None
    if letter in "\u200c\u200d":
        return not before.isascii() and (not after or not after.isascii() or letter == "\u200c")
    if letter in "\u200b\u2060":
        return bool(before and after) and not before.isascii() and not after.isascii()
    return letter == "\u180e" and "\u1800" <= before <= "\u18af"


def _is_selector(letter: str) -> bool:
    """A variation selector: it chooses how the sign before it is drawn."""
    return "\ufe00" <= letter <= "\ufe0f"


def _usual_tag(line: str, found: re.Match[str]) -> bool:
    """The flags of England, Scotland and Wales; the variants of an ideograph; the ends of a range of characters."""
    if found[0] >= "\U000e0100":
        if any(it.start() <= found.start() < it.end() for it in _RANGE.finditer(line)):
            return True
        return _IDEOGRAPH.match(line[found.start() - 1 : found.start()]) is not None
    return any(it.start() < found.start() < it.end() for it in _FLAG.finditer(line))


def _never(_line: str, _found: re.Match[str]) -> bool:
    return False


_SORTS: tuple[tuple[str, re.Pattern[str], Callable[[str, re.Match[str]], bool]], ...] = (
    (BIDI, _BIDI, _usual_bidi),
    (TAGS, _TAGS, _usual_tag),
    (INVISIBLE, _INVISIBLE, _usual_invisible),
    (TERMINAL, _TERMINAL, _never),
)


def _twins(name: str, known: frozenset[str]) -> list[str]:
    """The letters of a name that pass for Latin ones: beside Latin letters, or where the Latin name exists too."""
    if name.isascii():
        return []
    normal = unicodedata.normalize("NFKC", name)
    if normal.isascii():
        other = [letter for letter in name if not letter.isascii()]
        return other if len(name) > 1 and (normal in _KNOWN or len(other) == len(name) > len("xy")) else []
    found = [letter for letter in normal if letter in _TWINS]
    skeleton = "".join(_TWINS.get(letter, letter) for letter in normal)
    if not found or not skeleton.isascii():
        return []
    mixed = any(letter.isascii() and letter.isalpha() for part in normal.split("_") for letter in part)
    parts = [part for part in normal.split("_") if any(letter in _TWINS for letter in part)]
    mixed = mixed and any(_mixes(part) for part in parts)
    return found if mixed or skeleton in known or skeleton in _KNOWN else []


def _mixes(part: str) -> bool:
    """Whether Latin letters and look-alikes stand in one word. Two letters with a Greek one are a symbol."""
    latin = sum(letter.isascii() and letter.isalpha() for letter in part)
    greek = sum(letter in GREEK for letter in part)
    return latin > 1 or (latin == 1 and not greek and len(part) > len("xy"))


def _around(line: str, column: int) -> str:
    return line[max(0, column - 30) : column + 40].strip()


def _occurrence(
    what: str, line: int, text: str, letters: list[str], where: str, usual: str = "", payload: str = ""
) -> Occurrence:
    """`payload` is what stays the same when the text around it is edited; by default, the text is part of it."""
    names = ", ".join(list(dict.fromkeys(map(_named, letters)))[:4])
    twins = _TWINS.keys() if what is LOOKALIKE else ()
    shown = "".join(f"<U+{ord(letter):04X}>" if letter in twins else _shown(letter) for letter in text[:120])
    details = {"what": what, "names": names, "where": where, "usual": usual}
    return Occurrence(UNSEEN_TEXT, line, line, "", shown, f"{what}:{payload or f'{names}:{shown}'}", details)


@cache
def _named(letter: str) -> str:
    """A character by number and name; words stay as they are."""
    if len(letter) != 1:
        return letter
    return f"U+{ord(letter):04X} {unicodedata.name(letter, 'CONTROL CHARACTER').lower()}"


def _shown(letter: str) -> str:
    """A character as a reader can see it."""
    if letter.isascii() and letter.isprintable():
        return letter
    hidden = any(pattern.match(letter) for _, pattern, _ in _SORTS) or not letter.isprintable()
    return f"<U+{ord(letter):04X}>" if hidden else letter
