"""A finding where it stands: what was found, the evidence, the next step and what would be none."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.model import Finding
from pytest_agentaudit.report.page.markup import Markup, element, joined, prose
from pytest_agentaudit.report.page.places import Places
from pytest_agentaudit.report.text import counted

_PAIR = {"base": "d", "head": "a"}
_IN_PLACE = frozenset({*_PAIR, "source"})
MOST_PLACES = 30
"""Related places that are linked; the rest is counted."""


def levels(places: Places, path: str) -> Iterator[Markup]:
    """How many findings of each level a file has."""
    for level, number in places.levels.get(path, {}).items():
        yield element("span", counted(number, level.value), class_=f"level {level.value}")


def article(number: int, places: Places) -> Markup:
    """The finding of this number."""
    finding = places.findings[number]
    title = f"n{number}-t"
    level = "waived" if finding.waiver else finding.level.value
    return element(
        "article",
        element(
            "h3",
            element("span", level, class_=f"level {level}"),
            " ",
            _rule(finding, places),
            " ",
            places.link(finding.location),
            id=title,
        ),
        element("p", prose(finding.message)),
        *_wordings(finding),
        element("dl", *_facts(finding, places)),
        id=f"n{number}",
        class_=f"finding {level}",
        tabindex=-1,
        aria_labelledby=title,
    )


def _rule(finding: Finding, places: Places) -> Markup:
    known = any(rule.name == finding.rule for rule in places.verdict.catalogue)
    return element("a", finding.rule, href=f"#rule-{finding.rule}") if known else element("b", finding.rule)


def _wordings(finding: Finding) -> Iterator[Markup]:
    """The two wordings of the same code, line by line."""
    found = [(key, style) for key, style in _PAIR.items() if finding.evidence.get(key)]
    if found:
        lines = (
            element("span", f"{line}\n", class_=style)
            for key, style in found
            for line in finding.evidence[key].split("\n")
        )
        yield element("pre", *lines)


def _facts(finding: Finding, places: Places) -> Iterator[Markup]:
    waiver = finding.waiver
    facts = {key: value for key, value in finding.evidence.items() if key not in _IN_PLACE}
    if waiver:
        facts["waived"] = f"{waiver.reason} ({waiver.owner}, until {waiver.expires})"
        facts |= {"granted": waiver.grant} if waiver.grant else {}
    for key, value in {**facts, "fix": finding.fix, "not a fix": finding.not_a_fix}.items():
        if value:
            yield joined(element("dt", key), element("dd", prose(value)))
    if finding.related:
        links = joined(*map(places.link, finding.related[:MOST_PLACES]), by=", ")
        more = len(finding.related) - MOST_PLACES
        yield joined(element("dt", "also"), element("dd", links, f" and {more} more" if more > 0 else None))
