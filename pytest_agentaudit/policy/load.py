"""Reads the policy from the text of a pyproject.toml, or from a tree that may hold one."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from importlib import import_module

from pytest_agentaudit.policy.model import Catalogue, Policy, PolicyError

PATH = "pyproject.toml"
"""Where the policy stands, from the root of the repository."""


def load(text: str, path: str, catalogue: Catalogue) -> Policy:
    """The policy in the TOML `text` of the file `path`; the defaults where it has no `[tool.agentaudit]`.

    `catalogue` names the known rules, each with the defaults of its options. PolicyError holds one line for each
    thing that is wrong: file, line, key, cause, way out.
    """
    policy: Policy = import_module("pytest_agentaudit.policy.schema").read_text(text, path, catalogue)
    return policy


def folders_above(paths: Iterable[str]) -> list[str]:
    """Every folder around one of these paths but the root, in order."""
    found: set[str] = set()
    for path in paths:
        folder = posixpath.dirname(path)
        while folder and folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return sorted(found)


def load_parts(
    read: Callable[[str], bytes | None], catalogue: Catalogue, paths: Iterable[str], is_policy: Callable[[str], bool]
) -> dict[str, Policy]:
    """The policies of the folders around these paths that have one of their own, by folder. `is_policy` tells whether a
    pyproject.toml is settings at all, and not some test's input.
    """
    read_ones = {folder: load_tree(read, catalogue, f"{folder}/{PATH}") for folder in folders_above(paths)}
    return {folder: it for folder, it in read_ones.items() if it.path and is_policy(it.path)}


def load_tree(read: Callable[[str], bytes | None], catalogue: Catalogue, path: str = PATH) -> Policy:
    """The policy of a tree, by the tree's own reading function; the defaults where it has none. `path` is the policy's
    file: the repository's own, or that of a part.

    A file that cannot be decoded or parsed but never names `agentaudit` holds no policy: it stops nothing here.
    """
    content = read(path)
    if content is None or b"agentaudit" not in content:
        return Policy()
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        cause = f"byte {error.start} is not UTF-8"
        raise PolicyError(f"{path}:{line}: {cause}; TOML files are UTF-8, save it as such") from None
    return load(text, path, catalogue)
