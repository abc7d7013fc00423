"""Findings as results of Allure: its pytest plugin follows tests as they run, and reads no report that comes late."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterable
from importlib import import_module

import pytest


def add_results(reports: Iterable[pytest.TestReport]) -> None:
    """Add a failed result for each of our late reports. Called only where Allure's plugin is at work."""
    model, commons = import_module("allure_commons.model2"), import_module("allure_commons")
    now = round(time.time() * 1000)
    for report in reports:
        text = str(report.longrepr)
        path, _, name = report.nodeid.partition("::")
        identity = hashlib.sha256(report.nodeid.encode()).hexdigest()[:32]
        result = model.TestResult(
            uuid=str(uuid.uuid4()),
            name=name,
            fullName=report.nodeid,
            historyId=identity,
            testCaseId=identity,
            status="failed",
            statusDetails=model.StatusDetails(message=text.partition("\n")[0], trace=text),
            labels=[model.Label("parentSuite", "agent audit"), model.Label("suite", path)],
            start=now,
            stop=now,
        )
        commons.plugin_manager.hook.report_result(result=result)
