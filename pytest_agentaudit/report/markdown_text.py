"""Text from a change inside Markdown: it is read as it stands, and cannot become markup, a link or a mention."""

from __future__ import annotations

import re

from pytest_agentaudit.report.text import visible, visible_lines

_MARKUP = re.compile(
    r"[&<>*~`\[\]\\|$@]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # between letters it is no emphasis
    r"|[#!%](?=\w)|:(?=//|[\w+-]+:)|(?<=www)\.|(?<=GH)-",
    re.IGNORECASE,
)
"""All that Markdown, HTML or a platform's own references begin or end with. As a character reference none of it is
structure (CommonMark 6.2), so this holds in tables too.
"""
_LEADING = re.compile(r"^[-+=/#\d]")
"""What makes a line a list, a heading or a command of the platform."""
_REFERENCE = re.compile(r"(?:&#(?:33|35|36|37|38|45|46|58|64|126);)(?=\S)")
"""What platforms look for once Markdown is HTML: `@name`, `#1`, `!1`, `$1`, `%1`, `&1`, `~label`, `:emoji:`, `GH-1`,
`www.`.
"""
_ADDRESS = re.compile(r"(?<=[\w.+;-])&#64;(?=\w)")
"""The middle of a mail address: GitHub makes a link of it even inside code."""
_APART = "&#8203;"  # a space of no width
_CODE = re.compile(r"`([^`]+)`")
_FENCE = re.compile(r"`{3,}")


def prose(text: str) -> str:
    """One line of text, what it has in backticks as code."""
    parts = _CODE.split(visible(text).strip())
    shown = "".join(code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))
    return _LEADING.sub(_reference, shown)


def code(text: str) -> str:
    """One line of code, also inside tables, where backticks do not keep `|` from ending a cell."""
    shown = _ADDRESS.sub(lambda found: found[0] + _APART, _references(visible(text)))
    return f"<code>{shown}</code>" if text else ""


def fenced(text: str, language: str = "") -> list[str]:
    """The lines of a code block; its fence is longer than any that the code holds."""
    shown = visible_lines(text)
    fence = "`" * max((len(found) + 1 for found in _FENCE.findall(shown)), default=3)
    return [f"{fence}{language}", *shown.split("\n"), fence]


def cut(text: str, most: int) -> str:
    """The text, at most that many characters of it."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _plain(text: str) -> str:
    return _REFERENCE.sub(lambda found: found[0] + _APART, _references(text))


def _references(text: str) -> str:
    return _MARKUP.sub(_reference, text)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
