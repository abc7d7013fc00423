"""Insertions into YAML texts, each checked by reading the result: nothing else may have changed."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.cli.setup.edits import with_line_ends
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.facts.gates.document import Item, yaml, yaml_fault


def read(text: str, path: str) -> Item:
    """A YAML text as nested items; AuditError with the line where it is none."""
    if fault := yaml_fault(text):
        raise AuditError(f"{path}:{fault}", "mend it, and try again")
    return yaml(text)


def inserted(text: str, at: int, lines: str) -> str:
    """The text with whole lines in front of its line `at` (from 0; beyond the last line: at the end)."""
    old = text.splitlines(keepends=True)
    if old and at >= len(old) and not old[-1].endswith("\n"):
        old[-1] += with_line_ends("\n", text)
    return "".join([*old[:at], with_line_ends(lines, text), *old[at:]])


def end_of_block(lines: list[str], start: int, indent: int) -> int:
    """The line behind a block that begins at line `start` (from 0) with `indent` blanks; what follows it, blank lines
    and comments at its margin too, stays behind it.
    """
    end = last = start + 1
    while end < len(lines):
        line = lines[end]
        bare = line.strip()
        margin = len(line) - len(line.lstrip())
        if bare and margin <= indent and not bare.startswith("#"):
            break
        end += 1
        if bare and margin > indent:
            last = end
    return last


def plain(item: Item) -> object:
    """An item without its lines, to be compared."""
    if isinstance(item.value, str):
        return item.value
    if isinstance(item.value, Mapping):
        return {key: plain(it) for key, it in item.value.items()}
    return [plain(it) for it in item.value]
