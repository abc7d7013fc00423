"""`agentaudit explain`: the rules by family, or the page of one, from the rule itself."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from difflib import get_close_matches, unified_diff
from inspect import cleandoc

from pytest_agentaudit.audit.catalogue import all_rules
from pytest_agentaudit.cli.console import Status, deliver
from pytest_agentaudit.model import Family, Needs
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.report.audience import columns
from pytest_agentaudit.report.nothing import NARROWEST, WIDEST
from pytest_agentaudit.report.text import counted, print_text, visible, wrapped
from pytest_agentaudit.rules import Example, Rule
from pytest_agentaudit.rules.base import PARAGRAPHS

FAMILIES: Mapping[Family, str] = {
    Family.STEPS: "a required step was skipped",
    Family.WEAKENED: "a test checks less than before",
    Family.HOLLOW: "a test cannot fail",
    Family.HARNESS: "the run itself was bent",
    Family.SHORTCUTS: "the answer is not an answer",
    Family.SUPPRESSIONS: "a checker was told to be quiet",
    Family.GATES: "the bar was lowered",
    Family.COMPLEXITY: "the code became harder to follow",
    Family.HIDDEN: "the change hides from the reader",
}
"""What each family is about, in one line."""

_NEEDS: Mapping[Needs, str] = {
    Needs.STATIC: "nothing but the change itself",
    Needs.COVERAGE: "which changed lines the tests ran",
    Needs.OUTCOMES: "which tests ran, and how they ended",
    Needs.REVERT: "a run of the tests against the base's code",
    Needs.MUTANTS: "runs against mutants of the changed functions",
}

_HEADED = regex(rf"\n+(?={'|'.join((*PARAGRAPHS, 'Level:'))})")


def run(arguments: Namespace) -> Status:
    """Print the list or the page; a name that no rule has is a usage error."""
    rules = all_rules()
    width = min(max(columns(sys.stdout, os.environ), NARROWEST), WIDEST)
    if arguments.rule and arguments.rule not in rules:
        near = get_close_matches(arguments.rule.lower().replace("_", "-"), rules, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else "`agentaudit explain` lists them all"
        print_text(f"agentaudit explain: no rule {visible(arguments.rule)!r}; {hint}\n", sys.stderr)
        return Status.USAGE
    lines = page(rules[arguments.rule], width) if arguments.rule else overview(rules, width)
    text = "".join(f"{line}\n" for line in lines)
    deliver(lambda stream: print_text(text, stream))
    return Status.PASSED


def overview(rules: Mapping[str, type[Rule]], width: int) -> Iterator[str]:
    """Every rule with its usual level and first sentence, by family."""
    column = max(map(len, rules), default=0) + 2
    for family, about in FAMILIES.items():
        members = [rule for rule in rules.values() if rule.family is family]
        if members:
            yield f"{family.value}: {about}"
            for rule in members:
                label = f"  {rule.name:{column}}{rule.level.value:9}"
                yield from wrapped(_summary(rule), width, first=label, rest=" " * len(label))
            yield ""
    yield "agentaudit explain RULE shows one with examples"


def page(rule: type[Rule], width: int) -> Iterator[str]:
    """The rule's own text, its usual level, an example that fires, a look-alike, and how to configure it."""
    yield f"{rule.name}  ({rule.family.value}: {FAMILIES[rule.family]})"
    yield ""
    for paragraph in _paragraphs(rule):
        yield from wrapped(paragraph, width)
        yield ""
    yield from wrapped(f"Usual level: {rule.level.value}. Evidence or the policy may change it.", width)
    yield from wrapped(f"Judged by: {', '.join(_NEEDS[need] for need in Needs if need in rule.needs)}.", width)
    yield ""
    yield from _example("It fires", next(example for example in rule.examples if example.expect))
    yield from _example("It stays silent", next(example for example in rule.examples if not example.expect))
    yield from _settings(rule)


def _summary(rule: type[Rule]) -> str:
    """The docstring's first paragraph."""
    return _paragraphs(rule)[0]


def _paragraphs(rule: type[Rule]) -> list[str]:
    """The docstring's paragraphs, each on one line; a headed one ("Fix:") need not stand after an empty line."""
    text = _HEADED.sub("\n\n", cleandoc(rule.__doc__ or ""))
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def _example(heading: str, example: Example) -> Iterator[str]:
    yield f"{heading}: {example.title}"
    for path in dict.fromkeys((*example.before, *example.after)):
        yield from _diff(path, _lines(example.before, path), _lines(example.after, path))
    if example.evidence:
        yield f"    (with a run of {counted(len(example.evidence.tests), 'test')})"
    for place in example.expect:
        yield f"  -> {place}"
    yield ""


def _lines(files: Mapping[str, str | bytes], path: str) -> list[str]:
    content = files.get(path, "")
    text = content.decode(errors="replace") if isinstance(content, bytes) else content
    return text.split("\n")[: None if text.strip("\n") else 0]


def _diff(path: str, old: list[str], new: list[str]) -> Iterator[str]:
    """The file's change as a unified diff; an unchanged file, which the example needs as background, in whole."""
    changes = list(unified_diff(old, new, lineterm="", n=2))[2:]
    yield f"    {visible(path)}" + ("" if changes else " (unchanged)")
    for line in changes or [f" {line}" for line in old]:
        yield f"    {visible(line)}".rstrip()


def _settings(rule: type[Rule]) -> Iterator[str]:
    yield "Configure it in pyproject.toml (read from the base revision):"
    yield "    [tool.agentaudit.rules]"
    options = "".join(f", {name} = {_toml(value)}" for name, value in rule.options.items())
    yield f'    {rule.name} = {{ level = "{rule.level.value}"{options} }}'
    yield ""
    yield "Accept one finding until a day (`agentaudit waive` lists them):"
    yield "    agentaudit waive FINGERPRINT --reason TEXT --expires DAY"


def _toml(value: object) -> str:
    """A rule option's default as TOML: options are booleans, numbers, strings and lists of those."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)
