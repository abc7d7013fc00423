"""The examples of tampered-coverage."""

from __future__ import annotations

from pytest_agentaudit.model import Evidence
from pytest_agentaudit.rules.base import Example

_EMPTY = "LIMIT = 3\n"


def _example(title: str, path: str, after: str, *expect: str, evidence: Evidence | None = None) -> Example:
    return Example(title, before={path: _EMPTY}, after={path: _EMPTY + after}, expect=expect, evidence=evidence)


EXAMPLES = (
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
        "import sys\n\n\ndef test_trace():\n    old = sys.gettrace()\n    sys.settrace(print)\n    sys.settrace(old)\n",
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
