"""File names that parsers trip over: what stands in such a file is found, and the name is shown on one line."""

from __future__ import annotations

from tests.support.bad_input import OddRepo, Row, found

SHOWN = {
    "src/with space.py": "src/with space.py",
    "src/quo'te\".py": "src/quo'te\".py",
    "src/line\nfeed.py": "src/line\\nfeed.py",
    "src/tab\tname.py": "src/tab\\tname.py",
    "src/back\\slash.py": "src/back\\slash.py",
    "src/sch\u00f6n_\u65e5\u672c.py": "src/sch\u00f6n_\u65e5\u672c.py",
    "src/byte_\udcff.py": "src/byte_\\xff.py",
    "src/-dash.py": "src/-dash.py",
    "src/red_\x1b[31m.py": "src/red_\\x1b[31m.py",
    "src/a\nsrc/label.py:1: note  forged\n.py": "src/a\\nsrc/label.py:1: note forged\\n.py",
}
"""Names, and how a terminal shows them (white space folded)."""
CONTROLS: list[Row] = [(name, 1, "hidden-text", "error") for name in SHOWN if any(letter < " " for letter in name)]
"""What is said of the names that hold control characters."""


def test_odd_names(repo: OddRepo, command: str) -> None:
    repo.write(dict.fromkeys(SHOWN, "VALUE = 1  # noqa\n"))
    answer = repo.audit(command)
    found(answer, *((name, 1, "added-suppression", "error") for name in SHOWN), *CONTROLS)
    for shown in SHOWN.values():
        assert answer.text.count(f"{shown}:1: error added-suppression") == 1, shown


def test_odd_names_of_what_cannot_be_read(repo: OddRepo, command: str) -> None:
    repo.write(dict.fromkeys(SHOWN, "def broken(:\n"))
    answer = repo.audit(command)
    found(answer, *((name, 1, "unreadable-file", "error") for name in SHOWN), *CONTROLS)
    for shown in SHOWN.values():
        assert answer.text.count(f"{shown}:1: error unreadable-file") == 1, shown


def test_an_odd_name_between_two_commits(repo: OddRepo, command: str) -> None:
    base = repo.head
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit(dict.fromkeys(SHOWN, "VALUE = 1  # noqa\n"))
    rows: list[Row] = [(name, 1, "added-suppression", "error") for name in SHOWN]
    found(repo.audit(command, base=base), *rows, *CONTROLS)
