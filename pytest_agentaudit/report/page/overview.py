"""What stands around the files: the verdict, the lists beside them, steps, open questions, waivers and rules."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.model import Finding, Verdict
from pytest_agentaudit.report.nothing import NAME_A_BASE, nothing
from pytest_agentaudit.report.page.evidence import bar, legend, tally
from pytest_agentaudit.report.page.findings import levels
from pytest_agentaudit.report.page.markup import Markup, element, joined, prose
from pytest_agentaudit.report.page.places import Places
from pytest_agentaudit.report.page.plot import complexity
from pytest_agentaudit.report.summary import (
    base_line,
    bearing,
    by_agent,
    counts,
    is_empty,
    not_judged_groups,
    open_questions,
)
from pytest_agentaudit.report.text import counted, named


def headline(verdict: Verdict) -> str:
    """The verdict in a line, as the title of the page."""
    if not verdict.base:
        return "Agent audit: could not audit"
    return f"Agent audit: {verdict.result.value}"


def header(places: Places) -> Markup:
    """The verdict, what it is about, and how much of the change is shown to work."""
    verdict = places.verdict
    diffs = places.diffs.files
    marks = tally(diffs)
    drawn = bar(marks)
    return element(
        "header",
        element("h1", headline(verdict), class_=verdict.result.value),
        *(element("p", it) for it in _said(verdict)),
        drawn,
        legend(marks, sum(len(file.silenced) for file in diffs)) if drawn else None,
    )


def _said(verdict: Verdict) -> Iterator[Markup]:
    if not verdict.base:
        yield from map(prose, open_questions(verdict))
        return
    if is_empty(verdict):
        yield joined(f"{nothing(verdict.base)}. {NAME_A_BASE}")
        return
    said = [counts(verdict), f"{counted(len(verdict.waived), 'finding')} waived" if verdict.waived else ""]
    said += [f"{counted(len(verdict.not_judged), 'part')} not judged" if verdict.not_judged else ""]
    said += [counted(verdict.stats.tests, "test") + " ran" if verdict.stats.tests else "nothing was run"]
    seconds = sum(verdict.stats.seconds.values())
    said += [f"{verdict.promise.value} verdict", f"{seconds:.1f} s" if seconds else ""]
    yield joined(element("b", said[0]), *(f", {it}" for it in said[1:] if it))
    yield joined(base_line(verdict))
    if agents := by_agent(verdict):
        yield joined(f"findings {agents}")
    if why := bearing(verdict):
        yield joined(why)


def files(places: Places) -> Markup:
    """The list of the files."""
    items = (
        element(
            "li",
            element("a", named(path), href=f"#f{number}"),
            *levels(places, path),
        )
        for path, (number, _) in places.files.items()
    )
    return element("nav", _folding("Files", len(places.files), element("ol", *items)), aria_label="Files")


def findings(places: Places) -> Markup:
    """The list of the findings, and where a line's evidence is shown."""
    items = (
        element(
            "li",
            element("span", finding.level.value, class_=f"level {finding.level.value}"),
            " ",
            element("a", prose(finding.message), href=f"#n{number}"),
            element("span", f" {named(finding.location.path)}:{finding.location.line}", class_="dim"),
        )
        for number, finding in enumerate(places.verdict.findings)
    )
    panel = element("section", _hint(), id="line", aria_live="polite", aria_label="Evidence of a line")
    listed = element("ol", *items) if places.verdict.findings else element("p", "no finding")
    return element("aside", panel, _folding("Findings", len(places.verdict.findings), listed), aria_label="Findings")


def _hint() -> Markup:
    keys = [("j", "k"), ("next finding, the one before",)], [("↑", "↓"), ("from line to line",)]
    said = (element("li", *(element("kbd", key) for key in pressed), f" {words[0]}") for pressed, words in keys)
    return joined(
        element("p", "Choose the sign before a changed line to see which tests ran it."),
        element("ul", *said, class_="keys"),
    )


def sections(places: Places) -> Iterator[Markup]:
    """Steps, open questions, what was waived or switched off, and complexity; each only where there is any."""
    verdict = places.verdict
    steps = [
        joined(element("b", step.name), f" {step.result.value}", f": {step.reason}" if step.reason else None)
        for step in verdict.steps
    ]
    waived = [
        joined(element("a", it.rule, href=f"#n{number}"), " ", places.link(it.location), *_grant(it))
        for number, it in enumerate(verdict.waived, len(verdict.findings))
    ]
    lists = {
        "Steps": steps,
        "Not judged": [prose(it) for it in not_judged_groups(verdict)] if verdict.base else [],
        "Waived": waived,
        "Off by policy": [joined(element("b", rule), f" {number}") for rule, number in verdict.off.items()],
    }
    for title, items in lists.items():
        if items:
            yield _folding(title, len(items), element("ul", *(element("li", it) for it in items)))
    if drawn := list(complexity(places)):
        yield _folding("Complexity", len(places.diffs.complexity), joined(*drawn))


def _grant(finding: Finding) -> Iterator[str]:
    if waiver := finding.waiver:
        yield f": {waiver.reason} ({waiver.owner}, until {waiver.expires})"


def rules(verdict: Verdict) -> Iterator[Markup]:
    """The pages of the rules that are named."""
    for rule in verdict.catalogue:
        title = joined(element("b", rule.name), f" {rule.summary}")
        yield element("details", element("summary", title), element("pre", rule.help), id=f"rule-{rule.name}")


def _folding(title: str, number: int, body: Markup) -> Markup:
    heading = element("h2", title, " ", element("span", str(number), class_="dim"))
    return element("details", element("summary", heading), body, open=True)
