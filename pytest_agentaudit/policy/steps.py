"""The steps that a change must have taken: which ones it calls for, and how they ended.

A step that was called for ends failed unless it is shown to be taken: a required file did not change, the command
said so by its exit status, the program is not installed, it ran out of time. It is *not judged* in one case only: its
command needs a work tree, and the audited revision is not checked out.
"""

from __future__ import annotations

import os
import posixpath
import shlex
import sys
import time
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from pytest_agentaudit.children import clean_environment
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import StepReport, StepResult
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.places import is_file
from pytest_agentaudit.policy.model import FILES, UNSET, Policy, Step, inside
from pytest_agentaudit.policy.patterns import Patterns
from pytest_agentaudit.process import Completed, run

BATCH_BYTES = 96 * 1024
"""The most that one command gets in file names: Linux takes 128 KiB in one argument, macOS 256 KiB in all, with the
environment."""

TAIL_LINES, TAIL_LETTERS = 2, 300
"""How many last lines of each output stream a reason shows, and how many letters of it at most."""

COMMAND_LETTERS = 120
"""How many letters of a command are shown."""

TAIL_BYTES = 16 * 1024
"""How much of an output is read for its last lines."""

_ESCAPES = regex(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")


def due(policy: Policy, changed: Sequence[str]) -> tuple[Step, ...]:
    """The steps of one policy that a change of these paths (deleted ones too) calls for."""
    return tuple(step for step in policy.steps if Patterns(step.when).select(changed))


def run_steps(
    policy: Policy, changed: Sequence[str], root: str, *, deleted: Sequence[str] = ()
) -> tuple[StepReport, ...]:
    """Take every step that the change calls for, in the policy's order; then those of its parts, which what is below
    their folders calls for: they run there, and are named with them.

    `changed` are the paths that the head has (added, edited, or a rename's new name), `deleted` those that it has no
    more. `root` is the work tree in which commands run, or empty where the audited revision is not checked out.
    """
    reports: list[StepReport] = []
    for folder, own in (("", policy), *sorted(policy.parts.items())):
        governed = [[it for it in paths if policy.governing(it)[0] == folder] for paths in (changed, deleted)]
        new, gone = ([inside(folder, it) for it in paths] for paths in governed)
        offered = new if folder else changed  # a step of the whole repository may require what stands in a part
        home = posixpath.join(root, folder) if root else ""
        taken = (_take(step, new, gone, home, offered) for step in due(own, (*new, *gone)))
        reports += (_of_part(it, folder) for it in taken)
    return tuple(reports)


def _of_part(report: StepReport, folder: str) -> StepReport:
    if not folder:
        return report
    paths = tuple(f"{folder}/{path}" for path in report.paths)
    return replace(report, name=f"{folder}: {report.name}", paths=paths)


def _take(step: Step, changed: Sequence[str], deleted: Sequence[str], root: str, offered: Sequence[str]) -> StepReport:
    paths = Patterns(step.when).select((*changed, *deleted))
    if step.require:
        return _required(step, offered, paths)
    if not root:
        reason = f"`{_shown(step.run)}` was not run: the audited revision is not checked out"
        way_out = "check the revision out and audit the work tree"
        return StepReport(step.name, StepResult.NOT_JUDGED, reason, paths, way_out)
    try:
        return _commanded(step, paths, root)
    except AuditError as error:
        way_out = error.way_out or f"install `{step.run[0]}` where the audit runs, or correct the step"
        return StepReport(step.name, StepResult.FAILED, error.message, paths, way_out)


def _required(step: Step, changed: Sequence[str], paths: tuple[str, ...]) -> StepReport:
    missing = [pattern for pattern in step.require if not Patterns((pattern,)).select(changed)]
    wanted = ", ".join(missing or step.require)
    if not missing:
        return StepReport(step.name, StepResult.PASSED, f"{wanted} changed", paths)
    cause = "files" if step.when == UNSET.when else ", ".join(step.when)
    fix = f"make this change touch {wanted} too"
    return StepReport(step.name, StepResult.FAILED, f"{cause} changed, {wanted} did not", paths, fix)


def _commanded(step: Step, paths: tuple[str, ...], root: str) -> StepReport:
    existing = [path for path in paths if is_file(f"{root}/{path}")]
    if FILES in step.run and not existing:
        return StepReport(step.name, StepResult.PASSED, "every file that it would check is gone", paths)
    end = time.monotonic() + step.timeout
    for arguments in _commands(step, existing):
        done = run(arguments, cwd=root, env=_environment(), timeout=max(end - time.monotonic(), 0.0))
        if done.timed_out or done.status:
            told = [path for path in paths if os.fsencode(path) in done.stdout + done.stderr]
            paths = tuple(dict.fromkeys((*told, *paths)))
            return StepReport(step.name, StepResult.FAILED, _failure(step, done), paths, _fix(step, arguments, done))
    return StepReport(step.name, StepResult.PASSED, f"`{_shown(step.run)}` exited with 0", paths)


def _commands(step: Step, files: Sequence[str]) -> Iterator[list[str]]:
    """The step's command with its files filled in: once, or as often as argument lists have a limit."""
    for batch in _batches([_argument(path) for path in files]) if FILES in step.run else ([],):
        yield [filled for argument in step.run for filled in (batch if argument == FILES else [argument])]


def _batches(arguments: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for argument in arguments:
        length = len(os.fsencode(argument)) + 1
        if batch and size + length > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(argument)
        size += length
    yield batch


def _argument(path: str) -> str:
    """A path as an argument: the name of a changed file must not turn into an option."""
    return f"./{path}" if path.startswith("-") else path


def _environment() -> dict[str, str]:
    """The allowed variables and HOME (tools keep their caches there). Programs beside this interpreter are found first:
    an IDE starts pytest by its path, without its virtual environment's folder on PATH.
    """
    environment = clean_environment(keep=("HOME",))
    own = sys.executable.rpartition(os.sep)[0]
    environment["PATH"] = os.pathsep.join(filter(None, (own, environment.get("PATH", ""))))
    return environment


def _failure(step: Step, done: Completed) -> str:
    if done.timed_out:
        how = f"took longer than {step.timeout:g} s"
    elif done.status < 0:
        how = f"was killed by signal {-done.status}"
    else:
        how = f"exited with {done.status}"
    told = " / ".join((*_tail(done.stdout), *_tail(done.stderr)))
    return f"`{_shown(step.run)}` {how}" + (f": {told[-TAIL_LETTERS:]}" if told else "")


def _tail(output: bytes) -> list[str]:
    """The last lines of a program's output that are not blank."""
    lines = (_plain(line) for line in output[-TAIL_BYTES:].decode(errors="replace").split("\n"))
    return [line for line in lines if line][-TAIL_LINES:]


def _shown(command: Sequence[str]) -> str:
    """The command as a shell takes it, on one line of bounded length."""
    text = _plain(shlex.join(command))
    return text if len(text) <= COMMAND_LETTERS else f"{text[:COMMAND_LETTERS]}..."


def _plain(text: str) -> str:
    """The text without colours, and without letters that would move a cursor or break a line."""
    return "".join(letter if letter.isprintable() else " " for letter in _ESCAPES.sub("", text)).strip()


def _fix(step: Step, arguments: Sequence[str], done: Completed) -> str:
    if done.timed_out:
        return f"make `{step.run[0]}` faster, or raise the step's `timeout`"
    return f"run `{_shown(arguments)}` and mend what it reports"
