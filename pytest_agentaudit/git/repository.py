"""A repository: revisions, history and trees."""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.blame import Origin, origins
from pytest_agentaudit.git.command import (
    TIMEOUT,
    Git,
    find_program,
    own_environment,
    settled,
)
from pytest_agentaudit.git.entries import decode
from pytest_agentaudit.git.listings import Listings
from pytest_agentaudit.git.objects import Commit, Objects
from pytest_agentaudit.git.rewritten import rewritten
from pytest_agentaudit.git.trees import GitTree, differing
from pytest_agentaudit.later import later
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.places import as_path, exists, is_folder
from pytest_agentaudit.process import run

if TYPE_CHECKING:
    from pytest_agentaudit.git.staged import StagedTree
    from pytest_agentaudit.git.worktree import WorkTree
else:
    StagedTree = later("pytest_agentaudit.git.staged", "StagedTree")
    WorkTree = later("pytest_agentaudit.git.worktree", "WorkTree")

FETCH_MORE = (
    "fetch more history: git fetch --unshallow "
    "(in GitHub Actions: actions/checkout with fetch-depth: 0, or 2 on pull requests)"
)
FEW_COMMITS = 20
"""So many are looked through one by one before git is asked which there are."""
MESSAGES_LIMIT = 1000
FIRST_CHOICE = regex(r"HEAD|refs/[\w/.-]+", re.ASCII)
"""Names that git takes as they stand before it tries them as short ones: no other ref can be meant."""
SHORT_NAME = regex(r"(?!.*(?:\.\.|//))[a-zA-Z0-9_][\w/.-]*", re.ASCII)
"""Names that git takes for a ref, if it has one, and that hold nothing which it reads as an operator."""
PLACES = ("refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
"""Where git looks for a short name (gitrevisions)."""
FULL_NAME = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Repository(Struct, frozen=True, dict=True):
    """A repository that git trusts, opened for reading. Close it after use: it holds a child process."""

    root: str
    bare: bool
    shallow: bool
    _git: Git
    _objects: Objects
    _resolved: dict[str, str] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, path: str) -> Repository:
        """The repository around `path` (a folder of the work tree, or a bare repository).

        AuditError where there is none, where git is missing, or where git does not trust its owner.
        """
        program = find_program()
        if not is_folder(path):
            cause = "is a file, not a folder" if exists(path) else "does not exist"
            raise AuditError(f"{path} {cause}", "name a folder of a work tree, or a bare repository")
        flags = ("--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository", "--show-object-format")
        try:
            answers = _discover(program, path, *flags, "--absolute-git-dir", "--show-toplevel")
            bare, inside, shallow, algorithm, git_dir, work_tree = answers.split("\n")
        except (AuditError, ValueError):  # bare, untrusted or none at all; or a folder's name has a line break
            bare, inside, shallow, algorithm = _discover(program, path, *flags).split("\n")
            git_dir = _discover(program, path, "--absolute-git-dir")
            work_tree = "" if bare == "true" or inside != "true" else _discover(program, path, "--show-toplevel")
        if bare != "true" and inside != "true":
            raise AuditError(
                f"{path} is inside the git directory {git_dir}, or core.worktree points away from it",
                "name the work tree's own folder; git config --unset core.worktree where it was set",
            )
        if work_tree and not os.path.lexists(f"{work_tree}/.git"):
            raise AuditError(
                f"core.worktree makes {work_tree} the work tree of {git_dir}",
                "git config --unset core.worktree, and try again",
            )
        git = settled(Git(program, git_dir, work_tree))
        return cls(git.root, bare == "true", shallow == "true", git, Objects(git, algorithm))

    @property
    def git_dir(self) -> str:
        """The absolute path of this work tree's own git directory."""
        return self._git.git_dir

    def close(self) -> None:
        """End the child process. A later read starts it again."""
        self._objects.close()

    def leave(self) -> None:
        """Let a fork that was just made go on with the child process; here, a later read starts another."""
        self._objects.leave()

    def recall(self, listings: Listings) -> None:
        """Take the files of whole trees from earlier audits, and keep them for later ones."""
        self._objects.listings = listings

    def resolve(self, rev: str) -> str:
        """The full name of the commit that `rev` means: the same one whenever it is asked.

        AuditError where there is none, or more than one.
        """
        if rev not in self._resolved:
            self._resolved[rev] = self._lookup(rev)
        return self._resolved[rev]

    def _lookup(self, rev: str) -> str:
        if not rev or rev.startswith("-") or "\0" in rev:
            raise AuditError(f"{rev!r} is not a revision")
        if FIRST_CHOICE.fullmatch(rev) or FULL_NAME.fullmatch(rev):
            found = self._objects.find_commit(rev)
            if not found:
                raise self._unknown(rev)
            return found
        if found := self._named(rev):
            return found
        done = self._git.attempt("rev-parse", "--verify", f"{rev}^{{commit}}")
        if done.status:
            raise self._unknown(rev)
        if b"is ambiguous" in done.stderr and not FULL_NAME.fullmatch(rev):
            raise AuditError(
                f"{rev!r} is ambiguous: more than one branch, tag or commit bears that name",
                "write it in full (refs/heads/..., refs/remotes/origin/..., refs/tags/... or the commit's full name)",
            )
        return done.stdout.decode().strip()

    def _named(self, rev: str) -> str:
        """The commit of the one ref that a short name means; "" where git has to say whether it means any, or several.

        The process that reads objects is there already, and a `git rev-parse` takes 2 ms.
        """
        if not SHORT_NAME.fullmatch(rev):
            return ""
        found = [commit for place in PLACES if (commit := self._objects.find_commit(place.format(rev)))]
        return found[0] if len(found) == 1 and found == [self._objects.find_commit(rev)] else ""

    def exists(self, rev: str) -> bool:
        """Whether `rev` names exactly one commit of this clone: the same answer whenever it is asked."""
        if rev in self._absent:
            return False
        try:
            self.resolve(rev)
        except AuditError:
            self._absent.add(rev)
            return False
        return True

    def symbolic(self, ref: str) -> str:
        """The full name of the ref that a symbolic ref points to, or "" where `ref` is none, or points nowhere."""
        if not self.exists(ref):
            return ""
        return self._git.attempt("symbolic-ref", "--quiet", ref).stdout.decode("utf-8", "replace").strip()

    def commit(self, sha: str) -> Commit:
        """A commit as written, by its full name."""
        return self._objects.commit(sha)

    def merge_base(self, a: str, b: str) -> str | None:
        """The best common ancestor of two commits; None where the clone knows none."""
        if a == b or a in self.commit(b).parents:
            return a
        done = self._git.attempt("merge-base", a, b)
        if done.status not in (0, 1):
            raise AuditError(f"`git merge-base` failed: {done.complaint}", FETCH_MORE if self.shallow else "")
        return done.stdout.decode().strip() or None

    def tree(self, sha: str) -> GitTree:
        """The tree of a commit, by its full name."""
        return GitTree(self._objects, self._objects.commit(sha).tree)

    def work_tree(self) -> WorkTree:
        """The work tree as it stands when it is first looked at. AuditError in a bare repository."""
        if self.bare:
            raise AuditError("a bare repository has no work tree", "name the commit to audit: --head REV")
        return self._work_tree

    def staged(self, index: str = "") -> StagedTree:
        """What the index holds. `index` names another one, as git does for a hook in GIT_INDEX_FILE: relative to the
        work tree, and in the git directory. AuditError in a bare repository, and where it is somewhere else.
        """
        if self.bare:
            raise AuditError("a bare repository has no index", "name the commit to audit: --head REV")
        place = as_path(self.root, index).resolve() if index else None
        if place and not place.is_relative_to(as_path(self.git_dir).resolve()):
            raise AuditError(f"GIT_INDEX_FILE names {index}, which is not in {self.git_dir}", "unset GIT_INDEX_FILE")
        return StagedTree(replace(self._git, index=str(place) if place else ""), self._objects)

    def messages(self, base: str, head: str) -> tuple[str, ...]:
        """The full messages of the commits in base..head, newest first, the last MESSAGES_LIMIT at most."""
        names = self._between(base, head, f"--max-count={MESSAGES_LIMIT}")
        return tuple(self._objects.commit(name).message for name in names[:MESSAGES_LIMIT])

    def commits(self, base: str, head: str) -> dict[str, Commit]:
        """Every commit in base..head by its full name, newest first, merges among them."""
        return {name: self._objects.commit(name) for name in self._between(base, head)}

    def history(self, first: str, last: str, *, along: bool, most: int = 0, merges: bool = False) -> tuple[str, ...]:
        """The commits that `last` has and `first` has not ("": all), newest first, `most` of them (0: all).

        With `along` only those on the way of first parents, merges among them; else every commit that is no merge, or
        with `merges` every one.
        """
        limit = [f"--max-count={most}"] if most else []
        way = ["--first-parent"] if along else [] if merges else ["--no-merges"]
        return self._between(first, last, *limit, *way)[: most or None]

    def _between(self, first: str, last: str, *options: str) -> tuple[str, ...]:
        """The commits that `last` has and `first` has not, newest first. A few that stand one upon the other, with no
        merge among them, are read: that costs less than asking git.
        """
        name = last
        found: list[str] = []
        while name != first and not self.shallow and len(found) < FEW_COMMITS:
            parents = self._objects.commit(name).parents
            if len(parents) != 1:
                break
            found.append(name)
            name = parents[0]
        if name == first:
            return tuple(found)
        bound = [f"^{first}"] if first else []
        return tuple(self._git.output("rev-list", *options, last, *bound).decode().split())

    def changed(self, base: str, head: str | None) -> tuple[str, ...]:
        """The paths that differ between two commits, or between a commit and the work tree (`head` None), in order.

        In the work tree a path may turn out to be equal after all: where the index differs from the base and the file
        does not.
        """
        if head is None:
            staged = self._git.output("diff-index", "--cached", "--name-only", "-z", "--ignore-submodules=none", base)
            return tuple(sorted({decode(name) for name in staged.split(b"\0") if name} | self.work_tree().changed()))
        trees = self._objects.commit(base).tree, self._objects.commit(head).tree
        return tuple(sorted(differing(self._objects, *trees)))

    def origins(self, base: str, head: str, path: str) -> tuple[Origin, ...]:
        """Which commits of base..head wrote the lines of a file as `head` has it."""
        return origins(self._git, base, head, path)

    def last_to_touch(self, commit: str, path: str) -> str:
        """The last commit up to this one that touched a file, "" where there is none."""
        return self._git.output("rev-list", "--max-count=1", commit, "--", path).decode().strip()

    def rewritten(self) -> tuple[str, ...]:
        """What makes other readers of this clone see another history than its objects hold, a clause each."""
        return rewritten(self._git.git_dir)

    @cached_property
    def _work_tree(self) -> WorkTree:
        return WorkTree(self._git, self._objects)

    def _unknown(self, rev: str) -> AuditError:
        if rev.startswith("HEAD") and not self._git.attempt("rev-list", "--max-count=1", "--all").stdout:
            return AuditError("this repository has no commits yet", "commit what there is: git add -A && git commit")
        known = "git branch --all; git tag"
        return AuditError(
            f"no commit {rev!r} in this clone", FETCH_MORE if self.shallow else f"list what there is: {known}"
        )


def _discover(program: str, path: str, *questions: str) -> str:
    """What git finds at `path`, asked in the user's own environment: there git decides whether to trust the owner.

    Every later command names the git directory, so git does not decide again, and reads no settings of the user.
    """
    done = run([program, "rev-parse", *questions], cwd=path, env=own_environment(), timeout=TIMEOUT)
    if done.status == 0:
        return decode(done.stdout).removesuffix("\n")
    complaint = done.stderr.decode("utf-8", "replace")
    if "dubious ownership" in complaint or "unsafe repository" in complaint:
        found = re.search(r"repository (?:at )?\(?'([^']*)'", complaint)
        place = found[1] if found else as_path(path).resolve()
        raise AuditError(
            f"git does not trust {place}: it belongs to another user",
            f"if you do: git config --global --add safe.directory {place}",
        )
    if "not a git repository" in complaint:
        raise AuditError(
            f"{as_path(path).resolve()} is not in a git repository",
            "audit a clone (a copy without .git has no history), or begin here: git init && git add -A && git commit",
        )
    raise AuditError(f"git cannot read the repository at {path}: {done.complaint}")
