"""Skips and expected failures that a change added."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.parked import all_parked, by_wording, no_longer_strict, parked
from tests.support.changes import PRODUCT, changed_tests, pair_of

HEAD = "import sys\nimport pytest\nfrom shop import total\n\n\n"
TEST = "def test_it():\n    assert total([1]) == 1\n"
XFAIL, SKIP = "@pytest.mark.xfail(reason='x')\n", "@pytest.mark.skip(reason='y')\n"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("", XFAIL, ["xfail"]),
        ("", SKIP, ["skip"]),
        ("", XFAIL + SKIP, ["skip", "xfail"]),
        (SKIP, XFAIL, []),
        (XFAIL, SKIP, ["skip"]),
        (XFAIL, "@pytest.mark.xfail\n", []),
        ("", "@pytest.mark.xfail(sys.platform == 'win32', reason='x')\n", []),
        ("@pytest.mark.xfail(sys.platform == 'win32', reason='x')\n", "@pytest.mark.xfail\n", ["xfail"]),
    ],
)
def test_what_was_added(before: str, after: str, words: list[str]) -> None:
    pair = pair_of(HEAD + before + TEST, HEAD + after + TEST)
    assert [it.skip.word for word in ("skip", "xfail") for it in parked(pair, word)] == words


def test_a_test_that_was_expected_to_fail_did_not_run_in_earnest() -> None:
    (found,) = parked(pair_of(HEAD + XFAIL + TEST, HEAD + SKIP + TEST), "skip")
    assert (found.existed, found.ran) == (True, False)


def test_one_wording_is_one_group() -> None:
    both = TEST + "\n\n" + TEST.replace("test_it", "test_more")
    delta = changed_tests(HEAD + both, HEAD + both.replace("def ", f"{XFAIL}def "))
    assert [[it.symbol for it in group] for _, group in by_wording(delta.tests, "xfail")] == [["test_it", "test_more"]]


def test_an_expected_failure_that_may_pass_now() -> None:
    strict = XFAIL.replace(")", ", strict=True)")
    assert [it.text for it in no_longer_strict(pair_of(HEAD + strict + TEST, HEAD + XFAIL + TEST))]
    assert not list(no_longer_strict(pair_of(HEAD + XFAIL + TEST, HEAD + strict + TEST)))
    assert not list(no_longer_strict(pair_of(HEAD + strict + TEST, HEAD + TEST)))


def test_a_change_whose_tests_are_all_held_back() -> None:
    product = (PRODUCT, PRODUCT.replace("-order", "order"))
    assert all_parked(changed_tests(HEAD + TEST, HEAD + XFAIL + TEST, product))
    assert not all_parked(changed_tests(HEAD + TEST, HEAD + XFAIL + TEST))
    more = TEST + "\n\ndef test_more():\n    assert total([2]) == 2\n"
    assert not all_parked(changed_tests(HEAD + TEST, HEAD + XFAIL + more, product))
