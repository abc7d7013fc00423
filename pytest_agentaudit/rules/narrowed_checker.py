"""The rule narrowed-checker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pytest_agentaudit.change.names import FOREIGN_FOLDERS
from pytest_agentaudit.facts.gates.narrowed import Kind, Narrowing
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Example, Rule

SHOWN = 4
"""How many names a text lists."""

_OLD = "def total(items):\n    return sum(items)\n"
_NEW = "def total(items):\n    return sum(items, 0)\n"
_RUFF = '[lint]\nselect = ["E", "F", "S", "BLE"]\nignore = ["E501"]\n'
_MYPY = "[mypy]\nstrict = true\n"
_FLAKE8 = "[flake8]\nextend-ignore = E203\n"
_PYRIGHT = '{\n  // strict\n  "typeCheckingMode": "strict"\n}\n'


class _Files(NamedTuple):
    """One settings file on both sides, and the code of the head."""

    path: str
    before: str
    after: str
    code: str = _OLD


_SHOP = '[project]\nname = "shop"\n'
_LINT = ".github/workflows/lint.yml"
_STEP = (
    "on: push\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: astral-sh/ruff-action@v3\n"
    "        with:\n          {}\n"
)
_HANDED = 'args: "check"\n          src: >-\n            shop/total.py\n            shop/__init__.py'


def _example(title: str, files: _Files, *expect: str) -> Example:
    test = "def test_total():\n    assert total([1]) == 1\n"
    rest = {"tests/test_total.py": test, "shop/__init__.py": "", "pyproject.toml": '[project]\nname = "shop"\n'}
    before = {"shop/total.py": _OLD, **rest, files.path: files.before}
    return Example(title, before, {**before, "shop/total.py": files.code, files.path: files.after}, expect)


class NarrowedChecker(Rule):
    """A linter or type checker was told to overlook more.

    Read are the effective settings of ruff, flake8, mypy, pyright, basedpyright, pylint, bandit and ty: codes that are
    no longer selected or newly ignored, patterns by the files that they now leave out and did not before, strictness
    that was switched off, for everything or for some modules. What the base had not switched on cannot be lost; a
    checker that is new, or replaced by another, is silent.

    Level: error where files are left out that the change itself edits, where security rules or those on broad
    handlers are switched off, where all errors are ignored, and where `strict` is given up while product code changes;
    warning otherwise; note for tests alone, matters of style, other people's code that comes whole into a folder for
    such (`_vendor`, `third_party`), and where the same edit switches other rules on.

    Why: the next change is judged by these settings too, and nobody sees what the checker no longer says.
    Fix: repair what the checker says; where it is wrong in one place, silence it there, with its code and the reason.
    Not a fix: another setting, a wider pattern, or a baseline.
    """

    name = "narrowed-checker"
    family = Family.GATES
    level = Level.WARNING
    examples = (
        _example(
            "security rules are ignored",
            _Files("ruff.toml", _RUFF, _RUFF.replace('"E501"', '"E501", "S602"')),
            "ruff.toml:3 error",
        ),
        _example(
            "a family of rules is no longer selected",
            _Files("ruff.toml", _RUFF, _RUFF.replace(', "BLE"', "")),
            "ruff.toml:2 error",
        ),
        _example(
            "unused names are ignored",
            _Files("ruff.toml", _RUFF, _RUFF.replace('"E501"', '"E501", "F841"')),
            "ruff.toml:3 warning",
        ),
        _example(
            "the changed file is left out",
            _Files("ruff.toml", _RUFF, 'exclude = ["shop/total.py"]\n' + _RUFF, _NEW),
            "ruff.toml:1 error",
        ),
        _example(
            "codes are ignored in the changed file",
            _Files("ruff.toml", _RUFF, _RUFF + '[lint.per-file-ignores]\n"shop/*" = ["F821"]\n', _NEW),
            "ruff.toml:5 error",
        ),
        Example(
            "a new project beside the old one has settings of its own",
            before={"ruff.toml": _RUFF, "shop/total.py": _OLD},
            after={
                "ruff.toml": _RUFF,
                "shop/total.py": _OLD,
                "examples/till/pyproject.toml": '[project]\nname = "till"\n[tool.ruff.lint]\nselect = ["E"]\n',
                "examples/till/till.py": _NEW,
            },
        ),
        Example(
            "a project beside the old one went away with its settings",
            before={
                "shop/total.py": _OLD,
                "packages/till/pyproject.toml": "[tool.mypy]\nstrict = true\n",
                "packages/till/till.py": _OLD,
            },
            after={"shop/total.py": _NEW, "packages/till/README.md": "It is kept elsewhere.\n"},
        ),
        _example("strict is given up", _Files("mypy.ini", _MYPY, "[mypy]\n", _NEW), "mypy.ini:1 error"),
        _example(
            "all errors are ignored",
            _Files("mypy.ini", _MYPY, "[mypy]\nstrict = false\nignore_errors = true\n"),
            "mypy.ini:2 error",
        ),
        _example(
            "a module's errors are ignored",
            _Files("mypy.ini", _MYPY, _MYPY + "[mypy-shop.total]\nignore_errors = true\n", _NEW),
            "mypy.ini:4 error",
        ),
        _example(
            "the same of a module that the change leaves alone",
            _Files("mypy.ini", _MYPY, _MYPY + "[mypy-shop.*]\nignore_errors = true\n"),
            "mypy.ini:4 warning",
        ),
        _example(
            "pyright is less strict",
            _Files("pyrightconfig.json", _PYRIGHT, _PYRIGHT.replace('"strict"\n', '"basic"\n')),
            "pyrightconfig.json:3 warning",
        ),
        _example(
            "bandit skips a test",
            _Files("bandit.yaml", "skips: [B101]\n", "skips: [B101, B602]\n"),
            "bandit.yaml:1 error",
        ),
        _example(
            "flake8 overlooks undefined names",
            _Files("setup.cfg", _FLAKE8, _FLAKE8.replace("E203", "E203, F821")),
            "setup.cfg:2 warning",
        ),
        _example(
            "the command no longer names the code",
            _Files("Makefile", "lint:\n\tmypy --strict shop tests\n", "lint:\n\tmypy --strict tests\n"),
            "Makefile:2 warning",
        ),
        _example(
            "the command is less strict",
            _Files("tox.ini", "[testenv]\ncommands = mypy --strict shop\n", "[testenv]\ncommands = mypy shop\n"),
            "tox.ini:2 warning",
        ),
        _example(
            "the command names everything", _Files("Makefile", "lint:\n\truff check shop\n", "lint:\n\truff check .\n")
        ),
        _example("more rules are selected", _Files("ruff.toml", _RUFF, _RUFF.replace('"S"', '"S", "UP"'))),
        _example(
            "a new family comes with an exception",
            _Files("ruff.toml", _RUFF, _RUFF.replace('"S"', '"S", "PL"').replace('"E501"', '"E501", "PLR0913"')),
        ),
        _example("a matter of style", _Files("ruff.toml", _RUFF, _RUFF.replace('"E501"', '"E501", "E731"'))),
        _example(
            "an exception for tests",
            _Files("ruff.toml", _RUFF, _RUFF + '[lint.per-file-ignores]\n"tests/*" = ["S"]\n'),
        ),
        _example(
            "types of somebody else's package",
            _Files("mypy.ini", _MYPY, _MYPY + "[mypy-radon.*]\nignore_missing_imports = true\nignore_errors = true\n"),
        ),
        Example(
            "what was excluded moved",
            {"vendored/x.py": _OLD, "ruff.toml": 'exclude = ["vendored/*"]\n'},
            {"other/x.py": _OLD, "ruff.toml": 'exclude = ["other/*"]\n'},
        ),
        _example(
            "the command brings its tool along",
            _Files("Makefile", "lint:\n\tuv run pyright shop\n", "lint:\n\tuv run --with pyright pyright shop\n", _NEW),
        ),
        _example("a checker is new", _Files("mypy.ini", "", "[mypy]\nignore_missing_imports = true\n")),
        _example(
            "strict, written out",
            _Files(
                "mypy.ini",
                _MYPY,
                "[mypy]\ndisallow_any_generics = true\ndisallow_subclassing_any = true\ndisallow_untyped_calls = true\n"
                "disallow_untyped_defs = true\ndisallow_incomplete_defs = true\ncheck_untyped_defs = true\n"
                "disallow_untyped_decorators = true\nwarn_redundant_casts = true\nwarn_unused_ignores = true\n"
                "warn_return_any = true\nno_implicit_reexport = true\nstrict_equality = true\nextra_checks = true\n"
                "warn_unused_configs = true\nstrict_bytes = true\n",
            ),
        ),
        _example(
            "every code instead of some", _Files("ruff.toml", _RUFF, '[lint]\nselect = ["ALL"]\nignore = ["E501"]\n')
        ),
        _example(
            "an exclusion that reaches nothing", _Files("ruff.toml", _RUFF, 'extend-exclude = ["build"]\n' + _RUFF)
        ),
        _example(
            "the settings moved",
            _Files("tox.ini", _FLAKE8, _FLAKE8.replace("[flake8]", "[flake8]\nmax-line-length = 99")),
        ),
        _example(
            "a CI step hands the files on in another word",
            _Files(_LINT, _STEP.format('args: "check shop/total.py shop/__init__.py"'), _STEP.format(_HANDED)),
        ),
        _example(
            "a CI step hands one file less on",
            _Files(
                _LINT,
                _STEP.format('args: "check shop/total.py shop/__init__.py"'),
                _STEP.format('args: "check shop/__init__.py"'),
            ),
            ".github/workflows/lint.yml:6 warning",
        ),
        Example(
            "other people's code comes whole, into a folder for such",
            {"shop/__init__.py": "", "ruff.toml": "line-length = 99\n", "pyproject.toml": _SHOP},
            {
                "shop/__init__.py": "",
                "shop/_vendor/socket.py": _OLD,
                "ruff.toml": 'line-length = 99\nextend-exclude = ["shop/_vendor"]\n',
                "pyproject.toml": _SHOP,
            },
            ("ruff.toml:2 note",),
        ),
        Example(
            "code of the house goes into a folder for other people's",
            {
                "shop/__init__.py": "",
                "shop/socket.py": _OLD,
                "ruff.toml": "line-length = 99\n",
                "pyproject.toml": _SHOP,
            },
            {
                "shop/__init__.py": "",
                "shop/_vendor/socket.py": _OLD + "\n\nSIZE = 3\n",
                "ruff.toml": 'line-length = 99\nextend-exclude = ["shop/_vendor"]\n',
                "pyproject.toml": _SHOP,
            },
            ("ruff.toml:2 error",),
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each setting that narrowed."""
        for it in audit.delta.gates.narrowed:
            place = _place(audit, it)
            if place and not _is_named_still(audit, it, place):
                yield self._found(audit, it, place)

    def _found(self, audit: Audit, it: Narrowing, place: Location) -> Finding:
        reach = _reach(it)
        return self.finding(
            place,
            f"{_said(it)}{reach}.",
            level=_level(it, edits_product=bool(audit.delta.gates.reach.edits_product)),
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
