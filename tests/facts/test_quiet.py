"""Switched-off warnings: in code, in pytest's settings, on command lines."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.command_lines import AUDIT_BASE, FETCH_DEPTH, QUIET_RUN
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.kinds.shortcuts import LOGGING, NUMBERS, QUIETED, TLS, WARNINGS
from pytest_agentaudit.facts.setting_values import is_blanket_filter
from pytest_agentaudit.facts.warning_settings import quiet_settings
from pytest_agentaudit.policy.model import Policy

IMPORTS = (
    "import logging\nimport os\nimport warnings\nimport numpy as np\nimport pytest\nimport urllib3\n"
    "from warnings import catch_warnings, simplefilter\n"
)


def delta(before: str, after: str, path: str = "shop/a.py") -> Delta:
    old, new = MemoryTree({path: before}), MemoryTree({path: after})
    return collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)


def quieted(code: str) -> list[tuple[str, str, str]]:
    (file,) = delta(IMPORTS, IMPORTS + code).files
    return [(it.details["what"], it.details["narrow"], it.details["reach"]) for it in file.new_ones(QUIETED)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("warnings.simplefilter('ignore')\n", (WARNINGS, "", "import")),
        ("simplefilter(action='ignore')\n", (WARNINGS, "", "import")),
        ("warnings.filterwarnings('ignore')\n", (WARNINGS, "", "import")),
        ("warnings.filterwarnings('ignore', '.*')\n", (WARNINGS, "", "import")),
        ("warnings.filterwarnings('ignore', category=Warning)\n", (WARNINGS, "", "import")),
        ("warnings.simplefilter('ignore', FutureWarning)\n", (WARNINGS, "FutureWarning", "import")),
        ("warnings.filterwarnings('ignore', message='old', module='m')\n", (WARNINGS, "'old', 'm'", "import")),
        ("def f():\n    warnings.simplefilter('ignore')\n", (WARNINGS, "", "function")),
        (
            "def f():\n    with catch_warnings():\n        simplefilter('ignore')\n        g()\n",
            (WARNINGS, "", "block"),
        ),
        ("def f():\n    with warnings.catch_warnings(action='ignore'):\n        g()\n", (WARNINGS, "", "block")),
        ("@pytest.mark.filterwarnings('ignore')\ndef test_a(): ...\n", (WARNINGS, "", "test")),
        ("@pytest.mark.filterwarnings('ignore::UserWarning')\ndef test_a(): ...\n", (WARNINGS, ":UserWarning", "test")),
        ("def f(config):\n    config.addinivalue_line('filterwarnings', 'ignore')\n", (WARNINGS, "", "function")),
        ("os.environ['PYTHONWARNINGS'] = 'ignore'\n", (WARNINGS, "", "import")),
        ("os.environ.setdefault('PYTHONWARNINGS', 'ignore')\n", (WARNINGS, "", "import")),
        ("warnings.warn = lambda *a, **k: None\n", (WARNINGS, "", "import")),
        ("urllib3.disable_warnings()\n", (TLS, "", "import")),
        ("logging.disable()\n", (LOGGING, "", "import")),
        ("logging.disable(logging.CRITICAL)\n", (LOGGING, "", "import")),
        ("logging.disable(logging.WARNING)\n", (LOGGING, "up to WARNING", "import")),
        ("logging.getLogger('a').disabled = True\n", (LOGGING, "'a'", "import")),
        ("np.seterr(all='ignore')\n", (NUMBERS, "", "import")),
        ("def f():\n    with np.errstate(divide='ignore'):\n        g()\n", (NUMBERS, "divide", "block")),
    ],
)
def test_code_that_quiets(code: str, expected: tuple[str, str, str]) -> None:
    assert quieted(code) == [expected]


@pytest.mark.parametrize(
    "code",
    [
        "warnings.simplefilter('error')\n",
        "warnings.filterwarnings(action)\n",
        "logging.disable(logging.NOTSET)\n",
        "logging.disable(10)\n",
        "np.seterr(all='raise')\n",
        "@pytest.mark.filterwarnings('error')\ndef test_a(): ...\n",
        "os.environ['PYTHONWARNINGS'] = 'error'\n",
        "text = 'warnings.simplefilter(\"ignore\")'\n",
        "button.disabled = True\n",
        "warnings.simplefilter()\n",
        "logging.disable(*levels)\n",
    ],
)
def test_code_that_does_not(code: str) -> None:
    assert quieted(code) == []


@pytest.mark.parametrize(
    ("text", "blanket"),
    [
        ("ignore", True),
        ("i", True),
        ("ignore::", True),
        ("ignore::Warning", True),
        ("ignore::UserWarning", False),
        ("ignore:old", False),
        ("error", False),
        ("", False),
    ],
)
def test_filters(text: str, *, blanket: bool) -> None:
    assert is_blanket_filter(text) is blanket


def settings(before: str, after: str) -> list[tuple[str, bool, bool]]:
    return [(it.words, it.blanket, it.dropped) for it in quiet_settings(delta(before, after, "pytest.ini"))]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "filterwarnings = ignore", [("ignore", True, False)]),
        ("", "filterwarnings =\n  error\n  ignore::UserWarning", [("ignore::UserWarning", False, False)]),
        ("filterwarnings = error", "filterwarnings = default", [("error", True, True)]),
        ("filterwarnings = error", "", [("error", True, True)]),
        ("", "addopts = --disable-warnings", [("--disable-warnings", True, False)]),
        ("", "addopts = -p no:warnings", [("-p no:warnings", True, False)]),
        ("", "addopts = -W ignore", [("-W ignore", True, False)]),
        ("", "addopts = -Wignore::UserWarning", [("-W ignore::UserWarning", False, False)]),
        ("filterwarnings = ignore", "filterwarnings = ignore", []),
        ("", "filterwarnings = error", []),
        ("addopts = -W ignore", "addopts = -W error", []),
        ("", "addopts = -p no:cacheprovider", []),
    ],
)
def test_settings_of_pytest(before: str, after: str, expected: list[tuple[str, bool, bool]]) -> None:
    assert settings(f"[pytest]\n{before}\n", f"[pytest]\n# 1\n{after}\n") == expected


def lines(line: str, kind: str, path: str = ".github/workflows/a.yml") -> list[str]:
    (file,) = delta("a:\n", f"a:\n{line}\n# agentaudit\n", path).files
    return ["|".join(it.details.values()) for it in file.new_ones(kind)]


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        ("  run: python -W ignore -m pytest", QUIET_RUN, ["-W ignore|yes"]),
        ("  run: python -Wignore::UserWarning", QUIET_RUN, ["-W ignore::UserWarning|"]),
        ("  PYTHONWARNINGS: ignore", QUIET_RUN, ["PYTHONWARNINGS=ignore|yes"]),
        ("  run: PYTHONWARNINGS='ignore:old' pytest", QUIET_RUN, ["PYTHONWARNINGS=ignore:old|"]),
        ("  run: pytest --disable-warnings", QUIET_RUN, ["--disable-warnings|yes"]),
        ("  run: pytest -p no:warnings", QUIET_RUN, ["-p no:warnings|yes"]),
        ("  # run: pytest -W ignore", QUIET_RUN, []),
        ("  run: sphinx-build -W --keep-going", QUIET_RUN, []),
        ("  run: python -W error", QUIET_RUN, []),
        ("  PYTHONWARNINGS: error", QUIET_RUN, []),
        ("  run: agentaudit verify --base origin/main", AUDIT_BASE, ["origin/main"]),
        ("  run: pytest --agent-audit-base=HEAD~1", AUDIT_BASE, ["HEAD~1"]),
        ("  args: ['--agent-audit-base', 'main']", AUDIT_BASE, ["main"]),
        ("  run: deploy --base main", AUDIT_BASE, []),
        ("  fetch-depth: 0", FETCH_DEPTH, ["0"]),
        ("  fetch-depth: ${{ depth }}", FETCH_DEPTH, []),
    ],
)
def test_command_lines(line: str, kind: str, expected: list[str]) -> None:
    assert lines(line, kind) == expected
