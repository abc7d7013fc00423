"""Comments that tell a checker to be quiet, read off the scan by one table of spellings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from pytest_agentaudit.facts.code_kinds import code_line, kind_of, statement
from pytest_agentaudit.facts.habits import form, habits
from pytest_agentaudit.facts.model import Comment
from pytest_agentaudit.facts.scan import CodeLines, Scan, scan
from pytest_agentaudit.facts.silencing import CodeKind, Scope, Silences, Suppression
from pytest_agentaudit.facts.suppressions_pairing import added
from pytest_agentaudit.facts.suppressions_table import LOOK_ALIKES, TABLE, Spelling, folded, is_marked, searched
from pytest_agentaudit.patterns import regex

__all__ = ["added", "form", "habits", "suppressions"]

_WIDEST = (Scope.LINE, Scope.NEXT_LINE, Scope.BLOCK, Scope.RANGE, Scope.FILE)
_CODES = regex(r"[^\s,\"']+(?: [^\s,\"']+)*")
_WORDS = regex(r"[^\W\d_]{2,}")
_DECORATION = regex(r"[-=*_~#]{3,}|^(?:TODO|FIXME|XXX|HACK)\b[:\s]*$", re.IGNORECASE)
_FIRST_LINES = (1, 2)
_CODING = regex(r"coding[:=]\s*[-\w.]+")
"""What declares a file's encoding in one of its first lines (PEP 263)."""
_CODE_LIKE = regex(r"^[\w.]+\s*(?:=|\(|\[)|^(?:import|from|def|class|return|if|for|while|with|try|else)\b.*[:)\w]$")
_HEADER = regex(r"(?:async |)(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b.*:$")
_FEWEST_WORDS_ABOVE = 3
_LONG_WORD = 4
_SAYING_NOTHING = frozenset(
    {
        *("a", "an", "and", "as", "at", "be", "been", "because", "but", "by", "for", "from", "here", "if", "in", "is"),
        *("it", "its", "just", "no", "not", "now", "of", "ok", "okay", "on", "or", "please", "so", "that", "the"),
        *("then", "there", "this", "to", "was", "we", "why", "will", "with", "would", "yes", "fine", "good", "ignore"),
        *("ignored", "ignoring", "linter", "lint", "linters", "needed", "necessary", "required", "sorry", "quiet"),
        *("silence", "skip"),
    }
)
"""Words that give no cause, alone or together: "why not", "it is fine", "needed here"."""


class _Found(Struct, frozen=True):
    """A directive in a comment: what every checker that takes it makes of it, joined."""

    checker: str
    directive: str
    silences: Silences
    scope: Scope
    codes: tuple[str, ...]
    honoured: bool
    spans: tuple[tuple[int, int], ...]


def suppressions(scan: Scan, *, kinds: bool = True) -> tuple[Suppression, ...]:
    """Every suppression of a file in order, those that only look like one too (`honoured` is false). Without `kinds` no
    code is looked at for what it is (`on`).
    """
    if not is_marked(folded("\n".join([scan.text[start:end] for start, end in scan.spans]))):
        return ()
    reader = _Reader(scan, kinds=kinds)
    return tuple(made for comment in scan.comments for made in reader.read(comment))


class _Reader:
    """Reads the comments of one file."""

    def __init__(self, scan: Scan, *, kinds: bool) -> None:
        self.kinds = kinds
        self.lines: CodeLines = scan.code_lines
        self.own_lines = {comment.line: comment for comment in scan.comments if comment.own_line}
        self.first_code = code_line(self.lines, 1) or len(self.lines) + 1

    def read(self, comment: Comment) -> list[Suppression]:
        """The suppressions of one comment."""
        plain = folded(comment.text)
        if not is_marked(plain):
            return []
        found = self._directives(comment)
        if plain != comment.text:
            known = {directive.directive for directive in found}
            found += [decoy for decoy in _look_alikes(plain, comment) if decoy.directive not in known]
        if not found:
            return []
        target_line = self._target_line(comment, found)
        reason = self._reason(comment, found, target_line)
        return [self._made(comment, directive, reason) for directive in found]

    def _directives(self, comment: Comment) -> list[_Found]:
        """All directives of a comment, then those that only look like one."""
        rows: dict[str, list[tuple[Spelling, re.Match[str], Scope | None]]] = {}
        for spelling in TABLE:
            match = searched(spelling.directive, spelling.pattern, comment.text)
            if match:
                rows.setdefault(spelling.directive, []).append((spelling, match, self._scope(spelling, match, comment)))
        found = [_joined(directive, hits, comment) for directive, hits in rows.items()]
        taken = [span for directive in found for span in directive.spans]
        return found + [decoy for decoy in _look_alikes(comment.text, comment) if not _overlaps(decoy, taken)]

    def _scope(self, spelling: Spelling, match: re.Match[str], comment: Comment) -> Scope | None:
        """How far a directive reaches where it stands; None where its checker does not take it there."""
        if spelling.first_column and comment.column:
            return None
        if not comment.own_line:
            opens = bool(_HEADER.match(self.lines[comment.line]))
            if spelling.trailing is Scope.LINE and spelling.checker == "pylint" and opens:
                return Scope.BLOCK
            return Scope.LINE if spelling.trailing is Scope.BLOCK and not opens else spelling.trailing
        if spelling.head and comment.line < self.first_code:
            return spelling.head if not match.groupdict().get("codes") or spelling.own_line else None
        if spelling.own_line is Scope.BLOCK and not comment.column:
            return Scope.FILE
        return spelling.own_line

    def _target_line(self, comment: Comment, found: list[_Found]) -> int:
        """The line of the code that the comment speaks of; 0 where there is none."""
        if not comment.own_line:
            return comment.line
        if all(directive.scope is Scope.FILE for directive in found):
            return self._first_definition()
        return code_line(self.lines, comment.line + 1)

    def _first_definition(self) -> int:
        """The line of the module's first definition (else of its first code): what a file-wide directive stands on."""
        for line in range(self.first_code, len(self.lines) + 1):
            if self.lines.raw(line).startswith(("def ", "class ", "async def ")):
                return line
        return self.first_code if self.first_code <= len(self.lines) else 0

    def _reason(self, comment: Comment, found: list[_Found], target_line: int) -> str:
        """The prose that goes with a comment: in it, right above it, or (where a suite follows) right below it; for a
        pragma on the first line of a suite also above the suite's header.
        """
        within = _rest(comment.text, [span for directive in found for span in directive.spans])
        if within:
            return within
        above = self._prose(comment.line, -1)
        if above:
            return above
        opens = comment.own_line or (target_line and self.lines[target_line].endswith(":"))
        below = self._prose(comment.line, 1) if opens else ""
        header = comment.line - 1
        of_suite = found[0].directive == "pragma: no cover" and self.lines.get(header, "").endswith(":")
        return below or (self._prose(header, -1) if of_suite else "")

    def _prose(self, line: int, step: int) -> str:
        """The explaining comment lines next to `line`, in reading order; "" where they do not explain."""
        texts: list[str] = []
        while (comment := self.own_lines.get(line + step)) and not self._is_directive(comment):
            line += step
            texts.append(comment.text.lstrip("#!: \t"))
        text = " ".join(texts[::step]).strip()
        told = len(_WORDS.findall(text)) >= _FEWEST_WORDS_ABOVE
        code = all(_CODE_LIKE.match(part) for part in texts)
        return text if told and not code and not _DECORATION.search(text) else ""

    def _is_directive(self, comment: Comment) -> bool:
        if comment.line in _FIRST_LINES and (comment.text.startswith("#!") or _CODING.search(comment.text)):
            return True  # for the system and for Python: it explains nothing
        return is_marked(comment.text) and any(searched(row.directive, row.pattern, comment.text) for row in TABLE)

    def _made(self, comment: Comment, directive: _Found, reason: str) -> Suppression:
        line = self._target_line(comment, [directive])
        return Suppression(
            checker=directive.checker,
            directive=directive.directive,
            scope=directive.scope,
            codes=directive.codes,
            reason=reason,
            line=comment.line,
            text=comment.text.rstrip(),
            target=statement(self.lines, line) if line else "",
            honoured=directive.honoured,
            silences=directive.silences,
            on=kind_of(self.lines, line) if line and self.kinds else CodeKind.OTHER,
        )


def _joined(directive: str, hits: list[tuple[Spelling, re.Match[str], Scope | None]], comment: Comment) -> _Found:
    """One directive out of the rows that match it: the checkers that take it where it stands, else all of them."""
    taken = [(row, match, scope) for row, match, scope in hits if scope is not None]
    said = taken or hits
    lists = [_codes(match) for _, match, _ in said]
    scopes = [scope for _, _, scope in taken] or [Scope.LINE]
    return _Found(
        checker=", ".join(sorted({row.checker for row, _, _ in said})),
        directive=directive,
        silences=said[0][0].silences,
        scope=max((scope for scope in scopes if scope), key=_WIDEST.index),
        codes=next((codes for codes in lists if codes), ()),
        honoured=bool(taken),
        spans=tuple((match.start(), _end(match, comment.text)) for _, match, _ in hits),
    )


def _end(match: re.Match[str], text: str) -> int:
    """The end of a directive; with a code list in brackets that the matching checker did not take, behind it."""
    more = re.match(r"\s*\[[^\]#]*\]", text[match.end() :])
    return match.end() + (more.end() if more else 0)


def _codes(match: re.Match[str]) -> tuple[str, ...]:
    listed = match.groupdict().get("codes") or ""
    if re.fullmatch(r"[A-Z]+[0-9]+(?:[,\s]*[A-Z]+[0-9]+)*[,\s]*", listed):
        return tuple(re.findall(r"[A-Z]+[0-9]+", listed))
    return tuple(code.strip() for code in listed.split(",") if code.strip())


def _look_alikes(text: str, comment: Comment) -> list[_Found]:
    """Directives that no checker takes, in `text` (the comment, or what a reader takes it for)."""
    scope = Scope.NEXT_LINE if comment.own_line else Scope.LINE
    found = []
    for directive, silences, pattern in LOOK_ALIKES:
        match = searched(directive, pattern, text)
        if match:
            span = (match.start(), _end(match, text))
            found.append(_Found("none", directive, silences, scope, (), honoured=False, spans=(span,)))
    return found


def _overlaps(found: _Found, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start < end and begin < stop for begin, end in found.spans for start, stop in spans)


def _rest(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The prose of a comment beside its directives."""
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(text[at:start])
        at = max(at, end)
    rest = "\0".join([*kept, text[at:]])
    if is_marked(rest):
        for row in TABLE:
            if searched(row.directive, row.pattern, rest):
                rest = row.pattern.sub("\0", rest)
    parts = [part.strip(" \t\xa0#-\u2013\u2014:;,.") for part in rest.split("\0")]
    prose = " ".join(re.sub(r"^(?:[A-Z]+\d+[,\s]*)+", "", part).strip() for part in parts if part)
    words = _WORDS.findall(prose)
    told = len(words) > 1 or (len(words) == 1 and len(words[0]) >= _LONG_WORD)
    told = told and not _SAYING_NOTHING.issuperset(map(str.casefold, words))
    return prose.strip(" #") if told and not _DECORATION.search(prose) else ""


def habit(contents: Iterable[bytes]) -> Counter[tuple[str, str]]:
    """How often files suppress which checker in which way: the keys are those of `habits`."""
    counts: Counter[tuple[str, str]] = Counter()
    for content in contents:
        counts.update(habits(suppressions(scan(content), kinds=False)))
    return counts
