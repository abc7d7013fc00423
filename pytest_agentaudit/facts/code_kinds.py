"""What the code around a comment is, as far as its tokens tell: works at every depth of reading."""

from __future__ import annotations

import re

from pytest_agentaudit.facts.scan import CodeLines
from pytest_agentaudit.facts.silencing import CodeKind
from pytest_agentaudit.facts.source_names import names_in
from pytest_agentaudit.patterns import regex

_NOTHING = regex(r"(?:pass|\.\.\.|continue|break|return(?: None)?)(?:;)?$")
_BROAD = regex(r"except\*?\s*(?::|\(?.*\b(?:Exception|BaseException)\b)")
_VALIDATOR = regex(
    r"(?:async )?def _*(?:validate|check|verify|ensure|require|guard|sanitize|sanitise|authori[sz]e|authenticate"
    r"|(?:is|has)_(?:valid|safe|allowed|authorized|trusted))(?:_|\b)"
)
_EXCEPT = regex(r"except\b")
_BRANCH = regex(r"(?:if|elif|else)\b")
_STARTS = (
    (regex(r"(?:import|from)\b"), CodeKind.IMPORT),
    (regex(r"raise\b"), CodeKind.RAISE),
    (regex(r"class\b"), CodeKind.CLASS),
    (_VALIDATOR, CodeKind.VALIDATOR),
    (regex(r"(?:async )?def\b"), CodeKind.FUNCTION),
)
_ENVIRONMENT = regex(
    r"(?:if|elif)\b.*\b(?:version_info|sys\.platform|TYPE_CHECKING|os\.name|platform\.|PYPY|PY\d)"
    r"|except\s*\(?\s*(?:ImportError|ModuleNotFoundError)\b"
)
_OTHERWISE = regex(r"else\s*:")
_FURTHEST = 12
_FURTHEST_HEADER = 60
"""Lines to look beyond a line for the code that belongs to it."""


def code_line(lines: CodeLines, line: int, step: int = 1) -> int:
    """The nearest line with code, from `line` on downwards (upwards with step -1); 0 where there is none."""
    while 1 <= line <= len(lines):
        if lines[line]:
            return line
        line += step
    return 0


def statement(lines: CodeLines, line: int) -> str:
    """The code of `line`; where it names nothing (a closing bracket), with the code before it up to a name."""
    code = lines.get(line, "")
    above = line
    while code and not names_in(code) and not code[0].isalpha() and above > max(1, line - _FURTHEST):
        above = code_line(lines, above - 1, -1)
        if not above:
            break
        code = f"{lines[above]} {code}"
    return code


def kind_of(lines: CodeLines, line: int) -> CodeKind:
    """What the code of `line` is."""
    code = lines.get(line, "")
    header = code_line(lines, line - 1, -1) if _NOTHING.match(code) else line
    if header and _EXCEPT.match(lines.get(header, "")):
        return _handler(lines[header], _suite(lines, header))
    if _in_environment_branch(lines, line):
        return CodeKind.ENVIRONMENT
    if _BRANCH.match(code):
        return CodeKind.GUARD if _only_raises(_suite(lines, line)) else CodeKind.OTHER
    return next((kind for pattern, kind in _STARTS if pattern.match(code)), CodeKind.OTHER)


def _in_environment_branch(lines: CodeLines, line: int) -> bool:
    """Whether the line is, or stands in, a branch on the environment that the code runs in (its `else` counts)."""
    indent, at, otherwise = _indent(lines.raw(line)), line, bool(_OTHERWISE.match(lines[line]))
    while at and at > line - _FURTHEST_HEADER:
        code, here = lines[at], _indent(lines.raw(at))
        header = at == line or here < indent or (otherwise and here == indent)
        if header and (_ENVIRONMENT.match(code) or _tries_import(lines, at)):
            return True
        if here < indent:
            indent, otherwise = here, bool(_OTHERWISE.match(code))
        if not indent and not otherwise:
            return False
        at = code_line(lines, at - 1, -1)
    return False


def _tries_import(lines: CodeLines, line: int) -> bool:
    """Whether the line is a `try:` with a handler for a missing import."""
    if lines[line] != "try:":
        return False
    outer, at = _indent(lines.raw(line)), code_line(lines, line + 1)
    while at and at < line + _FURTHEST and _indent(lines.raw(at)) > outer:
        at = code_line(lines, at + 1)
    return bool(at) and _indent(lines.raw(at)) == outer and bool(_ENVIRONMENT.match(lines[at]))


def _handler(header: str, suite: tuple[str, ...]) -> CodeKind:
    broad, silent = bool(_BROAD.match(header)), bool(suite) and all(_NOTHING.match(code) for code in suite)
    if broad:
        return CodeKind.SILENT_BROAD_HANDLER if silent else CodeKind.BROAD_HANDLER
    return CodeKind.SILENT_HANDLER if silent else CodeKind.HANDLER


def _only_raises(suite: tuple[str, ...]) -> bool:
    """Whether the suite is one `raise` statement; what its brackets hold on further lines is indented deeper."""
    return bool(suite) and suite[0].startswith("raise") and all(_closes(code) for code in suite[1:])


def _closes(code: str) -> bool:
    return not code.strip(")]} ,")


def _suite(lines: CodeLines, header: int) -> tuple[str, ...]:
    """The code of the statements in the suite that `header` opens: the lines at its own indentation."""
    line, code = header, lines[header]
    while not code.endswith(":"):
        inline = _inline(code)
        if inline:
            return (inline,)
        line = code_line(lines, line + 1)
        if not line or line > header + _FURTHEST:
            return ()
        code = lines[line]
    outer, inner = _indent(lines.raw(header)), -1
    found: list[str] = []
    while (line := code_line(lines, line + 1)) and len(found) < _FURTHEST:
        indent = _indent(lines.raw(line))
        if indent <= outer:
            break
        inner = indent if inner < 0 else inner
        if indent <= inner:
            found.append(lines[line])
    return tuple(found)


def _inline(code: str) -> str:
    """The statement behind the colon of `except X: pass`, "" where there is none."""
    found = re.match(r"(?:except|else|if|elif)\b[^:#]*:\s*(\S.*)", code)
    return found[1] if found else ""


def _indent(raw: str) -> int:
    return len(raw.expandtabs(8)) - len(raw.expandtabs(8).lstrip())
