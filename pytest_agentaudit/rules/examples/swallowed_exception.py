"""The examples of swallowed-exception."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_LOAD = "def load(path):\n    return open(path).read()\n"
_SILENT = "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        pass\n"
_DEFAULT = _SILENT.replace("pass", "return {}")
_TEST = (
    "import pytest\nfrom shop.load import load\n\n\ndef test_missing():\n    with pytest.raises(FileNotFoundError):\n"
    '        load("nowhere")\n'
)


def _example(title: str, after: str, *expect: str, before: str = _LOAD) -> Example:
    return Example(title, before={"shop/load.py": before}, after={"shop/load.py": after}, expect=expect)


_MAIL = (
    "class Mail:\n    def send(self, address):\n        return check(address)\n\n    def _token(self):\n"
    "        return open(self.path).read()\n"
)
_TRIED = "        try:\n            return open(self.path).read()\n        except Exception:\n            return None"
_TEST_OF_MAIL = (
    "import pytest\nfrom shop.load import Mail\n\n\ndef test_address():\n    mail = Mail()\n"
    "    with pytest.raises(ValueError):\n        mail.send('')\n"
)

EXAMPLES = (
    _example("a broad handler that passes", _SILENT, "shop/load.py:4 warning"),
    _example("a bare one", _SILENT.replace("except Exception", "except"), "shop/load.py:4 warning"),
    _example(
        "the linter was quieted as well",
        _SILENT.replace("Exception:", "Exception:  # noqa: BLE001"),
        "shop/load.py:4 error",
    ),
    _example(
        "the linter was quieted, and new code answers that it failed",
        "\n\ndef put(box, name, value):\n    if name in box.parts:\n        try:\n"
        "            setattr(box, name, value)\n        except Exception:  # noqa: BLE001\n"
        "            return False\n    return True\n",
        "shop/load.py:7 warning",
    ),
    _example(
        "the linter was quieted, and a comment says why",
        _SILENT.replace("Exception:", "Exception:  # noqa: BLE001").replace("pass", "pass  # only a cache"),
        "shop/load.py:4 warning",
    ),
    _example(
        "in other words",
        "from contextlib import suppress\n\n\ndef load(path):\n    with suppress(Exception):\n"
        "        return open(path).read()\n",
        "shop/load.py:5 warning",
    ),
    _example("callers used to see the error, and get a default now", _DEFAULT, "shop/load.py:4 warning"),
    _example(
        "a narrow handler was widened",
        _SILENT,
        "shop/load.py:4 warning",
        before=_SILENT.replace("Exception", "FileNotFoundError"),
    ),
    Example(
        "and the test that demanded the error went",
        before={"shop/load.py": _LOAD, "tests/test_load.py": _TEST},
        after={
            "shop/load.py": _DEFAULT,
            "tests/test_load.py": "from shop.load import load\n\n\ndef test_missing():\n"
            '    assert load("nowhere") == {}\n',
        },
        expect=("shop/load.py:4 error",),
    ),
    Example(
        "the test whose demand went is of another method",
        before={"shop/load.py": _MAIL, "tests/test_load.py": _TEST_OF_MAIL},
        after={
            "shop/load.py": _MAIL.replace("        return open(self.path).read()", _TRIED),
            "tests/test_load.py": _TEST_OF_MAIL.replace(
                "    with pytest.raises(ValueError):\n        mail.send('')\n",
                "    assert mail.send('') == 'no address'\n",
            ),
        },
        expect=("shop/load.py:8 warning",),
    ),
    _example(
        "failures of several tasks are dropped",
        "import asyncio\n\n\nasync def load(paths):\n"
        "    await asyncio.gather(*map(fetch, paths), return_exceptions=True)\n",
        "shop/load.py:5 warning",
    ),
    _example("a comment says why", _SILENT.replace("pass", "pass  # a broken cache is as good as none")),
    _example(
        "what the function is for says so",
        _SILENT.replace("(path):\n", '(path):\n    """The text. Returns ``None`` on a read error."""\n', 1).replace(
            "pass", "return None"
        ),
    ),
    _example("a narrow one", _SILENT.replace("Exception", "FileNotFoundError")),
    _example("it logs", _SILENT.replace("pass", "log.exception('unreadable: %s', path)")),
    _example(
        "it answers with what was raised",
        _SILENT.replace("Exception:", "Exception as error:").replace("pass", "return Failure(error)"),
    ),
    _example(
        "clean-up",
        _LOAD + "\n\nclass Box:\n    def close(self):\n        try:\n            self.lid.turn()\n"
        "        except Exception:\n            pass\n\n    def __del__(self):\n        try:\n"
        "            self.close()\n        except Exception:\n            pass\n",
    ),
    _example(
        "clean-up elsewhere",
        _LOAD + "\n\ndef swap(box):\n    try:\n        box.connection.close()\n    except Exception:\n        pass\n"
        "    box.connection = None\n",
    ),
    _example(
        "an optional import",
        "try:\n    import ujson\nexcept Exception:\n    ujson = None\n\n\n" + _LOAD,
    ),
    _example(
        "telemetry and probes",
        _LOAD + "\n\ndef sell(item):\n    try:\n        telemetry.record(item)\n    except Exception:\n"
        "        pass\n    return item\n\n\ndef has_title(book):\n    try:\n        return bool(book.meta.title)\n"
        "    except Exception:\n        return False\n",
    ),
    _example(
        "tasks that were called off",
        "import asyncio\n\n\nasync def load(tasks):\n    for task in tasks:\n        task.cancel()\n"
        "    await asyncio.gather(*tasks, return_exceptions=True)\n",
    ),
    _example(
        "what is read only for the message of an error that follows",
        _LOAD + "\n\ndef fetch(answer):\n    if answer.status != 200:\n        body = {}\n        try:\n"
        "            body = answer.read_body()\n        except Exception:\n            pass\n"
        "        raise FetchError(body.get('error'))\n    return answer.text\n",
    ),
    _example(
        "a comment in the suite that is protected",
        "from contextlib import suppress\n\n\ndef load(path):\n    with suppress(Exception):\n"
        "        # A shelf without its label is as good as one with it.\n        path.shelf.turn()\n"
        "    return path\n",
    ),
    _example(
        "the next of several is tried",
        "def load(paths):\n    text = None\n    for path in paths:\n        try:\n"
        "            text = open(path).read()\n            break\n        except Exception:\n"
        "            continue\n    return text\n",
    ),
    _example(
        "one of several tries, the last of which raises",
        "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        pass\n"
        "    raise LookupError(path)\n",
    ),
    _example(
        "what follows the `try` answers",
        "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        pass\n"
        "    return default_of(path)\n",
    ),
    _example(
        "`suppress` in a handler that raises again",
        "from contextlib import suppress\n\n\ndef load(path):\n    try:\n        return read_of(path)\n"
        "    except ValueError:\n        with suppress(Exception):\n            path.turn(back=True)\n"
        "        raise\n",
    ),
    _example(
        "the same with `suppress`",
        "from contextlib import suppress\n\n\ndef load(path):\n    if path.is_new:\n"
        "        with suppress(Exception):\n            return read_of(path)\n    return default_of(path)\n",
    ),
    _example(
        "it begins with an import that every Python has",
        "def load(path):\n    limit = 20\n    try:\n        from urllib.parse import parse_qs\n"
        "        limit = path.limit_of(parse_qs(path.query))\n    except Exception:\n        pass\n"
        "    return limit\n",
        "shop/load.py:6 warning",
    ),
    _example(
        "two that are alike, and the first one is new",
        "def load(path):\n    try:\n        path.mark()\n    except Exception:\n        pass\n    path.turn()\n"
        "    try:\n        path.mark()\n    except Exception:\n        pass\n    return path\n",
        "shop/load.py:4 warning",
        before="def load(path):\n    path.turn()\n"
        "    try:\n        path.mark()\n    except Exception:\n        pass\n    return path\n",
    ),
    _example(
        "callers used to see the error, and what follows the `try` answers now",
        _SILENT + "    return {}\n",
        "shop/load.py:4 warning",
    ),
    _example(
        "its docstring says that failures do not count",
        'import contextlib\n\n\ndef load(path):\n    """Leave a mark. Failures are ignored: it is tried again.'
        '"""\n    with contextlib.suppress(Exception):\n        mark = mark_of(path)\n        mark.write(\'1\')\n',
        "shop/load.py:6 note",
    ),
    Example(
        "in a folder of code that only watches",
        before={"shop/_analytics/marks.py": _LOAD},
        after={"shop/_analytics/marks.py": _SILENT},
        expect=("shop/_analytics/marks.py:4 note",),
    ),
    Example(
        "it moved, and was edited on the way",
        before={
            "shop/load.py": "class Shelf:\n    def put(self, book):\n        try:\n            kind = hints(book)\n"
            "            self.kinds = kind.names\n        except Exception:\n            kind = None\n"
            "        self.kind = kind\n",
            "shop/other.py": "A = 1\n",
        },
        after={
            "shop/load.py": "class Shelf:\n    def put(self, book):\n        self.kind = kind_of(book)\n",
            "shop/other.py": "def kind_of(book):\n    kind = None\n    try:\n        kind = hints(book).names\n"
            "    except Exception:\n        pass\n    return kind\n",
        },
    ),
    Example(
        "it only moved",
        before={"shop/load.py": _SILENT, "shop/other.py": "A = 1\n"},
        after={"shop/load.py": "B = 1\n", "shop/other.py": "A = 1\n\n\n" + _SILENT},
    ),
)
