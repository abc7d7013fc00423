"""The documentation: what it generates, and that its written pages know what the code knows."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.site_pages import (
    GENERATED,
    keys_of,
    navigation,
    overview,
    pytest_options,
    rule_markdown,
    rule_pages,
    with_generated,
    with_links,
)
from pytest_agentaudit.agent_variables import AGENT_VARIABLES
from pytest_agentaudit.asked import PROVE
from pytest_agentaudit.bases import VARIABLES
from pytest_agentaudit.cli.console import Status
from pytest_agentaudit.cli.hooks.event import PROJECT
from pytest_agentaudit.cli.parser import build_parser
from pytest_agentaudit.verification.isolated import SHOWN_BY
from pytest_agentaudit.witness.splitters import VARIABLES as SPLITTERS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "pytest_agentaudit"
PAGES = rule_pages()
REFERENCE = (DOCS / "reference.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_rules_page_says_all_that_a_reader_needs(name: str) -> None:
    page = PAGES[name]
    text = rule_markdown(page)
    assert text.startswith(f"# {name}\n\n**{page.summary}**\n")
    for level, when in (it for paragraph in page.paragraphs for it in paragraph.levels):
        assert f"\n- **{level}** {when}\n" in text
    for head in ("**Why:**", "**Fix:**", "**Not a fix:**", "## What it finds", "## What it leaves alone", page.setting):
        assert head in text
    assert text.count("?? failure ") + text.count("??+ failure ") == len(page.fires)
    assert text.count("?? success ") + text.count("??+ success ") == len(page.silent)


def test_the_list_and_the_navigation_have_every_rule_once() -> None:
    listed = re.findall(r"^\| \[([\w-]+)\]\(\1\.md\)", overview(PAGES.values()), re.MULTILINE)
    shown = [name for it in navigation(PAGES.values()) for members in it.values() for page in members for name in page]
    assert sorted(listed) == sorted(shown) == sorted(PAGES)


def test_only_rules_in_running_text_become_links() -> None:
    page = "# The `stub` and removed-test\n\nSee {}, `no-rule`, a stub, [`removed-test`](x.md), a/removed-test-x.\n\n"
    page += "    ````text\n    ```\n    `removed-test`\n    ````\n\nThat is {}'s; `{{}} removed-test`, `stub`.\n"
    given = page.format("`removed-test`", "removed-test")
    expected = page.format("[`removed-test`](r/removed-test.md)", "[removed-test](r/removed-test.md)")
    assert with_links(given, PAGES, "r/") == expected.replace(", `stub`", ", [`stub`](r/stub.md)")


def marks() -> Iterator[tuple[str, str]]:
    for path in sorted(DOCS.rglob("*.md")):
        yield from re.findall(r"^<!-- (generated|output): (.+) -->$", path.read_text("utf-8"), re.MULTILINE)


def test_every_mark_of_a_page_is_known_and_every_generated_part_is_asked_for() -> None:
    asked = {name for kind, name in marks() if kind == "generated"}
    assert asked == set(GENERATED)
    for name in asked:
        assert with_generated(f"a\n<!-- generated: {name} -->\nb").splitlines()[0] == "a"
        assert GENERATED[name]()


def test_every_command_is_documented_by_its_own_help() -> None:
    parser = build_parser()
    commands = next(it.choices for it in parser._actions if isinstance(it, argparse._SubParsersAction))  # noqa: SLF001
    assert {name for kind, name in marks() if kind == "output"} == {f"agentaudit {it} --help" for it in commands}
    assert "usage: agentaudit explain" in with_generated("<!-- output: agentaudit explain --help -->")


def test_the_options_of_pytest_have_their_values() -> None:
    options = pytest_options()
    assert f"| `--agent-audit-prove=` | {', '.join(f'`{it}`' for it in PROVE)} | evidence" in options
    assert "| `--agent-audit` |  | audit" in options


@pytest.mark.parametrize("schema", ["schema.json", "replay.schema.json"])
def test_every_key_of_a_schema_is_explained(schema: str) -> None:
    rows = keys_of(schema).splitlines()[2:]
    assert len(rows) > 20
    assert [row for row in rows if row.endswith("|  |")] == []


def test_a_key_inside_of_a_list_has_its_path() -> None:
    assert "\n| `findings[].related[].line` | integer | " in keys_of("schema.json")


@pytest.mark.parametrize("status", Status)
def test_every_exit_status_has_a_row(status: Status) -> None:
    assert f"\n| {status.value} | " in REFERENCE


def asked_for() -> Iterator[str]:
    """The variables that the package's own code asks its environment for by a literal name."""
    for path in PACKAGE.rglob("*.py"):
        if not {"rules", "facts"}.intersection(path.relative_to(PACKAGE).parts):
            for node in ast.walk(ast.parse(path.read_bytes())):
                match node:
                    case (
                        ast.Call(
                            func=ast.Attribute(ast.Name("environ") | ast.Attribute(attr="environ"), "get"),
                            args=[ast.Constant(str(name)), *_],
                        )
                        | ast.Subscript(
                            value=ast.Name("environ") | ast.Attribute(attr="environ"), slice=ast.Constant(str(name))
                        )
                    ):
                        yield name


def test_the_environment_variables_are_those_of_the_code() -> None:
    told = set(re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|HOME|TERM|COLUMNS|CLAUDECODE|OPENCODE)`", REFERENCE))
    known = {*asked_for(), *VARIABLES, *PROJECT, *AGENT_VARIABLES, *SHOWN_BY}
    known |= {name for it in SPLITTERS for name in (it.number, it.count)}
    assert known - told - {"PYTHONPATH", "PATH"} == set()
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [name for name in told if f'"{name}"' not in source] == []
