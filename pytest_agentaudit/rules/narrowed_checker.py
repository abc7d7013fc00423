"""The rule narrowed-checker."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.names import FOREIGN_FOLDERS
from pytest_agentaudit.facts.gates.model import Kind, Narrowing
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

SHOWN = 4
"""How many names a text lists."""


class NarrowedChecker(Rule):
    """A linter or type checker was told to overlook more.

    Read are the effective settings of ruff, flake8, mypy, pyright, basedpyright, pylint, bandit and ty: codes that are
    no longer selected or newly ignored, patterns by the files that they now leave out and did not before, strictness
    that was switched off, for everything or for some modules. What the base had not switched on cannot be lost; a
    checker that is new, or replaced by another, is silent.

    Level: error where files are left out that the change itself edits, where security rules or those on broad
    handlers are switched off, where all errors are ignored, and where `strict` is given up while product code
    changes; warning otherwise, and where the title of a commit is about the checker; note for tests alone, matters
    of style, other people's code that comes whole into a folder for such (`_vendor`, `third_party`), and where the
    same edit switches other rules on.

    Why: the next change is judged by these settings too, and nobody sees what the checker no longer says.
    Fix: repair what the checker says; where it is wrong in one place, silence it there, with its code and the reason.
    Not a fix: another setting, a wider pattern, or a baseline.
    """

    name = "narrowed-checker"
    family = Family.GATES
    level = Level.WARNING
    examples = kept_apart("narrowed_checker")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each setting that narrowed."""
        for it in audit.delta.gates.narrowed:
            place = _place(audit, it)
            if place and not _is_named_still(audit, it, place):
                yield self._found(audit, it, place)

    def _found(self, audit: Audit, it: Narrowing, place: Location) -> Finding:
        reach = _reach(it)
        level = _level(it, edits_product=bool(audit.delta.gates.reach.edits_product))
        if level is Level.ERROR and any(_is_announced(it, message) for message in audit.change.messages):
            level = Level.WARNING
        return self.finding(
            place,
            f"{_said(it)}{reach}.",
            level=level,
            evidence={"base": _written(it.old), "head": _written(it.new)},
            fix="put the setting back and repair what the checker says; where it errs, silence that line with its code"
            " and the reason",
            not_a_fix="another setting that leaves the same out",
            related=tuple(Location(path) for path in it.reached.edited[:SHOWN]),
        )


def _place(audit: Audit, it: Narrowing) -> Location | None:
    if it.new:
        return Location(it.new.path, it.new.line, symbol=it.new.key)
    if it.old:
        return Location(*audit.delta.gates.places.head(it.old.path, it.old.line), symbol=it.old.key)
    return None


def _is_announced(it: Narrowing, message: str) -> bool:
    """Whether the title of a commit is about this checker, or about checking: who reads titles was told."""
    title = message.partition("\n")[0].lower()
    return it.tool in _WORD.findall(title) or _CHECKING.search(title) is not None


_WORD = regex(r"\w+")
_CHECKING = regex(r"\b(type[- ]?check\w*|lint\w*|static analysis)\b")


def _is_named_still(audit: Audit, it: Narrowing, place: Location) -> bool:
    """Whether the files that a command no longer names are named beside it, in lines that the change added and that
    exclude nothing: something else hands them on.
    """
    if not it.by_command or it.kind is not Kind.FILES:
        return False
    pairs = (file.pair for file in audit.delta.files if file.path == place.path)
    added = [b"\n".join(pair.new.lines(pair.added)) for pair in pairs if pair.new]
    return any(
        all(item.encode(errors="replace") in text for item in it.items)
        and not _LEAVES_OUT.search(text.decode(errors="replace"))
        for text in added
    )


_LEAVES_OUT = regex(r"(?i)exclu|ignor|skip|omit")


def _said(it: Narrowing) -> str:
    items = ", ".join(it.items[:SHOWN]) + (f" and {len(it.items) - SHOWN} more" if len(it.items) > SHOWN else "")
    if it.kind in {Kind.CODES, Kind.FILE_CODES}:
        return f"{it.tool} no longer reports {items}"
    if it.kind is Kind.FILES:
        return f"{it.tool} no longer reads what `{items}` means"
    setting = it.new or it.old
    key = setting.key if setting else it.tool
    if it.kind is Kind.SEVERITY:
        return f"{it.tool} takes `{items}` less seriously: {_value(it.old)} became {_value(it.new)}"
    more = f" (with {', '.join(it.items[1:SHOWN])})" if len(it.items) > 1 else ""
    return f"{it.tool} is less strict: `{key}` went from {_value(it.old)} to {_value(it.new)}{more}"


def _reach(it: Narrowing) -> str:
    if it.everywhere:
        return ""
    names = it.reached.edited or it.reached.product
    if not names:
        return f", in {it.reached.others} files that are no product code"
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    return f" in {shown}" + (", which this change edits" if it.reached.edited else "")


def _value(setting: Setting | None) -> str:
    return str(setting.value) if setting else "its default"


def _written(setting: Setting | None) -> str:
    return f"{setting.path}: {setting.key} = {setting.value}" if setting else "not set"


_GRAVE = regex(r"S|S(?!101)[1-9]\d*|BLE\d*|E722|B001|B(?!101)[1-7]\d\d|ALL|DUO\d*|ASYNC\d*|broad-exception-caught")
_STYLE = regex(
    r"E[125]\d*|E70\d?|E731|E741|W\d*|D\d*|DOC\d*|COM\d*|Q\d*|ANN\d*|ERA\d*|TD\d*|FIX\d*|EM\d*|TRY(003|300|301|400)?|N\d*"
    r"|I\d*|ISC\d*|UP\d*|PLR\d*|PLC\d*|C4\d*|C90\d*|SIM\d*|RET\d*|PT\d*|FBT\d*|TC\d*|TCH\d*|CPY\d*|INP\d*|T20\d*|ARG\d*"
    r"|PTH\d*|PERF\d*|FURB\d*|RUF\d*|PYI\d*|SLF\d*|G\d*|DTZ\d*|A\d*|YTT\d*|PGH\d*|S101|B101|SIM|E203|CLY|NPY\d*|PD\d*"
    r"|FA\d*|PLW(0108|0120|0602|0603|2901)|LOG\d*|EXE\d*|ICN\d*|FLY\d*|TID\d*|AIR\d*|SLOT\d*|RSE\d*|B0(08|17|24|27|28)|B90\d?|B019|B026|B950|E266|C|R"
)
"""What is a matter of style: layout, words, names, idioms. Nothing of it hides a defect for long."""

_TIDY = frozenset(
    {"warn_unused_ignores", "warn_unused_configs", "warn_redundant_casts", "local_partial_types", "extra_checks"}
    | {"strict_bytes", "ignore_missing_imports", "warn_unreachable"}
)
"""mypy's flags about its own comments and settings, about other people's packages, and the youngest ones."""

_ALL_ERRORS = frozenset({"strict", "ignore_errors", "strict_optional", "check_untyped_defs", "follow_imports"})


def _comes_from_others(it: Narrowing) -> bool:
    """Whether all that is left out came whole with the change, into a folder of other people's code."""
    came = set(it.reached.added)
    return (
        bool(came)
        and came.issuperset(it.reached.product)
        and all(not FOREIGN_FOLDERS.isdisjoint(path.split("/")[:-1]) for path in came)
    )


def _level(it: Narrowing, *, edits_product: bool) -> Level:
    if not it.everywhere and _comes_from_others(it):
        return Level.NOTE
    if it.kind in {Kind.CODES, Kind.FILE_CODES}:
        return _codes_level(it)
    if it.wider_too or _TIDY.issuperset(it.items):
        return Level.NOTE
    if it.kind in {Kind.FILES, Kind.MODULES}:
        return _files_level(it)
    grave = "ignore_errors" in it.items or (edits_product and _ALL_ERRORS.intersection(it.items))
    return Level.ERROR if grave else Level.WARNING


def _codes_level(it: Narrowing) -> Level:
    if not it.everywhere and not it.reached.product:
        return Level.NOTE
    grave = any(_GRAVE.fullmatch(code) for code in it.items)
    if not grave and all(_STYLE.fullmatch(code) for code in it.items):
        return Level.NOTE
    if it.wider_too:
        return Level.WARNING if grave else Level.NOTE
    return Level.ERROR if it.reached.edited or (grave and it.everywhere) else Level.WARNING


def _files_level(it: Narrowing) -> Level:
    if not it.reached.product:
        return Level.NOTE
    return Level.ERROR if it.reached.edited and not it.by_command else Level.WARNING
