"""Which functions of one module pytest would collect."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.collecting import Collecting
from pytest_agentaudit.facts.modules import Module
from pytest_agentaudit.facts.nodes import last, resolve
from pytest_agentaudit.facts.parse import Span

_MAKERS = frozenset({"__init__", "__new__"})


def _shown(patterns: Iterable[str]) -> str:
    return ", ".join(pattern if any(sign in pattern for sign in "*?[") else f"{pattern}*" for pattern in patterns)


class Collector(Struct, frozen=True, dict=True):
    """Says of the functions of one module why pytest would not collect them."""

    module: Module
    settings: Collecting

    @cached_property
    def _of_file(self) -> str:
        """Why pytest would not collect from the file at all."""
        return self.settings.file(self.module.path) or self._opted_out(self._module_body(), "the module")

    def why_not(self, span: Span) -> str:
        """Why pytest would not collect a function, "" where it would."""
        owner = span.parent
        if self._of_file:
            return self._of_file
        if owner is not None and self.is_unittest(owner):
            return "" if span.name.startswith("test") else "unittest collects methods named test*"
        if not self.settings.is_function(span.name):
            return f"pytest collects functions named {_shown(self.settings.python_functions)}"
        return self._class(owner)

    def _class(self, owner: Span | None) -> str:
        while owner is not None:
            node = owner.node
            if not isinstance(node, ast.ClassDef):
                return "it stands inside a function"
            if not self.settings.is_class(owner.name) and not self.is_unittest(owner):
                return f"pytest collects classes named {_shown(self.settings.python_classes)}"
            makes = next((it.name for it in node.body if isinstance(it, ast.FunctionDef) and it.name in _MAKERS), "")
            if makes and not self.is_unittest(owner):
                return f"pytest does not collect class {owner.name}: it has {makes}"
            found = self._opted_out(node.body, f"class {owner.name}")
            if found:
                return found
            owner = owner.parent
        return ""

    def is_unittest(self, owner: Span) -> bool:
        """Whether a class is unittest's, as far as its bases tell; one with an unread base that is named so counts."""
        todo, seen = [owner.qualified_name], set[str]()
        while todo:
            here = todo.pop()
            if here in seen:
                continue
            seen.add(here)
            for base in self.module.bases(here):
                if base in self.module.spans:
                    todo.append(base)
                elif _is_case(resolve(base, self.module.imports)):
                    return True
        return False

    def _module_body(self) -> Sequence[ast.stmt]:
        return self.module.parsed.tree.body if self.module.parsed.tree else []

    @staticmethod
    def _opted_out(body: Sequence[ast.stmt], what: str) -> str:
        values = (
            node.value
            for node in body
            if isinstance(node, ast.Assign)
            and any(isinstance(it, ast.Name) and it.id == "__test__" for it in node.targets)
        )
        off = any(isinstance(value, ast.Constant) and not value.value for value in values)
        return f"{what} has __test__ = False" if off else ""

    def opted_out_by_name(self) -> Iterator[str]:
        """Functions of the module that `name.__test__ = False` takes out."""
        for node in self._module_body():
            match node:
                case ast.Assign(
                    targets=[ast.Attribute(value=ast.Name(id=name), attr="__test__")], value=ast.Constant(value=False)
                ):
                    yield name


def _is_case(origin: str) -> bool:
    name = last(origin)
    return name.endswith(("TestCase", "Case", "TestBase", "BaseTest", "TestMixin")) or (
        "Test" in name and origin != name and not origin.startswith("typing")
    )
