"""How a change is read: by whom, how deep, and with what at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from pytest_agentaudit.change.progress import Progress, no_progress
from pytest_agentaudit.store import Store


def _nothing() -> None:
    """There is nothing to let go of."""


class Means(Struct, frozen=True):
    """What reading goes by. `distrusted` maps paths whose trees must not be read (a reader died of them) to the reason.
    In `store` stays what was read, for the next audit (None: nothing does). `processes` may read a large change at
    once, and `before_fork` lets go of what two of them must not share. `policy` gives a digest of the policy by
    which files have their roles.
    """

    progress: Progress = no_progress
    distrusted: Mapping[str, str] = field(default_factory=dict)
    store: Store | None = None
    processes: int = 1
    before_fork: Callable[[], None] = _nothing
    policy: Callable[[], str] = str
