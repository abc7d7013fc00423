"""A client as VS Code is one: it lists tests, runs them by id, and believes what comes through its pipe alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.audited import Project, Run

ADAPTER = Path(__file__).parent / "vscode"
ENTRY = "pyproject.toml::agent-audit"


@dataclass(frozen=True)
class Shown:
    """What the client has to show after a run: outcome and message by id, as seen from the project's folder."""

    outcomes: Mapping[str, str]
    messages: Mapping[str, str]
    errors: tuple[str, ...]
    run: Run


class Editor:
    """A client for one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def discover(self, *arguments: str) -> dict[str, int]:
        """The ids of the list of tests, with their lines."""
        messages, run = self._call("--collect-only", *arguments)
        assert [it["status"] for it in messages] == ["success"], run.text
        found = list(_leaves(messages[0]["tests"]))
        return {it["runID"]: int(it["lineno"]) for it in found}

    def run(self, ids: Iterable[str], *arguments: str, plugins: tuple[str, ...] = ()) -> Shown:
        """Run these tests: absolute ids on the command line, as the client does it, for a whole suite too."""
        names = [str(self._project.path / it) for it in ids]
        messages, run = self._call(*arguments, *names, plugins=plugins)
        results = {name: it for message in messages for name, it in (message.get("result") or {}).items()}
        inside = f"{self._project.path}{os.sep}"
        return Shown(
            {name.removeprefix(inside): it["outcome"] for name, it in results.items()},
            {name.removeprefix(inside): it["message"] or "" for name, it in results.items()},
            tuple(error for message in messages for error in message.get("error") or ()),
            run,
        )

    def _call(self, *arguments: str, plugins: tuple[str, ...] = ()) -> tuple[list[dict[str, Any]], Run]:
        """Run pytest with the adapter and a pipe, both ends of which are held here: its buffer takes all messages."""
        pipe = self._project.path.parent / "pipe"
        os.mkfifo(pipe)
        ours = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        try:
            run = self._project.pytest(
                f"--rootdir={self._project.path}",
                *arguments,
                plugins=plugins,
                command=("-m", "pytest", "-p", "vscode_pytest"),
                environ={"TEST_RUN_PIPE": str(pipe), "PYTHONPATH": str(ADAPTER)},
            )
            return list(_messages(_drained(ours))), run
        finally:
            os.close(ours)
            pipe.unlink()


def _drained(descriptor: int) -> bytes:
    data = b""
    while True:
        try:
            data += os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return data


def _messages(data: bytes) -> Iterator[dict[str, Any]]:
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        request = json.loads(data[:length])
        assert request["jsonrpc"] == "2.0"
        yield request["params"]
        data = data[length:]


def _leaves(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "runID" in node:
        yield node
    for child in node.get("children", ()):
        yield from _leaves(child)
