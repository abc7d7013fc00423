"""What messages claim, and what they only seem to."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.claims import Promised, claims


def promised(*messages: str) -> list[Promised]:
    return [it.promised for it in claims(messages)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Add tests for totals", Promised.TESTS),
        ("feat: round totals, and add unit tests", Promised.TESTS),
        ("test(cart): add regression test for #12", Promised.TESTS),
        ("Round totals\n\n- Added 12 new tests", Promised.TESTS),
        ("Round totals\n\nThe sum is exact now. Adds comprehensive tests\nfor all currencies.", Promised.TESTS),
        ("Tidy\n\nNo functional changes.", Promised.SAME),
        ("Tidy, no behaviour change", Promised.SAME),
        ("Split module (pure refactor)", Promised.SAME),
        ("docs: describe totals", Promised.TITLE),
        ("Tidy\n\nThis is a docs-only change.", Promised.WORDS),
        ("Tidy (comment-only)", Promised.WORDS),
        ("Test-only change", Promised.ONLY_TESTS),
        ("Round totals\n\nAll 869 tests now pass.", Promised.PASSING),
        ("Round totals\n\n- all existing tests are green", Promised.PASSING),
        ("Improve coverage", Promised.COVERAGE),
        ("Reach 100% test coverage", Promised.FULL_COVERAGE),
        ("fix flaky tests", Promised.REPAIRED),
        ("Resolve all 41 failing tests", Promised.REPAIRED),
    ],
)
def test_a_claim(message: str, expected: Promised) -> None:
    assert promised(message) == [expected]


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Round totals",
        "Round totals\n\nTODO: add tests",
        "Round totals\n\nI could not add tests.",
        "Round totals\n\nWe should add tests in a follow-up.",
        "Round totals\n\nPlease add tests before merging.",
        "Add testing guide",
        "Add a tester role",
        'Reject the message "all tests pass"',
        "Explain `add tests` in the guide",
        "Whitespace-only names are refused",
        "Skip CI for docs-only PRs when nothing else changed\n\nso docs-only\nrequests merge at once",
        "Not all tests pass yet",
        "Check whether all tests pass",
        'Revert "Add tests for totals"',
        "Merge branch 'add-tests'",
        "No functional change except that totals are rounded",
        "docs: describe totals\n\nAlso rounds them.",
        "Run the coverage job in CI",
        "style(cart): use a helper",
    ],
)
def test_no_claim(message: str) -> None:
    assert promised(message) == []


def test_one_message_speaks_of_the_whole_change() -> None:
    assert [it.whole for it in claims(("docs: describe totals",))] == [True]
    assert [it.whole for it in claims(("docs: describe totals", "Round totals"))] == [False]


def test_a_list_of_commits_does_not() -> None:
    message = "Round totals (#7)\n\n* docs-only change\n\n* round totals\n"
    assert [it.whole for it in claims((message,))] == [False]


def test_an_item_of_a_list_speaks_of_itself() -> None:
    message = "Round totals\n\n- shop/cart.py: only docstrings\n- Fixes tests\n  that failed\n\nNo functional change.\n"
    assert [(it.promised, it.whole) for it in claims((message,))] == [
        (Promised.WORDS, False),
        (Promised.REPAIRED, False),
        (Promised.SAME, True),
    ]


def test_a_claim_is_told_once() -> None:
    assert [it.text for it in claims(("Add tests", "Add tests"))] == ["Add tests"]


@pytest.mark.parametrize("message", ["x" * 50_000, "add " * 20_000, "* a\n" * 20_000, "\0\ufffd\n" * 500])
def test_odd_messages_are_read(message: str) -> None:
    assert list(claims((message,))) == []
