"""The rule tampered-coverage."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.harness.plugins import measuring_plugins
from pytest_agentaudit.facts.kinds.harness import MEASURING, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Evidence, Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.bent_run import merged, new_ones, place

_EMPTY = "LIMIT = 3\n"
_RESULTS = frozenset({".coverage", "coverage.xml", "coverage.json", "coverage.lcov", "lcov.info"})
_SAYS = {
    "exclude": "takes code out of the running measurement",
    "stop": "ends or empties the running measurement",
    "option": "changes the settings of the running measurement",
    "data": "writes the measurement's result itself",
    "bar": "sets the required percentage from inside the run",
    "tracer": "takes the tracer away that measures",
    "environment": "changes what child processes measure",
}


def _example(title: str, path: str, after: str, *expect: str, evidence: Evidence | None = None) -> Example:
    return Example(title, before={path: _EMPTY}, after={path: _EMPTY + after}, expect=expect, evidence=evidence)


class TamperedCoverage(Rule):
    """Code of the repository takes a hand in the measurement of coverage while the tests run.

    It excludes code from the running measurement, stops or empties it, sets its options or the required percentage,
    writes its result, removes the tracer; or the result of a measurement is committed, or a module of the repository is
    newly loaded as a plugin of coverage.

    Level: error in conftests, imports and the product, and where the run lost its tracer; warning inside tests, for
    options and environment variables, and for a committed result (not for one that a run left behind in the work
    tree); note where an option or the environment decides. Measurements that code starts for itself, and tests of
    coverage tools in folders of their own, are silent.

    Why: the percentage is then no fact about the tests.
    Fix: take it out; exclude in the settings, where a reviewer sees it.
    Not a fix: doing it in a fixture, or by an environment variable.
    """

    name = "tampered-coverage"
    family = Family.HARNESS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = (
        _example(
            "everything is excluded",
            "conftest.py",
            "import coverage\n\ncoverage.Coverage.current().exclude('.*')\n",
            "conftest.py:4 error",
        ),
        _example(
            "the measurement is stopped by a fixture",
            "conftest.py",
            "import coverage\nimport pytest\n\n\n@pytest.fixture(autouse=True)\ndef quiet():\n"
            "    running = coverage.Coverage.current()\n    running.stop()\n",
            "conftest.py:9 error",
        ),
        _example(
            "the bar is set from inside",
            "conftest.py",
            "\n\ndef pytest_configure(config):\n    config.option.cov_fail_under = 0\n",
            "conftest.py:5 error",
        ),
        _example("the tracer is removed", "conftest.py", "import sys\n\nsys.settrace(None)\n", "conftest.py:4 error"),
        _example(
            "a result is written",
            "conftest.py",
            "\n\ndef pytest_unconfigure():\n    with open('coverage.xml', 'w') as file:\n"
            "        file.write('<coverage/>')\n",
            "conftest.py:5 error",
        ),
        _example(
            "data is made up",
            "conftest.py",
            "from coverage import CoverageData\n\n\ndef pytest_unconfigure():\n    data = CoverageData()\n"
            "    data.add_lines({'shop/cart.py': range(99)})\n",
            "conftest.py:7 error",
        ),
        _example(
            "inside a test",
            "tests/test_cart.py",
            "import coverage\n\n\ndef test_total():\n    coverage.Coverage.current().erase()\n",
            "tests/test_cart.py:6 warning",
        ),
        Example(
            "a module of the repository is loaded as a plugin of coverage",
            before={"shop/cart.py": _EMPTY, ".coveragerc": "[run]\nbranch = true\n"},
            after={
                "shop/cart.py": _EMPTY,
                "shop/all.py": "def coverage_init(registry, options):\n    registry.add_file_tracer(All())\n",
                ".coveragerc": "[run]\nbranch = true\nplugins = shop.all\n",
            },
            expect=(".coveragerc:3 error",),
        ),
        Example(
            "an installed plugin of coverage",
            before={"shop/cart.py": _EMPTY, ".coveragerc": "[run]\nbranch = true\n"},
            after={"shop/cart.py": _EMPTY, ".coveragerc": "[run]\nbranch = true\nplugins = covdefaults\n"},
        ),
        Example(
            "a committed result is edited",
            before={"shop/cart.py": _EMPTY, "coverage.xml": "<coverage line-rate='0.4'/>\n"},
            after={"shop/cart.py": _EMPTY, "coverage.xml": "<coverage line-rate='1.0'/>\n"},
            expect=("coverage.xml:1 warning",),
        ),
        _example(
            "the run lost its tracer, and an option decided",
            "conftest.py",
            "import os\nimport sys\n\nif os.environ.get('FAST'):\n    sys.settrace(None)\n",
            "conftest.py:6 error",
            evidence=Evidence(tracer_problem="something in the run removed the tracer (sys.settrace)"),
        ),
        _example(
            "a measurement of its own",
            "shop/cart.py",
            "import coverage\n\n\ndef measure():\n    own = coverage.Coverage(data_file=None)\n    own.start()\n"
            "    own.stop()\n",
        ),
        _example(
            "a test of a coverage tool, in a folder of its own",
            "tests/test_cart.py",
            "\n\ndef test_report(tmp_path):\n    (tmp_path / '.coverage').write_text('x')\n",
        ),
        _example(
            "a tracer that is put back",
            "tests/test_cart.py",
            "import sys\n\n\ndef test_trace():\n    old = sys.gettrace()\n    sys.settrace(print)\n"
            "    sys.settrace(old)\n",
        ),
        _example(
            "a forked child ends its own copy",
            "tests/test_cart.py",
            "import os\nimport coverage\n\n\ndef test_fork():\n    pid = os.fork()\n    if pid != 0:\n"
            "        assert os.waitpid(pid, 0)[1] == 0\n    else:\n"
            "        if running := coverage.Coverage.current():\n            running.stop()\n        os._exit(0)\n",
        ),
        Example(
            "a run left its result in the work tree",
            before={"shop/cart.py": _EMPTY},
            after={"shop/cart.py": _EMPTY, ".coverage": b"SQLite format 3\0"},
        ),
        _example("a result is read", "shop/cart.py", "\n\ndef percent():\n    return open('coverage.xml').read()\n"),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each definition, and for each committed result."""
        lost = audit.evidence.tracer_problem if audit.evidence else ""
        known = ((file, it) for file, it in new_ones(audit, MEASURING) if it.details["asked"] != Asked.CHILD)
        for file, group in merged(known):
            first = min(group, key=lambda it: (_level(file, it).rank, it.line))
            proof = lost if lost and first.details["how"] in {"tracer", "stop"} else ""
            yield self.finding(
                place(file, first),
                f"`{first.details['what']}` {_SAYS[first.details['how']]}.",
                level=Level.ERROR if proof else _level(file, first),
                evidence={"head": first.text, **({"proof": proof} if proof else {})},
                fix="take it out; exclude code in the settings, where a reviewer sees it",
                not_a_fix="the same in a fixture, or by an environment variable",
                related=tuple(place(file, it) for it in group if it is not first),
            )
        yield from self._plugins(audit)
        for file in audit.delta.files:
            is_kept = audit.change.head or file.pair.old  # what a run left behind in the work tree is not committed
            if file.pair.new and is_kept and file.path in _RESULTS:
                yield self.finding(
                    Location(file.path),
                    f"`{file.path}`, the result of a measurement, is part of the change.",
                    level=Level.WARNING,
                    fix="take it out of the repository, and let CI measure",
                    not_a_fix="committing a fresh one",
                )

    def _plugins(self, audit: Audit) -> Iterator[Finding]:
        """Modules of the repository that coverage is newly told to load."""
        for it in measuring_plugins(audit.change, audit.delta):
            yield self.finding(
                Location(it.path, it.line),
                f"coverage now loads `{it.file}` of the repository as a plugin: it can say which lines there are, and "
                "which were run.",
                evidence={"plugin": it.file},
                fix="take it out; exclude code in the settings, where a reviewer sees it",
                not_a_fix="loading it by another name",
                related=(Location(it.file),),
            )


def _level(file: FileDelta, it: Occurrence) -> Level:
    how, asked = it.details["how"], it.details["asked"]
    if asked in {Asked.ENVIRONMENT, Asked.MAIN}:
        return Level.NOTE
    if how == "environment":
        return Level.NOTE
    if it.details["place"] == "test" or how == "option" or (how == "tracer" and file.role is not FileRole.CONFTEST):
        return Level.WARNING if file.role is not FileRole.PRODUCT else Level.NOTE
    return Level.ERROR if file.role is not FileRole.PRODUCT or how == "exclude" else Level.WARNING
