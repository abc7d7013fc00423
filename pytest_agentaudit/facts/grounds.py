"""What else a change did that may explain why a test asks for something else now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.change.model import CODE, TESTS, FileRole
from pytest_agentaudit.facts.delta import Pairing, TestPair
from pytest_agentaudit.facts.fallen import SET_UPS
from pytest_agentaudit.facts.imports import leads_to
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.patterns import regex

_SETTINGS = regex(
    r"(?i)(.*/)?(pyproject\.toml|setup\.(py|cfg)|tox\.(ini|toml)|noxfile\.py|\.?pytest\.(ini|toml)|Pipfile|environment\.ya?ml"
    r"|pixi\.toml|uv\.toml|\.python-version|.*(requirements|constraints).*\.(txt|in)|.*\.lock|package(-lock)?\.json)"
    r"|requirements/.*"
)
"""Paths of files that decide which versions of other people's code, and which options, the tests run with."""


class Ground(Struct, frozen=True):
    """What the change did to the code that a test tests, in words. `changed` is true where it may have changed."""

    changed: bool
    words: str


def ground(whole: Evidence | None, subjects: Subjects, test: TestCase, path: str) -> Ground:
    """Whether the code under this test changed: as the run shows it, else as names tell."""
    if not subjects.product and not subjects.data_changed:
        return _unchanged(subjects, test, path)
    ran = subjects.ran_changed(whole, test, path)
    if ran is not None:
        words = "the test runs product code that changed with it" if ran else "the test runs none of the changed code"
        return Ground(changed=ran, words=words)
    touched = subjects.touched(test, path)
    if touched:
        return Ground(changed=True, words=f"{touched[0]} changed with it")
    if subjects.data_changed or not subjects.known(test, path) or subjects.reached(test):
        return Ground(changed=True, words="product code changed with it")
    return _unchanged(subjects, test, path)


def _unchanged(subjects: Subjects, test: TestCase, path: str) -> Ground:
    """The code that a test tests is as it was. Its name is looked up in the whole tree, so only where it is told."""
    subject = next(iter(subjects.of(test, path)), "")
    return Ground(changed=False, words=f"`{subject}` is unchanged" if subject else "no product code changed")


def follows(subjects: Subjects, test: TestCase, path: str) -> str:
    """What says that a test of the base, whose code this change left alone, may follow an earlier change, in words."""
    subject = next(iter(subjects.of(test, path)), "")
    if subject and subjects.delta.overtaken.is_changed(subject, path):
        return f"an earlier commit changed `{subject}` after this test was last touched"
    return ""


class Excuses(Struct, frozen=True, eq=False, dict=True):
    """What a change holds beside a test and the product: settings, helpers and fixtures, the test's own set-up."""

    subjects: Subjects

    @cached_property
    def settings_changed(self) -> bool:
        """Whether a file changed that decides which packages, options and versions the tests run with."""
        return any(_SETTINGS.fullmatch(file.path) for file in self.subjects.delta.files)

    @cached_property
    def support(self) -> frozenset[str]:
        """Bare names of the helpers and fixtures of test code that the change edited, added or took away."""
        return frozenset(
            side.qualified_name.rpartition(".")[2]
            for pair in self.subjects.delta.support
            for side in (pair.old, pair.new)
            if side and not _equal(pair)
        )

    @cached_property
    def set_ups(self) -> Mapping[tuple[str, str], str]:
        """(path, class, "" for a module) -> the bare name of the set-up that the change edited, added or took away."""
        sides = (
            (path, side.qualified_name.rpartition("."))
            for pair in self.subjects.delta.support
            for path, side in ((pair.old_path, pair.old), (pair.new_path, pair.new))
            if side and not _equal(pair)
        )
        return {(path, owner): name for path, (owner, _, name) in sides if name in SET_UPS}

    @cached_property
    def support_files(self) -> tuple[str, ...]:
        """The changed modules of test code, and those of CI and the like that no product ships."""
        return tuple(file.path for file in self.subjects.delta.files if file.role not in CODE and file.pair.is_python)

    def imported(self, pair: TestPair) -> str:
        """The first changed module of test code that the test's file takes something from."""
        origins = self.subjects.imported(pair.new_path)
        others = (path for path in self.support_files if path != pair.new_path)
        return next((path for path in others if any(leads_to(origin, path) for origin in origins)), "")

    def read(self, pair: TestPair) -> str:
        """The first changed file, neither product nor test, whose name the text of the test's module holds."""
        texts = (it.pair.new.content for it in self.subjects.delta.files if it.path == pair.new_path and it.pair.new)
        text = next(texts, b"")
        return next(
            (path for path in self.other_files if path.rpartition("/")[2].encode(errors="surrogateescape") in text), ""
        )

    @cached_property
    def other_files(self) -> tuple[str, ...]:
        """The changed files that a test may read as they stand: of CI, tools, documents and the like."""
        files = (it for it in self.subjects.delta.files if it.role not in CODE | TESTS)
        return tuple(it.path for it in files if "." in it.path.rpartition("/")[2].strip("."))

    @cached_property
    def data_files(self) -> tuple[str, ...]:
        """Names of the changed files of test data, without suffixes."""
        files = (file for file in self.subjects.delta.files if file.role is FileRole.TEST and not file.pair.is_python)
        return tuple(file.path.rpartition("/")[2].partition(".")[0] for file in files)

    def of(self, pair: TestPair) -> str:
        """The first excuse of a paired test, "" where nothing but its demands changed."""
        return next(self._all(pair), "")

    def _all(self, pair: TestPair) -> Iterator[str]:
        if self.settings_changed:
            yield "settings or requirements changed with it"
        if pair.how is Pairing.MERGED or pair.how is Pairing.SPLIT:
            yield "the test was rearranged"
        used = {*pair.new.names, *pair.new.calls} if pair.new else set[str]()
        yield from (f"`{name}` changed with it" for name in sorted(used & self.support))
        if imported := self.imported(pair):
            yield f"{imported} changed with it"
        owner = pair.new.qualified_name.rpartition(".")[0] if pair.new else ""
        if prepared := self.set_ups.get((pair.new_path, owner)) or self.set_ups.get((pair.new_path, "")):
            yield f"`{prepared}` changed with it"
        named = [it for it in self.data_files if it and pair.new and any(it in text for text in pair.new.literals)]
        yield from (f"its data `{name}` changed with it" for name in named)
        if read := self.read(pair):
            yield f"{read}, which its module names, changed with it"


def _equal(pair: TestPair) -> bool:
    return bool(pair.old and pair.new and pair.old.fingerprint and pair.old.fingerprint == pair.new.fingerprint)


def edited_statements(pair: TestPair) -> int:
    """How many statements of the test differ between base and head; those that were moved about do not."""
    if not pair.old or not pair.new:
        return 0
    was, now = Counter(pair.old.statements), Counter(pair.new.statements)
    return max((was - now).total(), (now - was).total())
