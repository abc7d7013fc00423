"""Edits of a repository's files: collected first, shown as a diff, then written all or none.

Files are edited as text, by insertion: whatever else stands in them, comments and layout too, stays byte by byte.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path

from msgspec import Struct

from pytest_agentaudit.errors import AuditError


class Edit(Struct, frozen=True):
    """A file before (None: there is none) and after; where both are the same, `remark` says why nothing is to do.

    `part` names what is set up by it, `path` is relative to the repository's root.
    """

    part: str
    path: str
    before: str | None = None
    after: str | None = None
    remark: str = ""

    @property
    def is_change(self) -> bool:
        """Whether there is anything to write."""
        return self.after != self.before

    @property
    def deed(self) -> str:
        """What becomes of the file, in a few words."""
        if not self.is_change:
            return self.remark
        return "made" if self.before is None else "added to"


class Folder(Struct, frozen=True):
    """A repository's work tree, by its root."""

    root: str

    def read(self, path: str) -> str | None:
        """A file's text with its own line ends, None where there is none.

        AuditError where it cannot be read as UTF-8, or leads out of the work tree: what is read may be written.
        """
        file = Path(self.root, path)
        if not file.resolve().is_relative_to(Path(self.root).resolve()):
            raise AuditError(
                f"{path} leads out of the repository by a symlink", "edit the file that it leads to by hand"
            )
        try:
            return file.read_bytes().decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise AuditError(f"{path} is not UTF-8 (byte {error.start})", "save it as UTF-8, and try again") from None
        except OSError as error:
            raise AuditError(f"{path} cannot be read: {error.strerror}") from None

    def has(self, *paths: str) -> bool:
        """Whether any of these files or folders is there."""
        return any(os.path.lexists(Path(self.root, path)) for path in paths)

    def files(self, folder: str, *suffixes: str) -> Iterator[str]:
        """The paths of a folder's own files that end so, in order."""
        with suppress(OSError):
            for entry in sorted(Path(self.root, folder).iterdir()):
                if entry.suffix in suffixes and entry.is_file():
                    yield f"{folder}/{entry.name}"


def with_line_ends(text: str, like: str | None) -> str:
    """The text with the line ends of a file that it goes into."""
    return text.replace("\n", "\r\n") if like and "\r\n" in like else text


def appended(before: str | None, text: str) -> str:
    """A file with a paragraph more at its end."""
    if not (before or "").strip():
        return (before or "") + with_line_ends(text, before)
    gap = "\n" if (before or "").endswith("\n") else "\n\n"
    return (before or "") + with_line_ends(gap + text, before)


def diff(edits: Iterable[Edit]) -> str:
    """All edits as one unified diff."""
    lines: list[str] = []
    for edit in edits:
        old = "/dev/null" if edit.before is None else f"a/{edit.path}"
        before, after = (_lines(it or "") for it in (edit.before, edit.after))
        lines += unified_diff(before, after, old, f"b/{edit.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)


def write_all(root: str, edits: Sequence[Edit]) -> None:
    """Write every edit, or none: drafts beside their targets first, then one renaming after the other, taken back where
    one fails. AuditError says which.
    """
    drafts: list[tuple[Path, Path, Edit]] = []
    made: list[Path] = []
    done: list[tuple[Path, Edit]] = []
    at = ""
    try:
        for edit in edits:
            at, target = edit.path, Path(root, edit.path).resolve()
            made += _make_folders(target.parent)
            draft = target.with_name(f".{os.urandom(8).hex()}.tmp")
            drafts.append((draft, target, edit))
            draft.write_bytes((edit.after or "").encode())
            if edit.before is not None:
                shutil.copymode(target, draft)
        for draft, target, edit in drafts:
            at = edit.path
            draft.replace(target)
            done.append((target, edit))
    except OSError as error:
        _take_back(done, [draft for draft, _, _ in drafts], made)
        cause = error.strerror or str(error)
        raise AuditError(
            f"{at} cannot be written: {cause}", "nothing was changed; make it writable, and try again"
        ) from error


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; the ones that were missing, outermost first."""
    missing = [it for it in (folder, *folder.parents) if not it.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _take_back(done: Iterable[tuple[Path, Edit]], drafts: Iterable[Path], made: Sequence[Path]) -> None:
    with suppress(OSError):
        for target, edit in done:
            if edit.before is None:
                target.unlink()
            else:
                target.write_bytes(edit.before.encode())
    for draft in drafts:
        with suppress(OSError):
            draft.unlink()
    for folder in reversed(made):
        with suppress(OSError):
            folder.rmdir()
