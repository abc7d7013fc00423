"""Makefiles, just, tox, nox, poe and shell scripts as tasks with the commands that they run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts import ini
from pytest_agentaudit.facts.gates.model import Command
from pytest_agentaudit.facts.gates.shell import classified, commands
from pytest_agentaudit.facts.syntax import module_tree
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.toml import TomlError, leaves, parse

_TARGET = regex(r"([A-Za-z0-9_./%-]+)(?:\s+[^:=\n]*)?\s*:(?![=:])(.*)")
_RECIPE = regex(r"@?([A-Za-z0-9_-]+)(\s+[^:=]*)?:(?!=)(.*)")


class Task(Struct, frozen=True):
    """A named task ("test", "testenv:py", a noxfile's session) and what it runs."""

    name: str
    line: int
    commands: tuple[Command, ...]


def tasks(path: str, text: str) -> tuple[Task, ...]:
    """The tasks of a file; none where it cannot be read."""
    name = path.rpartition("/")[2]
    if name in ("tox.ini", "setup.cfg"):
        return tuple(_tox_ini(text))
    if name.endswith(".toml"):
        return tuple(_toml(text))
    if name.endswith(".py"):
        return tuple(_python(text))
    if name.lower().strip(".") in ("makefile", "gnumakefile", "justfile") or name.endswith(".mk"):
        return tuple(_targets(text, _RECIPE if "just" in name.lower() else _TARGET))
    if name.endswith((".yml", ".yaml")):
        return ()
    return (Task(name, 1, tuple(commands(text))),)


def _targets(text: str, pattern: re.Pattern[str]) -> Iterator[Task]:
    """Targets of a Makefile, recipes of a justfile: a head at the margin, and indented lines below it."""
    name, start, body = "", 1, list[tuple[str, int]]()
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] in ("\t", " "):
            body.append((line.strip(), number))
        elif head := pattern.match(line):
            yield from _target(name, start, body)
            name, start, body = head[1], number, []
            body += [
                (f"make {other}", number) for other in head[pattern.groups].split() if re.fullmatch(r"[\w-]+", other)
            ]
    yield from _target(name, start, body)


def _target(name: str, start: int, body: Sequence[tuple[str, int]]) -> Iterator[Task]:
    if name and body:
        lines = [""] * (body[-1][1] - start + 1)
        heads = [command for text, at in body if at == start for command in commands(text, at)]
        for text, at in body:
            if at > start:
                lines[at - start] = text
        yield Task(name, start, (*heads, *commands("\n".join(lines), start)))


def _tox_ini(text: str) -> Iterator[Task]:
    try:
        sections = ini.parse(text)
    except ini.IniError:
        return
    for section, entries in sections.items():
        keys = [entries[key] for key in ("commands_pre", "commands", "commands_post") if key in entries]
        if section.startswith("testenv") and keys:
            lenient = entries["ignore_outcome"].text if "ignore_outcome" in entries else ""
            excuse = "ignore_outcome = true" if lenient.lower() == "true" else ""
            found = [
                it for entry in keys for part, at in _continued(entry.parts) for it in commands(_factorless(part), at)
            ]
            yield Task(section, keys[0].line, tuple(replace(it, excuse=excuse or it.excuse) for it in found))


def _continued(parts: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    pending, start = "", 0
    for part, line in parts:
        start = start if pending else line
        if part.endswith("\\"):
            pending += part[:-1] + " "
        else:
            yield pending + part, start
            pending = ""
    if pending:
        yield pending, start


def _factorless(command: str) -> str:
    """A command without the factors in front of it ("py311,cov: pytest"), and without tox's references."""
    command = re.sub(r"^[!\w,.{}-]+:\s+", "", command)
    return re.sub(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "TOX", command)


def _toml(text: str) -> Iterator[Task]:
    """Scripts of hatch, poe, pdm, taskipy and tox under their keys."""
    if not any(word in text for word in ("scripts", "tasks", "commands")):
        return
    try:
        document = parse(text)
    except TomlError:
        return
    for place, value in leaves(document.values):
        keys = [str(it) for it in place]
        if not {"scripts", "tasks", "commands"} & set(keys) or keys[:2] in (["project", "scripts"], ["tool", "poetry"]):
            continue
        found = list(_values(value, document.line(place)))
        if found:
            yield Task(".".join(keys), document.line(place), tuple(found))


def _values(value: object, line: int) -> Iterator[Command]:
    if isinstance(value, str):
        yield from commands(_factorless(value), line)
    for it in value if isinstance(value, list) else ():
        if isinstance(it, list):
            found = classified([str(word) for word in it if not isinstance(word, dict)], line)
            yield from (found,) if found else ()
        elif isinstance(it, (str, list)):
            yield from _values(it, line)


def _python(text: str) -> Iterator[Task]:
    """Every call with literal words that names a tool: `session.run("pytest", ...)`, `ctx.run("pytest -q")`."""
    if not any(word in text for word in ("session.run", ".run(", "check_call", "subprocess")):
        return
    try:
        tree = module_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = [it for call in ast.walk(node) if isinstance(call, ast.Call) for it in _called(call)]
            if found:
                yield Task(node.name, node.lineno, tuple(sorted(found, key=lambda it: it.line)))


def _called(call: ast.Call) -> Iterator[Command]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name not in ("run", "run_always", "check_call", "check_output", "call"):
        return
    excuse = _noxs_excuse(call)
    first = call.args[0] if call.args else None
    if len(call.args) == 1 and isinstance(first, ast.Constant) and isinstance(first.value, str) and " " in first.value:
        found = list(commands(first.value, call.lineno))
    else:
        nodes = first.elts if isinstance(first, ast.List | ast.Tuple) else call.args
        one = classified([_word(it) for it in nodes], call.lineno)
        found = [one] if one else []
    yield from (replace(it, excuse=it.excuse or excuse) for it in found)


def _word(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "ARGUMENT"


def _noxs_excuse(call: ast.Call) -> str:
    codes = next((it.value for it in call.keywords if it.arg == "success_codes"), None)
    if isinstance(codes, ast.List) and any(isinstance(it, ast.Constant) and it.value == 1 for it in codes.elts):
        return "success_codes"
    warn = next((it.value for it in call.keywords if it.arg in ("warn", "nofail")), None)
    return "warn=True" if isinstance(warn, ast.Constant) and warn.value is True else ""
