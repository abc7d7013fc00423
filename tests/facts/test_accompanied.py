"""Whether tests came along with a change."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.accompanied import keeps_behaviour, measures


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (("perf: sum faster",), True),
        (("refactor(cart)!: split it", "perf(cart): sum faster"), True),
        (("refactor: split it", "feat: round"), False),
        (("feat: perf: sum faster",), False),
        (("performance is better",), False),
        ((), False),
    ],
)
def test_keeps_behaviour(messages: tuple[str, ...], *, expected: bool) -> None:
    assert keeps_behaviour(messages) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("shop/price_benchmark.py", True),
        ("shop/benchmark.py", True),
        ("shop/bench_total.py", True),
        ("shop/benchmark_data/corpus.py", True),
        ("shop/workbench.py", False),
        ("pytest_benchmark/plugin.py", False),
        ("benches/shop.py", False),
    ],
)
def test_measures(path: str, *, expected: bool) -> None:
    assert measures(path) is expected
