"""The rule unsupported-claim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.claims import Claim, Promised, claims
from pytest_agentaudit.later import later
from pytest_agentaudit.model import (
    Family,
    Finding,
    Level,
    Location,
    Needs,
    NotJudged,
    Outcome,
)
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

if TYPE_CHECKING:
    from pytest_agentaudit.facts.borne_out import (
        behaviour,
        coverage_comments,
        more_tested,
        only_quieted,
        other_expectations,
        touches_tests,
        unrun,
    )
else:
    behaviour, coverage_comments, more_tested, only_quieted, other_expectations, touches_tests, unrun = later(
        "pytest_agentaudit.facts.borne_out",
        "behaviour",
        "coverage_comments",
        "more_tested",
        "only_quieted",
        "other_expectations",
        "touches_tests",
        "unrun",
    )


class UnsupportedClaim(Rule):
    """A commit message claims what the change does not bear out.

    Compared are claims that facts can decide: tests were added (and no test, test data or CI file is part of the
    change); the change is about words, layout or tests alone (and a product function has new logic); behaviour is the
    same (and a test expects another number of the same call); tests were repaired (and all that happened to them is a
    skip or their removal); coverage is better (and all that changed is what the measurement leaves out); all tests
    pass, or everything is covered (and the run shows otherwise). Claims about "the change" are judged where the
    change is a single commit. What a message denies, quotes, asks for or plans is no claim.

    Level: warning; note where only the title's kind ("docs: ...") speaks of words.

    Why: reviewers read the message first, and look where it points. A claim that nothing bears out, "added tests"
    above all, is how a skipped step goes unnoticed.
    Fix: do what the message says, or say what the change does.
    Not a fix: a vaguer message.
    """

    name = "unsupported-claim"
    family = Family.STEPS
    level = Level.WARNING
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("unsupported_claim")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each kind of claim."""
        said: set[Promised] = set()
        for claim in claims(audit.change.messages):
            if claim.promised not in said:
                for place, fact, more in _contradicted(claim, audit):
                    said.add(claim.promised)
                    yield self.finding(
                        place,
                        f'The message says "{_short(claim.text)}"; {fact}.',
                        level=Level.NOTE if claim.promised is Promised.TITLE else self.level,
                        evidence={"message": claim.text},
                        fix="do what the message says, or say what the change does",
                        not_a_fix="a vaguer message",
                        related=more,
                    )


_Fact = tuple[Location, str, tuple[Location, ...]]


def _contradicted(claim: Claim, audit: Audit) -> Iterator[_Fact]:
    """What speaks against a claim: a place, the fact, more places."""
    match claim.promised:
        case Promised.TESTS:
            if audit.delta.files and not touches_tests(audit.delta):
                yield _main_place(audit), "no test, test data or CI file is part of the change", ()
        case Promised.WORDS | Promised.TITLE | Promised.ONLY_TESTS if claim.whole:
            yield from _logic(audit)
        case Promised.SAME if claim.whole:
            yield from _expectations(audit)
        case Promised.REPAIRED if claim.whole:
            yield from _quieted(audit)
        case Promised.COVERAGE | Promised.FULL_COVERAGE:
            yield from _uncovered(claim, audit)
        case Promised.PASSING:
            yield from _red(audit)


def _logic(audit: Audit) -> Iterator[_Fact]:
    found = list(behaviour(audit.delta))
    if found:
        first, *more = (Location(it.path, it.lines[0].line, 0, it.definition.qualified_name) for it in found)
        yield first, f"`{first.symbol}` has new logic", tuple(more)


def _expectations(audit: Audit) -> Iterator[_Fact]:
    for path, old, new in other_expectations(audit.delta):
        yield Location(path, new.line), f"`{old.text}` became `{new.text}`", ()
        return


def _quieted(audit: Audit) -> Iterator[_Fact]:
    places: list[Location] = []
    skipped = 0
    for pair, skip in only_quieted(audit.delta):
        test = pair.new or pair.old
        if test:
            skipped += skip is not None
            path = pair.new_path if pair.new else pair.old_path
            places.append(Location(path, skip.line if skip else test.line, 0, test.qualified_name))
    if places:
        removed = len(places) - skipped
        counts = [f"{skipped} skipped"] * bool(skipped) + [f"{removed} removed"] * bool(removed)
        yield places[0], f"all that happened to tests is: {', '.join(counts)}", tuple(places[1:])


def _uncovered(claim: Claim, audit: Audit) -> Iterator[_Fact]:
    comments = list(coverage_comments(audit.delta))
    if claim.whole and comments and not more_tested(audit.delta):
        first, *more = (Location(file.path, it.line) for file, it in comments)
        count = f"{len(comments)} comment{'s' * bool(more)}"
        yield first, f"no test changed, and {count} left code out of the measurement", tuple(more)
    elif claim.promised is Promised.FULL_COVERAGE and audit.whole:
        for function, line in unrun(audit.delta, audit.whole):
            name = function.definition.qualified_name
            yield Location(function.path, line, 0, name), f"no test ran this line of `{name}`", ()
            return


def _red(audit: Audit) -> Iterator[_Fact]:
    tests = audit.evidence.tests if audit.evidence else ()
    red = [it.node_id for it in tests if it.outcome in {Outcome.FAILED, Outcome.ERROR}]
    if red:
        yield _main_place(audit), f"{len(red)} of {len(tests)} failed, `{red[0]}` first", ()


def _main_place(audit: Audit) -> Location:
    """The changed product file (or any file) with most changed lines, at the first of them."""
    files = list(audit.files(FileRole.PRODUCT)) or list(audit.delta.files)
    if not files:
        return Location(".")
    file = max(files, key=lambda it: len(it.pair.added) + len(it.pair.removed))
    return Location(file.path, min(file.pair.added, default=1))


def _short(text: str, most: int = 70) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
