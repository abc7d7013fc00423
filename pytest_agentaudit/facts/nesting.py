"""How deep source nests, known before a recursive reader sees it, and the cutting of what nests too deep.

libcst ends the interpreter on 2,000 open brackets, and visitors of either tree overflow the stack on 400 summed terms
or 200 chained calls, which generated code does have. A budget of 200 levels for a statement (its own block's levels
included) stays below what libcst's `visit` and radon can walk under Python's default recursion limit: 320 summed terms,
150 chained calls, 120 nested lists, measured with libcst 1.9 on Python 3.11.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct, field

from pytest_agentaudit.facts.strings import PLAIN
from pytest_agentaudit.facts.walk import SUITES, inner
from pytest_agentaudit.patterns import regex

LIMIT = 200
_BLOCK = 2  # levels of the trees that a block takes: the statement and its suite
_BRACKET = 3  # a bracket, its element and its value
_ELIF_LIMIT = 60
_SHORT = 130  # a statement of fewer characters cannot use up the budget, blocks aside

_ORDINARY = LIMIT - 20 * _BLOCK  # the room that is left in code as people write it

_SIGNS = ("-", "+", "*", "/", "%", "@", "&", "|", "^", "~", "<", ">", ".", "[", "(", "{", "'", '"')
_TEXT = regex(PLAIN)
_FORMAT = regex(r"(?i:\b(?:[ft]r?|r[ft]))['\"]")
_BOUNDS = ("and", "or", "not", "if", "else", "lambda", "await", "in", "is")  # with "or" in "for"
# A string that is never closed reaches to the end of its line or text: no second look, so any text is read in one go.
LEXEME = regex(
    r"""
    (?P<newline>\n)
  | (?P<space>(?:[ \t\f]|\\\n)+)
  | (?P<comment>\#[^\n]*)
  | (?P<format>(?i:[ft]r?|r[ft])(?:'''|\"\"\"|'|"))
  | (?P<string>(?i:[rbu]|br|rb)?
        (?:'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*(?:''')?|\"\"\"[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*(?:\"\"\")?
          |'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'?|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"?))
  | (?P<word>\w+)
  | (?P<open>[\[({])
  | (?P<close>[\])}])
  | (?P<other>:=|->|\*\*|//|<<|>>|[<>=!]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
LITERAL = regex(r"[^{}\\\n'\"]*+(?:(?:\{\{|\}\}|\\.)[^{}\\\n'\"]*+)*", re.DOTALL)
_LINK_WORDS = frozenset({"and", "or", "not", "if", "else", "lambda", "await", "for", "in", "is"})
_LINK_SIGNS = frozenset({*"+-*/%@&|^~<>.", "**", "//", "<<", ">>", "<=", ">=", "==", "!="})
_KEPT = frozenset({"assert", "return", "raise"})
_BARE = frozenset({"else", "try", "finally"})


def suspicious(tree: ast.Module, text: str) -> bool:
    """Whether a statement nests beyond the limit, or stands so deep in blocks that only a scan of the whole text tells:
    a cheap upper bound spares most statements the exact scan.
    """
    lengths = [len(line) for line in text.split("\n")]
    widest = max(lengths) + 1
    ends = [0, *accumulate(lengths)]  # line feeds left out
    stack: list[tuple[Sequence[ast.AST], int]] = [(tree.body, LIMIT)]
    while stack:
        suite, room = stack.pop()
        harmless = min(_SHORT, room) // widest  # so many lines are too short for anything
        for node in suite:
            below = inner(node) if node.__class__ in SUITES else ()
            if below:
                stack.append((below, room - _BLOCK))
            if not isinstance(node, ast.stmt):
                continue
            first = node.lineno - 1
            end_line = (getattr(below[0], "lineno", 0) if below else node.end_lineno) or first + 1
            if end_line - first > harmless:
                last = min(end_line, len(lengths))
                start, end = ends[first] + first, ends[last] + last
                if end - start > min(_SHORT, room) and _exceeds(text[start:end], room):
                    return True
    return False


def _exceeds(source: str, room: int) -> bool:
    """Whether a statement of this source nests deeper than `room`, or stands so deep in blocks that only a scan of the
    whole text tells. No link is shorter than a character.
    """
    opened = sum(map(source.count, "([{")) * _BRACKET
    if opened + len(source) <= room or _is_one_text(source.strip()):
        return False
    if opened + _links(source) <= room or _are_harmless_without_texts(source, room):
        return False
    return room < _ORDINARY or bool(_Scanner(source, room).run().lines)


def _links(source: str) -> int:
    """At least as many as the links of the longest chain in a source."""
    return sum(map(source.count, _SIGNS)) + sum(map(source.count, _BOUNDS))


def _are_harmless_without_texts(source: str, room: int) -> bool:
    """The same bound on what stands outside of plain texts, each of which may link two; comments and format strings may
    hold quotes of their own.
    """
    if "#" in source or _FORMAT.search(source):
        return False
    rest, texts = _TEXT.subn(" ", source)
    opened = sum(map(rest.count, "([{")) * _BRACKET
    return opened + _links(rest) + texts <= room


def _is_one_text(source: str) -> bool:
    """Whether a statement is nothing but one text in triple quotes, as a docstring."""
    quotes = source[:3]
    return quotes in {'"""', "'''"} and source.endswith(quotes) and source.count(quotes) == len(("begin", "end"))


class _Level(Struct):
    """An open bracket, format string or replacement field, and how long its chain of links is by now."""

    kind: str
    chain: int = 0


class _Logical(Struct):
    """A logical line while it is read. `colon` is where a block header's suite begins (-1: none), `inline` tells that
    the suite stands on the same line.
    """

    start: int
    line: int
    word: str = ""
    deep: bool = False
    colon: int = -1
    inline: bool = False
    lambdas: int = 0
    levels: list[_Level] = field(default_factory=lambda: [_Level("line")])
    depth: int = 0
    after_string: bool = False


class Cut(Struct, frozen=True):
    """A text in which nothing nests too deep, and the first lines of the statements that placeholders stand for.

    `whole` is false where a bracket or format string is never closed: then the text is no Python, and stays as it was.
    """

    text: str
    lines: tuple[int, ...]
    whole: bool = True


def cut(text: str) -> Cut:
    """Replace each statement that nests too deep by a name made from its digest, on as many lines, and break chains of
    `elif` with an `if`. Linear in the text.
    """
    return _Scanner(text).run()


class _Scanner:
    """One pass over a text."""

    def __init__(self, text: str, limit: int = LIMIT) -> None:
        self.text = text
        self.limit = limit
        self.at = 0
        self.line = 1
        self.pieces: list[str] = []
        self.copied = 0
        self.cuts: list[int] = []
        self.blocks: list[list[int]] = []  # [column, elifs so far] of each block that is open
        self.logical: _Logical | None = None

    def run(self) -> Cut:
        """Scan everything."""
        while self.at < len(self.text):
            self._step()
        logical = self.logical
        if logical and len(logical.levels) > 1:
            return Cut(self.text, (), whole=False)
        self._end()
        self.pieces.append(self.text[self.copied :])
        return Cut("".join(self.pieces), tuple(self.cuts))

    def _step(self) -> None:
        """Read one lexeme."""
        if self.logical and self.logical.levels[-1].kind in _QUOTES:
            self._literal(self.logical)
            return
        found = LEXEME.match(self.text, self.at)
        if found is None:  # cannot be: `other` takes any character
            raise AssertionError(self.at)
        kind, lexeme = found.lastgroup or "", found.group()
        start, self.at = self.at, found.end()
        self.line += lexeme.count("\n")
        if kind == "newline":
            if self.logical and len(self.logical.levels) == 1:
                self._end(start)
        elif kind not in {"space", "comment"}:
            self._lexeme(self.logical or self._begin(start, lexeme), kind, lexeme, start)

    def _begin(self, start: int, lexeme: str) -> _Logical:
        """Open a logical line; breaks a chain of `elif` that grew too long."""
        column = start - (self.text.rfind("\n", 0, start) + 1)
        while self.blocks and self.blocks[-1][0] > column:
            self.blocks.pop()
        if not self.blocks or self.blocks[-1][0] < column:
            self.blocks.append([column, 0])
        block = self.blocks[-1]
        if lexeme != "elif":
            block[1] = 0
        elif block[1] >= _ELIF_LIMIT or sum(elifs for _, elifs in self.blocks) >= 2 * _ELIF_LIMIT:
            block[1] = 0
            lexeme = "if  "  # as long as the word that it replaces
        else:
            block[1] += 1
        logical = self.logical = _Logical(start, self.line, lexeme)
        logical.depth = len(self.blocks) * _BLOCK + sum(elifs for _, elifs in self.blocks)
        return logical

    def _lexeme(self, logical: _Logical, kind: str, lexeme: str, start: int) -> None:
        """Count one lexeme of a logical line."""
        if logical.colon >= 0:
            logical.inline = True
        top = logical.levels[-1]
        if kind == "format":
            self._open(logical, lexeme.lstrip("fFtTrR"))
        elif kind == "open":
            self._open(logical, lexeme)
        elif kind == "close":
            self._close(logical)
        elif kind == "string":
            self._link(logical, int(logical.after_string))
        elif lexeme in _LINK_WORDS or lexeme in _LINK_SIGNS:
            logical.lambdas += lexeme == "lambda"
            self._link(logical, 1)
        elif lexeme in {",", ";"}:
            logical.depth -= top.chain
            top.chain = 0
        elif lexeme == ":":
            self._colon(logical, top, start)
        logical.after_string = kind == "string"

    def _open(self, logical: _Logical, kind: str) -> None:
        logical.levels.append(_Level(kind))
        logical.depth += _BRACKET
        logical.deep |= logical.depth > self.limit

    def _close(self, logical: _Logical) -> None:
        if len(logical.levels) > 1:
            logical.depth -= logical.levels.pop().chain + _BRACKET
            self._link(logical, 1)

    def _link(self, logical: _Logical, links: int) -> None:
        logical.levels[-1].chain += links
        logical.depth += links
        logical.deep |= logical.depth > self.limit

    def _colon(self, logical: _Logical, top: _Level, start: int) -> None:
        """A colon ends a lambda's head, a replacement field's expression or a block's header."""
        if logical.lambdas:
            logical.lambdas -= 1
        elif top.kind == "field":
            logical.levels.append(_Level("spec"))
            logical.depth += _BRACKET
        elif len(logical.levels) == 1 and logical.colon < 0:
            logical.colon = start

    def _literal(self, logical: _Logical) -> None:
        """Read a format string's text up to its end or its next replacement field."""
        found = LITERAL.match(self.text, self.at)
        end = found.end() if found else self.at
        self.line += self.text.count("\n", self.at, end)
        self.at = end
        kind = logical.levels[-1].kind
        sign = self.text[end : end + 1]
        if sign == "{":
            self.at += 1
            self._open(logical, "field")
        elif sign == "}" and kind == "spec":
            self._close(logical)  # the field's own bracket follows, in code
        elif kind != "spec" and self.text.startswith(kind, end):
            self.at += len(kind)
            self._close(logical)
            logical.after_string = True
        elif sign == "\n" and kind in {"'", '"'}:
            while logical.levels[-1].kind in _QUOTES or logical.levels[-1].kind == "field":
                self._close(logical)  # never closed on its line: no Python, but the next line may be
        else:
            self.at += 1
            self.line += sign == "\n"

    def _end(self, end: int | None = None) -> None:
        """Close the logical line before `end`, with a placeholder where it nests too deep."""
        logical, self.logical = self.logical, None
        if logical and logical.deep:
            source = self.text[logical.start : end]
            self._replace(logical.start, len(source), _placeholder(logical, source) + "\n" * source.count("\n"))
            self.cuts.append(logical.line)
        elif logical and logical.word == "if  ":
            self._replace(logical.start, len(logical.word), logical.word)

    def _replace(self, start: int, length: int, text: str) -> None:
        """Put `text` in the place of so many characters."""
        self.pieces += self.text[self.copied : start], text
        self.copied = start + length


_QUOTES = frozenset({"'", '"', "'''", '"""', "spec"})


def _placeholder(logical: _Logical, source: str) -> str:
    """A short statement of the same kind and place in its block."""
    name = "_cut_" + hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    words = source.split(None, 2)
    word = logical.word
    if word == "@":
        return f"@{name}"
    if word in _KEPT:
        return f"{word} {name}"
    header = _header(word, words[1:], name)
    if logical.colon < 0 or not header or (word in {"match", "case"} and logical.inline):
        return name
    return header + (f" {name}" if logical.inline else "")


def _header(word: str, rest: list[str], name: str) -> str:
    """A block header of that kind over `name`; empty where `word` begins none."""
    if word == "async":
        return "async " + _header(rest[0], rest[1:], name)
    if word in _BARE:
        return f"{word}:"
    if word in {"def", "class"}:
        own = re.match(r"\w*", rest[0] if rest else "")
        return f"{word} {own.group() if own else '_'}({'*' if word == 'def' else ''}{name}):"
    if word == "for":
        return f"for _ in {name}:"
    if word.rstrip() in {"if", "elif", "while", "with", "except", "match", "case"}:
        return f"{word} {name}:"
    return ""
