"""A place in a store for one value, whatever its type."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Generic, TypeVar

import msgspec

from pytest_agentaudit.store import Store

Value = TypeVar("Value")


class Shelf(Generic[Value]):
    """Where a value of the type `kind` stays from one audit to the next. `name` gives what stands for all that it
    depends on; it is asked once somebody wants the value.
    """

    def __init__(self, store: Store, name: Callable[[], bytes], kind: type[Value]) -> None:
        self._store, self._name, self._kind = store, name, kind

    @cached_property
    def _key(self) -> bytes:
        return self._name()

    def read(self) -> Value | None:
        """What an earlier audit kept; what is damaged counts as missing."""
        value = self._store.read([self._key]).get(self._key)
        if value is None:
            return None
        try:
            return msgspec.msgpack.decode(value, type=self._kind)
        except msgspec.MsgspecError:
            return None

    def write(self, value: Value) -> None:
        """Keep a value; what no UTF-8 can say is not kept."""
        with suppress(UnicodeEncodeError):
            self._store.write({self._key: msgspec.msgpack.encode(value)})
