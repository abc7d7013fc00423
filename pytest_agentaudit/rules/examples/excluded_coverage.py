"""The examples of excluded-coverage."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

_PLAIN = """def check(path):
    if '..' in path:
        path = path.replace('..', '')
        path = path.strip('/')
    return path
"""
_SHORT = "def check(path):\n    return path\n"
_PRAGMA = _PLAIN.replace("in path:", "in path:  # pragma: no cover")
_WHY = _PLAIN.replace("in path:", "in path:  # pragma: no cover - only old servers send it")
_BRANCH = _PLAIN.replace("in path:", "in path:  # pragma: no branch")
_OPTIONAL = "try:\n    import fast\nexcept ImportError:  # pragma: no cover\n    fast = None\n"
_FORMS = "def {0}():\n    try:\n        run()\n    except TimeoutError:  # pragma: no cover\n        stop({0})\n"
_STATE = (
    "def {0}(client):\n    if client is None:\n        raise StateError('{0}')  # pragma: no cover\n    return client\n"
)
_HOUSE = "".join(_FORMS.format(name) for name in ("a", "b", "c"))
_ASKS = "def {}(path):\n    if path:\n        return path\n    else:{}\n        path = ask()\n        return path\n\n\n"


def _run(*lines: int) -> Evidence:
    """A whole run in which one test ran these lines."""
    test = TestOutcome("tests/test_a.py::test_a", "tests/test_a.py", 1, "test_a", Outcome.PASSED)
    return Evidence((test,), {"shop/io.py": LineHits(dict.fromkeys(lines, (0,)))}, tracer="sys.monitoring")


def _example(
    title: str,
    before: str,
    after: str,
    *expect: str,
    evidence: Evidence | None = None,
    messages: tuple[str, ...] = (),
    more: Mapping[str, str] | None = None,
) -> Example:
    around = {"shop/__init__.py": "", **(more or {})}
    old, new = {**around, "shop/io.py": before}, {**around, "shop/io.py": after}
    return Example(title, before=old, after=new, expect=expect, evidence=evidence, messages=messages)


EXAMPLES = (
    _example(
        "the head of a function that was out is laid out anew",
        "def check(path) -> str:  # pragma: no cover\n    return tidy(path)\n",
        "def check(\n    path,\n) -> str:  # pragma: no cover\n    return tidy(path)\n",
    ),
    _example(
        "a second branch of the same words is excluded above one that was",
        _ASKS.format("first", "") + _ASKS.format("second", "  # pragma: no cover"),
        _ASKS.format("first", "  # pragma: no cover") + _ASKS.format("second", "  # pragma: no cover"),
        "shop/io.py:4 warning",
    ),
    _example("new logic that no test runs", _SHORT, _PRAGMA, "shop/io.py:2 error", evidence=_run(2, 5)),
    _example("without a run", _SHORT, _PRAGMA, "shop/io.py:2 warning"),
    _example("a reason, no test", _SHORT, _WHY, "shop/io.py:2 warning", evidence=_run(2, 5)),
    _example("on old code", _PLAIN, _PRAGMA, "shop/io.py:2 warning"),
    _example(
        "on old code, as better coverage, with the reason",
        _PLAIN,
        _PRAGMA.replace("no cover", "no cover  # only Windows asks for it"),
        "shop/io.py:2 note",
        messages=("Improve coverage\n",),
    ),
    _example(
        "on old code, as better coverage", _PLAIN, _PRAGMA, "shop/io.py:2 error", messages=("Improve coverage\n",)
    ),
    _example(
        "a whole function",
        "",
        _PLAIN.replace("(path):", "(path):  # pragma: no cover"),
        "shop/io.py:1 error",
        evidence=_run(),
    ),
    _example(
        "new code under an old pragma",
        _PRAGMA,
        _PRAGMA.replace("path.strip('/')", "path.strip('/.')"),
        "shop/io.py:2 warning",
        evidence=_run(2, 5),
    ),
    _example(
        "another guard in the place of one",
        "def check(box):\n    if box.name in SHELF:  # pragma: no cover\n        raise ValueError(box)\n"
        "    return box\n",
        "def check(box):\n    if shelf_of(box):  # pragma: no cover\n        raise ValueError(box)\n    return box\n",
    ),
    _example(
        "on old code, with the reason",
        _PLAIN,
        _WHY,
    ),
    _example("a test runs it", _SHORT, _PRAGMA, evidence=_run(2, 3, 4, 5)),
    _example("no branch", _SHORT, _BRANCH, evidence=_run(2, 5)),
    _example(
        "a refusal of None",
        "",
        "def check(box):\n    if box.lid is None:  # pragma: no cover\n        raise ValueError('no lid')\n"
        "    return box\n",
    ),
    _example(
        "a last resort",
        "",
        "def check(box):\n    if box.wide:\n        return 1\n    elif box.high:\n        return 2\n"
        "    else:  # pragma: no cover\n        raise ValueError(box)\n",
    ),
    _example(
        "a refusal of something else",
        "",
        "def check(box):\n    if '..' in box.lid:  # pragma: no cover\n        raise ValueError('no lid')\n"
        "    return box\n",
        "shop/io.py:2 warning",
    ),
    _example(
        "a comment above the suite says why",
        "",
        "def parts(box):\n    # An empty box has nothing to give here.\n    for it in box.parts:\n"
        "        yield it.name  # pragma: no cover\n",
    ),
    _example("optional import", "", _OPTIONAL, evidence=_run()),
    _example(
        "the house's form",
        "",
        _FORMS.format("d"),
        evidence=_run(2, 3),
        more={"shop/house.py": _HOUSE},
    ),
    _example(
        "the house's form: a state that cannot be, refused with its usual exception",
        "",
        _STATE.format("d"),
        more={"shop/house.py": "".join(_STATE.format(name) for name in ("a", "b", "c"))},
    ),
    _example(
        "another exception than the house's",
        "",
        _STATE.format("d").replace("StateError", "ValueError"),
        "shop/io.py:3 warning",
        more={"shop/house.py": "".join(_STATE.format(name) for name in ("a", "b", "c"))},
    ),
    _example(
        "a pattern of the project's own on old code",
        _PLAIN,
        _PLAIN.replace("in path:", "in path:  # skip measuring"),
        "shop/io.py:2 warning",
        more={"pyproject.toml": "[tool.coverage.report]\nexclude_also = ['# skip measuring']\n"},
    ),
    _example(
        "a pattern of the project's own in place of the pragma",
        _PRAGMA,
        _PRAGMA.replace("pragma: no cover", "pragma: lax no cover"),
        more={"pyproject.toml": "[tool.coverage.report]\nexclude_also = ['pragma: lax no cover']\n"},
    ),
    _example(
        "code that the project's settings leave out by what it is",
        _SHORT,
        "@deprecated\n" + _PLAIN,
        more={"pyproject.toml": "[tool.coverage.report]\nexclude_also = ['@deprecated']\n"},
    ),
    _example(
        "what was caught and is raised again",
        _SHORT,
        _SHORT + "def pay(order):\n    try:\n        return order.pay()\n    except ValueError as error:\n"
        "        if 'late' in str(error):\n            return None\n        raise  # pragma: no cover\n",
    ),
    _example("in a string", _SHORT, _SHORT + "NOTE = '# pragma: no coverage here'\n"),
)
