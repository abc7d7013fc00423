"""How two texts read in a message."""

import pytest

from pytest_agentaudit.facts.wording import LEAD, LONGEST, apart

ALIKE = "'[+] exact test duplicate ratchet clean: {module_count} files, "
END = ALIKE[-LEAD:]


@pytest.mark.parametrize(
    ("was", "now", "shown"),
    [
        ("105.0", "107.0", ("105.0", "107.0")),
        ("a" * 70, "b" * 70, ("a" * 57 + "...", "b" * 57 + "...")),
        (f"{ALIKE}7 groups'", f"{ALIKE}6 groups'", (f"...{END}7 groups'", f"...{END}6 groups'")),
        ("a" * 70, "a" * 70 + "b", ("..." + "a" * LEAD, "..." + "a" * LEAD + "b")),
        ("a" * 70, "a" * 70, ("a" * 57 + "...",) * 2),
    ],
)
def test_long_texts_are_cut_where_one_sees_the_difference(was: str, now: str, shown: tuple[str, str]) -> None:
    assert apart(was, now) == shown
    assert max(map(len, shown)) <= LONGEST
