"""How telling a literal is: whether it can stand in a test and in the product by chance.

Values are compared in one spelling (`spelled`): 3.0 is 3, a tuple is a list. `weight` counts, roughly, the decimal
digits that a reader would have to guess: 0 for what everybody writes (small numbers, empty texts, single words, sizes,
status codes), 4 at most.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence

from pytest_agentaudit.patterns import regex

MOST = 4
"""The weight of what nobody writes by chance."""

_LONGEST = 2_000
_SMALL, _ROUND = 10, 1
_WIDE = 64
"""Bits above which a number is telling without being printed."""
_SHORT, _LONG = 4, 30
"""Characters below which a text tells nothing, and above which it is no identifier."""
HALF = 0.5
_YEARS = range(1900, 2101)
_STATUS = range(100, 600)
_COMMONPLACE = frozenset(
    {
        *(12, 16, 24, 28, 29, 30, 31, 32, 52, 60, 64, 80, 90, 99, 100, 127, 180, 360, 365, 366, 443, 512, 999, 3600),
        *(86400, 8000, 8080, 1023, 1024, 65535, 65536, 255, 256, 2147483647, 4294967295, 6379, 5432, 3306, 27017),
        *(3.14, 3.1416, 3.14159, 3.141592653589793, 2.718, 2.71828, 1.5, 0.25, 0.75, 0.05, 0.01, 0.001, 1e-6, 99.9),
    }
)
_IDENTIFIER = regex(r"\w[\w.:/@+-]*|[-./]+[\w.-]*|%.*|<\w+>|[\w.+-]+/[\w.+*-]+|[vV]?\d+(\.\d+)*", re.ASCII)
_HEXADECIMAL = regex(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{8,128}")
_WORDS = regex(r"[^\W\d_]+")


def spelled(value: object) -> str:
    """One spelling for values that compare equal in most tests; what nests too deep for that is told by its type."""
    try:
        return _spelled(value)[:_LONGEST]
    except RecursionError:
        return f"<{type(value).__name__}>"


def _spelled(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return repr(int(value))
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_spelled, value))}]"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(_spelled, value)))}}}"
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(f'{_spelled(key)}: {_spelled(it)}' for key, it in value.items()))}}}"
    return repr(value)


def atoms(value: object) -> Iterator[object]:
    """A value and everything in it."""
    stack = [value]
    while stack:
        here = stack.pop()
        yield here
        if isinstance(here, dict):
            stack += [*here.keys(), *here.values()]
        elif isinstance(here, list | tuple | set | frozenset):
            stack += here


def derived(value: object) -> Iterator[object]:
    """What a condition may ask of a value instead of the value: its length, sum, least and greatest part."""
    if isinstance(value, str | list | tuple):
        yield len(value)
    if isinstance(value, list | tuple) and value and all(map(_is_number, value)):
        numbers = [it for it in value if isinstance(it, int | float)]
        yield from (sum(numbers), min(numbers), max(numbers))


def weight(value: object) -> float:
    """How telling a value is, from 0 to MOST."""
    try:
        return min(_weight(value), MOST)
    except RecursionError:
        return MOST


def _weight(value: object) -> float:
    found = 0.0
    match value:
        case None | bool():
            found = 0.0
        case int():
            found = _of_integer(abs(value))
        case float():
            found = _of_float(abs(value))
        case str():
            found = _of_text(value)
        case bytes():
            found = _of_text(value.decode("latin-1"))
        case list() | tuple() | set() | frozenset():
            least = 0 if len(value) <= 1 else HALF if len(value) < _SHORT else HALF + HALF / 2
            found = sum(max(_weight(it), least) for it in value)
        case dict():
            found = sum(max(_weight(it), HALF) for pair in value.items() for it in pair) if value else 0.0
    return found


def _of_integer(size: int) -> float:
    if size < _SMALL or size in _COMMONPLACE or size in _STATUS or size in _YEARS or size.bit_count() == 1:
        return 0
    if size.bit_length() > _WIDE:
        return MOST
    digits = len(str(size).rstrip("0"))
    if digits <= _ROUND:
        return 0
    return min(digits - 1 if digits < MOST else digits, MOST)


def _of_float(size: float) -> float:
    if math.isnan(size) or math.isinf(size) or size in _COMMONPLACE:
        return 0
    if size.is_integer():
        return _of_integer(int(size))
    mantissa = repr(size).partition("e")[0].replace(".", "").strip("0")
    return max(min(len(mantissa) - 1, MOST), 0)


def _of_text(text: str) -> float:
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit() and len(stripped) < _LONG:
        return _of_integer(int(stripped))
    if _HEXADECIMAL.fullmatch(stripped):
        return MOST
    if len(stripped) < _SHORT or (len(stripped) < _LONG and _IDENTIFIER.fullmatch(stripped)):
        return 0
    words = len(_WORDS.findall(stripped))
    return min(len(stripped) / 6 + (HALF if any(it.isdigit() for it in stripped) else 0) + HALF / 2 * words, MOST)


def answer_weight(value: object) -> float:
    """How telling an answer is: a single word says more where it is returned than where it is asked for."""
    if isinstance(value, str) and len(value.strip()) >= _SHORT:
        return max(weight(value), 1.0)
    return weight(value)


def asked_weight(asked: Sequence[object], answer: object) -> float:
    """How telling what is asked for is. Each further literal counts, and among numbers a status code or size does."""
    found = sum(map(weight, asked)) + HALF * (len(asked) - 1)
    if _is_number(answer):
        found += HALF * sum(it >= _SMALL and it not in _YEARS and not weight(it) for it in asked if isinstance(it, int))
    return min(found, MOST)


def is_particular(asked: Sequence[object], answer: object) -> bool:
    """Whether several numbers are asked for at once and answered by a number, none of them what base cases are made of
    (0 and 1): however small they are, only these arguments are meant.
    """
    return len(asked) > 1 and all(isinstance(it, int | float) and abs(it) > 1 for it in (*asked, answer))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def reread(text: str) -> object:
    """The value of a spelling; the text itself where that is none."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return text
