"""The examples of shallow-assertion."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_API = "def area(width, height):\n    return width * height\n"
_HEAD = "import pathlib\nfrom geometry import area, is_square\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"


def _example(title: str, after: str, *expect: str) -> Example:
    """A test that comes in beside another one; its first line is 9."""
    api = _API + "\n\ndef is_square(width, height):\n    return width == height\n"
    return Example(
        title,
        before={"geometry.py": api, "tests/test_geometry.py": f"{_HEAD}{_TEST}"},
        after={"geometry.py": api, "tests/test_geometry.py": f"{_HEAD}{_TEST}\n\n{after}"},
        expect=tuple(f"tests/test_geometry.py:{place}" for place in expect),
    )


EXAMPLES = (
    _example("not None is all", "def test_new():\n    result = area(2, 3)\n    assert result is not None\n", "11 note"),
    _example(
        "its type is all",
        "def test_new():\n    result = area(2, 3)\n    assert isinstance(result, int)\n    assert result\n",
        "11 note",
    ),
    _example(
        "not empty is all", "def test_new():\n    result = area('ab', 3)\n    assert len(result) > 0\n", "11 note"
    ),
    _example(
        "it looks into the source",
        "def test_new():\n    text = pathlib.Path('geometry.py').read_text()\n    assert 'def area' in text\n",
        "11 note",
    ),
    _example(
        "the value",
        "def test_new():\n    result = area(2, 3)\n    assert result is not None\n    assert result == 6\n",
    ),
    _example("a question", "def test_new():\n    assert is_square(2, 2)\n    assert not is_square(2, 3)\n"),
    _example("nothing of the product", "def test_new(tmp_path):\n    assert tmp_path\n"),
)
