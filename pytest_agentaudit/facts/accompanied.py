"""Whether tests came along with a change."""

from __future__ import annotations

from pytest_agentaudit.change.model import Change, FilePair, FileRole
from pytest_agentaudit.patterns import regex

_NAMES_TESTS = regex(rb"(?i)\btests?/|\btest_\w+|\w+_test\b")
_MEASURES = regex(
    r"(?i)(.*/)?(benchmarks?[_-]\w+/.*|(\w+[_-])?bench(mark)?s?([_-]\w+)?\.py)|(.*/)?eval(uation)?s?/(.*/)?scripts/.*|eval(uation)?s?/.*"
)


def tests_came_along(change: Change) -> bool:
    """Whether the change adds or edits tests: of its own, in a submodule that holds them, or by having CI run more of
    them.
    """
    if any(pair.new for pair in change.by_role(FileRole.TEST, FileRole.CONFTEST)):
        return True
    return any("test" in it.path.lower() for it in change.passed) or any(map(_runs_more, change.by_role(FileRole.CI)))


def _runs_more(pair: FilePair) -> bool:
    """Whether lines that were added to a CI file name tests."""
    return pair.new is not None and any(map(_NAMES_TESTS.search, pair.new.lines(pair.added)))


def measures(path: str) -> bool:
    """Whether a file's name says that it measures something: it is run by hand, and no test calls it."""
    return _MEASURES.fullmatch(path) is not None
