"""INI files mean to us what they mean to pytest's and to Python's own parser."""

import configparser

import iniconfig
import pytest

from pytest_agentaudit.facts.ini import IniError, parse

TEXTS = (
    "",
    "# only a comment\n; and one more\n",
    "[pytest]\n",
    "[pytest]\naddopts = -k x\n  -m y\n\n  -q\ntestpaths: a b\n",
    "[a]\nx = 1 # no comment in a value\n[b c]\ny=2\nurl = a:b=c\nwindows:c=d\n",
    "[a]\nempty =\nlines =\n    one\n    # left out\n    two\n\n    three\n",
    "[a]\r\nx = 1\r\n  2\r\n",
    "\ufeff[a]\nx = 1\n",
    "[a]\nx = é\n",
    "[a]\nadd = [x]\n  [y]\nz = 1\n",
)


@pytest.mark.parametrize("text", TEXTS)
def test_pytest_reads_the_same(text: str) -> None:
    theirs = iniconfig.IniConfig("a.ini", text)
    ours = parse(text)
    assert list(ours) == list(theirs.sections)
    for section in theirs:
        assert {key: entry.text for key, entry in ours[section.name].items()} == dict(section.items())
        for key, entry in ours[section.name].items():
            assert entry.line == theirs.lineof(section.name, key)


@pytest.mark.parametrize("text", [text.removeprefix("\ufeff") for text in TEXTS])
def test_the_standard_parser_reads_the_same(text: str) -> None:
    theirs = configparser.RawConfigParser()
    theirs.read_string(text.replace("\r\n", "\n"))
    ours = parse(text)
    assert list(ours) == theirs.sections()
    for section in theirs.sections():
        values = {key: [line for line in value.split("\n") if line] for key, value in theirs.items(section)}
        assert {key: [part for part, _line in entry.parts] for key, entry in ours[section].items()} == values


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("x = 1\n[a]\n", 1, "before the first [section]"),
        ("[a]\n\nno separator\n", 3, "neither a [section] nor key = value: no separator"),
        ("[a]\n= 1\n", 2, "neither a [section] nor key = value: = 1"),
        ("[a]\n[b]\n[a]\n", 3, "section [a] stands twice"),
        ("[a]\nx = 1\nx = 2\n", 3, "key x stands twice"),
    ],
)
def test_what_both_refuse_is_refused_with_its_line(text: str, line: int, cause: str) -> None:
    with pytest.raises(IniError) as caught:
        parse(text)
    assert (caught.value.line, cause in caught.value.cause) == (line, True)
    with pytest.raises(configparser.Error):
        configparser.RawConfigParser().read_string(text)


def test_the_lines_of_a_value_are_known() -> None:
    entry = parse("[a]\nx = one\n # gone\n\n  two\n")["a"]["x"]
    assert (entry.line, entry.parts) == (2, [("one", 2), ("two", 5)])


@pytest.mark.parametrize("odd", ["\r", "\x0c", "\x0b", "\x85", "\u2028"])
def test_a_setting_behind_an_odd_line_break_is_seen_on_the_line_that_git_counts(odd: str) -> None:
    text = f"[pytest]\n# a comment{odd}addopts = -k x\n"
    assert iniconfig.IniConfig("a.ini", text)["pytest"]["addopts"] == "-k x"
    entry = parse(text)["pytest"]["addopts"]
    assert (entry.text, entry.line) == ("-k x", 2)
