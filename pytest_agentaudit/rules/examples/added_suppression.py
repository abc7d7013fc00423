"""The examples of added-suppression."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_SWALLOW = """
def load(path):
    try:
        return open(path).read()
    except Exception:{comment}
        pass
"""
_CODED_HOUSE = "import os  # noqa: F401\nimport sys  # noqa: F401\n"
_BARE_HOUSE = "import os  # noqa\nimport sys  # noqa\n"
_TOLD_HOUSE = "class Area:\n    # Nobody may hash an area.\n    __hash__ = None  # type: ignore\n"
_LONG = "def area(width, height):\n    return width * height{comment}\n"


def _example(title: str, before: str, after: str, *expect: str, house: str = "", path: str = "shop/io.py") -> Example:
    """An example with one changed file, and one that shows the house's habit."""
    around = {"shop/__init__.py": "", "shop/house.py": house}
    return Example(title, before={**around, path: before}, after={**around, path: after}, expect=expect)


_MYPY = "[tool.mypy]\nstrict = true\n"
_AREA = {"shop/__init__.py": "", "shop/io.py": _LONG.format(comment="")}
_QUIET_AREA = {"shop/__init__.py": "", "shop/io.py": _LONG.format(comment="  # type: ignore")}

EXAMPLES = (
    Example(
        "bare, of a checker that the change takes up",
        before=_AREA,
        after={**_QUIET_AREA, "pyproject.toml": _MYPY},
        expect=("shop/io.py:2 warning",),
    ),
    Example(
        "bare, of a checker that the base has set up",
        before={**_AREA, "pyproject.toml": _MYPY},
        after={**_QUIET_AREA, "pyproject.toml": _MYPY},
        expect=("shop/io.py:2 error",),
    ),
    Example(
        "bare, of a checker that the base silences without settings",
        before={**_AREA, "shop/house.py": _CODED_HOUSE.replace("noqa: F401", "type: ignore[import]")},
        after={
            **_QUIET_AREA,
            "shop/house.py": _CODED_HOUSE.replace("noqa: F401", "type: ignore[import]"),
            "pyproject.toml": _MYPY,
        },
        expect=("shop/io.py:2 error",),
    ),
    _example(
        "a silent handler",
        _SWALLOW.format(comment="\n        raise"),
        _SWALLOW.format(comment="  # noqa: S110"),
        "shop/io.py:5 error",
    ),
    _example(
        "bare, where the house names codes",
        _LONG.format(comment=""),
        _LONG.format(comment="  # noqa"),
        "shop/io.py:2 error",
        house=_CODED_HOUSE,
    ),
    _example(
        "bare, where one in eleven of the house is",
        _LONG.format(comment=""),
        _LONG.format(comment="  # noqa"),
        "shop/io.py:2 warning",
        house=15 * _CODED_HOUSE + "import re  # noqa\n" * 3,
    ),
    _example(
        "bare, where fewer of the house are",
        _LONG.format(comment=""),
        _LONG.format(comment="  # noqa"),
        "shop/io.py:2 error",
        house=16 * _CODED_HOUSE + "import re  # noqa\n" * 3,
    ),
    _example(
        "bare, as the house does",
        _LONG.format(comment=""),
        _LONG.format(comment="  # noqa"),
        "shop/io.py:2 warning",
        house=_BARE_HOUSE,
    ),
    _example(
        "the only bare one of the house goes to other code",
        "def area(width, height):\n    return width * height  # noqa\n\n\ndef edge(area, width):\n"
        "    return area / width\n",
        "def area(width, height):\n    return width * height\n\n\ndef edge(area, width):\n"
        "    return area / width  # noqa\n",
        "shop/io.py:6 error",
    ),
    _example(
        "bare, as the house does, which tells its reasons in prose",
        _LONG.format(comment=""),
        _LONG.format(comment="  # type: ignore"),
        "shop/io.py:2 warning",
        house=_TOLD_HOUSE,
    ),
    _example(
        "bare, as the file does, where the house names codes",
        "a = area(1)  # noqa\nb = area(2)  # noqa\nc = area(3)  # noqa\n",
        "a = area(1)  # noqa\nb = area(2)  # noqa\nc = area(3)  # noqa\nd = size(c, 4)  # noqa\n",
        "shop/io.py:4 warning",
        house=_CODED_HOUSE + _CODED_HOUSE,
    ),
    _example(
        "bare, as the house does, on code that the file silences already",
        "def area(box):\n    return box.area(1)  # type: ignore\n",
        "def area(box):\n    return box.area(1)  # type: ignore\n\n\ndef twice(box):\n    note(box)\n"
        "    return box.area(1)  # type: ignore\n",
        house=_TOLD_HOUSE,
    ),
    _example(
        "a function written anew, which needs fewer of them",
        "def area(box):\n    if 'a' in names(box.shape):  # type: ignore\n        return 1\n"
        "    return len(sizes(box.shape))  # type: ignore\n",
        "def area(box):\n    hints = types_of(box.form)  # type: ignore\n    return 1 if 'a' in hints else 2\n",
        house=_TOLD_HOUSE,
    ),
    Example(
        "moved to another file, where its function became private",
        before={
            "shop/house.py": _CODED_HOUSE.replace("noqa: F401", "type: ignore[import]"),
            "shop/io.py": "def read(line):\n    content = content_of(line)  # type: ignore\n    return content\n",
            "shop/new.py": "",
        },
        after={
            "shop/house.py": _CODED_HOUSE.replace("noqa: F401", "type: ignore[import]"),
            "shop/io.py": "",
            "shop/new.py": "def take(line):\n    content = _content_of(line)  # type: ignore\n    yield content\n",
        },
    ),
    _example(
        "a code without a reason, where the house names codes and reasons",
        _LONG.format(comment=""),
        _LONG.format(comment="  # type: ignore[operator]"),
        "shop/io.py:2 warning",
        house=(_TOLD_HOUSE + _TOLD_HOUSE.replace("Area", "Line")).replace("ignore", "ignore[assignment]"),
    ),
    _example(
        "a code, where the house names none and only says what a line is for",
        _LONG.format(comment=""),
        _LONG.format(comment="  # type: ignore[operator]"),
        "shop/io.py:2 note",
        house=_TOLD_HOUSE,
    ),
    _example(
        "bare, in flake8's and ruff's stranger spellings",
        "import os\nimport re\nimport sys\nimport abc\n",
        "import os  #noqa\nimport re  #  NoQA\nimport sys  # why # noqa\nimport abc  # noqa\xa0E401\n",
        "shop/io.py:1 error",
    ),
    _example(
        "one removed here, one added there: the count is the same",
        "import os  # noqa: F401\nimport sys\n\nx = eval('1')  # noqa\ny = exec('2')\n",
        "import os  # noqa: F401\nimport sys\n\nx = eval('1')\ny = exec('2')  # noqa\n",
        "shop/io.py:5 error",
    ),
    _example(
        "a code was dropped: it hides more than before",
        _LONG.format(comment="  # noqa: E501"),
        _LONG.format(comment="  # noqa"),
        "shop/io.py:2 error",
    ),
    _example(
        "the same type error again and again",
        "def show(result):\n    return None\n",
        "def show(result):\n"
        "    a = result.root.a  # type: ignore[union-attr]\n"
        "    b = result.root.b  # type: ignore[union-attr]\n"
        "    return a, b, result.root.c  # type: ignore[union-attr]\n",
        "shop/io.py:2 warning",
    ),
    _example(
        "it only looks like a suppression",
        _LONG.format(comment=""),
        _LONG.format(comment="  # noq\u0430: E501"),
        "shop/io.py:2 note",
    ),
    _example(
        "code and reason",
        _SWALLOW.format(comment="\n        raise"),
        _SWALLOW.format(comment="  # noqa: S110 - telemetry must never break the program"),
    ),
    _example(
        "moved to another place with its code",
        "import os  # noqa\n\n\ndef area(w):\n    return w\n",
        "def area(w):\n    return w\n\n\nimport os  # noqa\n",
    ),
    _example(
        "the same calls, asked of another object",
        "def pay(box):\n    if box:\n        return till_of(box).pay(  # type: ignore\n            box\n        )\n"
        "    return box.till().pay(  # type: ignore\n        None\n    )\n",
        "def pay(box):\n    if box:\n        return old_till.pay(  # type: ignore\n            box\n        )\n"
        "    return old_till.pay(  # type: ignore\n        None\n    )\n",
    ),
    _example(
        "the code under it was wrapped by a formatter",
        "x = compute(alpha, beta)  # type: ignore\n",
        "x = compute(  # type: ignore\n    alpha,\n    beta,\n)\n",
    ),
    _example("narrowed", "x = compute(1)  # type: ignore\n", "x = compute(1)  # type: ignore[arg-type]\n"),
    _example("in a string", "x = 1\n", "x = '''\ny = 1  # noqa\n'''\nz = f\"{x['# noqa']}\"\n"),
    _example(
        "a few of the house's many suppressions give reasons",
        _LONG.format(comment=""),
        _LONG.format(comment="  # type: ignore[operator]"),
        house="a = run(1)  # type: ignore[arg-type]  # the stub is wrong\n"
        "b = run(2)  # type: ignore[arg-type]  # the stub is wrong here too\n"
        "c = run(3)  # type: ignore[arg-type]\nd = run(4)  # type: ignore\n",
    ),
    _example(
        "the base has a single one, which gives a reason",
        _LONG.format(comment=""),
        _LONG.format(comment="  # type: ignore[operator]"),
        house="a = run(1)  # type: ignore[arg-type]  # the stub is wrong\n",
    ),
    _example(
        "the base's suppressions give reasons",
        _LONG.format(comment=""),
        _LONG.format(comment="  # type: ignore[operator]"),
        "shop/io.py:2 warning",
        house="a = run(1)  # type: ignore[arg-type]  # the stub is wrong\n"
        "b = run(2)  # type: ignore[arg-type]  # the stub is wrong here too\n",
    ),
    _example(
        "private names of the same house, once for each",
        "",
        "from shop.core import (\n"
        "    _order as _order,  # pyright: ignore[reportPrivateUsage]\n"
        "    _price as _price,  # pyright: ignore[reportPrivateUsage]\n"
        "    _total as _total,  # pyright: ignore[reportPrivateUsage]\n"
        ")\n",
    ),
    _example(
        "names that two versions of a package have in different places",
        "",
        "if VERSION >= 2:\n    from box.core import Lid  # type: ignore[attr-defined]\n"
        "    from box.core import Side  # type: ignore[attr-defined]\n"
        "    from box.types import Unset  # type: ignore[attr-defined]\n"
        "else:\n    from box import Lid, Side, Unset\n",
    ),
    _example(
        "one code for three things that have nothing in common",
        "def show(result):\n    return None\n",
        "def show(result):\n    a = box.lid()  # type: ignore[misc]\n    b = shelf.turn(1)  # type: ignore[misc]\n"
        "    return place.find(2)  # type: ignore[misc]\n",
    ),
    _example("a package without types", "x = 1\n", "import yaml  # type: ignore\n\nx = 1\n"),
    _example(
        "a version branch",
        "import sys\n",
        "import sys\n\nif sys.version_info >= (3, 14):\n    x = compute()  # type: ignore\n",
    ),
    _example(
        "in a test",
        "",
        "def test_a():\n    assert add('1') == 1  # type: ignore[arg-type]\n",
        path="tests/test_a.py",
    ),
    _example(
        "bare, where the house names codes as often as not",
        _LONG.format(comment=""),
        _LONG.format(comment="  # type: ignore"),
        "shop/io.py:2 warning",
        house=_TOLD_HOUSE * 3 + _TOLD_HOUSE.replace("type: ignore", "type: ignore[assignment]") * 4,
    ),
    _example(
        "bare, as a hundred others in the house",
        _LONG.format(comment=""),
        _LONG.format(comment="  # type: ignore"),
        "shop/io.py:2 note",
        house="\n".join(f"x{number} = compute({number})  # type: ignore" for number in range(100)),
    ),
    _example(
        "methods that take less than those in whose place they stand",
        "class Till(Desk):\n    pass\n",
        "class Till(Desk):\n    def take(self):  # type: ignore[override]\n        return 1\n\n"
        "    def give(self):  # type: ignore[override]\n        return 2\n\n"
        "    def take_all(self):  # type: ignore[override]\n        return 3\n",
        "shop/io.py:2 note",
    ),
    _example(
        "what one platform alone has",
        "import ctypes\n",
        "import ctypes\n\nuser = ctypes.windll.user32  # type: ignore[attr-defined]\n"
        "shell = ctypes.windll.shell32  # type: ignore[attr-defined]\n"
        "made = ctypes.WINFUNCTYPE(ctypes.HRESULT)  # type: ignore[attr-defined]\n",
        "shop/io.py:3 note",
    ),
    _example(
        "bare, on a line like three others of the file",
        "".join(f"class S{it}(Base):\n    model = Settings(prefix={it})  # pyright: ignore\n\n\n" for it in range(3)),
        "".join(f"class S{it}(Base):\n    model = Settings(prefix={it})  # pyright: ignore\n\n\n" for it in range(4)),
        "shop/io.py:14 note",
        house="\n".join(f"x{it} = compute({it})  # pyright: ignore[reportCallIssue]" for it in range(9)),
    ),
    _example(
        "a code, on an argument of a call that was wrapped and had none",
        "def pay(box):\n    paid = take(box, other)  # pyright: ignore\n    return paid\n",
        "def pay(box):\n    paid = take(\n        box,  # pyright: ignore[reportUnknownArgumentType]\n        other,\n"
        "        depth=box.depth + 1,\n    )\n    return paid\n",
    ),
    _example(
        "attributes that the type does not have are set",
        "def tell(told):\n    return told\n",
        "def tell(told):\n    told._a = told  # type: ignore[attr-defined]\n"
        "    told._a = None  # type: ignore[attr-defined]\n    told._a = 1  # type: ignore[attr-defined]\n"
        "    return told\n",
        "shop/io.py:2 note",
    ),
    _example(
        "bare, beside one that says the same of the next argument",
        "show(\n    wide(box),  # type: ignore\n    high(box),\n)\n",
        "show(\n    wide(box),  # type: ignore\n    tuple(high(box.lid)),  # type: ignore\n)\n",
        house=_TOLD_HOUSE.replace("type: ignore", "type: ignore[assignment]"),
    ),
    _example(
        "taken from code that stands as it did, and put on another line of the same names",
        "def add(a, b):\n    return a + b  # noqa\n\n\ndef sub(a, b):\n    return a - b\n",
        "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b  # noqa\n",
        "shop/io.py:6 error",
        house=_CODED_HOUSE + _CODED_HOUSE,
    ),
    _example(
        "bare, on the same part of another object",
        "def pay(box):\n    words['till'] = box.order.till  # type: ignore\n",
        "def pay(box):\n    self._sums['till'] = place_of(box)\n    note(box)\n    self._sums['till'] = place.till"
        "  # type: ignore\n",
        house=_TOLD_HOUSE.replace("type: ignore", "type: ignore[assignment]"),
    ),
    _example(
        "a code without a reason, as the file has it already, where the house gives reasons",
        "class Desk:\n    def do_POST(self):  # noqa: N802\n        return 1\n",
        "class Desk:\n    def do_POST(self):  # noqa: N802\n        return 1\n\n"
        "    def do_GET(self):  # noqa: N802\n        return 2\n",
        house="import a  # noqa: F401 - for others\nimport b  # noqa: F401 - for others\n"
        "import c  # noqa: F401 - for others\nimport d  # noqa: F401 - for others\n",
    ),
    _example(
        "another value for the same attributes",
        "def tell(told, meta):\n    told._meta = meta  # type: ignore[attr-defined]\n    note(told)\n"
        "    told._meta = meta  # type: ignore[attr-defined]\n    told._meta = meta  # type: ignore[attr-defined]\n",
        "def tell(told, meta):\n    merged = {**told.known, **meta}\n"
        "    told._meta = merged  # type: ignore[attr-defined]\n    note(told)\n"
        "    told._meta = merged  # type: ignore[attr-defined]\n"
        "    told._meta = merged  # type: ignore[attr-defined]\n",
    ),
)
