"""Mappings that look their answer up when they are asked, and know no list of what they could be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

Answer = TypeVar("Answer")


class OnDemand(Mapping[str, Answer]):
    """Has an answer for every key in `__getitem__`, and none to go through."""

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
