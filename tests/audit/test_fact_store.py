"""What audits keep on the disk: found again by the next one, never a reason to fail, never asked by a verification."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.audit import CACHE, WORTH_KEEPING, Request, fact_store, open_audit
from pytest_agentaudit.audit.fact_store import FactStore
from pytest_agentaudit.model import Promise, Verdict
from pytest_agentaudit.store import DATABASE
from pytest_agentaudit.wire import to_plain
from tests.support.repo import GitRepo

VALUES = {b"one": b"1" * 1000, b"two": bytes(range(256))}


@pytest.fixture
def store(tmp_path: Path) -> FactStore:
    return FactStore.of(str(tmp_path))


def test_values_are_found_again(store: FactStore) -> None:
    assert store.read([b"one"]) == {}
    store.write(VALUES)
    assert store.read([b"one", b"three", b"two"]) == VALUES
    store.write({b"one": b"another"})
    assert FactStore.of(str(Path(store.path).parents[1])).read([b"one"]) == {b"one": b"another"}


def test_nothing_of_another_version_is_found(store: FactStore) -> None:
    store.write(VALUES)
    assert replace(store, tool=b"later").read([*VALUES]) == {}


def test_the_version_is_that_of_every_file_of_ours(
    store: FactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "package").mkdir()
    file = tmp_path / "package" / "a.py"
    file.write_text("A = 1\n")
    monkeypatch.setattr("pytest_agentaudit.__path__", [str(tmp_path)])
    before = FactStore.of(str(tmp_path)).tool
    assert before != store.tool
    file.write_text("A = 12\n")
    assert FactStore.of(str(tmp_path)).tool != before


@pytest.mark.parametrize(("part", "is_the_same"), [("facts", False), ("another", False), ("rules", True)])
def test_what_reads_nothing_is_no_part_of_the_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, *, is_the_same: bool
) -> None:
    (tmp_path / part).mkdir()
    (tmp_path / "__init__.py").touch()
    monkeypatch.setattr("pytest_agentaudit.__path__", [str(tmp_path)])
    before = FactStore.of(str(tmp_path)).tool
    (tmp_path / part / "a.py").write_text("A = 1\n")
    assert (FactStore.of(str(tmp_path)).tool == before) is is_the_same


def test_no_fact_depends_on_what_is_left_out_of_the_version() -> None:
    code = "import sys, pytest_agentaudit.facts.reading, pytest_agentaudit.facts.collect; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    parts = {name.split(".")[1] for name in done.stdout.split() if name.startswith("pytest_agentaudit.")}
    assert "facts" in parts
    assert not parts & fact_store.NO_READERS


def test_a_broken_database_is_begun_anew(store: FactStore) -> None:
    Path(store.path).parent.mkdir()
    Path(store.path).write_bytes(b"this is no database" * 100)
    assert store.read([*VALUES]) == {}
    store.write(VALUES)
    assert store.read([*VALUES]) == VALUES


def test_a_damaged_value_is_missing(store: FactStore) -> None:
    store.write(VALUES)
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE facts SET value = ? WHERE size > 100", (b"damaged",))
    database.close()
    assert len(store.read([*VALUES])) < len(VALUES)


def test_a_value_that_would_fill_the_memory_is_missing(store: FactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(VALUES)
    monkeypatch.setattr(fact_store, "LARGEST", 500)
    assert store.read([*VALUES]) == {b"two": VALUES[b"two"]}


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "agentaudit").write_text("a file in the way")
    store = FactStore.of(str(tmp_path))
    store.write(VALUES)
    assert store.read([*VALUES]) == {}


def test_another_writer_is_not_waited_for_long(store: FactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fact_store, "WAIT_SECONDS", 0.01)
    store.write({b"one": VALUES[b"one"]})
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store.write(VALUES)
    assert store.read([*VALUES]) == {}
    other.execute("COMMIT")
    other.close()
    assert store.read([*VALUES]) == {b"one": VALUES[b"one"]}


WRITER = """\
import sys
from pytest_agentaudit.audit.fact_store import FactStore
for number in range(20):
    FactStore.of(sys.argv[1]).write({f"{sys.argv[2]}-{number}".encode(): b"x" * 5000})
"""


def test_several_audits_write_at_once(store: FactStore, tmp_path: Path) -> None:
    names = [str(number) for number in range(4)]
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in names]
    assert [it.wait(60) for it in running] == [0] * len(names)
    keys = [f"{name}-{number}".encode() for name in names for number in range(20)]
    assert set(store.read(keys)) == set(keys)


def test_what_was_not_asked_for_the_longest_goes(store: FactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fact_store, "MOST_BYTES", 10_000)
    for hour, key in enumerate((b"first", b"second", b"third")):
        monkeypatch.setattr("time.time", lambda hour=hour: hour * 2 * fact_store.HOUR)
        store.write({key: os.urandom(3000)})
    monkeypatch.setattr("time.time", lambda: 6 * fact_store.HOUR)
    assert set(store.read([b"first"])) == {b"first"}
    monkeypatch.setattr("time.time", lambda: 8 * fact_store.HOUR)
    store.write({b"fourth": os.urandom(1500)})
    assert set(store.read([b"first", b"second", b"third", b"fourth"])) == {b"first", b"fourth"}


LONG = "".join(f"def f{n}(value):\n    return value + {n}  # noqa\n\n\n" for n in range(1500))


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    made = GitRepo(tmp_path_factory.mktemp("kept"))
    assert len(LONG) > WORTH_KEEPING
    made.commit({"pyproject.toml": "[project]\nname = 'shop'\n", "shop.py": LONG})
    made.write({"shop.py": LONG.replace("return value + 7  # noqa", "return value + 8  # type: ignore")})
    return made


def audited(repo: GitRepo, environ: Mapping[str, str] | None = None, promise: Promise = Promise.ADVISORY) -> Verdict:
    base = repo.ask("rev-parse", "HEAD")
    pipeline = open_audit(Request(str(repo.path), base=base, environ=environ or {}, promise=promise, keeps=True))
    try:
        pipeline.prepare()
        return pipeline.finish(None)
    finally:
        pipeline.close()


def test_an_audit_says_the_same_of_what_it_kept(repo: GitRepo) -> None:
    place = repo.path / ".git" / DATABASE
    first = audited(repo)
    written = place.stat().st_mtime_ns
    again = audited(repo)
    assert place.stat().st_mtime_ns == written
    assert first.findings
    assert to_plain(again.findings) == to_plain(first.findings)


@pytest.mark.parametrize(("environ", "promise"), [({CACHE: "off"}, Promise.ADVISORY), ({}, Promise.VERIFIED)])
def test_nothing_kept_is_asked(
    repo: GitRepo, environ: Mapping[str, str], promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(_git_dir: str) -> FactStore:
        raise AssertionError("the store was opened")

    monkeypatch.setattr(FactStore, "of", opened)
    assert audited(repo, environ, promise).findings
