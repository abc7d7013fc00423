"""Markdown as platforms read it: CommonMark with tables, and HTML let through."""

from __future__ import annotations

from collections.abc import Iterable

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
CODE = {"<code>": "`", "</code>": "`"}


def shown(tokens: Iterable[Token]) -> str:
    """The text that a reader sees of inline tokens, code between backticks; AssertionError at any other markup."""
    parts = []
    for token in tokens:
        if token.type == "html_inline":
            parts.append(CODE[token.content])
        else:
            assert token.type in {"text", "text_special"}, token
            parts.append(token.content)
    return "".join(parts)
