"""What must hold of any change: no suppression escapes, the diff is git's, and every audit comes to an end."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pytest_agentaudit.audit.judgement import Judgement
from pytest_agentaudit.audit.stages import Clock
from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.facts.means import Means
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.policy.model import Policy
from tests.fuzz.case import Case, Objects, commit_body, played, warm_up
from tests.support.repo import GitRepo

SUPPRESSIONS = (
    *("# noqa", "#noqa", "# NOQA: E501", "#  type: ignore", "# type: ignore[attr-defined]", "# pragma: no cover"),
    *("# pyright: ignore", "# pylint: disable=all", "# nosec", "# ruff: noqa", "# mypy: ignore-errors", "# ty: ignore"),
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252", "shift_jis", "utf-7")
ENDS = ("\n", "\r\n", "\r")
STATEMENTS = (
    "value = load(1)",
    "name = 'caf\u00e9 # no'",
    'text = """a\n# b"""',
    "if value:\n    name = value.x",
    "rows = [\n    1,\n]",
)
NAMES = st.one_of(
    st.sampled_from(
        ["a.py", "b c.py", "q\"'.py", "t\tb.py", "l\nf.py", "\udcff.py", "-x.py", "caf\u00e9.py", "a.pyi", "a.pyx"]
    ),
    st.binary(min_size=1, max_size=6)
    .filter(lambda it: not set(it) & {0, 0x2F})
    .map(lambda it: f"{os.fsdecode(it)}.py"),
)


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    warm_up()


@st.composite
def suppressed(draw: st.DrawFn) -> tuple[str, dict[str, bytes], dict[str, bytes]]:
    """A suppression, and the files before and after it was added to one line of a product's module."""
    comment, codec, end = (draw(st.sampled_from(it)) for it in (SUPPRESSIONS, ENCODINGS, ENDS))
    statements = draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4))
    at = draw(st.integers(0, len(statements) - 1))
    edited = [f"{it}  {comment}" if number == at else it for number, it in enumerate(statements)]
    head = [f"# coding: {codec}"] if codec not in {"utf-8", "utf-8-sig", "utf-16", "utf-32"} else []
    old, new = draw(NAMES), draw(NAMES)
    new = old if draw(st.booleans()) else new
    before, after = (
        end.join("\n".join([*head, *it, ""]).split("\n")).encode(codec, "replace") for it in (statements, edited)
    )
    shared = {"shop/__init__.py": b"", "pyproject.toml": b'[project]\nname = "shop"\nversion = "1"\n'}
    known = {f"shop/{old}": before} if draw(st.booleans()) else {}
    return comment, {**shared, **known}, {**shared, f"shop/{new}": after}


@settings(max_examples=40)
@given(suppressed())
@example(
    (
        "# noqa: E501",
        {},
        {"shop/__init__.py": b"", "shop/a.py": b"# coding: shift_jis\nvalue = load(1)  # noqa: E501\n"},
    )
)
def test_every_added_suppression_appears_in_a_finding(
    case: tuple[str, dict[str, bytes], dict[str, bytes]],
) -> None:
    """Only what coverage leaves out may be silent: excluded-coverage weighs what stands in the line."""
    comment, before, after = case
    change = from_trees(MemoryTree(before), MemoryTree(after))
    judgement = Judgement(change, Policy(), means=Means(), clock=Clock(), root="")
    judgement.prepare()
    read = [one.text for file in judgement.delta.files for one in file.added_suppressions]
    told = ["\n".join([it.message, *it.evidence.values()]) for it in judgement.findings]
    assert any(comment in it for it in (read if "pragma" in comment else told)), (read, told)


MODES = st.sampled_from([0o100644, 0o100755, 0o120000, 0o160000])
PARTS = st.one_of(
    st.sampled_from(["a", "b", "a.py", "a b", "\t", "\xff", "A"]), st.text('ab\n"\\\x80.-', min_size=1, max_size=3)
)
PATHS = st.lists(PARTS.filter(lambda it: it not in {".", ".."}), min_size=1, max_size=3).map("/".join)
TREES = st.dictionaries(PATHS, st.tuples(st.sampled_from(["", "1", "2\n"]), MODES), max_size=8)


def without_clashes(files: Mapping[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """The files of which no other one needs the name for a folder."""
    return {path: it for path, it in files.items() if not any(other.startswith(f"{path}/") for other in files)}


@pytest.fixture(scope="module")
def objects() -> Iterator[Objects]:
    with tempfile.TemporaryDirectory() as folder:
        yield Objects(Path(folder, "repo"))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES, TREES)
def test_the_diff_of_two_trees_is_gits(
    objects: Objects, old: dict[str, tuple[str, int]], new: dict[str, tuple[str, int]]
) -> None:
    trees = []
    for files in map(without_clashes, (old, new)):
        texts = {path: text for path, (text, _) in files.items()}
        modes = {path: mode for path, (_, mode) in files.items()}
        trees.append(objects.write("tree", objects.tree(texts, modes)))
    base, head = (objects.write("commit", commit_body(it, "", b"x")) for it in trees)
    repository = Repository.open(str(objects.folder))
    try:
        ours = [os.fsencode(path) for path in repository.changed(base, head)]
    finally:
        repository.close()
    asked = GitRepo(objects.folder, create=False).git(
        "diff-tree", "-r", "-z", "--no-renames", "--name-only", base, head
    )
    assert sorted(ours) == sorted(filter(None, asked.split(b"\0")))


@settings(max_examples=8)
@given(
    st.binary(max_size=200),
    st.sampled_from(["a.py", "tests/test_a.py", "conftest.py", "pyproject.toml", ".github/workflows/a.yml"]),
)
@example(b"[" * 5_000, "a.py")
@example(b"[tool.agentaudit]\nsource = 1\n", "pyproject.toml")
def test_any_file_ends_in_a_verdict_or_a_reason_and_the_parent_lives(content: bytes, path: str) -> None:
    text = content.decode("latin-1")
    for case in (Case({path: "A = 1\n"}, {path: text}), Case({path: text}, {path: "A = 1\n"})):
        with tempfile.TemporaryDirectory() as folder:
            outcome = played(case, Path(folder, "repo"))
        assert not outcome.faults
        assert outcome.result or outcome.refusal
