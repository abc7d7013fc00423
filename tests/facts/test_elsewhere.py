import pytest

from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.elsewhere import UnchangedTests
from pytest_agentaudit.facts.helpers import TreeHelpers
from pytest_agentaudit.facts.model import TestCase as Case
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.tests import Collecting
from pytest_agentaudit.facts.tests import test_cases as read_tests
from pytest_agentaudit.facts.tree_texts import TreeTexts
from pytest_agentaudit.policy.model import Policy

GONE = "from shop import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n"


def gone() -> Case:
    (test,) = read_tests(
        parse(GONE),
        path="tests/test_old.py",
        settings=Collecting.of({}),
        touched=None,
        helpers=TreeHelpers(MemoryTree({})),
    )
    return test


def found(files: dict[str, str], *changed: str) -> str | None:
    tree = MemoryTree(files)
    role_of = RoleMap.derive(tree, Policy()).role
    same = UnchangedTests(TreeTexts(tree, role_of), frozenset(changed), {}, lambda: TreeHelpers(MemoryTree({})))(gone())
    return same and f"{same[0]}:{same[1].line}"


def test_the_same_test_in_an_unchanged_file() -> None:
    files = {"tests/test_a.py": "def test_other():\n    pass\n", "tests/test_b.py": "import os\n" + GONE}
    assert found(files) == "tests/test_b.py:5"


@pytest.mark.parametrize(
    "other",
    [
        GONE.replace("== 6", "== 7"),
        GONE.replace("test_area", "test_size"),
        "# def test_area(): assert area(2, 3) == 6\n",
        "def test_area(:\n",
    ],
    ids=["it demands something else", "another name", "a comment", "a file that cannot be read"],
)
def test_another_test_is_not_the_same(other: str) -> None:
    assert found({"tests/test_a.py": other}) is None


def test_product_files_and_changed_files_do_not_count() -> None:
    assert found({"tests/test_a.py": GONE}, "tests/test_a.py") is None
    assert found({"shop/area.py": GONE}) is None
