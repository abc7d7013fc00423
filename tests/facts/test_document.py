"""Why a text is no YAML, in one line with its place."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.gates.document import DEEPEST, LONGEST, yaml_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ""),
        ("a: [1, !x y]\n---\nb: &c 1\n", ""),
        ("a:\n  - b: c: d\n", "2: is not YAML: mapping values are not allowed here"),
        ("a: 1\n\tb: 2\n", "2: is not YAML: "),
        ("a: [\n", "2: is not YAML: "),
        ("a: *b\n", "1: is not YAML: found undefined alias 'b'"),
        ("a: \x00\n", "1: is not YAML: "),
        ("- " * (DEEPEST + 2) + "x\n", "1: is not YAML: too deep or too large"),
        ("a: 1\nb: " + "[ {\n" * DEEPEST, f"2: nests more than {DEEPEST} deep"),
        ("[" * DEEPEST + "]" * DEEPEST, ""),
        ("#" * (LONGEST + 1), f"1: has more than {LONGEST} characters"),
    ],
    ids=range(11),
)
def test_the_fault_of_a_text(text: str, fault: str) -> None:
    found = yaml_fault(text)
    assert found.startswith(fault)
    assert bool(found) is bool(fault)
    assert "\n" not in found
