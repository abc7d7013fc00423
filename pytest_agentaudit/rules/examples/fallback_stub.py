"""The examples of fallback-stub."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_HARD = "from redis import connect\n\n\ndef store(key, value):\n    connect().set(key, value)\n"
_SOFT = """try:
    from redis import connect
except ImportError:
    def connect(*args):
        return None


def store(key, value):
    connect().set(key, value)
"""
_OWN = _SOFT.replace("redis import connect", "shop.backend import connect")
_CLIENT = """def client(url):
    try:
        return Client(url)
    except ConnectionError:
        return FakeClient()
"""


def _example(title: str, before: str, after: str, *expect: str) -> Example:
    more = {"shop/__init__.py": "", "shop/backend.py": "def connect():\n    return 1\n"}
    return Example(
        title, before={**more, "shop/store.py": before}, after={**more, "shop/store.py": after}, expect=expect
    )


EXAMPLES = (
    _example("a hard dependency is faked", _HARD, _SOFT, "shop/store.py:3 warning"),
    _example("a module of the project is faked", "RATE = 1\n", _OWN, "shop/store.py:3 warning"),
    _example("a stand-in for a client that failed", "RATE = 1\n", _CLIENT, "shop/store.py:5 warning"),
    _example(
        "a comment says why",
        _HARD,
        _SOFT.replace("        return None", "        # Without the extra nobody gets here.\n        return None"),
        "shop/store.py:3 note",
    ),
    _example("what may be optional", "RATE = 1\n", _SOFT, "shop/store.py:3 note"),
    _example(
        "it raises when it is used",
        _HARD,
        _SOFT.replace("return None", "raise RuntimeError('install shop[redis]')"),
    ),
    _example(
        "another module does it",
        "from tomli import loads\n",
        "try:\n    from tomllib import loads\nexcept ImportError:\n    from tomli import loads\n",
    ),
    _example(
        "a shim that works",
        "from itertoolz import pairwise\n",
        "try:\n    from itertoolz import pairwise\nexcept ImportError:\n    def pairwise(items):\n"
        "        return list(zip(items, items[1:]))\n",
    ),
    _example(
        "a decorator that leaves functions alone, and a class for types",
        "from numba import njit\n",
        "try:\n    from numba import njit, Tensor\nexcept ImportError:\n    def njit(function):\n"
        "        return function\n\n    class Tensor:\n        pass\n",
    ),
    _example(
        "what only tells what goes on",
        "from shop.debug import debug, debug_call\n",
        "try:\n    from shop.debug import debug, debug_call\nexcept ImportError:\n    def debug(*words):\n"
        "        pass\n\n    def debug_call(*words):\n        pass\n",
    ),
    _example(
        "a module of some platforms only",
        "RATE = 1\n",
        "try:\n    import fcntl\nexcept ImportError:\n    fcntl = None\n",
    ),
)
