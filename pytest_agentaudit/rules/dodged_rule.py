"""The rule dodged-rule."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.dodges import Dodged, dodged
from pytest_agentaudit.facts.kinds.dodges import (
    ANSWERS,
    ASSERT,
    ASSIGNMENT,
    ATTRIBUTE,
    CATCH,
    ENCODED,
    IMPORT,
    NAMES,
    PRINT,
    UNUSED,
)
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.silencing import Suppression
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.quieting import spelled

_LOAD = "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        log(path)\n"
_RUN = "import os\n\n\ndef run(command):\n    return os.system(command)\n"
_PRIVATE = "def size(cart):\n    return len(cart._items)\n"
_SHOW = "import sys\n\n\ndef show(value):\n    print(value)\n"
_STAR = "import importlib\n\nglobals().update(vars(importlib.import_module('shop.names')))\n"
_FIXES = {
    CATCH: "catch the exceptions that can be expected here",
    ATTRIBUTE: "write the attribute plainly; where it may be missing, give `getattr` a default, or type the object",
    ASSIGNMENT: "assign plainly, and give the class the attribute",
    ASSERT: "raise an exception where the condition does not hold",
    PRINT: "use a logger, or let the checker know that this module prints",
    IMPORT: "import the module plainly",
    UNUSED: "remove the name; where an interface asks for it, begin it with an underscore",
    NAMES: "raise `AttributeError(name)` for names that the module does not have",
    "": "write it plainly, and answer what the checker says",
}


def _example(title: str, before: str, after: str, *expect: str, path: str = "shop/a.py") -> Example:
    return Example(title, {"shop/__init__.py": "", path: before}, {"shop/__init__.py": "", path: after}, expect)


class DodgedRule(Rule):
    """Code was written so that a checker no longer recognises what it does.

    A dodging form counts where the plain form left the same definition, or where nothing but dodging explains it: a
    name put together from pieces, a tuple that holds a broad exception alone, a namespace filled from a module, code
    in a string, a module's `__getattr__` that refuses no name.

    Level: error where a name that security checkers know is put together from pieces, where code is written out in an
    encoded form, and where a module has an answer for every name; warning for other forms that are telling by
    themselves, for a private attribute, and where a suppression went and the dodge came; note for the rest.

    Why: the diagnostic was true, and a suppression would at least say that somebody knew.
    Fix: write it plainly, and answer what the checker says.
    Not a fix: another spelling; a suppression without a reason.
    """

    name = "dodged-rule"
    family = Family.SUPPRESSIONS
    level = Level.WARNING
    examples = (
        _example(
            "a name from pieces",
            _RUN,
            _RUN.replace("os.system(command)", "getattr(os, 'sys' + 'tem')(command)"),
            "shop/a.py:5 error",
        ),
        _example(
            "a built-in by its namespace",
            "def value(text):\n    return int(text)\n",
            "def value(text):\n    return __builtins__['eval'](text)\n",
            "shop/a.py:2 warning",
        ),
        _example("a tuple of one", _LOAD, _LOAD.replace("Exception", "(Exception,)"), "shop/a.py:4 warning"),
        _example("as broad, by another name", _LOAD, _LOAD.replace("Exception", "BaseException"), "shop/a.py:4 note"),
        _example(
            "the suppression went, the dodge came",
            _LOAD.replace("Exception:", "Exception:  # noqa: BLE001"),
            _LOAD.replace("Exception", "BaseException"),
            "shop/a.py:4 warning",
        ),
        _example(
            "a private attribute",
            _PRIVATE,
            _PRIVATE.replace("cart._items", "getattr(cart, '_items')"),
            "shop/a.py:2 warning",
        ),
        _example(
            "a print by another name, and its suppression",
            _SHOW.replace("(value)\n", "(value)  # noqa: T201\n", 2).replace(
                "show(value):  # noqa: T201", "show(value):"
            ),
            _SHOW.replace("print(value)", "sys.stdout.write(value)"),
            "shop/a.py:5 warning",
        ),
        _example(
            "what was called off is awaited in a handler that raises again",
            "async def load(task):\n    return await task  # noqa: BLE001\n",
            "import asyncio\nimport contextlib\n\n\nasync def load(task):\n    try:\n        return await task\n"
            "    except asyncio.CancelledError:\n        task.cancel()\n"
            "        with contextlib.suppress(BaseException):\n            await task\n        raise\n",
        ),
        _example("a star import by another name", "import importlib\n", _STAR, "shop/a.py:3 warning"),
        _example(
            "code that is decoded when it runs",
            "import base64\n",
            "import base64\n\nexec(base64.b64decode(load()))\n",
            "shop/a.py:3 warning",
        ),
        _example(
            "code that is written out in an encoded form",
            "import base64\n",
            "import base64\n\nCODE = base64.b64decode('cGFzcw==')\n\nexec(CODE)\n",
            "shop/a.py:5 error",
        ),
        _example(
            "code that is spelled by numbers",
            "",
            "exec(''.join(map(chr, (112, 97, 115, 115))))\n",
            "shop/a.py:1 error",
        ),
        _example(
            "a module that has every name",
            "RATE = 1\n",
            "RATE = 1\n\n\ndef __getattr__(name):\n    return globals().get(name[1:])\n",
            "shop/a.py:4 error",
        ),
        _example(
            "asserts that never run",
            "def pay(sum):\n    assert sum > 0\n",
            "def pay(sum):\n    if __debug__ and 0:\n        assert sum > 0\n",
            "shop/a.py:2 warning",
        ),
        _example(
            "an attribute that may be missing",
            "def size(cart):\n    return cart.size\n",
            "def size(cart):\n    return getattr(cart, 'size', 0)\n",
        ),
        _example(
            "a name that is computed",
            "def read(row):\n    return row.a\n",
            "def read(row, name):\n    return getattr(row, f'get_{name}')()\n",
        ),
        _example(
            "a plug-in is loaded",
            "import importlib\n",
            "import importlib\n\n\ndef load(name):\n    return importlib.import_module(name)\n",
        ),
        _example(
            "it cleans up and raises again",
            _LOAD,
            _LOAD.replace("Exception:\n        log(path)", "BaseException:\n        log(path)\n        raise"),
        ),
        _example(
            "a name that is imported when it is asked for",
            "",
            "from importlib import import_module\n\n_LAZY = {'Cart': 'shop.cart'}\n\n\ndef __getattr__(name):\n"
            "    if name in _LAZY:\n        return getattr(import_module(_LAZY[name]), name)\n"
            "    raise AttributeError(name)\n",
        ),
        _example(
            "the names of another module, and an old one for a while",
            "import shop\n",
            "import shop\n\n\ndef __getattr__(name):\n    if name == 'sum_up':\n        return shop.total\n"
            "    return getattr(shop, name)\n",
        ),
        _example(
            "a record's own names",
            "",
            "class Record:\n    def __getattr__(self, name):\n        return self.__dict__.get(name)\n",
        ),
        _example("narrower", _LOAD, _LOAD.replace("Exception", "(OSError, ValueError)")),
        _example(
            "a new module writes to the terminal",
            "",
            "import sys\n\n\ndef show(text):\n    sys.stdout.write(text)\n",
            path="shop/b.py",
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for all equal forms of a definition."""
        groups: dict[tuple[str, str, str, Level], list[tuple[FileDelta, Dodged]]] = {}
        for file, found in dodged(audit.delta, FileRole.PRODUCT):
            if level := _level(found):
                it = found.occurrence
                groups.setdefault((file.path, it.symbol, it.details["form"], level), []).append((file, found))
        for (*_, level), members in groups.items():
            (file, first), *more = members
            yield self._found(file, first, level, [found.occurrence for _, found in more])

    def _found(self, file: FileDelta, found: Dodged, level: Level, more: list[Occurrence]) -> Finding:
        it = found.occurrence
        form = it.details["form"]
        because = it.details["alone"] or (f"the plain {form} left the same place" if found.replaced else "")
        gone = _answered(found)
        went = f" {spelled(gone)} went with it." if gone else ""
        return self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            f"`{it.text}`: {'an' if form[0] in 'aiu' else 'a'} {form} that checkers ({it.details['checks']}) do not see"
            + (f"; {because}." if because else ".")
            + went,
            level=level,
            fix=_FIXES.get(form, _FIXES[""]),
            not_a_fix="another spelling that the checker does not know",
            related=tuple(Location(file.path, other.line, other.end_line, other.symbol) for other in more),
        )


def _answered(found: Dodged) -> Suppression | None:
    """The suppression that the dodge makes needless."""
    checks = found.occurrence.details["checks"]
    for it in found.unsilenced:
        if not it.codes or any(code in checks or code.startswith(tuple(checks.split(", "))) for code in it.codes):
            return it
    return None


def _level(found: Dodged) -> Level | None:
    """How much it weighs; None where nothing says that something was dodged."""
    details = found.occurrence.details
    if details["alone"]:
        grave = (details["built"] and details["grave"]) or details["alone"] in {ENCODED, ANSWERS}
        return Level.ERROR if grave else Level.WARNING
    answered = _answered(found) is not None
    if not (found.replaced or (answered and details["form"] in {UNUSED, CATCH})):
        return None
    private = details["form"] in {ATTRIBUTE, ASSIGNMENT} and details["name"].rpartition(".")[2].startswith("_")
    return Level.WARNING if answered or private else Level.NOTE
