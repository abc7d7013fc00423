"""A change of many files: all are judged, none crowds out another's finding."""

from __future__ import annotations

from tests.support.bad_input import OddRepo, Row, found

FILES = 300


def test_a_change_of_300_files(repo: OddRepo, command: str) -> None:
    quiet = {f"src/part_{number:03}.py": f"VALUE = {number}\n" for number in range(FILES - 2)}
    repo.write({**quiet, "src/part_150.py": "VALUE = 150  # noqa\n", "src/broken.py": "def broken(:\n"})
    answer = repo.audit(command)
    rows: list[Row] = [
        ("src/broken.py", 1, "unreadable-file", "error"),
        ("src/part_150.py", 1, "added-suppression", "error"),
    ]
    found(answer, *rows)
    assert f"{FILES} files" in answer.text
    assert answer.report["stats"]["files"] == FILES
