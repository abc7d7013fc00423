"""The rule untested-change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.accompanied import measures, tests_came_along
from pytest_agentaudit.facts.changed import ChangedFunction, changed_functions, is_copy
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.facts.model import Definition, Line, LineKind
from pytest_agentaudit.facts.named import expect, imported_by_new_tests, is_imported, is_known
from pytest_agentaudit.facts.touched_tests import skipped_here
from pytest_agentaudit.later import later
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Level,
    LineHits,
    Location,
    Needs,
    NotJudged,
)
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

if TYPE_CHECKING:
    from pytest_agentaudit.facts.decisions import Decisions
else:
    Decisions = later("pytest_agentaudit.facts.decisions", "Decisions")

SEVERAL = 2
"""From how many statements on a change is more than a single one."""
MANY = 5
"""New decisions from which on readers found it right in 70 of 83 cases that no test came along; with fewer, in 7 of 12
(sets 15 to 19 in docs/precision.md), and with one in 11 of 25: these count as one statement.
"""

SMALL = 3
"""Of a new piece of work, what no test runs is a small part while it is less than one in so many statements of it."""

SHORT = 3
"""How many statements in a row such a part has at most."""

SHOWN = 3
"""How many names a message lists."""

_WORK = frozenset({LineKind.LOGIC, LineKind.TELLING})
_CALLED_BY_TOOLS = frozenset({"alembic", "migrations", "versions"})  # folders whose functions no test calls by name


class _Unrun(Struct, frozen=True):
    """What no test ran of a changed function. `row` is the most statements of logic among it without one between them
    that was run; `whole` is true where the function is new and nothing of it was run.
    """

    function: ChangedFunction
    lines: tuple[Line, ...]
    level: Level
    message: str
    row: int
    whole: bool = False

    @property
    def logic(self) -> int:
        """How many statements of logic it has."""
        return len(_logic(self.function, self.lines))


class UntestedChange(Rule):
    """No test runs what the change wrote.

    A statement counts as run when a test ran it inside a call, in its setup or call phase, whether the test passed or
    not; running a `def` by importing its module is not enough. What runs while modules are loaded counts where it makes
    what tests run: a decorator around functions, the special methods of a class. Statements that only moved, and
    functions that behave as before (renamed, moved, typed, commented), are not asked for.

    Level: error for a whole function or a whole new branch with logic in it; warning for exception handlers, branches
    that only raise, single lines, and small parts of what tests run otherwise: less than a third of the statements of a
    new class, or of what is new in a function, and nowhere more than three in a row; note for defensive code
    (`NotImplementedError`, abstract and overloaded functions, platform branches, `__repr__`, logging). What only shows
    somebody something (`print`, a console, a callback for progress) is no logic. Where nothing
    was run it is at most a warning, and only when no test names the changed function, nor anything that calls it, or
    when the change as a whole decides more than before and no test came along: in its files, in a submodule, by CI that
    runs more of them. Where the run skipped tests that the change added or edited (for another Python, another
    platform) it is at most a warning too: they may run it.

    Why: code that no test runs can be wrong in any way and the suite stays green.
    Fix: add a test that calls the function, takes the new branch, and asserts what comes out.
    Not a fix: `pragma: no cover`, or a test that runs the lines and asserts nothing.
    """

    name = "untested-change"
    family = Family.STEPS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE})
    examples = kept_apart("untested_change")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each function, or for a class of which nothing was run."""
        changed = list(changed_functions(audit.delta))
        if audit.evidence is None:
            yield from self.unproven(audit, changed)
            return
        skipped = skipped_here(audit.delta, audit.evidence)
        for file, functions in changed:
            if functions:
                yield from self.unrun(audit.evidence, file, functions, skipped, judged=audit.whole is not None)

    def unrun(
        self,
        evidence: Evidence,
        file: FileDelta,
        functions: Sequence[ChangedFunction],
        skipped: Sequence[str],
        *,
        judged: bool,
    ) -> Iterator[Finding | NotJudged]:
        """What a run shows of one file. A module that was never imported is unmeasured-change's. Tests that were
        `skipped` may run it elsewhere.
        """
        hits = evidence.hits.get(file.path)
        if judged and hits is None:
            return
        hits = hits or LineHits()
        ran = frozenset(line for line, tests in hits.by_test.items() if tests)
        found = [it for function in functions if (it := _judge(function, ran | _built(file, function, hits, ran)))]
        if found and not judged:
            reason = f"partial run: {evidence.partial}" if evidence.partial else evidence.tracer_problem
            yield NotJudged(reason or "the run did not watch lines", file.path, self.name)
            return
        proof = _proof(len(evidence.tests))
        if skipped:
            proof += f"; changed tests that it skipped may: {', '.join(skipped[:SHOWN])}"
        shares = _small_shares(functions, found)
        for definition, group in _grouped(found, ran):
            finding = self.said(definition, group, proof)
            share = shares.get(group[0].function.work.line)
            if share and finding.level is Level.ERROR:
                finding = replace(finding, level=Level.WARNING, evidence={**finding.evidence, "share": share})
            yield replace(finding, level=Level.WARNING) if skipped and finding.level is Level.ERROR else finding

    def said(self, definition: Definition, group: Sequence[_Unrun], proof: str) -> Finding:
        """One finding for a function, or for several that stand in the same new definition."""
        first = group[0]
        lines = [line for it in group for line in it.lines]
        message = first.message
        if len(group) > 1:
            several = f"none of its {len(group)} functions ({_ranges(lines)})"
            message = f"No test runs `{definition.qualified_name}`: {several}."
        start = definition.line if first.whole else lines[0].line
        return self.finding(
            Location(first.function.path, start, lines[-1].end_line, definition.qualified_name),
            message,
            level=min((it.level for it in group), key=lambda level: level.rank),
            evidence={"unrun": _ranges(lines), "proof": proof},
            size=sum(it.logic for it in group),
            fix=f"add a test that runs these lines of `{definition.bare_name}` and asserts what comes out",
            not_a_fix="`pragma: no cover`, or a test that runs them and asserts nothing",
        )

    def unproven(
        self, audit: Audit, changed: Sequence[tuple[FileDelta, Sequence[ChangedFunction]]]
    ) -> Iterator[Finding]:
        """What can be told where nothing was run: of each file by names, of the rest by what came along."""
        told: set[str] = set()
        imported = imported_by_new_tests(audit.delta)
        named = [(file, functions) for file, functions in changed if not is_imported(file.path, imported)]
        expect(audit.delta, (it for _, functions in named for it in functions if len(it.written) >= SEVERAL))
        for file, functions in named:
            for finding in self.unnamed(audit.delta, file, functions):
                told.add(file.path)
                yield finding
        if not tests_came_along(audit.change):
            rest = [it for file, functions in changed if file.path not in told for it in functions]
            yield from self.unaccompanied(audit.delta, rest)

    def unaccompanied(self, delta: Delta, functions: Sequence[ChangedFunction]) -> Iterator[Finding]:
        """New decisions that no new or edited test came along with: one finding for the whole change."""
        decisions = Decisions.of(delta)
        found = [it for it in functions if _decides_more(delta, decisions, it) and not is_copy(delta, it)]
        if found and decisions.total > 0:
            first, anew = found[0].definition, sum(map(decisions.newly, found))
            yield self.finding(
                Location(found[0].path, first.line, first.end_line, first.qualified_name),
                f"No test was added or changed with the new decisions of {_listed(found)}.",
                level=Level.WARNING,
                evidence={
                    "decisions": f"{anew} that the base makes nowhere",
                    "proof": "no test came along; whether an older one runs it, only `pytest --agent-audit` can tell",
                },
                fix=f"add a test that takes the new branch of `{first.bare_name}` and asserts what comes out",
                not_a_fix="a test that only names it",
                related=tuple(_place(it) for it in found[1:]),
                size=sum(len(decisions.logic(it)) for it in found) if anew >= MANY else 1,
            )

    def unnamed(self, delta: Delta, file: FileDelta, functions: Sequence[ChangedFunction]) -> Iterator[Finding]:
        """What names alone tell of one file, where nothing was run: one finding for all of it."""
        if _is_called_by_tools(file.path):
            return
        found = [it for it in functions if len(it.written) >= SEVERAL and not is_known(delta, it)]
        found = [it for it in found if not _is_offered_test(delta, it) and not _offers_named(delta, file, it)]
        found = [it for it in found if not is_copy(delta, it)]
        found = [
            it for it in found if not {id(owner) for owner in it.owners} & {id(other.definition) for other in found}
        ]
        if found:
            first = found[0].definition
            what = "which is" if len(found) == 1 else "which are"
            yield self.finding(
                Location(file.path, first.line, first.end_line, first.qualified_name),
                f"No test names {_listed(found)}, {what} new or changed.",
                level=Level.WARNING,
                evidence={"proof": "no test file names it, nor anything that calls it; nothing was run"},
                fix=f"add a test that calls `{first.bare_name}` and asserts what comes out",
                not_a_fix="a test that only imports it",
                related=tuple(_place(it) for it in found[1:]),
                size=sum(len(it.written) for it in found),
            )


def _proof(tests: int) -> str:
    """What a run of so many tests shows of lines that none of them ran."""
    if tests == 1:
        return "the one test of this run did not execute these lines"
    return f"none of the {tests} tests of this run executed these lines"


def _listed(functions: Sequence[ChangedFunction]) -> str:
    """The first few functions with the lines that were written in them."""
    shown = [f"`{it.definition.qualified_name}` ({_ranges(it.written)})" for it in functions[:SHOWN]]
    rest = f" and {len(functions) - SHOWN} more" if len(functions) > SHOWN else ""
    return ", ".join(shown) + rest


def _is_called_by_tools(path: str) -> bool:
    return measures(path) or not _CALLED_BY_TOOLS.isdisjoint(path.split("/"))


def _decides_more(delta: Delta, decisions: Decisions, function: ChangedFunction) -> bool:
    """Whether a function has new logic with a decision in it that did not only move there; a new one only where no
    test calls it by name already.
    """
    definition = function.definition
    if len(decisions.logic(function)) < SEVERAL or _is_called_by_tools(function.path):
        return False
    if not decisions.decides_anew(function):
        return False
    rise = decisions.rise(function)
    return rise > 1 and definition.bare_name not in delta.mentions if function.is_new else rise > 0


def _place(function: ChangedFunction) -> Location:
    definition = function.definition
    return Location(function.path, definition.line, definition.end_line, definition.qualified_name)


def _is_offered_test(delta: Delta, function: ChangedFunction) -> bool:
    """Whether a package offers the function to its users as a test of theirs, or as a part of one."""
    name = function.path.rpartition("/")[2]
    callers = delta.callers[function.definition.bare_name] if "fixture" in name else ()
    return name.startswith("test_") or any(it.startswith("test_") for it in callers)


def _offers_named(delta: Delta, file: FileDelta, function: ChangedFunction) -> bool:
    """Whether a test names what the function defines: tools, commands or routes that it registers."""
    inside = f"{function.definition.qualified_name}."
    definitions = file.new.definitions if file.new else ()
    return any(it.bare_name in delta.mentions for it in definitions if it.qualified_name.startswith(inside))


def _built(file: FileDelta, function: ChangedFunction, hits: LineHits, ran: frozenset[int]) -> frozenset[int]:
    """The lines of a function that ran while modules were loaded, where that made what tests run: of a decorator, the
    functions inside it; of a special method, its class.
    """
    definition = function.definition
    own = frozenset(hits.at_import).intersection(_extent(definition))
    if own and definition.bare_name.startswith("__") and function.owners:
        return own if not ran.isdisjoint(_extent(function.owners[-1])) else frozenset()
    inside = f"{definition.qualified_name}."
    made = [it for it in (file.new.definitions if own and file.new else ()) if it.qualified_name.startswith(inside)]
    return own if any(not ran.isdisjoint(_extent(it)) for it in made) else frozenset()


def _judge(function: ChangedFunction, ran: frozenset[int]) -> _Unrun | None:
    """What was not run of a function, and how grave that is; None where all was."""
    unrun = tuple(line for line in function.lines if ran.isdisjoint(range(line.line, line.end_line + 1)))
    if not unrun:
        return None
    name, place = f"`{function.definition.qualified_name}`", f"({_ranges(unrun)})"
    kinds = {line.kind for line in unrun} - {LineKind.DEFENSIVE}
    whole, branch = _is_whole(function, unrun, ran), _new_branch(function, unrun)
    level, message = Level.WARNING, f"No test runs {_ranges(unrun)} of {name}."
    if not kinds:
        whole = ran.isdisjoint(_extent(function.definition))
        level, message = Level.NOTE, f"No test runs the defensive code of {name} {place}."
    elif whole:
        what = name if function.is_new else f"the changed lines of {name}"
        level, message = Level.ERROR, f"No test runs {what} {place}."
    elif branch:
        level, message = Level.ERROR, f"No test takes the new branch of {name} ({_ranges(branch)})."
    elif kinds == {LineKind.RAISE}:
        message = f"No test makes {name} raise {place}."
    elif kinds == {LineKind.HANDLER}:
        message = f"No test reaches the exception handler of {name} {place}."
    return _Unrun(function, unrun, level, message, _row(function, unrun, ran), whole=whole and function.is_new)


def _logic(function: ChangedFunction, lines: Iterable[Line]) -> frozenset[Line]:
    """The statements of logic among a function's lines, with what they show: not what only decides whether to raise."""
    return frozenset(line for line in lines if line.kind in _WORK) - function.guards


def _row(function: ChangedFunction, unrun: Sequence[Line], ran: frozenset[int]) -> int:
    """How many statements of logic among the unrun ones stand in a row, none that was run between them, at most."""
    logic = _logic(function, unrun)
    rows = groupby(function.body, lambda line: ran.isdisjoint(range(line.line, line.end_line + 1)))
    return max((sum(line in logic for line in row) for unseen, row in rows if unseen), default=0)


def _small_shares(functions: Sequence[ChangedFunction], found: Sequence[_Unrun]) -> Mapping[int, str]:
    """How much no test ran of each piece of work, by its line, where that is a small part of it."""
    written: Counter[int] = Counter()
    unrun: Counter[int] = Counter()
    for function in functions:
        written[function.work.line] += len(_logic(function, function.lines))
    for it in found:
        unrun[it.function.work.line] += it.logic
    long = {it.function.work.line for it in found if it.row > SHORT}
    small = {line for line, count in unrun.items() if count * SMALL < written[line]} - long
    return {line: f"{unrun[line]} of its {written[line]} new statements" for line in small}


def _is_whole(function: ChangedFunction, unrun: Sequence[Line], ran: frozenset[int]) -> bool:
    """Whether nothing of a changed function was run. Of an edited one a single unrun line does not say so, nor do other
    names and numbers.
    """
    definition = function.definition
    if not ran.isdisjoint(_extent(definition)):
        return False
    logic = [line for line in unrun if line.kind is LineKind.LOGIC]
    if function.is_new:
        return bool(logic)
    written = [line for line in logic if line not in function.reworded]
    return len(written) >= SEVERAL and any(not line.branch for line in written)


def _new_branch(function: ChangedFunction, unrun: Sequence[Line]) -> list[Line]:
    """The statements of the first branch that is new as a whole, has several of them, and was never taken."""
    for branch in dict.fromkeys(line.branch for line in unrun if line.branch):
        suite = [line for line in function.body if line.branch == branch]
        kinds = [line.kind for line in suite if line.kind in _WORK]
        if len(kinds) >= SEVERAL and LineKind.LOGIC in kinds and set(suite) <= set(unrun):
            return suite
    return []


def _grouped(found: Sequence[_Unrun], ran: frozenset[int]) -> Iterator[tuple[Definition, list[_Unrun]]]:
    """Together what stands in one new definition of which nothing was run, with that definition; all others alone."""
    groups: dict[int, tuple[Definition, list[_Unrun]]] = {}
    for it in found:
        owners = it.function.new_owners if it.whole else ()
        unrun = (owner for owner in owners if ran.isdisjoint(_extent(owner)))
        definition = next(unrun, it.function.definition)
        groups.setdefault(definition.line, (definition, []))[1].append(it)
    yield from groups.values()


def _extent(definition: Definition) -> range:
    """The lines of a definition."""
    return range(definition.line, definition.end_line + 1)


def _ranges(lines: Iterable[Line]) -> str:
    """Lines as text: "line 4", "lines 38-46, 50". Only lines without code lie between those of a range."""
    spans: list[list[int]] = []
    for line in sorted(lines, key=lambda it: it.line):
        if spans and line.line <= spans[-1][1] + 1:
            spans[-1][1] = max(spans[-1][1], line.end_line)
        else:
            spans.append([line.line, line.end_line])
    texts = [str(start) if start == end else f"{start}-{end}" for start, end in spans]
    return ("line " if texts == [str(spans[0][0])] else "lines ") + ", ".join(texts)
