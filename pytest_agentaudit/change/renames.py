"""Which new file is an old one under another name: by equal bytes, then by how many bytes they share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

THRESHOLD = 0.5
"""The share of the larger file's bytes that both must hold (git's default)."""
PIECE = 64
"""Bytes of a piece at most: like git, files are compared line by line, and long lines in pieces of this length."""
COMMON = 24
"""A piece that more old files than this hold does not tell where a new one came from."""
CANDIDATES = 8
"""Old files that are weighed for each new one: those that share most of the telling pieces."""

Pieces = Counter[bytes]


def renames(gone: Mapping[str, bytes], came: Mapping[str, bytes]) -> dict[str, str]:
    """New paths to the old paths that they replace, each path used once. Empty files are never paired.

    The work grows with the bytes on both sides, not with the number of pairs.
    """
    found = _equal(gone, came)
    taken = set(found.values())
    old = {path: content for path, content in gone.items() if content and path not in taken}
    new = {path: content for path, content in came.items() if content and path not in found}
    return found | _similar(old, new)


class _Match(NamedTuple):
    """A possible rename. Sorts best first: by score, then by how much of the path stays."""

    loss: float
    strangeness: tuple[int, int]
    new: str
    old: str


def _equal(gone: Mapping[str, bytes], came: Mapping[str, bytes]) -> dict[str, str]:
    holders: defaultdict[bytes, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, contents in enumerate((gone, came)):
        for path, content in contents.items():
            if content:
                holders[content][side].append(path)
    found: dict[str, str] = {}
    for olds, news in holders.values():
        if len(olds) * len(news) <= COMMON**2:
            found |= _chosen(_Match(0.0, _strangeness(old, new), new, old) for new in news for old in olds)
        else:  # many copies of one file moved together: names in order keep them apart well enough
            found |= dict(zip(sorted(news), sorted(olds), strict=False))
    return found


def _similar(gone: Mapping[str, bytes], came: Mapping[str, bytes]) -> dict[str, str]:
    if not gone or not came:
        return {}
    old = {path: _pieces(content) for path, content in gone.items()}
    holders: defaultdict[bytes, list[str]] = defaultdict(list)
    for path, pieces in old.items():
        for piece in pieces:
            holders[piece].append(path)
    matches = []
    for path, content in came.items():
        pieces = _pieces(content)
        for candidate in _candidates(pieces, holders):
            sizes = sorted((len(content), len(gone[candidate])))
            if sizes[0] < THRESHOLD * sizes[1]:
                continue
            shared = _shared(pieces, old[candidate]) / sizes[1]
            if shared >= THRESHOLD:
                matches.append(_Match(-shared, _strangeness(candidate, path), path, candidate))
    return _chosen(matches)


def _candidates(pieces: Pieces, holders: Mapping[bytes, list[str]]) -> list[str]:
    votes: Counter[str] = Counter()
    for piece in pieces:
        paths = holders.get(piece, ())
        if len(paths) <= COMMON:
            for path in paths:
                votes[path] += len(piece)
    return [path for path, _ in votes.most_common(CANDIDATES)]


def _chosen(matches: Iterable[_Match]) -> dict[str, str]:
    """The best matches, each path used once."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for match in sorted(matches):
        if match.new not in found and match.old not in taken:
            found[match.new] = match.old
            taken.add(match.old)
    return found


def _pieces(content: bytes) -> Pieces:
    lines = content.removesuffix(b"\n").split(b"\n")
    if len(max(lines, key=len)) < PIECE:
        return Counter(lines)
    return Counter(line[at : at + PIECE] for line in lines for at in range(0, len(line) or 1, PIECE))


def _shared(one: Pieces, other: Pieces) -> int:
    """The bytes that two files have in common, line ends included."""
    small, large = sorted((one, other), key=len)
    return sum((len(piece) + 1) * min(count, large[piece]) for piece, count in small.items() if piece in large)


def _strangeness(old: str, new: str) -> tuple[int, int]:
    """0 for the same file name, 1 for another; then how many folders differ."""
    old_folder, _, old_name = old.rpartition("/")
    new_folder, _, new_name = new.rpartition("/")
    return int(old_name != new_name), len(set(old_folder.split("/")) ^ set(new_folder.split("/")))
