"""More examples of weakened-assertion: what stays silent, or is not sure."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example
from pytest_agentaudit.rules.examples.weakened_samples import HEAD, PRICING, RECEIPT_CHANGED, example

LOOKALIKES = (
    example("another value of the same strength", "assert total([100]) == 105.0", "assert total([100]) == 107.0"),
    example(
        "a helper asserts it",
        "r = receipt('x')\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1\n    assert r['b'] == 2",
    ),
    example(
        "a list of cases became rows",
        "for n in (1, 2):\n        assert is_valid(n) == True",
        "assert is_valid(n) == True",
        heads=(HEAD, "@pytest.mark.parametrize('n', [1, 2])\ndef test_pricing(n):"),
    ),
    example(
        "several assertions became rows of one",
        "assert receipt('x') in [1, 2]\n    assert receipt('y') == 3",
        "assert receipt(name) in values",
        heads=(
            HEAD,
            "@pytest.mark.parametrize('name, values', [('x', [1, 2]), ('y', [3])])\ndef test_it(name, values):",
        ),
    ),
    example(
        "pytest's way of saying it, with a message and swapped sides",
        "case.assertEqual(total([1]), 1.05)\n    assert receipt('x') == {'a': 1}",
        "assert total([1]) == 1.05, 'tax'\n    assert {'a': 1} == receipt('x')",
    ),
    example(
        "a tighter tolerance",
        "assert total([1]) == pytest.approx(1.05, abs=0.1)",
        "assert total([1]) == pytest.approx(1.05, abs=0.001)",
    ),
    example(
        "a variable was inlined, another one renamed",
        "price = total([1])\n    res = receipt('x')\n    assert price == 1.05\n    assert res['a'] == 1",
        "out = receipt('x')\n    assert total([1]) == 1.05\n    assert out['a'] == 1",
    ),
    example(
        "one assertion became several",
        "assert receipt('x') == {'a': 1, 'b': 2}",
        "r = receipt('x')\n    assert r['a'] == 1\n    assert r['b'] == 2",
    ),
    example(
        "a length became the items",
        "r = receipt('x')\n    assert len(r) == 2\n    assert r is not None",
        "r = receipt('x')\n    assert r == {'a': 1, 'b': 2}",
    ),
    example(
        "a helper waits for the same condition",
        "r = receipt('x')\n    assert r['a'] == 1",
        "r = receipt('x')\n    wait_until(lambda: r['a'] == 1)\n\n\n"
        "def wait_until(holds):\n    if not holds():\n        raise AssertionError",
    ),
    example(
        "a helper's demands went to the tests that call it",
        "r = receipt('x')\n    check(r)\n\n\ndef check(r):\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "r = receipt('x')\n    check(r)\n    assert r['b'] == 2\n\n\ndef check(r):\n    assert r['a'] == 1",
    ),
    example(
        "raises() looks at the message now",
        "with pytest.raises(ValueError) as caught:\n        total([])\n    assert caught.value.args[0] == 'empty'",
        "with pytest.raises(ValueError, match='empty'):\n        total([])",
    ),
    example(
        "the test was written anew",
        "client = Client()\n    client.login('a')\n    page = client.get('x')\n    assert page.price == 1.05",
        "shop = Shop('a')\n    shop.open()\n    price = shop.ask('x')\n    with pytest.raises(KeyError):\n"
        "        shop.ask(price)",
        "4 warning",
    ),
    example(
        "another class got a method of that name",
        "Sink().check(receipt('x'))\n\n\nclass Sink:\n    def check(self, r):\n        assert r['a'] == 1\n"
        "        assert r['b'] == 2",
        "Sink().check(receipt('x'))\n\n\nclass Sink:\n    def check(self, r):\n        assert r == {'a': 1, 'b': 2}"
        "\n\n\nclass Other:\n    def check(self, r):\n        assert r['a'] == 1",
    ),
    example(
        "a helper was split in two",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1\n    check_rest(r)\n\n\n"
        "def check_rest(r):\n    assert r['b'] == 2",
    ),
    example(
        "it was expected to fail",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        heads=(f"@pytest.mark.xfail\n{HEAD}", HEAD),
    ),
    example(
        "it became constant, which is a finding of its own",
        "assert total([100]) == 105.0",
        "total([100])\n    assert True",
    ),
    example(
        "the contract was turned round",
        "assert receipt('x').status == 0",
        "assert receipt('x').status != 0",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "what was in it must not be in it now",
        "assert 'a' in receipt('x')",
        "assert 'a' not in receipt('x')",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "it spoke of an entry that went away",
        "r = receipt('x')\n    assert 'old-rate' in r\n    assert 'rate' in r",
        "r = receipt('x')\n    assert 'rate' in r",
        product=(PRICING + "\n\nRATES = ['old-rate', 'rate']\n", PRICING + "\n\nRATES = ['rate']\n"),
    ),
    example(
        "it spoke of Python's own library",
        "r = receipt('x')\n    import asyncio\n    assert callable(asyncio.gather)\n    assert r['a'] == 1",
        "r = receipt('x')\n    assert r['a'] == 1",
    ),
    example(
        "what it speaks of went away",
        "r = receipt('x')\n    assert r['a'] == 1\n    assert legacy_total([1]) == 1",
        "r = receipt('x')\n    assert r['a'] == 1",
        product=(PRICING + "\n\ndef legacy_total(items):\n    return sum(items)\n", PRICING),
    ),
    example(
        "the answer has other parts now",
        "found = receipt(1)\n    assert found['a'] == 1\n    assert found['b'] == 2\n    assert 'c' in found",
        "found = receipt(1)\n    assert found['sum'] == 3",
        product=(PRICING, PRICING.replace('{"a": 1, "b": 2}', '{"sum": 3}')),
    ),
    example(
        "the answer has another part, and one that it had is asked for no more",
        "found = receipt(1)\n    assert found['a'] == 1\n    assert found['b'] == 2",
        "found = receipt(1)\n    assert found['a'] == 1",
        "4 warning",
        product=(PRICING, PRICING.replace('"b": 2}', '"b": 2, "c": 3}')),
    ),
    example(
        "cases became a loop, one of them in other words",
        "assert is_valid('1 in a') is False\n    assert is_valid('1 in b') is False\n    "
        "assert is_valid('x in c') is False\n    assert is_valid('1 in d') is False",
        "for name in ('a', 'b', 'c', 'd'):\n        assert is_valid(f'1 in {name}') is False",
    ),
    example(
        "what is made no longer holds what it was made with",
        "store = Store(3)\n    assert store.kind is dict\n    assert store.limit == 3",
        "store = Store()\n    assert store.kind is dict",
        product=(
            f"{PRICING}\n\nclass Store:\n    def __init__(self, limit):\n        self.limit = limit\n",
            f"{PRICING}\n\nclass Store:\n    def __init__(self):\n        self.kind = dict\n",
        ),
        more={"shop/other.py": "def limited(limit):\n    return limit\n"},
    ),
    example(
        "what a command does is called without it",
        "result = run(receipt, ['a'])\n    assert result.exit_code == 0",
        "told = receipt('a')\n    assert 'b' in str(told['b'] or is_valid(3))",
    ),
    example(
        "what was nothing is of a type now",
        "assert receipt(None) is None",
        "assert isinstance(receipt(None), dict)",
        product=(PRICING.replace("return {", "return name and {"), PRICING),
    ),
    Example(
        "a method that was watched is gone",
        before={
            "shop/pricing.py": f"{PRICING}\n\nclass Bill:\n    def make(self, name):\n        return receipt(name)\n",
            "shop/other.py": "class Other:\n    def make(self):\n        return 1\n",
            "tests/test_pricing.py": "from unittest.mock import patch\n\nfrom shop.pricing import receipt, total\n\n\n"
            "def test_bill():\n    with patch('shop.pricing.Bill.make') as made:\n"
            "        assert receipt(1)['b'] == 2\n    made.assert_called_once_with(1)\n",
        },
        after={
            "shop/pricing.py": f"{PRICING}\n\nclass Bill:\n    name = ''\n",
            "shop/other.py": "class Other:\n    def make(self):\n        return 1\n",
            "tests/test_pricing.py": "from shop.pricing import receipt, total\n\n\n"
            "def test_bill():\n    assert receipt(1)['b'] == 2\n",
        },
    ),
    example(
        "the test is always skipped now, which skipped-test tells",
        "assert total([100]) == 105.0",
        "pytest.skip('later')",
    ),
    example(
        "what a helper demanded is waited for now",
        "found = receipt(1)\n    assert_ready(found)\n    assert found['b'] == 2",
        "found = wait_for_result(receipt, ready=lambda it: it['a'] > 0)\n    assert found['b'] == 2",
        more={"tests/support.py": "def assert_ready(found):\n    assert found['a']\n"},
    ),
    example(
        "a part of the text is asked for alone, and exactly",
        "place = receipt(1)['place']\n    assert 'oslo/desk' in place\n    assert 'rome/desk' not in place",
        "town = receipt(1)['town']\n    assert town == 'oslo'",
    ),
    example(
        "a method that was called to get on is gone",
        "receipt.ensure_ready()\n    assert receipt(1)['b'] == 2",
        "assert receipt(1)['b'] == 2",
        product=(f"{PRICING}\n\ndef ensure_ready():\n    return 1\n", PRICING),
    ),
    example(
        "what no test ever came to is gone",
        "with pytest.raises(TypeError):\n        told = total(3)\n        assert told == 1",
        "with pytest.raises(TypeError):\n        total(3)",
    ),
    example(
        "a failure that was swallowed is asked for",
        "try:\n        assert total('a') == 105.0\n    except Exception:\n        print('no sum')",
        "with pytest.raises(TypeError, match='int'):\n        total('a')",
    ),
    example(
        "what stands at a place is asked for, so that it has to be there",
        "words = receipt(1)['words']\n    at = words.index('-m') + 1\n    assert at < len(words)\n"
        "    assert words[at] == 'all'",
        "words = receipt(1)['words']\n    at = words.index('-m') + 1\n    assert words[at] == 'all but some'",
    ),
    example(
        "what was nothing at first is something now, of another answer",
        "first = ask(receipt)\n    assert first.json()['polled'] is None",
        "second = ask(receipt)\n    assert second.json()['polled'] is not None",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "the variables of one of several checks got other names",
        "wanted = [1]\n    price = total(wanted)\n    np.assert_equal(price, wanted)\n    wanted = [2]\n"
        "    price = total(wanted)\n    np.assert_equal(price, wanted)",
        "wanted = [1]\n    price = total(wanted)\n    np.assert_equal(price, wanted)\n    wanted_two = [2]\n"
        "    price_two = total(wanted_two)\n    np.assert_equal(price_two, wanted_two)",
    ),
    example(
        "there are more of them, and the same is asked of as many",
        "lines = ask(receipt)\n    assert len(lines) == 2\n    assert 'sum' in lines[0].parts\n"
        "    assert 'sum' in lines[1].parts",
        "lines = ask(receipt)\n    assert len(lines) == 3\n    assert 'sum' in lines[0].parts\n"
        "    assert 'sum' not in lines[1].parts\n    assert 'sum' in lines[2].parts",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "the text of the warning is looked for among those that were recorded",
        "with pytest.warns(Warning, match='rate is old'):\n        total([1])",
        "with pytest.warns(Warning) as record:\n        total([1])\n    said = [str(it.message) for it in record]\n"
        "    assert any('rate is old' in it for it in said)\n    assert any('tax' in it for it in said)",
    ),
    example(
        "a warning of a certain text, instead of one of any kind",
        "with warnings.catch_warnings(record=True) as w:\n        total([1])\n        assert len(w) == 1",
        "with pytest.warns(FutureWarning, match='rate is old'):\n        total([1])",
        "4 warning",
    ),
    example(
        "one of the ways that the test went through was taken away",
        "for way in (receipt, receipt_of_old):\n        found = way('x')\n        assert found['a'] == 1\n"
        "        if way is receipt_of_old:\n            assert found['b'] == 2",
        "for way in (receipt,):\n        found = way('x')\n        assert found['a'] == 1",
        product=(PRICING + "\n\ndef receipt_of_old(name):\n    return receipt(name)\n", PRICING),
    ),
    example(
        "a new helper looks for the same text",
        "found = ask(receipt)\n    assert any('rate is old' in it for it in found)",
        "found = ask(receipt)\n    assert is_old(found)\n\n\ndef is_old(found):\n"
        "    return any('rate is old' in it.text for it in found)",
    ),
    example(
        "the data of one of several cases went from their fixture",
        "found = ask(names)\n    assert 'tax' in found\n    assert 'fee' in found\n\n\n@pytest.fixture\ndef names():\n"
        "    return receipt(['tax', 'fee'])",
        "found = ask(names)\n    assert 'tax' in found\n\n\n@pytest.fixture\ndef names():\n    return receipt(['tax'])",
        "4 note",
        heads=("def test_pricing(names):", "def test_pricing(names):"),
    ),
    example(
        "it asserted the truth of what was to raise",
        "with pytest.raises(TypeError):\n        assert total(None)",
        "with pytest.raises(TypeError):\n        total(None)",
    ),
    example(
        "what was empty there is not there any more",
        "r = receipt('x')\n    assert 'b' in r\n    assert r['b'] is None",
        "r = receipt('x')\n    assert 'b' not in r",
        product=(PRICING, PRICING.replace(', "b": 2', "")),
    ),
    example(
        "there is one less of them, and nothing to ask of that one",
        "lines = receipt('x')\n    assert len(lines) == 2\n    first, second = lines\n    assert first.sum == 1\n"
        "    assert second.sum == 2",
        "lines = receipt('x')\n    assert len(lines) == 1\n    (second,) = lines\n    assert second.sum == 2",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "its name stands in a longer one only",
        "r = receipt('x')\n    assert r['rate_of_old'] == 1\n    assert r['a'] == 1",
        "r = receipt('x')\n    assert r['a'] == 1",
        product=(
            PRICING.replace('"b": 2', '"rate_of_old": 1') + "\n\ndef read_rate_of_old():\n    return 2\n",
            PRICING + "\n\ndef read_rate_of_old():\n    return 3\n",
        ),
    ),
    example(
        "which release it is, each release says itself",
        "assert shop.__version__ == '2.4.1'",
        "assert isinstance(shop.__version__, str)",
        "5 note",
    ),
    example(
        "ten times as long may another machine take",
        "took = timed(receipt)\n    assert took < 0.1",
        "took = timed(receipt)\n    assert took < 1.0",
        "6 warning",
    ),
)
