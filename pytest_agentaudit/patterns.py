"""Regular expressions that are compiled when they are first used: most runs need few of those that the package has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast, overload

if TYPE_CHECKING:
    from collections.abc import Callable


class _Lazy:
    """Stands for a pattern until one of its methods is asked for, and then hands out the pattern's own."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name.startswith("__"):
            raise AttributeError(name)
        found: Callable[..., object] = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, found)  # from now on the attribute is found without coming here
        return found


@overload
def regex(source: str, flags: int = 0) -> re.Pattern[str]: ...


@overload
def regex(source: bytes, flags: int = 0) -> re.Pattern[bytes]: ...


def regex(source: str | bytes, flags: int = 0) -> re.Pattern[str] | re.Pattern[bytes]:
    """What `re.compile` gives, compiled when it is first used: for its attributes and methods, not for `re`'s."""
    return cast("re.Pattern[str] | re.Pattern[bytes]", _Lazy(source, flags))
