"""What makes two suppressions of a house one habit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from pytest_agentaudit.facts.silencing import Scope, Silences, Suppression
from pytest_agentaudit.facts.source_names import names_in


def habits(found: Iterable[Suppression]) -> Counter[tuple[str, str]]:
    """How a house suppresses: counts by (checker, "bare" | "told" | "coded" | "reasoned"), for the coverage checker
    also by (checker, the form of the code that is left out), for file-wide ones also by (checker, what they say). A
    reason without a code is "told", one with it "reasoned".
    """
    counts: Counter[tuple[str, str]] = Counter()
    for suppression in found:
        if suppression.honoured:
            ways = ("coded", "reasoned") if suppression.codes else ("bare", "told")
            habit = ways[bool(suppression.reason)]
            counts[suppression.checker, habit] += 1
            if suppression.scope is Scope.FILE:
                counts[suppression.checker, file_wide(suppression)] += 1
            if suppression.silences is Silences.COVERAGE:
                counts[suppression.checker, form(suppression.target)] += 1
    return counts


def file_wide(suppression: Suppression) -> str:
    """What a file-wide directive says, as a house's habit."""
    return f"file: {suppression.directive} {' '.join(suppression.codes)}"


def form(code: str) -> str:
    """The form of a line: its keyword with the first names behind it ("except ImportError", "if sys.platform",
    "raise TypeError", "return None").
    """
    found = re.match(r"[^\W\d]\w*", code)
    if not found or found[0] not in {
        "except",
        "if",
        "elif",
        "else",
        "def",
        "class",
        "raise",
        "return",
        "while",
        "import",
        "from",
    }:
        return "form: statement"
    if found[0] == "return":
        answer = re.fullmatch(r"\s*(None|True|False|\[\]|\{\}|''|\"\"|-?\d+)?\s*", code[found.end() :])
        return f"form: return {answer[1] or 'None'}" if answer else "form: statement"
    named = re.search(r"[^\W\d][\w.]*", code[found.end() :])
    detail = named[0] if named and names_in(named[0]) and found[0] in {"except", "if", "elif", "raise"} else ""
    return f"form: {found[0]} {detail}".rstrip()


def is_none_check(code: str) -> bool:
    """Whether a line asks whether one thing is None, and nothing else ("if order.shop is None:")."""
    return re.fullmatch(r"(?:el)?if [\w.]+ is None:", code) is not None
