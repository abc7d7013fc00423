"""Names in a piece of source that is at hand as text."""

from __future__ import annotations

from pytest_agentaudit.patterns import regex

NAMES = regex(r"(?<![\w.'\"])[^\W\d]\w*")
"""Names, without attributes and strings that begin with them."""
