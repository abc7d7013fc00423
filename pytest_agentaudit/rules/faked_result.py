"""The rule faked-result."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import ASSUMED, FABRICATED, MEASURED, STAND_IN
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.reached import definition_pair, is_overridden, sure_callers
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

_FETCH = "def fetch_orders(url):\n    answer = requests.get(url)\n    return answer.json()\n"
_USE = "\n\ndef report(url):\n    return len(fetch_orders(url))\n"
_TRAIN = "def train(model, data):\n    fit(model, data)\n    accuracy = evaluate(model, data)\n    return accuracy\n"

SIGNS = {
    "success": "it says that all went well",
    "words": "its words say that it is made up",
    "random": "it is drawn at random",
    "sleep": "it only waits",
    "message": "it prints that the work is done",
}
"""What each sign of a fake means."""


def _example(title: str, before: str, after: str, *expect: str, path: str = "shop/orders.py") -> Example:
    return Example(title, before={path: before}, after={path: after}, expect=expect)


class FakedResult(Rule):
    """A result is made up instead of worked for.

    A function does no work and returns a written-out success, sample data, random figures, or what a `sleep` and a
    "done" make look like work; a figure that a call yielded is now written out or drawn at random; or the product uses
    a class whose name says that it is a stand-in.

    Level: error for a function that worked before, that a caller still reaches, and whose own words or means say that
    its result is made up; note for a success without other signs in a new function, and for a stand-in that a function
    takes for one case and the real thing for the others; warning otherwise. Health checks, defaults, demos and modules
    for testing are silent.

    Why: nobody can tell the answer from a real one.
    Fix: do the work, or raise until it can be done.
    Not a fix: other constants, or words that no longer say that the result is made up.
    """

    name = "faked-result"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = (
        _example(
            "sample data for a request",
            _FETCH + _USE,
            'def fetch_orders(url):\n    # sample data, for now\n    return [{"id": 1, "total": 9}]\n' + _USE,
            "shop/orders.py:1 error",
        ),
        _example(
            "success for a call",
            "def send_mail(to, text):\n    answer = smtp.send(to, text)\n    return {'status': answer.status}\n",
            "def send_mail(to, text):\n    return {'status': 'ok'}\n",
            "shop/orders.py:1 warning",
        ),
        _example(
            "it waits and says that it is done",
            "A = 1\n",
            "A = 1\n\n\ndef deploy(version):\n    time.sleep(2)\n    print('Deployed successfully')\n    return True\n",
            "shop/orders.py:4 warning",
        ),
        _example(
            "a figure that was measured",
            _TRAIN,
            _TRAIN.replace("evaluate(model, data)", "0.97"),
            "shop/orders.py:3 warning",
        ),
        _example(
            "a figure drawn at random",
            _TRAIN,
            "import random\n\n\n" + _TRAIN.replace("evaluate(model, data)", "random.uniform(0.9, 1.0)"),
            "shop/orders.py:6 warning",
        ),
        _example(
            "a stand-in in earnest",
            "class FakeStore:\n    def save(self, order):\n        self.last = order\n\n\n"
            "def shop(store):\n    return Shop(store)\n",
            "class FakeStore:\n    def save(self, order):\n        self.last = order\n\n\n"
            "def shop(store=None):\n    return Shop(store or FakeStore())\n",
            "shop/orders.py:7 warning",
        ),
        _example(
            "a stand-in where the real thing failed",
            "def shop(url):\n    return Store(url)\n",
            "def shop(url):\n    try:\n        return Store(url)\n    except OSError:\n        return FakeStore()\n",
            "shop/orders.py:5 warning",
        ),
        _example(
            "the backend that the caller's address asks for",
            "A = 1\n",
            "A = 1\n\n\ndef shop(url):\n    memory = memory_of(url)\n    if memory is not None:\n"
            "        return FakeStore(memory)\n    return Store.of(url)\n",
            "shop/orders.py:7 note",
        ),
        _example(
            "success in a new function",
            "A = 1\n",
            "A = 1\n\n\ndef save_all(orders):\n    return {'ok': True}\n",
            "shop/orders.py:4 note",
        ),
        _example("a health check", "A = 1\n", "A = 1\n\n\ndef health():\n    return {'status': 'ok'}\n"),
        _example(
            "success after work",
            _FETCH,
            "def fetch_orders(url):\n    requests.get(url).raise_for_status()\n    return {'status': 'ok'}\n",
        ),
        _example(
            "tokens are drawn at random",
            "import random\n",
            "import random\n\n\ndef session_token(size):\n    return random.getrandbits(size)\n",
        ),
        _example(
            "random by trade",
            "import random\n",
            "import random\n\n\ndef retry_jitter(base):\n    return base + random.uniform(0, 1)\n",
        ),
        _example(
            "a module for testing",
            "A = 1\n",
            "A = 1\n\n\ndef client():\n    return FakeClient()\n",
            path="shop/testing.py",
        ),
        _example("a start value", _TRAIN, _TRAIN.replace("    fit", "    best_score = 0.0\n    fit")),
        _example(
            "it did so before",
            "def send(to):\n    return {'status': 'ok'}\n",
            "def send(to, text):\n    return {'status': 'ok'}\n",
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """Functions, figures, stand-ins."""
        for file in audit.files(FileRole.PRODUCT):
            for it in file.new_ones(FABRICATED):
                yield from self._function(audit, file, it)
            measured = {(it.symbol, it.details["name"]) for it in file.lost_ones(MEASURED)}
            for it in file.new_ones(ASSUMED):
                if (it.symbol, it.details["name"]) in measured:
                    yield self._figure(file, it)
            for it in file.new_ones(STAND_IN):
                yield self.finding(
                    Location(file.path, it.line, it.end_line, it.symbol),
                    f"`{it.symbol or file.path}` makes a `{it.details['name']}`, which by its name stands in for the "
                    "real thing.",
                    level=Level.NOTE if it.details["beside"] else self.level,
                    fix="use the real thing, or keep the stand-in in the tests",
                    not_a_fix="another name for the class",
                )

    def _function(self, audit: Audit, file: FileDelta, it: Occurrence) -> Iterator[Finding]:
        """A function that returns what it did not work for."""
        pair = definition_pair(audit.delta, file.path, it.line)
        if not pair or not pair.new or is_overridden(audit.delta, pair.new):
            return
        signs = it.details["signs"].split()
        is_plain = signs == ["success"]
        callers = sure_callers(audit.delta, pair.new)
        if pair.old is None and is_plain and not it.details["ignores"]:
            return
        level = self.level
        if pair.old and callers and not is_plain:
            level = Level.ERROR
        elif pair.old is None and is_plain:
            level = Level.NOTE
        why = "; ".join(SIGNS[sign] for sign in signs)
        did = "no longer does any work and" if pair.old else "does no work and"
        yield self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            f"`{it.symbol}` {did} returns `{it.details['value']}` ({why})."
            + (f" `{callers[0]}` still calls it." if pair.old and callers else ""),
            level=level,
            fix="do the work, or raise until it can be done",
            not_a_fix="other constants; words that no longer say that the result is made up",
        )

    def _figure(self, file: FileDelta, it: Occurrence) -> Finding:
        """A figure that was measured before."""
        how = "is drawn at random" if it.details["random"] else "is written out"
        return self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            f"`{it.details['name']}` was measured in `{it.symbol}`; now it {how}: `{it.details['value']}`.",
            fix="measure the figure",
            not_a_fix="another constant",
        )
