"""What the fuzz run does to a text, and the settings that it begins with. In every text a letter stands for a byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

Mutation = Callable[[str, Random, list[str]], str]

TOKENS = (
    "\0", "\r", "\r\n", "\n", "\f", "\v", "\x85", "\xe2\x80\xa8", "\xef\xbb\xbf", "\xff\xfe", "\xff", "\\\n", "\\",
    "\t", '"', "'", '"""', "'''", 'f"{', "rf'{x!r:>{w}}'", 'b"', "{", "}", "(", ")", "[", "]", ":", ";", "#", "@",
    "->", ":=", "# noqa", "# type: ignore", "# pragma: no cover", "# fmt: off", "# pylint: disable=all",
    "# -*- coding: utf-16 -*-\n", "# coding: latin-1\n", "#!/usr/bin/python\n", "<<<<<<< HEAD\n", "[" * 300,
    "(" * 2500, "-" * 1500, "not " * 900, "x.a()" + ".b()" * 400, "1" + " + 1" * 900,
    "if a: pass\n" + "elif a: pass\n" * 500, "lambda: " * 300, "9" * 5000, "0x" + "f" * 6000, "1e999999", "def f(",
    "class A:\n", "async def f(): await x\n", "match x:\n case {**k}: pass\n", "type X[T] = int\n",
    "try:\n pass\nexcept* E:\n pass\n", "import pytest\n", "assert ", "@pytest.mark.skip\n", "pytest.param(1, id='')",
    "raise SystemExit\n", "global x\n", "del x\n", "return\n", "yield\n", "*a, b = c\n", "...", "exec('1')",
    "__import__('os')._exit(0)", "monkeypatch.setattr(", "${{ x }}", "&a [*a]", "!!python/object:x {}", "*a",
    "- - - -", "|\n", ">-\n", "? ", "<<: *a\n", "%YAML 9\n", "---\n", "- run: |\n    pytest || true\n", "[tool.x]\n",
    "a.b.c = 1\n", "[[a]]\n", "1979-05-27T07:32:00Z", "inf", "-nan", "\\ud800", "\\U00110000", "\xf0\x9f\x92\xa9",
    "\xe2\x80\xae", "\xcc\x81", "\xef\xbc\x83 noqa", "\xd9\xa3", "__", "_" * 2000, " " * 300, "    ", "%s", "{}",
    "%(x)s",
)  # fmt: skip
"""What readers of Python, YAML, TOML and INI trip over."""

POLICY = """\
[project]
name = "shop"
version = "1"
dependencies = ["requests>=2; python_version < '4'"]

[tool.agentaudit]
base = "main"
source = ["src/**", "!src/vendor/**"]
required-version = ">=0.0"
waiver-days = 90
allowed-signers = ".agentaudit/allowed_signers"
approvers = ["alice", "bob <bob@example.org>"]
code-owners = "gitlab"
applies-to = "agents"

[tool.agentaudit.roles]
script = ["tools/**"]

[tool.agentaudit.rules]
missing-assertion = "error"
raised-complexity = { level = "warning", max = 12 }

[[tool.agentaudit.overrides]]
paths = ["examples/**"]
rules = { untested-change = "note", added-suppression = "off" }

[[tool.agentaudit.steps]]
name = "changelog"
when = ["**"]
require = ["CHANGELOG.md"]

[[tool.agentaudit.waivers]]
rule = "added-suppression"
path = "*.py"
symbol = "load"
reason = "vendor stub"
owner = "team"
expires = 2099-01-31

[tool.pytest.ini_options]
addopts = "-q --strict-markers -k 'not slow'"
filterwarnings = ["error", "ignore::DeprecationWarning:x.*"]
testpaths = ["tests"]

[tool.coverage.report]
fail_under = 90
exclude_also = ["if TYPE_CHECKING:", "raise (NotImplementedError"]

[tool.ruff.lint]
select = ["ALL"]
per-file-ignores = { "tests/*" = ["S101"] }

[tool.mypy]
strict = true
[[tool.mypy.overrides]]
module = ["a.*"]
ignore_errors = true
"""
WORKFLOW = """\
name: ci
on: {push: {branches: [main]}, pull_request: }
env: &env {PYTEST_ADDOPTS: "-q"}
jobs:
  test:
    runs-on: ${{ matrix.os }}
    strategy: {fail-fast: true, matrix: {os: [ubuntu-latest], python: ["3.11", 3.12]}}
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 2}
      - name: tests
        env: *env
        run: |
          pip install -e .
          pytest --cov=shop --cov-fail-under=90 "tests" && mypy src || exit 1
"""
TRACE = (
    '{"version": "0.1.0", "id": "1", "timestamp": "2026-01-25T10:00:00Z", "tool": {"name": "cursor"}, "files": ['
    '{"path": "a.py", "conversations": [{"contributor": {"type": "ai"}, "ranges": [{"start_line": 1, "end_line": 9}]}]}'
    "]}\n"
)
NOTE = (
    'src/calc.py\n  s_1::t_1 1-9,12\n"a b.py"\n  p1 3\n---\n{"schema_version": "authorship/3.0.0", "prompts": {"p1": '
    '{"agent_id": {"tool": "claude"}}}, "sessions": {"s_1": {"agent_id": {"tool": "cursor", "id": "x"}}}}\n'
)
"""What tools note of who wrote a commit's lines."""
SETTINGS: Mapping[str, str] = {
    "pyproject.toml": POLICY,
    ".github/workflows/ci.yml": WORKFLOW,
    ".gitlab-ci.yml": "stages: [test]\ntest:\n  extends: .x\n  script:\n    - pytest -x\n  allow_failure: false\n",
    ".pre-commit-config.yaml": "repos:\n- repo: https://x/ruff\n  rev: v1\n  hooks: [{id: ruff, args: [--fix]}]\n",
    "tox.ini": "[tox]\nenvlist = py{311,312}\n[testenv]\ndeps = pytest\ncommands =\n    pytest {posargs}\n",
    "setup.cfg": "[tool:pytest]\naddopts = -q\n[flake8]\nignore = E1,\n  W2\n[coverage:report]\nfail_under = %(x)s\n",
    "pytest.ini": "[pytest]\naddopts = -p no:cacheprovider\nmarkers =\n    slow: it is\n",
    ".coveragerc": "[run]\nomit =\n    a/*\nplugins = x\n[report]\nexclude_lines =\n    pragma: no cover\n",
    "mypy.ini": "[mypy]\nstrict = True\n[mypy-a.*]\nignore_errors = True\n",
    "ruff.toml": "extend = '../x.toml'\n[lint]\nselect = ['E']\nignore = ['F401']\n",
    "Makefile": "test: lint\n\tpytest -x && \\\n\tmypy src\nlint:\n\truff check .\n",
    "noxfile.py": "import nox\n\n\n@nox.session\ndef tests(session):\n    session.run('pytest', '--cov')\n",
    "conftest.py": "import pytest\n\n\n@pytest.fixture\ndef shop():\n    return 1\n\n\n"
    "def pytest_collection_modifyitems(items):\n    items[:] = items[:1]\n",
    "requirements.txt": "requests>=2 \\\n  --hash=sha256:00\n-r more.txt\n-e git+https://x#egg=y\n",
    ".agentaudit/waivers/0123456789abcdef0123456789abcdef.toml": 'rule = "stub"\npath = "a.py"\nreason = "r"\n'
    'owner = "o"\nexpires = 2099-01-01\nfingerprint = "0123456789abcdef0123456789abcdef"\ncontent = "x"\n',
    ".agentaudit/waivers/0123456789abcdef0123456789abcdef.toml.sig": "-----BEGIN SSH SIGNATURE-----\nU1NI\n",
    ".agentaudit/allowed_signers": 'alice@example.org namespaces="agentaudit" ssh-ed25519 AAAA\n',
    ".gitattributes": "*.py -diff text eol=crlf working-tree-encoding=UTF-16\n[attr]bin -text\n",
    ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ../x\n',
    ".gitignore": "tests/\n!tests/a\n",
    "CODEOWNERS": "* @alice\n/src/ @org/team bob@example.org\n[Tests][2] @carol\n^[Docs]\ndocs/ \\# x\n",
    ".agent-trace/traces.jsonl": TRACE,
    ".claude/settings.json": '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "agentaudit hook"}]}]}}\n',
    "tests/__snapshots__/test_a.ambr": "# serializer version: 1\n# name: test_a\n  dict({\n  })\n# ---\n",
    "x.dist-info/entry_points.txt": "[pytest11]\nx = x\n",
    "a.ipynb": '{"cells": [{"cell_type": "code", "source": ["x = 1  # noqa\\n"]}], "nbformat": 4}\n',
}
"""Files that settle how code is judged, each whole as people write it."""


def happens(random: Random, share: float) -> bool:
    """Whether something happens that does in this share of cases."""
    return random.random() < share


def _at(text: str, random: Random) -> int:
    return random.randint(0, len(text))


def insert(text: str, random: Random, _others: list[str]) -> str:
    """A token somewhere."""
    at = _at(text, random)
    return text[:at] + random.choice(TOKENS) + text[at:]


def flip(text: str, random: Random, _others: list[str]) -> str:
    """Another byte in the place of one."""
    at = _at(text, random)
    return text[:at] + chr(random.randrange(256)) + text[at + 1 :]


def cut(text: str, random: Random, _others: list[str]) -> str:
    """A stretch is gone."""
    first, last = sorted((_at(text, random), _at(text, random)))
    return text[:first] + text[min(last, first + random.choice((1, 9, 99, 9999))) :]


def repeat(text: str, random: Random, _others: list[str]) -> str:
    """A stretch stands there several times."""
    first, last = sorted((_at(text, random), _at(text, random)))
    last = min(last, first + 400)
    return text[:last] + text[first:last] * random.choice((1, 2, 9, 60)) + text[last:]


def splice(text: str, random: Random, others: list[str]) -> str:
    """The beginning of this text and the end of another."""
    other = random.choice(others) if others else ""
    return text[: _at(text, random)] + other[_at(other, random) :]


def lines(text: str, random: Random, _others: list[str]) -> str:
    """Two lines change places, or one goes."""
    rows = text.split("\n")
    one, two = random.randrange(len(rows)), random.randrange(len(rows))
    rows[one], rows[two] = rows[two], rows[one] if happens(random, 0.6) else ""
    return "\n".join(rows)


def indent(text: str, random: Random, _others: list[str]) -> str:
    """A line stands further in or out."""
    rows = text.split("\n")
    at = random.randrange(len(rows))
    rows[at] = rows[at].lstrip() if happens(random, 0.4) else random.choice((" ", "    ", "\t", "\f")) + rows[at]
    return "\n".join(rows)


def recode(text: str, random: Random, _others: list[str]) -> str:
    """The text in another encoding, or with other line ends."""
    if happens(random, 0.5):
        return text.replace("\n", random.choice(("\r\n", "\r", "\n\r", "\xe2\x80\xa8\n")))
    codec = random.choice(("utf-16", "utf-8-sig", "utf-7", "utf-32", "cp037"))
    return text.encode(codec, "replace").decode("latin-1")


def swap_words(text: str, random: Random, others: list[str]) -> str:
    """A word of another text in the place of one of this one."""
    words = text.split(" ")
    more = (random.choice(others) if others else "x").split() or ["x"]
    words[random.randrange(len(words))] = random.choice(more)
    return " ".join(words)


MUTATIONS: tuple[Mutation, ...] = (
    insert, insert, insert, flip, flip, cut, cut, repeat, splice, lines, indent, recode, swap_words, swap_words
)  # fmt: skip
"""What may happen to a text, some of it more often."""
