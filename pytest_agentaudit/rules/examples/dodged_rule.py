"""The examples of dodged-rule."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_LOAD = "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        log(path)\n"
_RUN = "import os\n\n\ndef run(command):\n    return os.system(command)\n"
_PRIVATE = "def size(cart):\n    return len(cart._items)\n"
_SHOW = "import sys\n\n\ndef show(value):\n    print(value)\n"
_STAR = "import importlib\n\nglobals().update(vars(importlib.import_module('shop.names')))\n"


def _example(title: str, before: str, after: str, *expect: str, path: str = "shop/a.py") -> Example:
    return Example(title, {"shop/__init__.py": "", path: before}, {"shop/__init__.py": "", path: after}, expect)


EXAMPLES = (
    _example(
        "a name from pieces",
        _RUN,
        _RUN.replace("os.system(command)", "getattr(os, 'sys' + 'tem')(command)"),
        "shop/a.py:5 error",
    ),
    _example(
        "a built-in by its namespace",
        "def value(text):\n    return int(text)\n",
        "def value(text):\n    return __builtins__['eval'](text)\n",
        "shop/a.py:2 warning",
    ),
    _example("a tuple of one", _LOAD, _LOAD.replace("Exception", "(Exception,)"), "shop/a.py:4 warning"),
    _example("as broad, by another name", _LOAD, _LOAD.replace("Exception", "BaseException"), "shop/a.py:4 note"),
    _example(
        "the suppression went, the dodge came",
        _LOAD.replace("Exception:", "Exception:  # noqa: BLE001"),
        _LOAD.replace("Exception", "BaseException"),
        "shop/a.py:4 warning",
    ),
    _example(
        "a private attribute",
        _PRIVATE,
        _PRIVATE.replace("cart._items", "getattr(cart, '_items')"),
        "shop/a.py:2 warning",
    ),
    _example(
        "a print by another name, and its suppression",
        _SHOW.replace("(value)\n", "(value)  # noqa: T201\n", 2).replace("show(value):  # noqa: T201", "show(value):"),
        _SHOW.replace("print(value)", "sys.stdout.write(value)"),
        "shop/a.py:5 warning",
    ),
    _example(
        "what was called off is awaited in a handler that raises again",
        "async def load(task):\n    return await task  # noqa: BLE001\n",
        "import asyncio\nimport contextlib\n\n\nasync def load(task):\n    try:\n        return await task\n"
        "    except asyncio.CancelledError:\n        task.cancel()\n"
        "        with contextlib.suppress(BaseException):\n            await task\n        raise\n",
    ),
    _example("a star import by another name", "import importlib\n", _STAR, "shop/a.py:3 warning"),
    _example(
        "code that is decoded when it runs",
        "import base64\n",
        "import base64\n\nexec(base64.b64decode(load()))\n",
        "shop/a.py:3 warning",
    ),
    _example(
        "code that is written out in an encoded form",
        "import base64\n",
        "import base64\n\nCODE = base64.b64decode('cGFzcw==')\n\nexec(CODE)\n",
        "shop/a.py:5 error",
    ),
    _example(
        "code that is spelled by numbers",
        "",
        "exec(''.join(map(chr, (112, 97, 115, 115))))\n",
        "shop/a.py:1 error",
    ),
    _example(
        "a module that has every name",
        "RATE = 1\n",
        "RATE = 1\n\n\ndef __getattr__(name):\n    return globals().get(name[1:])\n",
        "shop/a.py:4 error",
    ),
    _example(
        "asserts that never run",
        "def pay(sum):\n    assert sum > 0\n",
        "def pay(sum):\n    if __debug__ and 0:\n        assert sum > 0\n",
        "shop/a.py:2 warning",
    ),
    _example(
        "an attribute that may be missing",
        "def size(cart):\n    return cart.size\n",
        "def size(cart):\n    return getattr(cart, 'size', 0)\n",
    ),
    _example(
        "a name that is computed",
        "def read(row):\n    return row.a\n",
        "def read(row, name):\n    return getattr(row, f'get_{name}')()\n",
    ),
    _example(
        "a plug-in is loaded",
        "import importlib\n",
        "import importlib\n\n\ndef load(name):\n    return importlib.import_module(name)\n",
    ),
    _example(
        "it cleans up and raises again",
        _LOAD,
        _LOAD.replace("Exception:\n        log(path)", "BaseException:\n        log(path)\n        raise"),
    ),
    _example(
        "a name that is imported when it is asked for",
        "",
        "from importlib import import_module\n\n_LAZY = {'Cart': 'shop.cart'}\n\n\ndef __getattr__(name):\n"
        "    if name in _LAZY:\n        return getattr(import_module(_LAZY[name]), name)\n"
        "    raise AttributeError(name)\n",
    ),
    _example(
        "the names of another module, and an old one for a while",
        "import shop\n",
        "import shop\n\n\ndef __getattr__(name):\n    if name == 'sum_up':\n        return shop.total\n"
        "    return getattr(shop, name)\n",
    ),
    _example(
        "a record's own names",
        "",
        "class Record:\n    def __getattr__(self, name):\n        return self.__dict__.get(name)\n",
    ),
    _example("narrower", _LOAD, _LOAD.replace("Exception", "(OSError, ValueError)")),
    _example(
        "a new module writes to the terminal",
        "",
        "import sys\n\n\ndef show(text):\n    sys.stdout.write(text)\n",
        path="shop/b.py",
    ),
)
