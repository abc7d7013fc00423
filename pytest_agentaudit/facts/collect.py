"""Change -> Delta: every changed file read on both sides, and the two sides paired."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.change.model import Change, FilePair, FileRole
from pytest_agentaudit.digests import digest
from pytest_agentaudit.facts.base_names import CarriedNames, Numbers
from pytest_agentaudit.facts.base_words import BaseWords, CarriedWords
from pytest_agentaudit.facts.base_words import Kept as KeptWords
from pytest_agentaudit.facts.callers import Callers
from pytest_agentaudit.facts.carried import Carried
from pytest_agentaudit.facts.defined import Defined
from pytest_agentaudit.facts.delta import DefinitionPair, Delta, FileDelta
from pytest_agentaudit.facts.dependencies import Dependencies
from pytest_agentaudit.facts.elsewhere import UnchangedTests
from pytest_agentaudit.facts.gates.lookup import Gates
from pytest_agentaudit.facts.house import House, Rows
from pytest_agentaudit.facts.kept import Entry, Kept
from pytest_agentaudit.facts.lookups import Copied, Mentions, Quotes, Unimportable
from pytest_agentaudit.facts.means import Means
from pytest_agentaudit.facts.met_files import MetFiles
from pytest_agentaudit.facts.model import Definition, FileFacts, Occurrence, Problem, Setting, TestCase
from pytest_agentaudit.facts.occurrence_pairing import unpaired
from pytest_agentaudit.facts.overtaken import Overtaken
from pytest_agentaudit.facts.pairing import pair_definitions, pair_tests
from pytest_agentaudit.facts.product_functions import ProductFunctions
from pytest_agentaudit.facts.reaching import Reaching
from pytest_agentaudit.facts.settings import problems, settings
from pytest_agentaudit.facts.shelf import Shelf, Value
from pytest_agentaudit.facts.silencing import Suppression
from pytest_agentaudit.facts.suppressions_pairing import added
from pytest_agentaudit.facts.tested_answers import TestedAnswers
from pytest_agentaudit.facts.tests_by_path import TestPaths
from pytest_agentaudit.facts.tree_texts import RoleOf, TreeTexts
from pytest_agentaudit.later import later

if TYPE_CHECKING:
    from pytest_agentaudit.facts.helpers import TreeHelpers
    from pytest_agentaudit.facts.parse import Parsed
    from pytest_agentaudit.facts.sharing import shared_out
    from pytest_agentaudit.facts.texts import text_occurrences
else:
    shared_out = later("pytest_agentaudit.facts.sharing", "shared_out")
    text_occurrences = later("pytest_agentaudit.facts.texts", "text_occurrences")

READ_ROLES = frozenset({FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST, FileRole.SCRIPT, FileRole.CI})
"""Roles whose Python files are read; generated files, docs and examples are not."""


class Collector(Struct, dict=True):
    """Collects one change's facts. Sides of different roles look up helpers in their own tree."""

    change: Change
    role_of: RoleOf
    means: Means

    @cached_property
    def old_settings(self) -> Mapping[str, Setting]:
        """The base's effective settings."""
        return settings(self.change.old)

    @cached_property
    def new_settings(self) -> Mapping[str, Setting]:
        """The head's effective settings."""
        return settings(self.change.new)

    @cached_property
    def old_files(self) -> MetFiles:
        """The files that helpers are looked for in: of the base's tree."""
        return MetFiles(self.change.old)

    @cached_property
    def new_files(self) -> MetFiles:
        """Those of head's."""
        return MetFiles(self.change.new)

    @cached_property
    def helpers(self) -> tuple[TreeHelpers, TreeHelpers]:
        """Asserting helpers of the base's tree and of head's; what reads them is loaded where somebody does."""
        helpers = import_module("pytest_agentaudit.facts.helpers").TreeHelpers
        read: dict[bytes, Parsed] = {}
        old, new = self.change.old, self.change.new
        return helpers(old, read, self.old_files), helpers(new, read, self.new_files)

    def delta(self) -> Delta:
        """Read and pair everything."""
        files = self.files()
        olds = [(file.old.path, file.old) for file in files if file.old]
        news = [(file.new.path, file.new) for file in files if file.new]
        moved = {
            pair.old.path: pair.new.path
            for pair in self.change.pairs
            if pair.old and pair.new and pair.old.path != pair.new.path
        }
        definitions = pair_definitions(_definitions(olds), _definitions(news), renamed_files=moved)
        names = renamed_names(definitions)
        changed = frozenset(pair.path for pair in self.change.pairs)
        before, after = self.texts
        elsewhere = UnchangedTests(after, changed, self.new_settings, lambda: self.helpers[1])
        tests = pair_tests(_tests(olds), _tests(news), elsewhere, renamed_files=moved, renamed_names=names)
        mentions, defined, callers = Mentions(after), Defined(after, self.names), Callers(after)
        imports = {path: facts.imports for path, facts in olds}
        return Delta(
            files=with_occurrences(self.with_suppressions(files)),
            definitions=definitions,
            tests=tests,
            old_settings=self.old_settings,
            new_settings=self.new_settings,
            house=House(before, self._shelf(b"house", Rows)),
            mentions=mentions,
            defined=defined,
            functions=ProductFunctions(self.change.new, defined),
            callers=callers,
            reaching=Reaching(callers, mentions, after),
            broken_settings=self.broken_settings(),
            support=pair_tests(_support(olds), _support(news), _nowhere, renamed_files=moved, renamed_names=names),
            quotes=Quotes(mentions),
            test_paths=TestPaths(self.change.new, self.role_of),
            old_answers=TestedAnswers(before),
            answers=TestedAnswers(after),
            gates=Gates(self.change, self.role_of),
            dependencies=Dependencies.of(self.change.old, self.change.new, self.role_of, self.change.pairs),
            unimportable=Unimportable(before, imports),
            copied=Copied(before),
            overtaken=Overtaken(self.change.old, self.change.past, defined),
        )

    @cached_property
    def texts(self) -> tuple[TreeTexts, TreeTexts]:
        """The base's Python files, and head's."""
        known = CarriedWords(self.words, self._carried) if self.words else None
        near = frozenset(pair.path for pair in self.change.pairs)
        return self._base_texts, TreeTexts(self.change.new, self.role_of, known, near)

    @cached_property
    def words(self) -> BaseWords | None:
        """The words of the base's files, where they are kept from one audit to the next."""
        shelf = self._shelf(b"words", KeptWords, by_roles=False)
        return BaseWords(shelf, self._carried.old, self._base_texts) if shelf else None

    @property
    def names(self) -> CarriedNames | None:
        """The names that head's product defines, where those of the base are kept."""
        shelf = self._shelf(b"names", Numbers)
        return CarriedNames(shelf, self._base_texts, self._carried, self.role_of) if shelf else None

    @cached_property
    def _carried(self) -> Carried:
        return Carried(self.change.old, self.change.new, self.change.pairs)

    def _shelf(self, what: bytes, kind: type[Value], *, by_roles: bool = True) -> Shelf[Value] | None:
        """Where something stays that depends on the base, and on its policy where files have roles in it."""
        store, base = self.means.store, self.change.base
        if not store or not base:
            return None
        policy = self.means.policy if by_roles else str
        return Shelf(store, lambda: digest(what, base.encode(), policy().encode()), kind)

    @cached_property
    def _base_texts(self) -> TreeTexts:
        return TreeTexts(self.change.old, self.role_of)

    def keep(self) -> None:
        """Keep for the next audit what rules looked up."""
        if self.words:
            self.words.keep()

    def broken_settings(self) -> Mapping[str, Problem]:
        """The settings files that the change broke: unreadable now, and not for the same cause before."""
        changed = {pair.path for pair in self.change.pairs if pair.new}
        found = {path: problem for path, problem in problems(self.change.new).items() if path in changed}
        known = problems(self.change.old) if found else {}
        return {path: it for path, it in found.items() if path not in known or known[path].cause != it.cause}

    def files(self) -> tuple[FileDelta, ...]:
        """The facts of all changed files: those that an earlier audit kept, and the others as they are read now."""
        read = [pair for pair in self.change.pairs if pair.is_python and pair.role in READ_ROLES]
        store = self.means.store
        if store is None or self.means.distrusted:
            entries = self.read_all(read)
        else:
            settings, files = (self.old_settings, self.new_settings), (self.old_files, self.new_files)
            entries = Kept(store, settings, files).entries(read, self.read_all)
        found = {id(pair): entry for pair, entry in zip(read, entries, strict=True)}
        return tuple(
            FileDelta(pair, entry.old, entry.new) if (entry := found.get(id(pair))) else FileDelta(pair, None, None)
            for pair in self.change.pairs
        )

    def read_all(self, pairs: Sequence[FilePair]) -> list[Entry]:
        """The facts of these files as they are read now. What reads is loaded here, before anything forks off."""
        room = import_module("pytest_agentaudit.facts.reading")
        old, new = map(room.OneSide, (self.old_settings, self.new_settings), self.helpers)
        return shared_out(pairs, room.PairReader(old, new, self.means).read, self.means)

    def with_suppressions(self, files: tuple[FileDelta, ...]) -> tuple[FileDelta, ...]:
        """The files with those suppressions that the change as a whole added, moved ones left out. One whose line is as
        it was is neither new nor gone.
        """
        old = [(it.path, one) for it in files if it.old for one in it.old.suppressions if one.line in it.pair.removed]
        new = [(it.path, one) for it in files if it.new for one in it.new.suppressions if one.line in it.pair.added]
        fresh: dict[str, list[Suppression]] = defaultdict(list)
        files = tuple(replace(it, lifted=tuple(_lifted(it))) for it in files)
        for path, found in added(old, new, lifted=((it.path, one) for it in files for one in it.lifted)):
            fresh[path].append(found)
        return tuple(replace(file, added_suppressions=tuple(fresh[file.path])) for file in files)


def _lifted(it: FileDelta) -> Iterator[Suppression]:
    """The old suppressions whose code stands there without them now."""
    gone = [one for one in it.old.suppressions if one.line in it.pair.removed] if it.old and it.pair.new else []
    lines = it.pair.new.content.split(b"\n") if gone and it.pair.new else []
    plain = {lines[line - 1].strip() for line in it.pair.added} if lines else set()
    yield from (one for one in gone if one.target and one.target.strip().encode(errors="replace") in plain)


def with_occurrences(files: tuple[FileDelta, ...]) -> tuple[FileDelta, ...]:
    """The files with the occurrences that the change as a whole added and took away, moved ones left out. What was read
    as code was read as a text then.
    """
    old = [(file.path, found) for file in files if file.old for found in file.old.occurrences]
    new = [(file.path, found) for file in files if file.new for found in file.new.occurrences]
    for file in files:
        before, after = ((), ()) if file.old or file.new else text_occurrences(file.pair)
        old += ((file.path, found) for found in before)
        new += ((file.path, found) for found in after)
    if not (old or new):
        return files
    kept = (
        _on_none_of({it.path: it.pair.removed for it in files}),
        _on_none_of({it.path: it.pair.added for it in files}),
    )
    gone, fresh = defaultdict[str, list[Occurrence]](list), defaultdict[str, list[Occurrence]](list)
    for placed, found in zip((gone, fresh), unpaired(old, new, kept), strict=True):
        for path, occurrence in found:
            placed[path].append(occurrence)
    return tuple(replace(file, appeared=tuple(fresh[file.path]), vanished=tuple(gone[file.path])) for file in files)


def _on_none_of(lines: Mapping[str, frozenset[int]]) -> Callable[[tuple[str, Occurrence]], bool]:
    """Whether an occurrence stands on none of these lines of its file."""

    def is_kept(placed: tuple[str, Occurrence]) -> bool:
        path, it = placed
        return lines[path].isdisjoint(range(it.line, it.end_line + 1))

    return is_kept


def _definitions(files: list[tuple[str, FileFacts]]) -> Iterator[tuple[str, Definition]]:
    return ((path, definition) for path, facts in files for definition in facts.definitions)


def _tests(files: list[tuple[str, FileFacts]]) -> Iterator[tuple[str, TestCase]]:
    return ((path, test) for path, facts in files for test in facts.tests)


def _support(files: list[tuple[str, FileFacts]]) -> Iterator[tuple[str, TestCase]]:
    return ((path, it) for path, facts in files for it in facts.support)


def _nowhere(_gone: TestCase) -> None:
    """A helper's demands are not looked for in files that the change did not touch."""


def renamed_names(pairs: Iterable[DefinitionPair]) -> dict[str, str]:
    """Old bare name -> new bare name of the definitions that a change renamed."""
    both = ((pair.old, pair.new) for pair in pairs)
    bare = ((old.bare_name, new.bare_name) for old, new in both if old and new)
    return {old: new for old, new in bare if old != new}


def collect(change: Change, role_of: RoleOf, means: Means | None = None) -> Delta:
    """All facts of `change`, paired. `role_of` tells the role of a file that the change did not touch."""
    return Collector(change, role_of, means or Means()).delta()
