"""Made-up results, ignored parameters, fakes behind imports."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.kinds.shortcuts import (
    ASSUMED,
    FABRICATED,
    FALLBACK,
    IGNORED,
    MEASURED,
    STAND_IN,
    SUBSTITUTE,
)
from tests.support.added import added


@pytest.mark.parametrize(
    ("body", "signs"),
    [
        ("return {'status': 'ok'}", "success"),
        ("return {'success': True, 'order': order}", "success"),
        ("return {'status': order.status}", ""),
        ("send(order)\n    return {'status': 'ok'}", ""),
        ("# simulated answer\n    return [{'id': 1}]", "words"),
        ("# in a real system we would ask\n    return {'id': 1}", "words"),
        ("time.sleep(1)\n    return True", "sleep"),
        ("return random.random()", "random"),
        ("return random.choice(order)", ""),
        ("# simulated\n    return []", ""),
        ("print('All tests passed')\n    return True", "message"),
        ("return []", ""),
        ("return 3", ""),
        ("raise ValueError", ""),
    ],
)
def test_signs(body: str, signs: str) -> None:
    found = added(f"import random, time\n\n\ndef ship(order):\n    {body}\n", FABRICATED)
    assert [it.details["signs"] for it in found] == ([signs] if signs else [])


def test_figures() -> None:
    source = "import random\n\n\ndef train(model):\n    loss_score = {}\n    return loss_score\n"
    kinds = {
        value: [it.kind for it in added(source.format(value), MEASURED, ASSUMED)]
        for value in ("evaluate(model)", "0.97", "random.random()", "0.0", "None", "model.score")
    }
    assert kinds == {
        "evaluate(model)": [MEASURED],
        "0.97": [ASSUMED],
        "random.random()": [ASSUMED],
        "0.0": [],
        "None": [],
        "model.score": [],
    }


@pytest.mark.parametrize(
    ("path", "source", "names"),
    [
        ("shop/box.py", "def shop():\n    return FakeStore()\n", ["FakeStore"]),
        ("shop/box.py", "def shop():\n    return MagicMock()\n", ["MagicMock"]),
        ("shop/testing.py", "def shop():\n    return FakeStore()\n", []),
        ("shop/box.py", "class FakeStore:\n    def copy(self):\n        return FakeStore()\n", []),
        ("shop/box.py", "def shop():\n    return Store()\n", []),
    ],
)
def test_stand_ins(path: str, source: str, names: list[str]) -> None:
    assert [it.details["name"] for it in added(source, STAND_IN, path=path)] == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def quote(order, rate):\n    return order.total\n", ["rate"]),
        ("def quote(order, *, rate=1):\n    return order.total\n", ["rate"]),
        ("class Till:\n    def quote(self, order, rate):\n        return order.total\n", ["rate"]),
        ("def quote(order, rate):\n    return lambda: order.total * rate\n", []),
        ("def quote(order, rate):\n    return locals()\n", []),
        ("def quote(order, _rate):\n    return order.total\n", []),
        ("def quote(order, *rates, **more):\n    return order.total\n", []),
        ("class Till(Base):\n    def quote(self, order, rate):\n        return order.total\n", []),
        ("@app.get('/')\ndef quote(order, rate):\n    return order.total\n", []),
        ("def quote(order, rate):\n    return order.total\n\n\nQUOTES = {'plain': quote}\n", []),
        ("def quote(order, rate):\n    # rate is unused for now\n    return order.total\n", []),
        ("def quote(order, rate):\n    raise NotImplementedError\n", []),
        ("def pytest_quote(order, rate):\n    return order.total\n", []),
    ],
)
def test_ignored_parameters(source: str, names: list[str]) -> None:
    assert [it.details["name"] for it in added(source, IGNORED) if not it.details["said"]] == names


@pytest.mark.parametrize(
    ("handler", "shape"),
    [
        ("def connect(*args):\n        return None", "function"),
        ("connect = lambda *args: None", "function"),
        ("connect = None", "value"),
        ("class connect:\n        def get(self, key):\n            return None", "class"),
        ("class connect:\n        pass", ""),
        ("class connect(Exception):\n        pass", ""),
        ("def connect(*args):\n        raise RuntimeError", ""),
        ("from valkey import connect", ""),
        ("raise", ""),
    ],
)
def test_fallbacks(handler: str, shape: str) -> None:
    found = added(f"try:\n    from redis import connect\nexcept ImportError:\n    {handler}\n", FALLBACK)
    assert [it.details["shape"] for it in found] == ([shape] if shape else [])


def test_substitutes() -> None:
    source = "def client(url):\n    try:\n        return Client(url)\n    except OSError:\n        {}return {}()\n"
    assert [it.details["told"] for it in added(source.format("", "FakeClient"), SUBSTITUTE)] == [""]
    assert [it.details["told"] for it in added(source.format("log.error(url); ", "FakeClient"), SUBSTITUTE)] == ["yes"]
    assert added(source.format("", "NullClient"), SUBSTITUTE) == []
