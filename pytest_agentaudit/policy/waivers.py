"""Which findings are accepted, and why a waiver does not count. Pure: the day and all texts are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_agentaudit.model import Finding, Location
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.policy.patterns import Patterns
from pytest_agentaudit.waiver import EVERY_RULE, Waiver

WILDCARDS = "*?["
"""What makes a path a pattern; a path without any of them means exactly that file."""

SAME_CHANGE = "it is added by the same change; it counts from the next one on, or when it is signed or approved"


class Claim(Struct, frozen=True):
    """A waiver that is brought forward. `fault` says why it does not count ("" where it does), a clause with "it".

    A signed one has the hash of the `content` that it was signed for, and `name`, the fingerprint that its file is
    called by.
    """

    waiver: Waiver
    fault: str = ""
    content: str = ""
    name: str = ""

    @property
    def place(self) -> str:
        """Where it stands: "pyproject.toml:12"."""
        return self.waiver.file if self.name else f"{self.waiver.file}:{self.waiver.line}"


class Weighed(Struct, frozen=True):
    """Findings after the waivers had their say: `kept` ones stand, `met` are the claims that some finding met, whether
    they count or not.
    """

    kept: list[Finding]
    waived: list[Finding]
    met: tuple[Claim, ...]


def _no_content(_finding: Finding) -> str:
    return ""


class Waivers(Struct, frozen=True):
    """All waivers of an audit. `parts` are the folders with a policy of their own at the base: the waivers of the
    nearest one govern a file. `content_of` hashes the code that a finding speaks of.
    """

    claims: tuple[Claim, ...] = ()
    parts: tuple[str, ...] = ()
    content_of: Callable[[Finding], str] = _no_content

    def weigh(self, findings: Iterable[Finding]) -> Weighed:
        """Part the findings. A waived one carries its waiver; one that a waiver is meant for, and does not accept, says
        why in its evidence under "waiver".
        """
        kept: list[Finding] = []
        waived: list[Finding] = []
        met: list[Claim] = []
        for finding in findings:
            said = list(self._concerning(finding))
            met += (claim for claim, _fault in said)
            granted = next((claim for claim, fault in said if not fault), None)
            if granted:
                waived.append(replace(finding, waiver=granted.waiver))
            elif said:
                why = "; ".join(f"the waiver in {it.place} does not count: {fault}" for it, fault in said)
                kept.append(replace(finding, evidence={**finding.evidence, "waiver": why}))
            else:
                kept.append(finding)
        return Weighed(kept, waived, tuple(dict.fromkeys(met)))

    def _concerning(self, finding: Finding) -> Iterator[tuple[Claim, str]]:
        """The claims that are meant for a finding, each with why it does not accept it ("" where it does)."""
        for claim in self.claims:
            if self._is_meant(claim, finding):
                yield claim, claim.fault or self._shortfall(claim, finding)

    def _is_meant(self, claim: Claim, finding: Finding) -> bool:
        waiver, fingerprint = claim.waiver, finding.fingerprint
        if claim.name:
            return claim.name == fingerprint or self._is_about(claim, finding.rule, finding.location)
        if waiver.fingerprint:
            return waiver.fingerprint == fingerprint and self._is_about(claim, finding.rule, finding.location)
        return any(self._is_about(claim, finding.rule, it) for it in (finding.location, *finding.related))

    def _shortfall(self, claim: Claim, finding: Finding) -> str:
        """Why a sound claim that is meant for a finding does not accept it, or not all of it."""
        if claim.name:
            return self._unsigned(claim, finding)
        return "" if claim.waiver.fingerprint else _beyond(self._left(finding), finding.fingerprint)

    def _unsigned(self, claim: Claim, finding: Finding) -> str:
        """Why what was signed is not this finding."""
        about = self._is_about(claim, finding.rule, finding.location)
        if not about or claim.waiver.fingerprint != finding.fingerprint:
            return "it was signed for another finding"
        return "" if claim.content == self.content_of(finding) else "the code was edited after it was signed"

    def _left(self, finding: Finding) -> list[Location]:
        """The places of a finding that no sound waiver by path and symbol is about: what sums up several is accepted
        when all of them are.
        """
        sound = [it for it in self.claims if not (it.fault or it.name or it.waiver.fingerprint)]
        places = (finding.location, *finding.related)
        return [place for place in places if not any(self._is_about(it, finding.rule, place) for it in sound)]

    def _is_about(self, claim: Claim, rule: str, place: Location) -> bool:
        waiver = claim.waiver
        if waiver.rule not in {rule, EVERY_RULE} or (waiver.symbol and waiver.symbol != place.symbol):
            return False
        return is_at(waiver, place.path) and (bool(claim.name) or self._is_nearest(waiver.folder, place.path))

    def _is_nearest(self, folder: str, path: str) -> bool:
        """Whether no part that lies deeper than `folder` holds the path."""
        return not any(len(part) > len(folder) and _is_inside(path, part) for part in self.parts)


def _beyond(left: Iterable[Location], fingerprint: str) -> str:
    places = [f"{it.path}:{it.line}" for it in left]
    if not places:
        return ""
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return f'the finding is about {places[0]}{more} too; name all by fingerprint = "{fingerprint}"'


def _is_inside(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def is_at(waiver: Waiver, path: str) -> bool:
    """Whether a waiver's path or pattern means the repository's `path`."""
    if not _is_inside(path, waiver.folder):
        return False
    inner = path.removeprefix(f"{waiver.folder}/") if waiver.folder else path
    if inner == waiver.path or not any(letter in waiver.path for letter in WILDCARDS):
        return inner == waiver.path
    return Patterns((waiver.path,)).matches(inner)


def fault(waiver: Waiver, today: date, days: int) -> str:
    """Why a waiver does not count on its own account; "" where it may. `days` is how far ahead it may end."""
    if too_wide := width(waiver):
        return too_wide
    if waiver.expires < today:
        return f"it expired on {waiver.expires}"
    if waiver.expires > today + timedelta(days):
        return f"it ends on {waiver.expires}, more than {days} days ahead"
    return ""


def width(waiver: Waiver) -> str:
    """Why a waiver is too wide to count; "" where it is not."""
    if waiver.rule == EVERY_RULE:
        return "it is for every rule"
    stem = waiver.path.lstrip("/")
    is_pattern = any(letter in stem for letter in WILDCARDS)
    if waiver.fingerprint or not is_pattern:
        return ""
    if stem[0] in WILDCARDS:
        return "its path means the whole tree"
    return "" if waiver.symbol else "it names a pattern of paths, and neither a symbol nor a fingerprint"


def added(old: Policy, new: Policy) -> tuple[Waiver, ...]:
    """The waivers that `new` has and `old` has not, wherever they stand in it."""
    known = set(map(_wording, old.waivers))
    return tuple(it for it in new.waivers if _wording(it) not in known)


def still(waiver: Waiver, new: Policy) -> Waiver | None:
    """The same waiver in `new`, with its line there; None where it is gone or reads otherwise."""
    return next((it for it in new.waivers if _wording(it) == _wording(waiver)), None)


def _wording(waiver: Waiver) -> Waiver:
    return replace(waiver, line=0)


class Flaw(StrEnum):
    """What is wrong with a waiver that stands."""

    EXPIRED = "expired"
    UNUSED = "unused"
    WIDE = "too wide"
    DISTANT = "ends too late"
    UNREADABLE = "cannot be read"


class WaiverReport(Struct, frozen=True):
    """A waiver that has to be looked at: what is wrong, and `told`, the same as a clause with "it"."""

    waiver: Waiver
    flaw: Flaw
    told: str


def flaw(waiver: Waiver, today: date, days: int) -> Flaw | None:
    """The kind of the `fault`; None where there is none."""
    if not fault(waiver, today, days):
        return None
    if width(waiver):
        return Flaw.WIDE
    return Flaw.EXPIRED if waiver.expires < today else Flaw.DISTANT


class Policies(Struct, frozen=True):
    """A side's policies by the folder that each governs; "" is the repository's own."""

    by_folder: Mapping[str, Policy] = field(default_factory=dict)

    def governing(self, path: str) -> Policy:
        """The nearest policy above a path."""
        folders = sorted((it for it in self.by_folder if _is_inside(path, it)), key=len)
        return self.by_folder[folders[-1]] if folders else Policy()
