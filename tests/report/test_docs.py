"""docs/reports.md knows every format, and what it shows is real."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from pytest_agentaudit.report.comment_state import Remembered, State, read
from pytest_agentaudit.report.targets import FORMATS, parse_target
from tests.report.test_gitlab import VALIDATOR as CODE_QUALITY
from tests.report.test_sarif import RESULT

PAGE = Path(__file__).parents[2].joinpath("docs/reports.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def section(name: str) -> str:
    """What stands under a heading."""
    return PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def example(name: str) -> str:
    found = re.search(r"^```\w*\n(.*?)^```$", section(name), re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_section(name: str) -> None:
    assert f"| [{name}](#{name}) |" in PAGE
    assert "```" in section(name)


def test_nothing_is_promised_that_is_not_there() -> None:
    assert set(re.findall(r"^\| \[(\w+)\]", PAGE, re.MULTILINE)) == set(FORMATS)
    asked = re.findall(r"--(?:agent-audit-)?report=([a-z]+(?::[^\s`]+)?)", PAGE)
    assert {parse_target(text).format for text in asked} == {*FORMATS} - {"agent"}


def test_the_examples_for_programs_are_valid() -> None:
    CODE_QUALITY.validate(json.loads(example("gitlab")))
    jsonschema.Draft202012Validator(RESULT).validate({**json.loads(example("sarif")), "properties": {}})
    assert json.loads(example("json"))["schema"] == 1


def test_the_comment_is_one_that_the_next_one_understands() -> None:
    known = Remembered("d2407e9e82ed4981", "untested-change", "src/shop/pricing.py", 28)
    assert read(example("markdown")) == State((known,))


def test_the_snippets_for_ci_are_yaml() -> None:
    workflows = [YAML(typ="safe").load(text) for language, text in BLOCKS if language == "yaml"]
    github, gitlab = workflows
    assert set(github["jobs"]) == {"audit", "tell"}
    assert "write" not in github["jobs"]["audit"]["permissions"].values()
    assert not any("pytest" in step.get("run", "") for step in github["jobs"]["tell"]["steps"])
    assert gitlab["agent-audit"]["artifacts"]["reports"] == {"codequality": "gl-code-quality-report.json"}
