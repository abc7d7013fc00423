"""What a demand that a test dropped gave way to: to one that says it in other words, or that leaves no room for it."""

from __future__ import annotations

import builtins
import keyword

from msgspec.structs import replace

from pytest_agentaudit.facts.delta import AssertionPair, Loss, TestPair
from pytest_agentaudit.facts.model import Assertion, Form, Predicate, TestCase
from pytest_agentaudit.facts.source_names import NAMES
from pytest_agentaudit.facts.strength import literal, strength
from pytest_agentaudit.patterns import regex

SHORT = 4
"""Characters below which a text stands in another one by chance."""

Check = tuple[str, str, int]

_TAIL = regex(r"(?:\.\w+|\[[^\[\]]*\])*$")
_ROOT = regex(r"[\s(]*([^\W\d]\w*)")
_QUOTED = regex(r"['\"]([^'\"]*)['\"]")
_WORDS = frozenset({*dir(builtins), *keyword.kwlist})
_ENTRY = regex(r"(.+?)(?:\[|\.get\()['\"](\w+)['\"]")
_INDEX = regex(r"\[-?\d+\]")
_WAITS = regex(r"\b_*(?:wait|poll|retry|eventually|until)\w*\(")
_WATCHED = regex(r"(\w+)\.assert_\w+\(")


def check_of(it: Assertion) -> Check:
    """What is checked, whatever it is checked of: "r['b'] == 2" and "load('x')['b'] == 2" are the same."""
    tail = _TAIL.search(it.subject)
    return tail[0] if tail else "", it.expected, it.predicate


def root_of(source: str) -> str:
    """The variable that a piece of source begins with, "" where it begins with none."""
    found = _ROOT.match(source)
    return found[1] if found else ""


def says_as_before(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether what seems to be dropped stands in the test as often as before: word for word, or with names that are new
    in the place of others; or whether the text that an error had to match is looked for in what was recorded.
    """
    old, new = lost.old, lost.new
    if old is None or not pair.old or not pair.new:
        return False
    if lost.loss is Loss.MATCH:
        beside = (it for it in pair.new.assertions if it is not new and it.form is Form.ASSERT and not it.negated)
        return len(old.match) >= SHORT and any(old.match in it.text for it in beside)
    if lost.loss not in {Loss.DROPPED, Loss.CASE}:
        return False
    was, now = ([it.text for it in test.assertions] for test in (pair.old, pair.new))
    return now.count(old.text) >= was.count(old.text) or _is_renamed(old, pair)


def _is_renamed(old: Assertion, pair: TestPair) -> bool:
    """Whether a demand that is new says the same of variables that are new."""
    shape, names = NAMES.sub("_", old.text), NAMES.findall(old.text)
    for new in (it.new for it in pair.assertions if it.new and it.old is None and not it.new.constant):
        others = NAMES.findall(new.text)
        if NAMES.sub("_", new.text) == shape and pair.old and len(names) == len(others):
            changed = {now for was, now in zip(names, others, strict=True) if was != now}
            if changed and changed.isdisjoint(pair.old.names):
                return True
    return False


def is_renumbered(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether the test asks the same of as many items of a row as before, of other ones among them."""
    old, new = lost.old, lost.new
    if old is None or new is None or not pair.old or not pair.new or old.subject == new.subject:
        return False
    was, now = ([_unnumbered(it) for it in test.assertions] for test in (pair.old, pair.new))
    same = _INDEX.sub("[]", old.subject) == _INDEX.sub("[]", new.subject) != old.subject
    return same and now.count(_unnumbered(old)) >= was.count(_unnumbered(old))


def _unnumbered(it: Assertion) -> tuple[str, str, int, bool]:
    return _INDEX.sub("[]", it.subject), it.expected, it.predicate, it.negated


def warns_instead(old: Assertion, pair: TestPair) -> bool:
    """Whether recorded warnings were counted, and one of a certain text is expected instead."""
    if pair.old is None or pair.new is None or "catch_warnings" not in pair.old.names or not _is_gone(old, pair.new):
        return False
    fresh = (it.new for it in pair.assertions if it.new and it.old is None)
    return any(it.form is Form.RAISES and it.match and "warns(" in it.text for it in fresh)


def gave_way(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether, in a test whose product changed, head's demands say that the old contract is over: they deny what was
    asked for, expect an exception of the call that gave it, or hold its text as a part of a longer one.
    """
    old = lost.old
    if old is None or pair.new is None:
        return False
    demands = [it for it in pair.new.assertions if not it.constant]
    if _went_along(lost, pair) or _is_one_fewer(lost, pair):
        return True
    if lost.loss is Loss.DROPPED and any(
        _raises_instead(it, pair)
        or _holds(it, old)
        or _is_same_check(it, old, pair.new)
        or _empties(it, old)
        or _takes_away(it, old)
        for it in demands
    ):
        return True
    return any(_denies(it, old) for it in demands)


def _went_along(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether a part of an assertion was lost that asks for something else as a whole now."""
    old = lost.old
    return lost.new is None and any(
        it.old
        and it.new
        and (it.old.line, it.old.text, it.old.subject) == (old.line, old.text, old.subject)
        and it.old.expected != it.new.expected
        for it in pair.assertions
        if old
    )


def asks_for_name(old: Assertion, new: Assertion) -> bool:
    """Whether a part was held to a value, and is only to be there now: `r["unit"] == "EUR"`, `"unit" in r`."""
    there = new.predicate is Predicate.MEMBERSHIP and not new.negated
    return there and old.subject == f"{new.subject}[{new.expected}]"


def is_other_text(it: AssertionPair) -> bool:
    """Whether a whole text was asked for, and a part of another one is: what is said changed."""
    old, new = it.old, it.new
    if old is None or new is None or new.predicate is not Predicate.MEMBERSHIP or new.negated:
        return False
    if asks_for_name(old, new):
        return False
    was, now = literal(old.expected), literal(new.expected)
    exact = old.predicate >= Predicate.EQUALITY and not old.negated
    return (
        exact
        and isinstance(now, str)
        and not (isinstance(was, str) and now in was)
        and not isinstance(was, list | dict)
    )


def is_pinned_anew(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether the test got a demand for a whole value that is stronger than the lost one."""
    return lost.old is not None and any(
        new.predicate is Predicate.EQUALITY_LITERAL and strength(new) > strength(lost.old) for new in _fresh(pair)
    )


def is_asked_anew(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether another demand that is new, and no weaker, speaks of the same by all the words that are written out in
    the old one (`str(got.pop("city", "")).startswith("N")` became `got.pop("city", None) == "Nice"`), or asks for the
    same text, or a part of it, more exactly (`"a.org" in url` became `host == "a.org"`).
    """
    old = lost.old
    if old is None or lost.loss not in {Loss.DROPPED, Loss.CASE} or old.form is not Form.ASSERT:
        return False
    if old.negated:
        return _is_moot(old, pair)
    said = set(filter(None, _QUOTED.findall(old.subject)))
    text = literal(old.expected)
    told = isinstance(text, str) and len(text) >= SHORT
    return _is_pinned_part(old, pair) or any(
        (bool(said) and said <= set(_QUOTED.findall(new.subject)) and strength(new) >= strength(old))
        or (told and new.expected == old.expected and strength(new) > strength(old))
        for new in _fresh(pair)
    )


def waits_instead(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether what a helper demanded of a result is waited for now, under a condition that the test writes out."""
    if lost.old is None or lost.new is not None or lost.old.form is not Form.HELPER:
        return False
    return any(
        it.new.form is Form.HELPER and "lambda" in it.new.text and _WAITS.search(it.new.text)
        for it in pair.assertions
        if it.new and it.old is None
    )


def _is_moot(lost: Assertion, pair: TestPair) -> bool:
    """Whether what was not to stand in a text that is gone needs not be asked: what stands for it is held to a text."""
    if lost.predicate is not Predicate.MEMBERSHIP or pair.new is None or not _is_gone(lost, pair.new):
        return False
    beside = [it.old for it in pair.assertions if it.old and it.old.subject == lost.subject and not it.old.negated]
    return any(_is_pinned_part(it, pair) for it in beside)


def _is_pinned_part(lost: Assertion, pair: TestPair) -> bool:
    """Whether another variable that is new is held to a part of the text that was looked for in one that is gone."""
    text = literal(lost.expected)
    if not isinstance(text, str) or lost.predicate is not Predicate.MEMBERSHIP or not pair.old or not pair.new:
        return False
    if not _is_gone(lost, pair.new):
        return False
    pinned = (literal(new.expected) for new in _fresh(pair) if new.predicate is Predicate.EQUALITY_LITERAL)
    return any(isinstance(it, str) and len(it) >= SHORT and it in text for it in pinned)


def _fresh(pair: TestPair) -> list[Assertion]:
    """The demands that base did not make in the same words of the same thing."""
    return [
        it.new
        for it in pair.assertions
        if it.new
        and not (it.new.constant or it.new.negated)
        and (it.old is None or (it.old.text, it.old.subject) != (it.new.text, it.new.subject))
    ]


def _is_same_check(new: Assertion, old: Assertion, test: TestCase) -> bool:
    """Whether the same is asked of a part of that name, of another variable since the old one is gone."""
    return bool(check_of(old)[0]) and check_of(new) == check_of(old) and not new.negated and _is_gone(old, test)


def _denies(new: Assertion, old: Assertion) -> bool:
    """Whether head asks that what base asked for is not so."""
    same = (new.subject, new.expected, new.form) == (old.subject, old.expected, old.form)
    return same and new.negated and not old.negated and old.predicate >= Predicate.MEMBERSHIP


def refused(lost: AssertionPair, pair: TestPair) -> AssertionPair:
    """A dropped demand on what a call gives, with the exception that head expects of the call instead."""
    if lost.loss is not Loss.DROPPED or pair.new is None or lost.old is None or lost.old.form is Form.RAISES:
        return lost
    raises = (it for it in pair.new.assertions if "warns(" not in it.text)
    instead = next((it for it in raises if _raises_instead(it, pair)), None)
    return replace(lost, new=instead, loss=Loss.REFUSAL) if instead else lost


def _raises_instead(new: Assertion, pair: TestPair) -> bool:
    """Whether a call that base looked at the result of is expected to raise now."""
    if new.form is not Form.RAISES or pair.old is None:
        return False
    known = {it.subject for it in pair.old.assertions if it.form is Form.RAISES}
    return new.subject not in known and any(f"{call}(" in new.subject for call in pair.old.calls)


def _is_one_fewer(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether a variable is gone with the demands on it, and something is to hold fewer than before: it was one of
    these.
    """
    if lost.old is None or lost.loss is not Loss.DROPPED or pair.new is None or not _is_gone(lost.old, pair.new):
        return False
    counts = [(it.old, it.new) for it in pair.assertions if it.old and it.new and it.old.subject.startswith("len(")]
    exact = [it for it in counts if {one.predicate for one in it} == {Predicate.EQUALITY_LITERAL}]
    numbers = [(literal(was.expected), literal(now.expected)) for was, now in exact if was.subject == now.subject]
    return any(isinstance(was, int) and isinstance(now, int) and 0 < now < was for was, now in numbers)


def _takes_away(new: Assertion, old: Assertion) -> bool:
    """Whether head asks that what base asked for a part of does not have that part."""
    is_denied = new.predicate is Predicate.MEMBERSHIP and new.negated
    return is_denied and old.subject.startswith(f"{new.subject}[{new.expected}]")


def _empties(new: Assertion, old: Assertion) -> bool:
    """Whether there is nothing in what base asked for a part of."""
    whole = old.subject.partition("[")[0]
    return (
        whole != old.subject
        and new.predicate is Predicate.EQUALITY_LITERAL
        and not new.negated
        and (
            (new.subject, new.expected) == (f"len({whole})", "0")
            or (new.subject == whole and new.expected in {"[]", "{}"})
        )
    )


def _holds(new: Assertion, old: Assertion) -> bool:
    """Whether a text that was compared stands in a longer one that is asked of the same thing now."""
    was, now = literal(old.expected), literal(new.expected)
    if not isinstance(was, str) or not isinstance(now, str) or len(was) < SHORT or was == now or was not in now:
        return False
    exact = not new.negated and not old.negated and strength(new) >= Predicate.MEMBERSHIP
    return exact and root_of(new.subject) == root_of(old.subject)


def outdone(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether a dropped demand spoke of variables that the test no longer has, and stronger ones came for all such."""
    if lost.loss is not Loss.DROPPED or lost.old is None or pair.new is None:
        return False
    gone = [it for it in _dropped(pair) if _is_gone(it, pair.new)]
    if lost.old not in gone:
        return False
    weakest = max(strength(it) for it in gone)
    return sum(strength(it) > weakest for it in _grown(pair)) >= len({it.line for it in gone})


def _dropped(pair: TestPair) -> list[Assertion]:
    return [it.old for it in pair.assertions if it.loss is Loss.DROPPED and it.old]


def _is_gone(old: Assertion, new: TestCase) -> bool:
    """Whether the variable that a demand speaks of is gone from the test."""
    names = [name for name in NAMES.findall(old.text) if name not in _WORDS]
    return bool(names) and names[0] not in new.names and old.form is not Form.RAISES


def _grown(pair: TestPair) -> list[Assertion]:
    """Demands that are new, or ask for a longer text than before."""
    return [
        it.new
        for it in pair.assertions
        if it.new and not it.new.constant and not it.new.negated and (it.old is None or _holds(it.new, it.old))
    ]


def watched_call(it: AssertionPair) -> str:
    """What a lost demand watched the calls of ("save" of `store._save.assert_called_once()`), else ""."""
    found = _WATCHED.search(it.old.text) if it.old and it.old.form is Form.MOCK and it.new is None else None
    return found[1].lstrip("_").removeprefix("mock_") if found else ""


def double_of(old: Assertion, test: TestCase) -> str:
    """The dotted name of what a demand's subject stood in for in the test ("" where it is no such double)."""
    name = root_of(old.subject or old.text)
    named = (it for it in test.mocks if name and (name == it.name or name in NAMES.findall(it.text.partition(",")[2])))
    return next((it.target for it in named), "")


def is_for_double(old: Assertion, test: TestCase) -> str:
    """The bare name of that."""
    return double_of(old, test).rpartition(".")[2]


def is_of_other_shape(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether the test asked for parts of something by their names, and asks for other parts of it alone now."""
    old = _part_of(lost.old) if lost.old else None
    if old is None or pair.old is None or pair.new is None:
        return False
    was = {it[1] for one in pair.old.assertions if (it := _part_of(one)) and it[0] == old[0]}
    now = {it[1] for one in pair.new.assertions if (it := _part_of(one)) and it[0] == old[0] and not one.negated}
    return bool(now) and was.isdisjoint(now)


def _part_of(it: Assertion) -> tuple[str, str] | None:
    """What an assertion asks a part of, and the part's name: "data" and "new" of `data["new"] == []`."""
    found = _ENTRY.match(it.subject)
    if found:
        return found[1], found[2]
    name = literal(it.expected) if it.predicate is Predicate.MEMBERSHIP else None
    return (it.subject, name) if isinstance(name, str) and name.isidentifier() else None
