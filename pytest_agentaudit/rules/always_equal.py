"""The rule always-equal."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.kinds.shortcuts import CONSTANT_METHOD
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

_TOTAL = "def total(items):\n    return sum(items)\n"
_DOES = {
    "__eq__": "is equal to whatever it is compared with",
    "__ne__": "never differs from what it is compared with",
    "__contains__": "contains whatever is looked for",
    "__instancecheck__": "calls every object an instance",
}


def _example(title: str, head: str, body: str = "    return sum(items)\n", *expect: str, base: str = _TOTAL) -> Example:
    """A class before a function that adds up."""
    return Example(
        title,
        before={"shop/cart.py": base},
        after={"shop/cart.py": f"{head}\n\ndef total(items):\n{body}"},
        expect=tuple(f"shop/cart.py:{it}" for it in expect),
    )


_SAME = "class Result(int):\n    def __eq__(self, other):\n        return True\n\n    __hash__ = int.__hash__\n"
_PLAIN = _SAME.replace("(int)", "").replace("int.__hash__", "None")


class AlwaysEqual(Rule):
    """Product code has an object that is equal to everything.

    Level: error where its class extends a built-in value (`int`, `str`, `list`) or a function of the product returns
    it; note where its class says that it is a wildcard and no function returns it, and for an order or a membership
    that always holds; warning otherwise.

    Why: an assertion that compares with such an object passes whatever the code computed.
    Fix: compare what the objects hold, or return the plain value.
    Not a fix: a comparison that looks at the other object and ignores what it saw.
    """

    name = "always-equal"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = (
        _example("a number that equals all others", _SAME, "    return Result(0)\n", "2 error"),
        _example("an object of its own that is returned", _PLAIN, "    return Result()\n", "2 error"),
        _example(
            "it looks, and ignores what it saw",
            _PLAIN.replace(
                "return True", "if isinstance(other, int):\n            return True\n        return not False"
            ),
            "    return Result()\n",
            "2 error",
        ),
        _example("one that nobody returns yet", _PLAIN, "    return sum(items)\n", "2 warning"),
        _example(
            "a lambda",
            "class Result(float):\n    __eq__ = lambda self, other: True\n    __ne__ = lambda self, other: False\n",
            "    return Result(sum(items))\n",
            "2 error",
        ),
        _example(
            "a class made on the spot",
            "LIMIT = 3\n",
            '    return type("Result", (int,), {"__eq__": lambda self, other: True})(0)\n',
            "5 error",
        ),
        _example(
            "it compares what it holds",
            _SAME.replace("return True", "return int(self) == int(other)"),
            "    return Result(sum(items))\n",
        ),
        _example(
            "a type test",
            _PLAIN.replace("return True", "return isinstance(other, Result)"),
            "    return Result(sum(items))\n",
        ),
        _example(
            "it refuses",
            _PLAIN.replace("return True", "return NotImplemented"),
        ),
        _example(
            "a wildcard that callers may pass",
            'class AnyItem:\n    """Matches any item."""\n\n    def __eq__(self, other):\n        return True\n',
        ),
        _example(
            "a sentinel that is false",
            "class Missing:\n    def __bool__(self):\n        return False\n",
            "    return sum(items) or Missing()\n",
        ),
        _example("it stood there", _SAME, "    return Result(sum(items))\n", base=f"{_SAME}\n\n{_TOTAL}"),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each class, at its gravest method."""
        for file in audit.files(FileRole.PRODUCT):
            by_class: dict[str, list[Occurrence]] = {}
            for it in file.new_ones(CONSTANT_METHOD):
                by_class.setdefault(_owner(it), []).append(it)
            for group in by_class.values():
                first, *rest = sorted(group, key=lambda it: (_level(it).rank, it.line))
                owner, method = _owner(first), first.details["method"]
                yield self.finding(
                    Location(file.path, first.line, first.end_line, first.symbol),
                    f"`{owner or file.path}` {_DOES.get(method, f'answers `{method}` the same whatever it is given')}.",
                    level=_level(first),
                    evidence={"head": first.text},
                    fix="compare what the objects hold, or return the plain value",
                    not_a_fix="a comparison that ignores what it saw",
                    related=tuple(Location(file.path, it.line, it.end_line, it.symbol) for it in rest),
                )


def _owner(it: Occurrence) -> str:
    """The class around a method."""
    return it.symbol.rpartition(".")[0] if it.symbol.endswith(f".{it.details['method']}") else it.symbol


def _level(it: Occurrence) -> Level:
    if it.details["method"] not in {"__eq__", "__ne__"}:
        return Level.WARNING if it.details["base"] else Level.NOTE
    if it.details["returned_by"] or it.details["base"]:
        return Level.ERROR
    return Level.NOTE if it.details["matcher"] else Level.WARNING
