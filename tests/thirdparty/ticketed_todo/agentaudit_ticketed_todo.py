"""A rule of a house's own, in a package of its own: new notes to oneself have to name a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.hookspecs import hookimpl
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.rules import Audit, Example, Rule

_NOTE = re.compile(r"#\s*(?:TODO|FIXME)\b")


class TicketedTodo(Rule):
    """A new note to oneself names no ticket.

    Level: warning.

    Why: what stands in no ticket is planned by nobody, and the note is still there in five years.
    Fix: open a ticket and name it in the comment.
    Not a fix: the same note without its first word.
    """

    name = "unticketed-note"
    family = Family.SHORTCUTS
    level = Level.WARNING
    options: ClassVar[dict[str, object]] = {"ticket": r"[A-Z]+-\d+"}
    examples = (
        Example(
            "no ticket",
            before={"shop.py": "PRICE = 1\n"},
            after={"shop.py": "PRICE = 1  # TODO: ask finance\n"},
            expect=("shop.py:1",),
        ),
        Example(
            "another spelling of tickets",
            before={"shop.py": "PRICE = 1\n"},
            after={"shop.py": "PRICE = 1  # TODO SHOP-7: ask finance\n"},
            expect=("shop.py:1",),
            settings={"ticket": r"#\d+"},
        ),
        Example(
            "a ticket",
            before={"shop.py": "PRICE = 1\n"},
            after={"shop.py": "PRICE = 1  # TODO SHOP-7: ask finance\n"},
        ),
        Example(
            "an old note",
            before={"shop.py": "PRICE = 1  # TODO: ask finance\n"},
            after={"shop.py": "PRICE = 1  # TODO: ask finance\nTAX = 2\n"},
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for each comment."""
        ticket = re.compile(str(audit.options["ticket"]))
        for file in audit.files(FileRole.PRODUCT):
            for comment in file.new.comments if file.new else ():
                text = comment.text
                if comment.line in file.pair.added and _NOTE.search(text) and not ticket.search(text):
                    yield self.finding(
                        Location(file.path, comment.line),
                        f"`{text}` names no ticket.",
                        fix="open a ticket and name it in the comment",
                    )


@hookimpl
def agentaudit_rules() -> Iterable[type[Rule]]:
    """The rules of this package."""
    return [TicketedTodo]
