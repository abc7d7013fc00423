"""When a skip applies."""

from __future__ import annotations

from textwrap import indent

import pytest

from pytest_agentaudit.facts.model import Condition
from tests.support.reading import read, read_one, skips

ALWAYS, NEVER, ENVIRONMENT = Condition.ALWAYS, Condition.NEVER, Condition.ENVIRONMENT
RESULT, UNKNOWN = Condition.RESULT, Condition.UNKNOWN

HEAD = """
import os
import shutil
import sys
import unittest
from importlib.util import find_spec

import pytest
from app import load, check_feature
from tests.env import HAS_DOCKER, env

try:
    import numpy
except ImportError:
    numpy = None

SLOW = os.environ.get("SLOW")
OFF = True
DERIVED = not find_spec("yaml")
LATER = 1 == 1


"""


def marked(mark: str) -> str:
    return f"{HEAD}@{mark}\ndef test_it():\n    assert load() == 1\n"


def in_body(lines: str, parameters: str = "") -> str:
    return f"{HEAD}def test_it({parameters}):\n{indent(lines, '    ')}\n    assert load() == 1\n"


@pytest.mark.parametrize(
    ("mark", "condition"),
    [
        ("pytest.mark.skip", ALWAYS),
        ("pytest.mark.skip(reason='flaky')", ALWAYS),
        ("unittest.skip('flaky')", ALWAYS),
        ("pytest.mark.skipif(True, reason='x')", ALWAYS),
        ("pytest.mark.skipif('True', reason='x')", ALWAYS),
        ("pytest.mark.skipif(1 == 1, reason='x')", ALWAYS),
        ("pytest.mark.skipif(condition=not False, reason='x')", ALWAYS),
        ("pytest.mark.skipif(OFF, reason='x')", ALWAYS),
        ("pytest.mark.skipif(LATER, reason='x')", ALWAYS),
        ("pytest.mark.skipif(sys.platform, reason='x')", ALWAYS),
        ("pytest.mark.skipif(sys.version_info >= (3,), reason='x')", ALWAYS),
        ("pytest.mark.skipif(sys.version_info[:2] > (3, 5), reason='x')", ALWAYS),
        ("pytest.mark.skipif(sys.platform == 'win32' or True, reason='x')", ALWAYS),
        ("pytest.mark.skipif('pytest' in sys.modules, reason='x')", ALWAYS),
        ("unittest.skipUnless(False, 'x')", ALWAYS),
        ("pytest.mark.skipif(False, reason='x')", NEVER),
        ("pytest.mark.skipif(sys.version_info < (3, 6), reason='x')", NEVER),
        ("unittest.skipIf(not OFF, 'x')", NEVER),
        ("pytest.mark.skipif(sys.platform == 'win32', reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif('sys.platform == \"win32\"', reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(sys.version_info < (3, 12), reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(os.name == 'nt', reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(not os.environ.get('CI'), reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(shutil.which('git') is None, reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(numpy is None, reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(not HAS_DOCKER, reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(env.DYNAMIC_CONTEXTS, reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(SLOW, reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(DERIVED, reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(not hasattr(os, 'fork'), reason='x')", ENVIRONMENT),
        ("pytest.mark.skipif(numpy.__version__ < '2', reason='x')", ENVIRONMENT),
        ("unittest.skipUnless(sys.platform == 'linux', 'x')", ENVIRONMENT),
        ("skip_on_windows", ENVIRONMENT),
        ("requires_docker(version=2)", ENVIRONMENT),
        ("pytest.mark.skipif(not check_feature(), reason='needs the JSON extension')", ENVIRONMENT),
        ("pytest.mark.skipif(load() == 2, reason='x')", UNKNOWN),
    ],
)
def test_marks(mark: str, condition: Condition) -> None:
    (found,) = skips(marked(mark))
    assert (found.word, found.condition) == ("skip", condition)


@pytest.mark.parametrize(
    ("lines", "condition"),
    [
        ("pytest.skip('later')", ALWAYS),
        ("raise unittest.SkipTest('later')", ALWAYS),
        ("if True:\n    pytest.skip('later')", ALWAYS),
        ("if 'PYTEST_CURRENT_TEST' in os.environ:\n    pytest.skip('later')", ALWAYS),
        ("with open('a'):\n    pytest.skip('later')", ALWAYS),
        ("if False:\n    pytest.skip('later')", NEVER),
        ("pytest.importorskip('numpy')", ENVIRONMENT),
        ("np = pytest.importorskip('numpy', minversion='2')", ENVIRONMENT),
        ("if sys.platform == 'win32':\n    pytest.skip('x')", ENVIRONMENT),
        ("if not shutil.which('git'):\n    pytest.skip('x')", ENVIRONMENT),
        ("git = shutil.which('git')\nif git is None:\n    pytest.skip('x')", ENVIRONMENT),
        ("try:\n    import yaml\nexcept ImportError:\n    pytest.skip('x')", ENVIRONMENT),
        ("try:\n    load()\nexcept (OSError, ConnectionError):\n    pytest.skip('x')", ENVIRONMENT),
        ("ok = load()\nif not ok:\n    pytest.skip('tmux not available')", ENVIRONMENT),
        ("got = load()\nif not got['success']:\n    pytest.skip('tmux not available')", RESULT),
        ("got = load()\nif got.ok is False:\n    pytest.skip('tmux not available')", RESULT),
        ("if load() != 2:\n    pytest.skip('x')", RESULT),
        ("got = load()\nif got is None:\n    pytest.skip('x')", RESULT),
        ("got = load()\nif 'Error' in got.text:\n    pytest.skip('browser not available')", RESULT),
        ("a, b = load()\nif a:\n    pytest.skip('x')", RESULT),
        ("with load() as got:\n    if got.bad:\n        pytest.skip('x')", RESULT),
        ("for it in load():\n    pytest.skip('x')", RESULT),
        ("try:\n    load()\nexcept Exception as error:\n    pytest.skip(f'not available: {error}')", RESULT),
        ("try:\n    load()\nexcept ValueError:\n    pytest.skip('x')", RESULT),
    ],
)
def test_bodies(lines: str, condition: Condition) -> None:
    (found,) = skips(in_body(lines))
    assert (found.word, found.condition) == ("skip", condition)


@pytest.mark.parametrize(
    ("lines", "parameters"),
    [
        ("if store == 'zip':\n    pytest.skip('x')", "store"),
        ("if isinstance(store, ZipStore):\n    pytest.skip('x')", "store"),
        ("if not store.supports_writes:\n    pytest.skip('x')", "store"),
        ("if request.config.getoption('--fast'):\n    pytest.skip('x')", "request"),
    ],
)
def test_a_choice_among_what_the_test_was_given_is_honest(lines: str, parameters: str) -> None:
    (found,) = skips(in_body(lines, parameters))
    assert found.condition is ENVIRONMENT


@pytest.mark.parametrize(
    "lines",
    [
        "with pytest.raises(pytest.skip.Exception):\n    pytest.skip('x')",
        "try:\n    pytest.skip('x')\nexcept pytest.skip.Exception:\n    pass",
        "def inner():\n    pytest.skip('x')\nrun(inner)",
    ],
)
def test_skips_that_are_data(lines: str) -> None:
    assert skips(in_body(lines)) == ()


def test_a_module_of_the_project_is_no_matter_of_the_machine() -> None:
    (found,) = skips(in_body("pytest.importorskip('app')"), files={"src/app/__init__.py": ""})
    assert found.condition is RESULT


def test_the_reason_the_place_and_the_text() -> None:
    (found,) = skips("import pytest\n\n\n@pytest.mark.skip(\n    reason='flaky'\n)\ndef test_it():\n    assert f()\n")
    assert (found.line, found.reason, found.text) == (4, "flaky", "pytest.mark.skip(reason='flaky')")


@pytest.mark.parametrize(
    ("mark", "strict"),
    [
        ("pytest.mark.xfail", False),
        ("pytest.mark.xfail(strict=True, reason='bug')", True),
        ("unittest.expectedFailure", False),
    ],
)
def test_xfail_is_recorded(mark: str, *, strict: bool) -> None:
    (found,) = skips(marked(mark))
    assert (found.word, found.condition, found.strict) == ("xfail", ALWAYS, strict)


SHARED = {
    "pytestmark": "pytestmark = pytest.mark.skip\n\n\ndef test_it():\n    assert f()\n",
    "list": "pytestmark = [pytest.mark.slow, pytest.mark.skip]\n\n\ndef test_it():\n    assert f()\n",
    "import": "pytest.skip('x', allow_module_level=True)\n\n\ndef test_it():\n    assert f()\n",
    "class": "@pytest.mark.skip\nclass TestA:\n    def test_it(self):\n        assert f()\n",
    "in class": "class TestA:\n    pytestmark = pytest.mark.skip\n\n    def test_it(self):\n        assert f()\n",
    "outer class": (
        "@pytest.mark.skip\nclass TestA:\n    class TestB:\n        def test_it(self):\n            assert f()\n"
    ),
    "set-up": (
        "class TestA:\n    def setup_method(self):\n        pytest.skip('x')\n\n"
        "    def test_it(self):\n        assert f()\n"
    ),
    "unittest": "import unittest\n\n\nclass A(unittest.TestCase):\n    def setUp(self):\n        self.skipTest('x')\n\n"
    "    def test_it(self):\n        assert f()\n",
    "autouse": "@pytest.fixture(autouse=True)\ndef off():\n    pytest.skip('x')\n\n\ndef test_it():\n    assert f()\n",
    "alias": "off = pytest.mark.skip\n\n\n@off\ndef test_it():\n    assert f()\n",
    "from": "from pytest import mark\n\n\n@mark.skip\ndef test_it():\n    assert f()\n",
}


@pytest.mark.parametrize("text", SHARED.values(), ids=SHARED)
def test_what_skips_many(text: str) -> None:
    (found,) = skips(f"import pytest\n\n\n{text}")
    assert found.condition is ALWAYS


@pytest.mark.parametrize("text", [SHARED["pytestmark"], SHARED["in class"], SHARED["set-up"]])
def test_a_changed_mark_touches_what_it_marks(text: str) -> None:
    text = f"import pytest\n\n\n{text}"
    line = next(at for at, it in enumerate(text.split("\n"), 1) if "skip" in it)
    assert read_one(text, touched=frozenset({line})).touched
    assert not read_one(text, touched=frozenset({1})).touched


def test_a_case_that_is_skipped() -> None:
    text = """
        import pytest


        @pytest.mark.parametrize(("a", "b"), [(1, 2), pytest.param(3, 4, marks=pytest.mark.skip(reason="x"), id="odd")])
        def test_it(a, b):
            assert f(a) == b
    """
    found = read_one(text)
    assert found.rows == ("(1, 2)", "(3, 4)")
    assert [(it.row, it.condition, it.reason) for it in found.skips] == [("(3, 4)", ALWAYS, "x")]


def test_two_tests_of_one_file_have_their_own_skips() -> None:
    found = read(
        "import pytest\n\n\n@pytest.mark.skip\ndef test_a():\n    assert f()\n\n\ndef test_b():\n    assert f()\n"
    )
    assert [len(it.skips) for it in found.values()] == [1, 0]
