"""Mutants of small sources, and real child runs of pytest that try them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent

from msgspec.structs import replace

from pytest_agentaudit.facts.definitions import definitions
from pytest_agentaudit.facts.delta import DefinitionPair
from pytest_agentaudit.facts.model import Definition, Kind
from pytest_agentaudit.facts.mutants import ChangedFile, mutants
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.mutant import Fate, Mutant, MutantFates, Operator
from pytest_agentaudit.proof import Covering, MutationPlan, Plan
from pytest_agentaudit.witness.trials import Start, Trials

PATH = "subject.py"
EVERY_LINE = frozenset(range(1, 1000))


def functions(text: str) -> tuple[Definition, ...]:
    """The functions of a text."""
    return tuple(it for it in definitions(parse(text), None) if it.kind is Kind.FUNCTION)


def changed(head: str, base: str = "", lines: frozenset[int] = EVERY_LINE, *, only: str = "") -> ChangedFile:
    """A file in which all functions changed, or those of `only` one name."""
    old = {it.qualified_name: it for it in functions(base)}
    chosen = (it for it in functions(head) if only in {"", it.qualified_name})
    pairs = tuple(DefinitionPair(PATH, PATH, old.get(it.qualified_name), it) for it in chosen)
    return ChangedFile(PATH, head, pairs, lines, {PATH: base})


def edited(mutant: Mutant, head: str) -> str:
    """Head's text with the mutant's edit."""
    return head[: mutant.start] + mutant.replacement + head[mutant.end :]


class Subject:
    """A folder with `subject.py`, its tests and whatever else."""

    def __init__(
        self, folder: Path, head: str, tests: str, *, base: str = "", more: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.head = dedent(head)
        self.base = dedent(base)
        files = {PATH: self.head, "test_subject.py": dedent(tests), "pytest.ini": "[pytest]\n", **(more or {})}
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(dedent(text), encoding="utf-8")

    def mutants(self, *, only: str = "", fine: bool = False) -> tuple[Mutant, ...]:
        """All mutants of all functions, or of `only` one."""
        return mutants([changed(self.head, self.base, only=only)], fine=fine)

    def plan(
        self, chosen: Sequence[Mutant], tests: Sequence[str] = ("test_it",), seconds: float = 60.0
    ) -> MutationPlan:
        """Try these mutants on these test functions."""
        ids = tuple(f"test_subject.py::{test}" for test in tests)
        keys = dict.fromkeys((it.path, it.qualname, it.first_line) for it in chosen)
        return MutationPlan(
            str(self.folder),
            {PATH: self.head},
            tuple(chosen),
            tuple(Covering(*key, ids) for key in keys),
            ("test_subject.py",) if ids else (),
            seconds,
        )

    def fates(
        self,
        chosen: Sequence[Mutant],
        tests: Sequence[str] = ("test_it",),
        seconds: float = 60.0,
        arguments: Sequence[str] = (),
        *,
        widen: bool = True,
    ) -> MutantFates:
        """What becomes of them, in a child run without other plugins."""
        plan = replace(self.plan(chosen, tests, seconds), widen=widen)
        return tried(plan, arguments)

    def fate(self, function: str, operator: Operator, tests: Sequence[str] = ("test_it",)) -> tuple[Fate, str]:
        """The fate of one mutant of a function, and the reason."""
        chosen = [
            it
            for it in self.mutants(only=function.replace(".<locals>", ""))
            if it.operator.is_control or it.operator is operator
        ]
        (found,) = self.fates(chosen, tests).fates
        return found.fate, found.reason


def tried(plan: MutationPlan, arguments: Sequence[str] = ()) -> MutantFates:
    """What becomes of a plan's mutants in a child run without other plugins."""
    start = Start(tuple(arguments), plan.root, tuple(sys.path), bare_environment())
    found = Trials(start, plan.root, plan.seconds).make(Plan(mutants=plan), lambda _text: None).mutants
    assert found
    return found


def bare_environment() -> dict[str, str]:
    """An environment in which pytest loads no installed plugins."""
    return {"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
