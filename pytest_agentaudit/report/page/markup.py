"""HTML from values: a text is escaped wherever it ends up, and only what was made here is markup."""

from __future__ import annotations

import json
import re
from html import escape
from itertools import groupby

from pytest_agentaudit.report.text import visible

_CODE = re.compile(r"`([^`]+)`")
_VOID = frozenset({"meta"})


class Markup(str):
    """HTML that may stand as it is."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | float | bool | None) -> Markup:
    """An element. Children that are no markup are texts; None is left out. An underscore in an attribute's name stands
    for a hyphen, one at its end is dropped; True makes an attribute without a value, False and None make none.
    """
    inside = "".join(child if isinstance(child, Markup) else text(child) for child in children if child is not None)
    head = name + "".join(_attribute(key, value) for key, value in attributes.items())
    return Markup(f"<{head}>" if name in _VOID else f"<{head}>{inside}</{name}>")


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    key = name.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(visible(str(value)))}"'


def joined(*parts: str | None, by: str = "") -> Markup:
    """The parts one behind the other."""
    return Markup(by.join(part if isinstance(part, Markup) else text(part) for part in parts if part is not None))


def text(raw: str) -> Markup:
    """A text as it stands, line feeds and tabs kept; control, bidi and other unseen characters are named."""
    if raw.isprintable() or raw.replace("\t", "").replace("\n", "").isprintable():
        return Markup(escape(raw))
    runs = ((plain, "".join(run)) for plain, run in groupby(raw, lambda char: char.isprintable() or char in "\t\n"))
    return Markup("".join(escape(run) if plain else f"<b class=u>{escape(visible(run))}</b>" for plain, run in runs))


def code(raw: str) -> Markup:
    """A piece of code inside of a line."""
    return element("code", raw)


def prose(raw: str) -> Markup:
    """A line of text, what it has in backticks as code."""
    return joined(*(code(part) if number % 2 else part for number, part in enumerate(_CODE.split(raw))))


def data(value: object) -> Markup:
    """A value as JSON that can stand inside of a script element, whatever its texts are."""
    dumped = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return Markup(dumped.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))
