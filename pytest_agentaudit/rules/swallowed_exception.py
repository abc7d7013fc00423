"""The rule swallowed-exception."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.occurrences.handlers import SILENT_HANDLER
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

_LOAD = "def load(path):\n    return open(path).read()\n"
_SILENT = "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        pass\n"


class SwallowedException(Rule):
    """A new handler catches any exception and drops it.

    Level: error where a suppression quiets the checker that would have said so; note where a comment says why; warning
    otherwise. Narrow handlers, and those that log, re-raise or answer with a value, are silent.

    Why: a failure that nobody hears of is found by a customer, far from its cause.
    Fix: catch the exceptions that can be expected here, or log the exception.
    Not a fix: a comment, or `contextlib.suppress(Exception)` instead.
    """

    name = "swallowed-exception"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = (
        Example(
            "a broad handler that passes",
            before={"shop/load.py": _LOAD},
            after={"shop/load.py": _SILENT},
            expect=("shop/load.py:4 warning",),
        ),
        Example(
            "a bare one",
            before={"shop/load.py": _LOAD},
            after={"shop/load.py": _SILENT.replace("except Exception", "except")},
            expect=("shop/load.py:4 warning",),
        ),
        Example(
            "the linter was quieted as well",
            before={"shop/load.py": _LOAD},
            after={"shop/load.py": _SILENT.replace("Exception:", "Exception:  # noqa: BLE001")},
            expect=("shop/load.py:4 error",),
        ),
        Example(
            "in other words",
            before={"shop/load.py": _LOAD},
            after={
                "shop/load.py": "from contextlib import suppress\n\n\ndef load(path):\n    with suppress(Exception):\n"
                "        return open(path).read()\n"
            },
            expect=("shop/load.py:5 warning",),
        ),
        Example(
            "a narrow one",
            before={"shop/load.py": _LOAD},
            after={"shop/load.py": _SILENT.replace("Exception", "FileNotFoundError")},
        ),
        Example(
            "it logs",
            before={"shop/load.py": _LOAD},
            after={"shop/load.py": _SILENT.replace("pass", "log.exception('unreadable: %s', path)")},
        ),
        Example(
            "it only moved",
            before={"shop/load.py": _SILENT, "shop/other.py": "A = 1\n"},
            after={"shop/load.py": "B = 1\n", "shop/other.py": "A = 1\n\n\n" + _SILENT},
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each handler."""
        for file in audit.files(FileRole.PRODUCT):
            quieted = {it.line for it in file.added_suppressions}
            for it in file.new_ones(SILENT_HANDLER):
                level = Level.NOTE if it.details["comment"] else self.level
                if not quieted.isdisjoint(range(it.line, it.end_line + 1)):
                    level = Level.ERROR
                caught = f"`{it.details['caught']}`" if it.details["caught"] else "whatever is raised"
                yield self.finding(
                    Location(file.path, it.line, it.end_line, it.symbol),
                    f"`{it.symbol or file.path}` catches {caught} and drops it.",
                    level=level,
                    fix="catch the exceptions that can be expected here, or log the exception",
                    not_a_fix="a comment; `contextlib.suppress` instead",
                )
