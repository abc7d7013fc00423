"""Which demand of the old test is which one of the new: by text, by subject and predicate, by subject, by likeness."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from functools import cache

from msgspec.structs import replace

from pytest_agentaudit.facts.delta import AssertionPair, Loss
from pytest_agentaudit.facts.model import Assertion, Form, Predicate
from pytest_agentaudit.facts.overlap import greedy, matched
from pytest_agentaudit.facts.strength import EQUALITIES, literal, loss, strength
from pytest_agentaudit.facts.views import arguments_told, lesser_view
from pytest_agentaudit.patterns import regex

ALIKE = 0.5
"""Likeness from which two demands are about the same thing."""

WINDOW = 40
"""How far apart, in assertions, two alike demands may stand in a long test."""

Match = tuple[int | None, int | None]
"""Indexes of an old and a new assertion; None where one side has no partner."""

_TOKEN = regex(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\w+|\W")
_NAMED = regex(r"\w+|[\])]")
_LOOKING = frozenset(
    ["len", "type", "bool", "set", "sorted", "list", "str", "repr", "any", "all", "tuple", "dict", "int", "sum"]
)
_WORD = regex(r"[A-Za-z_]\w*|\d[\w.]*|'[^']*'|\"[^\"]*\"")


def pair_assertions(old: Sequence[Assertion], new: Sequence[Assertion]) -> tuple[AssertionPair, ...]:
    """The demands of a test on both sides, paired, each with what it lost. In order of the old ones, then new ones."""
    return losses(pair_up(old, new, match(old, new)), new)


def pair_up(old: Sequence[Assertion], new: Sequence[Assertion], found: Iterable[Match]) -> tuple[AssertionPair, ...]:
    """Matches as pairs of values, without losses."""
    return tuple(
        AssertionPair(None if was is None else old[was], None if now is None else new[now]) for was, now in found
    )


def match(old: Sequence[Assertion], new: Sequence[Assertion], *, reuse: bool = False) -> list[Match]:
    """Pair by index. With `reuse` several old ones may share a new one: tests that became rows of one."""
    partner: dict[int, int] = {}
    for key in _KEYS:
        left = [at for at in range(len(old)) if at not in partner]
        taken = set() if reuse else set(partner.values())
        free = [at for at in range(len(new)) if at not in taken]
        partner.update(matched(left, free, _of(old, key), _of(new, key), reuse=reuse))
    partner.update(_alike(old, new, partner, reuse=reuse))
    taken = set(partner.values())
    return [
        *((at, partner.get(at)) for at in range(len(old))),
        *((None, at) for at in range(len(new)) if at not in taken),
    ]


def _of(side: Sequence[Assertion], key: Callable[[Assertion], Hashable]) -> Callable[[int], Hashable]:
    return lambda at: key(side[at])


def _kind(it: Assertion) -> str:
    """An exception is demanded of a block, everything else of a value."""
    return it.form if it.form is Form.RAISES else ""


def _sides(it: Assertion) -> Hashable:
    """Subject and expected; in an equality they may be swapped."""
    both = (it.subject, it.expected)
    return frozenset(both) if it.predicate in EQUALITIES else both


_KEYS: tuple[Callable[[Assertion], Hashable], ...] = (
    lambda it: (it.text, it.subject, it.expected),
    lambda it: (_kind(it), _sides(it), it.predicate, it.negated, it.match),
    lambda it: (_kind(it), _sides(it), it.negated),
    lambda it: (_kind(it), it.text, it.predicate),  # of the result of another call
    lambda it: (_kind(it), it.subject, it.predicate, it.negated),
    lambda it: (_kind(it), it.subject, it.negated),
    lambda it: (_kind(it), it.subject),
)


def _alike(
    old: Sequence[Assertion], new: Sequence[Assertion], partner: dict[int, int], *, reuse: bool
) -> Iterator[tuple[int, int]]:
    """Pair what is left by likeness of subject, expected side, predicate and place."""
    left = [at for at in range(len(old)) if at not in partner]
    taken = set() if reuse else set(partner.values())
    free = [at for at in range(len(new)) if at not in taken]
    scored = []
    for rank, was in enumerate(left):
        middle = rank * len(free) // max(len(left), 1)
        for place in range(max(0, middle - WINDOW), min(len(free), middle + WINDOW + 1)):
            score = likeness(old[was], new[free[place]]) - abs(place - middle) / (10 * len(free) + 10)
            if score >= ALIKE:
                scored.append((score, was, free[place]))
    return iter(_best_of_each(scored)) if reuse else greedy(scored)


def _best_of_each(scored: Iterable[tuple[float, int, int]]) -> list[tuple[int, int]]:
    best: dict[int, int] = {}
    for _, old, new in sorted(scored, key=lambda it: (-it[0], it[1], it[2])):
        best.setdefault(old, new)
    return sorted(best.items())


def likeness(old: Assertion, new: Assertion) -> float:
    """0 to 1.3: subject's words (0.6), same expected side (0.3), same predicate (0.2), same shape (0.2)."""
    if _kind(old) != _kind(new):
        return 0.0
    words = max(_dice(_words(old.subject), _words(new.subject)), _dice(_names(old.subject), _names(new.subject)))
    if old.predicate in EQUALITIES and new.predicate in EQUALITIES:
        words = max(words, _dice(_words(old.expected), _words(new.subject)))
    if within(old.subject, new.subject) or within(new.subject, old.subject):
        words = max(words, 0.7)
    same = bool(old.expected) and old.expected == new.expected
    near = strength(old) == strength(new) or {old.predicate, new.predicate} == EQUALITIES
    shape = _shape(old.subject)
    alike = shape != "_" and shape == _shape(new.subject)
    return 0.6 * words + 0.3 * same + 0.2 * near + 0.2 * alike


@cache
def _shape(source: str) -> str:
    """The source without its words: "_._[_]" of "ds.actions['x']"."""
    return _WORD.sub("_", source)


@cache
def _words(source: str) -> Counter[str]:
    return Counter(_WORD.findall(source))


@cache
def _names(source: str) -> Counter[str]:
    """The words without literals."""
    return Counter(word for word in _WORD.findall(source) if word[0] not in "'\"" and not word[0].isdigit())


def _dice(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def within(part: str, whole: str) -> bool:
    """Whether `whole` speaks of a part of `part` or of a call on it: "x" in "x.body", "x[0]", "len(x)"."""
    return bool(part) and part in whole and re.search(rf"(?<![\w.]){re.escape(part)}(?!\w)", whole) is not None


def losses(
    pairs: Sequence[AssertionPair], now: Sequence[Assertion], listed: Container[str] = ()
) -> tuple[AssertionPair, ...]:
    """The pairs of one test, each with what head demands less.

    `now` are all demands that the test makes at head, `listed` the literals of its rows, where it has more of them.
    """
    kept = {_check(it) for it in now if not it.constant}
    found = []
    for pair in pairs:
        lost = _loss(pair.old, pair.new, now, listed) if pair.old else None
        fewer = lost is Loss.DROPPED and pair.old is not None and _check(pair.old) in kept
        found.append(replace(pair, loss=Loss.CASE if fewer else lost))
    return tuple(found)


def _loss(old: Assertion, new: Assertion | None, now: Sequence[Assertion], listed: Container[str]) -> Loss | None:
    """What the pair lost, unless other demands of the new test make up for it."""
    lost = Loss.DROPPED if new is None else loss(old, new)
    if new is not None and lost is None:
        lost = Loss.PART if _is_part(old, new) else lesser_view(old, new)
    if lost is None or old.constant or old.predicate is Predicate.NONE:
        return None
    if any(covers(other, old) for other in now) or (new is not None and _is_row(old, new, listed)):
        return None
    if old.predicate in EQUALITIES and not old.negated:
        if old.form is Form.MOCK:
            return None if arguments_told(old, now) else lost
        parts = {other.subject for other in now if _is_part(old, other)}
        if parts and len(parts) >= _size(old.expected, len(parts)):
            return None
        return Loss.PART if parts and lost is not Loss.TOLERANCE else lost
    return lost


def _is_row(old: Assertion, new: Assertion, listed: Container[str]) -> bool:
    """Whether a value that was compared is listed now: `== "a"` became a row ["a"] and `in expected`."""
    return old.predicate in EQUALITIES and new.predicate is Predicate.MEMBERSHIP and old.expected in listed


def _check(it: Assertion) -> Hashable:
    """What is checked, whatever the inputs and the values: the subject without literals handed to calls."""
    return _kind(it), without_inputs(it.subject), it.predicate, it.negated


@cache
def without_inputs(source: str) -> str:
    """The source without what is handed to calls: "f(_)['b']" of "f('a', 3)['b']"; what is built in only looks on."""
    kept: list[bool] = []
    parts: list[str] = []
    for part in _TOKEN.findall(source):
        if part == "(":
            kept.append(all(kept) and (not parts or parts[-1] in _LOOKING or not _NAMED.fullmatch(parts[-1])))
            parts.append("(" if all(kept) else "(_" if all(kept[:-1]) else "")
        elif part == ")" and kept:
            parts.append(")" if all(kept[:-1]) else "")
            kept.pop()
        elif all(kept):
            parts.append(part)
    return "".join(parts)


def _is_part(old: Assertion, new: Assertion) -> bool:
    """Whether `new` compares one key, item or attribute of what `old` compared whole."""
    whole = old.predicate in EQUALITIES and not old.negated
    return whole and new.subject != old.subject and new.subject.startswith((f"{old.subject}[", f"{old.subject}."))


def _size(expected: str, unknown: int) -> int:
    """How many items a literal collection has; `unknown` where it is no such literal."""
    value = literal(expected)
    return len(value) if isinstance(value, dict | list | tuple | set) else unknown


_CHANCE = 8
"""Characters up to which a subject may stand in the source of a waiting call by chance."""
_WEAK = frozenset({Predicate.TRUTH, Predicate.NOT_NONE, Predicate.TYPE})
_CAUGHT = regex(
    r"(?:str\(|repr\()?\w+(?:\[0\]|\.pop\(\)|\.list\[0\])?\.(?:value|exception|exc|message)(?:\.args\[0\]|\.reason|\.message|\.msg)?\)?$"
)
"""What is asked of the text of an exception or warning that was caught."""
_INNER = regex(r"(?:len|type|bool|set|sorted|list|str|repr|any|all)\((.*)\)")


def covers(new: Assertion, old: Assertion) -> bool:
    """Whether `new` alone implies what `old` demanded: at least as strong on the same subject or the whole of it.

    A helper that is handed the condition itself (`wait_until(lambda: n == 3)`) demands it; `raises(match=...)` demands
    what was asked of the caught exception's text.
    """
    if new.constant:
        return False
    if new.form is Form.HELPER and old.text.startswith("assert ") and old.text.removeprefix("assert ") in new.text:
        return True
    if new.form is Form.HELPER and "lambda" in new.text:
        said = new.text.replace('"', "'")
        return any(len(side) > _CHANCE and side in said for side in (old.subject, old.expected))
    if new.form is Form.RAISES and new.match and old.form is not Form.RAISES and _CAUGHT.match(old.subject):
        return True
    if _kind(new) != _kind(old) or _kind(old):
        return False
    return _covers_as_whole(new, old) or (strength(new) > strength(old) and _covers_as_stronger(new, old))


def _covers_as_whole(new: Assertion, old: Assertion) -> bool:
    """Whether all of the subject is compared, of which the old one compared a part, a length or the like."""
    if new.predicate not in EQUALITIES or new.negated:
        return False
    inner = _INNER.fullmatch(old.subject)
    return (inner is not None and new.subject == inner[1]) or old.subject.startswith(
        (f"{new.subject}.", f"{new.subject}[")
    )


def _covers_as_stronger(new: Assertion, old: Assertion) -> bool:
    """Whether a stronger demand says it too: on the same subject; on a part of it where the old one was weak (true, not
    None, a type), or asked for a member that is counted now.
    """
    if new.subject == old.subject and not new.negated and loss(old, new) is None:
        return True
    if old.negated or not within(old.subject, new.subject):
        return False
    counted = old.predicate is Predicate.MEMBERSHIP and within(old.expected, new.subject) and new.expected != "0"
    return counted or old.predicate in _WEAK
