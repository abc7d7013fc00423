"""Which of a tree's Python files a pattern of a checker's settings means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from msgspec import Struct, field

from pytest_agentaudit.change.model import CODE, Change, FileRole
from pytest_agentaudit.facts.gates.model import Reached
from pytest_agentaudit.facts.tree_texts import RoleOf
from pytest_agentaudit.policy.patterns import Patterns, fault


class Reach(Struct, frozen=True, dict=True):
    """The head's Python files, asked by pattern."""

    change: Change
    role_of: RoleOf
    folder: str = ""
    _roles: dict[str, FileRole] = field(default_factory=dict)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Every Python file of the head below the folder, relative to it."""
        start = f"{self.folder}/" if self.folder else ""
        paths = sorted(self.change.new.entries())
        return tuple(it[len(start) :] for it in paths if it.startswith(start) and it.endswith((".py", ".pyi")))

    @cached_property
    def edited(self) -> frozenset[str]:
        """Paths that the change edits or adds."""
        return frozenset(pair.path for pair in self.change.pairs if pair.new)

    @cached_property
    def edits_product(self) -> tuple[str, ...]:
        """The product's Python files among them."""
        return tuple(it.path for it in self.change.pairs if it.new and it.is_python and it.role is FileRole.PRODUCT)

    def of(self, matches: Callable[[str], bool], already: Callable[[str], bool]) -> Reached:
        """The files that `matches` and that were not `already` reached, under the name that they had at base."""
        return self.reached(it for it in self.files if matches(it) and not (already(it) or already(self.before(it))))

    def before(self, path: str) -> str:
        """A file's path at base, both below the folder."""
        start = f"{self.folder}/" if self.folder else ""
        return self._renamed.get(start + path, start + path).removeprefix(start)

    @cached_property
    def _renamed(self) -> dict[str, str]:
        return {it.new.path: it.old.path for it in self.change.pairs if it.new and it.old}

    def reached(self, paths: Iterable[str]) -> Reached:
        """Paths below the folder, by what they are for."""
        start = f"{self.folder}/" if self.folder else ""
        full = [f"{start}{it}" for it in paths]
        product = tuple(it for it in full if self._role(it) in CODE)
        edited = tuple(it for it in product if it in self.edited)
        added = tuple(it for it in edited if it not in self._renamed)
        return Reached(product, edited, len(full) - len(product), added)

    def _role(self, path: str) -> FileRole:
        if path not in self._roles:
            self._roles[path] = self.role_of(path, b"")
        return self._roles[path]


def globs(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path is meant by globs as ruff, flake8 and pyright read them; `!` in front means all others."""
    plain = [it.strip().removeprefix("./").rstrip("/") for it in patterns]
    positive = [_glob(it) for it in plain if it and not it.startswith("!")]
    negative = [_glob(it[1:]) for it in plain if it.startswith("!")]
    meant = Patterns([it for it in positive if not fault(it)])
    others = Patterns([it for it in negative if not fault(it)])
    return lambda path: meant.matches(path) or (bool(negative) and not others.matches(path))


def _glob(pattern: str) -> str:
    """A glob in gitignore's syntax: `.` is everything, and what begins with a wildcard may begin anywhere."""
    if pattern in (".", "*", "**", "**/*"):
        return "**"
    return pattern.replace("**.", "**/*.")


def expressions(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a regular expression is found in a path; one that is none means nothing."""
    compiled = []
    for pattern in patterns:
        try:
            compiled.append(re.compile(pattern))
        except (re.error, RecursionError, OverflowError):
            continue
    return lambda path: any(it.search(path) for it in compiled)


def modules(names: Iterable[str]) -> Callable[[str], bool]:
    """Whether mypy's module patterns ("shop.api", "shop.*", "*.tests") mean the file."""
    parts = [re.escape(it).replace(r"\.\*", r"(\..+)?").replace(r"\*", ".+") for it in names]
    whole = re.compile("|".join(f"(?:{it})" for it in parts) or r"(?!)")

    def meant(path: str) -> bool:
        dotted = path.rsplit(".", 1)[0].replace("/", ".").removesuffix(".__init__")
        pieces = dotted.split(".")
        return any(whole.fullmatch(".".join(pieces[start:])) for start in range(min(3, len(pieces))))

    return meant


def fragments(parts: Iterable[str]) -> Callable[[str], bool]:
    """Whether one of these folders or fragments stands in a path, as bandit reads them."""
    wanted = [it.strip().removeprefix("./").strip("*/") for it in parts]
    return lambda path: any(it and f"/{it}" in f"/{path}" for it in wanted)
