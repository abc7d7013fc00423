"""The examples of changed-expectation."""

from __future__ import annotations

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

_PRICING = "def total(items):\n    return sum(items) * 1.05\n\n\ndef refund(order):\n    return -order\n"
_HEAD = "import pytest\nfrom shop.pricing import refund, total\n\n\n"
_TEST = "def test_total():\n    items = [100]\n    assert total(items) == 105.0\n"
_ROWS = (
    "@pytest.mark.parametrize(('items', 'price'), [([100], 105.0), ([], 0)])\ndef test_total(items, price):\n"
    "    assert total(items) == price\n"
)
_CASE = (
    "class TestTotal(TestCase):\n    def setUp(self):\n        self.items = [100]\n\n"
    "    def test_total(self):\n        self.assertEqual(total(self.items), 105.0)\n"
)
_CLEANED = (
    "from tests.cleaner import Cleaner\n\n\nclass TestCleaner(TestCase):\n    def setUp(self):\n"
    "        self.cleaner = Cleaner()\n\n    def test_clean(self):\n"
    "        self.assertEqual(self.cleaner.clean('a'), 'b')\n"
)


def _example(
    title: str,
    before: str,
    after: str,
    *expect: str,
    product: tuple[str, str] = (_PRICING, _PRICING),
    evidence: Evidence | None = None,
    more: tuple[str, str, str] | None = None,
    was: str = "",
) -> Example:
    """A test file that changed, with the product before and after, and as it `was` when the test was last touched;
    `more` is another file, before and after.
    """
    path = "tests/test_pricing.py"
    others = ({more[0]: more[1]}, {more[0]: more[2]}) if more else ({}, {})
    return Example(
        title,
        before={"shop/pricing.py": product[0], path: _HEAD + before, **others[0]},
        after={"shop/pricing.py": product[1], path: _HEAD + after, **others[1]},
        expect=expect,
        evidence=evidence,
        earlier={"shop/pricing.py": was, path: _HEAD + before} if was else None,
    )


def _run(hits: dict[int, tuple[int, ...]]) -> Evidence:
    """A whole run in which the test ran these lines of the product."""
    path = "tests/test_pricing.py"
    test = TestOutcome(f"{path}::test_total", path, 5, "test_total", Outcome.PASSED)
    return Evidence((test,), {"shop/pricing.py": LineHits(hits)}, tracer="sys.monitoring")


EXAMPLES = (
    _example(
        "what the test reads is a file of CI, and changed with it",
        "def test_total():\n    assert rate(Path('rates.yml')) == 105.0\n",
        "def test_total():\n    assert rate(Path('rates.yml')) == 107.0\n",
        "tests/test_pricing.py:6 note",
        more=(".github/workflows/rates.yml", "rate: 105\n", "rate: 107\n"),
    ),
    _example("another value", _TEST, _TEST.replace("105.0", "107.0"), "tests/test_pricing.py:7 error"),
    _example(
        "another value of what no name leads to",
        "def test_rates():\n    assert open('rates.txt').read() == '105'\n",
        "def test_rates():\n    assert open('rates.txt').read() == '107'\n",
        "tests/test_pricing.py:6 warning",
    ),
    _example(
        "another value, and an earlier commit changed the code",
        _TEST,
        _TEST.replace("105.0", "107.0"),
        "tests/test_pricing.py:7 warning",
        was=_PRICING.replace("1.05", "1.03"),
    ),
    _example(
        "another value, and an earlier commit changed other code of the file",
        _TEST,
        _TEST.replace("105.0", "107.0"),
        "tests/test_pricing.py:7 error",
        was=_PRICING.replace("-order", "-order * 2"),
    ),
    _example(
        "a row with the same input and another result",
        _ROWS,
        _ROWS.replace("105.0", "107.0"),
        "tests/test_pricing.py:5 error",
    ),
    _example(
        "another exception",
        "def test_total():\n    with pytest.raises(TypeError):\n        total(None)\n",
        "def test_total():\n    with pytest.raises(AttributeError):\n        total(None)\n",
        "tests/test_pricing.py:6 error",
    ),
    _example(
        "a name in the expected text that is computed now",
        "def test_total():\n    name = 'box'\n    with pytest.raises(KeyError) as caught:\n        total(name)\n"
        "    assert f'no {name}' in str(caught.value)\n",
        "def test_total():\n    name = f'box-{uuid4()}'\n    with pytest.raises(KeyError) as caught:\n"
        "        total(name)\n    assert f'no {name}' in str(caught.value)\n",
    ),
    _example(
        "the text of the exception, not that of what pytest caught",
        "def test_total():\n    with pytest.raises(KeyError) as caught:\n        total('box')\n"
        "    assert 'box' in str(caught)\n",
        "def test_total():\n    with pytest.raises(KeyError) as caught:\n        total('box')\n"
        "    assert 'box' in str(caught.value)\n",
    ),
    _example(
        "other arguments of a mock",
        "def test_total(sink):\n    total([1], sink)\n    sink.write.assert_called_once_with(1.05)\n",
        "def test_total(sink):\n    total([1], sink)\n    sink.write.assert_called_once_with(1.06)\n",
        "tests/test_pricing.py:7 error",
    ),
    _example(
        "an inverted test",
        "def test_total():\n    assert total([1]) == True\n",
        "def test_total():\n    assert total([1]) == False\n",
        "tests/test_pricing.py:6 error",
    ),
    _example(
        "the variable was renamed with it",
        "def test_total():\n    out = total([100])\n    out.sort()\n    assert out.price == 105.0\n",
        "def test_total():\n    res = total([100])\n    res.sort()\n    assert res.price == 107.0\n",
        "tests/test_pricing.py:8 note",
    ),
    _example(
        "the product changed with it",
        _TEST,
        _TEST.replace("105.0", "107.0"),
        "tests/test_pricing.py:7 note",
        product=(_PRICING, _PRICING.replace("1.05", "1.07")),
    ),
    _example(
        "the product changed elsewhere",
        _TEST,
        _TEST.replace("105.0", "107.0"),
        "tests/test_pricing.py:7 warning",
        product=(_PRICING, _PRICING),
        more=("shop/other.py", "def other():\n    return 1\n", "def other():\n    return 2\n"),
    ),
    _example(
        "the run shows that the test runs none of the changed code",
        _TEST,
        _TEST.replace("105.0", "107.0"),
        "tests/test_pricing.py:7 error",
        product=(_PRICING, _PRICING.replace("-order", "order")),
        evidence=_run({}),
    ),
    _example(
        "a fixture changed with it",
        "@pytest.fixture\ndef items():\n    return [100]\n\n\ndef test_total(items):\n"
        "    assert total(items) == 105.0\n",
        "@pytest.fixture\ndef items():\n    return [200]\n\n\ndef test_total(items):\n"
        "    assert total(items) == 210.0\n",
        "tests/test_pricing.py:11 note",
    ),
    _example(
        "a requirement changed with it",
        _TEST,
        _TEST.replace("105.0", "107.0"),
        "tests/test_pricing.py:7 note",
        more=("requirements.txt", "taxes==1\n", "taxes==2\n"),
    ),
    _example(
        "its data changed with it",
        "def test_total():\n    assert total(read('items.json')) == 105.0\n",
        "def test_total():\n    assert total(read('items.json')) == 107.0\n",
        "tests/test_pricing.py:6 note",
        more=("tests/data/items.json", "[100]", "[101]"),
    ),
    _example(
        "some data of other tests changed with it",
        _TEST,
        _TEST.replace("105.0", "107.0"),
        "tests/test_pricing.py:7 warning",
        more=("tests/data/other.json", "[100]", "[101]"),
    ),
    _example(
        "an entry was added, none was taken back",
        "def test_total():\n    assert total([1]) == {'a': 1, 'rows': [{'b': 2}]}\n",
        "def test_total():\n    assert total([1]) == {'a': 1, 'next': None, 'rows': [{'b': 2}]}\n",
        "tests/test_pricing.py:6 note",
    ),
    _example(
        "the number of a release",
        "def test_total():\n    assert 'shop v2.4.0' in total.__doc__\n",
        "def test_total():\n    assert 'shop v2.4.1' in total.__doc__\n",
        "tests/test_pricing.py:6 note",
    ),
    _example(
        "no release is named any more",
        "def test_total():\n    assert 'shop v2.4.0' in total.__doc__\n",
        "def test_total():\n    assert 'shop v' in total.__doc__\n",
        "tests/test_pricing.py:6 note",
    ),
    _example(
        "the number is all that was expected",
        "def test_total():\n    assert total([1]) == '2.4.0'\n",
        "def test_total():\n    assert total([1]) == ''\n",
        "tests/test_pricing.py:6 error",
    ),
    _example(
        "a pattern of the same text",
        "def test_total():\n    assert 'a.org' in total([1])\n",
        "def test_total():\n    assert re.search(r'\\ba\\.org\\b', total([1]))\n",
    ),
    _example(
        "an entry was added, and another one changed",
        "def test_total():\n    assert total([1]) == {'a': 1, 'rows': [{'b': 2}]}\n",
        "def test_total():\n    assert total([1]) == {'a': 1, 'next': None, 'rows': [{'b': 3}]}\n",
        "tests/test_pricing.py:6 error",
    ),
    _example(
        "what it tests is a helper of tests that changed with it",
        _CLEANED,
        _CLEANED.replace("'b'", "'c'"),
        "tests/test_pricing.py:13 note",
        more=(
            "tests/cleaner.py",
            "class Cleaner:\n    AS = 'b'\n\n    def clean(self, text):\n        return self.AS\n",
            "class Cleaner:\n    AS = 'c'\n\n    def clean(self, text):\n        return self.AS\n",
        ),
    ),
    _example("the same value in other words", _TEST, _TEST.replace("105.0", "105")),
    _example("a computed value", _TEST, _TEST.replace("105.0", "100 * 1.05")),
    _example("the inputs changed too", _TEST, _TEST.replace("[100]", "[200]").replace("105.0", "210.0")),
    _example(
        "a value got a name",
        _TEST,
        "PRICE = 105.0\n\n\n" + _TEST.replace("105.0", "PRICE"),
    ),
    _example(
        "the assertions were reordered",
        "def test_total():\n    a, b = total([1]), total([2])\n    assert a == 1.05\n    assert b == 2.1\n",
        "def test_total():\n    a, b = total([1]), total([2])\n    assert b == 2.1\n    assert a == 1.05\n",
    ),
    _example(
        "more of the text is looked for",
        "def test_total():\n    assert 'total' in str(total([1]))\n",
        "def test_total():\n    assert 'total: 1.05' in str(total([1]))\n",
    ),
    _example(
        "a new row",
        _ROWS,
        _ROWS.replace("([], 0)", "([], 0), ([1], 1.05)"),
    ),
    _example(
        "the set-up of its class changed with it",
        _CASE,
        _CASE.replace("[100]", "[102]").replace("105.0", "107.1"),
        "tests/test_pricing.py:10 note",
    ),
    _example("it was skipped", f"@pytest.mark.skip\n{_TEST}", _TEST.replace("105.0", "107.0")),
)
