"""The examples of weakened-assertion: many, because most that looks like a weakened test is none."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

_PRICING = """
def total(items):
    return sum(items) * 1.05


def receipt(name):
    return {"a": 1, "b": 2}


def is_valid(number):
    return number > 0
"""


_HEAD = "def test_pricing():"
_WHOLE = "assert dict(receipt(1)) == {'b': 2}"


def _test(body: str, head: str = _HEAD) -> str:
    """A test file with one test, which begins on line 4."""
    return f"import pytest\nfrom shop.pricing import is_valid, receipt, total\n\n{head}\n    {body}\n"


def _example(
    title: str,
    before: str,
    after: str,
    line: str = "",
    *,
    product: tuple[str, str] = (_PRICING, _PRICING),
    more: Mapping[str, str] | None = None,
    heads: tuple[str, str] = (_HEAD, _HEAD),
    evidence: Evidence | None = None,
) -> Example:
    """A test whose body changed; an empty `after` means that its file is gone."""
    path = "tests/test_pricing.py"
    return Example(
        title,
        before={"shop/pricing.py": product[0], path: _test(before, heads[0])},
        after={
            "shop/pricing.py": product[1],
            **({path: _test(after, heads[1])} if after else {}),
            **(more or {}),
        },
        expect=(line if ":" in line else f"{path}:{line}",) if line else (),
        evidence=evidence,
    )


def _marked(title: str, above: str) -> Example:
    """A class of tests that is as it was, with something new above its mark."""
    head = "import pytest\nfrom shop.pricing import total\n\n\n"
    known = "@pytest.mark.unit\nclass TestTotal:\n    def test_one(self):\n        assert total([100]) == 105.0\n"
    files = {"shop/pricing.py": _PRICING}
    path = "tests/test_pricing.py"
    return Example(title, {**files, path: head + known}, {**files, path: head + above + known})


def _saving(statement: str) -> str:
    return _PRICING.replace("return {", f"{statement}\n    return {{")


def _run(hits: Mapping[int, tuple[int, ...]]) -> Evidence:
    """A whole run in which the test ran these lines of the product."""
    path = "tests/test_pricing.py"
    test = TestOutcome(f"{path}::test_pricing", path, 4, "test_pricing", Outcome.PASSED)
    return Evidence((test,), {"shop/pricing.py": LineHits(hits)}, tracer="sys.monitoring")


_RATED = _PRICING.replace("1.05", "_rate()") + "\n\ndef _rate():\n    return 1.05\n"
_RECEIPT_CHANGED = _PRICING.replace('"b": 2', '"b": 3')


EXAMPLES = (
    _example(
        "in a function inside the test, which is no helper",
        "def priced(items):\n        assert total(items) == 105.0\n\n    priced([100])\n    assert is_valid([])",
        "def priced(items):\n        total(items)\n\n    priced([100])\n    assert is_valid([])",
        "4 error",
    ),
    _example("a demand that the next one makes too", f"assert 'b' in receipt(1)\n    {_WHOLE}", _WHOLE),
    _example("the next is about another", f"assert 'b' in receipt(2)\n    {_WHOLE}", _WHOLE, "4 error"),
    _marked("a comment came to stand above the mark of a class", "# Prices are net.\n"),
    _example(
        "equality with a literal became an order",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        "5 error",
    ),
    _example(
        "the whole became membership",
        "assert receipt('x') == {'a': 1, 'b': 2}",
        "assert 'a' in receipt('x')",
        "5 error",
    ),
    _example(
        "the whole became one key",
        "assert receipt('x') == {'a': 1, 'b': 2}",
        "assert receipt('x')['a'] == 1",
        "5 error",
    ),
    _example(
        "a truth test only excludes a value, beside new assertions",
        "assert is_valid(3)",
        "assert is_valid(3) is not False\n    assert is_valid(4) is not None\n    assert is_valid(5) is not None",
        "5 error",
    ),
    _example(
        "an assertion was dropped",
        "r = receipt('x')\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "r = receipt('x')\n    assert r['a'] == 1",
        "4 error",
    ),
    _example("a bound was loosened", "assert total([1]) < 1.1", "assert total([1]) < 10", "5 error"),
    _example(
        "a tolerance grew",
        "assert total([1]) == pytest.approx(1.05)",
        "assert total([1]) == pytest.approx(1.05, abs=1)",
        "5 error",
    ),
    _example(
        "any exception will do, whatever it says",
        "with pytest.raises(ValueError, match='empty'):\n        total([])",
        "with pytest.raises(Exception):\n        total([])",
        "5 error",
    ),
    _example(
        "a helper asks for less, and with it every test that calls it",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1",
        "8 error",
    ),
    _example(
        "a fixture no longer asserts what it handed out",
        "assert total([1]) == 1.05\n\n\n@pytest.fixture\ndef shop():\n    r = receipt('x')\n"
        "    assert r['a'] == 1\n    yield r\n    assert r['b'] == 2",
        "assert total([1]) == 1.05\n\n\n@pytest.fixture\ndef shop():\n    r = receipt('x')\n"
        "    assert r['a'] == 1\n    yield r",
        "9 error",
    ),
    _example(
        "a tolerance grew, in unittest's and numpy's words",
        "case.assertAlmostEqual(total([1]), 1.05, places=5)\n    np.testing.assert_allclose(total([2]), 2.1)",
        "case.assertAlmostEqual(total([1]), 1.05, places=1)\n    np.testing.assert_allclose(total([2]), 2.1, rtol=0.5)",
        "5 error",
    ),
    _example(
        "the same step in two tests",
        "assert total([100]) == 105.0\n\n\ndef test_more():\n    assert total([100]) == 105.0",
        "assert total([100]) > 0\n\n\ndef test_more():\n    assert total([100]) > 0",
        "5 error",
    ),
    _example(
        "the product changed with it",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        "5 warning",
        product=(_PRICING, _PRICING.replace("1.05", "1.07")),
    ),
    _example(
        "what the tested function calls changed with it",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        "5 warning",
        product=(_RATED, _RATED.replace("1.05", "1.07")),
    ),
    _example(
        "the product changed, but the run shows that the test runs none of the change",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        "5 error",
        product=(_PRICING, _RECEIPT_CHANGED),
        evidence=_run({}),
    ),
    _example(
        "the run shows that the test runs changed code",
        "assert receipt('x')['b'] == 2",
        "assert receipt('x')['b'] > 0",
        "5 warning",
        product=(_PRICING, _RECEIPT_CHANGED),
        evidence=_run({7: (0,)}),
    ),
    _example(
        "it was weakened on its way to another file",
        "items = [100]\n    price = total(items)\n    assert price == 105.0",
        "",
        "tests/test_totals.py:7 error",
        more={"tests/test_totals.py": _test("items = [100]\n    price = total(items)\n    assert price > 0")},
    ),
    _example(
        "the demand became an assignment",
        "r = receipt('x')\n    assert r.b == 2\n    assert r.a == 1",
        "r = receipt('x')\n    r.b = 2\n    assert r.a == 1\n    assert r.c == 3",
        "4 warning",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "what is demanded is set first, and demanded still",
        "r = receipt('x')\n    assert r.b == 2",
        "r = receipt('x')\n    assert r.b == 2\n    r.b = 2",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "a bound on what the machine takes got a little room",
        "took = total([1]).seconds\n    assert took < 10",
        "took = total([1]).seconds\n    assert took < 15",
        "6 warning",
    ),
    _example(
        "a stronger demand came for a variable that is gone",
        "waits = total([1])\n    assert waits[1] >= 2 * waits[0]",
        "delays = receipt([1])\n    assert delays == [1.0, 2.0]",
        "4 note",
    ),
    _example(
        "what is looked for got longer",
        "assert ('a', 1) in receipt('x')",
        "assert ('a', 1, 2) in receipt('x')",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "two arguments became one",
        "cmd = receipt('x')\n    at = cmd.index('--rate')\n    assert cmd[at + 1] == 'full'",
        "cmd = receipt('x')\n    assert '--rate=full' in cmd",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "the call raises now",
        "r = receipt('x')\n    assert isinstance(r, dict)\n    assert len(r) == 2",
        "with pytest.raises(ValueError, match='no x'):\n        receipt('x')",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "all that was in it must not be in it now",
        "c = receipt('x')\n    assert 'rate' in c\n    assert 'full' in c\n    assert 'half' in c",
        "c = receipt('x')\n    assert 'rate' not in c\n    assert 'half' not in c\n    assert 'full' not in c",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "it watched a double of what went away",
        "rate = Mock()\n    monkeypatch.setattr('shop.pricing._rate', rate)\n    assert total([1]) == 1.05\n"
        "    assert rate.call_count == 1",
        "assert total([1]) == 1.05",
        product=(_RATED, _PRICING),
    ),
    _example(
        "the code calls it under a condition",
        "sink = Mock()\n    assert receipt(sink) == 1\n    sink.save.assert_called_once()",
        "sink = Mock()\n    assert receipt(sink) == 1",
        "4 note",
        product=(_saving("name.save()"), _saving("if name.new:\n        name.save()")),
    ),
    _example(
        "what it looked into is empty now",
        "found = receipt('x')\n    assert found[0].name == 'a'\n    assert len(found) == 1",
        "found = receipt('x')\n    assert len(found) == 0",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "nothing was there, something is",
        "assert receipt('x').auth is None",
        "assert receipt('x').auth is not None",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "in all of them there was nothing, and something is",
        "found = receipt('x')\n    assert all(it is None for it in found)",
        "found = receipt('x')\n    assert all(it is not None and it.startswith('x') for it in found)",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "a part is asked for exactly",
        "url = receipt('x')\n    assert 'a.org' in url",
        "url = receipt('x')\n    host, _, _ = url.partition('/')\n    assert host == 'a.org'",
    ),
    _example(
        "a call waits for it",
        "page = receipt('x')\n    assert page.css('color') in REDS\n    assert page.css('color') in BLUES",
        "page = receipt('x')\n    Shop.poll_for_or_raise(lambda: page.css('color') in COLORS)",
    ),
    _example(
        "the same of another table",
        "row = receipt('x')['old']\n    assert row['model'] == 'a'\n    assert receipt('x')['name'] == 'b'",
        "turn = receipt('x')['new']\n    assert turn['model'] == 'a'",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "a result that is true or false is tested for truth",
        "assert is_valid(3) is True",
        "assert is_valid(3)",
        "5 note",
    ),
    _example("another value of the same strength", "assert total([100]) == 105.0", "assert total([100]) == 107.0"),
    _example(
        "a helper asserts it",
        "r = receipt('x')\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1\n    assert r['b'] == 2",
    ),
    _example(
        "a list of cases became rows",
        "for n in (1, 2):\n        assert is_valid(n) == True",
        "assert is_valid(n) == True",
        heads=(_HEAD, "@pytest.mark.parametrize('n', [1, 2])\ndef test_pricing(n):"),
    ),
    _example(
        "several assertions became rows of one",
        "assert receipt('x') in [1, 2]\n    assert receipt('y') == 3",
        "assert receipt(name) in values",
        heads=(
            _HEAD,
            "@pytest.mark.parametrize('name, values', [('x', [1, 2]), ('y', [3])])\ndef test_it(name, values):",
        ),
    ),
    _example(
        "pytest's way of saying it, with a message and swapped sides",
        "case.assertEqual(total([1]), 1.05)\n    assert receipt('x') == {'a': 1}",
        "assert total([1]) == 1.05, 'tax'\n    assert {'a': 1} == receipt('x')",
    ),
    _example(
        "a tighter tolerance",
        "assert total([1]) == pytest.approx(1.05, abs=0.1)",
        "assert total([1]) == pytest.approx(1.05, abs=0.001)",
    ),
    _example(
        "a variable was inlined, another one renamed",
        "price = total([1])\n    res = receipt('x')\n    assert price == 1.05\n    assert res['a'] == 1",
        "out = receipt('x')\n    assert total([1]) == 1.05\n    assert out['a'] == 1",
    ),
    _example(
        "one assertion became several",
        "assert receipt('x') == {'a': 1, 'b': 2}",
        "r = receipt('x')\n    assert r['a'] == 1\n    assert r['b'] == 2",
    ),
    _example(
        "a length became the items",
        "r = receipt('x')\n    assert len(r) == 2\n    assert r is not None",
        "r = receipt('x')\n    assert r == {'a': 1, 'b': 2}",
    ),
    _example(
        "a helper waits for the same condition",
        "r = receipt('x')\n    assert r['a'] == 1",
        "r = receipt('x')\n    wait_until(lambda: r['a'] == 1)\n\n\n"
        "def wait_until(holds):\n    if not holds():\n        raise AssertionError",
    ),
    _example(
        "a helper's demands went to the tests that call it",
        "r = receipt('x')\n    check(r)\n\n\ndef check(r):\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "r = receipt('x')\n    check(r)\n    assert r['b'] == 2\n\n\ndef check(r):\n    assert r['a'] == 1",
    ),
    _example(
        "raises() looks at the message now",
        "with pytest.raises(ValueError) as caught:\n        total([])\n    assert caught.value.args[0] == 'empty'",
        "with pytest.raises(ValueError, match='empty'):\n        total([])",
    ),
    _example(
        "the test was written anew",
        "client = Client()\n    client.login('a')\n    page = client.get('x')\n    assert page.price == 1.05",
        "shop = Shop('a')\n    shop.open()\n    price = shop.ask('x')\n    with pytest.raises(KeyError):\n"
        "        shop.ask(price)",
        "4 warning",
    ),
    _example(
        "another class got a method of that name",
        "Sink().check(receipt('x'))\n\n\nclass Sink:\n    def check(self, r):\n        assert r['a'] == 1\n"
        "        assert r['b'] == 2",
        "Sink().check(receipt('x'))\n\n\nclass Sink:\n    def check(self, r):\n        assert r == {'a': 1, 'b': 2}"
        "\n\n\nclass Other:\n    def check(self, r):\n        assert r['a'] == 1",
    ),
    _example(
        "a helper was split in two",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1\n    check_rest(r)\n\n\n"
        "def check_rest(r):\n    assert r['b'] == 2",
    ),
    _example(
        "it was expected to fail",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        heads=(f"@pytest.mark.xfail\n{_HEAD}", _HEAD),
    ),
    _example(
        "it became constant, which is a finding of its own",
        "assert total([100]) == 105.0",
        "total([100])\n    assert True",
    ),
    _example(
        "the contract was turned round",
        "assert receipt('x').status == 0",
        "assert receipt('x').status != 0",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "what was in it must not be in it now",
        "assert 'a' in receipt('x')",
        "assert 'a' not in receipt('x')",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "it spoke of an entry that went away",
        "r = receipt('x')\n    assert 'old-rate' in r\n    assert 'rate' in r",
        "r = receipt('x')\n    assert 'rate' in r",
        product=(_PRICING + "\n\nRATES = ['old-rate', 'rate']\n", _PRICING + "\n\nRATES = ['rate']\n"),
    ),
    _example(
        "it spoke of Python's own library",
        "r = receipt('x')\n    import asyncio\n    assert callable(asyncio.gather)\n    assert r['a'] == 1",
        "r = receipt('x')\n    assert r['a'] == 1",
    ),
    _example(
        "what it speaks of went away",
        "r = receipt('x')\n    assert r['a'] == 1\n    assert legacy_total([1]) == 1",
        "r = receipt('x')\n    assert r['a'] == 1",
        product=(_PRICING + "\n\ndef legacy_total(items):\n    return sum(items)\n", _PRICING),
    ),
    _example(
        "the answer has other parts now",
        "found = receipt(1)\n    assert found['a'] == 1\n    assert found['b'] == 2\n    assert 'c' in found",
        "found = receipt(1)\n    assert found['sum'] == 3",
        product=(_PRICING, _PRICING.replace('{"a": 1, "b": 2}', '{"sum": 3}')),
    ),
    _example(
        "the answer has another part, and one that it had is asked for no more",
        "found = receipt(1)\n    assert found['a'] == 1\n    assert found['b'] == 2",
        "found = receipt(1)\n    assert found['a'] == 1",
        "4 warning",
        product=(_PRICING, _PRICING.replace('"b": 2}', '"b": 2, "c": 3}')),
    ),
    _example(
        "cases became a loop, one of them in other words",
        "assert is_valid('1 in a') is False\n    assert is_valid('1 in b') is False\n    "
        "assert is_valid('x in c') is False\n    assert is_valid('1 in d') is False",
        "for name in ('a', 'b', 'c', 'd'):\n        assert is_valid(f'1 in {name}') is False",
    ),
    _example(
        "what is made no longer holds what it was made with",
        "store = Store(3)\n    assert store.kind is dict\n    assert store.limit == 3",
        "store = Store()\n    assert store.kind is dict",
        product=(
            f"{_PRICING}\n\nclass Store:\n    def __init__(self, limit):\n        self.limit = limit\n",
            f"{_PRICING}\n\nclass Store:\n    def __init__(self):\n        self.kind = dict\n",
        ),
        more={"shop/other.py": "def limited(limit):\n    return limit\n"},
    ),
    _example(
        "what a command does is called without it",
        "result = run(receipt, ['a'])\n    assert result.exit_code == 0",
        "told = receipt('a')\n    assert 'b' in str(told['b'] or is_valid(3))",
    ),
    _example(
        "what was nothing is of a type now",
        "assert receipt(None) is None",
        "assert isinstance(receipt(None), dict)",
        product=(_PRICING.replace("return {", "return name and {"), _PRICING),
    ),
    Example(
        "a method that was watched is gone",
        before={
            "shop/pricing.py": f"{_PRICING}\n\nclass Bill:\n    def make(self, name):\n        return receipt(name)\n",
            "shop/other.py": "class Other:\n    def make(self):\n        return 1\n",
            "tests/test_pricing.py": "from unittest.mock import patch\n\nfrom shop.pricing import receipt, total\n\n\n"
            "def test_bill():\n    with patch('shop.pricing.Bill.make') as made:\n"
            "        assert receipt(1)['b'] == 2\n    made.assert_called_once_with(1)\n",
        },
        after={
            "shop/pricing.py": f"{_PRICING}\n\nclass Bill:\n    name = ''\n",
            "shop/other.py": "class Other:\n    def make(self):\n        return 1\n",
            "tests/test_pricing.py": "from shop.pricing import receipt, total\n\n\n"
            "def test_bill():\n    assert receipt(1)['b'] == 2\n",
        },
    ),
    _example(
        "the test is always skipped now, which skipped-test tells",
        "assert total([100]) == 105.0",
        "pytest.skip('later')",
    ),
    _example(
        "what a helper demanded is waited for now",
        "found = receipt(1)\n    assert_ready(found)\n    assert found['b'] == 2",
        "found = wait_for_result(receipt, ready=lambda it: it['a'] > 0)\n    assert found['b'] == 2",
        more={"tests/support.py": "def assert_ready(found):\n    assert found['a']\n"},
    ),
    _example(
        "a part of the text is asked for alone, and exactly",
        "place = receipt(1)['place']\n    assert 'oslo/desk' in place\n    assert 'rome/desk' not in place",
        "town = receipt(1)['town']\n    assert town == 'oslo'",
    ),
    _example(
        "a method that was called to get on is gone",
        "receipt.ensure_ready()\n    assert receipt(1)['b'] == 2",
        "assert receipt(1)['b'] == 2",
        product=(f"{_PRICING}\n\ndef ensure_ready():\n    return 1\n", _PRICING),
    ),
    _example(
        "what no test ever came to is gone",
        "with pytest.raises(TypeError):\n        told = total(3)\n        assert told == 1",
        "with pytest.raises(TypeError):\n        total(3)",
    ),
    _example(
        "a failure that was swallowed is asked for",
        "try:\n        assert total('a') == 105.0\n    except Exception:\n        print('no sum')",
        "with pytest.raises(TypeError, match='int'):\n        total('a')",
    ),
    _example(
        "what stands at a place is asked for, so that it has to be there",
        "words = receipt(1)['words']\n    at = words.index('-m') + 1\n    assert at < len(words)\n"
        "    assert words[at] == 'all'",
        "words = receipt(1)['words']\n    at = words.index('-m') + 1\n    assert words[at] == 'all but some'",
    ),
    _example(
        "what was nothing at first is something now, of another answer",
        "first = ask(receipt)\n    assert first.json()['polled'] is None",
        "second = ask(receipt)\n    assert second.json()['polled'] is not None",
        product=(_PRICING, _RECEIPT_CHANGED),
    ),
    _example(
        "ten times as long may another machine take",
        "took = timed(receipt)\n    assert took < 0.1",
        "took = timed(receipt)\n    assert took < 1.0",
        "6 warning",
    ),
)
