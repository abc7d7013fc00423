"""Options in addopts are split as pytest's own parser splits them."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentaudit.facts.addopts import ALIASES, MAYBE_VALUE, WITH_VALUE, Option, options
from pytest_agentaudit.facts.setting_values import Word


def split(line: str) -> tuple[dict[str, object], tuple[str, ...]]:
    found, paths = options([Word(text, 1) for text in shlex.split(line)])
    return {option.name: option.value for option in found}, paths


@pytest.mark.parametrize(
    ("line", "found", "paths"),
    [
        ("", {}, ()),
        ("-k 'not slow'", {"-k": "not slow"}, ()),
        ("-kx", {"-k": "x"}, ()),
        ("-k=x", {"-k": "x"}, ()),
        ("-k a -k b", {"-k": "b"}, ()),
        ("-m 'not network' tests/unit", {"-m": "not network"}, ("tests/unit",)),
        ("-qx", {"-q": True, "-x": True}, ()),
        ("-qkx", {"-q": True, "-k": "x"}, ()),
        ("-vv --exitfirst", {"-v": True, "-x": True}, ()),
        ("--deselect a::b --deselect=c::d", {"--deselect": ("a::b", "c::d")}, ()),
        ("--ignore tests/new --ignore-glob='*_x.py'", {"--ignore": ("tests/new",), "--ignore-glob": ("*_x.py",)}, ()),
        ("--cov", {"--cov": ("",)}, ()),
        ("--cov --cov-fail-under 80", {"--cov": ("",), "--cov-fail-under": "80"}, ()),
        ("--cov src --cov=lib tests", {"--cov": ("src", "lib")}, ("tests",)),
        ("-p no:agentaudit -pno:cov -p evil", {"-p": ("no:agentaudit", "no:cov", "evil")}, ()),
        ("--co", {"--collect-only": True}, ()),
        ("--collectonly -h -V", {"--collect-only": True, "--help": True, "--version": True}, ()),
        ("--funcargs --setupplan --cache-show", {"--fixtures": True, "--setup-plan": True, "--cache-show": ("",)}, ()),
        ("-W error -W ignore::UserWarning", {"-W": ("error", "ignore::UserWarning")}, ()),
        ("-o python_files=x.py -n 2", {"-o": ("python_files=x.py",), "-n": "2"}, ()),
        ("--unknown value --unknown-too=1", {"--unknown": True, "--unknown-too": "1"}, ("value",)),
        ("-q -- -k x", {"-q": True}, ("-k", "x")),
        ("-k", {"-k": ""}, ()),
        ("-", {}, ("-",)),
    ],
)
def test_split(line: str, found: dict[str, object], paths: tuple[str, ...]) -> None:
    assert split(line) == (found, paths)


def test_an_option_stands_where_it_is_first_written() -> None:
    words = [Word("-q", 3), Word("-p", 4), Word("a", 4), Word("-p", 5), Word("b", 5)]
    assert options(words)[0] == (Option("-q", (), 3), Option("-p", ("a", "b"), 4))


def test_the_table_agrees_with_the_help_of_the_installed_pytest(tmp_path: Path) -> None:
    """Every option of pytest and of the plugins installed here takes a value, or none, as the table says."""
    done = subprocess.run([sys.executable, "-m", "pytest", "--help"], cwd=tmp_path, capture_output=True, check=True)
    shown = re.findall(r"^  (-.+?)(?:  .*)?$", done.stdout.decode(), re.MULTILINE)
    spellings = [spelling for line in shown for spelling in line.split(", ")]
    kinds = {}
    for spelling in spellings:
        name, meta = re.split(r"[ =]|$", spelling, maxsplit=1)
        kinds[ALIASES.get(name, name)] = "maybe" if meta.startswith("[") else "value" if meta else "switch"
    known = {name: kind for name, kind in kinds.items() if not name.startswith(("--randomly", "--agent-audit"))}
    assert len(known) > 80
    assert {name for name, kind in known.items() if kind == "value"} <= WITH_VALUE
    assert {name for name, kind in known.items() if kind == "maybe"} == MAYBE_VALUE
    assert not {name for name, kind in known.items() if kind == "switch"} & (WITH_VALUE | MAYBE_VALUE)


FIELDS = {
    "-k": "keyword",
    "-m": "markexpr",
    "--deselect": "deselect",
    "--ignore": "ignore",
    "-o": "override_ini",
    "-W": "pythonwarnings",
    "--collect-only": "collectonly",
    "--tb": "tbstyle",
}


@pytest.mark.parametrize(
    "line",
    [
        "-qkx -m 'a or b' --deselect=a::b --deselect c --ignore d -pno:doctest -W error --co -xv --tb line",
        "-k a -k b --maxfail 3 -o x=1 --override-ini=y=2 -rA --tb=short --durations=5 tests/a.py::b c",
    ],
)
def test_pytest_reads_the_same(line: str, pytester: pytest.Pytester) -> None:
    config = pytester.parseconfig(*shlex.split(line), "-p", "no:cacheprovider")
    found, paths = split(line)
    theirs = {name: getattr(config.option, field) for name, field in FIELDS.items()}
    assert {name: tuple(value) if isinstance(value, list) else value for name, value in theirs.items() if value} == {
        name: value for name, value in found.items() if name in FIELDS
    }
    assert config.option.file_or_dir == list(paths)
