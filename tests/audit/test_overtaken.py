"""Tests that follow an earlier commit, in repositories with a history."""

from pathlib import Path

import pytest

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.model import Level
from tests.support.audited import Project

CODE = "def price(n):\n    return n * 3\n\n\ndef refund(n):\n    return -n\n"
TEST = "from shop import price\n\n\ndef test_price():\n    assert price(2) == 6\n"


def level(path: Path, earlier: str) -> Level:
    """The level of an expected value that changed alone, in a repository whose last commit was this one."""
    project = Project(path, {"shop.py": CODE, "tests/test_shop.py": TEST})
    project.commit({"shop.py": earlier})
    project.write({"tests/test_shop.py": TEST.replace("6", "8")})
    verdict = check(Request(repo=str(path), base="HEAD"))
    (found,) = (it for it in verdict.findings if it.rule == "changed-expectation")
    return found.level


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        (CODE.replace("n * 3", "n * 4"), Level.WARNING),
        (CODE.replace("-n", "-2 * n"), Level.ERROR),
        (CODE.replace("def price", "# What it costs.\ndef price"), Level.ERROR),
    ],
    ids=["the function", "another function", "a comment"],
)
def test_what_an_earlier_commit_changed_may_be_what_a_test_follows(
    earlier: str, expected: Level, tmp_path: Path
) -> None:
    assert level(tmp_path, earlier) is expected
