"""More examples of weakened-assertion: less is looked at, or only sometimes."""

from __future__ import annotations

from pytest_agentaudit.rules.examples.weakened_samples import HEAD, PRICING, RECEIPT_CHANGED, example

_ROWS = "@pytest.mark.parametrize('paid', [True, False])\ndef test_pricing(paid):"

VIEWS = (
    example("a length", "assert total([1]) == ['a', 'b']", "assert len(total([1])) == 2", "5 error"),
    example(
        "... and each item",
        "assert total(1) == ['a']",
        "got = total(1)\n    assert len(got) == 1\n    assert got[0] == 'a'",
    ),
    example("any order", "assert total([1]) == ['a', 'b']", "assert sorted(total([1])) == ['a', 'b']", "5 warning"),
    example("a set, which has none", "assert total([1]) == {'a', 'b'}", "assert sorted(total([1])) == ['a', 'b']"),
    example(
        "a value became the subject itself",
        "n = [1]\n    assert total(n) == 5",
        "n = [1]\n    assert total(n) == total([1])",
        "6 error",
    ),
    example(
        "the key, not its value, beside changed code",
        "assert receipt('x')['unit'] == 'EUR'",
        "assert 'unit' in receipt('x')",
        "5 warning",
        product=(PRICING, RECEIPT_CHANGED),
    ),
    example("what a mock was called with", "m.assert_called_once_with('a', n=3)", "assert m.called", "4 warning"),
    example(
        "a part of what a mock was called with",
        "m.assert_called_once_with('a', n=3)",
        "m.assert_called_once()\n    assert m.call_args.args == ('a',)",
        "5 error",
    ),
    example(
        "all that a mock was called with, in two steps",
        "m.assert_called_once_with('a', n=3)",
        "assert m.call_args.args == ('a',)\n    assert m.call_args.kwargs == {'n': 3}",
    ),
    example(
        "only where the result is what it may be",
        "n = total([1])\n    assert n == 1.05",
        "n = total([1])\n    if n > 1:\n        assert n == 1.05",
        "7 warning",
    ),
    example(
        "a condition on the test's own cases",
        "assert total([1]) == 1.05",
        "if paid:\n        assert total([1]) == 1.05",
        heads=(_ROWS, _ROWS),
    ),
    example(
        "another demand on the other side",
        "n = total([1])\n    assert n == 1.05",
        "n = total([1])\n    if n > 1:\n        assert n == 1.05\n    else:\n        assert n == 1",
        heads=(HEAD, HEAD),
    ),
)
