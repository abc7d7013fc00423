"""The examples of reads-tests."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.rules.base import Example

_TOTAL = "import json\nfrom pathlib import Path\n\n\ndef total(items):\n    return sum(items)\n"
_TESTS = {"tests/test_cart.py": "def test_total():\n    assert True\n", "tests/data/expected.json": '{"a": 3}\n'}


def _example(title: str, *lines: str, expect: str = "", more: Mapping[str, str] | None = None) -> Example:
    """Lines put before the sum; line 6 is the first."""
    body = "".join(f"    {line}\n" for line in lines)
    after = f"import json\nfrom pathlib import Path\n\n\ndef total(items):\n{body}    return sum(items)\n"
    files = _TESTS if more is None else more
    return Example(
        title,
        before={"shop/cart.py": _TOTAL, **files},
        after={"shop/cart.py": after, **files},
        expect=(f"shop/cart.py:{expect}",) if expect else (),
    )


EXAMPLES = (
    _example(
        "expected values are read",
        'known = json.load(open("tests/data/expected.json"))',
        "if str(items) in known:",
        "    return known[str(items)]",
        expect="6 error",
    ),
    _example(
        "a path in pieces",
        'folder = Path(__file__).parent.parent / "tests"',
        'known = json.loads((folder / "data" / "expected.json").read_text())',
        "if str(items) in known:",
        "    return known[str(items)]",
        expect="7 error",
    ),
    _example(
        "a test module is imported",
        "from tests.test_cart import EXPECTED",
        "return EXPECTED",
        expect="6 warning",
    ),
    _example(
        "the folder of tests is listed",
        'for path in (Path(__file__).parent.parent / "tests").glob("*.py"):',
        "    text = path.name",
        expect="6 warning",
    ),
    _example(
        "the tests' source is read",
        'source = Path("tests/test_cart.py").read_text()',
        "if str(items) in source:",
        '    return int(source.partition("== ")[2])',
        expect="6 error",
    ),
    _example(
        "each test file is read in turn",
        "for path in Path('tests').glob('test_*.py'):",
        "    items = guess(path.read_text())",
        expect="7 error",
    ),
    _example(
        "a user's folder of tests is looked for",
        'if (Path.cwd() / "tests").is_dir():',
        '    found = sorted((Path(items[0]) / "tests").glob("test_*.py"))',
    ),
    _example(
        "no such file here",
        'known = json.load(open("tests/data/other.json"))',
    ),
    _example(
        "data of the package",
        'known = json.loads((Path(__file__).parent / "expected.json").read_text())',
        more={"shop/expected.json": "{}\n", "tests/expected.json": "{}\n", "tests/test_cart.py": ""},
    ),
    _example(
        "a file that is written",
        'with open("tests/data/expected.json", "w") as out:',
        "    json.dump(items, out)",
    ),
    _example(
        "a conftest of the user",
        'text = (Path(items[0]) / "conftest.py").read_text()',
        more={"tests/conftest.py": "A = 1\n"},
    ),
    Example(
        "a test that reads it",
        before=_TESTS,
        after={**_TESTS, "tests/test_cart.py": 'def test_total():\n    assert open("tests/data/expected.json")\n'},
    ),
)
