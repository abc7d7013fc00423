"""The rule hidden-change."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.blobs import Blob, Sort, blobs
from pytest_agentaudit.facts.concealment import (
    Attribute,
    Hiding,
    Swap,
    colliding,
    hidden_by_attributes,
    ignored_imports,
    lost_hooks,
    moved_submodules,
    newly_ignored,
    swaps,
)
from pytest_agentaudit.model import Evidence, Family, Finding, Level, Location, Needs
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_BUILT = regex(
    r"/?(?:\*\*/)?(?:build|dist|\*?\.?egg-info|\*\.egg-info|__pycache__|wheels|sdist|htmlcov|site)/?(?:\*\*?)?"
)
"""Patterns of folders that a build writes: nothing imports what lies there."""

SHOWN = 3
"""Files that a message names."""

_ATTRIBUTE_FIX = "take the attribute out, or name the generated files alone"


class HiddenChange(Rule):
    """The change, or a later one, will not be shown to whoever reviews it.

    Looked at are attributes of git by which differences of code are not shown or bytes are converted, ignored code,
    files that became links or submodules, links out of the repository, hooks that cannot run any more, compiled code
    and stored objects, and edits that the index hides from git.

    Level: error for bytecode that Python runs without its source, for archives that code imports from, for code that
    became a link or a submodule outside of the repository, for modules of which a file system that knows no case keeps
    one, and for an ignored import without which a copy of the commit cannot collect its tests; warning for the rest;
    note where archives leave code out, where an ignored file is tracked all the same, and for stored objects that no
    code names.

    Why: a review approves what it is shown.
    Fix: take the line out, commit the file itself, build compiled files where they are used.
    Not a fix: a narrower pattern that still names the file.
    """

    name = "hidden-change"
    family = Family.HIDDEN
    level = Level.WARNING
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    of_files = True
    examples = kept_apart("hidden_change")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for each line, file or path that hides something."""
        for hiding in hidden_by_attributes(audit.change):
            yield self._attribute(hiding)
        for hiding in newly_ignored(audit.change):
            yield self._ignored(hiding)
        broken = _broken(audit.evidence)
        for hiding in ignored_imports(audit.change, audit.delta):
            yield self._ignored(hiding, broken)
        for swap in swaps(audit.change):
            yield self._swap(swap)
        for blob in blobs(audit.change):
            if level := _blob_level(blob):
                yield self._blob(blob, level)
        yield from self._others(audit)

    def _attribute(self, it: Hiding) -> Finding:
        exported = it.effect == Attribute.NOT_EXPORTED
        return self.finding(
            Location(it.path, it.line),
            f"`{it.text}` reaches {_listed(it.files)}: {it.effect}.",
            level=Level.NOTE if exported else self.level,
            fix=_ATTRIBUTE_FIX,
            not_a_fix="a narrower pattern that still names code",
        )

    def _ignored(self, it: Hiding, broken: tuple[str, ...] = ()) -> Finding:
        tracked = it.effect.startswith("is code") or _BUILT.fullmatch(it.text)
        proof = f"on a copy of the commit pytest cannot collect {_listed(broken)}" if broken else ""
        return self.finding(
            Location(it.path, it.line),
            f"`{it.text}` is ignored from now on: {_listed(it.files)} {it.effect}.",
            level=Level.ERROR if broken else Level.NOTE if tracked else self.level,
            evidence={"proof": proof} if proof else {},
            fix="keep code in git; ignore what a build writes by its own folder",
            not_a_fix="adding the file with `git add -f` once",
        )

    def _swap(self, it: Swap) -> Finding:
        code = it.path.endswith((".py", ".pyi", ".pth")) or not it.target
        became = f"a link to {it.target}" if it.target else "a submodule"
        was = "was a file and became" if it.was_file else "is"
        where = ", out of the repository" if it.outside and it.target else ", where nothing is" if it.dangling else ""
        inside = not it.outside and not it.dangling
        level = Level.NOTE if inside else Level.ERROR if code and it.was_file else self.level
        return self.finding(
            Location(it.path),
            f"`{it.path}` {was} {became}{where}.",
            level=level,
            fix="commit the file itself",
            not_a_fix="a link to a copy that is not part of the change either",
        )

    def _blob(self, it: Blob, level: Level) -> Finding:
        why = ""
        if it.importable:
            why = ", and Python imports it without any source"
        elif it.unchecked:
            why = ", and Python runs it without comparing it with its source"
        elif it.named_by:
            why = f", and {_listed(it.named_by)} names it"
        return self.finding(
            Location(it.pair.path),
            f"`{it.pair.path}` is {it.sort}{why}: no review can read it.",
            level=level,
            fix="take it out of git, and build or fetch it where it is used, with a checksum",
            not_a_fix="another suffix",
        )

    def _others(self, audit: Audit) -> Iterator[Finding]:
        for pair, old, new in moved_submodules(audit.change):
            yield self.finding(
                Location(pair.path),
                f"A submodule is fetched from {new} since the change, and not from {old}.",
                fix="let a person compare the two repositories",
            )
        for path, other in colliding(audit.change):
            yield self.finding(
                Location(path),
                f"`{path}` and `{other}` are one file where the case of letters does not count (Windows, macOS).",
                level=Level.ERROR,
                fix="give one of them another name",
                related=(Location(other),),
            )
        for pair in lost_hooks(audit.change):
            yield self.finding(
                Location(pair.path),
                f"`{pair.path}` cannot be run any more: git passes over such a hook.",
                fix=f"git update-index --chmod=+x {pair.path}",
            )
        if audit.change.unwatched:
            first, *more = audit.change.unwatched
            yield self.finding(
                Location(first),
                f"git was told not to look at {_listed(audit.change.unwatched)}, and the work tree differs there: "
                "`git status` and `git diff` show nothing of it.",
                fix="git update-index --no-assume-unchanged --no-skip-worktree PATH",
                not_a_fix="committing the rest",
                related=tuple(Location(path) for path in more),
            )


def _broken(evidence: Evidence | None) -> tuple[str, ...]:
    """What could not be collected in a folder that holds the commit and nothing else."""
    return evidence.collection_errors if evidence and evidence.outside else ()


def _listed(files: tuple[str, ...]) -> str:
    """The first few files in words."""
    shown = ", ".join(f"`{path}`" for path in files[:SHOWN])
    return f"{shown} and {len(files) - SHOWN} more" if len(files) > SHOWN else shown


def _blob_level(it: Blob) -> Level | None:
    """How much an opaque file weighs; None where it says nothing."""
    if it.importable or it.unchecked:
        return Level.ERROR
    return Level.WARNING if it.sort is not Sort.OBJECTS or it.named_by else Level.NOTE
