"""`agentaudit hook`: the static audit as the answer to a coding agent that wants to be done."""

from __future__ import annotations

import io
import os
import shlex
import sys
from argparse import Namespace
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.audit import Pipeline, Request, open_audit
from pytest_agentaudit.cli.console import deliver, mute
from pytest_agentaudit.cli.hooks.agents import AGENTS, Agent, Moment, Reply, hold_back, let_go
from pytest_agentaudit.cli.hooks.event import Event, at_work, read_event
from pytest_agentaudit.cli.hooks.memory import Memory
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.garbage import without_collector
from pytest_agentaudit.model import Family, Finding, Verdict
from pytest_agentaudit.policy.model import FailOn
from pytest_agentaudit.report.agent import render
from pytest_agentaudit.report.summary import counts
from pytest_agentaudit.report.text import folded, print_text


class Options(Struct, frozen=True):
    """What the command line asks of a hook, as in `parser`."""

    base: str
    fail_on: FailOn
    could_not_audit: str


def run(arguments: Namespace) -> int:
    """Answer the agent, and return the exit status that is a part of the answer."""
    agent = AGENTS[arguments.agent]
    options = Options(arguments.base, FailOn(arguments.fail_on), arguments.could_not_audit)
    try:
        stream = sys.stdin.buffer if sys.stdin else io.BytesIO()  # it may be closed
        event = read_event(agent, stream, os.environ)
    except AuditError as error:
        return _send(let_go(agent, _why(error), failed=True))
    return _send(_answer(agent, event, options))


def _answer(agent: Agent, event: Event, options: Options) -> Reply:
    if event.idle:
        return let_go(agent)
    folder = at_work(event)
    environ = {**os.environ, "AI_AGENT": agent.name}  # whoever calls a hook is an agent, whatever its commands are told
    try:
        pipeline = open_audit(Request(folder, base=options.base, environ=environ, fail_on=options.fail_on, keeps=True))
        try:
            return _judged(agent, event, _verdict(event, pipeline), Memory(pipeline.git_dir), options)
        finally:
            pipeline.close()
    except AuditError as error:
        if options.could_not_audit == "fail" and event.again is False and event.moment in agent.forms:
            return hold_back(agent, event.moment, f"{_why(error)}\n")
        return let_go(agent, _why(error), failed=True)


def _verdict(event: Event, pipeline: Pipeline) -> Verdict:
    with without_collector():
        pipeline.prepare()
        return _narrowed(pipeline.finish(None), event, pipeline.root)


def _judged(agent: Agent, event: Event, verdict: Verdict, memory: Memory, options: Options) -> Reply:
    failing = verdict.findings if verdict.bearing.fails else ()
    standing = frozenset(it.fingerprint for it in failing if options.fail_on.fails(it.level))
    if event.moment is Moment.START:
        ends = (name for name, moment in agent.events.items() if moment is Moment.FINISH)
        memory.begin([_caller(agent, name, event) for name in ends], standing)
        return let_go(agent)
    if news := memory.news(_caller(agent, event.name, event), standing, again=event.again):
        return hold_back(agent, event.moment, _report(_without(verdict, standing - news), options))
    if standing and event.moment is Moment.FINISH:
        return let_go(agent, f"agent-audit: {counts(verdict)}, none of it new to this session. see: agentaudit check")
    return let_go(agent)


def _without(verdict: Verdict, told: frozenset[str]) -> Verdict:
    return replace(verdict, findings=tuple(it for it in verdict.findings if it.fingerprint not in told))


def _caller(agent: Agent, name: str, event: Event) -> str:
    """Who is told: a subagent apart from its parent."""
    return f"{agent.name} {name} {event.session}"


def _narrowed(verdict: Verdict, event: Event, root: str) -> Verdict:
    """The verdict as far as the moment asks for it: after an edit only what stands in the edited file, and no step,
    for the work is not done.
    """
    if event.moment is not Moment.EDIT:
        return verdict
    return replace(verdict, findings=tuple(it for it in verdict.findings if _is_about(it, event, root)), steps=())


def _is_about(finding: Finding, event: Event, root: str) -> bool:
    if finding.family is Family.STEPS:
        return False
    try:
        return not event.edited or Path(root, finding.location.path).samefile(Path(root, event.edited))
    except (OSError, ValueError):  # one of them is gone, or no name of a file
        return False


def _report(verdict: Verdict, options: Options) -> str:
    """The report for an agent, short enough for one turn."""
    stream = io.StringIO()
    base = ["--base", options.base] if options.base else []
    render(verdict, stream, rerun=shlex.join(["agentaudit", "check", *base]))
    return stream.getvalue()


def _why(error: AuditError) -> str:
    """Why there was no audit and what to do, on one line."""
    next_step = f". next: {folded(error.way_out)}" if error.way_out else ""
    return f"agent-audit: could not audit: {folded(error.message)}{next_step}"


def _send(reply: Reply) -> int:
    """Write the reply. What standard error cannot take is lost: the status stands."""
    deliver(lambda stream: print_text(reply.stdout, stream))
    try:
        print_text(reply.stderr, sys.stderr)
        sys.stderr.flush()
    except (OSError, ValueError):
        mute(sys.stderr)
    return reply.status
