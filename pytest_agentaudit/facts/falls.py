"""The tests and helpers of a change whose demands fell, graded, with what may explain it left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_agentaudit.facts.conditioned import Conditioned
from pytest_agentaudit.facts.delta import AssertionPair, Delta, Loss, TestPair
from pytest_agentaudit.facts.expectations import pins_release
from pytest_agentaudit.facts.fallen import (
    FreshCalls,
    explained,
    fallen,
    gained,
    helper_name,
    is_off,
    is_weak,
    keeps_name,
    loss_level,
    of_helper,
    was_off,
)
from pytest_agentaudit.facts.given_way import check_of, watched_call
from pytest_agentaudit.facts.kinds.tests import ASSIGNED, SWALLOWED, UNREACHED
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.facts.pairing_demands import has_more_cases
from pytest_agentaudit.facts.subjects import TEXTS, Subjects, bare
from pytest_agentaudit.facts.touched_tests import TouchedTests
from pytest_agentaudit.facts.wording import step
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Evidence, Level

if TYPE_CHECKING:
    from pytest_agentaudit.facts.asked_in_code import is_asked_in_code
    from pytest_agentaudit.facts.grounds import Ground, follows, ground
    from pytest_agentaudit.facts.went_silently import asks_it_of_more, only_went
else:
    follows, ground = later("pytest_agentaudit.facts.grounds", "follows", "ground")
    is_asked_in_code = later("pytest_agentaudit.facts.asked_in_code", "is_asked_in_code")
    asks_it_of_more, only_went = later("pytest_agentaudit.facts.went_silently", "asks_it_of_more", "only_went")

_VOID = (SWALLOWED, UNREACHED)


class Fall(Struct, frozen=True):
    """A test (or helper) whose demands fell, with their levels. `words` say what the code under it did."""

    pair: TestPair
    test: TestCase
    graded: tuple[tuple[Level, AssertionPair], ...]
    words: str

    @property
    def level(self) -> Level:
        """The gravest level of what fell."""
        return min((level for level, _ in self.graded), key=lambda it: it.rank)

    def eased(self, words: str) -> Fall:
        """The same, no graver than a warning, for what `words` say."""
        graded = tuple((Level.WARNING if level is Level.ERROR else level, it) for level, it in self.graded)
        return Fall(self.pair, self.test, graded, words)

    @property
    def causes(self) -> frozenset[str]:
        """What makes several tests one finding: a step that each took, or a helper that none calls any more."""
        return frozenset(map(_cause, (it for _, it in self.graded)))


def _cause(it: AssertionPair) -> str:
    return (helper_name(it.old) or it.old.text) if it.old and it.new is None else step(it)


def together(falls: Iterable[Fall]) -> list[list[Fall]]:
    """The falls of one level and cause as one, in whatever files."""
    groups: list[tuple[Level, set[str], list[Fall]]] = []
    for it in falls:
        group = next((one for one in groups if one[0] is it.level and not one[1].isdisjoint(it.causes)), None)
        if group is None:
            groups.append(group := (it.level, set(), []))
        group[1].update(it.causes)
        group[2].append(it)
    return [members for _, _, members in groups]


class Falls(Struct, frozen=True, eq=False, dict=True):
    """Looks through the tests and helpers of a change. `whole` is the evidence of a whole run, if there is one;
    `proven` says that the base's tests are run on head's code too.
    """

    delta: Delta
    whole: Evidence | None = None
    proven: bool = False

    @cached_property
    def _subjects(self) -> Subjects:
        return Subjects(self.delta)

    @cached_property
    def _conditioned(self) -> Conditioned:
        return Conditioned(self.delta)

    @cached_property
    def _fresh(self) -> FreshCalls:
        return FreshCalls(self.delta)

    @cached_property
    def _assigned(self) -> Mapping[tuple[str, str, str], str]:
        """What head's tests newly put in place themselves: path, test and the assertion that would ask for the same."""
        new = ((file.path, it) for file in self.delta.files for it in file.new_ones(ASSIGNED))
        return {(path, it.symbol, it.key): it.text for path, it in new}

    def _set_by_test(self, it: AssertionPair, pair: TestPair) -> str:
        """The statement by which the test now sets what it asked for, "" where it does not."""
        if it.old is None or it.new is not None or pair.new is None:
            return ""
        return self._assigned.get((pair.new_path, pair.new.qualified_name, it.old.text), "")

    @cached_property
    def _void(self) -> frozenset[tuple[str, str, int]]:
        """The path, symbol and line of each demand that base's tests never came to, or whose failure they swallowed."""
        found = ((file.old.path, it) for file in self.delta.files if file.old for it in file.lost_ones(*_VOID))
        return frozenset((path, it.symbol, int(line)) for path, it in found for line in it.details["lines"].split())

    def _is_asked_by_helper(self, it: AssertionPair, pair: TestPair) -> bool:
        """Whether the test asks a new helper of its file, which looks for the same texts, and asserts its answer."""
        if it.old is None or it.new is not None or pair.new is None:
            return False
        wanted = set(TEXTS.findall(it.old.text))
        asked = " ".join(one.new.text for one in pair.assertions if one.new and one.old is None)
        helpers = (one.new for one in self.delta.support if one.old is None and one.new_path == pair.new_path)
        return bool(wanted) and any(
            f"{bare(one.qualified_name)}(" in asked and {repr(text[1:-1]) for text in wanted} <= one.literals
            for one in helpers
            if one
        )

    def _is_asked_by_failing_helper(self, it: AssertionPair, pair: TestPair) -> bool:
        """Whether the test calls a new helper of its file that can fail a test by itself, and that holds the attribute
        and the value which the lost demand compared: `if result.returncode == 0: return result`, else `pytest.fail`.
        """
        if it.old is None or it.new is not None or pair.new is None:
            return False
        attribute, called = it.old.subject.rpartition(".")[2], set(map(bare, pair.new.calls))
        return any(
            one.new is not None
            and bare(one.new.qualified_name) in called
            and "fail" in map(bare, one.new.calls)
            and attribute in one.new.names
            and it.old.expected in one.new.literals
            for one in self.delta.support
            if one.old is None and one.new_path == pair.new_path
        )

    def _is_asked_in_code(self, it: AssertionPair, pair: TestPair) -> bool:
        """Whether the test waits for what it demanded, or picks by it what it demands something of."""
        sides = (file.pair.new for file in self.delta.files if file.path == pair.new_path)
        return any(is_asked_in_code(it, pair, side) for side in sides if side)

    def _spoke_of_removed(self, pair: TestPair) -> bool:
        """Whether the base's test used something that the change took away: what it demanded of that went along."""
        return pair.old is not None and self._subjects.uses_removed(pair.old, pair.old_path)

    def _is_fed_no_more(self, it: AssertionPair, pair: TestPair) -> bool:
        """Whether a fixture or helper that the test names no longer holds the text that a demand looks for: the case
        went with its data.
        """
        asked = set(TEXTS.findall(f"{it.old.subject} {it.old.expected}")) if it.old else set[str]()
        names = pair.old.names if pair.old else frozenset[str]()
        return any(
            one.old
            and one.new
            and bare(one.old.qualified_name) in names
            and asked & (one.old.literals - one.new.literals)
            for one in self.delta.support
        )

    def _was_void(self, it: AssertionPair, pair: TestPair) -> bool:
        """Whether a lost demand was none: nothing ever came of it."""
        old = pair.old.qualified_name if pair.old else ""
        return it.old is not None and (pair.old_path, old, it.old.line) in self._void

    def in_support(self) -> Iterator[Fall]:
        """Helpers and fixtures that demand less of what they check; what tests demand themselves now is no loss.

        One that only lost weak demands (not None, a type) prepared something, it did not test.
        """
        elsewhere = gained(self.delta)
        for pair in TouchedTests(self.delta).helpers():
            it = self._fall(pair) if keeps_name(pair) else None
            graded = [one for one in it.graded if one[1].old and check_of(one[1].old) not in elsewhere] if it else []
            if it and not all(one.old and is_weak(one.old) for _, one in graded):
                yield Fall(pair, it.test, tuple(graded), it.words)

    def in_tests(self, helpers: frozenset[str]) -> Iterator[Fall]:
        """Tests that demand less; what `helpers` demand less is known already."""
        for pair in self.delta.tests:
            it = self._fall(pair)
            graded = [one for one in it.graded if not of_helper(one[1], helpers)] if it else []
            if it and graded:
                yield Fall(pair, it.test, tuple(graded), it.words)

    def _fall(self, pair: TestPair) -> Fall | None:
        """The demands of a test or helper that fell and have no explanation, with their levels."""
        conditioned = list(self._conditioned.fallen(pair))
        if (
            not pair.old
            or not pair.new
            or was_off(pair.old)
            or is_off(pair.new)
            or not (any(it.loss for it in pair.assertions) or conditioned)
        ):
            return None
        product = ground(self.whole, self._subjects, pair.new, pair.new_path)
        lost = fallen(
            pair,
            product_changed=product.changed,
            spared=lambda it: (
                explained(self._subjects, it, pair)
                or self._was_void(it, pair)
                or self._is_asked_by_helper(it, pair)
                or self._is_asked_in_code(it, pair)
            ),
        )
        others = has_more_cases(pair.old, pair.new) or self._fresh.meet(pair.new_path, pair.new.calls)
        graded = [(self._level(it, pair, product, others=others), it) for it in (*lost, *conditioned)]
        placed = [it for it in pair.assertions if self._set_by_test(it, pair)]
        if placed:
            level = Level.WARNING if product.changed else Level.ERROR
            graded = [*((level, it) for it in placed), *(it for it in graded if it[1] not in placed)]
            return Fall(pair, pair.new, tuple(graded), f"the test sets it: `{self._set_by_test(placed[0], pair)}`")
        fall = Fall(pair, pair.new, tuple(graded), product.words)
        is_grave = any(level is Level.ERROR for level, _ in graded)
        late = follows(self._subjects, pair.old, pair.old_path) if is_grave else ""
        return fall.eased(late) if late else fall

    def _level(self, it: AssertionPair, pair: TestPair, product: Ground, *, others: bool) -> Level:
        """How grave a loss is. A call that is watched no more is one that the code makes in another way since."""
        if product.changed and (
            watched_call(it) in self._subjects.changed_words
            or (it.loss is Loss.DROPPED and self._spoke_of_removed(pair))
        ):
            return Level.NOTE
        if self._is_asked_by_failing_helper(it, pair):
            return Level.NOTE
        if it.old and it.new and pins_release(it.old):
            return Level.NOTE
        if it.loss is Loss.CASE and it.new is None and self._is_fed_no_more(it, pair):
            return Level.NOTE
        level = loss_level(it, pair, product_changed=product.changed, others=others)
        if product.changed and not self.proven and self._may_be_over(it, pair):
            return Level.NOTE
        is_void = level is not Level.NOTE and self.delta.unimportable.get(pair.old_path)
        return Level.NOTE if is_void else level

    def _may_be_over(self, it: AssertionPair, pair: TestPair) -> bool:
        """Whether a loss beside changed code may have come with its contract, as far as a text tells."""
        return only_went(it, pair, self.delta) or asks_it_of_more(it)
