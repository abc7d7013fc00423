"""What generated parts of the site say, in Markdown: rules from the rules, options and keys from the code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pytest_agentaudit.children import clean_environment
from pytest_agentaudit.cli.rule_page import FAMILIES, Paragraph, RulePage, ShownExample, rule_page
from pytest_agentaudit.plugin import pytest_addoption
from pytest_agentaudit.report.text import visible
from pytest_agentaudit.rules import builtin_rules

EXAMPLE = Path(__file__).parents[1] / "tests" / "thirdparty" / "ticketed_todo"
"""A package that adds a rule."""

OPEN_EXAMPLES = 2
"""How many examples of a kind a page shows before the others are folded away."""

WIDTH = "76"
"""Columns of a help page."""

_NAMES = re.compile(
    r"""
    ^\ *(?P<fence>`{3,}).*?^\ *(?P=fence)$ | ^\#.*?$ | \[[^\]]*\]\([^)]*\) | <[^>]*>  # left as they are
    | `(?P<code>[^`\n]*)` | (?<![\w/.:-])(?P<bare>[a-z]+(?:-[a-z]+)+)(?![\w-])
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_MARK = re.compile(r"^<!-- (generated|output): (.+?) -->$", re.MULTILINE)

Schema = Mapping[str, Any]


def rule_pages() -> Mapping[str, RulePage]:
    """Every built-in rule's page, by name."""
    return {rule.name: rule_page(rule) for rule in builtin_rules()}


def overview(pages: Iterable[RulePage]) -> str:
    """All rules by family, each with its usual level and first sentence."""
    return "\n".join((_OVERVIEW, *(line for members in _families(pages) for line in _family(members))))


_OVERVIEW = """\
# Rules

A rule speaks of what the change did, never of what was there before. The level is the usual one: the rule may choose
another by the evidence, and the [policy](../policy.md#rules) may set it. `agentaudit explain RULE` shows the same page
in a terminal. Words such as *base*, *head* and *demand* are [explained here](../first-steps.md#words).
"""


def _families(pages: Iterable[RulePage]) -> list[list[RulePage]]:
    """The pages by family, in the order of the families."""
    order = list(FAMILIES)
    ordered = sorted(pages, key=lambda it: (order.index(it.family), it.name))
    return [list(members) for _family, members in groupby(ordered, key=lambda it: it.family)]


def _family(members: list[RulePage]) -> Iterator[str]:
    yield from (f"## {_named(members[0])}", "", "| rule | level | what |", "|---|---|---|")
    yield from (f"| [{it.name}]({it.name}.md) | {it.level} | {it.summary} |" for it in members)
    yield ""


def _named(page: RulePage) -> str:
    return f"{page.family.value.capitalize()}: {page.about}"


def navigation(pages: Iterable[RulePage]) -> list[dict[str, list[dict[str, str]]]]:
    """The rules' part of the site's navigation: a section for each family."""
    return [
        {members[0].family.value.capitalize(): [{it.name: f"rules/{it.name}.md"} for it in members]}
        for members in _families(pages)
    ]


def rule_markdown(page: RulePage) -> str:
    """A rule's page."""
    return "\n".join(
        (
            f"# {page.name}\n\n**{page.summary}**\n",
            f"{_named(page)}. Usual level: {page.level}. Judged by: {page.evidence}.\n",
            *(line for paragraph in page.paragraphs for line in _prose(paragraph)),
            "## What it finds\n",
            *_examples(page.fires),
            "## What it leaves alone\n",
            *_examples(page.silent),
            "## Configure it\n",
            "In `pyproject.toml`, read from the base revision: it counts from the next change on.\n",
            f"```toml\n{page.setting}\n```\n",
            "One finding can be accepted until a day: see [waivers](../policy.md#waivers).\n",
        )
    )


def _prose(paragraph: Paragraph) -> Iterator[str]:
    head = f"**{paragraph.head}:**" if paragraph.head else ""
    if paragraph.levels:
        yield from (head, "", *(f"- **{level}** {when}" for level, when in paragraph.levels), "", paragraph.text, "")
    else:
        yield from (f"{head} {paragraph.text}".strip(), "")


def _examples(examples: Iterable[ShownExample]) -> Iterator[str]:
    for number, example in enumerate(examples):
        mark = "???+" if number < OPEN_EXAMPLES else "???"
        yield f'{mark} {"failure" if example.places else "success"} "{_title(example.title)}"\n'
        yield from (f"    {line}" if line else "" for line in _example(example))
        yield ""


def _example(example: ShownExample) -> Iterator[str]:
    for file in example.files:
        title = _title(file.path) + ("" if file.changed else " (unchanged)")
        yield from (f'````diff title="{title}"', *map(visible, file.lines), "````", "")
    yield from (f"- {visible(line)}" for line in example.context)
    yield from (f"- found at `{place}`" for place in example.places)


def _title(text: str) -> str:
    """A text that can stand in quotation marks."""
    return visible(text).replace('"', "'")


def with_links(markdown: str, names: Iterable[str], to_rules: str) -> str:
    """The page with each rule that it names made a link, outside of headings, links and blocks of code."""
    known = frozenset(names)

    def linked(found: re.Match[str]) -> str:
        name = found["code"] or found["bare"]
        return f"[{found[0]}]({to_rules}{name}.md)" if name in known else found[0]

    return _NAMES.sub(linked, markdown)


def with_generated(markdown: str) -> str:
    """The page with each `<!-- generated: NAME -->` and `<!-- output: COMMAND -->` replaced by what it stands for."""
    return _MARK.sub(lambda mark: GENERATED[mark[2]]() if mark[1] == "generated" else output(mark[2]), markdown)


def output(command: str) -> str:
    """What a command of this package prints, as a block; CalledProcessError where it fails."""
    name, *arguments = command.split()
    if name != "agentaudit":
        raise ValueError(f"only agentaudit is run for a page, not {name!r}")
    done = subprocess.run(
        [sys.executable, "-m", "pytest_agentaudit", *arguments],
        env={**clean_environment(), "COLUMNS": WIDTH},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return f"```text\n{done.stdout.rstrip()}\n```"


def pytest_options() -> str:
    """The plugin's options of pytest, as a table."""
    rows: list[str] = []

    def add(name: str, *, help: str, metavar: str = "", choices: Iterable[str] = (), **_other: object) -> None:  # noqa: A002 - pytest's own word
        value = f"`{metavar}`" if metavar else ", ".join(f"`{choice}`" for choice in choices)
        rows.append(f"| `{name}{'=' if value else ''}` | {value} | {help} |")

    group = SimpleNamespace(addoption=add)
    pytest_addoption(SimpleNamespace(getgroup=lambda *_names: group))  # type: ignore[arg-type]  # it only adds options
    return "\n".join(("| option | value | meaning |", "|---|---|---|", *rows))


def schema_text(name: str) -> str:
    """A published schema's text."""
    return files("pytest_agentaudit.report").joinpath(name).read_text(encoding="utf-8")


def keys_of(name: str) -> str:
    """Every key of a schema, as a table: dotted, `[]` behind what is a list, `*` for keys of any name."""
    schema: Schema = json.loads(schema_text(name))
    rows = (f"| `{path}` | {_kind(node, schema)} | {_meaning(node, schema)} |" for path, node in _keys(schema, schema))
    return "\n".join(("| key | type | meaning |", "|---|---|---|", *rows))


def _keys(node: Schema, root: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every key below a node with what the schema says of it; a finding's own are not told again where it is waived."""
    node = _resolved(node, root)
    if "items" in node:
        yield from _keys(node["items"], root, f"{path}[]")
    for key, value in node.get("properties", {}).items():
        if not value.get("$ref", "").startswith("#/$defs/finding/properties/"):
            here = f"{path}.{key}".removeprefix(".")
            yield here, value
            yield from _keys(value, root, here)
    if isinstance(others := node.get("additionalProperties"), dict) and "description" not in others:
        yield from _keys(others, root, f"{path}.*")


def _resolved(node: Schema, root: Schema) -> Schema:
    """The node with what it refers to; of several kinds the one that is not null."""
    for other in node.get("anyOf", ()):
        if other.get("type") != "null":
            return {**_resolved(other, root), **node}
    if "$ref" not in node:
        return node
    target: Schema = root
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return {**_resolved(target, root), **{key: value for key, value in node.items() if key != "$ref"}}


def _kind(node: Schema, root: Schema) -> str:
    whole = _resolved(node, root)
    if "enum" in whole:
        return ", ".join(f"`{json.dumps(it)}`" for it in whole["enum"])
    if "const" in whole:
        return f"`{json.dumps(whole['const'])}`"
    kind = whole["type"]
    text = kind if isinstance(kind, str) else " or ".join(kind)
    if text == "array":
        return f"list of {_kind(whole['items'], root)}"
    return f"{text} or null" if "anyOf" in node else text


def _meaning(node: Schema, root: Schema) -> str:
    return str(_resolved(node, root).get("description", ""))


def _example_of_rule(name: str) -> str:
    """A file of the example package of rules, as a block."""
    language = Path(name).suffix.removeprefix(".").replace("py", "python")
    return f'```{language} title="{name}"\n{(EXAMPLE / name).read_text(encoding="utf-8").rstrip()}\n```'


GENERATED: Mapping[str, Callable[[], str]] = {
    "pytest options": pytest_options,
    "example package": lambda: _example_of_rule("pyproject.toml"),
    "example rule": lambda: _example_of_rule("agentaudit_ticketed_todo.py"),
    "keys of the report": lambda: keys_of("schema.json"),
    "keys of the replay": lambda: keys_of("replay.schema.json"),
}
"""What a page may ask for by name."""
