"""CODEOWNERS as GitHub and GitLab read it: who has to agree to a file. Pure: the text is given, always the base's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from msgspec import Struct

from pytest_agentaudit.patterns import regex
from pytest_agentaudit.policy.model import CodeOwners

PLACES = {
    CodeOwners.GITHUB: (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
    CodeOwners.GITLAB: ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
}
"""Where each platform looks for the file: the first one that is there counts."""
LARGEST = 3 * 1024 * 1024
"""Bytes; GitHub does not read a larger one."""

_WORD = regex(r"(?:\\.|\S)+")
_LOGIN = regex(r"@([A-Za-z0-9][\w.\-]*)")
_SECTION = regex(r"(\^)?\[([^\]]+)\](?:\[(\d{1,4})\])?(?:\s+(.*))?")
_WILD = regex(r"\\(?P<plain>.)|(?P<inside>/\*\*/)|(?P<above>\A\*\*/)|(?P<below>/\*\*\Z)|(?P<any>\*+)|(?P<one>\?)|\[")


class Group(Struct, frozen=True):
    """Of these owners, `needed` have to agree. `logins` are lower case; `others` are teams, roles and addresses, of
    which a review does not tell who they are.
    """

    logins: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    needed: int = 1


class Line(Struct, frozen=True):
    """Where an owner is named: the pattern as it is written, and the number of its line (0: nowhere). The same pattern
    in another line is the same one, moved.
    """

    pattern: str = ""
    line: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and self.pattern == other.pattern

    def __hash__(self) -> int:
        return hash(self.pattern)


class _Entry(Struct, frozen=True):
    """A line of the file: the later one of two that match counts. `excludes` takes files out of the section."""

    pattern: re.Pattern[str]
    owners: tuple[str, ...]
    line: Line
    excludes: bool = False


class _Section(Struct):
    """A part of the file in which the last match counts; GitHub's has one."""

    entries: list[_Entry]
    needed: int = 1
    optional: bool = False


class Owners:
    """The owners that a file of code owners names."""

    def __init__(self, text: str, platform: CodeOwners) -> None:
        self._sections = tuple(_github(text) if platform is CodeOwners.GITHUB else _gitlab(text))

    def of(self, path: str) -> tuple[Group, ...]:
        """Who has to agree to a file: one owner or more of each group; nobody has a say where there is none.

        Optional sections count where no other owns the file.
        """
        found = [(it, owners) for it in self._sections if (owners := _owning(it, path))]
        required = [_group(owners, it.needed) for it, owners in found if not it.optional]
        optional = [owner for it, owners in found if it.optional for owner in owners]
        return tuple(required) or ((_group(tuple(optional), 1),) if optional else ())

    def meets(self, path: str) -> bool:
        """Whether any line is about a file, whoever it names."""
        return any(it.pattern.fullmatch(path) for section in self._sections for it in section.entries)

    def named(self, path: str) -> tuple[tuple[str, ...], Line]:
        """All that are named for a file, as they are written, and the line that names the last of them."""
        met = [it for section in self._sections if (it := _deciding(section, path))]
        return tuple(name for it in met for name in it.owners), met[-1].line if met else Line()


def owners(read: Callable[[str], bytes | None], platform: CodeOwners) -> Owners:
    """The owners that a tree names; nobody, where it has no such file or one that is too large."""
    found = next((text for place in PLACES[platform] if (text := read(place)) is not None), b"")
    return Owners(found.decode("utf-8", "replace") if len(found) <= LARGEST else "", platform)


def _owning(section: _Section, path: str) -> tuple[str, ...]:
    found = _deciding(section, path)
    return found.owners if found else ()


def _deciding(section: _Section, path: str) -> _Entry | None:
    """The line of a section that counts for a file."""
    met = [it for it in section.entries if it.pattern.fullmatch(path)]
    return None if any(it.excludes for it in met) or not met else met[-1]


def _group(names: tuple[str, ...], needed: int) -> Group:
    logins = [found[1].lower() for name in names if (found := _LOGIN.fullmatch(name))]
    others = [name for name in names if not _LOGIN.fullmatch(name)]
    return Group(tuple(dict.fromkeys(logins)), tuple(dict.fromkeys(others)), max(needed, 1))


def _github(text: str) -> Iterator[_Section]:
    """One section; negation, character ranges and escaped comments are not read, as GitHub does not."""
    entries = [
        _Entry(_compiled(words[0], CodeOwners.GITHUB), tuple(words[1:]), Line(words[0], number))
        for number, words in enumerate(map(_words, text.split("\n")), 1)
        if words and not words[0].startswith(("!", "\\#"))
    ]
    yield _Section(entries)


def _gitlab(text: str) -> Iterator[_Section]:
    """Sections by their name, whatever its case; lines above the first one are a section too."""
    sections = {"": _Section([])}
    section = sections[""]
    default: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if head := _SECTION.fullmatch(line.strip()):
            known = sections.setdefault(head[2].casefold(), _Section([], optional=bool(head[1])))
            known.needed = max(known.needed, int(head[3] or 1))
            known.optional = known.optional and bool(head[1])
            section, default = known, tuple(_words(head[4] or ""))
        elif words := _words(line):
            excludes = words[0].startswith("!")
            pattern = _compiled(words[0].removeprefix("!"), CodeOwners.GITLAB)
            section.entries.append(_Entry(pattern, tuple(words[1:]) or default, Line(words[0], number), excludes))
    yield from sections.values()


def _words(line: str) -> list[str]:
    """The pattern and the owners of a line, without its comment."""
    words = _WORD.findall(line)
    comment = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:comment]


@lru_cache(maxsize=2048)
def _compiled(pattern: str, platform: CodeOwners) -> re.Pattern[str]:
    """What a pattern means. GitHub's match a folder with all below, unless they end with `/*`, and begin at the root
    where a slash stands in them; GitLab's match a file, and begin at the root where they begin with a slash.
    """
    is_github = platform is CodeOwners.GITHUB
    anchored = "/" in pattern.rstrip("/") if is_github else pattern.startswith("/")
    plain = pattern.strip("/") if is_github else pattern.removeprefix("/").removesuffix("/")
    below = "/.+" if pattern.endswith("/") else ""
    if is_github and not below and not (anchored and plain.rpartition("/")[2] == "*"):
        below = "(?:/.*)?"
    body = _translated(plain, sets=not is_github)
    try:
        return re.compile(f"{'' if anchored else '(?:.*/)?'}{body}{below}", re.DOTALL)
    except re.error:  # a range such as [9-0] means nothing
        return re.compile("(?!)")


def _translated(pattern: str, *, sets: bool) -> str:
    """A pattern as a regular expression; `sets` says whether brackets are read as sets of letters."""
    done, at = "", 0
    while found := _WILD.search(pattern, at):
        done += re.escape(pattern[at : found.start()])
        at = found.end()
        closing = pattern.find("]", at + 1) if sets and found[0] == "[" else -1
        if closing > 0:
            inner = "".join(f"\\{it}" if it in "\\[&|~" else it for it in pattern[at:closing])
            done += f"(?!/)[{'^' + inner[1:] if inner[0] in '!^' else inner}]" if inner.strip("!^") else "(?!)"
            at = closing + 1
        else:
            done += _sign(found)
    return done + re.escape(pattern[at:])


def _sign(found: re.Match[str]) -> str:
    meanings = {"inside": "/(?:.*/)?", "above": "(?:.*/)?", "below": "/.+", "any": "[^/]*", "one": "[^/]"}
    kind = found.lastgroup or ""
    return re.escape(found["plain"] or "[") if kind in {"", "plain"} else meanings[kind]
