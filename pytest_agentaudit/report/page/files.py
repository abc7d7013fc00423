"""The change, file by file: rows with their evidence, and findings below the line that they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape

from pytest_agentaudit.diffs import Excerpt, FileDiff
from pytest_agentaudit.model import NotJudged
from pytest_agentaudit.report.hosting import Hosting
from pytest_agentaudit.report.links import link
from pytest_agentaudit.report.page.evidence import LOOKS, SILENCED, bar, spoken, tally
from pytest_agentaudit.report.page.findings import article, levels
from pytest_agentaudit.report.page.markup import Markup, element, prose, text
from pytest_agentaudit.report.page.places import Places, Row, number_of, rows
from pytest_agentaudit.report.text import counted, named, visible

_FOLDED = 400
"""Rows from which on a file without findings is folded."""
_CLASSES = {"+": "a", "-": "d"}


class FilePages:
    """All files of a verdict's change."""

    def __init__(self, places: Places, hosting: Hosting) -> None:
        self._places, self._hosting = places, hosting
        self._numbers: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, finding in enumerate(places.findings):
            self._numbers[finding.location.path][finding.location.line].append(number)
        self._questions: defaultdict[str, list[NotJudged]] = defaultdict(list)
        for item in places.verdict.not_judged:
            self._questions[item.path].append(item)

    def sections(self) -> Iterator[Markup]:
        """A section for each changed file, and one for findings in files that did not change."""
        for number, file in self._places.files.values():
            yield self._section(number, file)
        elsewhere = [path for path in self._numbers if path not in self._places.files]
        for path in elsewhere:
            found = (article(it, self._places) for numbers in self._numbers[path].values() for it in numbers)
            yield element("section", element("h2", named(path)), *found, class_="file")

    def _section(self, number: int, file: FileDiff) -> Markup:
        shown = sum(len(it.rows) for it in file.excerpts)
        at: Mapping[int, list[int]] = self._numbers.get(file.path, {})
        return element(
            "details",
            element("summary", *self._summary(file)),
            element("div", *self._remarks(file), *self._above(file, at), self._table(file, at), class_="body"),
            id=f"f{number}",
            class_="file",
            open=bool(at) or shown < _FOLDED,
            data_path=file.path,
            data_why=file.why or None,
            data_rows=shown,
        )

    def _summary(self, file: FileDiff) -> Iterator[Markup | str]:
        yield element("h2", named(file.path))
        yield element("span", f"{file.status}, {file.role}", class_="dim")
        yield element("span", f"+{file.added} -{file.removed}", class_="dim")
        yield from levels(self._places, file.path)
        if drawn := bar(tally([file])):
            yield drawn

    def _remarks(self, file: FileDiff) -> Iterator[Markup]:
        said = [f"before: `{file.old_path}`"] if file.old_path else []
        said += file.remarks
        said += [f"unmeasured: {file.why}"] if file.why and self._places.verdict.stats.tests else []
        said += [f"not judged: {it.reason}{f' ({it.rule})' if it.rule else ''}" for it in self._questions[file.path]]
        said += [f"{counted(file.left_out, 'changed line')} left out here for want of room"] if file.left_out else []
        yield from (element("p", prose(it), class_="remark") for it in said)
        address = link(self._hosting, self._places.verdict.head, file.path, 1)
        if address.startswith(("https://", "http://")) and file.status != "removed":
            yield element(
                "p", element("a", "the file where it is hosted", href=address, rel="noreferrer"), class_="remark"
            )

    def _above(self, file: FileDiff, at: Mapping[int, list[int]]) -> Iterator[Markup]:
        """The findings whose line is not shown."""
        for line, numbers in at.items():
            if (file.path, line) not in self._places.seen:
                yield from (article(it, self._places) for it in numbers)

    def _table(self, file: FileDiff, at: Mapping[int, list[int]]) -> Markup | None:
        if not file.excerpts:
            return None
        body = "".join(self._body(file, at))
        head = "<colgroup><col><col><col><col></colgroup><thead><tr><th>base<th>head<th>evidence<th>code</thead>"
        return Markup(f'<table class="code" aria-label="{escape(visible(file.path))}">{head}<tbody>{body}</table>')

    def _body(self, file: FileDiff, at: Mapping[int, list[int]]) -> Iterator[str]:
        end = 1
        for excerpt in file.excerpts:
            yield from _gap(excerpt, end, file)
            for row in rows(excerpt):
                yield self._row(row, file)
                end = max(end, row.new + 1)
                if row.sign != "\\":
                    found = at.get(number_of(row, file), ())
                    yield from (f"<tr class=n><td colspan=4>{article(it, self._places)}" for it in found)

    def _row(self, row: Row, file: FileDiff) -> str:
        """A row as HTML: written out by hand, because a page has many thousands of them."""
        if row.sign == "\\":
            return f"<tr class=g><td colspan=4>{text(row.text)}"
        mark = file.marks.get(row.new) if row.sign == "+" else None
        quiet = file.silenced.get(row.new) if row.sign == "+" else None
        styles = [_CLASSES.get(row.sign, "")]
        button = ""
        if mark or quiet:
            styles += [LOOKS[mark].style] if mark else []
            button = self._button(row.new, file)
        line = number_of(row, file)
        anchor = f" id={self._places.anchor(file.path, line)}" if (file.path, line) in self._places.seen else ""
        style = f' class="{" ".join(styles)}"' if styles != [""] else ""
        return f"<tr{style}{anchor}><td>{row.old or ''}<td>{row.new or ''}<td>{button}<td>{text(row.text)}"

    def _button(self, line: int, file: FileDiff) -> Markup:
        mark, quiet, index = file.marks.get(line), file.silenced.get(line), file.runners.get(line)
        runners = None if index is None else self._places.diffs.runners[index]
        signs = (LOOKS[mark].sign if mark else "") + (SILENCED.sign if quiet else "")
        return element(
            "button",
            signs,
            class_="sign",
            tabindex=-1,
            data_l=line,
            data_r=index,
            data_s=quiet,
            aria_label=spoken(line, mark, runners, silenced=bool(quiet)),
        )


def _gap(excerpt: Excerpt, end: int, file: FileDiff) -> Iterator[str]:
    """What is left out before an excerpt."""
    skipped = excerpt.new_start - end
    if skipped > 0 and file.status != "removed":
        yield f"<tr class=g><td colspan=4>{counted(skipped, 'unchanged line')}"
