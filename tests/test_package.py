"""The package as pytest finds it."""

from __future__ import annotations

import warnings

import pytest

from pytest_agentaudit.wire import pack


def test_pytest_does_not_mind_that_a_child_imported_us_first(pytestconfig: pytest.Config) -> None:
    assert callable(pack)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pytestconfig.pluginmanager.rewrite_hook.mark_rewrite("pytest_agentaudit")
