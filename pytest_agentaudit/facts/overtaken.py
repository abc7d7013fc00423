"""Product functions that an earlier commit changed, after the last one that touched a test: the test may follow it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib import import_module

from msgspec import Struct, field

from pytest_agentaudit.change.model import Past, Tree

MOST_TESTS = 4
"""Test files whose history is searched in one audit: in a long history each takes as long as a `git log`."""
MOST_FILES = 3
"""Files in which a definition of one name is looked up."""


class Overtaken(Struct, frozen=True, eq=False, dict=True):
    """Asks the base's history. `defined` maps a bare name to the product files that define it."""

    base: Tree | None = None
    past: Past | None = None
    defined: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_changed(self, name: str, test: str) -> bool:
        """Whether a product function or class of this name is another one at the base than when the base's test file
        `test` was last touched. False where nobody can say.
        """
        then = self._then(test)
        if then is None or self.base is None:
            return False
        for path in sorted(self.defined.get(name, ()))[:MOST_FILES]:
            was, now = then.read(path), self.base.read(path)
            if was and now and was != now and (old := _bodies(was, name)) and old != _bodies(now, name):
                return True
        return False

    def _then(self, test: str) -> Tree | None:
        if test not in self._trees and len(self._trees) < MOST_TESTS:
            self._trees[test] = self.past.when_touched(test) if self.past else None
        return self._trees.get(test)

    @cached_property
    def _trees(self) -> dict[str, Tree | None]:
        """The trees of the test files asked for so far."""
        return {}


def _bodies(content: bytes, name: str) -> list[str]:
    """The fingerprints of a file's definitions of this name. What reads is loaded here: most audits need none of it."""
    parsed = import_module("pytest_agentaudit.facts.parse").parse(content.decode("utf-8", "replace"))
    known = import_module("pytest_agentaudit.facts.definitions").definitions(parsed, None)
    return [it.fingerprint for it in known if it.qualified_name.rpartition(".")[2] == name]
