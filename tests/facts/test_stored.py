"""Stored results, and data files of tests."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.stored import rewritten, trimmed
from tests.support.changes import delta_of

AMBR = "# serializer version: 1\n# name: test_a\n  1\n# ---\n# name: test_b\n  2\n# ---\n"


def found(path: str, before: str, after: str) -> list[tuple[int, str, str]]:
    return [(it.line, it.was.strip(), it.now.strip()) for it in rewritten(delta_of({path: before}, {path: after}))]


@pytest.mark.parametrize(
    "path",
    [
        "tests/__snapshots__/test_a.ambr",
        "tests/snapshots/a.txt",
        "tests/golden/a.html",
        "tests/data/expected/a.txt",
        "tests/data/expected_a.csv",
        "tests/data/a.approved.txt",
        "tests/cassettes/a.yaml",
    ],
)
def test_a_replaced_line(path: str) -> None:
    text = "# name: a\n  1\n# ---\n"
    assert found(path, text, text.replace("1", "2")) == [(2, "1", "2")]


@pytest.mark.parametrize(
    "path", ["tests/data/a.txt", "tests/expected/a.py", "src/golden/a.txt", "tests/snapshots/a.md"]
)
def test_other_files(path: str) -> None:
    assert found(path, "1\n", "2\n") == []


def test_entries_of_a_snapshot_file_are_compared_by_name() -> None:
    path = "tests/__snapshots__/test_a.ambr"
    assert found(path, AMBR, AMBR.replace("  2", "  3")) == [(6, "2", "3")]
    assert found(path, AMBR, AMBR.replace("test_b", "test_c")) == []
    assert found(path, AMBR, AMBR.partition("# name: test_b")[0]) == []
    assert found(path, AMBR.partition("# name: test_b")[0], AMBR) == []


def test_layout_is_no_rewriting() -> None:
    assert found("tests/golden/a.txt", "a  b\nc\n", "a b\nc\n") == []
    assert found("tests/golden/a.json", '{"a": 1, "b": 2}', '{"b": 2,\n "a": 1}') == []


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("[1, 2]", "[1]", ["2"]),
        ('{"a": 1, "b": 2}', '{"a": 1}', ['{"b": 2}']),
        ("[1, 2]", "[3]", []),
        ("[1]", "[1, 2]", []),
        ("[1, 2]", "oops", []),
        ("3", "2", []),
    ],
)
def test_data_files_that_lost_items(before: str, after: str, lost: list[str]) -> None:
    delta = delta_of({"tests/data/a.json": before}, {"tests/data/a.json": after})
    assert [it for data in trimmed(delta) for it in data.lost] == lost
