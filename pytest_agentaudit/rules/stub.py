"""The rule stub."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import DefinitionPair, FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import LEFT_OUT, STUB, UNFINISHED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.reached import definition_pair, is_overridden, sure_callers
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

SHOWN = 3
"""How many callers a message lists."""

LONGEST = 90
"""Characters of a comment that a message quotes."""

_WORKS = """
def send_receipt(order):
    lines = [f"{item.name}: {item.price}" for item in order.items]
    return mail(order.customer, "\\n".join(lines))


def close(order):
    send_receipt(order)
    order.done = True
"""
_BODY = """    lines = [f"{item.name}: {item.price}" for item in order.items]
    return mail(order.customer, "\\n".join(lines))
"""
_ROUTE = """
def route(message):
    kind = message["type"]
    if kind == "order":
        return place(message)
    return None
"""


def _emptied(body: str) -> str:
    return _WORKS.replace(_BODY, body)


def _new(text: str, before: str = "RATE = 2\n") -> tuple[dict[str, str | bytes], dict[str, str | bytes]]:
    """A change that adds `text` to a file."""
    return {"shop/mails.py": before}, {"shop/mails.py": before + "\n\n" + text}


def _example(title: str, before: str, after: str, *expect: str) -> Example:
    return Example(title, before={"shop/mails.py": before}, after={"shop/mails.py": after}, expect=expect)


def _added(title: str, text: str, *expect: str) -> Example:
    before, after = _new(text)
    return Example(title, before=before, after=after, expect=expect)


class Stub(Rule):
    """A function or branch of the product was left empty.

    It was emptied (`pass`, `...`, `raise NotImplementedError`, a constant), or added with a promise in its docstring
    and nothing behind it; or a branch drops what it meets while a comment says that it is not done yet. Abstract
    methods, protocols, overloads, hooks, methods of classes with a base and empty functions whose words say that they
    are meant so are silent, or noted.

    Level: error for a stub that a caller in the product reaches; warning for other stubs and for branches; note for an
    argument that is left out with a TODO, for a branch whose TODO names an issue, and where words say that it is meant.

    Why: what calls it goes on as if the work were done.
    Fix: write the body, or take the function out, with what calls it, until it can be written.
    Not a fix: a TODO, or a constant instead of `pass`.
    """

    name = "stub"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = (
        _example("emptied, and still called", _WORKS, _emptied("    pass\n"), "shop/mails.py:2 error"),
        _example(
            "emptied to a constant",
            _WORKS,
            _emptied("    # TODO: send it\n    return True\n"),
            "shop/mails.py:2 error",
        ),
        _example(
            "emptied, and nobody calls it",
            _WORKS.partition("\n\n\ndef close")[0] + "\n",
            _emptied("    raise NotImplementedError\n").partition("\n\n\ndef close")[0] + "\n",
            "shop/mails.py:2 warning",
        ),
        _added(
            "new, with a promise, and called",
            'def send_receipt(order):\n    """Send the receipt to the customer."""\n\n\n'
            "def close(order):\n    send_receipt(order)\n    order.done = True\n",
            "shop/mails.py:4 error",
        ),
        _added(
            "new, not implemented",
            "def send_receipt(order):\n    raise NotImplementedError\n",
            "shop/mails.py:4 warning",
        ),
        _example(
            "a branch that drops what it meets",
            _ROUTE,
            _ROUTE.replace(
                "    return None\n",
                '    elif kind == "cancel":\n        # TODO: Implement cancellation\n        return None\n'
                "    return None\n",
            ),
            "shop/mails.py:8 warning",
        ),
        _example(
            "an argument that is left out",
            "def run(hooks):\n    return Engine(hooks=hooks)\n",
            "def run(hooks):\n    return Engine(\n        hooks=None,  # TODO: pass them on\n    )\n",
            "shop/mails.py:3 note",
        ),
        _added(
            "new, a placeholder that a method goes on with",
            "class Mailer:\n    def letter_text(self, order):\n        # placeholder\n        return []\n\n"
            "    def send(self, order):\n        return self.post(self.letter_text(order))\n",
            "shop/mails.py:5 error",
        ),
        _added(
            "abstract methods and protocols",
            "class Mailer(ABC):\n    @abstractmethod\n    def send_letter(self, text): ...\n\n\n"
            "class Box(Protocol):\n    def open_box(self): ...\n",
        ),
        _added(
            "hooks of a base class",
            "class Mailer:\n    def before_send(self, text):\n        pass\n\n"
            "    def send(self, text):\n        self.before_send(text)\n        return text\n",
        ),
        _added(
            "a method that subclasses fill in",
            "class Mailer:\n    def send_text(self, text):\n        raise NotImplementedError\n\n\n"
            "class Post(Mailer):\n    def send_text(self, text):\n        return text\n",
        ),
        _added(
            "a visitor's empty methods, and a null object",
            "class Silent(Visitor):\n    def visit_name(self, node):\n        pass\n\n\n"
            "class NullMailer:\n    def send_text(self, text):\n        pass\n",
        ),
        _added(
            "an exception, a special method, a group of commands",
            "class Late(Exception):\n    pass\n\n\nclass Mail:\n    def __init__(self):\n        pass\n\n\n"
            "@click.group()\ndef commands():\n    pass\n",
        ),
        _example(
            "kept for callers of old releases",
            _WORKS,
            _emptied('    """Do nothing: deprecated, receipts are sent by the queue."""\n'),
        ),
        _example("it was empty before", _emptied("    pass\n"), _emptied("    ...\n")),
        _example(
            "an answer to nobody, by its parameters",
            "A = 1\n",
            'A = 1\n\n\ndef no_progress(_done, _total):\n    """Report nothing."""\n',
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """Empty functions first, then branches and arguments."""
        for file in audit.files(FileRole.PRODUCT):
            for it in file.new_ones(STUB):
                pair = definition_pair(audit.delta, file.path, it.line)
                if pair and pair.new:
                    yield from self._function(audit, file, it, pair)
            for it in file.new_ones(UNFINISHED):
                yield self.finding(
                    Location(file.path, it.line, it.end_line, it.symbol),
                    f"`{it.symbol}` does nothing for `{it.text}`, and a comment says that this is not done: "
                    f"{_cut(it.details['pending'])}",
                    level=Level.NOTE if it.details["issue"] else self.level,
                    fix="handle the case, or refuse it with an exception that callers see",
                    not_a_fix="another wording of the comment",
                )
            yield from self._left_out(file)

    def _left_out(self, file: FileDelta) -> Iterator[Finding]:
        """The arguments that each definition leaves out."""
        found: dict[str, list[Occurrence]] = defaultdict(list)
        for it in file.new_ones(LEFT_OUT):
            found[it.symbol].append(it)
        for symbol, (first, *more) in found.items():
            names = ", ".join(f"`{it.text}`" for it in (first, *more))
            yield self.finding(
                Location(file.path, first.line, first.end_line, symbol),
                f"{names} leaves out what `{symbol or file.path}` should pass on: {_cut(first.details['pending'])}",
                level=Level.NOTE,
                fix="pass the value on, or say in the documentation that it has no effect yet",
                related=tuple(Location(file.path, it.line, it.end_line, symbol) for it in more),
            )

    def _function(self, audit: Audit, file: FileDelta, it: Occurrence, pair: DefinitionPair) -> Iterator[Finding]:
        """A function that was emptied, or added empty."""
        if not pair.new or is_overridden(audit.delta, pair.new):
            return
        emptied, excuse, form = pair.old is not None, it.details["excuse"], it.details["form"]
        says_nothing = form in {"only a message", "return", "return None"} and not emptied
        is_value = form.startswith("return ") and form != "return None"
        if not it.details["pending"] and (is_value or says_nothing or (excuse and not emptied)):
            return
        callers = sure_callers(audit.delta, pair.new)
        promised = bool(it.details["claim"] or it.details["pending"]) or form.startswith("raise")
        level = self.level
        if excuse:
            level = Level.NOTE
        elif callers and (emptied or promised):
            level = Level.ERROR
        elif not emptied and not promised and not callers:
            level = Level.NOTE
        lines = pair.old.end_line - pair.old.line if pair.old else 0
        what = f"`{it.symbol}` had a body of {lines} lines and is now {_body(form)}"
        said = what if emptied else f"`{it.symbol}` was added with {_body(form)}"
        yield self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            said + (f"; {_listed(callers)} {'still calls' if emptied else 'calls'} it." if callers else "."),
            level=level,
            evidence={"pending": it.details["pending"]} if it.details["pending"] else {},
            fix="write the body, or remove the function together with what calls it",
            not_a_fix="a TODO; a constant instead of `pass`",
        )


def _body(form: str) -> str:
    return form if form.startswith("only") else f"`{form}`"


def _listed(callers: tuple[str, ...]) -> str:
    more = f" and {len(callers) - SHOWN} more" if len(callers) > SHOWN else ""
    return ", ".join(f"`{it}`" for it in callers[:SHOWN]) + more


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
