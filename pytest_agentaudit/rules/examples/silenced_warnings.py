"""The examples of silenced-warnings."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_SHOP = "import warnings\n\n\ndef load(path):\n    return parse(path)\n"
_TEST = "import pytest\n\nfrom shop import load\n\n\ndef test_load():\n    assert load('a') == 1\n"
_CONFTEST = (
    "import pytest\n\n\ndef pytest_configure(config):\n    config.addinivalue_line('filterwarnings', 'ignore')\n"
)
_BLOCK = "    with warnings.catch_warnings():\n        warnings.simplefilter('ignore')\n        return parse(path)\n"
_TOML = "[tool.pytest.ini_options]\nfilterwarnings = [{}]\n"


def _example(title: str, before: str, after: str, *expect: str, path: str = "shop/a.py") -> Example:
    return Example(title, {"shop/__init__.py": "", path: before}, {"shop/__init__.py": "", path: after}, expect)


EXAMPLES = (
    _example(
        "from the import on",
        _SHOP,
        _SHOP.replace("\n\n\n", "\n\nwarnings.simplefilter('ignore')\n\n\n"),
        "shop/a.py:3 error",
    ),
    _example(
        "the same in a program",
        _SHOP.replace("import warnings", "import argparse\nimport warnings"),
        _SHOP.replace("import warnings", "import argparse\nimport warnings\n\nwarnings.simplefilter('ignore')"),
        "shop/a.py:4 warning",
    ),
    _example(
        "with a reason beside it",
        _SHOP,
        _SHOP.replace("\n\n\n", "\n\nwarnings.simplefilter('ignore')  # torch warns of each import\n\n\n"),
        "shop/a.py:3 warning",
    ),
    _example(
        "for the modules of a list",
        _SHOP,
        _SHOP.replace(
            "\n\n\n", "\n\nfor name in ('a', 'b'):\n    warnings.filterwarnings('ignore', module=name)\n\n\n"
        ),
        "shop/a.py:4 note",
    ),
    _example(
        "by another name, for every category",
        _SHOP,
        _SHOP.replace("\n\n\n", "\n\nwarnings.filterwarnings('ignore', category=Warning)\n\n\n"),
        "shop/a.py:3 error",
    ),
    _example(
        "a conftest quiets the whole run",
        "import pytest\n",
        _CONFTEST,
        "tests/conftest.py:5 warning",
        path="tests/conftest.py",
    ),
    _example(
        "a test module that marks itself",
        _TEST,
        _TEST.replace("\n\n\n", "\n\npytestmark = pytest.mark.filterwarnings('ignore')\n\n\n"),
        "tests/test_a.py:5 warning",
        path="tests/test_a.py",
    ),
    _example(
        "pytest's setting",
        _TOML.format(""),
        _TOML.format("'ignore'"),
        "pyproject.toml:2 warning",
        path="pyproject.toml",
    ),
    _example(
        "warnings are no errors any more",
        _TOML.format("'error'"),
        _TOML.format("'default'"),
        "pyproject.toml:2 warning",
        path="pyproject.toml",
    ),
    _example(
        "an option of pytest's",
        "[pytest]\naddopts = -ra\n",
        "[pytest]\naddopts = -ra -p no:warnings\n",
        "pytest.ini:2 warning",
        path="pytest.ini",
    ),
    _example(
        "CI sets the variable",
        "jobs:\n  test:\n    steps:\n      - run: pytest\n",
        "jobs:\n  test:\n    env:\n      PYTHONWARNINGS: ignore\n    steps:\n      - run: pytest\n",
        ".github/workflows/test.yml:4 warning",
        path=".github/workflows/test.yml",
    ),
    _example(
        "no log record comes through",
        "import logging\n",
        "import logging\n\nlogging.disable(logging.CRITICAL)\n",
        "shop/a.py:3 warning",
    ),
    _example(
        "insecure connections",
        "import urllib3\n",
        "import urllib3\n\nurllib3.disable_warnings()\n",
        "shop/a.py:3 warning",
    ),
    _example(
        "category and message",
        _SHOP,
        _SHOP.replace("\n\n\n", "\n\nwarnings.filterwarnings('ignore', 'old api', DeprecationWarning)\n\n\n"),
    ),
    _example(
        "in a block around one call",
        _SHOP,
        _SHOP.replace("    return parse(path)\n", _BLOCK),
    ),
    _example(
        "a mark that names its category",
        _TEST,
        _TEST.replace("\n\n\ndef", "\n\n\n@pytest.mark.filterwarnings('ignore::DeprecationWarning')\ndef"),
        path="tests/test_a.py",
    ),
    _example(
        "narrowed",
        _TOML.format("'ignore'"),
        _TOML.format("'ignore:old api:DeprecationWarning'"),
        path="pyproject.toml",
    ),
    _example(
        "numpy for one expression",
        "import numpy as np\n\n\ndef ratio(a, b):\n    return a / b\n",
        "import numpy as np\n\n\ndef ratio(a, b):\n    with np.errstate(divide='ignore'):\n        return a / b\n",
    ),
    _example("switched on again", "import logging\n", "import logging\n\nlogging.disable(logging.NOTSET)\n"),
    _example("all of them shown", _SHOP, _SHOP.replace("\n\n\n", "\n\nwarnings.simplefilter('always')\n\n\n")),
    Example(
        "moved with its code",
        {
            "shop/__init__.py": "",
            "shop/a.py": _SHOP + "\n\nwarnings.simplefilter('ignore')\n",
            "shop/b.py": "A = 1\n",
        },
        {
            "shop/__init__.py": "",
            "shop/a.py": _SHOP,
            "shop/b.py": "import warnings\n\nwarnings.simplefilter('ignore')\nA = 1\n",
        },
    ),
)
