"""Arguments by which test code asks for strict or for lenient treatment."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.change.model import TESTS
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.kinds.tests import LENIENT, STRICT
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.patterns import regex

_STRICT_WORDS = regex(
    r"strict\w*|(?:\w+_)?(?:validat\w*|verif\w*|enforce\w*|check\w*)|raise_\w+|fail_on_\w+|error_on_\w+|autospec|spec_set"
)
_LENIENT_WORDS = regex(r"(?:allow|ignore|skip|suppress|tolerate|disable)_\w+|lenient|permissive|relaxed|loose")


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Each argument of the two kinds that is written out as true or false, in test code."""
    if side.role not in TESTS:
        return
    if not any(_STRICT_WORDS.fullmatch(it) or _LENIENT_WORDS.fullmatch(it) for it in side.scan.names):
        return
    for word, symbol in side.of(ast.keyword):
        strict = _is_strict(word)
        if strict is not None and word.arg:
            yield side.occurrence(
                STRICT if strict else LENIENT,
                word.value,
                symbol,
                text=f"{word.arg}={ast.unparse(word.value)}",
                key=f"{symbol} {word.arg}",
            )


def _is_strict(word: ast.keyword) -> bool | None:
    """Whether an argument asks for strict treatment; None where it is no such argument."""
    if not word.arg or not isinstance(word.value, ast.Constant) or not isinstance(word.value.value, bool):
        return None
    if _STRICT_WORDS.fullmatch(word.arg):
        return word.value.value
    return not word.value.value if _LENIENT_WORDS.fullmatch(word.arg) else None
