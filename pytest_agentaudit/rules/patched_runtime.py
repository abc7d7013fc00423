"""The rule patched-runtime."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.harness import PATCH, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.bent_run import merged, new_ones, place, replaced_here

_ELSEWHERE = frozenset({"report", "runner"})
"""Parts that rules of their own judge."""


class PatchedRuntime(Rule):
    """Code replaces something of Python, pytest or unittest by which tests judge.

    Built-in functions and exceptions, assertion methods, functions of pytest and of the audit, the audit's options,
    comparison methods of a type from another file, clocks, `sys.modules` entries of test tools, trace functions.

    Level: error where it holds from import on, or from a hook or session fixture, and reaches what tests judge by
    (built-ins, pytest, unittest, comparisons), or where the run ended with it in place; warning for clocks and other
    modules of the standard library, and inside tests; note where it is put back. The `monkeypatch` fixture and
    `unittest.mock` undo what they do and are silent; so are settings such as `maxDiff`.

    Why: assertions then compare with something else than what they say.
    Fix: patch in the test that needs it, with `monkeypatch`, and only what the product uses.
    Not a fix: patching by `setattr`, or in another module.
    """

    name = "patched-runtime"
    family = Family.HARNESS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("patched_runtime")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each definition; one for each replaced function that only the run shows."""
        told: set[str] = set()
        found = [(file, it) for file, it in new_ones(audit, PATCH) if it.details["part"] not in _ELSEWHERE]
        for file, group in merged((file, it) for file, it in found if _level(file, it) is not None):
            first = min(group, key=lambda it: ((_level(file, it) or Level.NOTE).rank, it.line))
            told.add(file.path)
            yield self.finding(
                place(file, first),
                f"`{first.details['target']}` is replaced{_where(first)}.",
                level=_level(file, first),
                evidence={"head": first.text},
                fix="patch what the product uses, in the test that needs it, with `monkeypatch`",
                not_a_fix="the same by `setattr`, or in another module",
                related=tuple(place(file, it) for it in group if it is not first),
            )
        told |= {file.path for file, it in new_ones(audit, PATCH) if it.details["part"] in _ELSEWHERE}
        yield from self._by_run(audit, told)

    def _by_run(self, audit: Audit, told: set[str]) -> Iterator[Finding]:
        """What the run ended with, put there by a changed file in words that no collector knows."""
        for it in replaced_here(audit):
            if it.path not in told:
                told.add(it.path)
                yield self.finding(
                    Location(it.path, it.line),
                    f"`{it.name}` was another function at the end of the run than at its start: one of this file.",
                    evidence={"proof": f"at the end of the run {it.name} was defined at {it.path}:{it.line}"},
                    fix="patch what the product uses, in the test that needs it, with `monkeypatch`",
                    not_a_fix="the same in another module",
                )


def _where(it: Occurrence) -> str:
    places = {"import": " when the file is imported", "hook": f" in `{it.symbol}`", "fixture": f" by `{it.symbol}`"}
    return places.get(it.details["place"], f" in `{it.symbol}`" if it.symbol else "")


def _level(file: FileDelta, it: Occurrence) -> Level | None:
    """The level of a replacement, None for an honest one."""
    part, where, asked = it.details["part"], it.details["place"], it.details["asked"]
    if part == "option":
        return Level.ERROR
    if it.details["undone"] or asked in {Asked.MAIN, Asked.ENVIRONMENT}:
        return Level.NOTE
    if part == "trace":
        return Level.NOTE
    lasting = where in {"import", "hook"}
    if part in {"clock", "stdlib", "code"}:
        return Level.WARNING if lasting else Level.NOTE
    if file.role is FileRole.PRODUCT and part in {"pytest", "collection", "builtins", "comparison"}:
        return Level.WARNING if lasting else Level.NOTE
    return Level.ERROR if lasting else Level.WARNING
