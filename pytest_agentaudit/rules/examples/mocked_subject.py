"""The examples of mocked-subject."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

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


EXAMPLES = (
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
        "def test_unit():\n    with patch.object(geometry, 'EXACT', True):\n        assert geometry.EXACT is True\n",
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
