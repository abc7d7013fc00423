"""The pipeline in order: base, policy, change, facts, rules, verdict. Knows neither pytest nor the terminal.

Everything here runs where nothing of the audited repository was ever imported. All of it raises only AuditError.
Opening an audit imports git and the policy alone; what reads and judges code is loaded once there is a change to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_agentaudit.audit.attributable import is_attributable
from pytest_agentaudit.audit.known import KnownRules
from pytest_agentaudit.audit.stages import Clock
from pytest_agentaudit.change import Change, build, candidates_of
from pytest_agentaudit.change.base import Base, discover
from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.change.progress import Progress, no_progress
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.garbage import without_collector
from pytest_agentaudit.git.listings import LARGE_TREE, Listings
from pytest_agentaudit.git.notes import AI, TRACES
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.git.trees import GitTree
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Bearing, ChangeInfo, Evidence, Finding, NotJudged, Promise, Stats, Verdict, Watch
from pytest_agentaudit.places import is_file
from pytest_agentaudit.policy.load import load_parts, load_tree
from pytest_agentaudit.policy.model import AppliesTo, FailOn, Policy, PolicyError
from pytest_agentaudit.policy.waivers import Waivers
from pytest_agentaudit.store import DATABASE
from pytest_agentaudit.verdict import decide

if TYPE_CHECKING:
    from pytest_agentaudit.audit.judgement import Judgement
    from pytest_agentaudit.audit.waiving import Grounds, Waiving
    from pytest_agentaudit.change.entries import entry_ranges
    from pytest_agentaudit.facts.means import Means
    from pytest_agentaudit.policy.approvals import Reviews
    from pytest_agentaudit.proof import Plan, Proofs
    from pytest_agentaudit.shard import Subject
    from pytest_agentaudit.store import Store
else:
    entry_ranges = later("pytest_agentaudit.change.entries", "entry_ranges")

WATCHED = frozenset({FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST})
"""Roles whose changed lines a run watches."""


CACHE = "AGENTAUDIT_CACHE"
"""The variable that says "off" where no kept facts may count."""
WORTH_KEEPING = 50_000
"""Bytes of changed Python files, both sides together, from which reading them costs more than a database."""


class Request(Struct, frozen=True):
    """What to audit, for whom. `repo` is a folder in a work tree, or a bare repository; `head` None is the work tree,
    or with `staged` the index (that of a hook of git, where `environ` names it).

    `environ` is the caller's environment (CI variables name the base), never handed on to git. `prove` is what a run
    may be asked for beyond its evidence ("off": nothing), `attribute` whether to look up which agent wrote what.
    `approvals` is the file of the reviews that CI fetched, `pusher` the login of who pushed the change; either may be
    empty. `day` is what waivers are held against (None: it is asked for). `shows` asks for the lines of the change,
    with what is known of each. `keeps` allows to take the facts of files from earlier audits, and to keep them for
    later ones; a verification never does, nor does anybody where AGENTAUDIT_CACHE is "off". `processes` may read a
    large change at once.
    """

    repo: str
    base: str = ""
    head: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    fail_on: FailOn = FailOn.ERROR
    incomplete_fails: bool = False
    prove: str = "off"
    promise: Promise = Promise.ADVISORY
    progress: Progress = no_progress
    approvals: str = ""
    pusher: str = ""
    day: date | None = None
    attribute: bool = True
    staged: bool = False
    shows: bool = False
    keeps: bool = False
    processes: int = 1

    @property
    def is_checked_out(self) -> bool:
        """Whether the work tree is what is audited."""
        return self.head is None and not self.staged


class Pipeline:
    """One audit on its way: opened with the change in memory, `prepare`d beside the run, then `finish`ed."""

    def __init__(self, request: Request, repo: Repository, clock: Clock) -> None:
        self.request, self.clock = request, clock
        self.root, self.git_dir, self.is_bare = repo.root, repo.git_dir, repo.bare
        self._repo = repo
        self._distrusted: dict[str, str] = {}
        with clock.stage("git"):
            self.base, policy, self._ruling = _base_and_policy(request, repo)
            head = None if request.head is None else repo.resolve(request.head)
            self._reviews: Reviews | None = None
            if request.approvals:
                self._reviews = import_module(f"{__name__}.approving").reviews(request.approvals, repo, head)
            staged = repo.staged(request.environ.get("GIT_INDEX_FILE", "")) if request.staged else None
            candidates = candidates_of(repo, self.base.sha, head, staged)
            self.policy = _with_parts(policy, self._ruling, candidates)
            for ref in (AI, TRACES):
                repo.exists(ref)  # what a run writes there says nothing of the change, and to ask later starts a git
            kept = (lambda: self._kept) if self._may_keep else None
            if kept:
                repo.recall(Listings(kept, is_file(f"{self.git_dir}/{DATABASE}")))
            self.change: Change = build(
                repo, self.base, head, self.policy, staged=staged, candidates=candidates, kept=kept
            )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read or judge: neither a file nor a commit stands between base and head."""
        change = self.change
        return not (change.pairs or change.passed or change.messages or change.unwatched or change.doubts)

    def close(self) -> None:
        """End git's process: whoever reads next starts an own one."""
        self._repo.close()

    def leave(self) -> None:
        """Let a fork that was just made go on with git's process: whoever reads next here starts an own one."""
        self._repo.leave()

    def distrust(self, path: str, reason: str) -> None:
        """Read no tree of `path` from now on: whoever tried before died of it."""
        self._distrusted[path] = reason

    def roles(self) -> dict[str, str]:
        """The changed paths whose bytes are in memory, and what each is for."""
        return {pair.path: pair.role.value for pair in self.change.pairs}

    def built(self) -> Mapping[str, str]:
        """The files that a build writes and that the policy wants in a verified run, each with why it can have no part
        in one ("" where it can).
        """
        if not self.policy.built_files:
            return {}
        room = import_module(f"{__name__}.built")
        said: Mapping[str, str] = room.built(self.change, self.policy, self._ruling)
        return said

    def watch(self) -> Watch:
        """What a run has to watch: the changed lines of Python files that tests could run, and where the functions
        around them begin.
        """
        ranges = {
            pair.path: (
                *((h.new_start, h.new_start + h.new_count - 1) for h in pair.hunks if h.new_count),
                *entry_ranges(pair.new.content, pair.hunks),
            )
            for pair in self.change.pairs
            if pair.role in WATCHED and pair.is_python and pair.new
        }
        return Watch(self.root, {path: lines for path, lines in ranges.items() if lines}, self._entries())

    def _entries(self) -> tuple[str, ...]:
        """The files of which a run has to tell which functions tests run: the product's, where tests are to be weighed
        by mutants.
        """
        if not self.request.prove.startswith("mutants"):
            return ()
        room = import_module("pytest_agentaudit.change.product")
        found: tuple[str, ...] = room.product_paths(self.change, self.policy) if room.alters_tests(self.change) else ()
        return found

    def subject(self) -> Subject:
        """What is judged, for shards to be compared by."""
        digest = import_module(f"{__name__}.subject").subject
        subject: Subject = digest(self.change, self.policy, self._repo.resolve(self.request.head or "HEAD"))
        return subject

    def prepare(self) -> None:
        """Read the facts, take the policy's steps and judge all that needs no run."""
        if not self.is_empty:
            with without_collector():
                self._judgement.prepare()

    def plan(self, evidence: Evidence, proofs: Proofs) -> Plan | None:
        """What the run should still try out, given what it has shown; None where that is nothing."""
        if self.is_empty or self.request.prove == "off":
            return None
        return self._judgement.plan(evidence, proofs, self.request.prove)

    def finish(self, evidence: Evidence | None, proofs: Proofs | None = None) -> Verdict:
        """Judge the rest by the run's evidence and proofs (None: nothing was run) and decide."""
        judged = None if self.is_empty else self._judgement
        waivers: Waivers | None = None
        if judged is not None:
            with without_collector():
                judged.finish(evidence, proofs)
                waivers = judged.waivers(self._grounds())
        verdict = decide(
            judged.findings if judged else (),
            [*(NotJudged(it.reason, it.path) for it in self.change.passed), *(judged.not_judged if judged else ())],
            judged.steps if judged else (),
            self.policy,
            fail_on=self.request.fail_on,
            incomplete_fails=self.request.incomplete_fails,
            waivers=waivers,
            promise=self.request.promise,
            base=self.change.base,
            head=self.change.head,
            base_origin=self.change.base_origin,
            stats=self._stats(evidence),
            catalogue=judged.catalogue if judged else (),
            bearing=self._bearing(),
            change=ChangeInfo({pair.path: pair.shown_ranges for pair in self.change.pairs if pair.new and pair.hunks}),
        )
        return self._told(verdict, judged)

    def _bearing(self) -> Bearing:
        """Whether what is found may fail, where the policy applies to agents' changes only."""
        if self.policy.applies_to is AppliesTo.EVERYONE or self.is_empty:
            return Bearing()
        room = import_module(f"{__name__}.bearing")
        said: Bearing = room.bearing(self.change, self._repo, self.request.environ, self.request.promise)
        return said

    def _told(self, verdict: Verdict, judged: Judgement | None) -> Verdict:
        """The verdict with what reports tell beside it: the lines of the change, and whose work the findings are."""
        if self.request.shows and judged is not None:
            verdict = judged.shown(verdict, WATCHED)
        return self._attributed(verdict) if self.request.attribute and verdict.findings else verdict

    def _attributed(self, verdict: Verdict) -> Verdict:
        if not is_attributable(self.change, self._repo):
            return verdict
        said: Verdict = import_module(f"{__name__}.attribution").attributed(verdict, self.change, self._repo)
        return said

    def weighed(self) -> tuple[list[Finding], Waiving]:
        """The findings without a run, each with its fingerprint, and what collects the waivers for them."""
        self._judgement.finish(None, None)
        return self._judgement.weighed(self._grounds())

    @cached_property
    def _judgement(self) -> Judgement:
        with self.clock.stage("start"):
            room = import_module(f"{__name__}.judgement")
            judgement: Judgement = room.Judgement(
                self.change,
                self.policy,
                means=self._means(),
                clock=self.clock,
                root=self.root if self.request.is_checked_out else "",
                ruling=self._ruling,
            )
        return judgement

    def _means(self) -> Means:
        """What reading goes by."""
        means: Means = import_module("pytest_agentaudit.facts.means").Means(
            self.request.progress,
            self._distrusted,
            self._store(),
            self.request.processes,
            self._repo.close,
            policy=lambda: str(import_module(f"{__name__}.subject").digest_of(self.policy)),
        )
        return means

    @property
    def _may_keep(self) -> bool:
        """Whether anything that an earlier audit kept may count."""
        request = self.request
        return request.keeps and request.promise is not Promise.VERIFIED and request.environ.get(CACHE) != "off"

    @cached_property
    def _kept(self) -> Store:
        """What earlier audits kept."""
        store: Store = import_module(f"{__name__}.fact_store").FactStore.of(self.git_dir)
        return store

    def _store(self) -> Store | None:
        """Where facts are kept; None where reading them anew is cheaper, or nothing kept may count."""
        if not self._may_keep:
            return None
        sides = (side for pair in self.change.pairs if pair.is_python for side in (pair.old, pair.new) if side)
        if sum(it.size for it in sides) < WORTH_KEEPING and len(self.change.old.entries()) < LARGE_TREE:
            return None
        return self._kept

    def _grounds(self) -> Grounds:
        """What waivers are judged by: the day, and where reviews were given, they and who made the change."""
        room = import_module(f"{__name__}.waiving")
        grounds: Grounds = room.Grounds(self.request.day or room.today())
        if self._reviews is None:
            return grounds
        authors = import_module(f"{__name__}.approving").authors(self._repo, self.change, self.request.pusher)
        return replace(grounds, reviews=self._reviews, authors=authors)

    def _stats(self, evidence: Evidence | None) -> Stats:
        tests = len(evidence.tests) if evidence else 0
        seconds = {name: round(value, 3) for name, value in self.clock.seconds.items()}
        return Stats(len(self.change.pairs), self.change.changed_lines, tests, seconds)


def _base_and_policy(request: Request, repo: Repository) -> tuple[Base, Policy, GitTree]:
    """The bootstrap base yields the policy, told with the tree that it stands in; a base named there is resolved once.
    Head's policy is never asked.

    A verification takes the policy of the very commit that it was given: the merge base, which a change can choose by
    where it begins, may be one with an older policy.
    """
    head = request.head or "HEAD"
    base = discover(repo, option=request.base, environ=request.environ, head=head)
    if request.promise is Promise.VERIFIED:
        ruling = repo.tree(repo.resolve(request.base))
        return base, _policy(ruling, request.base), ruling
    ruling = repo.tree(base.sha)
    policy = _policy(ruling, base.sha)
    if policy.base and not request.base:
        base = discover(repo, policy_base=policy.base, environ=request.environ, head=head)
    return base, policy, ruling


def _policy(tree: GitTree, base: str) -> Policy:
    try:
        return load_tree(tree.read, KnownRules())
    except PolicyError as error:
        raise _unusable(f"the policy of base {base[:7]}", error) from error


def _with_parts(policy: Policy, tree: GitTree, paths: Iterable[str]) -> Policy:
    """The policy with those of the parts around these paths."""

    def is_settings(path: str) -> bool:
        roles = import_module("pytest_agentaudit.change.roles")  # few repositories have parts
        return bool(roles.RoleMap.derive(tree, policy).role(path) is FileRole.CONFIG)

    try:
        parts = load_parts(tree.read, KnownRules(), paths, is_settings)
    except PolicyError as error:
        raise _unusable("the policy of the base", error) from error
    return replace(policy, parts=parts) if parts else policy


def _unusable(what: str, error: PolicyError) -> AuditError:
    first, *more = str(error).split("\n")
    way_out = "\n".join([*more, "mend it on the base branch: the policy counts as it stands there"])
    return AuditError(f"{what} cannot be used: {first}", way_out)


def open_audit(request: Request) -> Pipeline:
    """Find the base, load its policy and read the bytes of the change."""
    repo = Repository.open(request.repo)
    try:
        return Pipeline(request, repo, Clock())
    except BaseException:
        repo.close()
        raise


def check(request: Request) -> Verdict:
    """The static audit alone: no run, so what needs one is at most a warning."""
    pipeline = open_audit(request)
    try:
        pipeline.prepare()
        return pipeline.finish(None)
    finally:
        pipeline.close()
