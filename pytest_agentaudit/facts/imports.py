"""Where the names of a module come from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_agentaudit.places import stem

if TYPE_CHECKING:
    from pytest_agentaudit.facts.parse import Parsed


def imports(parsed: Parsed, path: str) -> dict[str, str]:
    """Local name -> dotted origin, of all imports of a file, those inside functions and guards too.

    `path` resolves relative imports: in "shop/cart.py", `from .tax import rate` gives {"rate": "shop.tax.rate"}. Of a
    name that is imported twice the first counts: a fallback comes later. `import a.b` binds `a`.
    """
    found: dict[str, str] = {}
    for node in parsed.imports:
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                found.setdefault(local, alias.name if alias.asname else local)
        else:
            origin = ".".join(filter(None, (_package(path, node.level), node.module)))
            for alias in node.names:
                if alias.name != "*":
                    found.setdefault(alias.asname or alias.name, f"{origin}.{alias.name}".lstrip("."))
    return found


@lru_cache(maxsize=4096)
def module_name(path: str) -> str:
    """The dotted name of the module at `path`, as seen from the root of the repository; "src/" is no package."""
    parts = [part for part in (*path.split("/")[:-1], stem(path)) if part]
    if parts and parts[0] in {"src", "lib"}:
        parts = parts[1:]
    if parts and parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def leads_to(origin: str, path: str) -> bool:
    """Whether a dotted origin names the module at `path` or something in it, whatever folder imports start from."""
    return f"{origin}.".startswith(_endings(path))


def names_of(path: str) -> Iterator[str]:
    """The dotted names by which the module at `path` is imported, whatever folder imports start from."""
    return (ending[:-1] for ending in _endings(path))


@lru_cache(maxsize=4096)
def _endings(path: str) -> tuple[str, ...]:
    """What an import of the module at `path` may begin with: its dotted name from any folder, and a dot."""
    parts = module_name(path).split(".")
    return tuple(".".join([*parts[start:], ""]) for start in range(len(parts)) if parts[start:] != [""])


def _package(path: str, level: int) -> str:
    """The package that a relative import of this level starts from; empty for an absolute one."""
    if not level:
        return ""
    parts = module_name(path).split(".")
    up = level - (stem(path) == "__init__")
    return ".".join(parts[: len(parts) - up]) if up else ".".join(parts)
