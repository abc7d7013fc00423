"""What a test does to the repository does not change what is judged: the bytes of the change were read before."""

from __future__ import annotations

import pytest

from tests.support.bad_input import LABEL, SHORTCUT, OddRepo, Row, found

SPOILS = """\
from pathlib import Path

from label import label

ROOT = Path(__file__).parent.parent


def test_label():
    assert label("a") == "a"


def test_spoils():
    {}
    assert label("b") == "b"
"""
UNTESTED = "\n\ndef unused(name):\n    return name * 2\n"
UNRUN: Row = ("src/label.py", 5, "untested-change", "error")
LEFT = ("src/label.py", "src/spare.py", "src/new.py", "tests/test_label.py")


def spoiled(repo: OddRepo, action: str) -> OddRepo:
    """The repository with a test that does `action`, and a change of which a part is not tested."""
    label = (repo.path / "src/label.py").read_text()
    repo.commit({"src/label.py": LABEL, "tests/test_label.py": SPOILS.format(action)})
    repo.write({"src/label.py": label + UNTESTED})
    return repo


@pytest.mark.parametrize(
    "action",
    [
        pytest.param('ROOT.joinpath("src/label.py").unlink()', id="deleted"),
        pytest.param('ROOT.joinpath("src/label.py").write_text("")', id="emptied"),
        pytest.param('ROOT.joinpath("src/label.py").write_text("def label(:\\n")', id="broken"),
        pytest.param('ROOT.joinpath("src/label.py").write_bytes(b"\\n" * 9)', id="lines moved"),
        pytest.param('ROOT.joinpath("src/spare.py").unlink()', id="an unchanged file deleted"),
        pytest.param('ROOT.joinpath("src/new.py").write_text("VALUE = 1  # noqa\\n")', id="a new file"),
        pytest.param("Path(__file__).unlink()", id="the test itself deleted"),
    ],
)
def test_the_work_tree_changes_while_the_run_goes_on(repo: OddRepo, action: str) -> None:
    answer = spoiled(repo, action).audit("pytest", writes=LEFT)
    found(answer, UNRUN)
    assert "2 passed" in answer.text
    assert "6 return name * 2" in answer.text


def test_the_repository_goes_while_the_run_goes_on(repo: OddRepo) -> None:
    spoiled(repo, 'ROOT.joinpath(".git").rename(ROOT.parent / "gone")')
    gone = [path.relative_to(repo.path).as_posix() for path in repo.path.joinpath(".git").rglob("*")]
    answer = repo.audit("pytest", writes=[".git", *gone])
    assert answer.status == 1, answer.text
    assert "2 passed" in answer.text
    # Whether the auditor had read all that it needed by then is a race: it either judged, or says what it missed.
    judged = answer.report["findings"] and answer.rows == sorted([SHORTCUT, UNRUN])
    assert judged or answer.text.count("could not audit: `git cat-file` ended early") == 1, answer.text
