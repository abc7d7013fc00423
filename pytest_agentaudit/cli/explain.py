"""`agentaudit explain`: the rules by family, or the page of one, from the rule itself."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from pytest_agentaudit.audit.catalogue import all_rules
from pytest_agentaudit.cli.console import Status, deliver
from pytest_agentaudit.cli.rule_page import FAMILIES, Paragraph, RulePage, ShownExample, rule_page
from pytest_agentaudit.report.audience import columns
from pytest_agentaudit.report.nothing import NARROWEST, WIDEST
from pytest_agentaudit.report.text import counted, print_text, visible, wrapped
from pytest_agentaudit.rules import Rule


def run(arguments: Namespace) -> Status:
    """Print the list or the page; a name that no rule has is a usage error."""
    rules = all_rules()
    width = min(max(columns(sys.stdout, os.environ), NARROWEST), WIDEST)
    if arguments.rule and arguments.rule not in rules:
        near = get_close_matches(arguments.rule.lower().replace("_", "-"), rules, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else "`agentaudit explain` lists them all"
        print_text(f"agentaudit explain: no rule {visible(arguments.rule)!r}; {hint}\n", sys.stderr)
        return Status.USAGE
    lines = page(rule_page(rules[arguments.rule]), width) if arguments.rule else overview(rules, width)
    text = "".join(f"{line}\n" for line in lines)
    deliver(lambda stream: print_text(text, stream))
    return Status.PASSED


def overview(rules: Mapping[str, type[Rule]], width: int) -> Iterator[str]:
    """Every rule with its usual level and first sentence, by family."""
    column = max(map(len, rules), default=0) + 2
    for family, about in FAMILIES.items():
        members = [rule_page(rule) for rule in rules.values() if rule.family is family]
        if members:
            yield f"{family.value}: {about}"
            for rule in members:
                label = f"  {rule.name:{column}}{rule.level:9}"
                yield from wrapped(rule.summary, width, first=label, rest=" " * len(label))
            yield ""
    yield "agentaudit explain RULE shows one with examples"


def page(rule: RulePage, width: int) -> Iterator[str]:
    """The rule's own text, its usual level, an example that fires, a look-alike, and how to configure it."""
    yield f"{rule.name}  ({rule.family.value}: {rule.about})"
    yield ""
    yield from wrapped(rule.summary, width)
    yield ""
    for paragraph in rule.paragraphs:
        yield from _paragraph(paragraph, width)
        yield ""
    yield from wrapped(f"Usual level: {rule.level}. Evidence or the policy may change it.", width)
    yield from wrapped(f"Judged by: {rule.evidence}.", width)
    yield ""
    yield from _example("It fires", rule.fires[0])
    yield from _example("It stays silent", rule.silent[0])
    more = (
        f"{counted(len(rule.fires), 'example')} in all that it must find, {len(rule.silent)} that it must leave alone."
    )
    yield from wrapped(more, width)
    yield ""
    yield from _settings(rule)


def _paragraph(paragraph: Paragraph, width: int) -> Iterator[str]:
    """Prose behind its head; levels in a column, and what follows them below."""
    head = f"{paragraph.head}:" if paragraph.head else ""
    if not paragraph.levels:
        yield from wrapped(f"{head} {paragraph.text}".strip(), width)
        return
    yield head
    for level, when in paragraph.levels:
        label = f"  {level:9}"
        yield from wrapped(when, width, first=label, rest=" " * len(label))
    if paragraph.text:
        yield from wrapped(paragraph.text, width, first="  ", rest="  ")


def _example(heading: str, example: ShownExample) -> Iterator[str]:
    yield f"{heading}: {example.title}"
    for file in example.files:
        yield f"    {visible(file.path)}" + ("" if file.changed else " (unchanged)")
        for line in file.lines:
            yield f"    {visible(line)}".rstrip()
    for line in example.context:
        yield f"    ({visible(line)})"
    for place in example.places:
        yield f"  -> {place}"
    yield ""


def _settings(rule: RulePage) -> Iterator[str]:
    yield "Configure it in pyproject.toml (read from the base revision):"
    for line in rule.setting.splitlines():
        yield f"    {line}"
    yield ""
    yield "Accept one finding until a day (`agentaudit waive` lists them):"
    yield "    agentaudit waive FINGERPRINT --reason TEXT --expires DAY"
