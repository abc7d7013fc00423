"""Collects the waivers of an audit: the base's, those that head adds, and the signed ones."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.change.model import Change, Tree
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Finding
from pytest_agentaudit.policy.load import PATH, load_tree
from pytest_agentaudit.policy.model import Catalogue, CodeOwners, Policy, PolicyError
from pytest_agentaudit.policy.signed_files import name_of, path_of
from pytest_agentaudit.policy.waivers import (
    SAME_CHANGE,
    WILDCARDS,
    Claim,
    Flaw,
    Policies,
    WaiverReport,
    Waivers,
    added,
    fault,
    flaw,
    is_at,
    still,
)
from pytest_agentaudit.waiver import Waiver

if TYPE_CHECKING:
    from pytest_agentaudit.audit.bound_content import BoundContent
    from pytest_agentaudit.policy.approvals import Approval, Authors, Reviews, approved, approved_by_owners
    from pytest_agentaudit.policy.owners import Owners, owners
else:
    Approval, Authors, approved, approved_by_owners = later(
        "pytest_agentaudit.policy.approvals", "Approval", "Authors", "approved", "approved_by_owners"
    )
    owners = later("pytest_agentaudit.policy.owners", "owners")

MOST_SIGNED = 200
"""Signed waivers of one change at most: each costs two processes."""

GUARD = "edited-guard"
"""The rule that finds a waiver which a change adds."""


def today() -> date:
    """The day that waivers are held against: UTC's, everywhere the same."""
    return datetime.now(UTC).date()


class Grounds(Struct, frozen=True):
    """By what waivers are judged besides the two trees: the day, and the reviews of the change with who made it."""

    day: date
    reviews: Reviews | None = None
    authors: Authors | None = None


class Waiving(Struct, frozen=True, dict=True):
    """The waivers of one change. `policy` is the base's, read from the tree `ruling`; `catalogue` is that of
    `policy.load`.
    """

    change: Change
    policy: Policy
    catalogue: Catalogue
    grounds: Grounds
    bound: BoundContent
    ruling: Tree

    def waivers(self, findings: Iterable[Finding]) -> Waivers:
        """Everything that may accept one of `findings`, which have their fingerprints."""
        return Waivers(
            (*self._base(), *self._added(), *self._signed(findings)),
            tuple(folder for folder in self.old.by_folder if folder),
            self.bound.hash,
        )

    def reports(self, met: Iterable[Claim], is_judged: Callable[[str, str], bool]) -> Iterator[WaiverReport]:
        """What is wrong with the base's waivers that head keeps, and with the signed ones that the change brings.

        `met` are the claims that a finding met; a waiver can be unused only where `is_judged` says of its rule and a
        changed path that nothing is open.
        """
        reached = set(met)
        for made in self._base():
            if kept := self._kept(made.waiver):
                yield from self._flaws(made, kept, is_judged, used=made in reached)
        for made in self._brought:
            if made not in reached:
                told = made.fault or "no finding of this change is the one that it is for"
                yield WaiverReport(made.waiver, Flaw.UNREADABLE if not made.content else Flaw.UNUSED, told)

    def _flaws(
        self, made: Claim, kept: Waiver, is_judged: Callable[[str, str], bool], *, used: bool
    ) -> Iterator[WaiverReport]:
        """An expired waiver that a finding met is told there."""
        days = self.old.by_folder[made.waiver.folder].waiver_days
        if found := flaw(made.waiver, self.grounds.day, days):
            if found is not Flaw.EXPIRED or not used:
                yield WaiverReport(kept, found, made.fault)
        elif not used and (told := self._unused(made.waiver, is_judged)):
            yield WaiverReport(kept, Flaw.UNUSED, told)

    def _unused(self, waiver: Waiver, is_judged: Callable[[str, str], bool]) -> str:
        """Why a sound waiver is of no use; "" where nothing is known of that."""
        paths = [pair.path for pair in self.change.pairs if is_at(waiver, pair.path)]
        if paths and all(is_judged(waiver.rule, path) for path in paths):
            return f"nothing that it accepts was found in {paths[0]}"
        return ""

    @cached_property
    def old(self) -> Policies:
        """The base's policies of the folders that the change met."""
        return Policies({"": self.policy, **self.policy.parts})

    @cached_property
    def new(self) -> Policies:
        """Head's policies that the change edited; one that cannot be read is a finding elsewhere, and none here."""
        edited = {posixpath.dirname(it.path) for it in self.change.pairs if posixpath.basename(it.path) == PATH}
        found: dict[str, Policy] = {}
        for folder in sorted(edited):
            try:
                found[folder] = load_tree(self.change.new.read, self.catalogue, posixpath.join(folder, PATH))
            except PolicyError:
                found[folder] = Policy()
        return Policies(found)

    @cached_property
    def approval(self) -> Mapping[str, Approval]:
        """By folder of the base's policies, whether somebody whom that policy names approved the change."""
        reviews, head = self.grounds.reviews, self.change.head
        if reviews is None or not head:
            return {}
        return {
            folder: approved(policy.approvers, reviews, head, self._authors)
            for folder, policy in self.old.by_folder.items()
            if policy.approvers
        }

    def _given(self, nearest: str, waiver: Waiver) -> Approval:
        """Whether a waiver that the change adds was approved: by somebody whom the base's policy names, or where that
        says so by those who own its file. A pattern of files has no owner.
        """
        given, reviews = self.approval.get(nearest, Approval()), self.grounds.reviews
        policy, path = self.old.by_folder[nearest], posixpath.join(waiver.folder, waiver.path)
        is_one = not any(letter in waiver.path for letter in WILDCARDS)
        if given.by or reviews is None or policy.code_owners is None or not (is_one and self.change.head):
            return given
        groups = self._owners(policy.code_owners).of(path)
        return approved_by_owners(path, groups, policy.approvers, reviews, self.change.head, self._authors)

    @property
    def _authors(self) -> Authors:
        """Who made the change, as far as anybody said so."""
        return self.grounds.authors or Authors()

    @cached_property
    def _owners(self) -> Callable[[CodeOwners], Owners]:
        """The base's code owners, as a platform reads them."""
        return cache(lambda platform: owners(self.ruling.read, platform))

    def _base(self) -> Iterator[Claim]:
        for policy in self.old.by_folder.values():
            for waiver in policy.waivers:
                yield Claim(waiver, fault(waiver, self.grounds.day, policy.waiver_days))

    def _added(self) -> Iterator[Claim]:
        """Head's new waivers, and for those that were approved the finding that they were added."""
        for folder, policy in self.new.by_folder.items():
            nearest = self._nearest(folder)
            for waiver in added(self.old.by_folder.get(folder, Policy()), policy):
                given = self._given(nearest, waiver)
                said = fault(waiver, self.grounds.day, self.old.by_folder[nearest].waiver_days)
                if said or not given.by:
                    refused = f" ({given.refusal})" if given.refusal else ""
                    yield Claim(waiver, said or f"{SAME_CHANGE}{refused}")
                    continue
                granted = replace(waiver, grant=given.grant)
                yield Claim(granted)
                yield Claim(replace(granted, rule=GUARD, path=PATH, symbol=waiver.label, fingerprint=""))

    def _nearest(self, folder: str) -> str:
        """The folder of the base's policy that governs `folder`."""
        while folder not in self.old.by_folder:
            folder = posixpath.dirname(folder)
        return folder

    def _kept(self, waiver: Waiver) -> Waiver | None:
        """A waiver of the base as head has it; None where the change took it away."""
        policy = self.new.by_folder.get(waiver.folder)
        return waiver if policy is None else still(waiver, policy)

    def _signed(self, findings: Iterable[Finding]) -> Iterator[Claim]:
        """Those that stand under a finding's fingerprint, and those that the change brings along."""
        yield from self._brought
        brought = {it.name for it in self._brought}
        for name in sorted({it.fingerprint for it in findings} - brought):
            made = self._claim(name)
            if made:
                yield made

    @cached_property
    def _brought(self) -> tuple[Claim, ...]:
        names = {name_of(pair.path) for pair in self.change.pairs if pair.new} - {""}
        if len(names) > MOST_SIGNED:
            way_out = "one for each finding is enough; remove those of other changes"
            raise AuditError(f"the change brings {len(names)} signed waivers, more than {MOST_SIGNED}", way_out)
        return tuple(filter(None, map(self._claim, sorted(names))))

    def _claim(self, name: str) -> Claim | None:
        read = self.change.new.read
        text = read(path_of(name))
        if text is None:
            return None
        room = import_module("pytest_agentaudit.policy.signed")  # few changes bring one
        governing, day = self.old.governing, self.grounds.day
        made: Claim = room.claim(name, text, read, self.ruling.read, governing, day, self.catalogue)
        return made
