"""The examples of shadowed-module."""

from __future__ import annotations

from pytest_agentaudit.model import Evidence, Harness
from pytest_agentaudit.rules.base import Example

_SHOP = {"shop/__init__.py": "", "shop/cart.py": "A = 1\n", "tests/test_cart.py": "def test_a():\n    assert 1\n"}


def _example(
    title: str, path: str, *expect: str, text: str = "VALUE = 1\n", evidence: Evidence | None = None
) -> Example:
    return Example(title, before=_SHOP, after={**_SHOP, path: text}, expect=expect, evidence=evidence)


EXAMPLES = (
    _example("pytest itself", "pytest.py", "pytest.py:1 error", text="print('2 passed')\n"),
    _example("a package of a tool's name", "src/coverage/__init__.py", "src/coverage/__init__.py:1 error"),
    _example("a start-up file", "sitecustomize.py", "sitecustomize.py:1 error", text="import os\n"),
    _example(
        "a start-up file for PYTHONPATH",
        "tools/sitecustomize.py",
        "tools/sitecustomize.py:1 warning",
        text="import os\n",
    ),
    Example(
        "a copy of the product beside the tests",
        before={**_SHOP, "src/cart.py": "A = 1\n", "tests/test_cart.py": "from cart import A\n"},
        after={
            **_SHOP,
            "src/cart.py": "A = 1\n",
            "tests/test_cart.py": "from cart import A\n",
            "tests/cart.py": "A = 2\n",
        },
        expect=("tests/cart.py:1 error",),
    ),
    Example(
        "a name of the product in a package of tests",
        before={**_SHOP, "src/cart.py": "A = 1\n", "tests/__init__.py": "", "tests/test_cart.py": "A = 1\n"},
        after={
            **_SHOP,
            "src/cart.py": "A = 1\n",
            "tests/__init__.py": "",
            "tests/test_cart.py": "A = 1\n",
            "tests/cart.py": "A = 2\n",
        },
    ),
    _example("a path file with code", "evil.pth", "evil.pth:1 error", text="import os; os.environ\n"),
    _example(
        "metadata of a distribution",
        "quiet.dist-info/entry_points.txt",
        "quiet.dist-info/entry_points.txt:1 error",
        text="[pytest11]\nquiet = quiet\n",
    ),
    _example("a module of the standard library", "json.py", "json.py:1 warning"),
    _example("in a folder of tests that is no package", "tests/random.py", "tests/random.py:1 warning"),
    _example(
        "the run imported it",
        "json.py",
        "json.py:1 error",
        evidence=Evidence(harness=Harness(shadowed=(("json", "json.py"),))),
    ),
    _example("inside a package", "shop/json.py"),
    _example("in a package of tests", "tests/unit/types.py"),
    _example(
        "coverage in child processes",
        "sitecustomize.py",
        text="import coverage\n\ncoverage.process_startup()\n",
    ),
    Example(
        "test files of one name in two folders",
        before={**_SHOP, "src/test_cart.py": "def test_a():\n    assert 1\n"},
        after={
            **_SHOP,
            "src/test_cart.py": "def test_a():\n    assert 1\n",
            "tests/test_cart.py": "def test_b():\n    assert 1\n",
        },
    ),
    Example(
        "in a package with a module that is called setup",
        before={**_SHOP, "shop/cmd/__init__.py": "", "shop/cmd/setup.py": "def setup():\n    return 1\n"},
        after={
            **_SHOP,
            "shop/cmd/__init__.py": "",
            "shop/cmd/setup.py": "def setup():\n    return 1\n",
            "shop/cmd/code.py": "A = 1\n",
        },
    ),
    _example("weights of a model", "model.pth", text="\0\0PK\3\4import"),
    _example("metadata that tests read", "tests/data/pkg-1.0.dist-info/METADATA", text="Name: pkg\n"),
    Example(
        "one that was there before",
        before={**_SHOP, "json.py": "A = 1\n"},
        after={**_SHOP, "json.py": "A = 2\n"},
    ),
)
