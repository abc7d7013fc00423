"""The rule unreadable-file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pytest_agentaudit.change.model import SUBMODULE, Change, FileRole, Passed
from pytest_agentaudit.facts.concealment import swaps
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.model import Depth, OddBreak, Problem
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_REACHED = {
    Depth.TREE: "the syntax tree, in part",
    Depth.TOKENS: "tokens: comments and names are known, definitions and tests are not",
    Depth.BYTES: "bytes: only comments are known",
}
_MENDING = {
    "syntax error": "mend the syntax there; `python -m py_compile FILE` checks it",
    "NUL": "take the NUL byte out; in a string write it as an escape",
    "nest": "split the expression, or build the value in steps",
    "bytes; above": "split the file, or keep its data in a data file that is read when it is needed",
    "ended the auditor": "split the file or its largest expression, then audit again",
    "": "save the file as UTF-8, without another encoding in its first two lines",
}
"""What to do, by words of the cause."""
_LOOKING = {
    "submodule": "read its own commits (git diff --submodule=log), and audit them in its own repository",
    "symlink": "look at what it points to; commit the file itself where it is meant to be part of the change",
    "larger than": "split it, or keep data out of git; a person has to look at what is not read",
    "differs from the base in the index": "make index, HEAD and work tree agree: what is tested is then what is judged",
    "of its own": "add it as a submodule, or to .gitignore",
    "virtual environment": "add it to .gitignore",
    "a named pipe": "remove it: git cannot store it",
    "a socket": "remove it: git cannot store it",
    "a device": "remove it: git cannot store it",
    "no readable content": "fetch the object: git fetch --refetch --no-filter, or git fsck",
    "cannot be read": "give yourself the right to read it (chmod u+r), and audit again",
    "vanished": "audit again when nothing else writes into the work tree",
    "": "commit the file itself, as plain text; a person has to look at what cannot be read",
}
"""What to do about a path that was not read, by words of the reason."""
_DATA = regex(
    r"(?:^|/)(?:templates?|cookiecutters?|fixtures?|data|testdata|test_data|samples?|snapshots?|cassettes?|bad|invalid|"
    r"resources?|assets|corpus|golden)(?:/|$)|\{\{|\{%"
)
_LONE_RETURN = "lone carriage return"
_USUAL_BREAKS = frozenset({"form feed"})
_PROSE = regex(
    r"(?i)(?<!requirements)(?<!constraints)\.(?:txt|md|rst|log|csv|tsv|svg|png|jpe?g|gif|webp|ico|pdf|mp[34]|woff2?|ttf)$"
)
_OPAQUE = regex(r"(?i)\.(?:py[ciwx]?|so|pyd|dll|egg|whl|zip|pth)$")


class UnreadableFile(Rule):
    """A changed file cannot be read to the bottom, so part of the audit has nothing to say about it.

    The finding names the cause, its line and how deep the reading went. Suppressions are found at every depth.
    Line ends that Python and git count differently are named too: from there on the two speak of different lines.

    Level: error for product code and tests; note where the file was as unreadable before, and for templates and test
    data, which may be broken on purpose. A settings file that its tool refuses since the change is an error. A path
    that is named but not read (a submodule, a special file) is a warning, an error where it is code, a note where it
    is a link to something else, a submodule that `.gitmodules` declares or that moved on, a link or submodule that
    went, or prose or a picture that git does not hold. Odd line ends are a warning.

    Why: what cannot be read cannot be reviewed, and it is the simplest place to hide something.
    Fix: what the finding says: mend the line, save the file as UTF-8, split what is too large or too deep.
    Not a fix: another encoding; moving the code into data; leaving the file out of the audit.
    """

    name = "unreadable-file"
    family = Family.HIDDEN
    level = Level.ERROR
    of_files = True
    examples = kept_apart("unreadable_file")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for each file, and one for its odd line ends."""
        for file in audit.delta.files:
            if file.new and file.new.problem:
                yield self._problem(file, file.new.depth, file.new.problem)
            if file.new:
                yield from self._breaks(file, file.new.odd_breaks)
        for path, problem in audit.delta.broken_settings.items():
            yield self._settings(path, problem)
        swapped = {swap.path for swap in swaps(audit.change)}  # hidden-change speaks of these
        for passed in audit.change.passed:
            if passed.path not in swapped:
                yield self._passed(passed, level=_passed_level(passed, audit.change))

    def _problem(self, file: FileDelta, depth: Depth, problem: Problem) -> Finding:
        before = file.old.problem if file.old else None
        known = before is not None and before.cause == problem.cause and not problem.of_reader
        data = bool(_DATA.search(file.path)) and file.role is not FileRole.PRODUCT
        template = "{{" in file.path or "{%" in file.path
        aside = file.role not in {FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST}
        since = " It was so at the base." if known else ""
        return self.finding(
            Location(file.path, problem.line),
            f"This file cannot be read to the bottom: {problem.cause}.{since}",
            level=Level.NOTE if known or data or template or aside else Level.ERROR,
            evidence={"reached": _REACHED[depth]},
            fix=_way_out(_MENDING, problem.cause),
            not_a_fix="another encoding, or code that is built at run time",
        )

    def _settings(self, path: str, problem: Problem) -> Finding:
        return self.finding(
            Location(path, problem.line),
            f"The tool that reads these settings refuses them: {problem.cause}.",
            fix="mend that line; until then none of the settings in this file were judged",
            not_a_fix="moving the settings to a file that is read after this one",
        )

    def _breaks(self, file: FileDelta, breaks: tuple[OddBreak, ...]) -> Iterator[Finding]:
        """Odd line ends on changed lines: a lone carriage return ends a line for Python, the others only look so."""
        odd = [it for it in breaks if it.line in file.pair.added and it.name not in _USUAL_BREAKS]
        if not odd:
            return
        first, *more = odd
        shifts = any(it.name == _LONE_RETURN for it in odd)
        names = ", ".join(dict.fromkeys(it.name for it in odd))
        effect = "Python and git number the lines below it differently" if shifts else "some tools end a line there"
        yield self.finding(
            Location(file.path, first.line),
            f"Odd line break ({names}): {effect}.",
            level=Level.WARNING if shifts else Level.NOTE,
            fix="end lines with a line feed (or CR LF throughout), and write the character as an escape in strings",
            related=tuple(Location(file.path, it.line) for it in more),
        )

    def _passed(self, passed: Passed, *, level: Level) -> Finding:
        return self.finding(
            Location(passed.path),
            f"Part of the change, but not read: {passed.reason}.",
            level=level,
            fix=_way_out(_LOOKING, passed.reason),
            not_a_fix="leaving it out of the audit",
        )


def _way_out(known: Mapping[str, str], cause: str) -> str:
    """What to do about a cause: the advice for the first words that it holds ("" suits every cause)."""
    return next(advice for words, advice in known.items() if words in cause)


def _is_declared(path: str, change: Change) -> bool:
    """Whether `.gitmodules` says where a submodule comes from."""
    declared = change.new.read(".gitmodules") or b""
    return (
        re.search(rb"(?m)^\s*path\s*=\s*" + re.escape(path.encode(errors="surrogateescape")) + rb"\s*$", declared)
        is not None
    )


def _passed_level(passed: Passed, change: Change) -> Level:
    """Code that nobody read is grave; a link is readable at its target, one that went brought nothing, a submodule that
    only moved on, or that is declared, is audited in its own repository, and prose runs nowhere.
    """
    code = bool(_OPAQUE.search(passed.path))
    old, new = change.old.entries().get(passed.path), change.new.entries().get(passed.path)
    if new is None and passed.reason.startswith(("submodule", "symlink")):
        return Level.NOTE
    if passed.reason.startswith("submodule") and ((old and old.mode == SUBMODULE) or _is_declared(passed.path, change)):
        return Level.NOTE
    if "no readable content" in passed.reason and _PROSE.search(passed.path):
        return Level.NOTE
    if passed.reason.startswith("symlink"):
        return Level.WARNING if code else Level.NOTE
    return Level.ERROR if code else Level.WARNING
