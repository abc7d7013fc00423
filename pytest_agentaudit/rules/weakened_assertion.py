"""The rule weakened-assertion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_agentaudit.facts.delta import AssertionPair, TestPair
from pytest_agentaudit.facts.falls import Fall, Falls, together
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.facts.subjects import bare
from pytest_agentaudit.facts.wording import step
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.mutant import Operator
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.weighing import missed, scales, shown, unexplained, weighed

if TYPE_CHECKING:
    from pytest_agentaudit.facts.versions import Versions
    from pytest_agentaudit.facts.weights import Weighed

NOTHING = "(nothing)"
"""What a finding shows in the place of a demand that is gone."""
SHOWN = 3
"""How many names a message lists."""
_BROKEN = {Operator.EXTREME: "does nothing at all", Operator.PERTURB: "gives another value"}
_DIFFERS = "differs a little"


class WeakenedAssertion(Rule):
    """An assertion demands less than before.

    Old and new demands of a test are paired by subject, through renames, moves, merges, splits and helpers. From strong
    to weak they are: equality with a literal, equality, membership, order, type, not None, truth. Found is one that
    became weaker; so is a wider tolerance, a looser bound, a wider exception type, a `match` that is gone, one key, the
    length or any order instead of the whole, a value compared with itself, a demand that is made under a condition
    only, and one with nothing in its place. A changed expected value of the same strength is another rule's.

    Level: error where the code that the test names did not change, or a whole run shows that the test runs none of
    the changed code; warning where it changed too, or may have, where an earlier commit changed it after the last
    one that touched the test, where the same check stays for other cases, and where a dropped demand may have gone
    to a new one; note for the steps around truth (`is True` to a truth test) and a weak demand that went while the
    code changed. Where nothing was run, it is a note too that a demand went beside changed code and nothing weaker
    came for it, or that the same value is asked for as a part of more: only the base's test can tell whether it
    still holds. A test that demands nothing any more, and a part that the code still gives by its name, stay a
    warning. Where product code changed, the base's version of the test is run on head's: passes it, a demand that
    is gone is a note, where the test still makes others; fails it by an assertion, twice, having passed on the
    base's code, a weaker demand is an error. So is a test that demands nothing any more, where mutants were tried.
    With `--agent-audit-prove=mutants` functions that the change left alone are broken one by one: where an
    assertion of the base's version notices one and head's passes, it is an error, also where the text tells
    nothing; where head's notices all that the base's did, it is a note. Where the text of a test lost something,
    functions that it runs are changed a little too: what the base's version noticed, and no test of the run does
    now, is a warning.

    Why: a test that asks for less passes with the defect that it was written to find.
    Fix: restore the demand; where the contract changed on purpose, say so and demand the new value as exactly.
    Not a fix: another assertion about something else, so that the count stays the same.
    """

    name = "weakened-assertion"
    family = Family.WEAKENED
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.REVERT})
    examples = kept_apart("weakened_assertion")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each helper, and for all tests in which the same demand fell."""
        emptied = frozenset(_emptied((*audit.delta.tests, *audit.delta.support)))

        def floor(finding: Finding) -> Level:
            is_empty = (finding.location.path, finding.location.symbol) in emptied
            return finding.level if is_empty or _is_replaced(finding) else unexplained(finding)

        for finding in weighed(audit, self.fallen(audit), floor=floor):
            place = finding.location.path, finding.location.symbol
            yield _idle(finding) if place in emptied and audit.proofs and audit.proofs.mutants else finding
        yield from self.unsuspected(audit)

    def unsuspected(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """Tests of which no rule says anything, and that mutants show to be weaker; those of a file together that lost
        the same.
        """
        known = scales(audit)
        if known is None:
            return
        groups: dict[tuple[str, str, int], list[tuple[Versions, Weighed]]] = defaultdict(list)
        for it in known.tests:
            found = known.of([it.new])
            seen_by_none = found.unseen or found.missed
            if seen_by_none and audit.suspected.isdisjoint({it.new, it.cause}):
                mutant = seen_by_none[0]
                groups[it.place.path, mutant.qualname, mutant.first_line].append((it, found))
        for group in groups.values():
            yield self.unseen(audit, [it for it, _ in group], group[0][1])
        yield from (NotJudged(reason) for reason in known.not_judged)

    def unseen(self, audit: Audit, tests: Sequence[Versions], found: Weighed) -> Finding:
        """The finding for tests that notice a mutant no more."""
        mutant = (found.unseen or found.missed)[0]
        each = dict.fromkeys(it.new[1] for it in tests)
        names = ", ".join(f"`{it}`" for it in list(each)[:SHOWN])
        rest = f" and {len(each) - SHOWN} more" if len(each) > SHOWN else ""
        verb = "notices" if len(each) == 1 else "notice"
        places = list(dict.fromkeys(it.place for it in tests))
        return self.finding(
            places[0],
            f"{names}{rest} no longer {verb} that `{mutant.qualname}` {_BROKEN.get(mutant.operator, _DIFFERS)}.",
            level=Level.ERROR if found.unseen else Level.WARNING,
            evidence=shown(audit, found) if found.unseen else missed(audit, found.missed),
            fix=f"demand again what `{mutant.qualname.rpartition('.')[2]}` is to do",
            not_a_fix="an assertion about something else",
            related=tuple(places[1:]),
        )

    def fallen(self, audit: Audit) -> Iterator[Finding]:
        """The same before proofs are weighed."""
        search = Falls(audit.delta, audit.whole, proven=audit.proofs is not None)
        helpers = list(search.in_support())
        for it in helpers:
            found = self.found(it, f"{it.words}{_users(audit, it.test)}")
            is_loud = found.level is not Level.NOTE or not _is_emptied(it.pair)
            yield found if is_loud else replace(found, level=Level.WARNING)
        names = frozenset(bare(it.test.qualified_name) for it in helpers)
        for first, *others in together(search.in_tests(names)):
            yield self.found(first, first.words, tuple(others))

    def found(self, it: Fall, words: str, others: tuple[Fall, ...] = ()) -> Finding:
        """What fell in one test, the gravest first, and in the `others` where the same did. What one line brought
        about counts once.
        """
        once = {
            (one.old and (one.old.line, one.old.text), one.new and one.new.text): (level, one)
            for level, one in it.graded
        }
        (level, first), *rest = sorted(once.values(), key=lambda one: one[0].rank)
        count = f"{len(rest)} more {'demand' if len(rest) == 1 else 'demands'}"
        return self.finding(
            _place(it, first),
            f"{step(first)}; {words}."
            + (f" {count} of this test fell." if rest else "")
            + (f" The same in {len(others)} more {'test' if len(others) == 1 else 'tests'}." if others else ""),
            level=level,
            evidence={
                "base": first.old.text if first.old else "",
                "head": first.new.text if first.new else NOTHING,
            },
            fix="restore the demand; if the contract changed on purpose, demand the new value as exactly",
            not_a_fix="another assertion about something else",
            related=(
                *(_place(it, one) for _, one in rest),
                *(_place(other, one) for other in others for _, one in other.graded[:1]),
            ),
        )


def _users(audit: Audit, helper: TestCase) -> str:
    """How many files of tests name a helper."""
    name = helper.qualified_name.rpartition(".")[2]
    count = len(audit.delta.mentions[name])
    return f"; `{name}` is a helper that {count} test {'file names' if count == 1 else 'files name'}"


def _is_replaced(finding: Finding) -> bool:
    """Whether something stands in the place of the old demand. One that is gone, and fails on the new code, may have
    gone with the contract that it was about.
    """
    return finding.evidence["head"] != NOTHING


def _idle(finding: Finding) -> Finding:
    """The finding for a test that demands nothing any more, where the code that it runs was broken in vain."""
    if finding.level is not Level.WARNING:
        return finding
    told = {**finding.evidence, "mutants": "the test demands nothing: no assertion of it notices any"}
    return replace(finding, level=Level.ERROR, evidence=told)


def _emptied(pairs: Iterable[TestPair]) -> Iterator[tuple[str, str]]:
    """Path and name of the tests and helpers that demanded something and demand nothing any more."""
    return ((it.new_path, it.new.qualified_name) for it in pairs if it.new and _is_emptied(it))


def _is_emptied(pair: TestPair) -> bool:
    old, new = pair.old, pair.new
    return bool(old and new and not new.contract and all(it.constant for it in new.assertions))


def _place(fall: Fall, it: AssertionPair) -> Location:
    """The new wording; for one that is gone, or stands in a helper, the test."""
    test = fall.test
    inside = it.new and test.start_line <= it.new.line <= test.end_line
    line, end_line = (it.new.line, it.new.end_line) if it.new and inside else (test.line, test.line)
    return Location(fall.pair.new_path, line, end_line, test.qualified_name)
