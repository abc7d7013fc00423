"""Path patterns of a policy: gitignore's syntax, over whole repository paths."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec
    from pathspec.pattern import Pattern


def specification(lines: Iterable[str]) -> GitIgnoreSpec:
    """Patterns as git reads them together. ValueError where one of them is no pattern."""
    found: GitIgnoreSpec
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a set of letters that another language would read otherwise
        try:  # many policies have no pattern
            found = import_module("pathspec").GitIgnoreSpec.from_lines(lines)
        except re.error as error:  # pathspec hands a range such as [9-0] on as it stands
            raise ValueError(str(error)) from error
    return found


@lru_cache(maxsize=512)
def _compiled(patterns: tuple[str, ...]) -> tuple[Pattern, ...]:
    return tuple(specification(patterns).patterns)


class Patterns:
    """Some patterns, as one test of a path. The last one that matches decides; `!` in front takes paths out again.

    ValueError where one of them is no pattern.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = _compiled(tuple(patterns))

    def matches(self, path: str) -> bool:
        """Whether `path` (relative to the repository, with `/`) is meant."""
        one_line = path.replace("\n", " ")  # a name may hold a line break, for which no pattern has a sign
        decided = (it.include for it in reversed(self._patterns) if it.include is not None and it.match_file(one_line))
        return bool(next(decided, False))

    def select(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Those of `paths` that are meant, in their order."""
        return tuple(path for path in paths if self.matches(path))


def fault(pattern: str) -> str:
    """Why `pattern` can never match a path of a repository; empty where it can."""
    if not pattern.strip():
        return "is empty"
    if pattern.startswith("#"):
        return "is a comment in gitignore's syntax (a name that begins with # is written \\#)"
    if ".." in pattern.lstrip("!").split("/"):
        return "leaves the repository (paths are relative to its root)"
    try:
        readable = "\n" not in pattern and any(it.include is not None for it in _compiled((pattern,)))
    except ValueError:
        readable = False
    return "" if readable else "is no gitignore pattern"
