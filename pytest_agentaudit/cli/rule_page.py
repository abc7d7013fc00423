"""What there is to say of one rule, from the rule itself: for `agentaudit explain`, and for the pages of the site."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from inspect import cleandoc

from msgspec import Struct

from pytest_agentaudit.model import Evidence, Family, Needs
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.proof import Ended, Proofs, TrialKind
from pytest_agentaudit.report.text import counted
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
    Needs.COVERAGE: "which changed lines the tests ran",
    Needs.OUTCOMES: "which tests ran, and how they ended",
    Needs.REVERT: "what tests say of the base's code",
    Needs.MUTANTS: "what tests say of broken versions of the changed functions",
}

_TRIALS: Mapping[TrialKind, str] = {
    TrialKind.REVERT: "without the change",
    TrialKind.FUNCTIONS: "without the change in functions that both sides have",
    TrialKind.OLD_TESTS: "the base's version, with the change",
    TrialKind.OLD_AGAIN: "the same once more",
    TrialKind.BASE: "the base's version, without the change",
}

_ENDS: Mapping[Ended, str] = {
    Ended.GREEN: "passes",
    Ended.ASSERTION: "fails by an assertion",
    Ended.CRASH: "crashes",
    Ended.COLLECTION: "its file cannot be imported",
    Ended.SKIPPED: "is skipped",
    Ended.MISSING: "is not collected",
    Ended.UNTRIED: "is not tried",
}

_LEVEL = "Level:"
HEADS = (*PARAGRAPHS, _LEVEL)
"""How paragraphs with a head begin."""
_HEADED = regex(rf"\n+(?={'|'.join(HEADS)})")
_SENTENCE = regex(r"(.*?)\.(?:\s+(?=[A-Z`])|$)")
_OR = regex(r"; (?=(?:error|warning|note|nothing)\b)")
_STEP = regex(r"(error|warning|note|nothing)\b,?\s*(.*)")


class Paragraph(Struct, frozen=True):
    """A part of the docstring: its `head` ("Why", or ""), and its text on one line. Where it says when a finding has
    which level, `levels` are those with what each is for, and `text` is what follows.
    """

    text: str
    head: str = ""
    levels: tuple[tuple[str, str], ...] = ()


class FileDiff(Struct, frozen=True):
    """One file of an example: its lines as a unified diff, or, where it did not `change`, the file itself."""

    path: str
    lines: tuple[str, ...]
    changed: bool


class ShownExample(Struct, frozen=True):
    """A change that the rule is about. `context` is what was known beside it, a line each; `places` are where the rule
    speaks, as "path:line" or "path:line level", none in a look-alike.
    """

    title: str
    files: tuple[FileDiff, ...]
    context: tuple[str, ...]
    places: tuple[str, ...]


class RulePage(Struct, frozen=True):
    """A rule's page before it is laid out. `summary` says in one sentence what is wrong, `paragraphs` are the others;
    `evidence` is what it is judged by; of `fires` and `silent` the first is the most telling; `setting` is TOML.
    """

    name: str
    family: Family
    level: str
    summary: str
    paragraphs: tuple[Paragraph, ...]
    evidence: str
    fires: tuple[ShownExample, ...]
    silent: tuple[ShownExample, ...]
    setting: str

    @property
    def about(self) -> str:
        """What the rule's family is about."""
        return FAMILIES[self.family]


def rule_page(rule: type[Rule]) -> RulePage:
    """All that there is to say of the rule."""
    summary, *paragraphs = _paragraphs(rule)
    return RulePage(
        rule.name,
        rule.family,
        rule.level.value,
        summary,
        tuple(map(_parted, paragraphs)),
        _evidence(rule),
        tuple(map(_shown, _fires(rule))),
        tuple(_shown(example) for example in rule.examples if not example.expect),
        _setting(rule),
    )


def _paragraphs(rule: type[Rule]) -> tuple[str, ...]:
    """The docstring's paragraphs, each on one line; a headed one ("Fix:") need not stand after an empty line."""
    text = _HEADED.sub("\n\n", cleandoc(rule.__doc__ or ""))
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _parted(text: str) -> Paragraph:
    head, colon, rest = text.partition(": ")
    if not colon or f"{head}:" not in HEADS:
        return Paragraph(text)
    if f"{head}:" != _LEVEL or not (said := _SENTENCE.match(rest)):
        return Paragraph(rest, head)
    parts = (_STEP.fullmatch(part) for part in _OR.split(said[1]))
    levels = tuple((part[1], part[2] or "as a rule") for part in parts if part)
    return Paragraph(rest[said.end() :].strip(), head, levels) if levels[1:] else Paragraph(rest, head)


def _evidence(rule: type[Rule]) -> str:
    """What the rule looks at, as a phrase: STATIC rules look at runs too where they name them."""
    seen = [phrase for need, phrase in _NEEDS.items() if need in rule.needs]
    if not seen:
        return "the change alone"
    run = " and ".join(seen)
    return f"the change alone; after a run also {run}" if Needs.STATIC in rule.needs else f"a run: {run}"


def _fires(rule: type[Rule]) -> list[Example]:
    """The examples that must be found; those at the rule's usual level come first."""
    found = [example for example in rule.examples if example.expect]
    return sorted(found, key=lambda example: not any(_at(place, rule.level.value) for place in example.expect))


def _at(place: str, level: str) -> bool:
    """Whether a place names this level, or none, which is the usual one."""
    return place.partition(" ")[2] in {"", level}


def _shown(example: Example) -> ShownExample:
    paths = dict.fromkeys((*example.before, *example.after))
    files = (_diff(path, _lines(example.before, path), _lines(example.after, path)) for path in paths)
    return ShownExample(example.title, tuple(files), tuple(_context(example)), example.expect)


def _lines(files: Mapping[str, str | bytes], path: str) -> list[str]:
    content = files.get(path, "")
    text = content.decode(errors="replace") if isinstance(content, bytes) else content
    return text.split("\n")[: None if text.strip("\n") else 0]


def _diff(path: str, old: list[str], new: list[str]) -> FileDiff:
    """The file's change as a unified diff; an unchanged file, which the example needs as background, in whole."""
    changes = list(unified_diff(old, new, lineterm="", n=2))[2:]
    return FileDiff(path, tuple(changes or (f" {line}" for line in old)), changed=bool(changes))


def _context(example: Example) -> Iterator[str]:
    """What the rule knew beside the two sides."""
    for message in example.messages:
        yield f"the commit says: {' / '.join(filter(None, message.splitlines()))}"
    for name, value in example.settings.items():
        yield f"with the option {name} = {toml(value)}"
    for step in example.steps:
        yield f"step {step.name}: {step.result}, {step.reason}"
    for report in example.waivers:
        yield f"waiver for {report.waiver.label}: {report.told}"
    if example.evidence:
        yield from _ran(example.evidence)
    if example.proofs:
        yield from _tried(example.proofs)


def _ran(evidence: Evidence) -> Iterator[str]:
    partial = f", not the whole suite ({evidence.partial})" if evidence.partial else ""
    yield f"with a run of {counted(len(evidence.tests), 'test')}{partial}"
    for path, hits in evidence.hits.items():
        if lines := sorted(hits.by_test):
            yield f"tests ran in {path}: {'lines' if lines[1:] else 'line'} {', '.join(map(str, lines))}"


def _tried(proofs: Proofs) -> Iterator[str]:
    for report in proofs.reports:
        for end in report.ends if report.kind in _TRIALS else ():
            yield f"{end.function}, {_TRIALS[report.kind]}: {_ENDS[end.ended]}"


def _setting(rule: type[Rule]) -> str:
    options = "".join(f", {name} = {toml(value)}" for name, value in rule.options.items())
    return f'[tool.agentaudit.rules]\n{rule.name} = {{ level = "{rule.level.value}"{options} }}'


def toml(value: object) -> str:
    """A rule option's value as TOML: options are booleans, numbers, strings and lists of those."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value)
