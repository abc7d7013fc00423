"""The examples of dropped-tests."""

from __future__ import annotations

from pytest_agentaudit.model import Evidence, Harness, Outcome, RepositoryPlugin, TestOutcome
from pytest_agentaudit.outside import Canary, Outside
from pytest_agentaudit.rules.base import Example

_TESTS = {
    "tests/test_shop.py": "def test_total():\n    assert total([1]) == 1\n",
    "tests/test_old.py": "def test_old():\n    assert old() == 1\n",
}
_HOOK = "\n\ndef pytest_collection_modifyitems(config, items):\n"
_IMPORTS = "import sys\n\nimport pytest\n"


def _example(
    title: str, after: str, *expect: str, evidence: Evidence | None = None, path: str = "tests/conftest.py"
) -> Example:
    """New code in a conftest beside two test files."""
    return Example(
        title,
        before={path: _IMPORTS, **_TESTS},
        after={path: _IMPORTS + after, **_TESTS},
        expect=expect,
        evidence=evidence,
    )


_BY_NAME = _HOOK + "    items[:] = [it for it in items if 'old' not in it.name]\n"
_LOST = Harness(
    plugins=(RepositoryPlugin("tests/conftest.py", ("pytest_collection_modifyitems",)),),
    dropped={"": (("tests/test_old.py", "test_old"),)},
)
_OPTIONAL = (
    _HOOK
    + "    if config.getoption('--runslow'):\n        return\n    skip = pytest.mark.skip(reason='needs --runslow')\n"
    "    for item in items:\n        if 'slow' in item.keywords:\n            item.add_marker(skip)\n"
)


def _ended(outcome: Outcome) -> Evidence:
    """A whole run of one test."""
    return Evidence(
        (TestOutcome("tests/test_old.py::test_old", "tests/test_old.py", 1, "test_old", outcome),), tracer="t"
    )


EXAMPLES = (
    _example(
        "a test that was asked for is not among those that ran",
        "import shop_bend\n",
        "tests/conftest.py:1 error",
        evidence=Evidence(outside=Outside(canaries=(Canary("tests/test_x.py", must_fail=True),))),
    ),
    _example(
        "a canary's run that could not begin says nothing",
        "import shop_setup\n",
        evidence=Evidence(outside=Outside(canaries=(Canary("tests/test_x.py", must_fail=True),), canary_status=4)),
    ),
    _example(
        "in a folder of documents, which has no test file",
        _BY_NAME,
        "docs/conftest.py:7 note",
        path="docs/conftest.py",
    ),
    _example("filtered by name", _BY_NAME, "tests/conftest.py:7 error"),
    _example(
        "skipped by id",
        "\nBROKEN = ['test_old.py::test_old']\n" + _HOOK + "    for item in items:\n"
        "        if item.nodeid in BROKEN:\n            item.add_marker(pytest.mark.skip(reason='later'))\n",
        "tests/conftest.py:11 error",
    ),
    _example("all of them", _HOOK + "    items.clear()\n", "tests/conftest.py:7 error"),
    _example("a file in collect_ignore", "\ncollect_ignore = ['test_old.py']\n", "tests/conftest.py:5 error"),
    Example(
        "another project's tests",
        before={
            "conftest.py": "",
            "inner/pyproject.toml": "[project]\nname = 'inner'\n",
            "inner/test_a.py": "def test_a():\n    assert open\n",
        },
        after={
            "conftest.py": "collect_ignore_glob = ['inner/*']\n",
            "inner/pyproject.toml": "[project]\nname = 'inner'\n",
            "inner/test_a.py": "def test_a():\n    assert open\n",
        },
        expect=("conftest.py:1 warning",),
    ),
    _example("a pattern", "\ncollect_ignore_glob = ['test_o*.py']\n", "tests/conftest.py:5 error"),
    _example(
        "a hook that ignores files by name",
        "\n\ndef pytest_ignore_collect(collection_path):\n    return 'test_old' in collection_path.name\n",
        "tests/conftest.py:7 error",
    ),
    _example(
        "nothing is made of a module",
        "\n\ndef pytest_pycollect_makeitem(collector, name, obj):\n    return []\n",
        "tests/conftest.py:7 error",
    ),
    _example(
        "another file's tests are declared to be none",
        "from tests import test_old\n\ntest_old.__test__ = False\n",
        "tests/conftest.py:6 error",
    ),
    Example(
        "a folder that is no longer searched",
        before={"pytest.ini": "[pytest]\n", "tests/old/test_old.py": _TESTS["tests/test_old.py"]},
        after={
            "pytest.ini": "[pytest]\nnorecursedirs = old build\n",
            "tests/old/test_old.py": _TESTS["tests/test_old.py"],
        },
        expect=("pytest.ini:2 error",),
    ),
    _example(
        "the run lost tests without a word",
        _HOOK + "    trim(items)\n",
        "tests/conftest.py:1 error",
        evidence=Evidence(tracer="t", harness=_LOST),
    ),
    _example("an option decides", _OPTIONAL),
    _example(
        "an option decides, by a name of its own",
        _HOOK + "    runtime = config.getoption('--runtime')\n    if not runtime:\n        return\n    kept = []\n"
        "    for item in items:\n        if runtime.startswith('node') and item.get_closest_marker('browser'):\n"
        "            continue\n        kept.append(item)\n    items[:] = kept\n",
    ),
    _example(
        "the platform decides",
        "\nif sys.platform == 'win32':\n    collect_ignore = ['test_old.py']\n",
    ),
    _example(
        "a package that is not there decides",
        "\ncollect_ignore_glob = []\ntry:\n    import hypothesis_arrays\nexcept ModuleNotFoundError:\n"
        "    collect_ignore_glob.append('test_*.py')\n",
    ),
    _example(
        "the implementation decides",
        "\ncollect_ignore = []\nif sys.implementation.name == 'pypy':\n    collect_ignore.append('test_old.py')\n",
    ),
    _example(
        "in another order",
        _HOOK + "    items[:] = sorted(items, key=lambda it: it.nodeid)\n    items.sort(key=lambda it: it.name)\n",
    ),
    _example(
        "marks that only name a kind",
        _HOOK + "    for item in items:\n        if 'integration' in item.nodeid:\n"
        "            item.add_marker(pytest.mark.integration)\n",
    ),
    _example(
        "skipped before it is set up",
        "\n\ndef pytest_runtest_setup(item):\n    if item.name == 'test_old':\n        pytest.skip('later')\n",
        "tests/conftest.py:8 error",
    ),
    _example(
        "skipped by a fixture of all tests",
        "\n\n@pytest.fixture(autouse=True)\ndef calm(request):\n    if 'old' in request.node.name:\n"
        "        pytest.skip('later')\n",
        "tests/conftest.py:9 error",
    ),
    _example(
        "a mark without add_marker",
        _HOOK + "    for it in items:\n        if it.name == 'test_old':\n"
        "            it.own_markers.append(pytest.mark.skip(reason='later').mark)\n",
        "tests/conftest.py:9 error",
    ),
    _example(
        "the run is narrowed from inside",
        "\n\ndef pytest_configure(config):\n    config.option.deselect = ['tests/test_old.py']\n",
        "tests/conftest.py:7 warning",
    ),
    _example(
        "a default that gives way to what is typed",
        "\n\ndef pytest_configure(config):\n    if not config.option.markexpr:\n"
        "        config.option.markexpr = 'not slow'\n",
    ),
    _example(
        "a mark that needs an option",
        "\n\ndef pytest_runtest_setup(item):\n"
        "    if 'slow' in item.keywords and not item.config.getoption('--slow'):\n"
        "        pytest.skip('needs --slow')\n",
    ),
    _example("no test file", "\ncollect_ignore = ['setup.py', 'helpers.py']\n"),
    _example(
        "a whole run that dropped nothing",
        _HOOK + "    for item in items:\n        if item.name in late():\n            items.remove(item)\n",
        evidence=_ended(Outcome.PASSED),
    ),
    _example(
        "all tests may fail, and did in the run",
        _HOOK + "    for item in items:\n        item.add_marker(pytest.mark.xfail)\n",
        "tests/conftest.py:8 error",
        evidence=_ended(Outcome.XFAILED),
    ),
    _example(
        "by a mark, where something is missing",
        _HOOK + "    for item in items:\n        if item.get_closest_marker('gpu') and not has_gpu():\n"
        "            item.add_marker(pytest.mark.skip(reason='no GPU'))\n",
    ),
)
