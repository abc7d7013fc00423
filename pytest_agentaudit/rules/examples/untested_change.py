"""The examples of untested-change, with and without a run."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

_TESTED = "tests/test_pricing.py"
_TEST = "from shop import pricing\n\n\ndef test_total():\n    assert pricing.total([1]) == 1\n"
_TOTAL = "def total(items):\n    return sum(items)\n"
_REFUND = """

def refund(order):
    paid = order.paid
    fee = paid / 10
    return paid - fee
"""
_BRANCH = """def total(items):
    if not items:
        print("nothing")
        return -1
    return sum(items)
"""
_HANDLER = """def total(items):
    try:
        return sum(items)
    except TypeError:
        return 0
"""
_GUARD = """def total(items):
    if items is None:
        raise ValueError("items")
    return sum(items)
"""

_PAID = """

def paid(order):
    total = order.total
    rate = order.rate
    fee = total * rate
    if order.is_gift:
        fee = 0
        total = order.value
    if order.is_paid:
        return total
    order.note(fee)
    order.note(total)
    return total + fee
"""
_WRITER = """

class Writer:
    def __init__(self, stream, rate):
        self.stream = stream
        self.rate = rate

    def write(self, order):
        total = order.total
        fee = total * self.rate
        self.stream.write(order.name)
        return self.stream.write(total + fee)

    def flush(self):
        self.stream.flush()

    def close(self):
        self.stream.flush()
        self.stream.close()
"""
"""Two new pieces of work: of the first function, the branch has lines 10 and 11; of the class, `close` 20 and 21."""


def _ran(first: int, last: int, *unrun: int) -> dict[int, tuple[int, ...]]:
    """Hits of the first test on every line from `first` to `last` but these."""
    return {line: (0,) for line in range(first, last + 1) if line not in unrun}


_KNOWN = (
    "def known(items):\n    found = []\n    for it in items:\n        if it.price > 3:\n            found.append(it)\n"
    "        elif it.parts:\n            found.extend(it.parts)\n    return found\n"
)
_IN_CLASS = "\n\nclass Known:\n" + "".join(f"    {line}\n" for line in _KNOWN.splitlines())


def _example(
    title: str,
    after: str,
    *expect: str,
    before: str = _TOTAL,
    hits: Mapping[int, tuple[int, ...]] | None = None,
    test: str = _TEST,
    partial: str = "",
    skipped: str = "",
) -> Example:
    """An example with one product file and one test file; without `hits` nothing was run. One test may be `skipped`."""
    outcomes = [TestOutcome(f"{_TESTED}::test_total", _TESTED, 4, "test_total", Outcome.PASSED)]
    outcomes += [TestOutcome(f"{_TESTED}::{skipped}", _TESTED, 9, skipped, Outcome.SKIPPED)] if skipped else []
    ran = {"shop/pricing.py": LineHits(hits or {}, at_import=(1,))}
    return Example(
        title,
        before={"shop/pricing.py": before, _TESTED: _TEST},
        after={"shop/pricing.py": after, _TESTED: test},
        expect=tuple(f"shop/pricing.py:{place}" for place in expect),
        evidence=None if hits is None else Evidence(tuple(outcomes), ran, tracer="coverage", partial=partial),
    )


_ELSEWHERE = (
    "import pytest\nimport sys\n\nfrom shop import pricing\n\n\ndef test_total():\n    assert pricing.total([1]) == 1\n"
    "\n\n@pytest.mark.skipif({}, reason='new')\ndef test_refund():\n    assert pricing.refund(2) == 2\n"
)

EXAMPLES = (
    _example("a new function that no test runs", _TOTAL + _REFUND, "5 error", hits={}),
    _example(
        "the test that runs it is for another Python",
        _TOTAL + _REFUND,
        "5 warning",
        hits={},
        test=_ELSEWHERE.format("sys.version_info < (3, 99)"),
        skipped="test_refund",
    ),
    _example(
        "the test that runs it is skipped everywhere",
        _TOTAL + _REFUND,
        "5 error",
        hits={},
        test=_ELSEWHERE.format("True"),
        skipped="test_refund",
    ),
    _example("a new branch that no test takes", _BRANCH, "3 error", hits={2: (0,), 5: (0,)}),
    _example(
        "a short branch that no test takes of a new function that tests run otherwise",
        _TOTAL + _PAID,
        "10 warning",
        hits=_ran(6, 16, 10, 11),
    ),
    _example(
        "short branches that no test takes, a third of a new function",
        _TOTAL + _PAID,
        "10 error",
        hits=_ran(6, 16, 10, 11, 14, 15),
    ),
    _example(
        "a long branch that no test takes of a long new function",
        _TOTAL
        + _PAID.replace(
            "        fee = 0\n", "        fee = 0\n        order.note(fee)\n        order.wrap()\n"
        ).replace("    return total + fee\n", "".join(f"    order.note({number})\n" for number in range(9))),
        "10 error",
        hits=_ran(6, 26, 10, 11, 12, 13),
    ),
    _example(
        "a short method that no test calls of a new class that tests run otherwise",
        _TOTAL + _WRITER,
        "19 warning",
        hits=_ran(7, 17),
    ),
    _example(
        "a short method that no test calls, added to a class",
        _TOTAL + _WRITER,
        "19 error",
        before=(_TOTAL + _WRITER).partition("\n    def close")[0],
        hits=_ran(7, 17),
    ),
    _example("a handler that no test reaches", _HANDLER, "5 warning", hits={3: (0,)}),
    _example("a guard that no test makes raise", _GUARD, "3 warning", hits={2: (0,), 4: (0,)}),
    _example(
        "an edited function that no test runs",
        _TOTAL + _REFUND.replace("/ 10", "* rate()").replace("- fee", "- fee - tip(fee)"),
        "7 error",
        before=_TOTAL + _REFUND,
        hits={},
    ),
    _example(
        "an edited function that no test runs, of which only names changed",
        _TOTAL + _REFUND.replace("fee", "charge"),
        "7 warning",
        before=_TOTAL + _REFUND,
        hits={},
    ),
    _example("nothing was run, and no test names the function", _TOTAL + _REFUND, "5 warning"),
    _example("nothing was run, and a new branch came without a test", _BRANCH, "1 warning"),
    _example(
        "nothing was run, and all that is new is the end of a word",
        "def total(items):\n    count = len(items)\n    print(f\"{count} item{'s' if count != 1 else ''}\")\n"
        "    return sum(items)\n",
    ),
    _example(
        "nothing was run, and no test came with a new option",
        "def total(items, rates=None):\n    whole = sum(items)\n    if rates:\n"
        "        whole += sum(rate * whole for rate in rates)\n    return whole\n",
        "1 warning",
    ),
    _example(
        "nothing was run, and what is new only shows how far it is",
        "def total(items, status_callback=None):\n    if status_callback:\n"
        "        status_callback('counting', len(items))\n    if len(items) > 9:\n"
        "        print('many items')\n        print('this takes a while')\n    return sum(items)\n",
    ),
    _example(
        "a function that only shows something, and that no test calls",
        _TOTAL + "\n\ndef show(items):\n    print(total(items))\n    print(len(items))\n",
        "6 warning",
        hits={2: (0,)},
    ),
    _example("every new line is run", _TOTAL + _REFUND, hits={6: (0,), 7: (0,), 8: (0,)}),
    _example("a representation", f'{_TOTAL}\n\nclass A:\n    def __repr__(self):\n        return "A()"\n', hits={}),
    _example("a pure rename", _TOTAL.replace("total", "add"), hits={}),
    _example(
        "only typing and a docstring",
        'def total(items: list[int]) -> int:\n    """Add."""\n    return sum(items)\n',
        hits={},
    ),
    _example("a constant", "LIMIT = 3\n\n\n" + _TOTAL, hits={}),
    _example("not all tests were run", _TOTAL + _REFUND, hits={}, partial="-k"),
    _example(
        "nothing was run, and a test names it",
        _TOTAL + _REFUND,
        test=_TEST + "\n\ndef test_refund():\n    assert pricing.refund(3) == 1\n",
    ),
    _example(
        "nothing was run, and a tested function calls it",
        _TOTAL.replace("sum(items)", "_sum(items)")
        + "\n\ndef _sum(items):\n    result = 0\n    return result + len(items)\n",
    ),
    _example(
        "nothing was run, and a test came with the new branch",
        _BRANCH,
        test=_TEST + "\n\ndef test_nothing():\n    assert pricing.total([]) == -1\n",
    ),
    _example(
        "nothing was run, and one decision replaced another",
        "def total(items):\n    known = [it for it in items if it]\n    return sum(known)\n",
        before="def total(items):\n    whole = 0\n    for it in items:\n        if it:\n            whole += it\n"
        "    return whole\n",
    ),
    _example(
        "nothing was run, and a branch moved into a helper",
        _BRANCH.replace("total", "_checked") + "\n\ndef total(items):\n    found = _checked(items)\n    return found\n",
        before=_BRANCH,
    ),
    _example(
        "nothing was run, and decisions moved into helpers, where their names are others",
        "def total(order):\n    paid = []\n    for item in order.items:\n"
        "        if not _is_due(item, order.limit):\n            continue\n"
        "        paid.append(_taken(item))\n    return sum(paid)\n\n\n"
        "def _is_due(item, limit):\n    due = item.due\n    if item.price > limit and not due:\n        return False\n"
        "    return due\n\n\n"
        "def _taken(item):\n    price = item.price\n    if item.rate is None:\n        return price\n"
        "    return price * item.rate\n",
        before="def total(order):\n    paid = []\n    for item in order.items:\n"
        "        due = item.due\n        if item.price > order.limit and not due:\n            continue\n"
        "        if item.rate is not None:\n            paid.append(item.price * item.rate)\n"
        "        else:\n            paid.append(item.price)\n    return sum(paid)\n",
    ),
    _example(
        "nothing was run, and a question about the type took the place of a comment to the type checker",
        "def total(items):\n    price = items.price\n    if isinstance(price, Sum):\n        price.rate = 2\n"
        "        price.done = True\n    return price\n",
        before="def total(items):\n    price = items.price\n    price.rate = 2  # type: ignore[union-attr]\n"
        "    price.done = True\n    return price\n",
    ),
    _example(
        "nothing was run, and a question about the type says what to do",
        "def total(items):\n    price = items.price\n    if isinstance(price, Sum):\n        price.rate = len(items)\n"
        "        price.done = True\n    return price\n",
        "1 warning",
        before="def total(items):\n    price = items.price\n    price.rate = 2\n"
        "    price.done = True\n    return price\n",
    ),
    _example(
        "nothing was run, and a helper decides more than what it was taken from",
        "def total(items):\n    found = _known(items)\n    return sum(found)\n\n\n"
        "def _known(items):\n    known = []\n    for it in items:\n        if it.is_open and it.price > 3:\n"
        "            known.append(it.price)\n        elif it.parts:\n            known.extend(_known(it.parts))\n"
        "    return known\n",
        "6 warning",
        before="def total(items):\n    whole = 0\n    for it in items:\n        whole += it.price\n    return whole\n",
    ),
    _example(
        "nothing was run, and what was added only speaks to type checkers, raises or logs",
        'def total(items):\n    assert items is not None\n    assert items != ""\n    if len(items) > 9:\n'
        '        raise ValueError("items")\n    if items:\n        logger.debug("%d", len(items))\n'
        "    return sum(items)\n",
    ),
    _example(
        "nothing was run, and the new branch is a platform's",
        _BRANCH.replace("not items", 'sys.platform == "win32"'),
    ),
    _example(
        "nothing was run, and a test names the tool that it registers",
        f"{_TOTAL}\n\ndef register(server):\n    limit = server.limit\n    prices = server.prices\n"
        "    @server.tool\n    def quote_price(order):\n        price = prices[order] * limit\n"
        "        return price + len(order)\n",
        test=_TEST + "\n\ndef test_tool(client):\n    assert client.call('quote_price', 'a') == 3\n",
    ),
    Example(
        "nothing was run, and the change says that it is about speed alone, which does not excuse it",
        before={"shop/pricing.py": _TOTAL, _TESTED: _TEST},
        after={"shop/pricing.py": _BRANCH, _TESTED: _TEST},
        expect=("shop/pricing.py:1 warning",),
        messages=("perf: give no items a way of their own\n",),
    ),
    Example(
        "nothing was run, and CI runs tests under the new code",
        before={"shop/pricing.py": _TOTAL, _TESTED: _TEST, ".github/workflows/ci.yml": "on: push\n"},
        after={
            "shop/pricing.py": _BRANCH,
            _TESTED: _TEST,
            ".github/workflows/ci.yml": "on: push\njobs:\n  new:\n    steps:\n"
            "      - run: NEW=1 pytest tests/test_pricing.py\n",
        },
    ),
    Example(
        "nothing was run, and CI got another step",
        before={"shop/pricing.py": _TOTAL, _TESTED: _TEST, ".github/workflows/ci.yml": "on: push\n"},
        after={
            "shop/pricing.py": _BRANCH,
            _TESTED: _TEST,
            ".github/workflows/ci.yml": "on: push\njobs:\n  new:\n    steps:\n      - run: make wheel\n",
        },
        expect=("shop/pricing.py:1 warning",),
    ),
    Example(
        "nothing was run, and the function is a copy of one that the base has elsewhere",
        before={"shop/pricing.py": _TOTAL, "shop/old.py": _KNOWN, _TESTED: _TEST},
        after={"shop/pricing.py": _TOTAL + _IN_CLASS, "shop/old.py": _KNOWN, _TESTED: _TEST},
    ),
    Example(
        "nothing was run, and the function is nearly one that the base has elsewhere",
        before={"shop/pricing.py": _TOTAL, "shop/old.py": _KNOWN, _TESTED: _TEST},
        after={"shop/pricing.py": _TOTAL + _IN_CLASS.replace("> 3", "> 4"), "shop/old.py": _KNOWN, _TESTED: _TEST},
        expect=("shop/pricing.py:6 warning",),
    ),
    Example(
        "nothing was run, and the code measures",
        before={"shop/pricing.py": _TOTAL, _TESTED: _TEST},
        after={"shop/pricing.py": _TOTAL, "shop/price_benchmark.py": _BRANCH + _REFUND, _TESTED: _TEST},
    ),
    _example(
        "nothing was run, and names lost the module before them",
        "from shop.rates import Rate\n\n\nclass Fee:\n    def __init__(self, full):\n        if full:\n"
        "            self.rate = Rate(1)\n        else:\n            self.rate = Rate(2)\n",
        before="import shop.rates\n\n\nclass Fee:\n    def __init__(self, full):\n        if full:\n"
        "            self.rate = shop.rates.Rate(1)\n        else:\n            self.rate = shop.rates.Rate(2)\n",
    ),
    Example(
        "nothing was run, and a package offers its users a test",
        before={"pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['tests']\n", "shop/kit/__init__.py": ""},
        after={
            "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['tests']\n",
            "shop/kit/__init__.py": "",
            "shop/kit/test_store.py": "def _kept(store):\n    store['a'] = 1\n    found = store['a']\n"
            "    return found\n\n\ndef test_keeps(store):\n    found = _kept(store) or filled(store)\n"
            "    if found != 1:\n        raise AssertionError(found)\n    return found\n",
            "shop/kit/_fixtures.py": "def filled(store):\n    store['b'] = 1\n    found = store['b']\n"
            "    return found\n",
        },
    ),
    _example(
        "nothing was run, and only a number changed", _TOTAL + _REFUND.replace("10", "12"), before=_TOTAL + _REFUND
    ),
)
