"""Every rule's examples, each as a test: what must be found is found, where it stands; look-alikes stay silent."""

from collections.abc import Iterator

import pytest

from pytest_agentaudit.model import Level
from pytest_agentaudit.rules import Example, Rule, builtin_rules
from pytest_agentaudit.testing import findings


def cases() -> Iterator[object]:
    for rule in builtin_rules():
        for example in rule.examples:
            yield pytest.param(rule, example, id=f"{rule.name}: {example.title}")


@pytest.mark.parametrize(("rule", "example"), list(cases()))
def test_example(rule: type[Rule], example: Example) -> None:
    found = findings(rule, example)
    places = [f"{it.location.path}:{it.location.line}" for it in found]
    with_levels = [f"{place} {it.level}" for place, it in zip(places, found, strict=True)]
    if example.expect:
        expected = sorted(example.expect)
        said = sorted(with_levels if " " in expected[0] else places)
        assert said == expected, [it.message for it in found]
    else:
        assert [it.message for it in found if it.level is not Level.NOTE] == []


@pytest.mark.parametrize("rule", builtin_rules(), ids=lambda rule: rule.name)
def test_every_finding_says_what_to_do(rule: type[Rule]) -> None:
    for example in rule.examples:
        for found in findings(rule, example):
            assert found.rule == rule.name
            assert found.family is rule.family
            assert found.message
            assert found.fix
            assert found.location.path in {*example.before, *example.after}
