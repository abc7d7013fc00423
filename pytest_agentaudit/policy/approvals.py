"""Reviews that a CI step fetched from the platform: who approved exactly this head, and may they?

What can be known offline is little, and is said: a review names a login, a commit names addresses. Both are the same
person where the policy lists the address for the login, where the address is the platform's own for the login
(`users.noreply`), or where the file holds the platform's list of the change's commits with their logins. Beyond that an
address or a name that spells the login is taken for the same person, because that can only refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.lazy_json import loads
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.places import as_path
from pytest_agentaudit.policy.model import Approver
from pytest_agentaudit.policy.owners import Group

LARGEST = 32 * 1024 * 1024
"""Bytes of the file at most."""
DECIDING = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})
"""States of a review that replace what the same person said before; a comment does not."""

SHAPES = (
    "it takes what GitHub gives for `pulls/N/reviews`, `gh pr view N --json reviews,commits`, or GitLab's "
    "`merge_requests/N/approvals` with the request's `sha` added"
)
_PLATFORM = regex(r"(?:\d+[+-])?([^@+]+)@users\.noreply\.(?:github\.com|[\w.-]+)")
_NOBODY = "noreply@github.com"
"""The committer of what was edited or merged on GitHub's pages."""
_CO_AUTHOR = regex(r"^co-authored-by:\s*(.*<[^>]*>)", re.IGNORECASE | re.MULTILINE)

Item = Mapping[str, object]


class ReviewsError(ValueError):
    """A document that is no list of reviews, as far as we know; the text says why."""


class Review(Struct, frozen=True):
    """What one login said last of which commit."""

    login: str
    state: str
    commit: str


class Reviews(Struct, frozen=True):
    """What the platform told: the last deciding review of each login, the logins of the change's commits by their
    full names, and who opened the request.
    """

    last: tuple[Review, ...] = ()
    logins: Mapping[str, frozenset[str]] = {}
    opener: str = ""


class Authors(Struct, frozen=True):
    """Who made the change: by commit, the "Name <address>" of its author, committer and co-authors; who pushed it."""

    people: Mapping[str, frozenset[str]] = {}
    pusher: str = ""


class Approval(Struct, frozen=True):
    """Who approved the head, or why nobody did. `doubt` names what cannot be known of the approver."""

    by: str = ""
    refusal: str = ""
    doubt: str = ""

    @property
    def grant(self) -> str:
        """The approval in words that fit behind a waiver's owner."""
        return f"approved by {self.by}" + (f" ({self.doubt})" if self.doubt else "")


def read_reviews(path: str) -> Reviews:
    """The reviews in a file. AuditError where it cannot be read, or is none that we know."""
    try:
        with as_path(path).open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise ReviewsError(f"it is larger than {LARGEST // 1024**2} MiB")
        return parse_reviews(loads(text))
    except (OSError, ValueError, RecursionError) as error:
        cause = getattr(error, "strerror", None) or str(error).replace("\n", " ")
        raise AuditError(f"the approvals in {path} cannot be read: {cause}", SHAPES) from error


def parse_reviews(document: object) -> Reviews:
    """The reviews in a document of one of the platforms' shapes. ReviewsError where it has none of them."""
    if isinstance(document, dict) and isinstance(document.get("approved_by"), list):
        return Reviews(_gitlab(document))
    reviews = document.get("reviews") if isinstance(document, dict) else document
    if not isinstance(reviews, list):
        raise ReviewsError("it holds no list of reviews")
    request: Item = document if isinstance(document, dict) else {}
    commits = dict(map(_commit, _flat(request.get("commits", []))))
    opener = _text(request, "author", "login") or _text(request, "user", "login")
    return Reviews(_last(_github(_flat(reviews))), commits, opener.lower())


def _flat(items: object) -> list[Item]:
    """The objects of a list, or of a list of pages."""
    if not isinstance(items, list):
        raise ReviewsError("what should be a list is none")
    flat = [it for item in items for it in (item if isinstance(item, list) else [item])]
    if not all(isinstance(it, dict) for it in flat):
        raise ReviewsError("it lists something that is no object")
    return flat


def _github(items: Iterable[Item]) -> Iterator[tuple[str, Review]]:
    """Each review with the time at which it was given."""
    for item in items:
        login = _text(item, "user", "login") or _text(item, "author", "login")
        commit = _text(item, "commit_id") or _text(item, "commit", "oid")
        state = _text(item, "state").upper()
        if not state:
            raise ReviewsError("it lists a review without a state")
        time = _text(item, "submitted_at") or _text(item, "submittedAt")
        yield time, Review(login.lower(), state, commit.lower())


def _last(reviews: Iterable[tuple[str, Review]]) -> tuple[Review, ...]:
    """The last deciding review of each login: by time, and as they are listed where times are equal or missing."""
    deciding = [(time, it) for time, it in reviews if it.state in DECIDING and it.login]
    if all(time for time, _ in deciding):
        deciding.sort(key=lambda it: it[0])
    return tuple({it.login: it for _, it in deciding}.values())


def _gitlab(document: Item) -> tuple[Review, ...]:
    """GitLab's approvals name no commit: the request's `sha` has to stand beside them."""
    sha = _text(document, "sha")
    if not sha:
        raise ReviewsError("GitLab's approvals name no commit: add the merge request's `sha` to the object")
    logins = (_text(item, "user", "username") for item in _flat(document["approved_by"]))
    return tuple(Review(login.lower(), "APPROVED", sha.lower()) for login in logins if login)


def _commit(item: Item) -> tuple[str, frozenset[str]]:
    sha = (_text(item, "sha") or _text(item, "oid")).lower()
    people = [_text(item, key, "login") for key in ("author", "committer")]
    authors = item.get("authors")
    people += [_text(it, "login") for it in authors if isinstance(it, dict)] if isinstance(authors, list) else []
    return sha, frozenset(it.lower() for it in people if it)


def _text(item: Item, *keys: str) -> str:
    value: object = item
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def people_of(author: str, committer: str, message: str) -> frozenset[str]:
    """Everybody whom a commit names as having made it."""
    return frozenset((author, committer, *_CO_AUTHOR.findall(message)))


def approved(
    approvers: Iterable[Approver],
    reviews: Reviews,
    head: str,
    authors: Authors,
    *,
    needed: int = 1,
    else_is: str = "no approver of the base's policy",
) -> Approval:
    """Whether `needed` of `approvers`, who have no part in the change, approved exactly the commit `head`. `else_is`
    says what somebody else is.
    """
    known = {it.login: it for it in approvers}
    refusals: list[str] = []
    given: list[Approval] = []
    for review in reviews.last:
        if review.state != "APPROVED":
            continue
        if review.login not in known:
            refusals.append(f"{review.login} is {else_is}")
        elif review.commit != head:
            refusals.append(f"{review.login} approved {review.commit[:7] or 'no commit'}, not {head[:7]}")
        elif part := _part(known[review.login], reviews, authors):
            refusals.append(f"{review.login} approved, and {part}")
        else:
            given.append(Approval(by=review.login, doubt=_doubt(known[review.login], reviews, authors)))
    if len(given) >= needed:
        return _together(given[:needed])
    few = [f"it needs {needed} approvals and has one by {it.by}" for it in given]
    return Approval(refusal=", ".join((*few, *refusals)) or "nobody approved it")


def approved_by_owners(
    path: str, groups: Sequence[Group], people: Iterable[Approver], reviews: Reviews, head: str, authors: Authors
) -> Approval:
    """Whether those who own a file, by each of its groups, approved exactly the commit `head`. `people` are the
    addresses that the policy lists for logins.
    """
    listed = {it.login: it for it in people}
    given: list[Approval] = []
    for group in groups:
        those, lacks = [listed.get(it, Approver(it)) for it in group.logins], f"no owner of {path}"
        said = approved(those, reviews, head, authors, needed=group.needed, else_is=lacks)
        if not said.by:
            unknown = f"; who belongs to {', '.join(group.others)} is not known here" if group.others else ""
            return Approval(refusal=f"{said.refusal}{unknown}")
        given.append(said)
    return _together(given) if given else Approval(refusal=f"nobody owns {path}")


def _together(given: Sequence[Approval]) -> Approval:
    """Several approvals as one."""
    by = ", ".join(dict.fromkeys(it.by for it in given))
    return Approval(by=by, doubt=", ".join(dict.fromkeys(it.doubt for it in given if it.doubt)))


def _part(approver: Approver, reviews: Reviews, authors: Authors) -> str:
    """What the approver did for the change; "" where nothing is known."""
    if approver.login == authors.pusher.lower():
        return "pushed the change"
    if approver.login == reviews.opener:
        return "opened the request"
    for sha, people in authors.people.items():
        if approver.login in reviews.logins.get(sha, ()) or any(_is(approver, person) for person in people):
            return f"made commit {sha[:7]}"
    return ""


def _is(approver: Approver, person: str) -> bool:
    """Whether a "Name <address>" is, or may well be, the approver."""
    name, _, rest = person.lower().rpartition("<")
    address = rest.removesuffix(">").strip()
    own = _PLATFORM.fullmatch(address)
    spelled = {name.strip(), address.partition("@")[0], own[1] if own else ""}
    return address in approver.addresses or approver.login in spelled


def _doubt(approver: Approver, reviews: Reviews, authors: Authors) -> str:
    """What is not known of the approver's part; "" where addresses or the platform's logins tell."""
    if approver.addresses:
        return ""
    told = (people for sha, people in authors.people.items() if not reviews.logins.get(sha))
    addresses = {person.rpartition("<")[2].removesuffix(">").lower() for people in told for person in people}
    unknown = [it for it in addresses if it != _NOBODY and not _PLATFORM.fullmatch(it)]
    return f"whether {approver.login} is {min(unknown)} is not known" if unknown else ""
