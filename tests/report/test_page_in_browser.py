"""The page in a real browser: what a reader sees, presses and clicks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pytest_agentaudit.model import Verdict
from pytest_agentaudit.report.page import render
from tests.support.shown import HOSTILE, SHOWN
from tests.support.verdicts import CLEAN

ColorScheme = Literal["light", "dark"]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
PHONE, DESK = (390, 844), (1500, 1000)

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium on the PATH: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page in the browser, what it complained of and what it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@dataclass
class Opener:
    """Opens verdicts as files."""

    browser: Browser
    folder: Path
    pages: list[Page] = field(default_factory=list)

    def __call__(self, verdict: Verdict, size: tuple[int, int] = DESK, scheme: ColorScheme = "light") -> Opened:
        path = self.folder / f"{len(self.pages)}.html"
        with path.open("w", encoding="utf-8") as stream:
            render(verdict, stream)
        page = self.browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        self.pages.append(page)
        opened = Opened(page)
        page.on("console", lambda message: opened.complaints.append(message.text))
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("request", lambda request: opened.requests.append(request.url))
        page.goto(path.as_uri())
        return opened


@pytest.fixture
def opener(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    opener = Opener(browser, tmp_path)
    yield opener
    for page in opener.pages:
        page.close()


def focused(page: Page) -> str:
    """The name of the element that has the focus."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.getAttribute('aria-label')"))


@pytest.mark.parametrize("verdict", [SHOWN, CLEAN], ids=["failed", "passed"])
def test_it_opens_without_a_complaint_and_loads_nothing(opener: Opener, verdict: Verdict) -> None:
    opened = opener(verdict)
    assert opened.page.title() == f"Agent audit: {verdict.result.value}"
    assert not opened.complaints
    assert len(opened.requests) == 1


def test_hostile_texts_stay_texts(opener: Opener) -> None:
    opened = opener(SHOWN)
    opened.page.get_by_label("line 37").click()
    opened.page.get_by_label("line 39").click()
    assert opened.page.title() == "Agent audit: failed"
    assert opened.page.locator("img").count() == 0
    assert opened.page.locator("script").count() == 2
    assert HOSTILE in opened.page.locator("#line").inner_text()
    assert HOSTILE in opened.page.locator("#f0-38 ~ tr", has_text="forged").first.inner_text()


def test_an_injected_script_does_not_run(opener: Opener) -> None:
    opened = opener(SHOWN)
    opened.page.evaluate(
        "() => { const it = document.createElement('script'); it.textContent = \"document.title = 'forged'\";"
        " document.body.append(it) }"
    )
    assert opened.page.title() == "Agent audit: failed"
    assert any("Content Security Policy" in text for text in opened.complaints)


def test_a_click_on_a_line_shows_its_tests(opener: Opener) -> None:
    page = opener(SHOWN).page
    page.get_by_label("line 37").click()
    said = page.locator("#line").inner_text()
    assert "src/shop/pricing.py:37" in said
    assert "run, and noticed by an assertion" in said
    assert "2 tests ran it" in said
    assert "tests/test_pricing.py::test_rate[<b>]" in said
    assert f"fails without the change: AssertionError: {HOSTILE}" in said
    page.get_by_label("line 40").click()
    assert "unmeasured: partial run: -k" in page.locator("#line").inner_text()
    page.locator("tr", has_text="return order.paid").or_(page.locator("#f1-12")).last.click()
    assert "30 tests ran it" in page.locator("#line").inner_text()
    assert "and 29 more" in page.locator("#line").inner_text()
    assert page.locator(".code tr.on").count() == 1
    page.get_by_role("button", name="close").click()
    assert "Choose the sign" in page.locator("#line").inner_text()
    assert page.locator(".code tr.on").count() == 0


def test_the_keyboard_goes_from_finding_to_finding(opener: Opener) -> None:
    page = opener(SHOWN).page
    in_order = page.evaluate("[...document.querySelectorAll('article.finding')].map(it => it.id)")
    assert sorted(in_order) == ["n0", "n1", "n2", "n3"]
    seen = []
    for key in ("j", "j", "j", "j", "j", "k", "k"):
        page.keyboard.press(key)
        seen.append(focused(page))
    assert seen == [*in_order, in_order[0], in_order[-1], in_order[-2]]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    box = page.locator(f"#{seen[-1]}").bounding_box()
    assert box
    assert 0 <= box["y"] < DESK[1]


def test_the_next_finding_is_the_one_behind_where_the_reader_is(opener: Opener) -> None:
    page = opener(SHOWN).page
    for key, expected in (("j", "n1"), ("k", "n0")):
        page.get_by_label("line 40").focus()
        page.keyboard.press(key)
        assert focused(page) == expected


def test_the_keyboard_goes_from_line_to_line(opener: Opener) -> None:
    page = opener(SHOWN).page
    stops = page.locator('.code button[tabindex="0"]')
    assert stops.count() == 2  # one a file: the tab key does not stop at each line
    stops.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "line 37: run, and noticed by an assertion, 2 tests"
    page.keyboard.press("Enter")
    assert "src/shop/pricing.py:37" in page.locator("#line").inner_text()
    page.keyboard.press("ArrowUp")
    assert focused(page) == "line 36: run on import only"
    page.keyboard.press("Escape")
    assert "Choose the sign" in page.locator("#line").inner_text()
    assert focused(page).startswith("line 37")


def test_the_tab_key_reaches_links_files_and_lines_in_the_order_of_the_page(opener: Opener) -> None:
    page = opener(SHOWN).page
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "() => { const it = document.activeElement;"
                " return it.getAttribute('href') || it.getAttribute('aria-label') || it.textContent.trim() }"
            )
        )
    wanted = ["#change", "#f0", "#n0", "line 35: run on import only"]
    assert [it for it in seen if it in wanted][: len(wanted)] == wanted
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_link_to_a_finding_opens_what_is_folded_around_it(opener: Opener) -> None:
    page = opener(SHOWN).page
    page.evaluate("document.querySelectorAll('.file').forEach(it => { it.open = false })")
    page.locator('aside a[href="#n1"]').click()
    assert focused(page) == "n1"
    assert page.locator("#n1").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, (1024, 800), DESK], ids=["phone", "tablet", "desk"])
def test_it_never_scrolls_sideways_and_follows_the_colour_scheme(
    opener: Opener, size: tuple[int, int], scheme: ColorScheme
) -> None:
    page = opener(SHOWN, size, scheme).page
    page.get_by_label("line 37").click()
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (back == "rgb(255, 255, 255)") is (scheme == "light")
    wide = page.evaluate(
        "[...document.querySelectorAll('main *, aside *, nav *, header *')]"
        ".filter(it => it.getBoundingClientRect().right > innerWidth + 1).map(it => it.outerHTML.slice(0, 80))"
    )
    assert not wide
    assert "run, and noticed" in page.locator("#line").inner_text()


CONTRAST = """
() => {
  const light = (text) => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    const [r, g, b] = parts.slice(0, 3).map((it) => it / 255)
      .map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (it) => {
    for (; it; it = it.parentElement) {
      const colour = getComputedStyle(it).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const own = (it) => [...it.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim());
  const poor = [];
  for (const it of document.querySelectorAll("header *, nav *, main *, aside *")) {
    if (!own(it) || it.closest("title, thead")) continue;
    const [a, b] = [light(getComputedStyle(it).color), light(behind(it))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push([ratio.toFixed(2), it.outerHTML.slice(0, 80)]);
  }
  return poor;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(opener: Opener, scheme: ColorScheme) -> None:
    """The contrast that WCAG 2.2 asks for (1.4.3, AA)."""
    page = opener(SHOWN, scheme=scheme).page
    page.get_by_label("line 37").click()
    assert page.evaluate(CONTRAST) == []


def test_it_prints_whole_and_without_what_only_a_screen_needs(opener: Opener) -> None:
    page = opener(SHOWN).page
    page.evaluate("document.querySelectorAll('.file').forEach(it => { it.open = false })")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#n0").is_visible()
    assert page.locator("#f1-12").is_visible()
    assert not page.locator("nav").is_visible()
    assert not page.locator("#line").is_visible()


def test_it_can_be_read_without_a_script(browser: Browser, opener: Opener) -> None:
    path = Path(opener(SHOWN).page.url.removeprefix("file://"))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert "No test runs refund" in page.locator("#n0").inner_text()
    assert page.get_by_label("line 37: run, and noticed by an assertion, 2 tests").is_visible()
    context.close()
