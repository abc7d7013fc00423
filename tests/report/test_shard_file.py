"""A shard's file: what is written comes back, and anything else gets one clear message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_agentaudit import __version__
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Evidence, LineHits, Outcome, Place, Portion, TestOutcome
from pytest_agentaudit.proof import Ended, Proofs, TestEnd, TrialKind, TrialReport
from pytest_agentaudit.report.shard_file import read_shard, write_shard
from pytest_agentaudit.shard import Shard, Subject

SHARD = Shard(
    Subject("b" * 40, "c" * 40, {"odd\udcff.py": "1"}, "p"),
    Evidence(tests=(TestOutcome("t.py::t", "t.py", 1, "t", Outcome.PASSED),), hits={"a.py": LineHits({3: (0,)}, (1,))}),
    Proofs((TrialReport(TrialKind.REVERT, (TestEnd("t.py", "t", Ended.GREEN),)),)),
    Portion(("t.py::t",), ("t.py", "t.py::t")),
    Place(1, 2, "--splits"),
    ("stopped",),
)


@pytest.fixture
def path(tmp_path: Path) -> str:
    target = str(tmp_path / "new" / "shard.json")
    write_shard(SHARD, target)
    return target


def test_what_is_written_comes_back(path: str) -> None:
    assert read_shard(path) == SHARD
    write_shard(SHARD, path)
    assert [it.name for it in Path(path).parent.iterdir()] == ["shard.json"]


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}


def test_foreign_and_damaged_files(path: str) -> None:
    good = json.loads(Path(path).read_text())
    for content, message in (
        ("", "is damaged: it is no JSON (Expecting value"),
        ("{'a': 1}", "is damaged: it is no JSON (Expecting property name"),
        (b"\xff\xfe\xff", "is damaged: it is no JSON"),
        ("[" * 100_000, "is damaged: it is no JSON"),
        (Path(path).read_text()[:200], "is damaged: it is no JSON"),
        ("[1, 2]", "is no shard's evidence, but JSON of another kind"),
        ("{}", "is no shard's evidence, but JSON of another kind"),
        ('{"verdict": "passed", "findings": []}', "is no shard's evidence, but an audit's JSON report"),
        (json.dumps({**good, "schema": 2}), f"was written by pytest-agentaudit {__version__}, and this is"),
        (json.dumps({**good, "tool": "9.9"}), "was written by pytest-agentaudit 9.9, and this is"),
        (json.dumps(without(good, "shard")), "is damaged: no Shard: Expected `object`, got `null`"),
        (json.dumps({**good, "shard": without(good["shard"], "evidence")}), "missing required field `evidence`"),
        (json.dumps({**good, "shard": {**good["shard"], "more": 1}}), "unknown field `more`"),
        (json.dumps({**good, "shard": {**good["shard"], "breaks": "one"}}), "Expected `array`, got `str`"),
        (json.dumps(broken(good)), "is damaged: it names tests that it does not hold"),
    ):
        Path(path).write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(AuditError) as caught:
            read_shard(path)
        assert message in caught.value.message
        assert "\n" not in caught.value.message
        assert caught.value.way_out


def broken(good: dict[str, Any]) -> dict[str, Any]:
    """A shard whose lines were run by a test that is not there."""
    evidence = {**good["shard"]["evidence"], "hits": {"a.py": {"by_test": {"3": [7]}, "at_import": []}}}
    return {**good, "shard": {**good["shard"], "evidence": evidence}}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "*.json"):
        with pytest.raises(AuditError, match="cannot be read"):
            read_shard(str(path))
