"""Which commit of a range wrote the lines of a file."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.git.command import Git
from pytest_agentaudit.git.entries import decode
from pytest_agentaudit.patterns import regex

_GROUP = regex(rb"([0-9a-f]{40,64}) (\d+) (\d+) (\d+)")


class Origin(Struct, frozen=True):
    """A run of lines and the commit that wrote them: `count` lines from `line` on in the file that was asked about,
    from `first` on in `path` as the commit left it.
    """

    commit: str
    path: str
    first: int
    line: int
    count: int


def origins(git: Git, base: str, head: str, path: str) -> tuple[Origin, ...]:
    """Where the lines of a file of `head` come from; the older ones are the base's. Empty where git cannot say."""
    done = git.attempt("blame", "--incremental", "--no-textconv", "--ignore-revs-file=", head, f"^{base}", "--", path)
    return () if done.status else tuple(_parsed(done.stdout))


def _parsed(answer: bytes) -> Iterator[Origin]:
    """Each run is a line with the commit and three numbers, headers, and the file's name."""
    group = None
    for line in answer.split(b"\n"):
        if found := _GROUP.fullmatch(line):
            group = found
        elif group and line.startswith(b"filename "):
            commit, first, at, count = group.groups()
            name = decode(line.removeprefix(b"filename "))
            yield Origin(commit.decode(), name, int(first), int(at), int(count))
