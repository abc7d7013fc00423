"""`agentaudit merge` from the outside: what it takes for one run, what it does not, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.audit import Request, open_audit
from pytest_agentaudit.cli import main
from pytest_agentaudit.model import Evidence, LineHits, Outcome, Place, TestOutcome
from pytest_agentaudit.report.shard_file import write_shard
from pytest_agentaudit.shard import Shard, Subject
from tests.support.repo import GitRepo

TEST = TestOutcome("tests/test_shop.py::test_it", "tests/test_shop.py", 1, "test_it", Outcome.PASSED)
SHOP = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"


class Merging:
    """A repository with a change, and shards of it."""

    def __init__(self, path: Path) -> None:
        self.repo = GitRepo(path / "repo")
        self.repo.commit({"shop.py": "", "tests/test_shop.py": "def test_it():\n    assert 1\n"})
        self.repo.write({"shop.py": SHOP})
        self.files = path

    def subject(self, repo: Path | None = None) -> Subject:
        pipeline = open_audit(Request(str(repo or self.repo.path), base="main"))
        try:
            return pipeline.subject()
        finally:
            pipeline.close()

    def shard(self, number: int, line: int, subject: Subject | None = None) -> str:
        """The file of a shard whose test ran this line."""
        hits = {"shop.py": LineHits({line: (0,)}, (1, 5))}
        evidence = Evidence(tests=(replace(TEST, node_id=f"{TEST.node_id}[{number}]"),), hits=hits, tracer="c")
        path = str(self.files / f"{number}.json")
        shard = Shard(subject or self.subject(), evidence, place=Place(number, 2, "--splits"))
        write_shard(shard, path)
        return path

    def merge(self, *arguments: str, repo: Path | None = None) -> tuple[int, list[str], str]:
        """The status, the rules of the findings, and why something was not judged."""
        report = self.files / "report" / "merged.json"
        report.unlink(missing_ok=True)
        where = ("--repo", str(repo or self.repo.path), "--report", f"json:{report}")
        status = main(["merge", *arguments, *where])
        read = json.loads(report.read_text()) if report.exists() else {"findings": [], "not_judged": []}
        return (
            status,
            [it["rule"] for it in read["findings"]],
            "\n".join(it["reason"] for it in read["not_judged"]),
        )


@pytest.fixture
def merging(tmp_path: Path) -> Merging:
    return Merging(tmp_path)


def test_all_shards_are_a_whole_run(merging: Merging) -> None:
    assert merging.merge(merging.shard(1, 2), merging.shard(2, 6), "--base", "main") == (0, [], "")
    status, rules, reasons = merging.merge(merging.shard(1, 2), merging.shard(2, 2))
    assert (status, rules, reasons) == (1, ["untested-change"], "")


def test_a_missing_shard_is_named(merging: Merging) -> None:
    path = merging.shard(1, 2)
    status, rules, reasons = merging.merge(path)
    assert (status, rules) == (0, [])
    assert "shard 2 of 2 is missing: what only the whole suite can show is left" in reasons
    assert "partial run: shard 2 of 2 is missing" in reasons
    assert merging.merge(path, "--incomplete", "fail")[0] == 1


def test_heads_by_name_and_in_a_bare_repository(merging: Merging, tmp_path: Path) -> None:
    merging.repo.git("switch", "-q", "-c", "change")
    merging.repo.commit({"shop.py": SHOP})
    paths = merging.shard(1, 2), merging.shard(2, 6)
    assert merging.merge(*paths, "--base", "main", "--head", "change")[0] == 0
    merging.repo.write({"left-over.txt": "of the job\n"})
    assert merging.merge(*paths, "--base", "main")[0] == 0
    bare = tmp_path / "bare.git"
    merging.repo.git("clone", "-q", "--bare", str(merging.repo.path), str(bare))
    assert merging.merge(*paths, "--base", "main", repo=bare)[0] == 0


def test_what_cannot_be_merged(merging: Merging, capsys: pytest.CaptureFixture[str]) -> None:
    one, subject = merging.shard(1, 2), merging.subject()
    other = merging.shard(2, 6, replace(subject, files={**subject.files, "shop.py": "0"}))
    foreign = merging.files / "foreign.json"
    foreign.write_text('{"verdict": "passed", "findings": []}')
    said = []
    for paths in ((one, other), (other,), (one, str(foreign)), (one, "no-such.json")):
        status, rules, reasons = merging.merge(*paths)
        assert (status, rules, reasons.split(":")[0]) == (3, [], "could not audit")
        said.append(" ".join(capsys.readouterr().err.split()))
    assert "judged different heads: 'shop.py' differs" in said[0]
    assert "judged another head than this one: 'shop.py' differs" in said[1]
    assert f"--head {subject.commit}" in said[1]
    assert "is no shard's evidence, but an audit's JSON report" in said[2]
    assert "cannot be read: No such file or directory" in said[3]


def test_another_base(merging: Merging, capsys: pytest.CaptureFixture[str]) -> None:
    first = merging.repo.ask("rev-parse", "HEAD")
    path = merging.shard(1, 2)
    merging.repo.commit({"other.txt": "1\n"})
    assert merging.merge(path)[0] == 3
    said = " ".join(capsys.readouterr().err.split())
    assert f"the shards were compared with {first[:7]}, and here the base is" in said
    assert f"--base {first}" in said


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge"]) == 2
    assert "SHARD.json" in capsys.readouterr().err
    assert main(["check", "--report", "shard:a.json"]) == 2
    assert "comes from a run" in capsys.readouterr().err
