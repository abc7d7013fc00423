"""Replace refs and grafts: they make git show another history than the objects hold. The audit follows neither."""

from __future__ import annotations

from pathlib import Path

PACKED_LIMIT = 64 * 1024 * 1024
"""Bytes of packed-refs that are searched."""


def rewritten(git_dir: str) -> tuple[str, ...]:
    """A clause for each kind that the repository has."""
    common = _common(Path(git_dir))
    found: list[str] = []
    if _has_entries(common / "refs" / "replace") or b" refs/replace/" in _content(common / "packed-refs"):
        found.append("refs/replace/ makes git show other objects than this clone holds")
    if _content(common / "info" / "grafts").strip():
        found.append("info/grafts gives commits other parents than they have")
    return tuple(found)


def _common(git_dir: Path) -> Path:
    """The directory that holds the refs: another one for a linked work tree."""
    target = _content(git_dir / "commondir").decode("utf-8", "surrogateescape").strip()
    return git_dir / target if target else git_dir


def _has_entries(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is not None
    except (OSError, ValueError):
        return False


def _content(path: Path) -> bytes:
    """The bytes of a plain file; none where there is no such file."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(PACKED_LIMIT)
    except (OSError, ValueError):
        return b""
