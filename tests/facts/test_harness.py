"""What touches the machinery that runs tests: conditions, hooks, exits, patches, coverage, shadows, plugins."""

from __future__ import annotations

import ast

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.harness.guards import Surrounded
from pytest_agentaudit.facts.harness.hooks import hooks
from pytest_agentaudit.facts.harness.ignored import matching
from pytest_agentaudit.facts.harness.plugins import local_plugins
from pytest_agentaudit.facts.harness.shadowing import Shadow, shadowing
from pytest_agentaudit.facts.helpers import TreeHelpers
from pytest_agentaudit.facts.kinds.harness import DROPPED, EXIT, IGNORED, MEASURING, OUTCOME, PATCH, RUNNER, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.occurrences.harness import MOST, occurrences
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.scan import scan
from pytest_agentaudit.policy.model import Policy


def side(text: str, role: FileRole = FileRole.CONFTEST, path: str = "conftest.py") -> CodeSide:
    touched = frozenset(range(1, text.count("\n") + 2))
    return CodeSide(path, role, scan(text.encode()), parse(text), touched, {}, TreeHelpers(MemoryTree({})))


def found(text: str, kind: str, role: FileRole = FileRole.CONFTEST, path: str = "conftest.py") -> list[Occurrence]:
    return [it for it in occurrences(side(text, role, path)) if it.kind == kind]


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ("__name__ == '__main__'", Asked.MAIN),
        ("config.getoption('--slow')", Asked.ENVIRONMENT),
        ("not config.getoption('--slow')", Asked.ENVIRONMENT),
        ("os.environ.get('CI')", Asked.ENVIRONMENT),
        ("os.name == 'nt'", Asked.ENVIRONMENT),
        ("sys.implementation.name == 'pypy'", Asked.ENVIRONMENT),
        ("sys.version_info < (3, 13)", Asked.ENVIRONMENT),
        ("exitstatus == 5", Asked.NO_TESTS),
        ("session.exitstatus is pytest.ExitCode.NO_TESTS_COLLECTED", Asked.NO_TESTS),
        ("exitstatus == 1", Asked.FAILED),
        ("exitstatus == 0", Asked.PASSED),
        ("exitstatus != 0", Asked.FAILED),
        ("os.fork() == 0", Asked.CHILD),
        ("not os.fork()", Asked.CHILD),
        ("os.fork()", Asked.OTHER),
        ("report.failed", Asked.FAILED),
        ("not report.failed", Asked.PASSED),
        ("report.outcome == 'passed'", Asked.PASSED),
        ("report.outcome != 'passed'", Asked.FAILED),
        ("call.excinfo is not None", Asked.FAILED),
        ("'slow' in item.keywords", Asked.MARK),
        ("item.get_closest_marker('slow')", Asked.MARK),
        ("item.name == 'test_total'", Asked.NAME),
        ("'test_total' in item.nodeid", Asked.NAME),
        ("sys.platform == 'win32' and item.name == 'test_total'", Asked.ENVIRONMENT),
        ("sys.platform == 'win32' or item.name == 'test_total'", Asked.NAME),
        ("True", Asked.NOTHING),
        ("found", Asked.OTHER),
    ],
)
def test_what_a_condition_asks_about(condition: str, asked: Asked) -> None:
    code = Surrounded(side(f"import os, sys, pytest\n\nif {condition}:\n    leave()\n"))
    call = next(node for node, _ in code.side.of(ast.Call) if code.side.origin(node.func) == "leave")
    assert code.asked(call) is asked


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("def a(config):\n    if config.getoption('x'):\n        return\n    leave()\n", Asked.ENVIRONMENT),
        ("def a(config):\n    if config.getoption('x'):\n        print()\n    leave()\n", Asked.NOTHING),
        ("import os\n\nif os.fork():\n    leave()\n", Asked.OTHER),
        ("import os\n\nif os.fork():\n    wait()\nelse:\n    leave()\n", Asked.CHILD),
        ("try:\n    import fast\nexcept ImportError:\n    leave()\n", Asked.ENVIRONMENT),
        ("def a(it):\n    return [leave() for it in them if it.name == 'b']\n", Asked.NAME),
        ("def a(it):\n    return it.failed and leave()\n", Asked.FAILED),
    ],
)
def test_conditions_on_the_way(text: str, asked: Asked) -> None:
    code = Surrounded(side(text))
    call = next(node for node, _ in code.side.of(ast.Call) if code.side.origin(node.func) == "leave")
    assert code.asked(call) is asked


def test_hooks_by_name_and_by_specname() -> None:
    text = (
        "import pytest\n\n\n@pytest.hookimpl(specname='pytest_runtest_makereport', wrapper=True)\n"
        "def mend(item, call):\n    return (yield)\n\n\nclass Plugin:\n    def pytest_pyfunc_call(self, pyfuncitem):\n"
        "        pass\n\n\ndef test_a():\n    def pytest_runtestloop():\n        pass\n"
    )
    said = [(it.name, it.symbol, it.is_wrapper) for it in hooks(Surrounded(side(text)))]
    assert said == [
        ("pytest_runtest_makereport", "mend", True),
        ("pytest_pyfunc_call", "Plugin.pytest_pyfunc_call", False),
    ]


MAKE = "def pytest_runtest_makereport(item, call):\n"


@pytest.mark.parametrize(
    ("body", "value", "asked"),
    [
        ("    report.outcome = 'passed'\n", "passed", Asked.NOTHING),
        ("    vars(report)['outcome'] = 'passed'\n", "passed", Asked.NOTHING),
        ("    setattr(report, 'outcome', 'passed')\n", "passed", Asked.NOTHING),
        ("    object.__setattr__(report, 'outcome', 'passed')\n", "passed", Asked.NOTHING),
        ("    report.outcome, report.longrepr = 'passed', None\n", "passed", Asked.NOTHING),
        ("    report.outcome = other(report)\n", "computed", Asked.NOTHING),
        ("    if report.failed:\n        report.wasxfail = 'known'\n", "xfailed", Asked.FAILED),
        ("    call.excinfo = None\n", "passed", Asked.NOTHING),
    ],
)
def test_outcomes(body: str, value: str, asked: Asked) -> None:
    (it,) = found(MAKE + body, OUTCOME)
    assert (it.details["value"], it.details["asked"]) == (value, asked)


@pytest.mark.parametrize(
    ("text", "what", "status", "place"),
    [
        ("import os\n\nos._exit(0)\n", "os._exit", "0", "import"),
        ("from os import _exit as leave\n\nleave(0)\n", "os._exit", "0", "import"),
        ("__import__('os')._exit(0)\n", "os._exit", "0", "import"),
        ("import atexit, os\n\natexit.register(os._exit, 0)\n", "os._exit", "0", "later"),
        ("import ctypes\n\nctypes.CDLL(None)._exit(0)\n", "os._exit", "0", "import"),
        ("def pytest_unconfigure():\n    raise SystemExit\n", "SystemExit", "0", "hook"),
        ("def pytest_unconfigure():\n    exit()\n", "exit", "0", "hook"),
        ("import pytest\n\n\ndef stop():\n    pytest.exit('a', 0)\n", "pytest.exit", "0", "call"),
        ("import pytest\n\n\ndef stop():\n    pytest.exit('a')\n", "pytest.exit", "2", "call"),
        ("def pytest_sessionfinish(session):\n    session.exitstatus = 0\n", "session.exitstatus", "0", "hook"),
        ("import sys\n\n\ndef main():\n    sys.exit(0)\n", "sys.exit", "0", "main"),
        ("import sys\n\n\ndef stop():\n    sys.exit('broken')\n", "sys.exit", "1", "call"),
    ],
)
def test_exits(text: str, what: str, status: str, place: str) -> None:
    (it,) = found(text, EXIT)
    assert (it.details["what"], it.details["status"], it.details["place"]) == (what, status, place)


@pytest.mark.parametrize(
    ("text", "target", "part"),
    [
        ("import builtins\n\nbuiltins.len = print\n", "builtins.len", "builtins"),
        ("__builtins__['len'] = print\n", "builtins.len", "builtins"),
        ("from _pytest import runner\n\nrunner.runtestprotocol = print\n", "_pytest.runner.runtestprotocol", "runner"),
        ("from _pytest.reports import TestReport as R\n\nR.a = 1\n", "_pytest.reports.TestReport.a", "report"),
        ("import unittest\n\nunittest.TestCase.assertIn = print\n", "unittest.TestCase.assertIn", "unittest"),
        ("import sys\n\nsys.modules['pytest'] = None\n", "sys.modules[pytest]", "modules"),
        (
            "import sys\n\nsys.modules['_pytest.runner'].call_and_report = print\n",
            "_pytest.runner.call_and_report",
            "runner",
        ),
        ("from shop import Cart\n\nCart.__eq__ = print\n", "shop.Cart.__eq__", "comparison"),
        ("import time\n\ntime.time = print\n", "time.time", "clock"),
        ("import builtins\n\nbuiltins.print = str\n", "builtins.print", "stdlib"),
        ("import sys\n\nsys.settrace(None)\n", "sys.settrace(None)", "trace"),
    ],
)
def test_patches(text: str, target: str, part: str) -> None:
    assert [(it.details["target"], it.details["part"]) for it in found(text, PATCH)] == [(target, part)]


@pytest.mark.parametrize(
    "text",
    [
        "import unittest\n\nunittest.TestCase.maxDiff = None\n",
        "import builtins\n\nbuiltins.trace = print\n",
        "from _pytest.assertion import truncate\n\ntruncate.DEFAULT_MAX_LINES = 99\n",
        "import sys\n\nsys.modules['numpy'] = None\n",
        "import sys\n\nsys.stdout = None\n",
        "import warnings\n\nwarnings.showwarning = print\n",
    ],
)
def test_what_bends_nothing(text: str) -> None:
    assert found(text, PATCH) == []


@pytest.mark.parametrize(
    ("body", "fires"),
    [
        ("    return True\n", True),
        ("    if pyfuncitem.name == 'a':\n        return 1\n", True),
        ("    return None\n", False),
        ("    pyfuncitem.obj(**pyfuncitem.funcargs)\n    return True\n", False),
        ("    run_somehow(pyfuncitem)\n    return True\n", False),
        ("    print(pyfuncitem)\n    return True\n", True),
    ],
)
def test_runners(body: str, fires: bool) -> None:  # noqa: FBT001 - a column of the table
    assert bool(found(f"def pytest_pyfunc_call(pyfuncitem):\n{body}", RUNNER)) is fires


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("    items[:] = []\n", [Asked.NOTHING]),
        ("    del items[:]\n", [Asked.NOTHING]),
        ("    items[:] = [it for it in items if it.name != 'a']\n", [Asked.NAME]),
        ("    session.items = [it for it in session.items if it.name != 'a']\n", [Asked.NAME]),
        (
            "    a = []\n    for i in items:\n        if 'a' in i.name:\n            a.append(i)\n    items[:] = a\n",
            [Asked.NAME],
        ),
        ("    items[:] = sorted(items)\n", []),
        ("    items.sort(key=len)\n", []),
        ("    items[:] = [it for it in items if config.getoption('a') or it.name]\n", [Asked.NAME]),
    ],
)
def test_choosers(body: str, asked: list[Asked]) -> None:
    text = f"def pytest_collection_modifyitems(session, config, items):\n{body}"
    assert [it.details["asked"] for it in found(text, DROPPED)] == asked


def test_each_entry_of_a_list_is_one_thing() -> None:
    text = "collect_ignore = ['a.py', 'b.py']\ncollect_ignore_glob += ['c*.py']\ncollect_ignore.append('d.py')\n"
    said = [(it.details["texts"], it.details["how"]) for it in found(text, IGNORED)]
    assert said == [("a.py", "path"), ("b.py", "path"), ("c*.py", "glob"), ("d.py", "path")]


def test_what_an_entry_means() -> None:
    files = ["tests/test_a.py", "tests/unit/test_b.py", "other/test_a.py"]
    assert matching(files, "tests", ["test_a.py"], "path") == ["tests/test_a.py"]
    assert matching(files, "tests", ["unit"], "path") == ["tests/unit/test_b.py"]
    assert matching(files, "tests", ["unit/*"], "glob") == ["tests/unit/test_b.py"]
    assert matching(files, "", ["test_a"], "part") == ["tests/test_a.py", "other/test_a.py"]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("import coverage\n\ncoverage.Coverage.current().exclude('.')\n", ["exclude"]),
        ("import coverage\n\nif it := coverage.Coverage.current():\n    it.erase()\n", ["stop"]),
        ("import coverage\n\ncoverage.Coverage.current().set_option('report:exclude_lines', ['.'])\n", ["exclude"]),
        ("import coverage\n\nown = coverage.Coverage()\nown.stop()\n", []),
        ("import sys\n\nsys.monitoring.free_tool_id(1)\n", ["tracer"]),
        ("import os\n\nos.environ['COVERAGE_RCFILE'] = 'a'\n", ["option"]),
        ("open('.coverage', 'wb')\n", ["data"]),
        ("open('.coverage')\n", []),
        ("from pathlib import Path\n\nPath('coverage.xml').write_text('')\n", ["data"]),
    ],
)
def test_coverage(text: str, how: list[str]) -> None:
    assert [it.details["how"] for it in found(text, MEASURING)] == how


def shadows(new: dict[str, str], old: dict[str, str] | None = None) -> list[tuple[str, Shadow]]:
    change = from_trees(MemoryTree(old or {"a.txt": ""}), MemoryTree({**(old or {"a.txt": ""}), **new}))
    return [(it.path, it.kind) for it in shadowing(change, {})]


def test_shadows() -> None:
    assert shadows({"pytest.py": ""}) == [("pytest.py", Shadow.TOOL)]
    assert shadows({"src/json/__init__.py": "", "src/json/more.py": ""}) == [("src/json/__init__.py", Shadow.STANDARD)]
    assert shadows({"usercustomize.py": "x = 1\n"}) == [("usercustomize.py", Shadow.STARTER)]
    assert shadows({"sitecustomize.py": "import coverage\ncoverage.process_startup()\n"}) == []
    assert shadows({"a-1.dist-info/entry_points.txt": ""}) == [("a-1.dist-info/entry_points.txt", Shadow.METADATA)]
    assert shadows({"shop/json.py": "", "os.py": "", "test.py": "", "shop.pth": "shop\n"}) == []
    assert shadows({"tests/json.py": "", "tests/test_a.py": ""}) == [("tests/json.py", Shadow.STANDARD)]
    assert shadows({"tests/json.py": "", "tests/test_a.py": "", "tests/__init__.py": ""}) == []


def test_plugins_of_the_repository() -> None:
    old = MemoryTree({"conftest.py": "A = 1\n"})
    new = MemoryTree(
        {
            "conftest.py": "A = 1\npytest_plugins = ('support.hooks', 'pytester')\n",
            "tests/support/hooks.py": "async def pytest_pyfunc_call():\n    pass\n\n\n"
            "def pytest_addoption():\n    pass\n",
        }
    )
    change = from_trees(old, new)
    (it,) = local_plugins(change, collect(change, RoleMap.derive(old, Policy()).role))
    assert (it.path, it.line, it.file, it.hooks) == (
        "conftest.py",
        2,
        "tests/support/hooks.py",
        ("pytest_pyfunc_call",),
    )


@pytest.mark.parametrize("role", [FileRole.SCRIPT, FileRole.CI])
def test_scripts_may_do_as_they_like(role: FileRole) -> None:
    assert list(occurrences(side("import os\n\nos._exit(0)\n", role, "run.py"))) == []


def test_strings_and_comments_are_no_code() -> None:
    text = "SAMPLE = '''\nimport os\nos._exit(0)\n'''\n# os._exit(0)\n"
    assert list(occurrences(side(text))) == []


def test_a_file_full_of_exits_is_cut() -> None:
    text = "import os\n\n" + "os._exit(0)\n" * (2 * MOST)
    assert len(found(text, EXIT)) == MOST
