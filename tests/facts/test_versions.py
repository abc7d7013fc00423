"""Which tests a change altered, by their own words or by what they stand on."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.versions import MOST_STANDING, Versions, gone_tests, left_standing, versions
from pytest_agentaudit.model import Evidence, Outcome, TestOutcome
from pytest_agentaudit.policy.model import Policy

Texts = dict[str, str]
ASKS = "from shop.a import one\n\n\ndef test_ask(ask):\n    assert ask() == 1\n"
PLAIN = "from shop.a import one\n\n\ndef test_one():\n    assert one() == 1\n"
FIXTURE = "import pytest\nfrom shop import a\n\n\n@pytest.fixture{}\ndef ask({}):\n    {}\n"
BASE = {
    "shop/__init__.py": "",
    "shop/a.py": "def one():\n    return 1\n",
    "tests/conftest.py": FIXTURE.format("", "", "return a.one"),
    "tests/test_ask.py": ASKS,
    "tests/test_plain.py": PLAIN,
    "tests/deep/test_deep.py": PLAIN.replace("test_one", "test_deep"),
}
ALL = {"test_ask", "test_one", "test_deep"}
PATCH = "monkeypatch.setattr('shop.a.one', lambda: 1)"


def found(after: dict[str, str | None], tests: int = 1, before: Texts | None = None) -> tuple[Versions, ...]:
    """The versions of a change's tests, each run so often under another name."""
    base = {**BASE, **(before or {})}
    head = {path: text for path, text in {**base, **after}.items() if text is not None}
    old, new = MemoryTree(base), MemoryTree(head)
    delta = collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)
    places = [(path, "test_" + path.rpartition("test_")[2][:-3]) for path in base if "/test_" in path]
    places = [(path, "test_one" if name == "test_plain" else name) for path, name in places]
    names = [(path, f"{name}{number or ''}") for path, name in places for number in range(tests)]
    ran = (TestOutcome(f"{path}::{name}", path, 1, name, Outcome.PASSED) for path, name in names)
    evidence = Evidence(tuple(ran))
    assert left_standing(delta, evidence) == max(0, len(names) - MOST_STANDING if tests > 1 else 0)
    assert list(gone_tests(delta)) == []
    return versions(delta, evidence)


STANDING: dict[str, tuple[dict[str, str | None], set[str]]] = {
    "a fixture that tests ask for": ({"tests/conftest.py": FIXTURE.format("", "", "return lambda: 1")}, {"test_ask"}),
    "a replacement for all": ({"tests/conftest.py": FIXTURE.format("(autouse=True)", "monkeypatch", PATCH)}, ALL),
    "a replacement beside some": (
        {"tests/deep/conftest.py": FIXTURE.format("(autouse=True)", "monkeypatch", PATCH).replace("ask", "quick")},
        {"test_deep"},
    ),
    "another comment": ({"tests/conftest.py": f"# fixtures\n{BASE['tests/conftest.py']}"}, set()),
}


@pytest.mark.parametrize("how", STANDING)
def test_what_stands_on_it(how: str) -> None:
    after, names = STANDING[how]
    tests = found(after)
    assert {it.new[1] for it in tests} == names
    assert all(it.old == it.new and it.cause == (it.place.path, it.place.symbol) for it in tests)


def test_a_helper() -> None:
    user = "from known import check\nfrom shop.a import one\n\n\ndef test_user():\n    check(one())\n"
    check = "def check(value):\n    assert value {}\n"
    before = {"tests/known.py": check.format("== 1"), "tests/test_user.py": user}
    assert [it.new[1] for it in found({"tests/known.py": check.format("")}, before=before)] == ["test_user"]


def test_data() -> None:
    reader = "from pathlib import Path\n\n\ndef test_reader():\n    assert Path('tests/data/bill.txt').read_text()\n"
    before = {"tests/data/bill.txt": "6\n", "tests/test_reader.py": reader}
    (only,) = found({"tests/data/bill.txt": "7\n"}, before=before)
    assert (only.new, only.cause) == (("tests/test_reader.py", "test_reader"), ("tests/data/bill.txt", ""))


def test_its_own_words() -> None:
    (only,) = found({"tests/test_plain.py": PLAIN.replace("== 1", "> 0")})
    assert (only.new[1], only.cause, only.place.line) == ("test_one", None, 4)


def test_not_too_many() -> None:
    after: dict[str, str | None] = dict(STANDING["a replacement for all"][0])
    assert len(found(after, tests=60)) == MOST_STANDING


def test_what_is_doubtful() -> None:
    texts = {"> 0": True, "== 1, 'one'": False, "== int('1')": True}
    told = [found({"tests/test_plain.py": PLAIN.replace("== 1", text)}) for text in texts]
    assert [it.is_doubtful for (it,) in told] == list(texts.values())


ROWS = "import pytest\n\n\n@pytest.mark.parametrize(('a', 'b'), [{}])\ndef test_one(a, b):\n    assert one(a) == b\n"
LOOP = "def test_one():\n    for a, b in [{}]:\n        assert one(a) == b\n"


@pytest.mark.parametrize(
    ("text", "rows", "doubts"),
    [
        (ROWS, "(1, 2), (3, 4), (5, 6)", []),
        (ROWS, "(1, 2)", [True]),
        (ROWS, "(1, 2), (3, 5)", [True]),
        (LOOP, "(0, 1), (1, 2), (3, 4)", [False]),
        (LOOP, "(1, 2)", [True]),
        (LOOP, "(1, 3), (2, 4)", [True]),
    ],
)
def test_more_cases_are_no_loss(text: str, rows: str, doubts: list[bool]) -> None:
    path = "tests/test_plain.py"
    told = found({path: text.format(rows)}, before={path: text.format("(1, 2), (3, 4)")})
    assert [it.is_doubtful for it in told] == doubts


@pytest.mark.parametrize(
    ("pattern", "is_doubtful"), [("no shop", False), ("the shop of b", False), ("shop|bank", True), ("bank", True)]
)
def test_a_pattern_that_asks_for_more_is_no_loss(pattern: str, *, is_doubtful: bool) -> None:
    text = "import pytest\n\n\ndef test_one():\n    with pytest.raises(KeyError, match={!r}):\n        one()\n"
    path = "tests/test_plain.py"
    (only,) = found({path: text.format(pattern)}, before={path: text.format("shop")})
    assert only.is_doubtful is is_doubtful


def test_what_goes_on_behind_is_no_other_test() -> None:
    assert found({"tests/test_plain.py": f"{PLAIN}    assert one() < 2\n"}) == ()
    skipped = PLAIN.replace("def test_one", "@pytest.mark.skipif('1')\ndef test_one").replace(
        "from", "import pytest\nfrom", 1
    )
    before = [
        PLAIN.replace("    assert", "    one()\n    assert"),
        f"{skipped}    assert one() < 2\n",
    ]
    assert [len(found({"tests/test_plain.py": text})) for text in before] == [1, 1]


def test_what_is_written_in_the_likeness_of_a_test_alters_nothing() -> None:
    long = "from shop.a import one\n\n\nclass TestOne:\n    def test_one(self):\n{}"
    body = "        items = [one(), 2, 3]\n        found = sorted(items)[::-1]\n        assert found == [3, 2, {}]\n"
    old = long.format(body.format(1))
    new = f"{old}\n    def test_two(self):\n{body.format('one()')}"
    assert found({"tests/test_long.py": new}, before={"tests/test_long.py": old}) == ()
