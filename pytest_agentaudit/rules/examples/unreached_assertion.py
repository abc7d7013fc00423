"""The examples of unreached-assertion."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

_PATH = "tests/test_geometry.py"
_API = "def area(width, height):\n    return width * height\n"
_HEAD = "import sys\nimport pytest\nfrom geometry import area, shapes\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"
_LOOP = "def test_shapes():\n    for shape in shapes():\n        assert area(*shape) > 0\n"
_BRANCH = "def test_big():\n    big = area(9, 9)\n    if big > 99:\n        assert big == 81\n    assert big\n"
_CASES = (
    "@pytest.mark.parametrize('n', [1])\ndef test_one(n):\n    if area(n, 1) == 1:\n        assert area(n, n) == 1\n"
    "    assert area(n, 9)\n"
)


def _example(
    title: str, after: str, *expect: str, before: str = "", hits: Mapping[int, tuple[int, ...]] | None = None
) -> Example:
    """A test that comes in beside another one; its first line is 10. With `hits` it ran and passed."""
    name = after.partition("def ")[2].partition("(")[0]
    test = TestOutcome(f"{_PATH}::{name}", _PATH, 10, name, Outcome.PASSED)
    return Example(
        title,
        before={"geometry.py": _API, _PATH: f"{_HEAD}{_TEST}{before}"},
        after={"geometry.py": _API, _PATH: f"{_HEAD}{_TEST}\n\n{after}"},
        expect=tuple(f"{_PATH}:{place}" for place in expect),
        evidence=None if hits is None else Evidence((test,), {_PATH: LineHits(hits)}, tracer="sys.monitoring"),
    )


EXAMPLES = (
    _example("behind a return", "def test_big():\n    return\n    assert area(9, 9) == 81\n", "12 error"),
    _example(
        "behind a return, beside another",
        "def test_big():\n    assert area(9, 9)\n    return\n    assert area(9, 9) == 81\n",
        "13 warning",
    ),
    _example(
        "behind an exit of both branches",
        "def test_big():\n    if area(1, 1):\n        return\n    else:\n        return\n    assert area(9, 9) == 81\n",
        "15 error",
    ),
    _example("in `if False`", "def test_big():\n    if False:\n        assert area(9, 9) == 81\n", "12 error"),
    _example("in `while 0`", "def test_big():\n    while 0:\n        assert area(9, 9) == 81\n", "12 error"),
    _example(
        "for no case at all",
        "@pytest.mark.parametrize('n', [])\ndef test_big(n):\n    assert area(n, 9) == 81\n",
        "12 error",
    ),
    _example(
        "for cases that are worked out",
        "@pytest.mark.parametrize('n', shapes())\ndef test_big(n):\n    assert area(n, 9) == 81\n",
    ),
    _example("in a loop over nothing", "def test_big():\n    for n in []:\n        assert area(n, 9)\n", "12 error"),
    _example(
        "in a loop over a name for nothing",
        "def test_big():\n    sizes = ()\n    for n in sizes:\n        assert area(n, 9) == 9 * n\n",
        "13 error",
    ),
    _example(
        "in a function that nobody calls",
        "def test_big():\n    def check(n):\n        assert area(n, 9) == 9 * n\n\n    area(9, 9)\n",
        "12 error",
    ),
    _example(
        "in the `else` of a loop that always breaks",
        "def test_big():\n    for n in (1, 2):\n        area(n, 9)\n        break\n    else:\n"
        "        assert area(9, 9) == 81\n",
        "15 error",
    ),
    _example(
        "behind the call that must raise",
        "def test_big():\n    with pytest.raises(ValueError):\n        result = area(-1, 1)\n"
        "        assert result == 1\n",
        "13 warning",
    ),
    _example("a loop that had no turn in the run", _LOOP, "12 error", hits={11: (0,)}),
    _example("a branch that the run never took", _BRANCH, "13 warning", hits={11: (0,), 12: (0,), 14: (0,)}),
    _example(
        "a branch that the run never took, in a test that left its class as it was",
        _BRANCH,
        before="\n\nclass TestBig:\n"
        + "".join(f"    {line}" for line in _BRANCH.splitlines(keepends=True)).replace("()", "(self)", 1),
        hits={11: (0,), 12: (0,), 14: (0,)},
    ),
    _example(
        "a branch that the run takes no more, since the cases are others",
        _CASES.replace("1", "9"),
        "13 warning",
        before=f"\n\n{_CASES}",
        hits={12: (0,), 14: (0,)},
    ),
    _example("a loop that had turns in the run", _LOOP, hits={11: (0,), 12: (0,)}),
    _example("a loop, and nothing was run", _LOOP),
    _example(
        "a branch on the platform that the run did not take",
        _BRANCH.replace("big > 99", "sys.platform == 'win32'"),
        hits={11: (0,), 12: (0,), 14: (0,)},
    ),
    _example(
        "a library that this machine lacks",
        "def test_big():\n    try:\n        import numpy\n    except ImportError:\n        return\n"
        "    assert area(numpy.int8(9), 9) == 81\n",
        hits={11: (0,), 12: (0,), 13: (0,), 14: (0,)},
    ),
    _example(
        "an early return that the run took",
        "def test_big():\n    big = area(9, 9)\n    if big:\n        return\n    assert big == 81\n",
        "14 error",
        hits={11: (0,), 12: (0,), 13: (0,)},
    ),
    _example(
        "one of two alternatives",
        "def test_big():\n    big = area(9, 9)\n    if big > 99:\n        assert big == 100\n    else:\n"
        "        assert big == 81\n",
        hits={11: (0,), 12: (0,), 15: (0,)},
    ),
    _example(
        "a failure that was not reached",
        "def test_big():\n    try:\n        area(-1, 1)\n        pytest.fail('no error')\n"
        "    except ValueError as error:\n        assert str(error) == '-1'\n",
        hits={11: (0,), 12: (0,), 14: (0,), 15: (0,)},
    ),
    _example(
        "behind a skip, which skipped-test tells",
        "def test_big():\n    assert area(9, 9)\n    pytest.skip('slow')\n    assert area(9, 9) == 81\n",
    ),
    _example(
        "a raise behind what fails, for those who do not know that it does",
        "def test_big():\n    big = area(9, 9)\n    if big != 81:\n        pytest.fail(f'wrong: {big}')\n"
        "        raise AssertionError('unreachable')\n    assert big == 81\n",
    ),
    _example(
        "a callback that the code calls",
        "def test_big():\n    def check(n):\n        assert n == 81\n\n    shapes(on_area=check)\n",
    ),
    _example(
        "an early return under a condition",
        "def test_big():\n    if area(1, 1):\n        return\n    assert area(9, 9) == 81\n",
    ),
    _example(
        "a loop over cases that are written out",
        "def test_big():\n    for n in (1, 2):\n        assert area(n, 9) == 9 * n\n",
    ),
    _example(
        "an assertion before what must raise",
        "def test_big():\n    with pytest.raises(ValueError):\n        size = shapes()\n        assert size == 1\n"
        "        raise ValueError(size)\n",
    ),
    _example(
        "an assertion that calls what must raise",
        "def test_big():\n    with pytest.raises(ValueError):\n        size = shapes()\n        assert area(size, 1)\n",
    ),
)
