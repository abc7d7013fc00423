"""Facts that an earlier audit read are the same facts, and count only while nothing that they rest on has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.means import Means
from pytest_agentaudit.policy.model import Policy
from tests.support.scenarios import Scenario, all_scenarios, tree

Files = Mapping[str, str | bytes]

HELPER = "def check_total(found):\n    assert found == 3\n"
OLD: Files = {
    "pyproject.toml": "",
    "shop.py": "def total(items):\n    return sum(items)\n",
    "tests/helpers.py": HELPER,
    "tests/test_shop.py": "from tests.helpers import check_total\n\n\ndef test_total():\n    check_total(3)\n",
    "tests/test_more.py": "def test_more():\n    assert 1 + 1 == 2\n",
}
EDITED = "from tests.helpers import check_total\n\n\ndef test_total():\n    check_total(4)\n"
NEW: Files = {**OLD, "tests/test_shop.py": EDITED, "tests/test_more.py": "def test_more():\n    assert 1 + 2 == 3\n"}


class Memory:
    """A store that counts what it gave, and what it was given."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.given = self.taken = 0

    def read(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        found = {key: self.values[key] for key in keys if key in self.values}
        self.given = len(found)
        return found

    def write(self, values: Mapping[bytes, bytes]) -> None:
        self.taken = len(values)
        self.values.update(values)

    def counts(self) -> Iterator[int]:
        yield from (self.given, self.taken)
        self.given = self.taken = 0


def read(
    store: Memory | None, old: Files = OLD, new: Files = NEW, distrusted: Mapping[str, str] | None = None
) -> Delta:
    before = MemoryTree(old)
    means = Means(distrusted=distrusted or {}, store=store)
    return collect(from_trees(before, MemoryTree(new)), RoleMap.derive(before, Policy()).role, means)


@pytest.fixture
def store() -> Memory:
    """A store that has seen the change once."""
    made = Memory()
    read(made)
    assert list(made.counts()) == [0, 2]
    return made


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda scenario: scenario.name)
def test_kept_facts_are_those_that_were_read(scenario: Scenario) -> None:
    old, new = tree(scenario.folder / "before"), tree(scenario.folder / "after")
    kept = Memory()
    fresh = read(kept, old, new)
    again = read(kept, old, new)
    assert kept.given == len(kept.values)
    assert again.files == fresh.files == read(None, old, new).files
    assert (again.definitions, again.tests, again.support) == (fresh.definitions, fresh.tests, fresh.support)


def test_nothing_is_read_twice(store: Memory) -> None:
    read(store)
    assert list(store.counts()) == [2, 0]


def test_one_edited_file_is_read_alone(store: Memory) -> None:
    found = read(store, new={**NEW, "tests/test_more.py": "def test_more():\n    assert 2 + 2 == 4\n"})
    assert list(store.counts()) == [1, 1]
    assert {test.text for pair in found.tests if pair.new for test in pair.new.assertions} == {
        "assert 2 + 2 == 4",
        "check_total(4)",
    }


@pytest.mark.parametrize("side", ["old", "new"])
def test_an_edited_helper_counts(store: Memory, side: str) -> None:
    changed = {"tests/helpers.py": HELPER.replace("== 3", "> 0")}
    old, new = {**OLD, **(changed if side == "old" else {})}, {**NEW, **(changed if side == "new" else {})}
    assert read(store, old, new).files == read(None, old, new).files
    assert store.taken


def test_a_new_conftest_counts(store: Memory) -> None:
    both = {"tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef till():\n    return 1\n"}
    read(store, {**OLD, **both}, {**NEW, **both})
    assert list(store.counts()) == [0, 2]


def test_settings_count(store: Memory) -> None:
    both = {"pyproject.toml": '[tool.pytest.ini_options]\npython_functions = ["check_*"]\n'}
    read(store, {**OLD, **both}, {**NEW, **both})
    assert list(store.counts()) == [0, 2]


def test_damage_counts_as_missing(store: Memory) -> None:
    for at, key in enumerate(store.values):
        store.values[key] = store.values[key][:-9] if at else b"\xc1 no entry"
    assert read(store).files == read(None).files
    assert list(store.counts()) == [2, 2]


def test_what_is_read_no_deeper_than_its_tokens_is_not_kept() -> None:
    made = Memory()
    read(made, distrusted={"tests/test_more.py": "a reader died of it"})
    assert list(made.counts()) == [0, 0]


def test_an_odd_name_is_read_each_time() -> None:
    odd = "tests/test_\udcff.py"
    old, new = {**OLD, odd: "def test_odd():\n    assert 1\n"}, {**NEW, odd: "def test_odd():\n    assert 2\n"}
    made = Memory()
    first = read(made, old, new)
    assert made.taken == 2
    assert read(made, old, new).files == first.files
