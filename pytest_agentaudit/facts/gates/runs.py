"""Which checks a tree runs, and where: in CI, in hooks, and in tasks that people start."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, Tree
from pytest_agentaudit.facts.gates.hooks import hooks
from pytest_agentaudit.facts.gates.model import Command, Run
from pytest_agentaudit.facts.gates.paths import HOOKS, TASKS, WORKFLOW, is_runs
from pytest_agentaudit.facts.gates.tasks import tasks
from pytest_agentaudit.facts.gates.workflows import Workflow, workflow
from pytest_agentaudit.patterns import regex

LARGEST = 300_000
"""Bytes above which a file of commands is not read."""

MOST_FILES = 400
"""How many files of commands are looked through for a tool."""


def runs(path: str, text: str, parsed: Workflow | None = None) -> Iterator[Run]:
    """The checking commands in a file's text."""
    if WORKFLOW.fullmatch(path):
        for job in (parsed or workflow(path, text)).jobs:
            yield from (Run(path, job.name, it, in_ci=True, place_line=job.line) for it in job.commands)
    elif HOOKS.fullmatch(path):
        for hook in hooks(text):
            if hook.command:
                yield Run(path, hook.name, hook.command, in_ci=False, place_line=hook.line)
    elif TASKS.fullmatch(path):
        for task in tasks(path, text):
            yield from (Run(path, task.name, it, in_ci=False, place_line=task.line) for it in task.commands)


class Enforced:
    """Where a tree runs a tool so that its failure counts. Files that do not name the tool are not parsed."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._texts: list[tuple[str, bytes]] | None = None
        self._runs: dict[str, tuple[Run, ...]] = {}

    def of(self, tool: str) -> tuple[Run, ...]:
        """Every place that runs the tool and minds its failure."""
        name = tool.rpartition(" ")[2].rpartition("/")[2].encode(errors="replace")
        return tuple(it for it in self.naming(name) if it.command.tool == tool and not it.command.excuse)

    def naming(self, word: bytes) -> tuple[Run, ...]:
        """All commands of the files in which a word stands."""
        return tuple(it for path, text in self._read() if word in text for it in self._of(path, text))

    def everything(self) -> tuple[Run, ...]:
        """All commands of the tree."""
        return tuple(it for path, text in self._read() for it in self._of(path, text))

    def _of(self, path: str, text: bytes) -> tuple[Run, ...]:
        if path not in self._runs:
            self._runs[path] = tuple(runs(path, text.decode(errors="replace")))
        return self._runs[path]

    def _read(self) -> list[tuple[str, bytes]]:
        if self._texts is None:
            entries = self._tree.entries()
            plain = (path for path, it in sorted(entries.items()) if it.mode not in {SYMLINK, SUBMODULE})
            paths = [path for path in plain if is_runs(path)]
            read = ((path, self._tree.read(path) or b"") for path in paths[:MOST_FILES])
            self._texts = [(path, text) for path, text in read if len(text) <= LARGEST]
        return self._texts


Pair = tuple[Run, Run]


def paired(old: Sequence[Run], new: Sequence[Run]) -> tuple[list[Pair], list[Run], list[Run]]:
    """The same command on both sides; old ones that are gone; new ones. A command that moved is still the same."""
    pairs: list[Pair] = []
    olds, news = list(old), list(new)
    keys: tuple[Callable[[Run], Hashable], ...] = (
        lambda it: (it.path, it.place, it.command.text, bool(it.command.excuse)),
        lambda it: (it.path, it.place, it.command.text),
        lambda it: (it.path, it.place, it.command.tool),
        lambda it: (it.command.text, bool(it.command.excuse)),
        lambda it: (it.path, it.command.tool),
        lambda it: it.command.tool,
    )
    for key in keys:
        found, olds, news = _matched(olds, news, key)
        pairs += found
    return pairs, olds, news


def _matched(
    olds: Iterable[Run], news: Iterable[Run], key: Callable[[Run], Hashable]
) -> tuple[list[Pair], list[Run], list[Run]]:
    waiting: dict[Hashable, list[Run]] = defaultdict(list)
    for it in news:
        waiting[key(it)].append(it)
    found, left = [], []
    for it in olds:
        candidates = waiting[key(it)]
        if candidates:
            found.append((it, candidates.pop(0)))
        else:
            left.append(it)
    taken = {id(new) for _old, new in found}
    return found, left, [it for it in news if id(it) not in taken]


_COMMENT = regex(r"^\s*(#|//)")


def commented(text: str, command: Command) -> int:
    """The line on which a text holds the command as a comment; 0 where it does not."""
    wanted = " ".join(command.text.split())
    program = command.tool.split()[0]
    for number, line in enumerate(text.split("\n"), 1):
        if _COMMENT.match(line) and program in line and wanted in " ".join(line.split()):
            return number
    return 0
