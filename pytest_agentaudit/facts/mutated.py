"""The altered functions of a change as mutants see them: what can be made of them, and what became of it.

What makes mutants is loaded where some are asked for: few audits do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pytest_agentaudit.facts.altered import Altered, altered_functions
from pytest_agentaudit.facts.candidates import Candidate, runners
from pytest_agentaudit.facts.delta import DefinitionPair, Delta, FileDelta
from pytest_agentaudit.model import Evidence, Outcome, TestOutcome
from pytest_agentaudit.mutant import Fate, Mutant, MutantFate, MutantFates, Operator
from pytest_agentaudit.proof import FIRST_TESTS, Covering, MutationPlan

if TYPE_CHECKING:
    from pytest_agentaudit.facts.mutants import ChangedFile

Key = tuple[str, int]
"""A path and the line in which a function begins, decorators included."""

FIRST_SECONDS = 0.02
"""How long a function's first tests may take without a mutant, the last of them apart: a fork for the others takes as
long.
"""


def mutation_plan(delta: Delta, evidence: Evidence, first: tuple[Candidate, ...], *, fine: bool) -> MutationPlan | None:
    """All mutants of functions that passing tests ran, those tests before all others that came with the change; None
    where there are none.
    """
    files = {file.path: file for file in _changed_files(delta)}
    tests = _covering(delta, evidence, first)
    made = [it for it in _mutants(files.values(), fine=fine) if tests.get((it.path, it.first_line))]
    keys = dict.fromkeys((it.path, it.qualname, it.first_line) for it in made)
    if not made:
        return None
    ran = {index for path, _, line in keys for index in tests[path, line]}
    return MutationPlan(
        root="",
        texts={path: files[path].head for path in dict.fromkeys(it.path for it in made)},
        mutants=tuple(made),
        covering=tuple(
            covered_by([evidence.tests[index] for index in tests[path, line]], path, name, line)
            for path, name, line in keys
        ),
        files=tuple(dict.fromkeys(evidence.tests[index].path for index in sorted(ran))),
    )


def covered_by(tests: Sequence[TestOutcome], path: str, qualname: str, line: int) -> Covering:
    """The tests that ran a function. As many are the first ones as take no time to speak of, and one at least: each is
    run once without a mutant, though most mutants meet their end at the first.
    """
    before = accumulate((it.seconds for it in tests[: min(FIRST_TESTS, len(tests)) - 1]), initial=0.0)
    first = sum(seconds <= FIRST_SECONDS for seconds in before)
    return Covering(path, qualname, line, tuple(it.node_id for it in tests), first)


def _changed_files(delta: Delta) -> Iterator[ChangedFile]:
    """The product files with altered functions, as texts. One that is no UTF-8 is left out."""
    by_path: dict[str, list[DefinitionPair]] = defaultdict(list)
    for it in altered_functions(delta):
        by_path[it.path].append(DefinitionPair(it.old_path or it.path, it.path, it.old, it.new))
    bases = {file.pair.old.path: file for file in delta.files if file.pair.old}
    for file in delta.files:
        if file.path in by_path and (head := _text(file, at_base=False)) is not None:
            old = {it.old_path: bases[it.old_path] for it in by_path[file.path] if it.old_path in bases}
            texts = {path: text for path, it in old.items() if (text := _text(it, at_base=True)) is not None}
            yield _maker().ChangedFile(file.path, head, tuple(by_path[file.path]), file.pair.added, texts)


def _text(file: FileDelta, *, at_base: bool) -> str | None:
    side = file.pair.old if at_base else file.pair.new
    try:
        return side.content.decode("utf-8") if side else None
    except UnicodeDecodeError:
        return None


def _covering(delta: Delta, evidence: Evidence, first: tuple[Candidate, ...]) -> dict[Key, list[int]]:
    """The passed tests that ran each altered function, by index: those of `first` come first."""
    leading = {it.test for it in first}
    found: dict[Key, list[int]] = defaultdict(list)
    for index, functions in runners(delta, evidence).items():
        if evidence.tests[index].outcome is Outcome.PASSED:
            for it in functions:
                found[it.path, it.new.start_line].append(index)
    for tests in found.values():
        tests.sort(key=lambda it: ((evidence.tests[it].path, evidence.tests[it].function) not in leading, it))
    return found


class Mutated(Struct, frozen=True):
    """An altered function, and what became of its mutants."""

    function: Altered
    tried: tuple[tuple[Mutant, MutantFate], ...]

    @property
    def judged(self) -> tuple[MutantFate, ...]:
        """The fates that say something: of mutants that were reached and had their time."""
        return tuple(it for _, it in self.tried if it.fate not in {Fate.NOT_REACHED, Fate.NOT_JUDGED})

    def noticed_by(self, node_ids: frozenset[str]) -> bool:
        """Whether one of these tests noticed a mutant by an assertion."""
        noticed = (it for it in self.judged if it.fate is Fate.NOTICED)
        return any(not node_ids.isdisjoint((it.test, *it.also)) for it in noticed)

    @property
    def crashes(self) -> int:
        """How many mutants crashed a test, where none was noticed by an assertion; else 0."""
        fates = [it.fate for it in self.judged]
        return 0 if Fate.NOTICED in fates else fates.count(Fate.CRASHED)

    def survivor(self, *operators: Operator) -> Mutant | None:
        """The first mutant of these kinds that no test noticed."""
        return next((it for it, end in self.tried if it.operator in operators and end.fate is Fate.SURVIVED), None)


def mutated(delta: Delta, fates: MutantFates) -> tuple[Mutated, ...]:
    """What became of the mutants of each altered function that had some."""
    known = {it.id: it for it in fates.fates}
    by_key: dict[Key, list[tuple[Mutant, MutantFate]]] = defaultdict(list)
    for it in _mutants(_changed_files(delta), fine=True):
        if it.id in known:
            by_key[it.path, it.first_line].append((it, known[it.id]))
    return tuple(
        Mutated(it, tuple(by_key[it.path, it.new.start_line]))
        for it in altered_functions(delta)
        if by_key.get((it.path, it.new.start_line))
    )


def shown(mutant: Mutant, delta: Delta) -> str:
    """A mutant as a source diff; "" where its file has no text."""
    file = next((it for it in delta.files if it.path == mutant.path), None)
    head = _text(file, at_base=False) if file else None
    return diff(mutant, head) if head is not None else ""


def diff(mutant: Mutant, head: str) -> str:
    """A mutant of head's text as a source diff."""
    return str(_maker().as_diff(mutant, head))


def _mutants(files: Iterable[ChangedFile], *, fine: bool) -> tuple[Mutant, ...]:
    made: tuple[Mutant, ...] = _maker().mutants(files, fine=fine)
    return made


def _maker() -> Any:
    return import_module("pytest_agentaudit.facts.mutants")
