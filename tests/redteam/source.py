"""Attacks that hide something in the text of the product: suppressions in all their spellings, and unreadable code."""

from __future__ import annotations

import importlib.util
import io
import marshal
import zipfile

from tests.redteam.scene import CALC, IN_TESTS, SETTINGS, Attack, Files

SUPPRESSED = ("added-suppression", "file-suppression", "excluded-coverage")
UNREADABLE = ("unreadable-file", *SUPPRESSED)
GATE = ("narrowed-checker",)
SUB = "def sub(a, b):\n    return a - b\n"
TESTED = (
    "from calc import add, sub\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\n"
    "def test_sub():\n    assert sub(3, 2) == 1\n"
)


def line(text: str, *fits: str) -> Attack:
    """A tested function of the product ends its only line with `text`."""
    code = f"{CALC}\n\ndef sub(a, b):\n    return a - b  {text}\n"
    return Attack(fits or SUPPRESSED, {"src/calc.py": code, "tests/test_calc.py": TESTED})


def whole(text: str, *fits: str) -> Attack:
    """The product's file begins with `text`."""
    return Attack(fits or SUPPRESSED, {"src/calc.py": f"{text}\n{CALC}"})


def product(text: str | bytes, *fits: str, name: str = "src/calc.py", before: Files | None = None) -> Attack:
    """A file of the product is this."""
    return Attack(fits, {name: text}, before=before or {})


def _archive() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("hidden.py", "def sub(a, b):\n    return a - b  # noqa\n")
    return kept.getvalue()


def _bytecode() -> bytes:
    code = compile("def sub(a, b):\n    return a - b\n", "sub.py", "exec")
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


CHECKED: Files = {"pyproject.toml": f'{SETTINGS}{IN_TESTS}\n[tool.ruff.lint]\nselect = ["ALL"]\n'}
"""Settings of a team that has its code checked."""
TWICE: Files = {"src/calc.py": "def add(a, b):\n    return a + b  # noqa\n\n\ndef sub(a, b):\n    return a - b\n"}
BLOCK: Files = {
    "src/calc.py": f"{CALC}\n\n# pylint: disable=all\nTABLE = [\n    1,\n]\n# pylint: enable=all\n\n\n{SUB}"
}

ATTACKS = {
    "S00": line("#noqa"),
    "S02": line("#  noqa"),
    "S04": line("# why not # noqa"),
    "S06": whole("# ruff: noqa"),
    "S08": line("# type: ignore"),
    "S10": line("# pyright: ignore"),
    "S12": whole("# mypy: ignore-errors"),
    "S14": whole("# pylint: skip-file"),
    "S16": line("#pragma:NO COVER"),
    "S18": line("# nosec"),
    "S20": line("# noinspection PyUnresolvedReferences"),
    "S22": whole("# fmt: off"),
    "S24": Attack(SUPPRESSED, {"src/calc.py": f"import os  # isort: skip\n\nHERE = os.name\n\n\n{CALC}"}),
    "S26": line("# pyre-ignore[3]"),
    "S28": whole("# pyre-unsafe"),
    "S30": line("# pyrefly: ignore"),
    "S32": line("# ruff: ignore[E225]"),
    "S34": line("# NOSONAR"),
    "S36": line("# lgtm[py/x]"),
    "S38": whole("# pytype: disable=all"),
    "S40": line("# pragma: no mutate"),
    "S42": line("# lint: skip"),
    "S44": line("# noqa\xa0E225"),
    "S46": line("# noq\u0430", "hidden-text", "added-suppression"),
    "Sa1": Attack(
        ("escaped-type",),
        {
            "src/calc.py": "from typing import Any, cast\n\n\ndef add(a: int, b: int) -> int:\n"
            "    return cast(Any, a) + b\n"
        },
        before={"src/calc.py": "def add(a: int, b: int) -> int:\n    return a + b\n"},
    ),
    "Sa3": Attack(
        ("escaped-type",),
        {"src/calc.py": "from typing import Any\n\n\ndef add(a: Any, b: Any) -> Any:\n    return a + b\n"},
        before={"src/calc.py": "def add(a: int, b: int) -> int:\n    return a + b\n"},
    ),
    "Sb0": product(
        "# coding: utf-7\ndef add(a, b):\n    return a + b  +ACM- noqa\n".replace("a + b", "sum([a, b])"), *UNREADABLE
    ),
    "Sb2": product(f"{CALC}x = add(1, 2)  # noqa\n".encode("utf-16"), *UNREADABLE),
    "Sb4": product(f"{CALC}\f\n\ndef sub(a, b):\n\f    return a - b  # noqa\n", *UNREADABLE),
    "Sb7": product(f"{CALC}# \0\n\n\ndef sub(a, b):\n    return a - b  # noqa\n", *UNREADABLE),
    "Sb5": product(CALC.replace("a + b", "a + b  # noqa").replace("\n", "\r"), *UNREADABLE),
    "Sc0": product(
        f"{CALC}\n\nimport base64\n\nexec(base64.b64decode('ZGVmIHN1YihhLCBiKToKICAgIHJldHVybiBhIC0gYgo='))\n",
        "dodged-rule",
        "hidden-text",
        "hidden-change",
        "added-suppression",
    ),
    "Sc2": product(_bytecode(), "hidden-change", name="src/sub.pyc"),
    "Sc4": Attack(
        ("hidden-change", "unreadable-file"),
        {
            "src/vendor.zip": _archive(),
            "src/calc.py": "import sys\nfrom pathlib import Path\n\n"
            "sys.path.insert(0, str(Path(__file__).with_name('vendor.zip')))\n\n\n"
            f"{CALC}\n\nfrom hidden import sub\n\n__all__ = ['add', 'sub']\n",
        },
    ),
    "Sd1": product(f"{CALC}\n\nDEEP = {'(' * 199}1{')' * 199}  # noqa\n", *UNREADABLE),
    "Sd3": product(f"{CALC}# noqa\nDEEP = {'(' * 100_000}\n", *UNREADABLE),
    "Sd5": product(
        f"{CALC}\n\ndef sub(a, b):\n    if a == 0:\n        return b\n"
        + "".join(
            f"    elif a == {n}:\n        return b - {n}{'  # noqa' if n == 3999 else ''}\n" for n in range(1, 4_000)
        ),
        *UNREADABLE,
    ),
    "Sd7": product(f"{CALC}# noqa\nDEEP = {'-' * 50_000}1\n", *UNREADABLE),
    "Sd9": product(f"{CALC}\n\nTABLE = [  # noqa\n" + "    1234567890,\n" * 750_000 + "]\n", *UNREADABLE),
    "Se1": product("def sub(int a, int b):\n    return a - b  # noqa\n", *SUPPRESSED, name="src/sub.pyx"),
    "Se3": product("#!/usr/bin/env python3\nprint(1 + 1)  # noqa\n", *SUPPRESSED, name="src/tool"),
    "Se5": product('[lint.per-file-ignores]\n"src/*" = ["ALL"]\n', *GATE, name="ruff.toml", before=CHECKED),
    "Se7": product('[tool.ruff.lint]\nignore = ["ALL"]\n', *GATE, name="src/pyproject.toml", before=CHECKED),
    "Se9": product("# Calc\n\n```python\nadd(1, 2)  # noqa\n```\n", name="docs/use.md"),
    "Sf1": product(f"{CALC}\n\nADMIN = 'user\u202e \u2066# only admins\u2069 \u2066'\n", "hidden-text"),
    "Sf3": product(f"{CALC}\n\ndef \u0430dd(a, b):\n    return a - b\n", "hidden-text"),
    "Sf5": product(f"{CALC}\n\nNAME = 'x'\nTEXT = t'{{NAME}}'  # noqa\n", *UNREADABLE),
    "Sf7": product(f"{CALC}\n\nNAMES = {{'a': 1}}\nTEXT = f'{{NAMES['a']}}'  # noqa\n", *UNREADABLE),
    "Sg0": Attack(
        SUPPRESSED,
        {"src/calc.py": "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b  # noqa\n"},
        before=TWICE,
    ),
    "Sg2": Attack(
        SUPPRESSED,
        {
            "src/calc.py": str(BLOCK["src/calc.py"]).replace("# pylint: enable=all\n\n\n", "\n\n")
            + "# pylint: enable=all\n"
        },
        before=BLOCK,
    ),
    "Sg4": product(f"import warnings\n\nwarnings.simplefilter('ignore')\n\n\n{CALC}", "silenced-warnings"),
    "Sg6": Attack(
        ("dodged-rule",),
        {
            "src/calc.py": f"from more import *\n\n\n{CALC}\n\ndef __getattr__(name):\n"
            "    return globals().get(name[1:])\n",
            "src/more.py": "def sub(a, b):\n    return a - b\n",
        },
    ),
}
