"""Source text on one line."""

from __future__ import annotations

import re

from pytest_agentaudit.patterns import regex

_TOKEN = regex(
    r"""(?P<string>(?:'''|\"\"\")(?:\\.|.)*?(?:'''|\"\"\")|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")"""
    r"|(?P<space>(?:\s|\\\n|#[^\n]*)+)",
    re.DOTALL,
)


_TEXT = regex(
    r"""('''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")""",
    re.DOTALL,
)
_EDGE = regex(r"(?<=[(\[{]) | ?,? (?=[)\]}])")
_LAID_OUT = regex(r"[^\S ]|[#\\]|  |[(\[{] | [)\]}]|^ | $")
"""What a source has that is not folded yet, be it in a string."""


def fold(source: str) -> str:
    """`source` on one line: comments dropped, white space outside strings folded, none inside brackets' edges."""
    if not _LAID_OUT.search(source):
        return source
    folded = _TOKEN.sub(lambda found: found["string"] or " ", source).strip()
    pieces = _TEXT.split(folded)
    pieces[::2] = (_EDGE.sub("", piece) for piece in pieces[::2])
    return "".join(pieces)
