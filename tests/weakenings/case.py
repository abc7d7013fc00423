"""A case, and the trees that it makes: tests before and after, beside code that stayed or changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from textwrap import dedent

from tests.weakenings.parts import ALSO, PARTS, Part

SETTINGS = """\
[project]
name = "shop"
version = "1"

[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]
"""
MODULE = "tests/test_shop.py"
_HEADS = {
    "asyncio": "import asyncio",
    "itertools": "import itertools",
    "json": "import json",
    "pytest": "import pytest",
    "unittest": "import unittest",
    "Path": "from pathlib import Path",
    "Mock": "from unittest.mock import Mock",
    "given": "from hypothesis import given, strategies",
}


class Beside(StrEnum):
    """What became of the product in the same change."""

    SAME = "unchanged code"
    DEFECT = "a defect in the code"
    GROWN = "a feature in the code"


@dataclass(frozen=True)
class Case:
    """A change of tests: `old` and `new` are bodies of one test module, imports left out; where `new` is empty, the
    module is gone. `also` maps further paths of the tests to their contents before and after ("": no such file).

    `pays` says that the old tests fail on a defect that the new ones pass: what a weakening is made for. `at_base`
    says that the defect was there before, and the tests were red. `rename` is a name of the product, and what it is
    called since. `unseen` are the surroundings in which `agentaudit check` finds nothing above a note,
    `only_by_mutants` those in which a run does not either: that tests notice less, only mutants show there. `kept` are
    those of them in which the feature's own tests demand all that is gone: nothing is lost then.
    """

    title: str
    old: str
    new: str
    also: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    pays: bool = True
    at_base: bool = False
    rename: tuple[str, str] | None = None
    unseen: frozenset[Beside] = frozenset()
    only_by_mutants: frozenset[Beside] = frozenset()
    kept: frozenset[Beside] = frozenset()

    @property
    def besides(self) -> tuple[Beside, ...]:
        """Beside which code the case can be tried: a defect that was there before leaves no choice."""
        if self.at_base:
            return (Beside.SAME,)
        return (Beside.SAME, Beside.DEFECT, Beside.GROWN) if self.pays else (Beside.SAME, Beside.GROWN)

    @property
    def parts(self) -> dict[str, Part]:
        """The parts of the product that the tests name, those that they name at base first."""
        text = "\n".join([self.old, self.new, *(side for sides in self.also.values() for side in sides)])
        words = re.findall(r"\w+", text)
        return {name: PARTS[name] for name in dict.fromkeys(ALSO.get(word, word) for word in words) if name in PARTS}

    def before(self) -> dict[str, str]:
        """The tree at base."""
        product = "defect" if self.at_base else "sound"
        return self._tree(0, self._product(product), {})

    def after(self, beside: Beside) -> dict[str, str]:
        """The tree at head. What a feature brings is shown by tests of its own, in another file."""
        product = "defect" if self.at_base else {Beside.DEFECT: "defect", Beside.GROWN: "grown"}.get(beside, "sound")
        more = {"tests/test_feature.py": self._feature()} if beside is Beside.GROWN else {}
        tree = self._tree(1, self._product(product), more)
        if self.rename:
            old, new = self.rename
            tree = {path: re.sub(rf"\b{old}\b", new, text) for path, text in tree.items()}
        return tree

    def _product(self, version: str) -> str:
        return "\n\n".join(getattr(part, version) for part in self.parts.values())

    def _feature(self) -> str:
        tests = (f"def test_feature_of_{name.lower()}():\n    {part.shown}\n" for name, part in self.parts.items())
        return self._module("\n\n".join(tests))

    def _tree(self, side: int, product: str, more: Mapping[str, str]) -> dict[str, str]:
        tree = {"pyproject.toml": SETTINGS, "src/shop.py": product, MODULE: self._module((self.old, self.new)[side])}
        tree |= {
            path: self._module(sides[side]) if path.endswith(".py") else dedent(sides[side])
            for path, sides in self.also.items()
        }
        return {path: text for path, text in (tree | dict(more)).items() if text}

    def _module(self, body: str) -> str:
        """A test module with the imports that its body asks for; "" for none."""
        text = dedent(body).strip("\n")
        return "\n".join([*self._imports(text), "", "", text, ""]) if text else ""

    def _imports(self, text: str) -> Iterator[str]:
        words = set(re.findall(r"\w+", text))
        yield from (line for word, line in _HEADS.items() if word in words)
        if used := sorted((set(PARTS) | set(ALSO)) & words):
            yield f"from shop import {', '.join(used)}"


BESIDE_FEATURE = frozenset({Beside.GROWN})
BESIDE_CHANGES = frozenset({Beside.DEFECT, Beside.GROWN})
UNNEEDED = frozenset({Beside.SAME, Beside.GROWN})
"""Where the old tests would still pass: nothing called for weaker ones."""
EVERYWHERE = frozenset(Beside)
