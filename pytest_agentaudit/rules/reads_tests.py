"""The rule reads-tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.kinds.shortcuts import IMPORTS, LISTS, READS, TEST_READ
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

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


class ReadsTests(Rule):
    """Product code reads files of the tests.

    Paths count as far as they are written out, and only where they mean a file of this repository's tests. Paths that
    are only named, tested for existence or written to are left alone, and so are pytest plugins and modules of test
    utilities.

    Level: error where a file is read; warning where a test module is imported, or a folder of tests is listed that is
    found from the code's own place.

    Why: what the tests expect is then the answer instead of a check on it; and a package ships without its tests.
    Fix: compute the answer; move data that the product needs into the package.
    Not a fix: a copy of the expected values elsewhere, or the path in pieces.
    """

    name = "reads-tests"
    family = Family.SHORTCUTS
    level = Level.ERROR
    examples = (
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

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each path and definition."""
        for file in audit.files(FileRole.PRODUCT):
            for it in file.new_ones(TEST_READ):
                found = audit.delta.test_paths.get(it.details["path"], frozenset()) if _may_mean(it) else frozenset()
                if found:
                    who, how = it.symbol or file.path, it.details["how"]
                    yield self.finding(
                        Location(file.path, it.line, it.end_line, it.symbol),
                        f"`{who}` {how} {_shown(it, found)}, which belongs to the tests.",
                        level=Level.ERROR if it.details["how"] == READS else Level.WARNING,
                        evidence={"head": it.text},
                        fix="compute the answer; move data that the product needs into the package",
                        not_a_fix="a copy of the expected values elsewhere; the path in pieces",
                    )


def _may_mean(it: Occurrence) -> bool:
    """Whether a path is told well enough to mean a file of this repository."""
    if it.details["how"] == LISTS:
        return bool(it.details["anchored"])
    return "/" in it.details["path"] or it.details["how"] == IMPORTS or bool(it.details["anchored"])


def _shown(it: Occurrence, found: frozenset[str]) -> str:
    return f"`{it.details['path']}`" if it.details["how"] == LISTS else f"`{min(found)}`"
