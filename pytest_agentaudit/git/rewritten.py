"""Replace refs and grafts: they make git show another history than the objects hold. The audit follows neither."""

from __future__ import annotations

from pytest_agentaudit.places import content, is_file, names_in

PACKED_LIMIT = 64 * 1024 * 1024
"""Bytes of packed-refs that are searched."""


def rewritten(git_dir: str) -> tuple[str, ...]:
    """A clause for each kind that the repository has."""
    common = _common(git_dir)
    found: list[str] = []
    if _has_entries(f"{common}/refs/replace") or b" refs/replace/" in _content(f"{common}/packed-refs"):
        found.append("refs/replace/ makes git show other objects than this clone holds")
    if _content(f"{common}/info/grafts").strip():
        found.append("info/grafts gives commits other parents than they have")
    return tuple(found)


def _common(git_dir: str) -> str:
    """The directory that holds the refs: another one for a linked work tree."""
    target = _content(f"{git_dir}/commondir").decode("utf-8", "surrogateescape").strip()
    return target if target.startswith("/") else f"{git_dir}/{target}".rstrip("/")


def _has_entries(folder: str) -> bool:
    try:
        return bool(names_in(folder))
    except (OSError, ValueError):
        return False


def _content(path: str) -> bytes:
    """The bytes of a plain file; none where there is no such file."""
    try:
        return content(path, PACKED_LIMIT) if is_file(path) else b""
    except (OSError, ValueError):
        return b""
