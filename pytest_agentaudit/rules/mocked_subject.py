"""The rule mocked-subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.changed import ChangedFunction, changed_functions
from pytest_agentaudit.facts.kinds.tests import MOCKED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.touched_tests import TouchedTests, passed
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Level,
    LineHits,
    Location,
    Needs,
    NotJudged,
    Outcome,
    TestOutcome,
)
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.weighing import by_mutants

_PATH = "tests/test_geometry.py"
_API = "import shapes\n\n\ndef area(width, height):\n    return shapes.product(width, height)\n"
_HEAD = "from unittest.mock import MagicMock, Mock, patch\n\nimport geometry\nfrom geometry import Square, area\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"
_TOLD = "def test_total():\n    shop = MagicMock()\n    shop.total.return_value = 3\n    assert shop.total() == 3\n"
_PATCHED = (
    "def test_mocked():\n    with patch('geometry.area', return_value=6):\n        assert geometry.area(2, 3) == 6\n"
)


def _example(
    title: str,
    after: str,
    *expect: str,
    before: str = "",
    api: str = _API,
    hits: Mapping[int, tuple[int, ...]] | None = None,
) -> Example:
    """A test that comes in beside another one; its first line is 11. With `hits` it ran those lines of the product."""
    name = after.partition("def ")[2].partition("(")[0]
    test = TestOutcome(f"{_PATH}::{name}", _PATH, 11, name, Outcome.PASSED)
    return Example(
        title,
        before={"geometry.py": _API, _PATH: f"{_HEAD}{_TEST}{before}"},
        after={"geometry.py": api, _PATH: f"{_HEAD}{_TEST}\n\n{after}"},
        expect=tuple(f"{_PATH}:{place}" for place in expect),
        evidence=None if hits is None else Evidence((test,), {"geometry.py": LineHits(hits)}, tracer="coverage"),
    )


class MockedSubject(Rule):
    """A test asserts what its own mock was told, not what the code does.

    The asserted value is what a mock was told to return, and comes from that mock directly; or an attribute is what
    the test set it to, with nothing called between; or the function that the test calls and asserts is the one that
    it replaced. Mocks of what the tested code calls stay silent: there the code stands between the mock and the
    assertion.

    Level: error where the test makes no other demand; warning beside others. Nothing where the run shows that the test
    runs the changed body of what it seems to have replaced. Mutants, where they are asked for, have the last word, as
    for weakened-assertion.

    Why: the code under test is not part of the test; every defect in it passes.
    Fix: call the code under test, and replace only what it calls.
    Not a fix: asserting that the mock was called.
    """

    name = "mocked-subject"
    family = Family.HOLLOW
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.MUTANTS})
    examples = (
        _example("a mock's answer is what it was told", _TOLD, "14 error"),
        _example(
            "the answer has a name",
            _TOLD.replace("assert shop.total() == 3", "result = shop.total()\n    assert result == 3"),
            "15 error",
        ),
        _example(
            "told where it is made",
            "def test_total():\n    shop = Mock(total=Mock(return_value=3))\n    assert shop.total() == 3\n",
            "13 error",
        ),
        _example(
            "an error that it was told to raise",
            "import pytest\n\n\ndef test_total():\n    shop = Mock()\n"
            "    shop.total.side_effect = ValueError('empty')\n"
            "    with pytest.raises(ValueError):\n        shop.total()\n",
            "17 error",
        ),
        _example("beside another assertion", _TOLD + "    assert area(1, 1) == 1\n", "14 warning"),
        _example("the tested function is replaced", _PATCHED, "13 error"),
        _example(
            "by a decorator",
            "@patch('geometry.area', return_value=6)\ndef test_mocked(fake):\n    assert geometry.area(2, 3) == 6\n",
            "13 error",
        ),
        _example(
            "by monkeypatch",
            "def test_mocked(monkeypatch):\n    monkeypatch.setattr(geometry, 'area', lambda *sides: 6)\n"
            "    assert geometry.area(2, 3) == 6\n",
            "13 error",
        ),
        _example(
            "a method of its object",
            "def test_mocked():\n    square = Square(2)\n    with patch.object(Square, 'size', return_value=4):\n"
            "        assert square.size() == 4\n",
            "14 error",
        ),
        _example(
            "a default that the test set itself",
            "def test_unit_by_default(monkeypatch):\n    monkeypatch.delenv('UNIT', raising=False)\n"
            "    monkeypatch.setattr(geometry, 'UNIT', 'mm')\n    assert geometry.UNIT == 'mm'\n",
            "14 error",
        ),
        _example(
            "the same with a patch",
            "def test_unit():\n    with patch.object(geometry, 'EXACT', True):\n"
            "        assert geometry.EXACT is True\n",
            "13 error",
        ),
        _example(
            "the code under test had its turn",
            "def test_unit(monkeypatch):\n    monkeypatch.setattr(geometry, 'UNIT', 'mm')\n    geometry.area(1, 2)\n"
            "    assert geometry.UNIT == 'mm'\n",
        ),
        _example(
            "set to one value, asked for another",
            "def test_unit(monkeypatch):\n    monkeypatch.setattr(geometry, 'unit', 'MM')\n"
            "    assert geometry.unit == 'mm'\n",
        ),
        _example(
            "what the tested function calls",
            "def test_mocked():\n    with patch('geometry.shapes.product', return_value=6):\n"
            "        assert geometry.area(2, 3) == 6\n",
        ),
        _example(
            "the code stands between",
            "def test_total():\n    shop = MagicMock()\n    shop.width.return_value = 3\n"
            "    assert area(shop.width(), 1) == 3\n",
        ),
        _example(
            "handed to the code under test",
            "def test_total():\n    shop = MagicMock()\n    shop.total.return_value = 3\n    square = Square(shop)\n"
            "    assert square.total() == 3\n",
        ),
        _example("imported before it was replaced", _PATCHED.replace("assert geometry.area", "assert area")),
        _example(
            "behind the block",
            _PATCHED.replace("        assert geometry", "        Square(2)\n    assert geometry"),
        ),
        _example("a spy", _PATCHED.replace("return_value=6", "wraps=area")),
        _example(
            "the run shows that the real one runs",
            _PATCHED,
            api=_API.replace("shapes.product(width, height)", "width * height"),
            hits={5: (0,)},
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each test."""
        tests = TouchedTests(audit.delta)
        functions = {it.definition.bare_name: it for _, found in changed_functions(audit.delta) for it in found}
        for file in audit.files(FileRole.TEST):
            groups: dict[str, list[Occurrence]] = {}
            for it in file.new_ones(MOCKED):
                if tests.runs(file.path, it):
                    groups.setdefault(it.symbol, []).append(it)
            for group in groups.values():
                function = functions.get(group[0].details["name"])
                ran = _ran(audit.whole, file.path, group[0].symbol, function)
                if not ran or group[0].details["how"] != "patched":
                    alone = tests.is_alone(file.path, group[0])
                    found = self.found(file.path, group, alone=alone, proof=function if ran is False else None)
                    yield by_mutants(audit, found, found.level if alone else Level.NOTE)

    def found(self, path: str, group: list[Occurrence], *, alone: bool, proof: ChangedFunction | None) -> Finding:
        """The assertions of one test."""
        first = group[0]
        subject = first.details["subject"]
        if first.details["how"] == "told":
            what = f"`{subject}` gives `{first.details['value']}` because the test told the mock so"
        elif first.details["how"] == "set":
            what = f"`{subject}` is `{first.details['value']}` because the test set it so"
        else:
            what = f"`{subject}` calls what the test itself put in the place of `{first.details['target']}`"
        words = f" `{first.symbol}` makes no other demand." if alone else ""
        shown = {"head": first.text}
        if proof is not None:
            place = f"{proof.path}:{proof.definition.line}"
            shown["proof"] = f"the test ran no line of `{proof.definition.qualified_name}` ({place})"
        return self.finding(
            Location(path, first.line, first.end_line, first.symbol),
            f"{what}; no code under test takes part.{words}",
            level=self.level if alone else Level.WARNING,
            evidence=shown,
            fix="call the code under test, and replace only what it calls",
            not_a_fix="asserting that the mock was called",
            related=tuple(Location(path, it.line, it.end_line, it.symbol) for it in group[1:]),
        )


def _ran(whole: Evidence | None, path: str, test: str, function: ChangedFunction | None) -> bool | None:
    """Whether a test ran the changed body of a function; None where no run tells."""
    if whole is None or function is None or function.path not in whole.hits or function.path in whole.unwatched:
        return None
    mine = passed(whole, path, test)
    if not mine:
        return None
    hits = whole.hits[function.path].by_test
    lines = {number for line in function.lines for number in range(line.line, line.end_line + 1)}
    return any(not mine.isdisjoint(hits.get(line, ())) for line in lines)
