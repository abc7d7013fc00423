"""The decision: findings, open questions and steps under a policy become one Verdict. Pure: no clock, no files."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict, Unpack

from msgspec.structs import replace

from pytest_agentaudit.model import (
    Bearing,
    ChangeInfo,
    Family,
    Finding,
    Level,
    NotJudged,
    Promise,
    Result,
    RuleInfo,
    Stats,
    StepReport,
    StepResult,
    Verdict,
)
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.policy.model import FailOn, Policy, RuleLevel, inside
from pytest_agentaudit.policy.patterns import Patterns
from pytest_agentaudit.policy.waivers import Waivers

CAP = 20
"""How many findings of one rule in one file are written out; one more sums up the rest, with all their places."""

FAMILIES = (
    *(Family.STEPS, Family.HIDDEN, Family.HARNESS, Family.WEAKENED, Family.HOLLOW, Family.SHORTCUTS),
    *(Family.SUPPRESSIONS, Family.GATES, Family.COMPLEXITY),
)
"""The order in which people read findings of one level: what was skipped first, since it takes the least judgement (the
readings in docs/precision.md), then what makes the tests' answer worthless; style last."""

MUCH_HARDER = 20
"""Points of cognitive complexity from which on readers found a function that rose by them to be news 38 times in 41;
14 times in 19 where it rose by fewer (docs/precision.md).
"""
A_PIECE_OF_WORK, SOME_WORK = 10, 2
"""Statements from which on readers found what no test seems to run to be right four times in five, and from which on
three times in four where it is more than one; what counts as one was right every second time (docs/precision.md).
"""
_OF_RUNS = frozenset({"proof", "mutant"})
"""The evidence by which a run bears a finding out."""

_LINE_NUMBER = regex(r"(?<=\bline )\d+\b|(?<=\.py:)\d+\b|(?<=\.toml:)\d+\b")
"""How evidence that is no code names lines: "except at line 8", "shop/client.py:1"."""


class Heading(TypedDict, total=False):
    """What a verdict says of the audit itself, as in model.Verdict."""

    promise: Promise
    base: str
    head: str
    base_origin: str
    stats: Stats
    catalogue: tuple[RuleInfo, ...]
    change: ChangeInfo
    bearing: Bearing


def decide(
    findings: Iterable[Finding],
    not_judged: Iterable[NotJudged],
    steps: Iterable[StepReport],
    policy: Policy,
    *,
    fail_on: FailOn,
    incomplete_fails: bool,
    waivers: Waivers | None = None,
    **heading: Unpack[Heading],
) -> Verdict:
    """The verdict on a change. The order of the input does not matter.

    A finding that none of `waivers` accepts fails by `fail_on` at the level that `policy` gives it; an open question
    fails by `incomplete_fails`; FailOn.NEVER lets nothing fail, nor does a `bearing` that says so. What fails makes the
    result *failed*; otherwise open questions make it *incomplete*.
    """
    levelled, off = weighable(findings, policy)
    bearing = heading.get("bearing", Bearing())
    weighed = (waivers or Waivers()).weigh(levelled)
    judged = _by_file(_capped(weighed.kept))
    open_questions = tuple(sorted(set(not_judged), key=lambda it: (it.path, it.rule, it.reason)))
    reports = tuple(steps)
    is_open = bool(open_questions) or any(step.result is StepResult.NOT_JUDGED for step in reports)
    failed = any(fail_on.fails(finding.level) for finding in weighed.kept)
    failed |= incomplete_fails and is_open and fail_on is not FailOn.NEVER
    failed = failed and bearing.fails
    named = {finding.rule for finding in levelled} | {question.rule for question in open_questions} | off.keys()
    return Verdict(
        result=Result.FAILED if failed else Result.INCOMPLETE if is_open else Result.PASSED,
        promise=heading.get("promise", Promise.ADVISORY),
        base=heading.get("base", ""),
        head=heading.get("head", ""),
        base_origin=heading.get("base_origin", ""),
        findings=judged,
        waived=_by_file(weighed.waived),
        not_judged=open_questions,
        steps=reports,
        stats=heading.get("stats", Stats()),
        catalogue=tuple(info for info in heading.get("catalogue", ()) if info.name in named),
        off=off,
        change=heading.get("change", ChangeInfo()),
        bearing=bearing,
    )


def weighable(findings: Iterable[Finding], policy: Policy) -> tuple[list[Finding], dict[str, int]]:
    """The findings that waivers may accept: each fact once, at the policy's level, with its fingerprint, in the order
    of lines; and how many of each rule the policy switched off.
    """
    return _levelled(_identified(_distinct(findings)), policy)


def standing(level: Level, family: Family, size: int, *, shown: bool = False) -> tuple[int, ...]:
    """Where a finding stands among others, the lower the higher: the gravest level first; in a level what a run has
    `shown`, by family as in FAMILIES, style behind all others. What the text alone tells comes by how often readers
    found it right: functions that became much harder to follow, untested work, the largest piece first, less of it,
    functions that rose by less, new complex ones, the other families, and last a few decisions that no test came along
    with.
    """
    told = FAMILIES.index(family)
    if not shown:
        told = _first_told(family, size) or told + len(FAMILIES)
    return level.rank, shown and family is Family.COMPLEXITY, not shown, told, -size


def _first_told(family: Family, size: int) -> int:
    """The place of what the text alone tells, and what is not ranked by its family: from 1, 0 for the others."""
    if family is Family.COMPLEXITY:
        return 1 if size >= MUCH_HARDER else 4 if size else 5
    if family is not Family.STEPS or not size:
        return 0
    return 2 if size >= A_PIECE_OF_WORK else 3 if size >= SOME_WORK else 2 * len(FAMILIES)


def ranked(verdict: Verdict) -> tuple[Finding, ...]:
    """The findings of a verdict, whatever their files, those first that somebody with little time should read first."""
    ran = verdict.stats.tests > 0

    def key(it: Finding) -> tuple[object, ...]:
        shown = ran and not _OF_RUNS.isdisjoint(it.evidence)
        return *standing(it.level, it.family, it.size, shown=shown), it.location.path, *_in_file_order(it)

    return tuple(sorted(verdict.findings, key=key))


def level_of(policy: Policy, rule: str, path: str) -> RuleLevel | None:
    """The level that `policy` fixes for a rule at a path, None where the rule judges itself.

    The last override that names the rule and matches the path decides, before the rule's own entry. Where a part of the
    repository has a policy of its own, that one alone is asked.
    """
    folder, own = policy.governing(path)
    for override in reversed(own.overrides):
        if rule in override.levels and Patterns(override.paths).matches(inside(folder, path)):
            return override.levels[rule]
    settings = own.rules.get(rule)
    return settings.level if settings else None


def _levelled(findings: Iterable[Finding], policy: Policy) -> tuple[list[Finding], dict[str, int]]:
    kept: list[Finding] = []
    off: Counter[str] = Counter()
    for finding in findings:
        level = level_of(policy, finding.rule, finding.location.path)
        if level is RuleLevel.OFF:
            off[finding.rule] += 1
        else:
            kept.append(replace(finding, level=Level(level.value)) if level else finding)
    return kept, dict(sorted(off.items()))


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each fact, sorted: where two passes over a rule said the same, the graver and fuller one."""
    facts: dict[tuple[object, ...], Finding] = {}
    for finding in sorted(findings, key=_full_order):
        facts.setdefault((finding.rule, finding.location, finding.message), finding)
    return list(facts.values())


def _full_order(finding: Finding) -> tuple[object, ...]:
    place = finding.location
    return (
        *_in_file_order(finding),
        -len(finding.evidence),
        list(finding.evidence.items()),
        finding.fix,
        finding.not_a_fix,
        finding.family,
        place.symbol,
        [(it.path, it.line, it.end_line, it.symbol) for it in finding.related],
    )


def _in_file_order(finding: Finding) -> tuple[int, int, int, str, str]:
    place = finding.location
    return place.line, finding.level.rank, place.end_line, finding.rule, finding.message


def _identified(findings: Sequence[Finding]) -> list[Finding]:
    """Fill in the fingerprints. `findings` stand in line order, which numbers those that are alike.

    Whoever accepts one by its fingerprint accepts the places that it sums up, and no more: they are a part of it.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    identified: list[Finding] = []
    for finding in findings:
        others = sorted(f"{it.path}\0{it.symbol}" for it in finding.related)
        key = (finding.rule, finding.location.path, finding.location.symbol, _subject(finding), *others)
        identified.append(replace(finding, fingerprint=_digest((*key, str(seen[key])))))
        seen[key] += 1
    return identified


def _subject(finding: Finding) -> str:
    """The code that a finding speaks of, white space folded and without the numbers of lines; where it shows none, its
    message without figures.
    """
    evidence = finding.evidence
    if code := evidence.get("head") or evidence.get("base") or _source_line(finding):
        return " ".join(_LINE_NUMBER.sub("#", code).split())
    return re.sub(r"\d+", "#", finding.message)


def _source_line(finding: Finding) -> str:
    numbered = [line.strip().partition(" ") for line in finding.evidence.get("source", "").split("\n")]
    by_number = {number: text for number, _space, text in numbered}
    return by_number.get(str(finding.location.line), numbered[0][2])


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def _capped(findings: Iterable[Finding]) -> list[Finding]:
    groups: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.rule, finding.location.path].append(finding)
    capped: list[Finding] = []
    for group in groups.values():
        worst_first = sorted(group, key=lambda it: (it.level.rank, *_in_file_order(it)))
        kept, rest = worst_first[:CAP], worst_first[CAP:]
        capped += [*kept, *([_closing(rest)] if rest else [])]
    return capped


def _closing(rest: Sequence[Finding]) -> Finding:
    """One finding for those beyond the cap: at the level of the gravest, with all their places."""
    first = rest[0]
    counts = Counter(finding.level.value for finding in rest)
    places = tuple(finding.location for finding in sorted(rest, key=_in_file_order))
    return Finding(
        rule=first.rule,
        family=first.family,
        level=first.level,
        message=f"{len(rest)} more of {first.rule} in this file",
        location=first.location,
        evidence={"more": ", ".join(f"{count} {level}" for level, count in counts.items())},
        fix=f"as for the {CAP} written out; `agentaudit explain {first.rule}` says it in general",
        not_a_fix=first.not_a_fix,
        related=places,
        fingerprint=_digest((first.rule, first.location.path, "more")),
    )


def _by_file(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """File by file, the worst file first (most errors, then most warnings, then most notes); by line in a file."""
    files: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        files[finding.location.path].append(finding)

    def weight(path: str) -> tuple[object, ...]:
        counts: Mapping[Level, int] = Counter(finding.level for finding in files[path])
        return (*(-counts.get(level, 0) for level in Level), path)

    return tuple(finding for path in sorted(files, key=weight) for finding in sorted(files[path], key=_in_file_order))
