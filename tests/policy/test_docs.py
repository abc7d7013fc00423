"""The policy's reference page says what the code does."""

import re
from datetime import date
from pathlib import Path

import pytest

from pytest_agentaudit import __version__
from pytest_agentaudit.policy import Policy, PolicyError, RuleLevel, Step, load
from pytest_agentaudit.policy.schema import KEYS, OVERRIDE_KEYS, ROLES, STEP_KEYS
from pytest_agentaudit.policy.waiver_schema import WAIVER_KEYS
from pytest_agentaudit.rules import builtin_rules

PAGE = Path(__file__).parents[2].joinpath("docs/policy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```\n(?:\n```text\n(.*?)\n```)?", PAGE, re.MULTILINE | re.DOTALL)
CATALOGUE = {rule.name: rule.options for rule in builtin_rules()}


def test_the_page_has_accepted_and_refused_examples() -> None:
    assert [bool(refusal) for _text, refusal in BLOCKS] == [False, False, False, False, True]


@pytest.mark.parametrize(("text", "refusal"), BLOCKS)
def test_every_block_is_read_or_refused_as_the_page_says(text: str, refusal: str) -> None:
    if not refusal:
        assert load(text, "pyproject.toml", CATALOGUE).path == "pyproject.toml"
        return
    with pytest.raises(PolicyError) as caught:
        load(text, "pyproject.toml", CATALOGUE)
    assert str(caught.value) == refusal.replace("pytest-agentaudit 0.1.0", f"pytest-agentaudit {__version__}")


def test_a_block_shows_every_key() -> None:
    policy = load(BLOCKS[1][0], "pyproject.toml", CATALOGUE)
    assert all((policy.base, policy.source, policy.required_version, policy.roles, policy.rules, policy.overrides))
    assert policy.built_files == ("src/shop/_version.py",)
    assert [(bool(step.require), bool(step.run)) for step in policy.steps] == [(True, False), (False, True)]
    assert [(it.symbol, it.expires) for it in policy.waivers] == [("load", date(2027, 1, 31))]


@pytest.mark.parametrize(
    ("heading", "keys"),
    [("Keys", KEYS), ("Overrides", OVERRIDE_KEYS), ("Steps", STEP_KEYS), ("Waivers", WAIVER_KEYS)],
)
def test_every_key_has_a_row_and_every_row_is_a_key(heading: str, keys: tuple[str, ...]) -> None:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `([\w-]+)` \| ", section, re.MULTILINE)) == sorted(keys)


@pytest.mark.parametrize("word", [*ROLES, *(level.value for level in RuleLevel)])
def test_every_word_is_named(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_the_defaults_are_those_of_a_step() -> None:
    step = Step("x")
    assert f"| `timeout` | seconds | `{step.timeout:g}` |" in PAGE
    assert step.when == ("**",)
    assert '| `when` | patterns | `["**"]` |' in PAGE
    assert f"| `waiver-days` | days | `{Policy().waiver_days}` |" in PAGE
