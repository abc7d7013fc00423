"""Which files a project's coverage settings leave out of the measurement."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.patterns import regex

_PIECES = (
    (r"^\*+/", r"(?:.*/)?"),
    (r"/\*+$", r"/.*"),
    (r"\*\*/", r"(?:.*/)?"),
    (r"\*+", r"[^/]*"),
    (r"\?", r"[^/]"),
    (r"\[[^\]]*\]", None),
    (r"(?s:.)", ""),
)
"""coverage.py's own reading of its patterns (coverage/files.py, `_glob_to_regex`), in its order."""

_ROOT = "repository"  # stands for the folder's own absolute path
_PIECE = regex("|".join(f"({piece})" for piece, _ in _PIECES))


def left_out(path: str, settings: Mapping[str, Setting]) -> Setting | None:
    """The setting that keeps coverage.py from measuring or reporting the file at `path`; None where none does."""
    for key, leaves_out in _KEYS.items():
        setting = settings.get(key)
        values = _values(setting)
        if setting and values and leaves_out(path, values):
            return setting
    return None


def _values(setting: Setting | None) -> tuple[str, ...]:
    value = setting.value if setting else ()
    texts = re.split(r"[,\n]", value) if isinstance(value, str) else value
    return tuple(str(text).strip() for text in texts if str(text).strip()) if isinstance(texts, list | tuple) else ()


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a pattern means the file. One without a slash means the name, in any folder; one that begins with a
    wildcard is read over absolute paths.
    """
    patterns = tuple(pattern if "/" in pattern else f"**/{pattern}" for pattern in patterns)
    return any(
        re.fullmatch(_expression(pattern), f"/{_ROOT}/{path}" if pattern.startswith(("*", "?")) else path)
        for pattern in patterns
    )


def _expression(pattern: str) -> str:
    """A pattern as a regular expression. A closing slash means nothing to coverage.py."""
    written = []
    for found in _PIECE.finditer(pattern.removeprefix("./").rstrip("/")):
        replacement = _PIECES[(found.lastindex or len(_PIECES)) - 1][1]
        written.append(re.escape(found[0]) if replacement == "" else replacement or found[0])
    return "".join(written)


def _outside(path: str, sources: tuple[str, ...]) -> bool:
    """Whether a file lies in none of these folders and packages. Absolute ones may hold anything."""
    return not any(_holds(source.rstrip("/"), path) for source in sources)


def _holds(source: str, path: str) -> bool:
    if source in {"", "."} or source.startswith(("/", "$", "~", "..")):
        return True
    folder = source.removeprefix("./")
    package = folder.replace(".", "/") if "/" not in folder else folder
    return path.startswith(f"{folder}/") or f"/{package}/" in f"/{path}" or f"/{path}".endswith(f"/{package}.py")


_KEYS: Mapping[str, Callable[[str, tuple[str, ...]], bool]] = {
    "coverage.run.omit": _matches,
    "coverage.report.omit": _matches,
    "coverage.run.source": _outside,
    "coverage.run.source_pkgs": _outside,
    "coverage.run.include": lambda path, patterns: not _matches(path, patterns),
    "coverage.report.include": lambda path, patterns: not _matches(path, patterns),
}
"""How each setting decides, omissions first."""
