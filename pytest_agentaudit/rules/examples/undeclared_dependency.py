"""The examples of undeclared-dependency."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_PYPROJECT = '[project]\nname = "shop"\ndependencies = [\n  "requests>=2",\n]\n'
_PLAIN = "import json\n\n\ndef dump(order):\n    return json.dumps(order)\n"
_FAST = "import orjson\n\n\ndef dump(order):\n    return orjson.dumps(order)\n"
_LAZY = "import json\n\n\ndef dump(order):\n    import orjson\n\n    return orjson.dumps(order)\n"
_OPTIONAL = """\
try:
    import orjson as json
except ImportError:
    import json


def dump(order):
    return json.dumps(order)
"""


def _example(
    title: str,
    after: str,
    *expect: str,
    path: str = "shop/dump.py",
    manifests: tuple[str, str] = (_PYPROJECT, _PYPROJECT),
    more: dict[str, str] | None = None,
) -> Example:
    """An example with pyproject.toml on both sides and one file that imported nothing foreign."""
    both = more or {}
    return Example(
        title,
        before={"pyproject.toml": manifests[0], path: _PLAIN, "shop/__init__.py": "", **both},
        after={"pyproject.toml": manifests[1], path: after, "shop/__init__.py": "", **both},
        expect=expect,
    )


def _with(*lines: str) -> str:
    """The project's metadata with more lines."""
    return "\n".join([_PYPROJECT.rstrip("\n"), *lines, ""])


EXAMPLES = (
    _example("at the top of a module", _FAST, "shop/dump.py:1 warning"),
    _example("inside a function", _LAZY, "shop/dump.py:5 warning"),
    Example(
        "a module beside it, in a package that puts its folder on the path",
        before={"pyproject.toml": _with(), "hooks/shared/__init__.py": ""},
        after={
            "pyproject.toml": _with(),
            "hooks/shared/__init__.py": "",
            "hooks/shared/engine.py": "LIMIT = 3\n",
            "hooks/shared/learn.py": "from engine import LIMIT\n\nTWICE = 2 * LIMIT\n",
        },
    ),
    _example(
        "declared for development alone",
        _FAST,
        "shop/dump.py:1 warning",
        manifests=(_with("[dependency-groups]", 'dev = ["orjson"]'),) * 2,
    ),
    _example(
        "an integration with what is declared for development",
        _FAST,
        "shop/_orjson_schema.py:1 note",
        path="shop/_orjson_schema.py",
        manifests=(_with("[dependency-groups]", 'dev = ["orjson"]'),) * 2,
    ),
    _example(
        "an integration with a part of what is declared for development",
        _FAST.replace("import orjson", "from traced.tools.orjson import orjson"),
        "shop/tools/orjson.py:1 note",
        path="shop/tools/orjson.py",
        manifests=(_with("[dependency-groups]", 'dev = ["traced-tools-orjson"]'),) * 2,
    ),
    _example(
        "no longer declared, still imported",
        _PLAIN,
        "pyproject.toml:4 warning",
        manifests=(_PYPROJECT, _PYPROJECT.replace('  "requests>=2",\n', "")),
        more={"shop/client.py": "import requests\n"},
    ),
    _example(
        "in a test",
        _FAST,
        "tests/test_dump.py:1 note",
        path="tests/test_dump.py",
        manifests=(_with("[dependency-groups]", 'dev = ["pytest"]'),) * 2,
    ),
    _example(
        "it comes along with another package",
        _PLAIN.replace("import json\n", "import json\nimport urllib3\n"),
        "shop/dump.py:2 note",
    ),
    _example(
        "declared in the same change",
        _FAST,
        manifests=(_PYPROJECT, _with('license = "x"').replace('"requests>=2",', '"requests>=2", "orjson>=3",')),
    ),
    _example("it may fail", _OPTIONAL),
    _example(
        "in a branch that asks whether it is there",
        "import json\n\n\ndef dump(order):\n    if Packages.orjson.imported():\n        import orjson\n\n"
        "        return orjson.dumps(order)\n    return json.dumps(order)\n",
    ),
    _example(
        "in a branch that asks for something else",
        "import json\n\n\ndef dump(order):\n    if order.is_fast():\n        import orjson\n\n"
        "        return orjson.dumps(order)\n    return json.dumps(order)\n",
        "shop/dump.py:6 warning",
    ),
    _example(
        "for type checkers alone",
        "import json\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from orjson import Fragment\n"
        + _PLAIN,
    ),
    _example(
        "under another name",
        _PLAIN.replace("import json\n", "import json\nimport yaml\nfrom google.cloud import storage\n"),
        manifests=(_with("[project.optional-dependencies]", 'all = ["PyYAML", "google-cloud-storage"]'),) * 2,
    ),
    _example(
        "the repository's own",
        _PLAIN.replace("import json", "import json\nimport helpers"),
        more={
            "src/helpers/__init__.py": "",
        },
    ),
    _example("imported at base already", _FAST, more={"shop/other.py": "import orjson\n"}),
    _example("in a requirements file", _FAST, manifests=("", ""), more={"requirements/base.txt": "orjson==3.10.7\n"}),
    _example("in a test of a project that declares nothing for tests", _FAST, path="tests/test_dump.py"),
    Example(
        "it only moved",
        before={"pyproject.toml": _PYPROJECT, "shop/__init__.py": "", "shop/dump.py": _FAST},
        after={
            "pyproject.toml": _PYPROJECT,
            "shop/__init__.py": "",
            "shop/fast/dump.py": _FAST,
            "shop/dump.py": "",
        },
    ),
)
