"""The report as one page of HTML that a reviewer opens in the place of the diff.

All is in the one file, and its policy (a Content-Security-Policy) lets it load nothing and run nothing but its own
script, which is known by its digest. Without a script everything can be read but the tests behind a line.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib.resources import files as resources
from typing import TextIO

from pytest_agentaudit.diffs import Mark
from pytest_agentaudit.model import Verdict
from pytest_agentaudit.report.hosting import Hosting
from pytest_agentaudit.report.page import overview
from pytest_agentaudit.report.page.evidence import LOOKS, SILENCED
from pytest_agentaudit.report.page.files import FilePages
from pytest_agentaudit.report.page.markup import Markup, data, element
from pytest_agentaudit.report.page.places import Places
from pytest_agentaudit.report.text import print_text, visible

MANY_ROWS = 2_000
"""Rows from which on a browser lays out only those that are looked at."""


def render(verdict: Verdict, stream: TextIO, hosting: Hosting | None = None) -> None:
    """Write the page. `hosting` says where files can be looked up."""
    places = Places(verdict)
    style, script = _part("page.css"), _part("page.js")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", overview.headline(verdict)),
        element("style", style),
    )
    body = element(
        "body",
        element("a", "Skip to the change", href="#change", class_="skip"),
        overview.header(places),
        overview.files(places) if places.files else None,
        overview.findings(places) if verdict.base else None,
        element(
            "main",
            *overview.sections(places),
            *FilePages(places, hosting or Hosting()).sections(),
            *_rules(verdict),
            id="change",
            tabindex=-1,
            class_="many" if places.row_count > MANY_ROWS else None,
        ),
        element("script", data(_facts(places)), type="application/json", id="data"),
        element("script", script),
    )
    print_text(f'<!doctype html>\n<html lang="en">\n{head}\n{body}\n</html>\n', stream)


def _rules(verdict: Verdict) -> list[Markup]:
    pages = list(overview.rules(verdict))
    return [element("section", element("h2", "Rules"), *pages, class_="rules")] if pages else []


def _facts(places: Places) -> dict[str, object]:
    """What the script tells of a line. Texts are made visible here, once."""
    diffs = places.diffs
    return {
        "tests": [[visible(it.node_id), visible(it.outcome)] for it in diffs.tests],
        "notices": [visible(it) for it in diffs.notices],
        "runners": [[it.count, *([one.test, *one.notices] for one in it.tests)] for it in diffs.runners],
        "unmeasured": LOOKS[Mark.UNMEASURED].style,
        "words": {look.style: look.words for look in (*LOOKS.values(), SILENCED)},
    }


def _part(name: str) -> Markup:
    return Markup(resources(__name__).joinpath(name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, and of what could run only what has these digests."""
    digests = (b64encode(hashlib.sha256(it.encode()).digest()).decode("ascii") for it in (style, script))
    styles, scripts = (f"'sha256-{digest}'" for digest in digests)
    return f"default-src 'none'; style-src {styles}; script-src {scripts}; base-uri 'none'; form-action 'none'"
