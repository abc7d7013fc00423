"""Names in a piece of source that is at hand as text."""

from __future__ import annotations

import keyword
import re

from pytest_agentaudit.patterns import regex

NAMES = regex(r"(?<![\w.'\"])[^\W\d]\w*")
"""Names, without attributes and strings that begin with them."""


_OWNERS = regex(r"\b(?:[^\W\d]\w*\.)+_*(?=[^\W\d])|\b_+(?=[^\W\d])")


_ROUND = regex(r"\bnot\b|!(?==)|(?<==)=")


_SPACE = regex(r"\s+|[()]|,(?=\s*[)\]}])")


def decision_key(text: str) -> str:
    """What makes the source of two decisions the same."""
    return _SPACE.sub("", _ROUND.sub("", _OWNERS.sub("", text)))


ASSERTING_NAME = regex(r"_*(assert|check|verify|expect|ensure|should|must)(?=_|[A-Z]|$)\w*", re.IGNORECASE)
"""Names of functions that assert, where the function itself cannot be read."""


_WORD = regex(r"[^\W\d]\w*")


def names_in(code: str) -> frozenset[str]:
    """The identifiers of a piece of code, keywords left out."""
    return frozenset(word for word in _WORD.findall(code) if not keyword.iskeyword(word))
