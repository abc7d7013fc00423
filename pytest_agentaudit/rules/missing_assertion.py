"""The rule missing-assertion."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import TestPair
from pytest_agentaudit.facts.kinds.shortcuts import SILENT_HANDLER
from pytest_agentaudit.facts.kinds.tests import UNREACHED
from pytest_agentaudit.facts.model import Condition, Definition, Form, TestCase
from pytest_agentaudit.facts.nodes import last
from pytest_agentaudit.facts.source_names import NAMES
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_SKIPPING = frozenset({"pytest.skip", "self.skipTest", "skip"})
_PLAIN_BASES = frozenset({"object", "unittest", "TestCase", "IsolatedAsyncioTestCase", "Generic", "T", "ABC", "abc"})

SEVERAL = 3
"""Other test files that have a test of a name, from which on a base class is taken to ask for it."""

_NOT_HERE = regex(r"#.*\b(?:not|no|n/a|cannot|never)\b")
"""A comment by which an empty test opts out."""

_MEASURED = regex(r"(^|[/_])(bench(mark)?s?|perf|performance|profiling)([/_.]|$)")


class MissingAssertion(Rule):
    """A new test asserts nothing.

    Assertions of every form count: `assert`, unittest's methods, expected exceptions and warnings, mocks' assertions,
    numpy's and pandas' functions, snapshots, and helpers, fixtures and base classes that assert, followed across files.
    A changed test that lost its assertions is weakened-assertion's; this rule speaks of it where none of them was
    paired. Benchmarks, state machines, fixtures named like tests and tests that never asserted anything stay silent.

    One whose assertions cannot be reached is unreached-assertion's.

    So do new tests whose name or docstring says that not raising is what they test, unless they are always skipped:
    what never runs cannot show that nothing is raised.

    Level: warning; error for a new test that does nothing but prepare, and that is given nothing, and for one that
    drops whatever its calls raise, and says nothing of it; note where a test that asserted something now says that
    not raising is what it tests, for one whose calls only had to raise before the code changed, for an empty method by
    which a class opts out of a test that its base class asks for, and where a test of the same name and more expects
    the call to raise.

    Why: such a test fails only on a crash; whatever the code returns, it is green.
    Fix: assert the result, the state or the calls that the test is about; if not raising is the point, say so in its
    name.
    Not a fix: `assert True`, `assert result is not None`, printing the result.
    """

    name = "missing-assertion"
    family = Family.HOLLOW
    level = Level.WARNING
    examples = kept_apart("missing_assertion")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each new test without an assertion."""
        unreached = {
            (file.path, it.symbol)
            for file in audit.files(FileRole.TEST)
            for it in file.new_ones(UNREACHED)
            if it.details["alone"]
        }
        for pair in audit.delta.tests:
            test = pair.new
            if test is None or not test.touched or test.uncollected or test.assertions or _is_excused(pair, test):
                continue
            if (pair.new_path, test.qualified_name) in unreached:
                continue
            if _never_asserted(pair) or any(it.loss for it in pair.assertions):
                continue
            here = _definitions(audit, pair.new_path)
            idle = (
                pair.old is None and not test.calls and _stands_alone(here, test) and _meets_nothing(audit, pair, here)
            )
            hushed = pair.old is None and _is_hushed(audit, pair.new_path, test)
            found = self.found(pair.new_path, test, was=pair.old is not None, idle=idle, hushed=hushed)
            is_meant = _opts_out(audit, pair.new_path, here, test) or _is_other_half(audit, pair.new_path, test)
            is_over = pair.old is not None and _only_refused(pair.old) and any(audit.files(FileRole.PRODUCT))
            yield replace(found, level=Level.NOTE) if is_over or (pair.old is None and is_meant) else found

    def found(self, path: str, test: TestCase, *, was: bool, idle: bool, hushed: bool) -> Finding:
        """A test that asserts nothing; one that is `idle` does nothing either, one that is `hushed` cannot crash."""
        calls = [name for name in test.calls if name not in {"print", "super"}]
        what = f"it only calls {_shown(calls)}" if calls else "its body does nothing"
        state = "asserts nothing any more" if was else "asserts nothing"
        contract = ""
        if test.contract and calls:
            contract = " (it seems to test that nothing is raised" + (")" if was else ", and is always skipped)")
        return self.finding(
            Location(path, test.line, test.end_line, test.qualified_name),
            f"`{test.qualified_name}` {state}: {what}{', and drops whatever is raised' if hushed else ''}{contract}.",
            level=Level.ERROR if idle or hushed else Level.NOTE if test.contract and calls and was else self.level,
            fix="assert the result, the state or the calls that the test is about",
            not_a_fix="assert True, assert ... is not None, printing the result",
        )


def _is_hushed(audit: Audit, path: str, test: TestCase) -> bool:
    """Whether all that a test calls stands under handlers that drop anything, without a word: then nothing fails it.

    What draws its inputs by chance is after crashes of the interpreter.
    """
    handlers = (it for file in audit.files(FileRole.TEST) if file.path == path for it in file.new_ones(SILENT_HANDLER))
    mine = [it.details for it in handlers if it.symbol == test.qualified_name and not it.details["comment"]]
    tried = Counter(name for it in mine for name in it.get("calls", "").split())
    called = Counter(name for name in map(last, test.calls) if not hasattr(builtins, name))
    return bool(called) and called <= tried and not test.draws


def _definitions(audit: Audit, path: str) -> dict[str, Definition]:
    """The definitions of a test file of head by their qualified names."""
    sides = (file.new for file in audit.files(FileRole.TEST) if file.new and file.path == path)
    return {it.qualified_name: it for side in sides for it in side.definitions}


def _only_refused(old: TestCase) -> bool:
    """Whether all that a test demanded is that its calls raise: they may be answered now."""
    return all(it.form is Form.RAISES for it in old.assertions if not it.constant)


def _opts_out(audit: Audit, path: str, here: Mapping[str, Definition], test: TestCase) -> bool:
    """Whether an empty method stands in the place of one that a base class of the project's tests has, as in several
    other files, or says in a comment what is not so here.
    """
    owner, _, name = test.qualified_name.rpartition(".")
    own, around = here.get(test.qualified_name), here.get(owner)
    if own is None or around is None or test.calls or not test.names <= set(own.parameters):
        return False
    bases = set(NAMES.findall(around.signature)) - _PLAIN_BASES
    inherits = any(audit.delta.mentions[base] - {path} for base in bases)
    asked = len(audit.delta.mentions[name] - {path})
    return inherits and (asked >= SEVERAL or (asked > 0 and _says_no(audit, path, test)))


def _says_no(audit: Audit, path: str, test: TestCase) -> bool:
    """Whether a comment in a test says that something is not so."""
    sides = (file.pair.new for file in audit.files(FileRole.TEST) if file.path == path and file.pair.new)
    lines = (line for side in sides for line in side.lines(range(test.line, test.end_line + 1)))
    return any(_NOT_HERE.search(line.decode(errors="replace")) for line in lines)


def _is_other_half(audit: Audit, path: str, test: TestCase) -> bool:
    """Whether a test of the same name and some more expects an exception of the same call: this one shows that there is
    none.
    """
    others = (it.new for it in audit.delta.tests if it.new and it.new_path == path)
    halves = (it for it in others if it.qualified_name.startswith(f"{test.qualified_name}_"))
    refused = [one.subject for it in halves for one in it.assertions if one.form is Form.RAISES]
    return any(f"{call}(" in subject for call in test.calls for subject in refused)


def _stands_alone(here: Mapping[str, Definition], test: TestCase) -> bool:
    """Whether a test is given no fixtures and no decorators, which might do and demand something for it."""
    found = next((it for it in here.values() if it.line == test.line), None)
    return found is not None and not found.decorators and set(found.parameters) <= {"self", "cls"}


def _meets_nothing(audit: Audit, pair: TestPair, here: Mapping[str, Definition]) -> bool:
    """Whether a new test names nothing that its file imports or defines, and nothing of Python's own, which it might
    raise: what it prepares, it keeps to itself.
    """
    files = (file.new for file in audit.files(FileRole.TEST) if file.new and file.path == pair.new_path)
    known = {it.bare_name for it in here.values()}.union(dir(builtins), *(file.imports for file in files))
    return pair.new is not None and known.isdisjoint(pair.new.names)


def _never_asserted(pair: TestPair) -> bool:
    """Whether the test asserted nothing at base either."""
    return pair.old is not None and not any(not it.constant for it in pair.old.assertions)


def _is_excused(pair: TestPair, test: TestCase) -> bool:
    """Whether the test is a benchmark, is expected to fail, or was born to show that nothing is raised (and runs)."""
    skipped = any(it.condition is Condition.ALWAYS and not it.row for it in test.skips)
    if pair.old is None and test.contract and (test.calls or test.imports_alone) and not skipped:
        return True
    if skipped and set(test.calls) <= _SKIPPING:
        return True  # skipped-test tells
    if test.called_by:
        return True  # it takes open arguments and is named as a value: a callback of another test
    measured = {"benchmark", "codspeed"} & {*test.marks, *test.names} or _MEASURED.search(pair.new_path)
    return bool(measured) or any(it.word == "xfail" for it in test.skips)


def _shown(calls: list[str]) -> str:
    names = list(dict.fromkeys(f"`{name}`" for name in calls))
    return ", ".join(names[-2:])
