"""The examples of narrowed-checker."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from pytest_agentaudit.rules.base import Example

_OLD = "def total(items):\n    return sum(items)\n"
_NEW = "def total(items):\n    return sum(items, 0)\n"
_RUFF = '[lint]\nselect = ["E", "F", "S", "BLE"]\nignore = ["E501"]\n'
_MYPY = "[mypy]\nstrict = true\n"
_FLAKE8 = "[flake8]\nextend-ignore = E203\n"
_PYRIGHT = '{\n  // strict\n  "typeCheckingMode": "strict"\n}\n'


class _Files(NamedTuple):
    """One settings file on both sides, and the code of the head."""

    path: str
    before: str
    after: str
    code: str = _OLD


_SHOP = '[project]\nname = "shop"\n'
_LINT = ".github/workflows/lint.yml"
_STEP = (
    "on: push\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: astral-sh/ruff-action@v3\n"
    "        with:\n          {}\n"
)
_HANDED = 'args: "check"\n          src: >-\n            shop/total.py\n            shop/__init__.py'


def _example(title: str, files: _Files, *expect: str) -> Example:
    test = "def test_total():\n    assert total([1]) == 1\n"
    rest = {"tests/test_total.py": test, "shop/__init__.py": "", "pyproject.toml": '[project]\nname = "shop"\n'}
    before = {"shop/total.py": _OLD, **rest, files.path: files.before}
    return Example(title, before, {**before, "shop/total.py": files.code, files.path: files.after}, expect)


EXAMPLES = (
    _example(
        "security rules are ignored",
        _Files("ruff.toml", _RUFF, _RUFF.replace('"E501"', '"E501", "S602"')),
        "ruff.toml:3 error",
    ),
    _example(
        "a family of rules is no longer selected",
        _Files("ruff.toml", _RUFF, _RUFF.replace(', "BLE"', "")),
        "ruff.toml:2 error",
    ),
    _example(
        "unused names are ignored",
        _Files("ruff.toml", _RUFF, _RUFF.replace('"E501"', '"E501", "F841"')),
        "ruff.toml:3 warning",
    ),
    _example(
        "the changed file is left out",
        _Files("ruff.toml", _RUFF, 'exclude = ["shop/total.py"]\n' + _RUFF, _NEW),
        "ruff.toml:1 error",
    ),
    _example(
        "codes are ignored in the changed file",
        _Files("ruff.toml", _RUFF, _RUFF + '[lint.per-file-ignores]\n"shop/*" = ["F821"]\n', _NEW),
        "ruff.toml:5 error",
    ),
    Example(
        "a new project beside the old one has settings of its own",
        before={"ruff.toml": _RUFF, "shop/total.py": _OLD},
        after={
            "ruff.toml": _RUFF,
            "shop/total.py": _OLD,
            "examples/till/pyproject.toml": '[project]\nname = "till"\n[tool.ruff.lint]\nselect = ["E"]\n',
            "examples/till/till.py": _NEW,
        },
    ),
    Example(
        "a project beside the old one went away with its settings",
        before={
            "shop/total.py": _OLD,
            "packages/till/pyproject.toml": "[tool.mypy]\nstrict = true\n",
            "packages/till/till.py": _OLD,
        },
        after={"shop/total.py": _NEW, "packages/till/README.md": "It is kept elsewhere.\n"},
    ),
    _example("strict is given up", _Files("mypy.ini", _MYPY, "[mypy]\n", _NEW), "mypy.ini:1 error"),
    _example(
        "all errors are ignored",
        _Files("mypy.ini", _MYPY, "[mypy]\nstrict = false\nignore_errors = true\n"),
        "mypy.ini:2 error",
    ),
    _example(
        "a module's errors are ignored",
        _Files("mypy.ini", _MYPY, _MYPY + "[mypy-shop.total]\nignore_errors = true\n", _NEW),
        "mypy.ini:4 error",
    ),
    _example(
        "the same of a module that the change leaves alone",
        _Files("mypy.ini", _MYPY, _MYPY + "[mypy-shop.*]\nignore_errors = true\n"),
        "mypy.ini:4 warning",
    ),
    _example(
        "pyright is less strict",
        _Files("pyrightconfig.json", _PYRIGHT, _PYRIGHT.replace('"strict"\n', '"basic"\n')),
        "pyrightconfig.json:3 warning",
    ),
    _example(
        "bandit skips a test",
        _Files("bandit.yaml", "skips: [B101]\n", "skips: [B101, B602]\n"),
        "bandit.yaml:1 error",
    ),
    _example(
        "flake8 overlooks undefined names",
        _Files("setup.cfg", _FLAKE8, _FLAKE8.replace("E203", "E203, F821")),
        "setup.cfg:2 warning",
    ),
    _example(
        "the command no longer names the code",
        _Files("Makefile", "lint:\n\tmypy --strict shop tests\n", "lint:\n\tmypy --strict tests\n"),
        "Makefile:2 warning",
    ),
    _example(
        "the command is less strict",
        _Files("tox.ini", "[testenv]\ncommands = mypy --strict shop\n", "[testenv]\ncommands = mypy shop\n"),
        "tox.ini:2 warning",
    ),
    _example(
        "the command names everything", _Files("Makefile", "lint:\n\truff check shop\n", "lint:\n\truff check .\n")
    ),
    _example("more rules are selected", _Files("ruff.toml", _RUFF, _RUFF.replace('"S"', '"S", "UP"'))),
    _example(
        "a new family comes with an exception",
        _Files("ruff.toml", _RUFF, _RUFF.replace('"S"', '"S", "PL"').replace('"E501"', '"E501", "PLR0913"')),
    ),
    _example("a matter of style", _Files("ruff.toml", _RUFF, _RUFF.replace('"E501"', '"E501", "E731"'))),
    _example(
        "an exception for tests",
        _Files("ruff.toml", _RUFF, _RUFF + '[lint.per-file-ignores]\n"tests/*" = ["S"]\n'),
    ),
    _example(
        "types of somebody else's package",
        _Files("mypy.ini", _MYPY, _MYPY + "[mypy-radon.*]\nignore_missing_imports = true\nignore_errors = true\n"),
    ),
    Example(
        "what was excluded moved",
        {"vendored/x.py": _OLD, "ruff.toml": 'exclude = ["vendored/*"]\n'},
        {"other/x.py": _OLD, "ruff.toml": 'exclude = ["other/*"]\n'},
    ),
    _example(
        "the command brings its tool along",
        _Files("Makefile", "lint:\n\tuv run pyright shop\n", "lint:\n\tuv run --with pyright pyright shop\n", _NEW),
    ),
    _example("a checker is new", _Files("mypy.ini", "", "[mypy]\nignore_missing_imports = true\n")),
    _example(
        "strict, written out",
        _Files(
            "mypy.ini",
            _MYPY,
            "[mypy]\ndisallow_any_generics = true\ndisallow_subclassing_any = true\ndisallow_untyped_calls = true\n"
            "disallow_untyped_defs = true\ndisallow_incomplete_defs = true\ncheck_untyped_defs = true\n"
            "disallow_untyped_decorators = true\nwarn_redundant_casts = true\nwarn_unused_ignores = true\n"
            "warn_return_any = true\nno_implicit_reexport = true\nstrict_equality = true\nextra_checks = true\n"
            "warn_unused_configs = true\nstrict_bytes = true\n",
        ),
    ),
    _example("every code instead of some", _Files("ruff.toml", _RUFF, '[lint]\nselect = ["ALL"]\nignore = ["E501"]\n')),
    _example("an exclusion that reaches nothing", _Files("ruff.toml", _RUFF, 'extend-exclude = ["build"]\n' + _RUFF)),
    _example(
        "the settings moved",
        _Files("tox.ini", _FLAKE8, _FLAKE8.replace("[flake8]", "[flake8]\nmax-line-length = 99")),
    ),
    _example(
        "a CI step hands the files on in another word",
        _Files(_LINT, _STEP.format('args: "check shop/total.py shop/__init__.py"'), _STEP.format(_HANDED)),
    ),
    _example(
        "a CI step hands one file less on",
        _Files(
            _LINT,
            _STEP.format('args: "check shop/total.py shop/__init__.py"'),
            _STEP.format('args: "check shop/__init__.py"'),
        ),
        ".github/workflows/lint.yml:6 warning",
    ),
    Example(
        "other people's code comes whole, into a folder for such",
        {"shop/__init__.py": "", "ruff.toml": "line-length = 99\n", "pyproject.toml": _SHOP},
        {
            "shop/__init__.py": "",
            "shop/_vendor/socket.py": _OLD,
            "ruff.toml": 'line-length = 99\nextend-exclude = ["shop/_vendor"]\n',
            "pyproject.toml": _SHOP,
        },
        ("ruff.toml:2 note",),
    ),
    Example(
        "code of the house goes into a folder for other people's",
        {
            "shop/__init__.py": "",
            "shop/socket.py": _OLD,
            "ruff.toml": "line-length = 99\n",
            "pyproject.toml": _SHOP,
        },
        {
            "shop/__init__.py": "",
            "shop/_vendor/socket.py": _OLD + "\n\nSIZE = 3\n",
            "ruff.toml": 'line-length = 99\nextend-exclude = ["shop/_vendor"]\n',
            "pyproject.toml": _SHOP,
        },
        ("ruff.toml:2 error",),
    ),
    replace(
        _example("its title says so", _Files("mypy.ini", _MYPY, "[mypy]\n", _NEW), "mypy.ini:1 warning"),
        messages=("Types: pyright checks the product, mypy the tests\n\nmypy ran twice.",),
    ),
    replace(
        _example("only the body of a message says so", _Files("mypy.ini", _MYPY, "[mypy]\n", _NEW), "mypy.ini:1 error"),
        messages=("Faster totals\n\nAlso relax mypy.",),
    ),
)
