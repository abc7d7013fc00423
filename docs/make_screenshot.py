"""Draw the demo's red run as docs/demo.svg: run this file from a checkout in which the package is installed.

The picture is a terminal of its own colours, so it reads the same on light and dark pages. Each run of characters is
placed by its column and stretched to its columns: the layout holds in whatever monospace font the reader has.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pytest_agentaudit.cli.demo import COMMAND, RED, audited_run

COLUMNS = 92
CELL, LINE, PAD, BAR = 8.4, 19, 18, 34
"""Width of a column, height of a line, margin around the text, height of the window's bar, in SVG units."""

BACKGROUND, FOREGROUND, FRAME = "#1b1f27", "#d5dae2", "#3a4150"
COLOURS = {
    "31": "#ff7b72",
    "32": "#7ee787",
    "33": "#e3b341",
    "34": "#79c0ff",
    "35": "#d2a8ff",
    "36": "#76d9e6",
    "90": "#8b949e",
}
"""SGR foreground codes; each reads on the background at a contrast above 4.5."""

FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
NO_BREAK = "\u00a0"
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_OTHER_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one row in one style; row and column count from 0."""

    row: int
    column: int
    text: str
    colour: str
    bold: bool


def styled(output: str) -> Iterator[tuple[str, str, bool]]:
    """The output cut at its colour codes: text, its colour, and whether it is bold."""
    codes: list[str] = []
    for number, piece in enumerate(_SGR.split(output)):
        if number % 2:
            for code in piece.split(";"):
                codes = [] if code in {"", "0"} else [*codes, code]
        else:
            colour = next((COLOURS[code] for code in reversed(codes) if code in COLOURS), FOREGROUND)
            yield piece, colour, "1" in codes


def runs(output: str) -> Iterator[Run]:
    """The output in rows, wrapped at the terminal's width as a terminal does."""
    row = column = 0
    for text, colour, bold in styled(output):
        for part in re.findall(rf"\n|[^\n]{{1,{COLUMNS}}}", text):
            rest = part
            if part == "\n":
                row, column, rest = row + 1, 0, ""
            while rest:
                if column == COLUMNS:
                    row, column = row + 1, 0
                fitting = rest[: COLUMNS - column]
                yield Run(row, column, fitting, colour, bold)
                column, rest = column + len(fitting), rest[len(fitting) :]


def text_element(run: Run) -> str:
    """One run as SVG text, its blanks at both ends left out; those inside are such as no browser folds."""
    text = run.text.strip()
    if not text:
        return ""
    x = PAD + CELL * (run.column + len(run.text) - len(run.text.lstrip()))
    y = BAR + PAD + LINE * run.row + LINE * 0.7
    weight = ' font-weight="bold"' if run.bold else ""
    size = f'x="{x:.1f}" y="{y:.1f}" textLength="{len(text) * CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
    return f'<text {size} fill="{run.colour}"{weight}>{escape(text.replace(" ", NO_BREAK))}</text>'


def picture(output: str, title: str) -> str:
    """Terminal output with colour codes as a whole SVG document."""
    drawn = list(runs(_OTHER_ESCAPES.sub("", output).rstrip("\n")))
    width, height = round(2 * PAD + CELL * COLUMNS), BAR + 2 * PAD + LINE * (drawn[-1].row + 1)
    buttons = [f'<circle cx="{20 + 18 * n}" cy="{BAR / 2}" r="5.5" fill="{FRAME}"/>' for n in range(3)]
    frame = f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="9"'
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
    return "\n".join(
        [
            f'<svg {box} font-family="{FONT}" font-size="14">',
            f"<title>{escape(title)}</title>",
            f'{frame} fill="{BACKGROUND}" stroke="{FRAME}"/>',
            *buttons,
            *filter(None, map(text_element, drawn)),
            "</svg>\n",
        ]
    )


def main() -> None:
    """Run the demo's red change and write the picture beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        done = audited_run(RED, Path(folder) / RED, colour=True, width=COLUMNS)
    output = f"$ {' '.join(COMMAND)}\n{done.stdout.decode()}"
    title = "pytest --agent-audit on a change with shortcuts: every finding with its place, evidence and way out"
    Path(__file__).with_name("demo.svg").write_text(picture(output, title), encoding="utf-8")


if __name__ == "__main__":
    main()
