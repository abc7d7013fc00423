"""What a requirement says: its name, bounds and source, in whatever dialect it is written."""

from __future__ import annotations

import re

from msgspec import Struct
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Written
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from pytest_agentaudit.facts.declarations import Purpose, Requirement
from pytest_agentaudit.facts.distributions import normalised


class Bounds(Struct, frozen=True):
    """What a specifier allows: from `lower` to `upper` (None: open); `pinned` where that is one release."""

    lower: Version | None = None
    upper: Version | None = None
    pinned: bool = False


def bounds(specifier: str) -> Bounds:
    """The range of a specifier in the form of PEP 440; an open one where it cannot be read."""
    lower = upper = None
    pinned = False
    try:
        for part in SpecifierSet(specifier):
            low, high = _range(part.operator, part.version)
            lower = max(filter(None, (lower, low)), default=None)
            upper = min(filter(None, (upper, high)), default=None)
            pinned = pinned or part.operator == "===" or (part.operator == "==" and not part.version.endswith("*"))
    except (InvalidSpecifier, InvalidVersion):
        return Bounds()
    return Bounds(lower, upper, pinned)


def fallen(old: str, new: str) -> str:
    """How a new specifier asks less than an old one: "DOWNGRADED", "UNPINNED" or "FLOOR"; "" where it does not."""
    was, now = bounds(old), bounds(new)
    if was.lower and now.upper and (now.upper < was.lower or (now.upper == was.lower and not now.pinned)):
        return "DOWNGRADED"
    if was.pinned and not now.pinned and not now.lower:
        return "UNPINNED"
    return "FLOOR" if was.lower and (now.lower is None or now.lower < was.lower) else ""


def _range(operator: str, text: str) -> tuple[Version | None, Version | None]:
    stem = Version(text.removesuffix(".*"))
    if operator in {">=", ">"}:
        return stem, None
    if operator in {"<", "<="}:
        return None, stem
    if operator == "~=":
        return stem, _after(stem, max(len(stem.release) - 2, 0))
    if operator in {"==", "==="}:
        return stem, _after(stem, len(stem.release) - 1) if text.endswith(".*") else stem
    return None, None


def _after(version: Version, place: int) -> Version:
    """The first release whose number at `place` is higher."""
    release = [*version.release[:place], version.release[place] + 1]
    return Version(".".join(map(str, release)))


def read(
    text: str, purpose: Purpose, path: str, line: int, where: str, *, comment: str = "", locked: bool = False
) -> Requirement | None:
    """A requirement in the form of PEP 508; None where it is none."""
    plain, *hashes = re.split(r"\s--hash[= ]", text)
    try:
        written = Written(re.sub(r"\s--[a-z-]+([= ]\S+)?$", "", plain.strip()))
    except (InvalidRequirement, RecursionError):
        return None
    return Requirement(
        name=normalised(written.name),
        specifier=str(written.specifier),
        purpose=purpose,
        path=path,
        line=line,
        where=where,
        text=" ".join(plain.split()),
        marker=str(written.marker or ""),
        url=written.url or "",
        hashes=len(hashes),
        comment=comment,
        locked=locked,
    )


def from_table(name: str, value: object, purpose: Purpose, path: str, line: int, where: str) -> Requirement:
    """A dependency of Poetry's, Pipenv's or pixi's kind: a name with a version, or with a table."""
    table = value if isinstance(value, dict) else {"version": value}
    version = table.get("version", "")
    url = next((str(table[key]) for key in ("git", "url", "path", "file") if key in table), "")
    pinned = next((str(table[key]) for key in ("rev", "tag", "ref") if key in table), "")
    text = f"{name} = {version}" if version else f"{name} @ {url}" if url else name
    return Requirement(
        name=normalised(name),
        specifier=_translated(version) if isinstance(version, str) else "",
        purpose=Purpose.EXTRA if purpose is Purpose.RUNTIME and table.get("optional") is True else purpose,
        path=path,
        line=line,
        where=where,
        text=text,
        marker=str(table.get("markers", table.get("python", ""))),
        url=f"{url}@{pinned}" if url and pinned else url,
    )


def from_conda(text: str, path: str, line: int) -> Requirement | None:
    """A dependency of an environment file: "name", "name=1.2", "name>=1.2"; the channel and build left out."""
    match = re.match(r"(?:[\w.-]+::)?([\w.-]+)\s*([=<>!~][^#\s]*)?", text)
    if match is None:
        return None
    specifier = match[2] or ""
    if re.match(r"=[^=]", specifier):
        specifier = f"=={specifier[1:].partition('=')[0].removesuffix('.*')}.*"
    return Requirement(
        normalised(match[1]), specifier, Purpose.RUNTIME, path, line, "dependencies", text.partition("#")[0].strip()
    )


def _translated(constraint: str) -> str:
    """A constraint of Poetry's kind ("^1.2", "~1.2", "1.2.*", "1.2") in the form of PEP 440."""
    parts = [part.strip() for part in constraint.split("||", maxsplit=1)[0].split(",")]
    return ",".join(filter(None, map(_translated_part, parts)))


def _translated_part(part: str) -> str:
    mark, stem = (part[0], part[1:].strip()) if part[:1] in {"^", "~"} and part[:2] != "~=" else ("", part)
    if part in {"", "*"}:
        return ""
    if not mark:
        return f"=={part}" if part[0].isdigit() else part
    try:
        version = Version(stem)
    except InvalidVersion:
        return ""
    numbers = [*version.release, 0][:2]
    first = next((at for at, number in enumerate(version.release) if number), len(version.release) - 1)
    place = first if mark == "^" else min(1, len(version.release) - 1)
    return f">={version},<{_after(version, place)}" if numbers else ""
