"""answers_main(): whether a script takes what its checks return."""

from __future__ import annotations

import pytest

from tests.support.changes import delta_of

CHECK = "def test_a():\n    return load() == 1\n\n\n"
MAIN = "if __name__ == '__main__':\n    "


@pytest.mark.parametrize(
    ("rest", "taken"),
    [
        (f"{MAIN}raise SystemExit(not test_a())\n", True),
        (f"{MAIN}done = test_a()\n", True),
        (f"{MAIN}for check in [test_a]:\n        check()\n", True),
        (f"def main():\n    return [test_a()]\n\n\n{MAIN}main()\n", True),
        (f"{MAIN}test_a()\n", False),
        (f"{MAIN}asyncio.run(main())\n", False),
        ("done = test_a()\n", False),
        ("", False),
    ],
)
def test_who_takes_it(rest: str, taken: bool) -> None:  # noqa: FBT001 - a cell of the table
    delta = delta_of({}, {"tests/test_a.py": CHECK + rest})
    assert [pair.new.answers_main for pair in delta.tests if pair.new] == [taken]
