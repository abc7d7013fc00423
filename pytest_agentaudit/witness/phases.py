"""The phases of a test in which it runs code: what the setup runs, and what the call runs, the test runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator

import pytest


class Phases(ABC):
    """A plugin that stands around both, closest to the test."""

    @abstractmethod
    def phase(self, item: pytest.Item) -> Generator[None, object, object]:
        """Stand around one phase of a test: it runs at the `yield`, whose answer is to be returned."""

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """What the setup runs, the test runs."""
        return (yield from self.phase(item))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """What the call runs, the test runs."""
        return (yield from self.phase(item))
