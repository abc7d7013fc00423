"""Reviews as the platforms tell them: whose approval counts, and for what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.policy.approvals import (
    Approval,
    Authors,
    ReviewsError,
    approved,
    parse_reviews,
    people_of,
    read_reviews,
)
from pytest_agentaudit.policy.model import Approver

HEAD, OTHER = "a" * 40, "b" * 40
AGENT = "An Agent <agent@example.org>"
PLAIN = Authors({HEAD: frozenset({AGENT})})


def review(login: str, state: str = "APPROVED", commit: str = HEAD, time: str = "") -> dict[str, object]:
    """A review as GitHub's REST API gives it."""
    return {"user": {"login": login}, "state": state, "commit_id": commit, "submitted_at": time, "body": "fine"}


def told(document: object, *approvers: Approver, authors: Authors = PLAIN) -> Approval:
    return approved(approvers or (Approver("alice"),), parse_reviews(document), HEAD, authors)


@pytest.mark.parametrize(
    "document",
    [
        [review("alice")],
        [[review("bob", "COMMENTED")], [review("Alice")]],
        {"reviews": [review("alice")]},
        {"reviews": [{"author": {"login": "alice"}, "state": "APPROVED", "commit": {"oid": HEAD}}]},
        {"sha": HEAD, "approved": True, "approved_by": [{"user": {"username": "alice"}}]},
    ],
    ids=["rest", "pages", "object", "gh", "gitlab"],
)
def test_each_platforms_shape(document: object) -> None:
    assert told(document).by == "alice"


@pytest.mark.parametrize(
    ("reviews", "by"),
    [
        ([review("alice"), review("alice", "CHANGES_REQUESTED")], ""),
        ([review("alice", "CHANGES_REQUESTED"), review("alice")], "alice"),
        ([review("alice"), review("alice", "COMMENTED")], "alice"),
        ([review("alice"), review("alice", "DISMISSED")], ""),
        ([review("alice"), review("alice", "PENDING")], "alice"),
        ([review("alice", time="2026-01-02"), review("alice", "CHANGES_REQUESTED", time="2026-01-01")], "alice"),
        ([review("alice", commit=OTHER)], ""),
        ([review("alice", commit="")], ""),
        ([review("alice"), review("alice", commit=OTHER)], ""),
        ([review("mallory"), review("alice")], "alice"),
        ([review("mallory")], ""),
        ([], ""),
    ],
)
def test_the_last_word_of_each_login(reviews: list[dict[str, object]], by: str) -> None:
    found = told(reviews)
    assert found.by == by
    assert bool(found.refusal) is not bool(by)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([review("mallory")], "mallory is no approver of the base's policy"),
        ([review("alice", commit=OTHER)], "alice approved bbbbbbb, not aaaaaaa"),
        ([], "nobody approved it"),
    ],
)
def test_why_nobody_approved(document: object, why: str) -> None:
    assert told(document).refusal == why


@pytest.mark.parametrize(
    ("person", "refused"),
    [
        ("Alice <a@example.org>", True),
        ("A. <alice@example.org>", True),
        ("A. <12345+alice@users.noreply.github.com>", True),
        ("A. <77-alice@users.noreply.gitlab.example>", True),
        ("A. <a.smith@corp.example>", True),
        ("Malice <malice@example.org>", False),
    ],
)
def test_nobody_approves_what_they_made(person: str, *, refused: bool) -> None:
    alice = Approver("alice", ("a.smith@corp.example",))
    found = told([review("alice")], alice, authors=Authors({HEAD: frozenset({AGENT}), OTHER: frozenset({person})}))
    assert found.refusal == ("alice approved, and made commit bbbbbbb" if refused else "")


def test_the_platform_knows_the_logins_of_commits() -> None:
    commits = [{"sha": HEAD, "author": {"login": "Alice"}, "committer": {"login": "web-flow"}}]
    assert "made commit" in told({"reviews": [review("alice")], "commits": commits}).refusal
    authors = [{"oid": HEAD, "authors": [{"login": "agent"}, {"login": "alice"}]}]
    assert "made commit" in told({"reviews": [review("alice")], "commits": authors}).refusal
    others = [{"sha": HEAD, "author": {"login": "agent"}, "committer": None}]
    assert told({"reviews": [review("alice")], "commits": others}) == Approval(by="alice")


def test_who_pushed_or_opened_it() -> None:
    assert "pushed the change" in told([review("alice")], authors=Authors(PLAIN.people, "Alice")).refusal
    opened = {"reviews": [review("alice")], "author": {"login": "alice"}}
    assert "opened the request" in told(opened).refusal


def test_what_is_not_known_is_said() -> None:
    assert told([review("alice")]).doubt == "whether alice is agent@example.org is not known"
    assert told([review("alice")], Approver("alice", ("a@example.org",))).doubt == ""
    web = frozenset({"bob <1+bob@users.noreply.github.com>", "GitHub <noreply@github.com>"})
    assert told([review("alice")], authors=Authors({HEAD: web})).grant == "approved by alice"


def test_co_authors_made_it_too() -> None:
    message = "Add it\n\nCo-authored-by: Alice <alice@example.org>\nco-authored-by: B <b@example.org>\n"
    assert people_of(AGENT, AGENT, message) == {AGENT, "Alice <alice@example.org>", "B <b@example.org>"}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "no list of reviews"),
        ("APPROVED", "no list of reviews"),
        (["alice"], "something that is no object"),
        ([{"user": {"login": "alice"}}], "a review without a state"),
        ({"reviews": [], "commits": 3}, "what should be a list is none"),
        ({"approved_by": [{"user": {"username": "alice"}}]}, "name no commit"),
    ],
)
def test_other_documents_are_refused(document: object, why: str) -> None:
    with pytest.raises(ReviewsError, match=why):
        parse_reviews(document)


@pytest.mark.parametrize("text", ["", "[", "\xff", "[" * 100_000])
def test_a_file_that_is_no_json(text: str, tmp_path: Path) -> None:
    path = tmp_path / "reviews.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(AuditError, match="cannot be read") as caught:
        read_reviews(str(path))
    assert "\n" not in caught.value.message
    assert "pulls/N/reviews" in caught.value.way_out


def test_a_file_of_reviews(tmp_path: Path) -> None:
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps([review("alice")]), encoding="utf-8")
    assert read_reviews(str(path)) == parse_reviews([review("alice")])
    with pytest.raises(AuditError, match="No such file"):
        read_reviews(str(tmp_path / "none.json"))


KEYS = ("reviews", "commits", "user", "author", "login", "state", "commit_id", "approved_by", "sha", "oid")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["APPROVED", "alice", HEAD, ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_document_is_reviews_or_refused(document: object) -> None:
    try:
        reviews = parse_reviews(document)
    except ReviewsError:
        return
    assert isinstance(approved([Approver("alice")], reviews, HEAD, PLAIN), Approval)
