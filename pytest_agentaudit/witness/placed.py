"""The plugin of a child whose tests are not those on the disk: what an overlay holds is collected as if it were."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from pytest_agentaudit.witness.overlay import Overlay


class Placed:
    """Serves an overlay from pytest's start on, and shows pytest the files that stand in it alone."""

    def __init__(self, overlay: Overlay) -> None:
        self._overlay = overlay
        self._added = [Path(path) for path in overlay.added]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self) -> Generator[None, object, object]:
        """Serve before pytest's own loader."""
        self._overlay.to_front()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Add the modules that no listing of their folder shows."""
        report = yield
        if isinstance(collector, pytest.Directory) and report.passed:
            known = {node.path for node in report.result}
            for path in self._added:
                if path.parent == collector.path.resolve() and path not in known:
                    report.result.append(pytest.Module.from_parent(collector, path=collector.path / path.name))
        return report
