"""A stand-in for the pytest plugin of VS Code's Python extension: it has the name, the hooks and the messages of the
real one, as far as its client acts on them.

It keeps the habits that matter: a test's file is learnt when the test begins; of an unknown one the id is made with the
current folder, which no client knows; the first outcome of an id stands; every message is one JSON-RPC request.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

OUTCOMES = {"passed": "success", "failed": "failure"}
TOLD: set[str] = set()
FILES: dict[str, Path] = {}


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    FILES[item.nodeid] = item.path
    return (yield)


def pytest_exception_interact(
    node: pytest.Item | pytest.Collector, call: pytest.CallInfo[Any], report: pytest.TestReport | pytest.CollectReport
) -> None:
    if "--collect-only" not in node.config.invocation_params.args:
        kind = "failure" if call.excinfo and call.excinfo.typename == "AssertionError" else "error"
        tell(absolute(node.nodeid, node.path), kind, report.longreprtext)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_report_teststatus(report: pytest.TestReport) -> Generator[None, object, object]:
    if report.when == "call" or (report.when == "setup" and report.skipped):
        name = absolute(report.nodeid, FILES.get(report.nodeid, Path.cwd()))
        tell(name, OUTCOMES.get(report.outcome, "skipped"), report.longreprtext if report.failed else None)
    return (yield)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if "--collect-only" in session.config.invocation_params.args:
        root = session.config.rootpath
        send({"status": "success", "tests": {"children": list(tree(session, root))}, "idBase": str(root)})
    elif exitstatus not in {0, 1}:
        send({"status": "error", "result": None, "error": [f"Pytest exited with error status: {exitstatus}"]})


def absolute(node_id: str, path: Path) -> str:
    return "::".join([str(path), *node_id.split("::")[1:]])


def tree(session: pytest.Session, root: Path) -> Iterator[dict[str, object]]:
    for item in session.items:
        assert item.parent is not None
        name = absolute(item.nodeid, item.path.relative_to(root))
        place = str((item.location[1] or 0) + 1)
        test = {"type_": "test", "name": item.name, "runID": name, "lineno": place}
        yield {"type_": "file", "name": item.parent.path.name, "children": [test]}


def tell(name: str, outcome: str, message: str | None) -> None:
    if name not in TOLD:
        TOLD.add(name)
        send({"status": "success", "result": {name: {"test": name, "outcome": outcome, "message": message}}})


def send(content: dict[str, object]) -> None:
    text = json.dumps({"jsonrpc": "2.0", "params": {"cwd": str(Path.cwd()), **content}})
    with Path(os.environ["TEST_RUN_PIPE"]).open("wb", buffering=0) as pipe:
        pipe.write(f"content-length: {len(text)}\r\ncontent-type: application/json\r\n\r\n{text}".encode("ascii"))
