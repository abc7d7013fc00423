"""Addresses of the repository, as CI's variables give them."""

from __future__ import annotations

import os

from pytest_agentaudit.report.hosting import Hosting, hosting_of
from pytest_agentaudit.report.links import link

GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_SHA": "88d01be",
    "GITHUB_REF_NAME": "7/merge",
}
GITLAB = {"CI_PROJECT_URL": "https://gitlab.com/g/p", "CI_COMMIT_SHA": "88d01be", "CI_COMMIT_REF_NAME": "topic"}


def test_github_actions() -> None:
    hosting = hosting_of(GITHUB)
    assert hosting == Hosting("https://github.com/o/r", "88d01be", "7/merge")
    assert link(hosting, "", "src/a.py", 3) == "https://github.com/o/r/blob/88d01be/src/a.py#L3"


def test_gitlab_ci() -> None:
    hosting = hosting_of(GITLAB)
    assert link(hosting, "", "src/a.py", 3) == "https://gitlab.com/g/p/-/blob/88d01be/src/a.py#L3"


def test_nowhere() -> None:
    assert hosting_of({"GITHUB_SHA": "88d01be"}) == Hosting()
    assert link(Hosting(), "88d01be", "src/a.py", 3) == ""
    assert link(Hosting("https://github.com/o/r"), "", "src/a.py", 3) == ""


def test_the_judged_commit_goes_before_the_one_that_is_checked_out() -> None:
    assert "/blob/3f2a91c/" in link(hosting_of(GITHUB), "3f2a91c", "a.py", 1)


def test_odd_paths_stay_inside_the_address() -> None:
    odd = os.fsdecode(b"a)b] (c)\n<d>#\xe9?.py")
    address = link(hosting_of(GITHUB), "", odd, 1)
    assert address == "https://github.com/o/r/blob/88d01be/a%29b%5D%20%28c%29%0A%3Cd%3E%23%E9%3F.py#L1"
