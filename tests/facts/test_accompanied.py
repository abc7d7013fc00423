"""Whether tests came along with a change."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.accompanied import measures


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
