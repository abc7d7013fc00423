"""Product code that test code replaces for many tests, and what of it matters to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.delta import DefinitionPair, Delta
from pytest_agentaudit.facts.imports import leads_to
from pytest_agentaudit.facts.kinds.tests import PATCHED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.patterns import regex

_CHECKS = regex(
    r"_*(validat|verif|check|ensure|assert|require|authenticat|authori[sz]|permit|is_|has_|can_|allow|enforce|sanitiz|guard)\w*"
    r"|\w+_(allowed|valid|permitted|authorized|authenticated)",
    re.IGNORECASE,
)
_MACHINE = regex(
    r"(?i)\w*(available|installed|enabled|platform|windows|linux|macos|darwin|tty|terminal|interactive|docker|version|update|online"
    r"|network|telemetry|analytic|exists|ready|running|cached?)\w*"
)


class Replaced(Struct, frozen=True):
    """A product definition that is replaced now. `name` is its bare name, `home` the file that defines it.

    `tests` are the touched tests that assert what it answers, as (path, line, qualified name).
    """

    path: str
    patch: Occurrence
    name: str
    home: str
    tests: tuple[tuple[str, int, str], ...]

    @property
    def always(self) -> bool:
        """Whether every test in reach gets the replacement, whether it asks for it or not."""
        return self.patch.details["by"] != "fixture"

    @property
    def says_yes(self) -> bool:
        """Whether a check, by its name, was replaced by a fixed answer; questions about the machine are none."""
        check = _CHECKS.fullmatch(self.name) and not _MACHINE.fullmatch(self.name)
        return bool(check) and self.patch.details["constant"] == "yes"


class Replacements(Struct, frozen=True, eq=False, dict=True):
    """Looks for the replacements that a change added."""

    delta: Delta

    def added(self) -> Iterator[Replaced]:
        """The new replacements of product definitions, each name once for each file."""
        for file in self.delta.files:
            seen: set[str] = set()
            for patch in file.new_ones(PATCHED):
                target = patch.details["target"]
                name = target.rpartition(".")[2]
                home = self._home(target, name)
                if home and target not in seen:
                    seen.add(target)
                    yield Replaced(file.path, patch, name, home, tuple(self._asserting(file.path, patch, target)))

    def _home(self, target: str, name: str) -> str:
        """The product file that defines what is replaced, "" where it is none of the product's."""
        if name not in self.delta.defined:
            return ""
        return next((path for path in sorted(self.delta.defined[name]) if leads_to(target, path)), "")

    def _asserting(self, path: str, patch: Occurrence, target: str) -> Iterator[tuple[str, int, str]]:
        """The touched tests in reach that assert what a call of the replaced name answers."""
        folder = path.rpartition("/")[0]
        everywhere = path.rpartition("/")[2] == "conftest.py"
        called = re.compile(rf"(?<![\w]){re.escape(target.rpartition('.')[2])}\(")
        fixture = patch.symbol.rpartition(".")[2]
        for pair in self.delta.tests:
            test = pair.new
            near = pair.new_path == path or (
                everywhere and f"{pair.new_path}/".startswith(f"{folder}/" if folder else "")
            )
            if test is None or not near or (patch.details["by"] == "fixture" and fixture not in test.names):
                continue
            if any(called.search(it.subject) for it in test.assertions if not it.constant):
                yield pair.new_path, test.line, test.qualified_name

    @cached_property
    def _changed(self) -> dict[tuple[str, str], DefinitionPair]:
        """The product definitions whose behaviour the change altered, by file and bare name; new ones are not."""
        return {
            (pair.new_path, pair.new.bare_name): pair
            for pair in self.delta.definitions
            if pair.old and pair.new and not pair.equal
        }

    def changed(self, it: Replaced) -> bool:
        """Whether the change altered what is replaced."""
        return (it.home, it.name) in self._changed

    def is_new(self, it: Replaced) -> bool:
        """Whether the change added what is replaced: a new side effect that tests keep out."""
        return any(
            pair.old is None and pair.new is not None and pair.new_path == it.home and pair.new.bare_name == it.name
            for pair in self.delta.definitions
        )

    def never_ran(self, it: Replaced, whole: Evidence | None) -> bool:
        """Whether a whole run shows that no test ran the changed lines of what is replaced."""
        pair = self._changed.get((it.home, it.name))
        file = next((file for file in self.delta.files if file.path == it.home), None)
        if whole is None or pair is None or pair.new is None or file is None or it.home in whole.unwatched:
            return False
        lines = [n for n in file.pair.added if pair.new.line < n <= pair.new.end_line]
        hits = whole.hits.get(it.home)
        return bool(lines) and not any(hits.by_test.get(n) for n in lines if hits)
