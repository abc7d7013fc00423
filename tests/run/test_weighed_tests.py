"""Altered tests of unaltered code, old and new, before the same mutants: real runs."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.audited import Project, Run

MUTANTS = "--agent-audit-prove=mutants"
PRICES = (
    "def rate(kind):\n    return 2 if kind == 'net' else 3\n\n\n"
    "def price(items, kind='net'):\n    return sum(items) * rate(kind)\n"
)
HEAD = "import pytest\n\nimport prices\nfrom prices import price, rate\n\n\n"
TEST = HEAD + "def test_price():\n    assert price([1, 2]) == 6\n"
TWO = TEST + "\n\ndef test_rate():\n    assert rate('gross') == 3\n"
FIXTURE = HEAD + "@pytest.fixture\ndef ask():\n    return {}\n\n\ndef test_price(ask):\n    assert ask([1, 2]) == 6\n"
PATH = "tests/test_prices.py"


def audited(project: Project, before: Mapping[str, str], after: Mapping[str, str | None], *arguments: str) -> Run:
    """The audit of a change in the tests of prices."""
    project.commit({"src/prices.py": PRICES, **before})
    project.write(after)
    run = project.pytest(*(arguments or (MUTANTS,)))
    assert run.report, run.text
    return run


def weighed(run: Run, rule: str = "weakened-assertion") -> list[tuple[str, str, str]]:
    """Level, message and mutant of each finding of a rule."""
    assert run.report
    found = [it for it in run.report["findings"] if it["rule"] == rule]
    return [(it["level"], it["message"], it["evidence"].get("mutant", "")) for it in found]


HOLLOWED = {
    "double": (FIXTURE.format("prices.price"), FIXTURE.format("lambda items: sum(items) * 2")),
    "patched": (
        TEST,
        HEAD + "def test_price():\n    with pytest.MonkeyPatch.context() as patch:\n"
        "        patch.setattr(prices, 'price', lambda items: 6)\n        assert prices.price([1, 2]) == 6\n",
    ),
    "overwritten": (
        TEST.replace("assert price([1, 2]) == 6", "found = price([1, 2])\n    assert found == 6"),
        TEST.replace("assert price([1, 2]) == 6", "found = price([1, 2])\n    found = 6\n    assert found == 6"),
    ),
}
"""A fixture that hands out a double, an assertion of what the test put there, a value that it computed itself."""
REFACTORED = {
    "named": (TEST, TEST.replace("assert price([1, 2])", "found = price([1, 2])\n    assert found")),
    "styled": (
        TEST,
        HEAD + "import unittest\n\n\nclass TestPrice(unittest.TestCase):\n    def test_price(self):\n"
        "        self.assertEqual(price([1, 2]), 6)\n",
    ),
    "handed": (FIXTURE.format("prices.price"), FIXTURE.format("lambda items: prices.price(items)")),
}
"""A name for what is found, another style, a fixture that hands out the same."""


def sides(tests: Mapping[str, tuple[str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """A file for each pair of an old and a new text, before and after."""
    before, after = ({f"tests/test_{name}.py": texts[at] for name, texts in tests.items()} for at in (0, 1))
    return before, after


def test_weakenings_that_mutants_alone_see(project: Project) -> None:
    run = audited(project, *sides(HOLLOWED))
    assert run.report
    said = "`test_price` no longer notices that `price` does nothing at all."
    found = [it for it in run.report["findings"] if it["rule"] == "weakened-assertion"]
    assert [(it["level"], it["path"], it["message"]) for it in found] == [
        ("error", f"tests/test_{name}.py", said) for name in sorted(HOLLOWED)
    ], run.text
    assert all("+    return None" in it["evidence"]["mutant"] for it in found)


ROWS = HEAD + (
    "@pytest.mark.parametrize(('items', 'found'), [([1, 2], 6), ([], 0), ([5], 10)])\n"
    "def test_price(items, found):\n    assert price(items) == found\n"
)
LOOSENED = {
    "member": (TEST, TEST.replace("== 6", "in (3, 6)")),
    "rows": (ROWS, ROWS.replace("([], 0), ", "")),
}
"""Weaker demands that notice all that whole functions can be broken by."""


def test_what_nothing_explains_is_no_refactoring(project: Project) -> None:
    run = audited(project, *sides(LOOSENED))
    assert run.report
    told = {
        (it["path"], it["rule"]): (it["level"], "notices by an assertion all" in it["evidence"]["proof"])
        for it in run.report["findings"]
    }
    assert told == {
        ("tests/test_member.py", "weakened-assertion"): ("warning", True),
        ("tests/test_rows.py", "narrowed-cases"): ("warning", True),
    }, run.text


def test_refactorings_stay_silent(project: Project) -> None:
    run = audited(project, *sides(REFACTORED))
    assert [it for it in weighed(run) if it[0] != "note"] == [], run.text
    assert (run.status, run.reasons) == (0, ""), run.text


def test_deleted_tests(project: Project) -> None:
    rates = "tests/test_rates.py"
    before = {PATH: TWO, rates: HEAD + "def test_net():\n    assert rate('net') == 2\n"}
    run = audited(project, before, {PATH: TWO.replace(TEST, HEAD), rates: None})
    assert run.report
    alone, shared = [it for it in run.report["findings"] if it["rule"] == "removed-test"]
    assert (alone["level"], alone["message"].partition(". ")[2]) == (
        "error",
        "Of all tests, only it would run `price`.",
    )
    assert (shared["level"], shared["path"]) == ("note", rates), run.text
    assert shared["evidence"]["proof"] == "run on the new code, it enters no function that other tests do not enter"


WEAKER = TEST.replace("== 6", "> 0")


def test_workers_make_no_difference(project: Project) -> None:
    runs = [audited(project, {PATH: TWO}, {PATH: TWO.replace(TEST, WEAKER)})]
    runs += [project.pytest(MUTANTS, "-n", n, plugins=("xdist",)) for n in ("1", "2")]
    first, *others = [{**run.report, "stats": None} for run in runs if run.report]
    ((level, _, mutant),) = weighed(runs[0])
    assert (level, mutant.splitlines()[1]) == ("error", "+++ src/prices.py (perturb)")
    assert len(others) == len(runs) - 1
    assert all(it == first for it in others), runs[-1].text


def test_no_time(project: Project) -> None:
    run = audited(project, {PATH: TEST}, {PATH: WEAKER}, MUTANTS, "--agent-audit-budget=0s")
    assert [(it[0], it[2]) for it in weighed(run)] == [("error", "")], run.text
    assert run.reasons == "altered and deleted tests: budget"


COUNTED = "import gc\n\nBEFORE = gc.get_freeze_count()\n\n\n"
FROZEN = f"{COUNTED}@pytest.fixture(autouse=True)\ndef thawed():\n    assert gc.get_freeze_count() <= BEFORE\n\n\n"
"""A fixture by which tests fail in the forks of mutants alone."""
ELSEWHERE = (
    HEAD
    + COUNTED
    + "def test_rate():\n    found = 2 if gc.get_freeze_count() > BEFORE else rate('net')\n    assert found {}\n"
)
"""A test that leaves a function alone in these forks."""


def test_controls_that_fail(project: Project) -> None:
    frozen = tuple(HEAD + FROZEN + it.removeprefix(HEAD) for it in (TEST, WEAKER))
    elsewhere = tuple(ELSEWHERE.format(it) for it in ("== 2", "> 0"))
    run = audited(project, *sides({"frozen": (frozen[0], frozen[1]), "elsewhere": (elsewhere[0], elsewhere[1])}))
    assert [(it[0], it[2]) for it in weighed(run)] == [("error", ""), ("error", "")], run.text
    assert "mutants for altered tests: no covering test can be a witness" in run.reasons
    assert "mutants for altered tests: its tests do not reach the control mutant" in run.reasons


MOVED = {
    "imported": (
        HEAD + "def test_rate():\n    assert rate('net') == 2\n",
        HEAD + "FOUND = rate('net')\n\n\ndef test_rate():\n    assert FOUND == 2\n",
    ),
    "called": (
        TEST,
        HEAD + "import subprocess, sys\n\n\ndef test_price():\n"
        "    code = \"import sys; sys.path.insert(0, 'src'); import prices; print(prices.price([1, 2]))\"\n"
        "    assert subprocess.check_output([sys.executable, '-c', code], text=True) == '6\\n'\n",
    ),
}


def test_what_mutants_do_not_reach_any_more_is_no_loss(project: Project) -> None:
    run = audited(project, *sides(MOVED))
    assert [it for it in weighed(run) if it[0] == "error" or it[2]] == [], run.text


SHOP = (
    "def slug(title):\n    return '-'.join(title.split())\n\n\n"
    "def exchanged(amount, rate):\n    return amount * rate\n\n\n"
    "def record(name):\n    return {'name': name, 'unit': 'EUR'}\n"
)
GROWN = SHOP.replace("slug(title)", "slug(title, mark='-')").replace("'-'.join", "mark.join")
SLUGS = (
    "import pytest\nfrom store import slug\n\n\n@pytest.mark.parametrize('title', ['a b', 'a  b'])\n"
    "def test_slug(title):\n    assert slug(title) == 'a-b'\n"
)
RECORDS = (
    "from store import record\n\n\ndef test_name():\n    assert record('tea')['name'] == 'tea'\n\n\n"
    "def test_unit():\n    assert record('tea')['unit'] == 'EUR'\n"
)
RATE = "from store import exchanged\n\n\ndef test_exchanged():\n    assert exchanged(8, {0}) == 8 * {0}\n"
NEARBY = {
    "rates": (RATE.format(2), RATE.format(1)),
    "records": (RECORDS, RECORDS.partition("\n\n\ndef test_unit")[0] + "\n"),
    "slugs": (SLUGS, SLUGS.replace(", 'a  b'", "")),
}
"""An input, a test and a case that are gone, while what they demanded holds."""
KEPT = {
    "tests/test_mark.py": "from store import slug\n\n\ndef test_mark():\n    assert slug('a  b', mark='_') == 'a_b'\n",
    "tests/test_more.py": "from store import exchanged\n\n\ndef test_more():\n    assert exchanged(3, 5) == 15\n",
}


def test_small_changes_that_no_test_notices_any_more(project: Project) -> None:
    before, after = sides(NEARBY)
    new = "from store import slug\n\n\ndef test_mark():\n    assert slug('a b', mark='_') == 'a_b'\n"
    brought = {"src/store.py": GROWN, "tests/test_mark.py": new}
    run = audited(project, {"src/store.py": SHOP, **before}, {**after, **brought})
    assert run.report
    found = {it["path"]: it for it in run.report["findings"] if "mutant" in it["evidence"]}
    assert {path: (it["rule"], it["level"]) for path, it in found.items()} == {
        "tests/test_rates.py": ("weakened-assertion", "warning"),
        "tests/test_records.py": ("removed-test", "warning"),
        "tests/test_slugs.py": ("narrowed-cases", "warning"),
    }, run.text
    assert "+    return amount" in found["tests/test_rates.py"]["evidence"]["mutant"].splitlines()

    project.write(KEPT)
    run = project.pytest(MUTANTS)
    assert run.report
    assert [it["path"] for it in run.report["findings"] if "mutant" in it["evidence"]] == ["tests/test_records.py"]
