"""Weakenings by which whole tests, cases or demands go."""

from __future__ import annotations

from tests.weakenings.case import BESIDE_FEATURE, EVERYWHERE, UNNEEDED, Case
from tests.weakenings.originals import RECORD, ROWS, TOTAL, TWO

GONE = (
    Case(
        "a case skipped",
        ROWS,
        ROWS.replace(
            '("Black  Tea ", "black-tea")', 'pytest.param("Black  Tea ", "black-tea", marks=pytest.mark.skip)'
        ),
    ),
    Case(
        "a test skipped",
        TWO,
        TWO.replace("    def test_total", '    @pytest.mark.skip(reason="flaky")\n    def test_total'),
    ),
    Case(
        "a test skips itself",
        TOTAL,
        TOTAL.replace(
            "        assert", '        if total(items) != 7:\n            pytest.skip("not now")\n        assert'
        ),
    ),
    Case(
        "a test expected to fail", TWO, TWO.replace("    def test_total", "    @pytest.mark.xfail\n    def test_total")
    ),
    Case(
        "a test deleted",
        TWO,
        TWO.partition("\n\n\n    def test_total")[0],
        unseen=EVERYWHERE,
        only_by_mutants=UNNEEDED,
        kept=BESIDE_FEATURE,
    ),
    Case("a module deleted", TWO, "", unseen=BESIDE_FEATURE, only_by_mutants=BESIDE_FEATURE),
    Case(
        "a test commented out",
        TWO,
        TWO.replace("    def test_total_of_two():\n        assert", "    # def test_total_of_two():\n    #     assert"),
        unseen=EVERYWHERE,
        only_by_mutants=UNNEEDED,
        kept=BESIDE_FEATURE,
    ),
    Case("a test renamed out of sight", TWO, TWO.replace("def test_total_of_two", "def check_total_of_two")),
    Case(
        "an assertion taken out",
        RECORD,
        """
    def test_record():
        record("tea,3")
    """,
    ),
    Case("an assertion printed", TOTAL, TOTAL.replace("assert total(items) == 7", "print(total(items) == 7)")),
    Case(
        "one of two assertions dropped",
        """
    def test_record():
        found = record("tea,3")
        assert found["price"] == 3
        assert found["unit"] == "EUR"
    """,
        """
    def test_record():
        found = record("tea,3")
        assert found["price"] == 3
    """,
        only_by_mutants=BESIDE_FEATURE,
    ),
)
