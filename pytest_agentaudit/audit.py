"""The pipeline in order: base, policy, change, facts, rules, verdict. Knows neither pytest nor the terminal.

Everything here runs where nothing of the audited repository was ever imported. All of it raises only AuditError.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import cleandoc

from pytest_agentaudit.change import Change, build
from pytest_agentaudit.change.base import Base, discover
from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import Progress, collect
from pytest_agentaudit.facts.model import Delta
from pytest_agentaudit.git import Repository
from pytest_agentaudit.hookspecs import third_party_rules
from pytest_agentaudit.model import (
    AuditError,
    Evidence,
    Finding,
    Level,
    Location,
    Needs,
    NotJudged,
    Promise,
    RuleInfo,
    Stats,
    StepReport,
    Verdict,
    Watch,
)
from pytest_agentaudit.policy import FailOn, Policy, PolicyError, load_tree, run_steps
from pytest_agentaudit.rules import Audit, Rule, builtin_rules, by_name
from pytest_agentaudit.verdict import decide

WATCHED = frozenset({FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST})
"""Roles whose changed lines a run watches."""

SOURCE_LINES = 3
"""How many lines of the head a finding shows."""


def no_progress(_path: str, _stage: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Request:
    """What to audit, for whom. `repo` is a folder in a work tree, or a bare repository; `head` None is the work tree.

    `environ` is the caller's environment (CI variables name the base), never handed on to git.
    """

    repo: str
    base: str = ""
    head: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    fail_on: FailOn = FailOn.ERROR
    incomplete_fails: bool = False
    promise: Promise = Promise.ADVISORY
    progress: Progress = no_progress


class Clock:
    """Seconds by stage of the pipeline, in the order in which the stages ran."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


class Pipeline:
    """One audit on its way: opened with the change in memory, `prepare`d beside the run, then `finish`ed."""

    def __init__(self, request: Request, repo: Repository, rules: Mapping[str, type[Rule]], clock: Clock) -> None:
        self.request, self.rules, self.clock = request, rules, clock
        self.root = repo.root
        self._repo = repo
        self._distrusted: dict[str, str] = {}
        with clock.stage("git"):
            self.base, self.policy = _base_and_policy(request, repo, rules)
            head = None if request.head is None else repo.resolve(request.head)
            self.change: Change = build(repo, self.base, head, self.policy)
        self._findings: list[Finding] = []
        self._not_judged: list[NotJudged] = [NotJudged(it.reason, it.path) for it in self.change.passed]

    def close(self) -> None:
        """Let go of git's process: whoever reads next starts an own one. Call it before a fork."""
        self._repo.close()

    def distrust(self, path: str, reason: str) -> None:
        """Read no tree of `path` from now on: whoever tried before died of it."""
        self._distrusted[path] = reason

    def snapshot_paths(self) -> tuple[str, ...]:
        """The changed paths whose bytes are in memory."""
        return tuple(pair.path for pair in self.change.pairs)

    def watch(self) -> Watch:
        """What a run has to watch: the changed lines of Python files that tests could run."""
        ranges = {
            pair.path: tuple((h.new_start, h.new_start + h.new_count - 1) for h in pair.hunks if h.new_count)
            for pair in self.change.pairs
            if pair.role in WATCHED and pair.is_python and pair.new
        }
        return Watch(self.root, {path: lines for path, lines in ranges.items() if lines})

    def prepare(self) -> None:
        """Read the facts, take the policy's steps and judge all that needs no run."""
        _ = self.delta
        _ = self.steps
        self._judge({name: rule for name, rule in self.rules.items() if rule.needs == {Needs.STATIC}}, None)

    def finish(self, evidence: Evidence | None) -> Verdict:
        """Judge the rest by the run's evidence (None: nothing was run) and decide."""
        rest = {name: rule for name, rule in self.rules.items() if rule.needs != {Needs.STATIC}}
        if evidence is None:
            rest = {name: rule for name, rule in rest.items() if Needs.STATIC in rule.needs}
        self._judge(rest, evidence)
        named = {finding.rule for finding in self._findings}
        return decide(
            [self._with_source(finding) for finding in self._findings],
            self._not_judged,
            self.steps,
            self.policy,
            fail_on=self.request.fail_on,
            incomplete_fails=self.request.incomplete_fails,
            promise=self.request.promise,
            base=self.change.base,
            head=self.change.head,
            base_origin=self.change.base_origin,
            stats=self._stats(evidence),
            catalogue=tuple(info(rule) for name, rule in self.rules.items() if name in named),
        )

    @cached_property
    def delta(self) -> Delta:
        """All facts of the change."""
        with self.clock.stage("facts"):
            roles = RoleMap.derive(self.change.old, self.policy)
            return collect(self.change, roles.role, self.request.progress, self._distrusted)

    @cached_property
    def steps(self) -> tuple[StepReport, ...]:
        """The policy's steps that this change called for. Commands run only where head is the work tree."""
        with self.clock.stage("steps"):
            changed = [pair.path for pair in self.change.pairs if pair.new]
            deleted = [pair.old.path for pair in self.change.pairs if pair.old and pair.old.path not in changed]
            root = self.root if self.request.head is None else ""
            return run_steps(self.policy, changed, root, deleted=deleted)

    def _judge(self, rules: Mapping[str, type[Rule]], evidence: Evidence | None) -> None:
        audit = Audit(self.change, self.delta, evidence, steps=self.steps)
        with self.clock.stage("rules"):
            for name, rule in rules.items():
                settings = self.policy.rules.get(name)
                self.request.progress("", f"rule {name}")
                options = {**rule.options, **(settings.options if settings else {})}
                self._collect(rule(), replace(audit, options=options))

    def _collect(self, rule: Rule, audit: Audit) -> None:
        try:
            for said in rule.check(audit):
                if isinstance(said, Finding):
                    self._findings.append(said)
                else:
                    self._not_judged.append(replace(said, rule=said.rule or rule.name))
        except Exception as error:  # noqa: BLE001 - one rule's defect must not cost the others' findings
            self._findings.append(_defect(rule, error))

    def _with_source(self, finding: Finding) -> Finding:
        """The finding with the head's source lines, where it does not show code already."""
        place = finding.location
        pair = next((pair for pair in self.change.pairs if pair.path == place.path), None)
        if not pair or not pair.new or finding.evidence.keys() & {"base", "head", "source"}:
            return finding
        lines = pair.new.content.split(b"\n")
        shown = range(place.line, min(place.end_line, place.line + SOURCE_LINES - 1, len(lines)) + 1)
        text = "\n".join(f"{number:>5}  {lines[number - 1].decode(errors='replace').rstrip()}" for number in shown)
        return replace(finding, evidence={**finding.evidence, "source": text}) if text else finding

    def _stats(self, evidence: Evidence | None) -> Stats:
        tests = len(evidence.tests) if evidence else 0
        seconds = {name: round(value, 3) for name, value in self.clock.seconds.items()}
        return Stats(len(self.change.pairs), self.change.changed_lines, tests, seconds)


def _base_and_policy(request: Request, repo: Repository, rules: Mapping[str, type[Rule]]) -> tuple[Base, Policy]:
    """The bootstrap base yields the policy; a base named there is resolved once. Head's policy is never asked."""
    catalogue = {name: rule.options for name, rule in rules.items()}
    head = request.head or "HEAD"
    base = discover(repo, option=request.base, environ=request.environ, head=head)
    policy = _policy(repo, base, catalogue)
    if policy.base and not request.base:
        base = discover(repo, policy_base=policy.base, environ=request.environ, head=head)
    return base, policy


def _policy(repo: Repository, base: Base, catalogue: Mapping[str, Mapping[str, object]]) -> Policy:
    try:
        return load_tree(repo.tree(base.sha).read, catalogue)
    except PolicyError as error:
        raise AuditError(f"the policy of base {base.sha[:10]} cannot be used: {error}") from error


def _defect(rule: Rule, error: Exception) -> Finding:
    """A rule that broke is said aloud: silence would pass whatever broke it."""
    return Finding(
        rule="unreadable-file",
        family=rule.family,
        level=Level.ERROR,
        message=f"`{rule.name}` could not judge this change: {type(error).__name__}: {error}",
        location=Location("."),
        fix="report it with the change that shows it; until it is mended, switch the rule off in the policy",
    )


def info(rule: type[Rule]) -> RuleInfo:
    """What renderers may say of a rule."""
    page = cleandoc(rule.__doc__ or "")
    return RuleInfo(rule.name, rule.family, rule.level, page.split("\n", 1)[0], page)


def all_rules() -> dict[str, type[Rule]]:
    """Built-in rules and those of installed packages (entry-point group "agentaudit"), by name."""
    return by_name((*builtin_rules(), *third_party_rules()))


def open_audit(request: Request) -> Pipeline:
    """Find the base, load its policy and read the bytes of the change."""
    clock = Clock()
    repo = Repository.open(request.repo)
    return Pipeline(request, repo, all_rules(), clock)


def check(request: Request) -> Verdict:
    """The static audit alone: no run, so what needs one is at most a warning."""
    pipeline = open_audit(request)
    pipeline.prepare()
    return pipeline.finish(None)
