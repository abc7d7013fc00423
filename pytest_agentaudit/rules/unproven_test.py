"""The rule unproven-test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_agentaudit.facts.candidates import Candidate, candidates
from pytest_agentaudit.facts.claims import Promised, claims
from pytest_agentaudit.facts.proven import Standing, Unshown, tried, unshown
from pytest_agentaudit.facts.reverted import other_product_files
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Level,
    LineHits,
    Location,
    Needs,
    NotJudged,
    Outcome,
    TestOutcome,
)
from pytest_agentaudit.proof import Ended, Proofs, TestEnd, TrialKind, TrialReport
from pytest_agentaudit.rules.base import Audit, Example, Rule

SHOWN = 3
"""How many names a message lists."""

_OLD = "def price(items):\n    return sum(items)\n"
_NEW = "def price(items):\n    return sum(it for it in items if it > 0)\n"
_TESTED = "from shop.cart import price\n\n\ndef test_price():\n    assert price([1, 2]) == 3\n"
_NOTHING_NEW = _TESTED + "\n\ndef test_no_refunds():\n    assert price([4]) == 4\n"
_EDITED = _TESTED.replace("assert price", "assert 0 + price")
_MORE_ROWS = (
    "import pytest\n\nfrom shop.cart import price\n\n\n@pytest.mark.parametrize('items', [[1, 2]{}])\n"
    "def test_price(items):\n    assert price(items) >= 0\n"
)
_WITH_NAME = _TESTED.replace("import price", "import CURRENCY, price").replace("price([1", "price([CURRENCY, 1")


def _example(
    title: str,
    *expect: str,
    test: str,
    before: str = _TESTED,
    function: str = "test_no_refunds",
    ends: Sequence[tuple[TrialKind, Ended]] = ((TrialKind.REVERT, Ended.GREEN),),
    product: tuple[str, str] = (_OLD, _NEW),
    message: str = "Leave refunds out",
    problem: str = "",
) -> Example:
    """A change of one function and its tests, with what trials showed of one test that ran it."""
    path = "tests/test_cart.py"
    ran = TestOutcome(f"{path}::{function}", path, 4, function, Outcome.PASSED, 0.01)
    hits = LineHits(dict.fromkeys(range(2, product[1].count("\n") + 1), (0,)))
    served = ("shop/cart.py",)
    return Example(
        title,
        before={"shop/cart.py": product[0], path: before},
        after={"shop/cart.py": product[1], path: test},
        expect=expect,
        messages=(message,),
        evidence=Evidence(tests=(ran,), hits={"shop/cart.py": hits}, tracer="coverage"),
        proofs=Proofs(
            tuple(
                TrialReport(kind, (TestEnd(path, function, end),), served, served, problem=problem)
                for kind, end in ends
            )
        ),
    )


class UnprovenTest(Rule):
    """The tests that came with a change pass without it.

    New and edited tests that ran altered functions are run once more, after the session, with the base's product code
    in the place of head's (nothing is written; imports are served from memory). Judged is each altered function by all
    such tests that ran it: one of them that fails without the change shows that it tests it. A test whose file cannot
    be imported on the base's code meets head's code with the base's functions instead; where what it ran is new, the
    import is answer enough. Tests that were edited without a new case or another demand are not asked for.

    Level: warning; note where the functions are new, where only what modules do on import was changed, or where the
    message says that behaviour is the same. Out of budget, data files that changed too, or code that the trial could
    not put into place: not judged, with the reason.

    Why: a test that is green before and after would be green if the change were wrong, or were taken back.
    Fix: assert one value that differs before and after, or add the case for which the change was made.
    Not a fix: more assertions that hold on the old code too.
    """

    name = "unproven-test"
    family = Family.STEPS
    level = Level.WARNING
    needs = frozenset({Needs.COVERAGE, Needs.REVERT})
    examples = (
        _example("a new test that the old code passes", "tests/test_cart.py:8 warning", test=_NOTHING_NEW),
        _example(
            "a new case that the old code passes",
            "tests/test_cart.py:7 warning",
            before=_MORE_ROWS.format(""),
            test=_MORE_ROWS.format(", [4]"),
            function="test_price",
        ),
        _example(
            "a module that cannot be imported on the old code, and a function that could be taken back",
            "tests/test_cart.py:4 warning",
            before="",
            test=_WITH_NAME,
            function="test_price",
            ends=((TrialKind.REVERT, Ended.COLLECTION), (TrialKind.FUNCTIONS, Ended.GREEN)),
            product=(_OLD, f"CURRENCY = 0\n\n\n{_NEW}"),
        ),
        _example(
            "a change that is said to change nothing",
            "tests/test_cart.py:8 note",
            test=_NOTHING_NEW,
            message="Refactor price\n\nNo functional change.",
        ),
        _example(
            "a test that fails without the change", test=_NOTHING_NEW, ends=((TrialKind.REVERT, Ended.ASSERTION),)
        ),
        _example("one that crashes without it", test=_NOTHING_NEW, ends=((TrialKind.REVERT, Ended.CRASH),)),
        _example("an edited test that demands what it did", test=_EDITED, function="test_price"),
        _example(
            "a test of what is new",
            test=_WITH_NAME,
            function="test_price",
            ends=((TrialKind.REVERT, Ended.COLLECTION),),
        ),
        _example("no time was left", test=_NOTHING_NEW, ends=((TrialKind.REVERT, Ended.MISSING),), problem="budget"),
        _example("a test that ran nothing of the change", test=_NOTHING_NEW, product=(_OLD, _OLD + "\n\n")),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for all altered functions that the same tests ran."""
        if audit.evidence is None or audit.proofs is None or not audit.proofs.reports:
            return
        known = tuple(tried(candidates(audit.delta, audit.evidence), audit.proofs))
        unknown = [it for it in known if it.standing is Standing.UNKNOWN]
        if unknown:
            why = ", ".join(dict.fromkeys(it.why for it in unknown))
            yield NotJudged(f"{len(unknown)} of {len(known)} new or edited tests: {why}", rule=self.name)
        same = any(it.promised is Promised.SAME for it in claims(audit.change.messages))
        data = other_product_files(audit.change)
        for group in unshown(known):
            tests = [it for it in group.tests if it.demands_more]
            if tests and data:
                yield NotJudged(f"{data[0]} changed too: no trial can put the base's in its place", rule=self.name)
                return
            if tests:
                yield self.said(group, tests, same=same)

    def said(self, group: Unshown, tests: Sequence[Candidate], *, same: bool) -> Finding:
        """The finding for a group and those of its tests that are meant to show something."""
        is_new = not any(it.old for it in group.functions)
        names = _listed([it.test[1].rpartition(".")[2] for it in tests])
        code = _listed([it.new.qualified_name for it in group.functions]) or "this change"
        one = len(tests) == 1
        ran = (
            f"the {len(group.tests)} new or edited tests that ran it were run" if len(group.tests) > 1 else "it was run"
        )
        also, cannot = ("also passes", "it cannot") if one else ("also pass", "they cannot")
        return self.finding(
            _place(tests[0]),
            f"{names} {also} without the change of {code}; {cannot} show that it works."
            if group.functions
            else f"{names} {also} on the old code; {cannot} show that the change works.",
            level=Level.NOTE if is_new or same else Level.WARNING,
            evidence={"proof": f"{ran} with the base's code in its place; nothing failed"},
            fix="assert one value that differs before and after, or add the case that the change was made for",
            not_a_fix="more assertions that hold on the old code too",
            related=tuple(_place(it) for it in tests[1:]),
        )


def _listed(names: Sequence[str]) -> str:
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:SHOWN]) + rest


def _place(it: Candidate) -> Location:
    path, name = it.test
    line = it.pair.new.line if it.pair.new else 1
    return Location(path, line, line, name)
