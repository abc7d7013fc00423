"""The judging half of an audit: facts, steps and rules over a change that is in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_agentaudit.audit.catalogue import all_rules, info
from pytest_agentaudit.audit.checker import Answers
from pytest_agentaudit.audit.next_policy import unusable_policy
from pytest_agentaudit.audit.stages import Clock
from pytest_agentaudit.audit.waiving import Grounds, Waiving
from pytest_agentaudit.change.model import Change, FileRole, Tree
from pytest_agentaudit.change.product import product_paths
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.facts.collect import Collector
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.means import Means
from pytest_agentaudit.later import later
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Level,
    Location,
    Needs,
    NotJudged,
    RuleInfo,
    StepReport,
    Verdict,
)
from pytest_agentaudit.policy.model import Policy, RuleLevel
from pytest_agentaudit.policy.steps import run_steps
from pytest_agentaudit.policy.waivers import WaiverReport, Waivers
from pytest_agentaudit.rules import Audit, Rule
from pytest_agentaudit.verdict import level_of, weighable

if TYPE_CHECKING:
    from pytest_agentaudit.audit.around import Around
    from pytest_agentaudit.audit.bound_content import BoundContent
    from pytest_agentaudit.audit.proving import Proving
    from pytest_agentaudit.proof import Plan, Proofs
else:
    Around = later("pytest_agentaudit.audit.around", "Around")
    BoundContent = later("pytest_agentaudit.audit.bound_content", "BoundContent")
    Proving = later("pytest_agentaudit.audit.proving", "Proving")

SOURCE_LINES = 3
"""How many lines of the head a finding shows."""
LEFT = "what only the whole suite can show is left to `agentaudit merge` of all shards"
"""Said of every run that is a part of several."""

WAIVER_RULES = ("stale-waiver", "wide-waiver")
"""The rules that speak of waivers: they come last, when all that a waiver could accept is known."""


RISING = frozenset({"removed-test"})
"""The rules whose notes rise where the base's tests fail; other notes stay what they are, so none is tried for them."""

RISE = "raised-complexity"
"""The rule whose limit is the complexity above which a rise is reported."""


class Judgement:
    """What the rules say of one change: `prepare` what needs no run, `finish` with the run's evidence.

    `means` is what reading goes by; `root` is the work tree that the steps run in, or empty where the head is not
    checked out; `ruling` is the tree that the policy was read from (None: the base's). AuditError where an installed
    rule package cannot be loaded.
    """

    def __init__(
        self,
        change: Change,
        policy: Policy,
        *,
        means: Means,
        clock: Clock,
        root: str,
        ruling: Tree | None = None,
    ) -> None:
        self.change, self.policy, self.means, self.clock = change, policy, means, clock
        self.rules = all_rules()
        self.not_judged: list[NotJudged] = []
        self._findings: list[Finding] = []
        self._shown: list[Finding] = []
        self._evidence: Evidence | None = None
        self._proofs: Proofs | None = None
        self._root, self._ruling = root, ruling or change.old

    def prepare(self) -> None:
        """Read the facts, take the policy's steps and judge all that needs no run."""
        _ = self.delta
        _ = self.steps
        self._findings += unusable_policy(self.change, self._known, self.delta.broken_settings)
        self._judge({name: rule for name, rule in self.rules.items() if rule.needs == {Needs.STATIC}}, None)

    def plan(self, evidence: Evidence, proofs: Proofs, prove: str) -> Plan | None:
        """What the run should still try out, given what it has shown and how far proofs may go; None where that is
        nothing.
        """
        with self.clock.stage("proofs"):
            entries = product_paths(self.change, self.policy) if prove.startswith("mutants") else ()
            suspected = partial(self._suspects, evidence)
            return Proving(self.change, self.delta, evidence, suspected, prove, entries).next_plan(proofs)

    def _suspects(self, evidence: Evidence) -> Iterator[tuple[str, str]]:
        """The tests (path, qualified name) of which a rule says what the base's versions of them may weigh."""
        weighed = {it for it in self.rules.values() if it.family is Family.WEAKENED and Needs.REVERT in it.needs}
        for known in _readings(evidence):
            for said in self._said(known, weighed):
                if said.level is not Level.NOTE or said.rule in RISING:
                    yield from _places(said)

    def _suspected(self, evidence: Evidence) -> frozenset[tuple[str, str]]:
        """The tests of which a rule about tests says, before proofs, what mutants may weigh, or that it is an error."""
        about_tests = {it for it in self.rules.values() if it.family in {Family.WEAKENED, Family.HOLLOW}}
        later = self._said(evidence, {it for it in about_tests if it.needs != {Needs.STATIC}})
        weighed = {name for name, it in self.rules.items() if it.needs & {Needs.REVERT, Needs.MUTANTS}}
        said = (it for it in (*self._findings, *later) if self.rules.get(it.rule) in about_tests)
        return frozenset(place for it in said if it.rule in weighed or it.level is Level.ERROR for place in _places(it))

    def _said(self, evidence: Evidence, rules: Collection[type[Rule]]) -> Iterator[Finding]:
        """What rules find without proofs."""
        audit = Audit(self.change, self.delta, evidence, steps=self.steps)
        for name, rule in self.rules.items():
            if rule in rules:
                with suppress(Exception):  # its defect is reported when it judges
                    found = self._check(name, rule, audit)
                    yield from (said for said in found if isinstance(said, Finding))

    def finish(self, evidence: Evidence | None, proofs: Proofs | None) -> None:
        """Judge the rest by the run's evidence and proofs; without any, those rules alone that can do with less."""
        self._evidence, self._proofs = evidence, proofs
        rest = {name: rule for name, rule in self.rules.items() if rule.needs != {Needs.STATIC}}
        if evidence is None:
            rest = {name: rule for name, rule in rest.items() if Needs.STATIC in rule.needs}
        elif evidence.shard:
            self.not_judged.append(NotJudged(f"{evidence.shard}: {LEFT}"))
        self._judge(rest, evidence, proofs)
        self._collector.keep()

    def waivers(self, grounds: Grounds) -> Waivers:
        """All that may accept a finding, once everything was judged; adds the findings on the waivers themselves."""
        with self.clock.stage("waivers"):
            findings, waiving = self.weighed(grounds)
            found = waiving.waivers(findings)
            reports = tuple(waiving.reports(found.weigh(findings).met, self._is_judged))
        about = {name: self.rules[name] for name in WAIVER_RULES}
        self._judge(about, self._evidence, waivers=reports)
        return found

    def weighed(self, grounds: Grounds) -> tuple[list[Finding], Waiving]:
        """The findings so far, each with its fingerprint, and what collects the waivers for them."""
        bound = BoundContent(self.change, self._around)
        waiving = Waiving(self.change, self.policy, self._known, grounds, bound, self._ruling)
        return weighable(self.findings, self.policy)[0], waiving

    def shown(self, verdict: Verdict, watched: frozenset[FileRole]) -> Verdict:
        """The verdict with the lines of the change, and what is known of each; a run watches those of these roles."""
        limit = self._options(RISE, self.rules[RISE])["max"]
        with self.clock.stage("page"):
            room = import_module("pytest_agentaudit.audit.showing")
            showing = room.Showing(
                self.delta, watched, self._evidence, self._proofs, limit if isinstance(limit, int | float) else 0.0
            )
            said: Verdict = showing.shown(verdict)
        return said

    @property
    def _known(self) -> dict[str, Mapping[str, object]]:
        """The rules with the defaults of their options, as policies are read by."""
        return {name: rule.options for name, rule in self.rules.items()}

    def _is_judged(self, name: str, path: str) -> bool:
        """Whether a rule has said all that it has to say of a path."""
        rule, evidence = self.rules.get(name), self._evidence
        if rule is None or level_of(self.policy, name, path) is RuleLevel.OFF:
            return False
        if rule.needs != {Needs.STATIC} and (evidence is None or evidence.partial or not evidence.tracer):
            return False
        passed = [*self.not_judged, *(NotJudged(it.reason, it.path) for it in self.change.passed)]
        return not any(it.rule in {"", name} and it.path in {"", path} for it in passed)

    @property
    def findings(self) -> list[Finding]:
        """What was found so far, with the head's source lines and the definitions around."""
        self._shown += (self._with_symbols(self._with_source(it)) for it in self._findings[len(self._shown) :])
        return list(self._shown)

    @property
    def catalogue(self) -> tuple[RuleInfo, ...]:
        """The rules that found something."""
        named = {finding.rule for finding in self._findings}
        return tuple(info(rule) for name, rule in self.rules.items() if name in named)

    @cached_property
    def _collector(self) -> Collector:
        return Collector(self.change, RoleMap.derive(self.change.old, self.policy).role, self.means)

    @cached_property
    def delta(self) -> Delta:
        """All facts of the change."""
        with self.clock.stage("facts"):
            delta = self._collector.delta()
            return replace(delta, hides=Answers(delta, self._root))

    @cached_property
    def steps(self) -> tuple[StepReport, ...]:
        """The policy's steps that this change called for. Commands run only where head is the work tree."""
        with self.clock.stage("steps"):
            changed = [pair.path for pair in self.change.pairs if pair.new]
            deleted = [pair.old.path for pair in self.change.pairs if pair.old and pair.old.path not in changed]
            return run_steps(self.policy, changed, self._root, deleted=deleted)

    def _judge(
        self,
        rules: Mapping[str, type[Rule]],
        evidence: Evidence | None,
        proofs: Proofs | None = None,
        waivers: tuple[WaiverReport, ...] = (),
    ) -> None:
        audit = Audit(self.change, self.delta, evidence, proofs, steps=self.steps, waivers=waivers)
        if evidence and proofs and proofs.weighing:
            audit = replace(audit, suspected=self._suspected(evidence))
        with self.clock.stage("rules"):
            for name, rule in rules.items():
                self.means.progress("", f"rule {name}")
                self._collect(name, rule, audit)

    def _options(self, name: str, rule: type[Rule], folder: str = "") -> Mapping[str, object]:
        """A rule's options in a part of the repository that has a policy of its own, or ("") elsewhere."""
        policy = self.policy.parts.get(folder, self.policy)
        settings = policy.rules.get(name)
        return {**rule.options, **(settings.options if settings else {})}

    def _check(self, name: str, rule: type[Rule], audit: Audit) -> Iterator[Finding | NotJudged]:
        """What a rule says of the change: asked once for each choice of its options that the policies make, of which
        each counts for what they govern.
        """
        chosen: dict[str, list[str]] = {}
        for folder in ("", *self.policy.parts) if rule.options else ("",):
            chosen.setdefault(repr(sorted(self._options(name, rule, folder).items())), []).append(folder)
        for folders in chosen.values():
            for said in rule().check(replace(audit, options=self._options(name, rule, folders[0]))):
                path = said.location.path if isinstance(said, Finding) else said.path
                if len(chosen) == 1 or self.policy.governing(path)[0] in folders:
                    yield said

    def _collect(self, name: str, rule: type[Rule], audit: Audit) -> None:
        shard = audit.evidence.shard if audit.evidence else ""
        try:
            for said in self._check(name, rule, audit):
                if isinstance(said, NotJudged):
                    self.not_judged.append(replace(said, rule=said.rule or rule.name))
                elif shard and Needs.STATIC not in rule.needs:  # the tests of other shards may say otherwise
                    self.not_judged.append(NotJudged(shard, said.location.path, rule.name))
                else:
                    self._findings.append(said)
        except AuditError:
            raise
        except ModuleNotFoundError as error:
            if self._holds(error.name or ""):
                reason = f"it needs {error.name}, which is the audited project itself: nothing of that is imported"
                self.not_judged.append(NotJudged(reason, rule=rule.name))
            else:
                self._findings.append(_defect(rule, error))
        except Exception as error:  # noqa: BLE001 - one rule's defect must not cost the others' findings
            self._findings.append(_defect(rule, error))

    def _holds(self, module: str) -> bool:
        """Whether the base has the module: then the auditor, which imports nothing of the tree, is without it."""
        wanted = f"{module.partition('.')[0]}/__init__.py"
        return any(path == wanted or path.endswith(f"/{wanted}") for path in self.change.old.entries())

    def _with_source(self, finding: Finding) -> Finding:
        """The finding with the head's source lines, where it does not show code already."""
        place = finding.location
        lines = () if finding.evidence.keys() & {"base", "head", "source"} else self._around.lines(place.path)
        if not lines:
            return finding
        shown = range(place.line, min(place.end_line, place.line + SOURCE_LINES - 1, len(lines)) + 1)
        text = "\n".join(f"{number:>5}  {lines[number - 1].decode(errors='replace').rstrip()}" for number in shown)
        return replace(finding, evidence={**finding.evidence, "source": text}) if text else finding

    def _with_symbols(self, finding: Finding) -> Finding:
        """The finding with the definition around each place that its rule gave none. In other files than its own, a
        line may only stand for the file.
        """
        rule, path = self.rules.get(finding.rule), finding.location.path
        if rule is None or rule.of_files:
            return finding
        related = tuple(self._named(it) if it.path == path else it for it in finding.related)
        return replace(finding, location=self._named(finding.location), related=related)

    def _named(self, place: Location) -> Location:
        around = None if place.symbol else self._around.definition(place)
        return replace(place, symbol=around.qualified_name) if around else place

    @cached_property
    def _around(self) -> Around:
        return Around({file.path: file for file in self.delta.files})


def _readings(evidence: Evidence) -> Iterator[Evidence]:
    """A shard's evidence as it is, and as if it were all that there will be: once it is merged, rules say more."""
    yield evidence
    if evidence.shard:
        yield replace(evidence, partial="")


def _places(finding: Finding) -> Iterator[tuple[str, str]]:
    return ((place.path, place.symbol) for place in (finding.location, *finding.related))


def _defect(rule: type[Rule], error: Exception) -> Finding:
    """A rule that broke is said aloud: silence would pass whatever broke it."""
    return Finding(
        rule="unreadable-file",
        family=Family.HIDDEN,
        level=Level.ERROR,
        message=f"`{rule.name}` could not judge this change: {type(error).__name__}: {error}",
        location=Location("."),
        fix="report it with the change that shows it; until it is mended, switch the rule off in the policy",
    )
