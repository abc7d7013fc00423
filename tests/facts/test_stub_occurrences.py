"""Empty functions, unfinished branches, values left out."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.kinds.shortcuts import LEFT_OUT, STUB, UNFINISHED
from tests.support.added import added


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("pass", "pass"),
        ("...", "..."),
        ('"""Open it."""', "only a docstring"),
        ("print('opened')", "only a message"),
        ("raise NotImplementedError", "raise NotImplementedError"),
        ("raise NotImplementedError('later')", "raise NotImplementedError"),
        ("return", "return"),
        ("return None", "return None"),
        ("return []", "return []"),
        ("return {'a': 1}", ""),
        ("return lid", ""),
        ("raise ValueError", ""),
        ("return open(lid)", ""),
        ("lid = 3", ""),
    ],
)
def test_forms(body: str, form: str) -> None:
    found = added(f"def open_box(lid):\n    {body}\n", STUB)
    assert [it.details["form"] for it in found] == ([form] if form else [])


@pytest.mark.parametrize(
    "source",
    [
        "class Box(ABC):\n    @abstractmethod\n    def turn(self): ...\n",
        "class Box(Protocol):\n    def turn(self): ...\n",
        "@overload\ndef turn(box: int) -> int: ...\n",
        "@hookspec\ndef turn(box): ...\n",
    ],
)
def test_what_is_declared_without_a_body(source: str) -> None:
    assert added(source, STUB) == []


@pytest.mark.parametrize(
    ("source", "is_excused"),
    [
        ("def turn(box):\n    pass\n", False),
        ('def turn(box):\n    """Turn the box."""\n', False),
        ('def turn(box):\n    """Turn the box; a no-op here."""\n', True),
        ("def turn(box):\n    pass  # nothing to do\n", True),
        ("def turn(box):\n    # TODO: nothing to do with hooks yet\n    pass\n", False),
        ("def on_turn(box):\n    pass\n", True),
        ("class Loud(Box):\n    def turn(self):\n        pass\n", True),
        ("class BaseBox:\n    def turn(self):\n        pass\n", True),
        ("class Empty:\n    def turn(self):\n        pass\n\n    def lift(self):\n        pass\n", True),
        ("class Box:\n    def turn(self):\n        pass\n\n    def lift(self):\n        return self.lid\n", False),
        ("@app.command()\ndef turn():\n    pass\n", True),
        ("if sys.platform == 'win32':\n    def turn():\n        pass\n", True),
        ("def lift(box):\n    def turn():\n        pass\n    return box.run(turn)\n", True),
        ("class Box:\n    def __init__(self):\n        pass\n", True),
    ],
)
def test_excuses(source: str, *, is_excused: bool) -> None:
    assert {bool(it.details["excuse"]) for it in added(source, STUB)} == {is_excused}


@pytest.mark.parametrize(
    ("branch", "found"),
    [
        ("    elif kind == 'stop':\n        # TODO: stop it\n        pass\n", ["if kind == 'stop'"]),
        ("    elif kind == 'stop':\n        pass  # FIXME\n", ["if kind == 'stop'"]),
        ("    else:\n        # not implemented yet\n        return None\n", ["else"]),
        ("    else:\n        # not \u0131mplemented yet\n        return None\n", ["else"]),
        ("    else:\n        # nothing to do\n        return None\n", []),
        ("    else:\n        # TODO: faster\n        stop(kind)\n", []),
        ("    else:\n        # TODO: say more\n        raise ValueError(kind)\n", []),
    ],
)
def test_branches(branch: str, found: list[str]) -> None:
    source = f"def route(kind):\n    if kind == 'go':\n        go()\n{branch}"
    assert [it.text for it in added(source, UNFINISHED)] == found


def test_cases_of_a_match() -> None:
    source = "def route(kind):\n    match kind:\n        case 'go':\n            go()\n        case 'stop':\n"
    assert [it.text for it in added(f"{source}            # TODO\n            pass\n", UNFINISHED)] == ["case 'stop'"]


def test_issues_are_known() -> None:
    source = "def route(kind):\n    if kind:\n        # TODO(#12): route it\n        return None\n    return go(kind)\n"
    assert [it.details["issue"] for it in added(source, UNFINISHED)] == ["yes"]


def test_arguments_left_out() -> None:
    source = "def run(hooks):\n    return Engine(\n        hooks=None,  # TODO: pass them\n        limit=None,\n    )\n"
    assert [it.text for it in added(source, LEFT_OUT)] == ["hooks=None"]


def test_tests_and_stub_files_are_not_looked_at() -> None:
    assert added("def turn(box): ...\n", STUB, path="shop/box.pyi") == []
    assert added("def turn(box):\n    pass\n", STUB, path="tests/test_box.py") == []
