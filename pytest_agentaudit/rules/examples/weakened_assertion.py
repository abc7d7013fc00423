"""The examples of weakened-assertion: many, because most that looks like a weakened test is none."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_agentaudit.rules.examples.weakened_contracts import CONTRACTS
from pytest_agentaudit.rules.examples.weakened_lookalikes import LOOKALIKES
from pytest_agentaudit.rules.examples.weakened_samples import (
    PRICING,
    RATED,
    RECEIPT_CHANGED,
    WHOLE,
    example,
    file_of,
    marked,
    run,
    saving,
)
from pytest_agentaudit.rules.examples.weakened_views import VIEWS

EXAMPLES = (
    example(
        "equality with a literal became an order",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        "5 error",
    ),
    replace(
        example(
            "an earlier commit changed what the test tests, after the last one that touched the test",
            "assert total([100]) == 105.0",
            "assert total([100]) > 0",
            "5 warning",
        ),
        earlier={"shop/pricing.py": PRICING.replace("1.05", "1.03"), "tests/test_pricing.py": ""},
    ),
    example(
        "in a function inside the test, which is no helper",
        "def priced(items):\n        assert total(items) == 105.0\n\n    priced([100])\n    assert is_valid([])",
        "def priced(items):\n        total(items)\n\n    priced([100])\n    assert is_valid([])",
        "4 error",
    ),
    example("a demand that the next one makes too", f"assert 'b' in receipt(1)\n    {WHOLE}", WHOLE),
    example("the next is about another", f"assert 'b' in receipt(2)\n    {WHOLE}", WHOLE, "4 error"),
    marked("a comment came to stand above the mark of a class", "# Prices are net.\n"),
    example(
        "the whole became membership",
        "assert receipt('x') == {'a': 1, 'b': 2}",
        "assert 'a' in receipt('x')",
        "5 error",
    ),
    example(
        "the whole became one key",
        "assert receipt('x') == {'a': 1, 'b': 2}",
        "assert receipt('x')['a'] == 1",
        "5 error",
    ),
    example(
        "a truth test only excludes a value, beside new assertions",
        "assert is_valid(3)",
        "assert is_valid(3) is not False\n    assert is_valid(4) is not None\n    assert is_valid(5) is not None",
        "5 error",
    ),
    example(
        "an assertion was dropped",
        "r = receipt('x')\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "r = receipt('x')\n    assert r['a'] == 1",
        "4 error",
    ),
    example("a bound was loosened", "assert total([1]) < 1.1", "assert total([1]) < 10", "5 error"),
    example(
        "a tolerance grew",
        "assert total([1]) == pytest.approx(1.05)",
        "assert total([1]) == pytest.approx(1.05, abs=1)",
        "5 error",
    ),
    example(
        "the call is to raise now, while the product is as it was",
        "price = total([1])\n    assert price == 1.05",
        "with pytest.raises(ValueError, match='empty'):\n        total([1])",
        "5 warning",
    ),
    example(
        "any exception will do, whatever it says",
        "with pytest.raises(ValueError, match='empty'):\n        total([])",
        "with pytest.raises(Exception):\n        total([])",
        "5 error",
    ),
    example(
        "a helper asks for less, and with it every test that calls it",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1\n    assert r['b'] == 2",
        "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1",
        "8 error",
    ),
    example(
        "a fixture no longer asserts what it handed out",
        "assert total([1]) == 1.05\n\n\n@pytest.fixture\ndef shop():\n    r = receipt('x')\n"
        "    assert r['a'] == 1\n    yield r\n    assert r['b'] == 2",
        "assert total([1]) == 1.05\n\n\n@pytest.fixture\ndef shop():\n    r = receipt('x')\n"
        "    assert r['a'] == 1\n    yield r",
        "9 error",
    ),
    example(
        "a tolerance grew, in unittest's and numpy's words",
        "case.assertAlmostEqual(total([1]), 1.05, places=5)\n    np.testing.assert_allclose(total([2]), 2.1)",
        "case.assertAlmostEqual(total([1]), 1.05, places=1)\n    np.testing.assert_allclose(total([2]), 2.1, rtol=0.5)",
        "5 error",
    ),
    example(
        "the same step in two tests",
        "assert total([100]) == 105.0\n\n\ndef test_more():\n    assert total([100]) == 105.0",
        "assert total([100]) > 0\n\n\ndef test_more():\n    assert total([100]) > 0",
        "5 error",
    ),
    example(
        "the product changed with it",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        "5 warning",
        product=(PRICING, PRICING.replace("1.05", "1.07")),
    ),
    example(
        "what the tested function calls changed with it",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        "5 warning",
        product=(RATED, RATED.replace("1.05", "1.07")),
    ),
    example(
        "the product changed, but the run shows that the test runs none of the change",
        "assert total([100]) == 105.0",
        "assert total([100]) > 0",
        "5 error",
        product=(PRICING, RECEIPT_CHANGED),
        evidence=run({}),
    ),
    example(
        "the run shows that the test runs changed code",
        "assert receipt('x')['b'] == 2",
        "assert receipt('x')['b'] > 0",
        "5 warning",
        product=(PRICING, RECEIPT_CHANGED),
        evidence=run({7: (0,)}),
    ),
    example(
        "it was weakened on its way to another file",
        "items = [100]\n    price = total(items)\n    assert price == 105.0",
        "",
        "tests/test_totals.py:7 error",
        more={"tests/test_totals.py": file_of("items = [100]\n    price = total(items)\n    assert price > 0")},
    ),
    example(
        "the demand became an assignment",
        "r = receipt('x')\n    assert r.b == 2\n    assert r.a == 1",
        "r = receipt('x')\n    r.b = 2\n    assert r.a == 1\n    assert r.c == 3",
        "4 warning",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "what is demanded is set first, and demanded still",
        "r = receipt('x')\n    assert r.b == 2",
        "r = receipt('x')\n    assert r.b == 2\n    r.b = 2",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "a bound on what the machine takes got a little room",
        "took = total([1]).seconds\n    assert took < 10",
        "took = total([1]).seconds\n    assert took < 15",
        "6 warning",
    ),
    example(
        "a stronger demand came for a variable that is gone",
        "waits = total([1])\n    assert waits[1] >= 2 * waits[0]",
        "delays = receipt([1])\n    assert delays == [1.0, 2.0]",
        "4 note",
    ),
    example(
        "what is looked for got longer",
        "assert ('a', 1) in receipt('x')",
        "assert ('a', 1, 2) in receipt('x')",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "two arguments became one",
        "cmd = receipt('x')\n    at = cmd.index('--rate')\n    assert cmd[at + 1] == 'full'",
        "cmd = receipt('x')\n    assert '--rate=full' in cmd",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "the call raises now",
        "r = receipt('x')\n    assert isinstance(r, dict)\n    assert len(r) == 2",
        "with pytest.raises(ValueError, match='no x'):\n        receipt('x')",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "all that was in it must not be in it now",
        "c = receipt('x')\n    assert 'rate' in c\n    assert 'full' in c\n    assert 'half' in c",
        "c = receipt('x')\n    assert 'rate' not in c\n    assert 'half' not in c\n    assert 'full' not in c",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "it watched a double of what went away",
        "rate = Mock()\n    monkeypatch.setattr('shop.pricing._rate', rate)\n    assert total([1]) == 1.05\n"
        "    assert rate.call_count == 1",
        "assert total([1]) == 1.05",
        product=(RATED, PRICING),
    ),
    example(
        "the code calls it under a condition",
        "sink = Mock()\n    assert receipt(sink) == 1\n    sink.save.assert_called_once()",
        "sink = Mock()\n    assert receipt(sink) == 1",
        "4 note",
        product=(saving("name.save()"), saving("if name.new:\n        name.save()")),
    ),
    example(
        "what it looked into is empty now",
        "found = receipt('x')\n    assert found[0].name == 'a'\n    assert len(found) == 1",
        "found = receipt('x')\n    assert len(found) == 0",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "nothing was there, something is",
        "assert receipt('x').auth is None",
        "assert receipt('x').auth is not None",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "in all of them there was nothing, and something is",
        "found = receipt('x')\n    assert all(it is None for it in found)",
        "found = receipt('x')\n    assert all(it is not None and it.startswith('x') for it in found)",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "a part is asked for exactly",
        "url = receipt('x')\n    assert 'a.org' in url",
        "url = receipt('x')\n    host, _, _ = url.partition('/')\n    assert host == 'a.org'",
    ),
    example(
        "a call waits for it",
        "page = receipt('x')\n    assert page.css('color') in REDS\n    assert page.css('color') in BLUES",
        "page = receipt('x')\n    Shop.poll_for_or_raise(lambda: page.css('color') in COLORS)",
    ),
    example(
        "the same of another table",
        "row = receipt('x')['old']\n    assert row['model'] == 'a'\n    assert receipt('x')['name'] == 'b'",
        "turn = receipt('x')['new']\n    assert turn['model'] == 'a'",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "a value that is told by one of its attributes now",
        "found = receipt('x')\n    assert found == ('shop', 'Receipt')",
        "found = receipt('x')\n    assert callable(found)\n    assert found.__name__ == 'load'",
        "6 warning",
    ),
    example(
        "a helper fails the test in its place",
        "done = run('shop')\n    assert done.returncode == 0\n    assert 'Total' in done.stdout",
        "done = again('shop')\n    assert 'Total' in done.stdout\n\n\ndef again(command):\n    for _ in range(3):\n"
        "        done = run(command)\n        if done.returncode == 0:\n            return done\n"
        "    pytest.fail(done.stderr)",
        "4 note",
    ),
    example(
        "a helper that fails for nothing",
        "done = run('shop')\n    assert done.returncode == 0\n    assert 'Total' in done.stdout",
        "done = again('shop')\n    assert 'Total' in done.stdout\n\n\ndef again(command):\n    for _ in range(3):\n"
        "        done = run(command)\n        if done.returncode == 0:\n            return done\n    return done",
        "4 warning",
    ),
    example(
        "a result that is true or false is tested for truth",
        "assert is_valid(3) is True",
        "assert is_valid(3)",
        "5 note",
    ),
    *LOOKALIKES,
    *VIEWS,
    *CONTRACTS,
)
