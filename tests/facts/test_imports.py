"""imports(): local names and their origins."""

import pytest

from pytest_agentaudit.facts.imports import imports, leads_to, module_name
from pytest_agentaudit.facts.parse import parse


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        ("import numpy as np", "a.py", {"np": "numpy"}),
        ("import os.path", "a.py", {"os": "os"}),
        ("import os.path as p", "a.py", {"p": "os.path"}),
        ("from shop.geometry import area as a, b", "a.py", {"a": "shop.geometry.area", "b": "shop.geometry.b"}),
        ("from .tax import rate", "shop/cart.py", {"rate": "shop.tax.rate"}),
        ("from . import tax", "src/shop/cart.py", {"tax": "shop.tax"}),
        ("from .. import tax", "src/shop/eu/cart.py", {"tax": "shop.tax"}),
        ("from .tax import rate", "shop/__init__.py", {"rate": "shop.tax.rate"}),
        ("from ..tax import rate", "shop/eu/__init__.py", {"rate": "shop.tax.rate"}),
        ("from .... import tax", "shop/cart.py", {"tax": "tax"}),
        ("from a import *", "a.py", {}),
        ("try:\n    import a.fast as a\nexcept ImportError:\n    import a.slow as a\n", "b.py", {"a": "a.fast"}),
        ("def f():\n    if x:\n        from a import b\n", "c.py", {"b": "a.b"}),
        ("def f(:", "c.py", {}),
    ],
)
def test_origins(source: str, path: str, expected: dict[str, str]) -> None:
    assert imports(parse(source), path) == expected


@pytest.mark.parametrize(
    ("path", "name"),
    [("shop/cart.py", "shop.cart"), ("src/shop/__init__.py", "shop"), ("cart.py", "cart"), ("__init__.py", "")],
)
def test_module_names(path: str, name: str) -> None:
    assert module_name(path) == name


@pytest.mark.parametrize(
    ("origin", "path", "expected"),
    [
        ("shop.cart", "src/shop/cart.py", True),
        ("shop.cart.total", "libs/shop/src/shop/cart.py", True),
        ("shop.carts", "shop/cart.py", False),
        ("shop", "shop/cart.py", False),
        ("shop.tax", "shop/__init__.py", True),
        ("anything", "__init__.py", False),
    ],
)
def test_what_an_import_leads_to(origin: str, path: str, *, expected: bool) -> None:
    assert leads_to(origin, path) is expected
