"""What git, or whoever shows its changes, is told to hide: read from the change itself when a rule asks."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice

from msgspec import Struct

from pytest_agentaudit.change import names
from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, Change, Entry, FilePair
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.import_roots import project_folders
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.policy.patterns import Patterns

_BUILT_IN_DRIVERS = frozenset(
    {
        *("ada", "bash", "bibtex", "cpp", "csharp", "css", "dts", "elixir", "fortran", "fountain", "golang", "html"),
        *(
            "java",
            "kotlin",
            "markdown",
            "matlab",
            "objc",
            "pascal",
            "perl",
            "php",
            "python",
            "ruby",
            "rust",
            "scheme",
            "tex",
        ),
    }
)
"""git's own diff drivers: they only choose what a hunk's heading shows."""
LINKS = 8
"""How many links are followed to a file."""
MOST_FILES = 200
"""Code files that one pattern is shown to reach, at most."""
_FILE_URL = regex(r"^\s*url\s*=\s*(\S+)", re.MULTILINE)
_GENERATED = regex(r"version|_pb2|generated", re.IGNORECASE)
_HOOKS = regex(r"(?:^|/)\.?(?:git)?hooks/[^/]+$|(?:^|/)\.husky/[^/]+$")


class Attribute(StrEnum):
    """What a git attribute does to the files that it names."""

    NO_DIFF = "git shows no difference of them"
    COLLAPSED = "GitHub folds their differences away"
    RECODED = "git converts their bytes"
    FILTERED = "a program changes their bytes between git and the work tree"
    NOT_EXPORTED = "archives leave them out"


class Hiding(Struct, frozen=True):
    """A line of .gitattributes or .gitignore that is new: `text` as it stands, `effect` in words, `files` the code of
    head that it reaches, those of the change first.
    """

    path: str
    line: int
    text: str
    effect: str
    files: tuple[str, ...]
    changed: tuple[str, ...] = ()


def hidden_by_attributes(change: Change) -> Iterator[Hiding]:
    """New attributes by which differences of code are not shown, or its bytes are not what they seem."""
    for pair in change.pairs:
        if posixpath.basename(pair.path) == ".gitattributes" and pair.new:
            for number, line in _new_lines(pair):
                pattern, *attributes = line.split() or [""]
                for effect in dict.fromkeys(filter(None, map(_effect, attributes))):
                    files = _reached(change, pair.path, pattern)
                    if files:
                        changed = tuple(it.path for it in change.pairs if it.path in files)
                        yield Hiding(pair.path, number, line, effect, (*changed, *sorted(files - {*changed})), changed)


def _effect(attribute: str) -> Attribute | None:
    name, _, value = attribute.partition("=")
    found: Attribute | None = None
    match name:
        case "-diff" | "binary":
            found = Attribute.NO_DIFF
        case "diff" if value and value not in _BUILT_IN_DRIVERS:
            found = Attribute.NO_DIFF
        case "linguist-generated" | "gitlab-generated" if value != "false":
            found = Attribute.COLLAPSED
        case "working-tree-encoding" if value:
            found = Attribute.RECODED
        case "filter" if value and value != "lfs":
            found = Attribute.FILTERED
        case "export-ignore":
            found = Attribute.NOT_EXPORTED
    return found


def newly_ignored(change: Change) -> Iterator[Hiding]:
    """New lines of .gitignore that name code which head has, or which the same change took out of git."""
    for pair in change.pairs:
        if posixpath.basename(pair.path) == ".gitignore" and pair.new:
            for number, line in _new_lines(pair):
                if line.startswith("!"):
                    continue
                left = _left(change, pair.path, line)
                kept = _reached(change, pair.path, line)
                if left:
                    yield Hiding(
                        pair.path, number, line, "left git in the same change, and may stay on disk", left, left
                    )
                elif kept:
                    changed = tuple(it.path for it in change.pairs if it.path in kept)
                    yield Hiding(pair.path, number, line, "is code that git tracks", tuple(sorted(kept)), changed)


def ignored_imports(change: Change, delta: Delta) -> Iterator[Hiding]:
    """New lines of .gitignore that name a module which head's changed code imports and head does not have."""
    added = [
        (pair.path, number, line)
        for pair in change.pairs
        if posixpath.basename(pair.path) == ".gitignore"
        for number, line in _new_lines(pair)
    ]
    wanted = dict(_absent(change, delta)) if added else {}
    for path, number, line in added:
        if found := list(_matching(path, line, wanted)):
            importers = tuple(dict.fromkeys(wanted[it] for it in found))
            effect = f"is imported by {importers[0]}, and not in git"
            yield Hiding(path, number, line, effect, tuple(found), importers)


def _absent(change: Change, delta: Delta) -> Iterator[tuple[str, str]]:
    """The files of own packages that changed code imports and head has not, each with who imports it."""
    entries = change.new.entries()
    homes = [f"{folder}{place}" for folder in project_folders(change) for place in ("", "src/")]
    for file in delta.files:
        for origin in file.new.imports.values() if file.new else ():
            parts = origin.split(".")
            for folder in homes:
                for end in (len(parts), len(parts) - 1):
                    home, path = "/".join(parts[: end - 1]), "/".join(parts[:end])
                    known = f"{folder}{home}/__init__.py" in entries if end > 1 else path not in sys.stdlib_module_names
                    known = known and not _exists(entries, f"{folder}{path}")
                    if end and known and f"{folder}{path}.py" not in entries and not _GENERATED.search(path):
                        yield f"{folder}{path}.py", file.path


def _new_lines(pair: FilePair) -> Iterator[tuple[int, str]]:
    """The lines that the old side does not have, without comments."""
    known = set(_lines(pair.old.content)) if pair.old else set()
    for number, line in enumerate(_lines(pair.new.content) if pair.new else (), 1):
        if line and not line.startswith("#") and line not in known:
            yield number, line


def _lines(content: bytes) -> list[str]:
    return [" ".join(line.split()) for line in content.decode("utf-8", "replace").split("\n")]


def _reached(change: Change, where: str, pattern: str) -> frozenset[str]:
    """The code files of head that a pattern of the file at `where` names."""
    code = (it for it in _matching(where, pattern, change.new.entries()) if is_code(change, it))
    return frozenset(islice(code, MOST_FILES))


def _left(change: Change, where: str, pattern: str) -> tuple[str, ...]:
    """The code that the change took out of git and that the pattern names."""
    gone = [it.old.path for it in change.pairs if it.old and it.new is None]
    code = [it for it in gone if _is_code_name(it)]
    return tuple(_matching(where, pattern, code))


def _matching(where: str, pattern: str, paths: Iterable[str]) -> Iterator[str]:
    folder = posixpath.dirname(where)
    prefix = f"{folder}/" if folder else ""
    try:
        meant = Patterns((pattern,))
    except ValueError:
        return
    yield from (path for path in paths if path.startswith(prefix) and meant.matches(path[len(prefix) :]))


def is_code(change: Change, path: str) -> bool:
    """Whether head's file is Python that people wrote."""
    if not _is_code_name(path):
        return False
    content = change.new.read(path)
    return content is not None and not names.GENERATED_MARK.search(content[:1500])


def _is_code_name(path: str) -> bool:
    *folders, name = path.split("/")
    aside = any(names.GENERATED_FOLDERS.fullmatch(it) or it in names.FOREIGN_FOLDERS for it in folders)
    return name.endswith((".py", ".pyi")) and not aside and not names.GENERATED_FILES.fullmatch(name)


class Swap(Struct, frozen=True):
    """A path that became a link or a submodule. `target` is a link's, as it stands; `outside` is true where that leads
    out of the repository, `dangling` where head has nothing there. `was_file` is true where the base had a file,
    or a folder of code.
    """

    path: str
    target: str
    was_file: bool
    outside: bool
    dangling: bool


def swaps(change: Change) -> Iterator[Swap]:
    """Files that became links or submodules, and links that lead out of the repository."""
    if not change.passed:
        return
    before, after = change.old.entries(), change.new.entries()
    for passed in change.passed:
        now, was = after.get(passed.path), before.get(passed.path)
        was_file = was is not None and was.mode not in {SYMLINK, SUBMODULE}
        was_folder = was is None and any(it.startswith(f"{passed.path}/") and _is_code_name(it) for it in before)
        if now is not None and now.mode == SYMLINK:
            target = (change.new.read(passed.path) or b"").decode("utf-8", "surrogateescape")
            place = _end(change, passed.path)
            outside = place.startswith(("/", ".."))
            if was_file or outside:
                yield Swap(passed.path, target, was_file, outside, not outside and not _exists(after, place))
        elif now is not None and now.mode == SUBMODULE and (was_file or was_folder):
            yield Swap(passed.path, "", was_file=True, outside=True, dangling=False)


def _end(change: Change, path: str) -> str:
    """Where a link ends, whatever links lead on from its target."""
    entries = change.new.entries()
    for _ in range(LINKS):
        entry = entries.get(path)
        if entry is None or entry.mode != SYMLINK:
            break
        target = (change.new.read(path) or b"").decode("utf-8", "surrogateescape")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return path


def _exists(entries: Iterable[str], place: str) -> bool:
    return any(path == place or path.startswith(f"{place}/") for path in entries)


def moved_submodules(change: Change) -> Iterator[tuple[FilePair, str, str]]:
    """Submodules that are fetched from elsewhere since the change: the file, and the addresses before and after."""
    for pair in change.pairs:
        if pair.path == ".gitmodules" and pair.old and pair.new:
            old, new = (_FILE_URL.findall(it.content.decode("utf-8", "replace")) for it in (pair.old, pair.new))
            gone, come = [it for it in old if it not in new], [it for it in new if it not in old]
            yield from ((pair, one, other) for one, other in zip(gone, come, strict=False))


def colliding(change: Change) -> Iterator[tuple[str, str]]:
    """New code whose path differs from another one of head by the case of letters alone: a file system that knows no
    case keeps one of the two.
    """
    fresh = [pair.path for pair in change.pairs if pair.new and pair.path not in change.old.entries()]
    code = [it for it in fresh if _is_code_name(it)]
    known = {it.casefold(): it for it in change.new.entries() if it not in code} if code else {}
    yield from ((it, known[it.casefold()]) for it in code if it.casefold() in known)


def lost_hooks(change: Change) -> Iterator[FilePair]:
    """Hooks that lost the right to be run: git passes over such a hook."""
    for pair in change.pairs:
        if pair.old and pair.new and _HOOKS.search(pair.path):
            was, now = Entry(pair.old.mode).mode & 0o111, Entry(pair.new.mode).mode & 0o111
            if was and not now:
                yield pair
