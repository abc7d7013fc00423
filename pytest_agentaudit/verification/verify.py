"""The way of a verification: read and judge from objects, run the tests on an export, look from outside, decide."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.git.trees import GitTree
from pytest_agentaudit.model import Evidence, NotJudged, Result, Verdict, Watch
from pytest_agentaudit.outside import Outside
from pytest_agentaudit.policy.load import PATH as POLICY
from pytest_agentaudit.proof import Plan, Proofs
from pytest_agentaudit.session import AuditSession, Options
from pytest_agentaudit.verification import again, canaries, descendants
from pytest_agentaudit.verification.built import Built, beside
from pytest_agentaudit.verification.confined import Confinement, confinement
from pytest_agentaudit.verification.export import Export, modules
from pytest_agentaudit.verification.handed_out import HandedOut
from pytest_agentaudit.verification.receipt import Verified, tool_digest
from pytest_agentaudit.verification.suite import Interpreter, Ran, Suite, environment
from pytest_agentaudit.witness.trials import Start, Trials

FULL_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
HARNESS = frozenset({FileRole.TEST.value, FileRole.CONFTEST.value})
PYTEST_ENDINGS = {
    1: "tests failed",
    2: "pytest was interrupted, or could not collect the tests",
    3: "pytest failed internally",
    4: "pytest could not be used as it was called",
    5: "pytest collected no tests",
}
"""What pytest's exit statuses say, in its documentation's order."""
UNIMPORTABLE = frozenset({2, 4})
"""Pytest's exit statuses where a test file, or a conftest, could not be imported."""
UNBUILT = (
    "; the commit has no `{}`, which the work tree has: where a build writes it and the code imports it, name it in "
    "`built-files` of the base's policy"
)

Say = Callable[[str], None]


class Order(Struct, frozen=True):
    """What to verify: the commits `base` and `head` of the repository at `repo`, with pytest's own `arguments`.

    `seconds` is the time that the tests may take, `budget` that of proofs. `keep` are names of variables that the tests
    may see; `another_user` asks for tests that run as another user (None: where that is possible), `no_network` for
    tests without any. `approvals` is the file of the reviews that CI fetched, `pusher` who pushed the change.
    `shows_on` is the descriptor that pytest's output goes to, `shows` asks for the lines of the change.
    """

    repo: str
    base: str
    head: str = "HEAD"
    arguments: tuple[str, ...] = ()
    fail_on: str = "error"
    incomplete_fails: bool = True
    prove: str = "revert"
    budget: float = 30.0
    seconds: float = 3600.0
    keep: tuple[str, ...] = ()
    another_user: bool | None = None
    no_network: bool = False
    approvals: str = ""
    pusher: str = ""
    shows_on: int = 1
    shows: bool = False


def verify(order: Order, say: Say) -> Verified:
    """The verdict on a commit, and what it is about; `say` is told in words what goes on.

    AuditError where there can be none.
    """
    repo = Repository.open(order.repo)
    try:
        base, head = _full(repo, order.base), repo.resolve(order.head)
        session = AuditSession(
            Options(
                base=base,
                head=head,
                verifies=True,
                fail_on=order.fail_on,
                incomplete_fails=order.incomplete_fails,
                prove=order.prove,
                approvals=str(Path(order.approvals).resolve()) if order.approvals else "",
                pusher=order.pusher,
                shows=order.shows,
            )
        )
        with tempfile.TemporaryDirectory(prefix="agentaudit-", ignore_cleanup_errors=True) as scratch:
            Path(scratch).chmod(0o711)  # another user may have to pass through
            verdict, place = _Verification(order, repo, head, session, Path(scratch), say).verdict()
        policy = hashlib.sha256(repo.tree(base).read(POLICY) or b"").hexdigest()
        words, built = place.confined.words, place.built.digests
        return Verified(verdict, base, head, repo.tree(head).oid, policy, words, built)
    finally:
        repo.close()


class _Verification(Struct, frozen=True):
    order: Order
    repo: Repository
    head: str
    session: AuditSession
    scratch: Path
    say: Say

    def verdict(self) -> tuple[Verdict, _Place]:
        """The verdict, and what the children had."""
        session = self.session
        session.start(str(Path(self.order.repo).resolve()), {})
        try:
            if session.error:
                raise session.error
            descendants.hide_memory()
            descendants.adopt()
            tool = tool_digest()
            tree = self.repo.tree(self.head)
            started = self._place()
            ran, left_out = self._ran(tree, started)
            evidence = self._evidence(ran, tree, started)
            verdict = session.judge(evidence, self.say, lambda plan, say: self._prove(plan, say, tree, started))
            if tool_digest() != tool:
                raise AuditError(
                    "the files of pytest-agentaudit were changed while the tests ran",
                    "install it anew, where the user that runs the tests cannot write",
                )
            if session.error:
                raise session.error
            return self._decided(verdict, ran, left_out, self._unbuilt(ran, tree)), started
        finally:
            session.close()

    def _place(self) -> _Place:
        """Where the children of this verification import from and stand."""
        own = self.scratch / "own"
        environ = environment(own, self.order.keep)
        confined = confinement(another_user=self.order.another_user, no_network=self.order.no_network, folder=own)
        self.say(confined.words)
        tree = Path(self.repo.root)
        interpreter = Interpreter.ask(str(tree), environ)
        here = Path(self.order.repo).resolve()
        below = here.relative_to(tree.resolve()) if here.is_relative_to(tree.resolve()) else Path()
        built = Built.read("" if self.repo.bare else str(tree), self.session.snapshot.built)
        below = Path() if self.repo.bare else below
        return _Place(own, environ, confined, interpreter, tree.resolve().name, below, built)

    def _suite(self, tree: GitTree, place: _Place, purpose: str) -> tuple[Suite, Export]:
        """The commit laid out afresh: no child finds what another one left behind."""
        export = Export.make(tree, self.scratch / purpose / place.name)
        place.built.lay_out(export.root)
        roots = tuple(str((export.root / root).resolve()) for root in place.interpreter.roots)
        folder = export.root / place.below
        shows_on = self.order.shows_on
        return Suite(export.root, folder, place.own, roots, place.environ, place.confined, shows_on), export

    def _ran(self, tree: GitTree, place: _Place) -> tuple[Ran, dict[str, str]]:
        """The run of the suite, and what it had to do without."""
        self.say("laying out the commit")
        suite, export = self._suite(tree, place, "run")
        self.say("")
        deadline = time.monotonic() + self.order.seconds
        ran, written = self._run(suite, place, self.session.watch, self.order.seconds)
        if only := again.doubtful(ran):
            plain = self._untraced(tree, place, only, deadline)
            if plain and (told := again.reconciled(ran, plain[0])):
                ran, written = told, plain[1]
        written.hand_over()
        return ran, {**export.left_out, **place.built.left_out}

    def _untraced(
        self, tree: GitTree, place: _Place, only: tuple[str, ...], deadline: float
    ) -> tuple[Ran, HandedOut] | None:
        """The run of the suite without a tracer, in a home of its own; None where tests that failed fail alone too."""
        self.say("failed tests without a tracer")
        own = self.scratch / "own-again"
        place = replace(place, own=own, environ=environment(own, self.order.keep))
        suite, _ = self._suite(tree, place, "failed")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            left = max(deadline - time.monotonic(), 1.0)
            alone, _ = self._run(replace(suite, shows_on=nowhere), place, Watch(""), left, only)
        finally:
            os.close(nowhere)
        if alone.exit_status or alone.problem:
            return None
        suite, _ = self._suite(tree, place, "plain")
        self.say("")
        return self._run(suite, place, Watch(""), max(deadline - time.monotonic(), 1.0))

    def _run(
        self, suite: Suite, place: _Place, watch: Watch, seconds: float, only: tuple[str, ...] = ()
    ) -> tuple[Ran, HandedOut]:
        """One run, and the files that it was asked to write."""
        written = HandedOut(Path.cwd(), place.own / f"handed-out-{os.urandom(4).hex()}")
        arguments = ("-p", "no:cacheprovider", *written.arguments(self.order.arguments))
        return suite.run(arguments, replace(watch, root=str(suite.root)), seconds, only=only), written

    def _evidence(self, ran: Ran, tree: GitTree, place: _Place) -> Evidence:
        """What the run says of itself, with what is seen of it."""
        outside = Outside(
            exit_status=ran.exit_status,
            accounts=len(ran.accounts),
            built=place.built.digests,
            untraced=ran.untraced,
        )
        roles = self.session.snapshot.roles
        entries = tree.entries()
        account = ran.accounts[0] if len(ran.accounts) == 1 else _no_account(ran)
        near = [path for path, role in roles.items() if role in HARNESS and path in entries]
        near += [path for it in account.tests if (path := it.path) in entries]
        if near and not ran.problem:
            self.say("canaries")
            suite, _ = self._suite(tree, place, "canaries")
            loaded = modules((path for path, role in roles.items() if role == FileRole.PRODUCT.value), entries)
            flown = canaries.fly(suite, canaries.folders(near), loaded)
            outside = replace(
                outside,
                canaries=flown.canaries,
                canary_status=flown.canary_status,
                canary_accounts=flown.canary_accounts,
            )
        return replace(account, outside=outside)

    def _prove(self, plan: Plan, say: Say, tree: GitTree, place: _Place) -> Proofs:
        suite, _ = self._suite(tree, place, f"proofs-{os.urandom(4).hex()}")
        path = (*suite.import_roots, *place.interpreter.path)
        place.confined.give(suite.root)
        start = Start(
            self.order.arguments,
            str(suite.folder),
            path,
            place.environ,
            before=place.confined.before,
            user=place.confined.user,
        )
        return Trials(start, str(suite.root), self.order.budget).make(plan, say)

    def _unbuilt(self, ran: Ran, tree: GitTree) -> str:
        """What may help where the copy could not be imported: a module that stands in the work tree alone."""
        if self.repo.bare or ran.exit_status not in UNIMPORTABLE:
            return ""
        return next((UNBUILT.format(path) for path in beside(self.repo.root, tree.entries())), "")

    def _decided(self, verdict: Verdict, ran: Ran, left_out: dict[str, str], hint: str) -> Verdict:
        """The verdict with what speaks against the run as a whole: in doubt, nothing is green."""
        against = [ran.problem] if ran.problem else []
        if ran.exit_status:
            against.append(_ending(ran.exit_status) + hint)
        if not self.session.snapshot.roles:
            against.append("nothing changed between base and head: there is nothing that could be verified")
        reasons = [*map(NotJudged, against), *(NotJudged(why, path) for path, why in left_out.items())]
        if not reasons:
            return verdict
        fails = self.order.fail_on != "never" and (bool(against) or self.order.incomplete_fails)
        weaker = Result.INCOMPLETE if verdict.result is Result.PASSED else verdict.result
        return replace(verdict, result=Result.FAILED if fails else weaker, not_judged=(*verdict.not_judged, *reasons))


class _Place(Struct, frozen=True):
    """What all children share: a folder of their own, environment, confinement, interpreter, the name of the
    repository's folder, the folder below it that pytest is started in, and the files that a build wrote.
    """

    own: Path
    environ: dict[str, str]
    confined: Confinement
    interpreter: Interpreter
    name: str
    below: Path
    built: Built


def _full(repo: Repository, name: str) -> str:
    """The commit of a full name: whatever else names one, can be moved."""
    if not FULL_NAME.fullmatch(name):
        known = f" (git rev-parse says: {repo.resolve(name)})" if repo.exists(name) else ""
        raise AuditError(
            f"the base has to be named by its full name, and {name!r} is none{known}",
            "branches and tags can be moved by a change; in CI, take the name from the event",
        )
    return repo.resolve(name)


def _no_account(ran: Ran) -> Evidence:
    said = "more than once" if ran.accounts else "nothing"
    return Evidence(
        partial=f"the run of the tests handed over {said} of what it saw",
        tracer_problem="the run handed nothing over",
        exit_status=ran.exit_status,
    )


def _ending(status: int) -> str:
    if status < 0:
        return f"the run of the tests was ended by signal {-status}"
    return f"{PYTEST_ENDINGS.get(status, 'the run of the tests failed')} (exit status {status})"
