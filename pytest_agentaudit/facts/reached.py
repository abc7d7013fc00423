"""Who calls a definition, as far as names are sure."""

from __future__ import annotations

from pytest_agentaudit.facts.delta import DefinitionPair, Delta
from pytest_agentaudit.facts.model import Definition

_LONG = 10


def definition_pair(delta: Delta, path: str, line: int, *, at_head: bool = True) -> DefinitionPair | None:
    """The pair of the definition whose `def` stands on this line of head (or the base); None where there is none."""
    for pair in delta.definitions:
        side, where = (pair.new, pair.new_path) if at_head else (pair.old, pair.old_path)
        if side and side.line == line and where == path:
            return pair
    return None


def enclosing_pair(delta: Delta, path: str, symbol: str, *, at_head: bool = True) -> DefinitionPair | None:
    """The pair of the definition of this qualified name."""
    for pair in delta.definitions:
        side, where = (pair.new, pair.new_path) if at_head else (pair.old, pair.old_path)
        if side and side.qualified_name == symbol and where == path:
            return pair
    return None


def sure_callers(delta: Delta, definition: Definition) -> tuple[str, ...]:
    """The product definitions that name `definition`, where its name can mean nothing else: one definition of that
    name in the whole product, and no everyday word. Its own classes do not count: a docstring may name it there.
    """
    name = definition.bare_name
    is_telling = len(name) >= _LONG or "_" in name.strip("_") or not name.islower()
    if not is_telling or len(delta.defined.get(name, ())) != 1:
        return ()
    own = set(definition.qualified_name.split("."))
    return tuple(sorted(it for it in delta.callers.get(name, ()) if it and it not in own and not it[0].isupper()))


def is_overridden(delta: Delta, definition: Definition) -> bool:
    """Whether other product files, or the same one again, define a function of that name."""
    files = delta.defined.get(definition.bare_name, frozenset())
    here = [
        it
        for file in delta.files
        if file.new and file.path in files
        for it in file.new.definitions
        if it.bare_name == definition.bare_name
    ]
    return len(files) > 1 or len(here) > 1
