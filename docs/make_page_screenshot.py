"""Take the picture of the HTML report for docs/page.png: the demo's red change, with the tests of one line.

Run this file from a checkout in which the package is installed with its dev extra; it needs a Chromium on the PATH.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from pytest_agentaudit.cli.demo import RED, audited_run

SIZE = {"width": 1280, "height": 680}
LINE = "src/shop/orders.py"
"""The file of which the first line that was noticed is chosen."""


def main() -> None:
    """Audit, open the page, choose a line and write the picture beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "audit.html"
        options = ("--agent-audit-prove=mutants", f"--agent-audit-report=html:{page}")
        audited_run(RED, Path(folder) / RED, colour=False, width=80, options=options)
        shoot(page, Path(__file__).with_name("page.png"))


def shoot(page: Path, target: Path) -> None:
    """The upper part of a page as a picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        opened = browser.new_page(viewport=SIZE, color_scheme="light")
        opened.goto(page.as_uri())
        opened.locator(f'.file[data-path="{LINE}"] .m1 button').first.click()
        opened.evaluate("scrollTo(0, 0)")
        opened.mouse.move(0, 0)
        opened.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main()
