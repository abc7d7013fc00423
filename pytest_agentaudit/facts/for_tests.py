"""Whether product code is there for tests: a pytest plugin, a module of test utilities that a package ships."""

from __future__ import annotations

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.patterns import regex

_PATH = regex(
    r"(?i)(^|/)_?(testing|pytest\w*|py_?test\w*|\w+_testing|\w*test_?(ing|utils?|tools?|helpers?|support|case|cases|runner|client|suite|kit)s?"
    r"|unittest\w*|conftest|tests?|mocks?|fakes?|fixtures?)(/|\.py$)"
)
_RUNNERS = ("pytest.", "_pytest.", "unittest.")


def is_test_support(side: CodeSide) -> bool:
    """By its path, by a hook or fixture of pytest that it defines, by test classes."""
    if _PATH.search(side.path):
        return True
    origins = (f"{origin}." for origin in side.imports.values())
    if not any(origin.startswith(_RUNNERS) for origin in origins):
        return False
    defines = any(span.name.startswith("pytest_") for span in side.parsed.definitions())
    return defines or side.names_any("fixture", "TestCase", "Item", "Collector", "hookimpl")
