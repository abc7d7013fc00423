"""Settings of agents in JSON: an item is added, and every other character stays."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.cli.setup.json_text import added

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=5), VALUES, max_size=3),
    st.none() | st.lists(VALUES, max_size=2),
    st.sampled_from([None, 0, 1, 4, "\t"]),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]),
)
def test_an_item_is_added_and_nothing_else_changes(
    document: dict[str, Any], stops: list[Any] | None, indent: int | str | None, separators: tuple[str, str]
) -> None:
    hooks = {} if stops is None else {"hooks": {"a": 1, "Stop": stops}}
    written = json.dumps({**document, **hooks}, indent=indent, separators=separators)
    expected = {**document, "hooks": {**hooks.get("hooks", {}), "Stop": [*(stops or []), {"new": [1]}]}}
    if "hooks" in document and stops is None:
        return
    now = added(written, ("hooks", "Stop"), {"new": [1]})
    assert json.loads(now) == expected
    assert is_inside(written, now)


def is_inside(old: str, new: str) -> bool:
    """Whether `new` is `old` with one piece more."""
    start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    return "".join(old[start:].split()) == "".join(new[len(new) - len(old) + start :].split())
