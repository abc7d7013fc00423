"""The rule unmeasured-change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.change.names import DEMO_FOLDERS, SCRIPT_FOLDERS
from pytest_agentaudit.facts.accompanied import measures
from pytest_agentaudit.facts.changed import ChangedFunction, changed_functions
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.imports import module_name
from pytest_agentaudit.facts.measured import left_out
from pytest_agentaudit.facts.model import LineKind, Setting
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
from pytest_agentaudit.outside import Outside
from pytest_agentaudit.places import suffix
from pytest_agentaudit.policy.load import PATH as POLICY
from pytest_agentaudit.policy.patterns import Patterns, fault
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

LANGUAGES = frozenset(
    {".c", ".cc", ".cpp", ".css", ".go", ".h", ".html", ".java", ".js", ".jsx", ".kt", ".lua", ".php", ".pyx", ".rb"}
    | {".rs", ".sh", ".sql", ".swift", ".ts", ".tsx", ".vue"}
)
"""Suffixes of code that no Python tracer sees."""

BESIDE = SCRIPT_FOLDERS | DEMO_FOLDERS | {"performance"}

SHOWN = 3
"""How many names a text lists."""

_WAY_OUT = "where another check answers for them, the policy names them: unmeasured-change = { elsewhere = [...] }"


class UnmeasuredChange(Rule):
    """The run could not, or was not allowed to, see whether the changed code works.

    Two causes are named: the run executed no line of a changed module at all (no test imports it, or only a child
    process does), and this change makes coverage.py's settings leave out a file that it edits. Changed code in other
    languages, and changed scripts beside the product's folders, are counted as not judged. Where another check answers
    for the one or the other, the policy says so by the option `elsewhere`: patterns of the files that it sees.

    Of a verification it also tells which tests failed only while their lines were watched, and which files took part
    that a build wrote (`built-files` in the policy).

    Level: error for a module with changed logic of which nothing ran, and for a file left out of the settings whose
    changed lines no test ran; warning where the module may run in a child process, or nothing was run; note where the
    settings leave out lines that tests do run, for examples, benchmarks and tools in folders or files of their own, for
    what is checked elsewhere, and for what is told of a verification.

    Why: what is not measured shows no gap, and looks as good as what is tested.
    Fix: import the module in a test and call what changed; take the file out of `omit`.
    Not a fix: a test that only imports the module.
    """

    name = "unmeasured-change"
    family = Family.STEPS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE})
    options = MappingProxyType({"elsewhere": ()})
    examples = kept_apart("unmeasured_change")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each module of which nothing ran, and for each setting that narrowed."""
        changed = {file.path: functions for file, functions in changed_functions(audit.delta) if functions}
        yield from self.narrowed(audit, changed)
        if audit.whole:
            for path, functions in changed.items():
                if path not in audit.whole.hits:
                    yield self.never_run(audit.delta, path, functions)
        if audit.evidence:
            yield from _not_seen(audit)
            yield from self.beside(audit)
            yield from self.elsewhere(audit)
            yield from self.told_of(audit.evidence)

    def beside(self, audit: Audit) -> Iterator[Finding]:
        """Examples, benchmarks and tools in folders of their own, which no test has to run."""
        paths = [path for path in _scripts(audit) if _is_beside(path)]
        if paths:
            yield self.finding(
                Location(paths[0]),
                f"No test is watched in what stands beside the product: {_shown(paths)}.",
                level=Level.NOTE,
                fix="nothing, where it is an example or a tool; where it ships, name it in the policy's `source`",
                related=tuple(Location(path) for path in paths[1:]),
            )

    def elsewhere(self, audit: Audit) -> Iterator[Finding]:
        """What another check answers for, by the policy."""
        paths = [path for paths, _ in _unwatched(audit) for path in paths if _is_elsewhere(audit, path)]
        if paths:
            yield self.finding(
                Location(paths[0]),
                f"By the policy other checks answer for what no test is watched in: {_shown(paths)}.",
                level=Level.NOTE,
                fix="nothing, where those checks ran",
                related=tuple(Location(path) for path in paths[1:]),
            )

    def told_of(self, evidence: Evidence) -> Iterator[Finding]:
        """What a verification's run was helped by: files that no commit holds, and a second run without a tracer."""
        outside = evidence.outside or Outside()
        if outside.built:
            yield self.finding(
                Location(POLICY, symbol="built-files"),
                f"The tests ran with what a build wrote and no commit holds: {_shown([*outside.built])}.",
                level=Level.NOTE,
                evidence={"proof": "; ".join(f"{path}: SHA-256 {digest}" for path, digest in outside.built.items())},
                fix="nothing: the policy names them, and they only set names to plain values",
            )
        for it in evidence.tests:
            if it.node_id in outside.untraced:
                yield self.finding(
                    Location(it.path, it.line, symbol=it.function),
                    f"{it.node_id} failed while lines were watched, and passed without that, in a whole run.",
                    level=Level.NOTE,
                    fix="let the test allow more time, or watch something else than the clock",
                )

    def never_run(self, delta: Delta, path: str, functions: Sequence[ChangedFunction]) -> Finding:
        """A module of which the whole run executed nothing."""
        lines = [line for function in functions for line in function.lines]
        namers = _namers(delta, path)
        cause = "no test file names the module"
        level = self.level
        if namers or path.rpartition("/")[2] == "__main__.py":
            cause = (
                f"it may run in a child process, which is not watched; named in {', '.join(namers[:SHOWN]) or 'none'}"
            )
            level = Level.WARNING
        if all(line.kind is LineKind.DEFENSIVE for line in lines):
            level = Level.NOTE
        first = min(lines, key=lambda line: line.line)
        return self.finding(
            Location(path, first.line, first.end_line, functions[0].definition.qualified_name),
            f"The run executed no line of {path}: its {len(lines)} changed statements are unmeasured.",
            level=level,
            evidence={"proof": cause},
            fix="import the module in a test, call what changed, and assert what comes out",
            not_a_fix="a test that only imports the module",
        )

    def narrowed(self, audit: Audit, changed: Mapping[str, Sequence[ChangedFunction]]) -> Iterator[Finding]:
        """Settings that leave out what the change edits, and did not before."""
        by_setting: dict[tuple[str, str, int], list[str]] = defaultdict(list)
        settings: dict[tuple[str, str, int], Setting] = {}
        for path in changed:
            setting = left_out(path, audit.delta.new_settings)
            if setting and not left_out(path, audit.delta.old_settings):
                place = (setting.path, setting.key, setting.line)
                settings[place] = setting
                by_setting[place].append(path)
        for place, paths in by_setting.items():
            setting = settings[place]
            shown = ", ".join(paths[:SHOWN]) + (f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else "")
            level, proof = _seen_anyway(audit, [function for path in paths for function in changed[path]])
            yield self.finding(
                Location(setting.path, setting.line, symbol=setting.key),
                f"`{setting.key}` now leaves out {shown}, which this change edits.",
                level=level,
                evidence={"head": f"{setting.key} = {setting.value}", "proof": proof},
                fix="keep the file measured, and add a test that runs its changed lines",
                not_a_fix="another setting that leaves it out",
                related=tuple(Location(path) for path in paths),
            )


def _seen_anyway(audit: Audit, functions: Sequence[ChangedFunction]) -> tuple[Level, str]:
    """What the audit's own tracer, which reads no coverage settings, saw of these functions."""
    if not audit.whole:
        return Level.WARNING, "no whole run watched these lines"
    missed = 0
    for function in functions:
        hits = audit.whole.hits.get(function.path, LineHits()).by_test
        missed += sum(not any(hits.get(n) for n in range(it.line, it.end_line + 1)) for it in function.lines)
    if missed:
        return Level.ERROR, f"{missed} of the changed statements were run by no test"
    return Level.NOTE, "tests run all of the changed statements"


def _namers(delta: Delta, path: str) -> list[str]:
    """Test files that name the module, or the package whose `__main__` it is."""
    name = module_name(path).removesuffix(".__main__").rpartition(".")[2]
    return sorted(delta.mentions.get(name, frozenset()))


def _is_beside(path: str) -> bool:
    """Whether a script says by its name that it measures, or stands in a folder that by its name holds no product."""
    return measures(path) or not BESIDE.isdisjoint(path.split("/")[:-1])


def _scripts(audit: Audit) -> list[str]:
    return [file.path for file in audit.files(FileRole.SCRIPT) if file.new and file.pair.added]


def _shown(paths: Sequence[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths[:SHOWN]) + (" and more" if len(paths) > SHOWN else "")


def _unwatched(audit: Audit) -> Iterator[tuple[list[str], str]]:
    """The changed files that a run of Python's tests does not watch, by what they are."""
    yield (
        [
            file.path
            for file in audit.files(FileRole.PRODUCT, FileRole.OTHER)
            if file.pair.new and suffix(file.path) in LANGUAGES
        ],
        "in other languages",
    )
    # scripts may be the modules of a flat project, for all that is known
    yield [path for path in _scripts(audit) if not _is_beside(path)], "that are scripts"


def _is_elsewhere(audit: Audit, path: str) -> bool:
    said = audit.options.get("elsewhere")
    patterns = [str(it) for it in said if not fault(str(it))] if isinstance(said, tuple) else []
    return Patterns(patterns).matches(path)


def _not_seen(audit: Audit) -> Iterator[NotJudged]:
    """One line for each kind of what a run of Python's tests does not watch."""
    for found, what in _unwatched(audit):
        paths = [path for path in found if not _is_elsewhere(audit, path)]
        if paths:
            shown = ", ".join(paths[:SHOWN]) + (", ..." if len(paths) > SHOWN else "")
            reason = f"changed files {what}: {len(paths)} ({shown}); {_WAY_OUT}"
            yield NotJudged(reason, paths[0], UnmeasuredChange.name)
