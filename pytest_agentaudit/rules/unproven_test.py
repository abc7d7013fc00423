"""The rule unproven-test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pytest_agentaudit.facts.claims import Promised, claims
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.falls import Falls
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Evidence, Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.mutant import Fate, Mutant, MutantFates, Operator
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

if TYPE_CHECKING:
    from pytest_agentaudit.facts.altered import Altered, is_about_types, is_of_another_type
    from pytest_agentaudit.facts.candidates import Candidate, candidates
    from pytest_agentaudit.facts.mutated import Mutated, mutated, shown
    from pytest_agentaudit.facts.old_tests import Holding, held
    from pytest_agentaudit.facts.proven import Standing, Tried, Unshown, tried, unshown
    from pytest_agentaudit.facts.reverted import other_product_files
else:
    is_about_types, is_of_another_type = later(
        "pytest_agentaudit.facts.altered", "is_about_types", "is_of_another_type"
    )
    candidates = later("pytest_agentaudit.facts.candidates", "candidates")
    mutated, shown = later("pytest_agentaudit.facts.mutated", "mutated", "shown")
    Holding, held = later("pytest_agentaudit.facts.old_tests", "Holding", "held")
    Standing, tried, unshown = later("pytest_agentaudit.facts.proven", "Standing", "tried", "unshown")
    other_product_files = later("pytest_agentaudit.facts.reverted", "other_product_files")

SHOWN = 3
"""How many names a message lists."""

_MISSING = regex(r"ModuleNotFoundError: No module named '(\w+)")


class UnprovenTest(Rule):
    """The tests that came with a change pass without it.

    New and edited tests that ran altered functions are run once more, after the session, with the base's product code
    in the place of head's (nothing is written; imports are served from memory). Judged is each altered function by all
    such tests that ran it: one of them that fails without the change shows that it tests it. A test whose file cannot
    be imported on the base's code meets head's code with the base's functions instead; where what it ran is new, the
    import is answer enough. Tests that were edited without a new case or another demand are asked for where the base's
    version of them fails on the new code: then they noticed the change before, and do not now.

    Level: warning; note where the functions are new, where only what modules do on import was changed, where what they
    say to type checkers alone was (`cast`), where edited tests ask for what the functions say to give back since (a
    list became an iterator), or where the message says that behaviour is the same; error for what modules do on import,
    where the tests assert nothing. With `--agent-audit-prove=mutants` the altered functions are
    broken one by one (emptied, taken back, made to answer otherwise): tests of which no assertion notices any of that
    are an error, where they pass without the change or assert nothing; a function that may do nothing at all without
    any test noticing is a warning; a smaller change that none notices is a note, and so is a function of which tests
    notice changes by crashing alone. Out of budget, data files that changed too, or code that the trial could not put
    into place: not judged, with the reason; base's code that needs a package which the change gave up: a note. Examples
    in docstrings and texts (doctest) count as tests; those in the docstring of a function meet the base's version of
    that function.

    Why: a test that is green before and after would be green if the change were wrong, or were taken back.
    Fix: assert one value that differs before and after, or add the case for which the change was made.
    Not a fix: more assertions that hold on the old code too.
    """

    name = "unproven-test"
    family = Family.STEPS
    level = Level.WARNING
    needs = frozenset({Needs.COVERAGE, Needs.REVERT})
    examples = kept_apart("unproven_test")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for all altered functions that the same tests ran."""
        if audit.evidence is None or audit.proofs is None:
            return
        tests = candidates(audit.delta, audit.evidence)
        known = tuple(tried(tests, audit.proofs)) if audit.proofs.reports else ()
        seen = Seen(audit.delta, audit.evidence, audit.proofs.mutants)
        yield from self.unknown(audit, known, seen)
        told: set[Altered] = set()
        for said, functions in self.green(audit, known, seen):
            told.update(functions)
            yield said
        rest = [it for it in seen.mutated if it.function not in told]
        bare = _demanded_nothing(seen, rest, tests)
        for group, idle in bare:
            yield self.bare(seen, group, idle)
            told.update(it.function for it in group)
        for one in rest:
            if one.function not in told:
                yield from self.survived(seen, one)

    def unknown(self, audit: Audit, known: Sequence[Tried], seen: Seen) -> Iterator[Finding | NotJudged]:
        """What could not be tried, by the reason."""
        lost = [it for it in known if it.standing is Standing.UNKNOWN]
        given_up = {why: name for why in {it.why for it in lost} if (name := _given_up(audit.delta, why))}
        for why, name in sorted(given_up.items()):
            yield self.untried(next(it.candidate for it in lost if it.why == why), name)
        lost = [it for it in lost if it.why not in given_up]
        if lost:
            why = ", ".join(dict.fromkeys(it.why for it in lost))
            yield NotJudged(f"{len(lost)} of {len(known)} new or edited tests: {why}", rule=self.name)
        for reason, count in seen.not_judged:
            yield NotJudged(f"{count} {'mutant' if count == 1 else 'mutants'}: {reason}", rule=self.name)

    def untried(self, test: Candidate, module: str) -> Finding:
        """The note for tests that the base's code cannot be loaded for, since the change gave up what it needs."""
        return self.finding(
            _place(test),
            f"No test was tried on base's code: it needs `{module}`, which the change gave up; it is not installed.",
            level=Level.NOTE,
            fix=f"nothing; or install `{module}` for the audit",
        )

    def green(
        self, audit: Audit, known: tuple[Tried, ...], seen: Seen
    ) -> Iterator[tuple[Finding | NotJudged, tuple[Altered, ...]]]:
        """What is said of tests that pass without the change, with the functions that it is about."""
        same = any(it.promised is Promised.SAME for it in claims(audit.change.messages))
        data = other_product_files(audit.change)
        for group in unshown(known):
            tests = [it for it in group.tests if it.demands_more]
            if tests and data:
                reason = f"{data[0]} changed too: no trial can put the base's in its place"
                yield NotJudged(reason, rule=self.name), group.functions
                return
            if tests:
                plain = same or is_about_types(audit.delta, group.functions)
                yield self.said(group, tests, seen, same=plain), group.functions
            elif blind := [(it, why) for it in group.tests if (why := _why_red(audit, it))]:
                falls = Falls(audit.delta, audit.whole, proven=audit.proofs is not None).in_tests(frozenset())
                fallen = {(it.pair.new_path, it.test.qualified_name) for it in falls}
                if untold := [it for it in blind if it[0].test not in fallen]:  # weakened-assertion tells of the others
                    yield self.blinded(group, untold, seen), group.functions

    def said(self, group: Unshown, tests: Sequence[Candidate], seen: Seen, *, same: bool) -> Finding:
        """The finding for a group and those of its tests that are meant to show something."""
        is_new = not any(it.old for it in group.functions)
        code = _listed([it.new.qualified_name for it in group.functions])
        one = len(tests) == 1 and not tests[0].examples
        ran = "it was run" if one else "they were run"
        if len(group.tests) > 1:
            ran = f"the {len(group.tests)} new or edited tests that ran it were run"
        also, cannot = ("also passes", "it cannot") if one else ("also pass", "they cannot")
        unnoticed = seen.unnoticed_by(group.functions, group.tests)
        asks = bool(group.functions) or any(it.asserts or it.is_contract for it in tests)
        level = Level.ERROR if unnoticed else Level.NOTE if is_new or same else Level.WARNING
        level = level if asks or same else Level.ERROR
        return self.finding(
            _place(tests[0]),
            f"{_names(tests)} {also} without the change of {code}; {cannot} show that it works."
            if group.functions
            else f"{_names(tests)} {also} on the old code; {cannot} show that the change works.",
            level=level,
            evidence={
                "proof": f"{ran} with the base's code in its place; nothing failed",
                **({} if asks else {"demands": "none of these tests asserts anything"}),
                **({"mutants": f"none of {unnoticed} was noticed by an assertion of these tests"} if unnoticed else {}),
            },
            fix="assert one value that differs before and after, or add the case that the change was made for",
            not_a_fix="more assertions that hold on the old code too",
            related=tuple(_place(it) for it in tests[1:]),
        )

    def blinded(self, group: Unshown, tests: Sequence[tuple[Candidate, str]], seen: Seen) -> Finding:
        """The finding for edited tests that noticed what changed before, and do not now."""
        names = [it for it, _ in tests]
        code = (
            f"the change of {_listed([it.new.qualified_name for it in group.functions])}" if group.functions else "it"
        )
        was = "was" if len(names) == 1 else "were"
        level = Level.NOTE if is_of_another_type(group.functions) else Level.WARNING
        return self.finding(
            _place(names[0]),
            f"{_names(names)} {was} edited: what was demanded before fails on the new code, and what is demanded now "
            f"passes without {code} too.",
            level=Level.ERROR if seen.unnoticed_by(group.functions, group.tests) else level,
            evidence={"proof": f"the base's version of the test fails on the new code: {tests[0][1]}"},
            fix="demand what the test demanded; if the contract changed on purpose, demand what holds since",
            not_a_fix="a demand that holds before and after",
            related=tuple(_place(it) for it in names[1:]),
        )

    def bare(self, seen: Seen, group: Sequence[Mutated], tests: Sequence[Candidate]) -> Finding:
        """The finding for functions of which tests that ran them demand nothing."""
        run, demand = ("runs", "demands") if len(tests) == 1 else ("run", "demand")
        count = seen.unnoticed_by([it.function for it in group], tests)
        code = _listed([it.function.new.qualified_name for it in group])
        return self.finding(
            _place(tests[0]),
            f"{_names(tests)} {run} {code} and {demand} nothing of it.",
            level=Level.ERROR,
            evidence={"mutants": f"none of {count} was noticed by an assertion of these tests"},
            fix="assert what comes out",
            not_a_fix="an assertion about something else",
            related=tuple(_place(it) for it in tests[1:]),
        )

    def survived(self, seen: Seen, one: Mutated) -> Iterator[Finding]:
        """What no test noticed at all: a function that does nothing, or one smaller change."""
        name = one.function.new.qualified_name
        place = Location(one.function.path, one.function.new.line, symbol=name)
        if survivor := one.survivor(Operator.EXTREME):
            yield self.finding(
                place,
                f"No test notices when `{name}` does nothing at all.",
                evidence={"mutant": seen.diff(survivor)},
                fix=f"assert what `{one.function.new.bare_name}` gives back or brings about",
                not_a_fix="a test that only calls it",
            )
        elif survivor := one.survivor(*FINE):
            yield self.finding(
                place,
                f"No test notices another `{survivor.operator}` in `{name}`.",
                level=Level.NOTE,
                evidence={"mutant": seen.diff(survivor)},
                fix="add the case that tells the two apart, where it matters",
                not_a_fix="an assertion that repeats the code",
            )
        elif count := one.crashes:
            yield self.finding(
                place,
                f"The tests that run `{name}` notice changes of it by crashing alone, and by no assertion.",
                level=Level.NOTE,
                evidence={"mutants": f"{count} of {len(one.judged)} crashed a test; none was noticed by an assertion"},
                fix=f"assert what `{one.function.new.bare_name}` gives back or brings about",
                not_a_fix="a test that only calls it",
            )


FINE = tuple(it for it in Operator if not it.is_control and not it.is_whole)
"""Mutants that change one place."""


class Seen:
    """What mutants showed, function by function; nothing, where none were tried."""

    def __init__(self, delta: Delta, evidence: Evidence, fates: MutantFates | None) -> None:
        self._delta, self._evidence = delta, evidence
        self.mutated = mutated(delta, fates) if fates else ()
        self._fates = fates or MutantFates()

    @property
    def not_judged(self) -> Iterator[tuple[str, int]]:
        """Why mutants were not judged, with their number."""
        lost = Counter(it.reason for it in self._fates.fates if it.fate is Fate.NOT_JUDGED)
        yield from lost.items()

    def unnoticed_by(self, functions: Sequence[Altered], tests: Sequence[Candidate]) -> int:
        """How many mutants of these functions were judged, where none was noticed by an assertion of these tests; else
        0.
        """
        mine = {it.test for it in tests}
        ids = frozenset(it.node_id for it in self._evidence.tests if (it.path, it.function) in mine)
        known = [it for it in self.mutated if it.function in functions]
        return 0 if any(it.noticed_by(ids) for it in known) else sum(len(it.judged) for it in known)

    def diff(self, mutant: Mutant) -> str:
        """A mutant as a source diff."""
        return shown(mutant, self._delta)


def _demanded_nothing(
    seen: Seen, functions: Sequence[Mutated], tests: Sequence[Candidate]
) -> list[tuple[list[Mutated], list[Candidate]]]:
    """The functions of which the candidates that ran them assert nothing, and of which none notices a mutant, with
    these candidates: those together that have the same.
    """
    groups: dict[tuple[tuple[str, str], ...], tuple[list[Mutated], list[Candidate]]] = {}
    for one in functions:
        ran = [it for it in tests if one.function in it.functions]
        if ran and not any(it.asserts for it in ran) and seen.unnoticed_by((one.function,), ran):
            groups.setdefault(tuple(it.test for it in ran), ([], ran))[0].append(one)
    return list(groups.values())


def _why_red(audit: Audit, it: Candidate) -> str:
    """Why the base's version of an edited test fails on the new code, "" where it does not."""
    known = held(audit.delta, audit.evidence, audit.proofs, [it.test])
    return known.why if known.holding is Holding.FAILS else ""


def _given_up(delta: Delta, why: str) -> str:
    """The module that the base's code could not be loaded without, where the change gave it up; else ""."""
    missing = _MISSING.search(why)
    return missing[1] if missing and delta.dependencies.gave_up(missing[1]) else ""


def _names(tests: Sequence[Candidate]) -> str:
    text = _first([it.title for it in tests])
    return text[0].upper() + text[1:]


def _listed(names: Sequence[str]) -> str:
    return _first([f"`{name}`" for name in names])


def _first(words: Sequence[str]) -> str:
    rest = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + rest


def _place(it: Candidate) -> Location:
    path, name = it.test
    return Location(path, it.line, it.line, name)
