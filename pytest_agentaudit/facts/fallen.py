"""Which demands of a paired test fell, and which of these have an explanation in the change itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from pytest_agentaudit.facts.delta import AssertionPair, Delta, Loss, Pairing, TestPair
from pytest_agentaudit.facts.given_way import (
    Check,
    asks_for_name,
    check_of,
    double_of,
    gave_way,
    is_asked_anew,
    is_for_double,
    is_of_other_shape,
    is_other_text,
    is_pinned_anew,
    is_renumbered,
    outdone,
    refused,
    root_of,
    says_as_before,
    waits_instead,
    warns_instead,
)
from pytest_agentaudit.facts.model import Assertion, Condition, Form, Predicate, TestCase
from pytest_agentaudit.facts.pairing_assertions import likeness, without_inputs
from pytest_agentaudit.facts.source_names import ASSERTING_NAME, NAMES
from pytest_agentaudit.facts.strength import literal, strength
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.model import Level
from pytest_agentaudit.patterns import regex

_CALLEE = regex(r"(?:\w+ *= *)?(?:await +)?(?:\w+\.)*(\w+)\(")

_OTHER_MACHINE = 10
_SIZED = regex(r"len\(([\w.]+)\)")
_EXITED = regex(r"\.(?:exit_code|returncode) *== *0\b")
_COMMANDS = frozenset({"check_call", "check_output"})
"""What runs a command and raises where that fails: steps of a test, though their names sound like a demand."""
_MEASURED = regex(
    r"(?i)(?<![a-z])(mem(ory)?|rss|time|elapsed|duration|latency|seconds|secs|took|peak|overhead)(?![a-z])|_(ms|us|ns|mb|kb)\b"
)
"""Names of what a machine takes for its work."""

SAME_SUBJECT = 0.8
"""Likeness from which a demand of a test whose product changed is held against another one, not taken for a new one."""


class FreshCalls:
    """What the new tests of each file call."""

    def __init__(self, delta: Delta) -> None:
        self._defined = delta.defined
        self._calls: dict[str, set[str]] = defaultdict(set)
        for pair in delta.tests:
            if pair.how is Pairing.NEW and pair.new and pair.new.assertions:
                self._calls[pair.new_path].update(pair.new.calls)

    def meet(self, path: str, calls: Iterable[str]) -> bool:
        """Whether the new tests of a file call something of the product that is among these calls."""
        shared = self._calls[path].intersection(calls) if path in self._calls else ()
        return any(call.rpartition(".")[2] in self._defined for call in shared)


def gained(delta: Delta) -> frozenset[Check]:
    """What head's tests demand themselves and base's did not, or had a helper do: a helper's demands may have gone
    there.
    """
    return frozenset(
        check_of(it.new)
        for pair in delta.tests
        for it in pair.assertions
        if it.new and it.new.form is not Form.HELPER and (it.old is None or it.old.form is Form.HELPER)
    )


def keeps_name(pair: TestPair) -> bool:
    """Whether a helper is called as before: one of another name is another one, to its callers."""
    return bool(pair.old and pair.new and pair.old.qualified_name == pair.new.qualified_name)


def of_helper(it: AssertionPair, names: frozenset[str]) -> bool:
    """Whether a test made a demand by calling one of these helpers."""
    called = _CALLEE.match(it.old.text) if it.old and it.old.form in {Form.HELPER, Form.RAISES} else None
    return called is not None and called[1] in names


def is_off(new: TestCase) -> bool:
    """Whether the test is always skipped now, which is a finding of its own."""
    return any(it.word == "skip" and it.condition is Condition.ALWAYS and not it.row for it in new.skips)


def was_off(old: TestCase) -> bool:
    """Whether the test held nobody to anything at base: skipped, or expected to fail."""
    return any(it.condition in {Condition.ALWAYS, Condition.UNKNOWN} for it in old.skips)


def explained(subjects: Subjects, it: AssertionPair, pair: TestPair) -> bool:
    """Whether a dropped demand of a base's test spoke of what the product no longer has or never had, of a double of
    that, or is one of a helper that moved there.
    """
    if it.old is None or pair.old is None or it.loss not in {Loss.DROPPED, Loss.CASE}:
        return False
    if (
        subjects.outlived(it.old)
        or subjects.outlived_at_home(it.old, pair.old)
        or subjects.is_product_helper(it.old)
        or subjects.speaks_of_python(it.old, pair.old_path)
    ):
        return True
    method = ".".join(double_of(it.old, pair.old).split(".")[-2:])
    return method in subjects.vanished_methods or subjects.names_vanished(is_for_double(it.old, pair.old))


def fallen(
    pair: TestPair, *, product_changed: bool, spared: Callable[[AssertionPair], bool] = lambda _: False
) -> list[AssertionPair]:
    """The demands that fell, without those that are `spared`. Where the product changed, one that gave way to another
    demand was replaced, not lost.

    What gave way to an assertion that cannot fail is left out: that assertion is a finding of its own. So is what a
    stronger demand beside it asks too.
    """
    added = [it.new for it in pair.assertions if it.old is None and it.new]
    hollow = sum(bool(it.constant) for it in added)
    lost = [it for it in pair.assertions if it.loss and not (it.new and it.new.constant)]
    lost = [
        it
        for it in lost
        if not (
            _is_implied(it, pair)
            or is_asked_anew(it, pair)
            or waits_instead(it, pair)
            or says_as_before(it, pair)
            or spared(it)
        )
    ]
    lost = _without(lost, {Loss.DROPPED}, hollow)
    if not product_changed:
        return [refused(it, pair) for it in lost]
    lost = [it for it in lost if not (gave_way(it, pair) or is_renumbered(it, pair))]
    replaced = _without(lost, {Loss.DROPPED, Loss.CASE}, len(added) - hollow)
    return [it for it in replaced if not _is_another(it) and not _is_inverted(it)]


_WHOLES = ("dict", "list", "set", "sorted", "tuple")
"""Callables whose equal results have equal members."""


def _is_implied(lost: AssertionPair, pair: TestPair) -> bool:
    """Whether a dropped demand follows from one that stays: an equality with a literal, of the same subject or of all
    that is in it, with nothing but assertions between the two.
    """
    old = lost.old
    if lost.loss is not Loss.DROPPED or old is None or old.form is Form.RAISES:
        return False
    if old.predicate >= Predicate.EQUALITY or old.predicate is Predicate.TYPE:
        return False
    if old.predicate is Predicate.ORDER and _is_looked_up(old, pair):
        return True
    wanted = {old.subject}
    if old.predicate is Predicate.MEMBERSHIP:
        wholes = (old.subject, old.expected)
        wanted = {*wholes, *(f"{it}({whole})" for it in _WHOLES for whole in wholes)}
    return _is_refused(old, pair) or any(
        it.old
        and it.new
        and not it.loss
        and it.old.predicate is Predicate.EQUALITY_LITERAL
        and not it.old.negated
        and it.old.tolerance is None
        and it.old.subject in wanted
        and _are_neighbours(it.old, old, pair)
        for it in pair.assertions
    )


def _is_refused(lost: Assertion, pair: TestPair) -> bool:
    """Whether the truth of a call was asserted that was to raise: nobody ever saw what it gives."""
    raises = (it for it in pair.old.assertions if it.form is Form.RAISES) if pair.old else ()
    return lost.predicate is Predicate.TRUTH and any(it.subject == lost.text for it in raises)


def _is_looked_up(lost: Assertion, pair: TestPair) -> bool:
    """Whether a place was asked to be in a collection, and what stands there is held to a value: without it, that
    fails.
    """
    sized = _SIZED.search(f"{lost.subject} {lost.expected}")
    if sized is None or pair.new is None:
        return False
    wanted = f"{sized[1]}[{lost.subject if sized[1] in lost.expected else lost.expected}]"
    kept = (it for it in pair.new.assertions if not it.constant and it.predicate >= Predicate.EQUALITY)
    return any(it.subject == wanted for it in kept)


def _are_neighbours(one: Assertion, other: Assertion, pair: TestPair) -> bool:
    """Whether two of base's assertions stand in one row of assertions."""
    first, last = sorted((one, other), key=lambda it: it.line)
    row = sorted((it.old for it in pair.assertions if it.old), key=lambda it: it.line)
    end = first.end_line
    for it in row:
        if first.line < it.line <= last.line and it.line <= end + 1:
            end = max(end, it.end_line)
    return last.line <= end


def _without(fallen: list[AssertionPair], kinds: set[Loss], count: int) -> list[AssertionPair]:
    """What is left when `count` of these kinds are explained by something that was added: the first ones that say
    much, then those that are weak.
    """
    ranked = sorted(fallen, key=lambda it: it.old is not None and is_weak(it.old))
    spared = [it for it in ranked if it.loss in kinds][:count]
    return [it for it in fallen if it not in spared]


def _is_another(it: AssertionPair) -> bool:
    """Whether the new demand is too unlike the old one to be what became of it."""
    if not it.old or not it.new or it.old.subject == it.new.subject or asks_for_name(it.old, it.new):
        return False
    if it.loss in {Loss.PART, Loss.ORDER, Loss.ITSELF}:
        return False
    return likeness(it.old, it.new) < SAME_SUBJECT


def _is_inverted(it: AssertionPair) -> bool:
    """Whether the new demand denies the value that the old one asked for: a contract that was turned round."""
    old, new = it.old, it.new
    if old is None or new is None or old.predicate < Predicate.MEMBERSHIP:
        return False
    same = old.subject == new.subject or check_of(old)[0] == check_of(new)[0] != ""
    if old.negated or not same:
        return False
    if new.predicate is Predicate.NOT_NONE and old.predicate >= Predicate.EQUALITY:
        return old.expected in {"None", new.expected}  # in `all(...)` the new one holds what else is asked for
    if new.predicate is Predicate.TYPE and not new.negated:
        return old.expected == "None"
    return new.negated and old.expected == new.expected


SET_UPS = frozenset({"setUp", "setUpClass", "asyncSetUp", "setup_method", "setup_class", "setup_module", "setup"})
"""What prepares tests: what it demands is a precondition."""


_DOUBTFUL = frozenset({Loss.CASE, Loss.ORDER, Loss.CONDITION, Loss.REFUSAL})
"""What head demands less, or otherwise, with a counterpart that may be as good."""


def loss_level(it: AssertionPair, pair: TestPair, *, product_changed: bool, others: bool) -> Level:
    """How grave a loss is. `others`: a dropped demand may have gone to new cases, or to new tests of the same.

    Where most of the test was written anew, a demand that has no counterpart may have become another one: together
    with the code that it tests, that is a new contract.
    """
    if it.loss is Loss.TRUTH or outdone(it, pair):
        return Level.NOTE
    if product_changed:
        return _level_beside_code(it, pair)
    if it.loss is Loss.DROPPED and it.old:
        return _level_of_dropped(it.old, it, pair, others=others)
    if it.loss is Loss.CASE and _moved_into_loop(it, pair):
        return Level.NOTE
    renamed = pair.how is Pairing.RENAMED and it.loss is Loss.NEGATION
    doubt = renamed or it.loss in _DOUBTFUL or (it.loss is Loss.BOUND and _is_noise(it))
    doubt = doubt or _is_held_by_a_part(it, pair)
    return Level.WARNING if doubt else Level.ERROR


def _level_of_dropped(old: Assertion, it: AssertionPair, pair: TestPair, *, others: bool) -> Level:
    """How grave a demand with nothing in its place is, where the code did not change."""
    set_up, rewritten = _is_set_up(pair, old), was_rewritten(pair)
    if (set_up and _still_demands(pair)) or (rewritten and is_pinned_anew(it, pair)) or _raises_by_itself(it, pair):
        return Level.NOTE
    doubt = set_up or rewritten or others or is_weak(old) or _has_replacement(pair, old) or warns_instead(old, pair)
    return Level.WARNING if doubt else Level.ERROR


def _level_beside_code(it: AssertionPair, pair: TestPair) -> Level:
    """How grave a loss is where the code changed with it: a new contract has other demands, and often another name.
    One that was taken out of a test that is as it was otherwise was not replaced by anything.
    """
    if it.loss is Loss.CASE or (it.loss is Loss.BOUND and _is_noise(it)):
        return Level.NOTE
    if it.old is None or it.old.form is Form.RAISES:  # what was refused is accepted now
        return Level.WARNING
    if pair.how is Pairing.RENAMED or is_other_text(it) or is_of_other_shape(it, pair):
        return Level.NOTE
    if it.loss is not Loss.DROPPED:
        return Level.WARNING
    untouched = not was_rewritten(pair) and all(one.old for one in pair.assertions)
    return Level.WARNING if untouched and not is_weak(it.old) else Level.NOTE


def _is_held_by_a_part(it: AssertionPair, pair: TestPair) -> bool:
    """Whether the value of an attribute of what a demand compared is demanded now, which was not before."""
    if it.old is None or it.old.form is not Form.ASSERT:
        return False
    part = f"{it.old.subject}."
    added = (one.new for one in pair.assertions if one.old is None and one.new)
    return any(new.subject.startswith(part) and new.predicate >= Predicate.EQUALITY for new in added)


def _moved_into_loop(it: AssertionPair, pair: TestPair) -> bool:
    """Whether the test got a loop over cases, in which the same is asked of what the loop names."""
    if it.old is None or not pair.old or not pair.new:
        return False
    known = {table.sources for table in pair.old.tables}
    names = {name for table in pair.new.tables if table.sources not in known for name in table.names}
    asked = without_inputs(it.old.subject)
    return any(
        without_inputs(new.subject) == asked and not names.isdisjoint(NAMES.findall(new.text))
        for new in pair.new.assertions
        if not new.constant
    )


def _raises_by_itself(it: AssertionPair, pair: TestPair) -> bool:
    """Whether something was asked of a command, its exit status too, and the test calls what the command does instead,
    and asks for what it prints.
    """
    if it.old is None or not pair.old or not pair.new:
        return False
    name = root_of(it.old.subject)
    exits = (one for one in pair.old.assertions if _EXITED.search(one.text))
    if not name or all(root_of(one.subject) != name for one in exits):
        return False
    called = set(pair.new.calls) - set(pair.old.calls)
    return bool(called) and name not in pair.new.names and any(one.old is None for one in pair.assertions)


def _still_demands(pair: TestPair) -> bool:
    """Whether the test holds something to a value."""
    return any(
        it.new and not it.new.constant and it.new.form is not Form.HELPER and it.new.predicate >= Predicate.EQUALITY
        for it in pair.assertions
    )


def _is_set_up(pair: TestPair, old: Assertion) -> bool:
    """Whether a demand was one on what prepares the test."""
    return _bare(pair) in SET_UPS or _of_set_up(old)


def _has_replacement(pair: TestPair, old: Assertion) -> bool:
    """Whether a demand was added that could stand for a dropped one."""
    return any(new.old is None and new.new and _replaces(new.new, old) for new in pair.assertions)


def _is_noise(it: AssertionPair) -> bool:
    """Whether a bound on what the machine took (time, memory) moved by no more than tenfold: another machine may."""
    was, now = (literal(side.expected) if side else None for side in (it.old, it.new))
    if not isinstance(was, int | float) or not isinstance(now, int | float) or was <= 0 or it.new is None:
        return False
    return was < now <= _OTHER_MACHINE * was and _MEASURED.search(it.new.text) is not None


def was_rewritten(pair: TestPair) -> bool:
    """Whether more than half of what a test does beside asserting is new, or more than half of what it calls."""
    if not pair.old or not pair.new:
        return False
    called, calls = set(pair.old.calls), set(pair.new.calls)
    if 2 * len(called & calls) < len(called) <= 2 * len(calls - called) + 1:
        return True
    was, now = Counter(pair.old.statements), Counter(pair.new.statements)
    dropped = len({it.old.line for it in pair.assertions if it.old and it.new is None})
    gone = (was - now).total() - dropped
    return (now - was).total() > 0 and gone > 1 and 2 * gone > was.total() - dropped


def _of_set_up(it: Assertion) -> bool:
    """Whether a demand was made by something that the test called to get on, not to assert."""
    name = helper_name(it)
    return it.form is Form.HELPER and (name in _COMMANDS or not ASSERTING_NAME.fullmatch(name))


def helper_name(it: Assertion) -> str:
    """The bare name of the helper that makes a demand, "" where it is none of a helper's."""
    called = _CALLEE.match(it.text) if it.form is Form.HELPER else None
    return called[1] if called else ""


def _bare(pair: TestPair) -> str:
    return pair.new.qualified_name.rpartition(".")[2] if pair.new else ""


def _replaces(new: Assertion, old: Assertion) -> bool:
    """Whether an added demand could stand for a dropped one: it is as strong, and can fail."""
    return not new.constant and strength(new) >= strength(old)


def is_weak(it: Assertion) -> bool:
    """Whether a demand says little by itself: something is true, not None, of a type."""
    return it.predicate <= Predicate.TYPE and it.form is not Form.RAISES
