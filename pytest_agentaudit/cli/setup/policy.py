"""The policy: a table at the end of pyproject.toml.

A pyproject.toml of our own making must change nothing else. Beside a setup.py it would: pip then builds in isolation,
with another setuptools (measured with pip 23). Where pytest has no settings file at the root it would, too: pytest
takes the folder of a pyproject.toml, whatever it holds, for its root where a run in a subfolder finds nothing nearer.
There the built-in defaults have to do.
"""

from __future__ import annotations

import re

from pytest_agentaudit import __version__
from pytest_agentaudit.audit.known import KnownRules
from pytest_agentaudit.cli.setup.edits import Edit, Folder, appended
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.policy.load import PATH, load
from pytest_agentaudit.policy.model import PolicyError
from pytest_agentaudit.toml import TomlError, parse

PART = "policy"
TABLE = f"""\
[tool.agentaudit]
# Counts as it stands in the base of a change. `agentaudit explain` lists the rules whose levels it may set.
required-version = ">={__version__}"
"""
_INI = {"pytest.ini": "", ".pytest.ini": "", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}
"""Where pytest's settings may stand at the root, and in which section ("": anywhere)."""


def policy(folder: Folder, *, demanded: bool) -> Edit:
    """pyproject.toml with a policy. A missing one is made only if that changes nothing else, or is demanded."""
    before = folder.read(PATH)
    if before is None and not demanded and (why := _harm(folder)):
        return Edit(PART, PATH, remark=f"not made, the built-in defaults hold: {why} (--policy makes one)")
    if before is not None and _has_policy(before):
        return Edit(PART, PATH, before, before, "has a policy")
    after = appended(before, TABLE)
    try:
        load(after, PATH, KnownRules())
    except PolicyError as error:
        raise AuditError(f"{PATH} takes no policy at its end: {error}", f"add it by hand: {TABLE}") from None
    return Edit(PART, PATH, before, after)


def _has_policy(text: str) -> bool:
    """Whether a pyproject.toml has a policy, be it a broken one."""
    try:
        tool = parse(text).values.get("tool")
    except TomlError as error:
        raise AuditError(f"{PATH}:{error.line or 1}: is not TOML: {error.cause}", "mend it, and try again") from None
    return isinstance(tool, dict) and "agentaudit" in tool


def _harm(folder: Folder) -> str:
    """What a new pyproject.toml would change, or ""."""
    if folder.has("setup.py"):
        return "beside a setup.py, a new one would change how pip builds"
    if not any(_has_section(folder.read(name), section) for name, section in _INI.items()):
        return "a new one would change what pytest takes for its root folder in runs below it"
    return ""


def _has_section(text: str | None, section: str) -> bool:
    return text is not None and bool(not section or re.search(rf"^\[{section}\]", text, re.MULTILINE))
