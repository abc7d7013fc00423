"""Regular expressions that are compiled when they are first used: most runs need few of those that the package has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


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


class Worded(_Lazy):
    """Stands for a pattern that is not even compiled for a text in which none of its words stands."""

    def __init__(self, words: Sequence[str], source: str, flags: int) -> None:
        super().__init__(source, flags)
        self._words, self._folds = words, bool(flags & re.IGNORECASE)

    def search(self, text: str) -> object:
        """The pattern's own answer, where it may have one."""
        return self.__getattr__("search")(text) if self.may_meet(text) else None

    def match(self, text: str) -> object:
        """The pattern's own answer, where it may have one."""
        return self.__getattr__("match")(text) if self.may_meet(text) else None

    def fullmatch(self, text: str) -> object:
        """The pattern's own answer, where it may have one."""
        return self.__getattr__("fullmatch")(text) if self.may_meet(text) else None

    def may_meet(self, text: str) -> bool:
        """Whether one of the words stands in a text."""
        text = text.casefold() if self._folds else text
        return any(map(text.__contains__, self._words))


@overload
def regex(source: str, flags: int = 0) -> re.Pattern[str]: ...


@overload
def regex(source: bytes, flags: int = 0) -> re.Pattern[bytes]: ...


def regex(source: str | bytes, flags: int = 0) -> re.Pattern[str] | re.Pattern[bytes]:
    """What `re.compile` gives, compiled when it is first used: for its attributes and methods, not for `re`'s."""
    return cast("re.Pattern[str] | re.Pattern[bytes]", _Lazy(source, flags))


def worded(words: Sequence[str], source: str, flags: int = 0) -> re.Pattern[str]:
    """What `regex` gives, for a pattern that meets only texts in which one of these words stands: for the others it is
    not compiled. With IGNORECASE the words are lower case.
    """
    return cast("re.Pattern[str]", Worded(words, source, flags))
