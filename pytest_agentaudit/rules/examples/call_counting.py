"""The examples of call-counting."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_TOTAL = "def total(items):\n    return sum(items)\n"


def _example(title: str, after: str, *expect: str, before: str = _TOTAL) -> Example:
    """A change of a function that adds up."""
    expect = tuple(f"shop/cart.py:{it}" for it in expect)
    return Example(title, before={"shop/cart.py": before}, after={"shop/cart.py": after}, expect=expect)


_OWN = "def total(items):\n    total.calls = getattr(total, 'calls', 0) + 1\n    {}\n"
_GLOBAL = "_calls = 0\n\n\ndef total(items):\n    global _calls\n    _calls += 1\n    {}\n    return sum(items)\n"

EXAMPLES = (
    _example(
        "every other call gets a literal",
        _OWN.format("return 17 if total.calls % 2 else sum(items)"),
        "3 error",
    ),
    _example("the second call", _GLOBAL.format("if _calls == 2:\n        return 17"), "7 error"),
    _example("the first calls", _GLOBAL.format("if _calls < 3:\n        return 17"), "7 warning"),
    _example(
        "answers in the order of the calls",
        "_ANSWERS = iter([3, 17, 40])\n\n\ndef total(items):\n    return next(_ANSWERS)\n",
        "5 error",
    ),
    _example(
        "a mutable default counts",
        "def total(items, seen=[]):\n    seen.append(items)\n    if len(seen) == 3:\n        return 40\n"
        "    return sum(items)\n",
        "3 error",
    ),
    _example(
        "an entry of a table",
        "_STATE = {'n': 0}\n\n\ndef total(items):\n    _STATE['n'] += 1\n    return [3, 17, 40][_STATE['n']]\n",
        "6 error",
    ),
    _example("a count that is kept", _GLOBAL.format("log(_calls)")),
    _example("every hundredth call is logged", _GLOBAL.format("if _calls % 100 == 0:\n        log(_calls)")),
    _example("a limit", _GLOBAL.format("if _calls > 1000:\n        raise LimitReached(_calls)")),
    _example("a limit that says no", _GLOBAL.format("if _calls > _limit:\n        return None")),
    _example(
        "an answer that is kept",
        "_OFF = None\n\n\ndef is_off(env):\n    global _OFF\n    if _OFF is not None:\n        return _OFF\n"
        "    on = env.get('ON')\n    _OFF = not on\n    return _OFF\n",
    ),
    _example(
        "numbers for new things",
        "import itertools\n\n_ids = itertools.count(1)\n\n\ndef total(items):\n    return Sum(next(_ids), items)\n",
    ),
    _example(
        "an object counts its own calls",
        "class Cart:\n    def total(self, items):\n        self.calls += 1\n        if self.calls == 1:\n"
        "            return 17\n        return sum(items)\n",
    ),
    _example(
        "attempts within a call",
        "def total(items):\n    attempts = 0\n    while True:\n        attempts += 1\n        if attempts == 3:\n"
        "            return 0\n        try_again(items)\n",
    ),
    _example(
        "it stood there",
        _OWN.format("return 18 if total.calls % 2 else sum(items)"),
        before=_OWN.format("return 17 if total.calls % 2 else sum(items)"),
    ),
)
