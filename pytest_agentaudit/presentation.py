"""How a verdict shows in pytest: the section of the terminal summary, report files, and a late report a finding."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Finding, Result
from pytest_agentaudit.report.audience import columns, default_formats
from pytest_agentaudit.report.hosting import hosting_of
from pytest_agentaudit.report.summary import open_questions, summary
from pytest_agentaudit.report.targets import (
    Style,
    Target,
    TargetError,
    parse_target,
    shard_path,
    with_job_summary,
    write,
)
from pytest_agentaudit.report.terminal import could_not_audit
from pytest_agentaudit.report.text import counted, named, visible_lines
from pytest_agentaudit.session import AuditSession
from pytest_agentaudit.shard import Shard

MOST_IN_EDITOR = 30
"""Findings that an editor shows at once: the message of one test is no place for more."""


class Presentation:
    """Shows the verdict once: in the terminal's summary, or on stderr where pytest has no terminal."""

    def __init__(
        self, audit: AuditSession, config: pytest.Config, asked: Iterable[Target], shards: Iterable[str]
    ) -> None:
        self._audit, self._config = audit, config
        targets, self._shards = list(asked), tuple(shards)
        if all(target.path for target in targets):
            targets += map(Target, default_formats(os.environ))
        targets = with_job_summary(targets, os.environ)
        self._hosting = hosting_of(os.environ)
        self._files = [target for target in targets if target.path]
        self._streams = [target for target in targets if not target.path]
        self._shown = self._waiting = False
        self._notes: list[AuditError] = []

    def progress(self, text: str) -> None:
        """Say on a terminal what the run is waiting for; "" takes the line away."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and reporter.isatty and (text or self._waiting):
            self._waiting = bool(text)
            reporter.rewrite(f"agent audit: {text}" if text else "", erase=True)

    def write_files(self, shard: Shard | None = None) -> None:
        """Write the reports that go to files, and a shard's evidence. One that cannot be written fails the audit."""
        for path in self._shards if shard else ():
            self._try(partial(import_module("pytest_agentaudit.report.shard_file").write_shard, shard, path))
        for target in self._files if self._audit.verdict else ():
            self._try(partial(self._write, target))

    def _write(self, target: Target) -> None:
        if self._audit.verdict is not None:
            write(self._audit.verdict, [target], StringIO(), self._style(colour=False, width=100))

    def _try(self, writing: Callable[[], None]) -> None:
        try:
            writing()
        except AuditError as error:
            self._notes.append(error)
            self._audit.report_failed(error)

    def show(self, reporter: pytest.TerminalReporter) -> None:
        """Write the section of the summary."""
        writer = self._config.get_terminal_writer()
        if text := self._text(self._style(colour=writer.hasmarkup, width=writer.fullwidth)):
            reporter.ensure_newline()
            reporter.write(text)

    def show_aside(self) -> None:
        """Write to stderr what no summary has shown."""
        width = columns(sys.stderr, os.environ)
        if text := self._text(self._style(colour=False, width=width)):
            sys.stderr.write(f"\n{text}")
            sys.stderr.flush()

    def _text(self, style: Style) -> str:
        if self._shown or self._audit.verdict is None:
            return ""
        self._shown = True
        stream = StringIO()
        if self._audit.error is not None:
            could_not_audit(self._audit.error, stream, width=style.width)
            write(self._audit.verdict, [it for it in self._streams if it.format == "github"], stream, style)
        else:
            write(self._audit.verdict, self._streams, stream, style)
        for error in self._notes:
            could_not_audit(error, stream, width=style.width)
        return stream.getvalue()

    def _style(self, *, colour: bool, width: int) -> Style:
        full = next((target.path for target in self._files if target.format == "json"), "")
        return Style(colour, width, full, rerun="pytest --agent-audit", hosting=self._hosting)


def asked_targets(reports: Iterable[str]) -> tuple[list[Target], list[str]]:
    """The reports on the verdict that the options name, and the paths of evidence; UsageError where one cannot be
    understood.
    """
    try:
        given = [(text, shard_path(text)) for text in reports]
        return [parse_target(text) for text, path in given if not path], [path for _, path in given if path]
    except TargetError as error:
        raise pytest.UsageError(f"--agent-audit-report: {error}") from error


def late_report(finding: Finding, number: int, config: pytest.Config, root: str) -> pytest.TestReport:
    """The finding as a failed test that junit, html and IDEs show. Its id is no test's: PATH::RULE[LINE]. The text ends
    as pytest's own do, with a place that editors make a link of.
    """
    path = _from_rootdir(finding.location.path, config, root)
    place = f"{named(path)}:{finding.location.line}: {finding.rule}"
    lines = [finding.message, *([f"fix: {finding.fix}"] if finding.fix else []), place]
    return pytest.TestReport(
        nodeid=f"{named(path)}::{finding.rule}[{finding.location.line}]",
        location=(path, finding.location.line - 1, f"agent audit: {finding.rule}"),
        keywords={finding.rule: 1, "agent-audit": 1},
        outcome="failed",
        longrepr="\n".join(lines),
        when="call",
        agent_audit=number,
    )


def end_of(report: pytest.TestReport) -> pytest.TestReport:
    """The end of a late report: what a test's teardown is to pytest-html, which shows nothing before it."""
    return pytest.TestReport(report.nodeid, report.location, report.keywords, "passed", None, "teardown")


def for_editor(audit: AuditSession, config: pytest.Config) -> tuple[str, str]:
    """How an editor shows the audit: as a test with this outcome, and this text where it failed."""
    verdict = audit.verdict
    if verdict is None or verdict.result is not Result.FAILED:
        return ("passed" if verdict and verdict.result is Result.PASSED else "skipped"), ""
    failing = audit.failing_findings()
    blocks = [_block(finding, config, audit.watch.root) for finding in failing[:MOST_IN_EDITOR]]
    if left := len(failing) - len(blocks):
        blocks.append(f"{counted(left, 'more finding')}: see the output of the run")
    head = [] if audit.error else [summary(verdict)]
    return "failed", "\n\n".join([*head, *blocks, *open_questions(verdict)])


def _block(finding: Finding, config: pytest.Config, root: str) -> str:
    """What fails: a place that editors make a link of, the message and the way out."""
    place = f"{named(_from_rootdir(finding.location.path, config, root))}:{finding.location.line}"
    lines = [f"{place}: {finding.level.value}  {finding.rule}", visible_lines(finding.message)]
    return "\n".join([*lines, *([f"fix: {visible_lines(finding.fix)}"] if finding.fix else [])])


def _from_rootdir(path: str, config: pytest.Config, root: str) -> str:
    """A path of the repository as pytest's ids have it: relative to the root folder of the run."""
    absolute = Path(root) / path
    return absolute.relative_to(config.rootpath).as_posix() if absolute.is_relative_to(config.rootpath) else path
