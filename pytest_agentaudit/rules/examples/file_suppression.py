"""The examples of file-suppression."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_CODE = "def area(width, height):\n    return width * height\n"
_MIDDLE = "def start(command):\n    # ruff: noqa: SIM115\n    return open(command)\n"
_ON = "# pylint: enable=all\n"
_RANGE = f"# pylint: disable=all\nTABLE = [1]\n{_ON}"
_PRIVATE = "# pyright: reportPrivateUsage=false\n"
_HOUSE = {f"shop/{name}.py": _PRIVATE + "A = 1\n" for name in ("till", "desk", "shelf")}


def _example(title: str, before: str, after: str, *expect: str, path: str = "shop/io.py") -> Example:
    return Example(
        title, before={"shop/__init__.py": "", path: before}, after={"shop/__init__.py": "", path: after}, expect=expect
    )


EXAMPLES = (
    _example("at the top", _CODE, "# ruff: noqa\n" + _CODE, "shop/io.py:1 error"),
    _example("in mid-file, where it looks local", "", _MIDDLE, "shop/io.py:2 error"),
    _example("mypy skips the module", _CODE, "# type: ignore\n" + _CODE, "shop/io.py:1 error"),
    _example("pylint skips the file", _CODE, "# pylint: skip-file\n" + _CODE, "shop/io.py:1 error"),
    _example("flake8, where codes do not limit it", _CODE, "# flake8: noqa: E501\n" + _CODE, "shop/io.py:1 error"),
    _example(
        "code and reason",
        _CODE,
        "# ruff: noqa: T201 - a command line tool prints\n" + _CODE,
        "shop/io.py:1 warning",
    ),
    _example(
        "code and reason, on what is written twice",
        _CODE,
        "# pylint: disable=duplicate-code  # the names are listed again for the command line\n" + _CODE,
        "shop/io.py:1 note",
    ),
    _example(
        "a reason that is meant for the place",
        "",
        _MIDDLE.replace("SIM115", "SIM115 - the caller closes it"),
        "shop/io.py:2 error",
    ),
    _example(
        "who uses whose private names, in a file taken out of a class",
        _CODE,
        "# pyright: reportPrivateUsage=false\n" + _CODE,
        "shop/io.py:1 warning",
    ),
    Example(
        "who uses whose private names, as several files of the house say",
        before={"shop/__init__.py": "", "shop/io.py": _CODE, **_HOUSE},
        after={"shop/__init__.py": "", "shop/io.py": _PRIVATE + _CODE, **_HOUSE},
        expect=("shop/io.py:1 note",),
    ),
    _example("formatter", _CODE, _CODE + "# fmt: off\nTABLE = [1,  2]\n# fmt: on\n", "shop/io.py:3 note"),
    _example("in a test", "", "# mypy: ignore-errors\n" + _CODE, "tests/test_io.py:1 note", path="tests/test_io.py"),
    _example(
        "an old range ends further down",
        _RANGE + _CODE,
        _RANGE.replace(_ON, "") + _CODE + _ON,
        "shop/io.py:1 error",
    ),
    _example(
        "code went into an old range",
        _RANGE + "\n\n" + _CODE,
        _RANGE.replace(_ON, "\n\n" + _CODE + _ON),
        "shop/io.py:1 error",
    ),
    _example("a row more in an old range", _RANGE + _CODE, _RANGE.replace("[1]", "[1, 2]") + _CODE),
    _example(
        "what was in the range already was edited, and new code came behind it",
        _RANGE.replace(_ON, _CODE + _ON),
        _RANGE.replace(_ON, _CODE.replace("width *", "height *") + _ON) + "\n\ndef size():\n    return 1\n",
    ),
    _example(
        "it reached to the end of the file, whatever stands there",
        _CODE + "# pylint: disable=all\nTABLE = [1]\n",
        "# pylint: disable=all\nTABLE = [1]\n" + _CODE,
    ),
    _example("it was there before", "# ruff: noqa\n" + _CODE, "# ruff: noqa\n" + _CODE.replace("area", "size")),
    _example("behind code ruff does not take it", _CODE, "import os  # ruff: noqa\n" + _CODE),
    _example("types of another package", _CODE, '# mypy: disable-error-code="import-untyped"\n' + _CODE),
    _example("in a string", _CODE, f'"""\n# ruff: noqa\n"""\n{_CODE}'),
)
