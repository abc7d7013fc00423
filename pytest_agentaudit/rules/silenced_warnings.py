"""The rule silenced-warnings."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.command_lines import QUIET_RUN
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import NUMBERS, QUIETED, TLS, WARNINGS
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.warning_settings import QuietSetting, quiet_settings
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.rules.base import Audit, Example, Rule

_SHOP = "import warnings\n\n\ndef load(path):\n    return parse(path)\n"
_TEST = "import pytest\n\nfrom shop import load\n\n\ndef test_load():\n    assert load('a') == 1\n"
_CONFTEST = (
    "import pytest\n\n\ndef pytest_configure(config):\n    config.addinivalue_line('filterwarnings', 'ignore')\n"
)
_BLOCK = "    with warnings.catch_warnings():\n        warnings.simplefilter('ignore')\n        return parse(path)\n"
_TOML = "[tool.pytest.ini_options]\nfilterwarnings = [{}]\n"
_FIX = "mend what warns; where that is somebody else's code, ignore its category and message alone"


def _example(title: str, before: str, after: str, *expect: str, path: str = "shop/a.py") -> Example:
    return Example(title, {"shop/__init__.py": "", path: before}, {"shop/__init__.py": "", path: after}, expect)


class SilencedWarnings(Rule):
    """Warnings or log records are switched off without a limit.

    Looked at are Python's filters in code, pytest's marks, settings and options, `PYTHONWARNINGS`, `logging.disable`,
    urllib3's and numpy's switches. What was there before, moved or became narrower is not new.

    Level: error for product code that ignores every warning of whoever imports it, without a comment that says why and
    outside of a program; warning for all else that names no category, message or module and holds from a module's
    import on, in a conftest, in pytest's settings or in CI; note where it ends with a block, a function or a test, or
    names what it ignores. `error` that leaves pytest's filters is a warning.

    Why: a warning is how a library says that the code will break; unread ones hide defects of tests too (an assertion
    on a tuple, a coroutine that nobody awaits).
    Fix: mend what warns; where that is somebody else's code, ignore its category and message alone.
    Not a fix: a wider category; the same filter in another place.
    """

    name = "silenced-warnings"
    family = Family.SUPPRESSIONS
    level = Level.ERROR
    examples = (
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

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for equal places of a file, and one for each setting."""
        for file in audit.files(FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST, FileRole.SCRIPT, FileRole.CI):
            groups: dict[tuple[str, str, Level], list[Occurrence]] = {}
            for it in file.new_ones(QUIETED):
                groups.setdefault((it.details["what"], it.details["narrow"], _level(file, it)), []).append(it)
            for (what, narrow, level), members in groups.items():
                yield self._quieted(file, what, narrow, level, members)
        settings = tuple(quiet_settings(audit.delta))
        for file in audit.files(FileRole.CI, FileRole.CONFIG, FileRole.SCRIPT):
            yield from self._commands(file, {it.setting.path for it in settings})
        for setting in settings:
            yield self._setting(setting)

    def _quieted(self, file: FileDelta, what: str, narrow: str, level: Level, members: list[Occurrence]) -> Finding:
        first, *more = members
        scope = f"ignores {what} ({narrow})" if narrow else f"ignores all {what}"
        return self.finding(
            Location(file.path, first.line, first.end_line, first.symbol),
            f"`{first.text}` {scope}{_REACHES[first.details['reach']]}.",
            level=level,
            fix=_FIX,
            not_a_fix="the same filter in another place",
            related=tuple(Location(file.path, it.line, it.end_line, it.symbol) for it in more),
        )

    def _commands(self, file: FileDelta, told: set[str]) -> Iterator[Finding]:
        """What command lines say; a settings file speaks by its settings."""
        for it in file.new_ones(QUIET_RUN) if file.path not in told else ():
            blanket = it.details["blanket"] and file.role is not FileRole.SCRIPT
            yield self.finding(
                Location(file.path, it.line),
                f"`{it.details['what']}` silences warnings of what this file runs.",
                level=Level.WARNING if blanket else Level.NOTE,
                fix=_FIX,
                not_a_fix="the same filter in another place",
            )

    def _setting(self, it: QuietSetting) -> Finding:
        message = f"`{it.words}` silences {'all warnings' if it.blanket else 'warnings'} of the tests."
        if it.dropped:
            message = "`error` left pytest's filters: warnings do not fail the tests any more."
        return self.finding(
            Location(it.setting.path, it.setting.line),
            message,
            level=Level.WARNING if it.blanket else Level.NOTE,
            fix=_FIX,
            not_a_fix="the same filter in another place",
        )


_REACHES = {
    "import": " from the import of this module on",
    "function": " from this call on",
    "block": " in this block",
    "test": " of the tests that it marks",
}


def _level(file: FileDelta, it: Occurrence) -> Level:
    """A limit, an end or a test's own mark make it a note; what every importer gets is an error."""
    reach = it.details["reach"]
    if it.details["narrow"] or reach == "block" or file.role is FileRole.SCRIPT:
        return Level.NOTE
    everywhere = reach == "import" or file.role is FileRole.CONFTEST or (reach == "test" and not it.symbol)
    if it.details["what"] == NUMBERS or (file.role is FileRole.TEST and it.details["what"] == TLS):
        return Level.NOTE
    if not everywhere:
        return Level.NOTE
    imposed = file.role is FileRole.PRODUCT and not (it.details["comment"] or it.details["program"])
    return Level.ERROR if imposed and it.details["what"] == WARNINGS else Level.WARNING
