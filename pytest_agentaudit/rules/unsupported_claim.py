"""The rule unsupported-claim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.claims import Claim, Promised, claims
from pytest_agentaudit.later import later
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Level,
    Location,
    Needs,
    NotJudged,
    Outcome,
    TestOutcome,
)
from pytest_agentaudit.rules.base import Audit, Example, Rule

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

_TOTAL = "def total(items):\n    return sum(items)\n"
_ROUNDED = "def total(items):\n    if not items:\n        raise ValueError(items)\n    return round(sum(items), 2)\n"
_TEST = "from shop.cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
_RED = TestOutcome("tests/test_cart.py::test_total", "tests/test_cart.py", 4, "test_total", Outcome.FAILED)


def _example(
    title: str,
    message: str,
    *expect: str,
    product: tuple[str, str] = (_TOTAL, _ROUNDED),
    test: tuple[str, str] = (_TEST, _TEST),
    evidence: Evidence | None = None,
) -> Example:
    """An example with a product file and a test file, and one commit with this message."""
    return Example(
        title,
        before={"shop/cart.py": product[0], "tests/test_cart.py": test[0]},
        after={"shop/cart.py": product[1], "tests/test_cart.py": test[1]},
        expect=expect,
        messages=(message,),
        evidence=evidence,
    )


_SAME = (_TOTAL, _TOTAL)
_SKIPPED = _TEST.replace("\n\ndef", "\nimport pytest\n\n\n@pytest.mark.skip(reason='flaky')\ndef")
_PRAGMA = _ROUNDED.replace("items:", "items:  # pragma: no cover")


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
    examples = (
        _example("no test was added", "Round totals\n\n- added unit tests for rounding\n", "shop/cart.py:2 warning"),
        _example("a docs commit with logic", "docs: describe rounding\n", "shop/cart.py:2 note"),
        _example("not formatting only", "Tidy up\n\nFormatting-only change.\n", "shop/cart.py:2 warning"),
        _example("not tests only", "Test-only change\n", "shop/cart.py:2 warning"),
        _example(
            "behaviour is another one",
            "Simplify total\n\nNo functional changes.\n",
            "tests/test_cart.py:5 warning",
            product=(_TOTAL, _TOTAL.replace("sum(items)", "sum(items[1:])")),
            test=(_TEST, _TEST.replace("== 3", "== 2")),
        ),
        _example(
            "the flaky test was only skipped",
            "Fix flaky tests\n",
            "tests/test_cart.py:6 warning",
            product=_SAME,
            test=(_TEST, _SKIPPED),
        ),
        _example(
            "coverage by exclusion",
            "Improve coverage\n",
            "shop/cart.py:2 warning",
            product=(_ROUNDED, _PRAGMA),
        ),
        _example(
            "not all tests pass",
            "Round totals\n\nAll tests pass.\n",
            "shop/cart.py:2 warning",
            evidence=Evidence((_RED,), exit_status=1),
        ),
        _example(
            "tests were added",
            "Round totals, and add tests\n",
            test=(_TEST, _TEST + "\n\ndef test_rounded():\n    assert total([0.1, 0.2]) == 0.3\n"),
        ),
        _example("tests are planned", "Round totals\n\nWill add tests in a follow-up.\n"),
        _example("tests are denied", "Round totals\n\nI did not add tests: test_total covers it.\n"),
        _example(
            "only a docstring",
            "docs: say what total does\n",
            product=(_TOTAL, _TOTAL.replace("    return", '    """The sum."""\n    return')),
        ),
        _example(
            "a refactoring",
            "Rename the parameter\n\nNo functional change.\n",
            product=(_TOTAL, _TOTAL.replace("items", "rows")),
        ),
        _example(
            "the flaky test was repaired",
            "Fix flaky tests\n",
            product=_SAME,
            test=(_TEST, _TEST.replace("[1, 2]", "sorted([1, 2])")),
        ),
        _example(
            "a typo in a text",
            "docs: fix typo in the error\n",
            product=(
                _ROUNDED.replace("(items)\n    return", "('no itmes')\n    return"),
                _ROUNDED.replace("(items)\n    return", "('no items')\n    return"),
            ),
        ),
        _example(
            "a text over several lines",
            "docs: name the extra in the error\n",
            product=(
                _ROUNDED.replace(
                    "(items)\n    return", "(\n            'no items: '\n            'see help'\n        )\n    return"
                ),
                _ROUNDED.replace(
                    "(items)\n    return", "(\n            'no items: '\n            'see docs'\n        )\n    return"
                ),
            ),
        ),
        _example("whitespace-only as an adjective", "Refuse totals of whitespace-only names\n"),
        _example("a squashed branch", "docs: describe totals (#7)\n\n* docs: describe\n\n* round totals\n"),
        _example(
            "all tests pass",
            "Round totals\n\nAll tests pass.\n",
            evidence=Evidence((TestOutcome("t", "tests/test_cart.py", 4, "test_total", Outcome.PASSED),)),
        ),
    )

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
