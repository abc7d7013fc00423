"""What a change did, as far as a commit message may have claimed otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_agentaudit.change.model import TESTS, FileRole
from pytest_agentaudit.facts.changed import ChangedFunction, changed_functions
from pytest_agentaudit.facts.delta import Delta, FileDelta, Pairing, TestPair
from pytest_agentaudit.facts.fresh_examples import has_examples
from pytest_agentaudit.facts.model import Assertion, LineKind, Predicate, Skip
from pytest_agentaudit.facts.silencing import Silences, Suppression
from pytest_agentaudit.model import Evidence

_LOGIC = (LineKind.LOGIC, LineKind.TELLING, LineKind.HANDLER, LineKind.RAISE)
_TESTING = ("test", "tox", "nox", "spec", "doctest", "ci/", ".github", "workflow", "bench", "example")


def touches_tests(delta: Delta) -> bool:
    """Whether anything that could be meant by "tests" is part of the change: test code and data, CI, test runners'
    settings, examples in docstrings.
    """
    return any(
        file.role in TESTS or file.role is FileRole.CI or _is_testing(file.path) or has_examples(file)
        for file in delta.files
    )


def _is_testing(path: str) -> bool:
    return any(word in path.lower() for word in _TESTING)


def behaviour(delta: Delta) -> Iterator[ChangedFunction]:
    """The product functions with new logic: more than other names and texts in the same statements."""
    for _file, functions in changed_functions(delta):
        for it in functions:
            if any(line not in it.reworded for line in it.of_kind(*_LOGIC)):
                yield it


def other_expectations(delta: Delta) -> Iterator[tuple[str, Assertion, Assertion]]:
    """Path, old and new side of demands whose subject stayed and whose expected number or truth is another one."""
    for pair in delta.tests:
        for it in pair.assertions:
            if it.old and it.new and not it.loss and _is_another(it.old, it.new):
                yield pair.new_path, it.old, it.new


def _is_another(old: Assertion, new: Assertion) -> bool:
    """Whether both demand a number or truth of the same subject, and not the same one. Texts change with names."""
    equal = old.predicate is new.predicate is Predicate.EQUALITY_LITERAL and old.subject == new.subject
    plain = all(re.fullmatch(r"-?[\d._]+|True|False|None", side.expected) for side in (old, new))
    return equal and plain and old.expected != new.expected


def coverage_comments(delta: Delta) -> Iterator[tuple[FileDelta, Suppression]]:
    """The new comments that leave code out of the coverage measurement."""
    for file in delta.files:
        for it in file.added_suppressions:
            if it.silences is Silences.COVERAGE and it.honoured:
                yield file, it


def more_tested(delta: Delta) -> bool:
    """Whether the change may have made more code tested, less code to test, or is about something else as well."""
    if next(behaviour(delta), None) or any(file.role in TESTS or file.role is FileRole.CI for file in delta.files):
        return True
    return any(len(file.pair.removed) > len(file.pair.added) for file in delta.files)


def only_quieted(delta: Delta) -> tuple[tuple[TestPair, Skip | None], ...]:
    """The tests that were skipped or removed, where the change did nothing else to code or tests; else nothing."""
    if any(file.role not in {FileRole.TEST, FileRole.DOCS} for file in delta.files):
        return ()
    found: list[tuple[TestPair, Skip | None]] = []
    for pair in delta.tests:
        if pair.how is Pairing.GONE:
            found.append((pair, None))
        elif (
            pair.old is None
            or pair.new is None
            or pair.old.statements != pair.new.statements
            or pair.old.rows != pair.new.rows
        ):
            return ()
        else:
            known = {it.text for it in pair.old.skips}
            found += [(pair, it) for it in pair.new.skips if it.text not in known][:1]
    return tuple(found)


def unrun(delta: Delta, whole: Evidence) -> Iterator[tuple[ChangedFunction, int]]:
    """The changed functions of which a whole run left logic out, with the first such line."""
    for file, functions in changed_functions(delta):
        hits = whole.hits.get(file.path)
        for it in functions if file.path not in whole.unwatched else ():
            lines = [line.line for line in it.of_kind(LineKind.LOGIC) if not (hits and hits.by_test.get(line.line))]
            if lines:
                yield it, lines[0]
