"""Examples of weakened-assertion: what changed or went beside its code, and what a test asks for in another place."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example
from pytest_agentaudit.rules.examples.weakened_samples import PRICING, RECEIPT_CHANGED, example, file_of

_TWO = ("tests/test_one.py", "tests/test_two.py")

CONTRACTS = (
    example(
        "the code that it demands it of changed, and nobody can tell what is demanded since",
        "found = receipt(1)\n    assert found['a'] == 1\n    assert len(found) == 2",
        "found = receipt(1)\n    assert found['a'] == 1",
        "4 note",
        product=(PRICING, PRICING.replace('"b": 2}', '"b": 2, **extras}')),
    ),
    example(
        "the same, and it demands nothing any more",
        "found = receipt(1)\n    assert len(found) == 2",
        "found = receipt(1)\n    print(found)",
        "4",
        product=(PRICING, PRICING.replace('"b": 2}', '"b": 2, **extras}')),
    ),
    example(
        "what was refused is answered now",
        "with pytest.raises(KeyError):\n        receipt('x')\n    assert total([]) == 0",
        "receipt('x')\n    assert total([]) == 0",
        "4 note",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "a bound on the time that it takes got room, and its code changed",
        "started = time.monotonic()\n    receipt('x')\n    assert time.monotonic() - started < 0.8",
        "started = time.monotonic()\n    receipt('x')\n    assert time.monotonic() - started < 2.0",
        "7 note",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "a bound on what it gives got room, and its code changed",
        "assert receipt('x').rate < 0.8",
        "assert receipt('x').rate < 2.0",
        "5 warning",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "a command that prepared it became a call",
        "subprocess.check_call(['shop', 'open'])\n    assert total([100]) == 105.0",
        "client.open_shop()\n    assert total([100]) == 105.0",
        "4 note",
    ),
    example(
        "it waits for what it demanded",
        "r = receipt('x')\n    sleep(1)\n    assert r.count > 0\n    assert r.b == 2",
        "r = receipt('x')\n    while not any(r.count > 0 for r in r.parts):\n        sleep(0.1)\n    assert r.b == 2",
    ),
    example(
        "a loop in which something else is waited for",
        "r = receipt('x')\n    sleep(1)\n    assert r.count > 0\n    assert r.b == 2",
        "r = receipt('x')\n    while not r.ready:\n        sleep(0.1)\n    assert r.b == 2",
        "4 error",
    ),
    example(
        "what it asked for is picked, and counted",
        "found = receipt('x')\n    assert len(found) == 1\n    assert str(found[0].text) == 'old rate'",
        "found = receipt('x')\n    old = [it for it in found if str(it.text) == 'old rate']\n    assert len(old) == 1",
    ),
    example(
        "what it asked for is picked, and nothing is asked of that",
        "found = receipt('x')\n    assert len(found) == 1\n    assert str(found[0].text) == 'old rate'",
        "found = receipt('x')\n    old = [it for it in found if str(it.text) == 'old rate']\n"
        "    assert len(found) == 1",
        "4 error",
    ),
    example(
        "what is said got longer, and the old words are asked for in it",
        "assert receipt('x').text == 'two items'",
        "assert receipt('x').text.endswith('two items')",
        "5 note",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "it is one of several values now",
        "assert receipt('x').status == 200",
        "assert receipt('x').status in [200, 201]",
        "5 warning",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "the double is called once more, and as before too",
        "sink = Mock()\n    receipt(sink)\n    sink.told.assert_called_once_with('paid')",
        "sink = Mock()\n    receipt(sink)\n    sink.told.assert_any_call('paid')",
        "7 note",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example(
        "the double is called as it likes",
        "sink = Mock()\n    receipt(sink)\n    sink.told.assert_called_once_with('paid')",
        "sink = Mock()\n    receipt(sink)\n    sink.told.assert_called()",
        "7 warning",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    Example(
        "the same step in two files is told once",
        before={"shop/pricing.py": PRICING, **dict.fromkeys(_TWO, file_of("assert total([100]) == 105.0"))},
        after={"shop/pricing.py": PRICING, **dict.fromkeys(_TWO, file_of("assert total([100]) > 0"))},
        expect=(f"{_TWO[0]}:5 error",),
    ),
)
