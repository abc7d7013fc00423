"""The rule test-detection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import ADDS, CHOOSES, CI, LIKELY, NAMED, SKIPS, SURE, TELLS, TEST_PROBE
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

_LEVELS = {
    (SURE, SKIPS): Level.ERROR,
    (SURE, ADDS): Level.WARNING,
    (SURE, CHOOSES): Level.WARNING,
    (SURE, TELLS): Level.WARNING,
    (LIKELY, SKIPS): Level.WARNING,
    (LIKELY, ADDS): Level.NOTE,
    (LIKELY, CHOOSES): Level.NOTE,
    (NAMED, SKIPS): Level.NOTE,
}
_DOES = {
    SKIPS: "does something else in a test run",
    ADDS: "does something in test runs alone",
    CHOOSES: "sets values by whether a test runs",
    TELLS: "tells its callers whether a test runs",
}

_SEND = "import os\nimport sys\n\n\ndef send(message):\n    post(message)\n    return True\n"


def _example(title: str, after: str, *expect: str, path: str = "shop/mail.py") -> Example:
    """A change of one function that sends mail."""
    return Example(title, before={path: _SEND}, after={path: after}, expect=tuple(f"{path}:{it}" for it in expect))


def _sends(*lines: str, head: str = "import os\nimport sys\n\n\n") -> str:
    return head + "def send(message):\n" + "".join(f"    {line}\n" for line in lines)


class TestDetection(Rule):
    """Product code asks whether a test runs, and behaves otherwise then.

    Level: error where behaviour is skipped or replaced and nothing but a test runner sets what is asked for
    (PYTEST_CURRENT_TEST, pytest among the loaded modules or in the command line); warning where something is done in
    tests alone, a value is chosen or the answer is given to callers, and where the variable is one that people set in
    their tests (TESTING); note for build servers (CI) and for flags of unknown origin whose name speaks of tests.
    Pytest plugins and modules of test utilities are left alone.

    Why: what the tests run is then not what is shipped, and a green run says nothing about it.
    Fix: hand the behaviour in (a parameter, a setting, a fake transport) and let the test choose it.
    Not a fix: another way to notice the test run, or a helper that asks.
    """

    __test__ = False

    name = "test-detection"
    family = Family.SHORTCUTS
    level = Level.ERROR
    examples = (
        _example(
            "an early return under pytest",
            _sends(
                'if "pytest" in sys.modules or os.environ.get("PYTEST_CURRENT_TEST"):',
                "    return True",
                "post(message)",
            ),
            "6 error",
        ),
        _example(
            "work is wrapped",
            _sends('if os.getenv("PYTEST_CURRENT_TEST") is None:', "    post(message)", "return True"),
            "6 error",
        ),
        _example(
            "the answer has a name first",
            _sends(
                "testing = (",
                '    config.env == "test"',
                '    or os.getenv("PYTEST_CURRENT_TEST") is not None',
                ")",
                "if testing:",
                '    logger.info("skipped")',
                "elif config.mail:",
                "    post(message)",
                "return True",
            ),
            "10 error",
        ),
        _example(
            "a helper tells, a branch asks it",
            'import os\nimport sys\n\n\ndef quiet():\n    return any("pytest" in it for it in sys.argv)\n\n\n'
            "def send(message):\n    return True if quiet() else post(message)\n",
            "10 error",
        ),
        _example(
            "only a helper",
            _SEND + '\n\ndef under_test():\n    return hasattr(sys, "_called_from_test")\n',
            "10 warning",
        ),
        _example(
            "pieces of the name",
            _sends('if "PYTEST_" + "CURRENT_TEST" in os.environ:', "    return True", "post(message)", "return True"),
            "6 error",
        ),
        _example(
            "a variable of the tests' own",
            _sends('if os.environ.get("SHOP_TESTING"):', "    return True", "post(message)", "return True"),
            "6 warning",
        ),
        _example(
            "a value by the answer",
            _sends('host = "localhost" if "pytest" in sys.modules else "mail"', "post(message, host)", "return True"),
            "6 warning",
        ),
        _example(
            "something more for the tests",
            _sends(
                'if "PYTEST_CURRENT_TEST" in os.environ:', "    sent.append(message)", "post(message)", "return True"
            ),
            "6 warning",
        ),
        _example(
            "settings are shown, the tests' one too",
            _sends(
                'testing = os.getenv("SHOP_TESTING", "")',
                "if testing:",
                '    table.add_row("SHOP_TESTING", testing)',
                "post(message)",
            ),
        ),
        _example(
            "a log that follows the tests",
            _sends(
                'current = os.environ.get("PYTEST_CURRENT_TEST", "(none)")',
                "if current != self.current:",
                "    self.current = current",
                "    log(current)",
                "post(message)",
            ),
        ),
        _example(
            "a build server is asked about progress bars",
            _sends('if os.environ.get("CI"):', "    bar = None", "post(message)", "return True"),
        ),
        _example(
            "a variable of the product",
            _sends('if os.environ.get("SHOP_OFFLINE"):', "    return False", "post(message)", "return True"),
        ),
        _example(
            "a flag handed in",
            _sends("if testing:", "    return True", "post(message)", "return True").replace(
                "sage)", "sage, testing)", 1
            ),
        ),
        _example(
            "a pytest plugin that the package ships",
            "import os\n\nimport pytest\n\n\ndef pytest_configure(config):\n"
            '    if "PYTEST_XDIST_WORKER" in os.environ:\n        return\n    start(config)\n',
            path="shop/pytest_plugin.py",
        ),
        Example(
            "only moved",
            before={
                "shop/mail.py": _sends('if "PYTEST_CURRENT_TEST" in os.environ:', "    return True", "post(message)"),
                "shop/post.py": "A = 1\n",
            },
            after={
                "shop/mail.py": "A = 1\n",
                "shop/post.py": _sends('if "PYTEST_CURRENT_TEST" in os.environ:', "    return True", "post(message)"),
            },
        ),
        Example(
            "a test that asks",
            before={"tests/test_mail.py": "A = 1\n"},
            after={
                "tests/test_mail.py": "import os\n\n\ndef test_a():\n"
                '    if "PYTEST_CURRENT_TEST" in os.environ:\n        return\n'
            },
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each file and kind of question, the gravest place first."""
        for file in audit.files(FileRole.PRODUCT):
            groups: dict[tuple[str, bool], list[tuple[Level, Occurrence]]] = defaultdict(list)
            for it in file.new_ones(TEST_PROBE):
                level = _level(it)
                if level:
                    groups[it.details["asks"], level is Level.NOTE].append((level, it))
            for group in groups.values():
                yield self.found(file, sorted(group, key=lambda it: (it[0].rank, it[1].line)))

    def found(self, file: FileDelta, group: list[tuple[Level, Occurrence]]) -> Finding:
        """All that is done about one question."""
        level, first = group[0]
        places = tuple(Location(file.path, it.line, it.line, it.symbol) for _, it in group)
        return self.finding(
            places[0],
            f"`{first.symbol or file.path}` {_DOES[first.details['effect']]}: it asks for `{first.details['asks']}`.",
            level=level,
            evidence={"head": first.text},
            fix="hand the behaviour in (a parameter, a setting, a fake) and let the test choose it",
            not_a_fix="another way to notice the test run; a helper that asks",
            related=places[1:],
        )


def _level(it: Occurrence) -> Level | None:
    sure, effect = it.details["sure"], it.details["effect"]
    if sure == CI:
        return Level.NOTE if effect == SKIPS else None
    return _LEVELS.get((sure, effect))
