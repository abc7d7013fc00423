"""The policy is read as it is written, and each mistake in it is one clear line."""

import re
from enum import StrEnum

import pytest

from pytest_agentaudit import __version__
from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.policy import (
    Override,
    Policy,
    PolicyError,
    RuleLevel,
    RuleSettings,
    Step,
    load,
    load_tree,
)
from pytest_agentaudit.policy.schema import ROLES


class Shade(StrEnum):
    DARK = "dark"
    LIGHT = "light"


CATALOGUE = {
    "raised-complexity": {"max": 10, "ratio": 1.5, "strict": False, "names": ("a",), "shade": Shade.DARK, "word": "x"},
    "removed-test": {},
    "added-suppression": {},
}


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load(text, "pyproject.toml", CATALOGUE)
    return str(caught.value).split("\n")


def problem(text: str) -> str:
    lines = problems(text)
    assert len(lines) == 1, lines
    return lines[0]


def test_everything_that_a_policy_can_say() -> None:
    text = """
[project]
name = "shop"
[tool.agentaudit]
base = "origin/main"
source = ["src/**", "!src/vendor/**"]
required-version = ">=0.1"
[tool.agentaudit.roles]
script = ["tools/**"]
"tool config" = ["*.mk"]
[tool.agentaudit.rules]
removed-test = "error"
added-suppression = { level = "off" }
raised-complexity = { level = "warning", max = 12, ratio = 2, strict = true, names = ["b"], shade = "light" }
[[tool.agentaudit.overrides]]
paths = ["tests/**"]
rules = { added-suppression = "note" }
[[tool.agentaudit.steps]]
name = "changelog"
when = ["src/**"]
require = ["CHANGELOG.md"]
[[tool.agentaudit.steps]]
name = "lint"
run = ["ruff", "check", "{files}"]
timeout = 60
"""
    options = {"max": 12, "ratio": 2.0, "strict": True, "names": ("b",), "shade": Shade.LIGHT}
    assert load(text, "pyproject.toml", CATALOGUE) == Policy(
        base="origin/main",
        source=("src/**", "!src/vendor/**"),
        required_version=">=0.1",
        roles={"script": ("tools/**",), "tool config": ("*.mk",)},
        rules={
            "removed-test": RuleSettings(RuleLevel.ERROR),
            "added-suppression": RuleSettings(RuleLevel.OFF),
            "raised-complexity": RuleSettings(RuleLevel.WARNING, options),
        },
        overrides=(Override(("tests/**",), {"added-suppression": RuleLevel.NOTE}),),
        steps=(
            Step("changelog", when=("src/**",), require=("CHANGELOG.md",)),
            Step("lint", when=("**",), run=("ruff", "check", "{files}"), timeout=60.0),
        ),
        path="pyproject.toml",
    )


def test_option_values_have_the_type_of_their_default() -> None:
    text = "[tool.agentaudit.rules]\nraised-complexity = { ratio = 2, names = ['b'], shade = 'light' }\n"
    options = load(text, "p", CATALOGUE).rules["raised-complexity"].options
    assert {key: type(value) for key, value in options.items()} == {"ratio": float, "names": tuple, "shade": Shade}


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.other]\nagentaudit = 1\n"])
def test_no_policy_is_the_defaults(text: str) -> None:
    assert load(text, "pyproject.toml", CATALOGUE) == Policy()


def test_an_empty_table_is_a_policy_with_a_place() -> None:
    assert load("[tool.agentaudit]\n", "pyproject.toml", {}) == Policy(path="pyproject.toml")


WAIVER = """\
[tool.agentaudit]
[[tool.agentaudit.waivers]]
rule = 'removed-test'
path = 'a.py'
reason = 'r'
owner = 'o'
expires = 2027-01-31
"""
TOP = "[tool.agentaudit]\n"
STEP = "[[tool.agentaudit.steps]]\nname = 'a'\n"
OVERRIDE = "[[tool.agentaudit.overrides]]\n"
RULES = "[tool.agentaudit.rules]\n"


@pytest.mark.parametrize(
    ("text", "line", "key", "cause", "way_out"),
    [
        (TOP + "sources = []\n", 2, "sources", "unknown key", "did you mean `source`?"),
        (TOP + "required_version = '1'\n", 2, "required_version", "unknown key", "did you mean `required-version`?"),
        (TOP + "zzz = 1\n", 2, "zzz", "unknown key", "known here: base, source, required-version, roles, rules"),
        (TOP + '"a b.c" = 1\n', 2, '"a b.c"', "unknown key", "known here"),
        (TOP + "removed-test = 'off'\n", 2, "removed-test", "is the name of a rule", "[tool.agentaudit.rules]"),
        (TOP + "source = 'src/**'\n", 2, "source", "expected a list of strings, found a string ('src/**')", "source ="),
        (TOP + "source = []\n", 2, "source", "is an empty list", "leave the key out"),
        (TOP + "source = [\n'src',\n3]\n", 4, "source[1]", "expected a string, found an integer (3)", "source ="),
        (TOP + "source = ['/']\n", 2, "source[0]", '"/" is no gitignore pattern', '["src/**"]'),
        (TOP + "source = ['']\n", 2, "source[0]", "is empty", '["src/**"]'),
        (TOP + "source = ['!a']\n", 2, "source", "only takes paths out", '"**"'),
        (TOP + "base = true\n", 2, "base", "expected a string, found a boolean (true)", 'base = "origin/main"'),
        (TOP + "base = ''\n", 2, "base", "is blank", 'base = "origin/main"'),
        (TOP + 'base = "a\\u001b[0m"\n', 2, "base", "holds a character that cannot be printed", "base ="),
        (TOP + "base = '--output=x'\n", 2, "base", "names no revision", 'base = "origin/main"'),
        (TOP + "base = 1979-05-27\n", 2, "base", "expected a string, found a date", "base ="),
        (TOP + "required-version = 'latest'\n", 2, "required-version", "is no version specifier", '">=1.0"'),
        (TOP + "required-version = '>=99'\n", 2, "required-version", f"this is pytest-agentaudit {__version__}", "pip"),
        (TOP + "waivers = 1\n", 2, "waivers", "expected an array of tables, found an integer (1)", "[[tool."),
        (TOP + "waiver-days = '9'\n", 2, "waiver-days", "a number of days, found a string ('9')", "waiver-days = 90"),
        (TOP + "waiver-days = 0\n", 2, "waiver-days", "0 is no number of days", "waiver-days = 90"),
        (TOP + "allowed-signers = '/etc/x'\n", 2, "allowed-signers", "no path from the root", ".agentaudit/"),
        (TOP + "allowed-signers = 'a/../b'\n", 2, "allowed-signers", "no path from the root", ".agentaudit/"),
        (TOP + "approvers = 'alice'\n", 2, "approvers", "expected a list of strings", "bob@example.org"),
        (TOP + "approvers = ['a b']\n", 2, "approvers[0]", '"a b" is no login', "bob@example.org"),
        (TOP + "approvers = []\n", 2, "approvers", "is an empty list", "leave the key out"),
        (WAIVER.replace("rule = 'removed", "rule = 'removd"), 3, "waivers[0].rule", "unknown rule", "`removed-test`?"),
        (WAIVER.replace("owner = 'o'\n", ""), 2, "waivers[0]", "has no owner", 'owner = "platform-team"'),
        (WAIVER.replace("'r'", "' '"), 5, "waivers[0].reason", "is blank", "reason ="),
        (WAIVER.replace("a.py'", "a/'"), 4, "waivers[0].path", '"a/" names a folder', "name the file"),
        (WAIVER.replace("a.py'", "!a.py'"), 4, "waivers[0].path", "only takes paths out", "name the file"),
        (WAIVER.replace("a.py'", "../a'"), 4, "waivers[0].path", "leaves the repository", "name the file"),
        (WAIVER.replace("2027-01-31", "'2027-01-31'"), 7, "waivers[0].expires", "expected a date", "without quotes"),
        (WAIVER.replace("31", "31T10:00:00"), 7, "waivers[0].expires", "expected a date", "without quotes"),
        (WAIVER + "fingerprint = 'ab'\n", 8, "waivers[0].fingerprint", '"ab" is no fingerprint', "agentaudit waive"),
        (WAIVER + "symbl = 'f'\n", 8, "waivers[0].symbl", "unknown key", "did you mean `symbol`?"),
        ("[tool]\nagentaudit = 3\n", 2, "", "expected a table, found an integer (3)", "[tool.agentaudit]"),
        (TOP + "roles.ci = ['x']\n", 2, "roles.ci", "unknown role", "did you mean `CI`?"),
        (TOP + "roles = 1\n", 2, "roles", "expected a table", "script"),
        (TOP + "rules = []\n", 2, "rules", "expected a table, found a list", "removed-test"),
        (RULES + "removd-test = 'off'\n", 2, "rules.removd-test", "unknown rule", "did you mean `removed-test`?"),
        (RULES + "zzz = 'off'\n", 2, "rules.zzz", "unknown rule", "`agentaudit explain` lists the rules"),
        (RULES + "removed-test = 'warn'\n", 2, "rules.removed-test", "error, warning, note, off", '"warning"?'),
        (
            RULES + "removed-test = 'zzz'\n",
            2,
            "rules.removed-test",
            "found a string ('zzz')",
            'write for instance "error"',
        ),
        (RULES + "removed-test = false\n", 2, "rules.removed-test", "found a boolean (false)", 'did you mean "off"?'),
        (RULES + "removed-test = { max = 3 }\n", 2, "rules.removed-test.max", "unknown option", "known here: level"),
        (RULES + "removed-test.levle = 'off'\n", 2, "rules.removed-test.levle", "unknown option", "`level`?"),
        (RULES + "[tool.agentaudit.rules.removed-test]\nlevel=1\n", 3, "rules.removed-test.level", "expected", "error"),
        (RULES + "raised-complexity.max = '9'\n", 2, "rules.raised-complexity.max", "expected an integer", "max = 10"),
        (RULES + "raised-complexity.max = true\n", 2, "rules.raised-complexity.max", "expected an integer", "max = 10"),
        (RULES + "raised-complexity.max = 9.5\n", 2, "rules.raised-complexity.max", "found a number (9.5)", "max = 10"),
        (RULES + "raised-complexity.ratio = 'x'\n", 2, "rules.raised-complexity.ratio", "expected a number", "1.5"),
        (RULES + "raised-complexity.strict = 1\n", 2, "rules.raised-complexity.strict", "a boolean", "strict = false"),
        (RULES + "raised-complexity.word = 1\n", 2, "rules.raised-complexity.word", "a string", 'word = "x"'),
        (RULES + "raised-complexity.names = 'b'\n", 2, "rules.raised-complexity.names", "a list", 'names = ["a"]'),
        (RULES + "raised-complexity.names = [1]\n", 2, "rules.raised-complexity.names[0]", "expected a string", "a"),
        (RULES + "raised-complexity.shade = 'dim'\n", 2, "rules.raised-complexity.shade", "one of dark, light", "dark"),
        (OVERRIDE + "rules = { removed-test = 'off' }\n", 1, "overrides[0]", "has no paths", "paths ="),
        (OVERRIDE + "paths = ['a']\n", 1, "overrides[0]", "has no rules", "rules ="),
        (OVERRIDE + "paths = ['a']\nrules = {}\n", 1, "overrides[0]", "has no rules", "rules ="),
        (OVERRIDE + "paths=['a']\nrules.x = 'off'\n", 3, "overrides[0].rules.x", "unknown rule", "agentaudit explain"),
        (
            OVERRIDE + "paths=['a']\nrules.removed-test = {level='off'}\n",
            3,
            "overrides[0].rules.removed-test",
            "an override sets levels only",
            "[tool.agentaudit.rules]",
        ),
        (
            OVERRIDE + "path=['a']\npaths=['a']\nrules.removed-test='off'\n",
            2,
            "overrides[0].path",
            "unknown key",
            "`paths`?",
        ),
        (TOP + "overrides = 1\n", 2, "overrides", "expected an array of tables", "[[tool.agentaudit.overrides]]"),
        (TOP + "steps = [1]\n", 2, "steps[0]", "expected a table", "[[tool.agentaudit.steps]]"),
        (STEP, 1, "steps[0]", "has neither `require` nor `run`", "require ="),
        (STEP + "run=['a']\nrequire=['b']\n", 1, "steps[0]", "has both `require` and `run`", "require ="),
        (STEP + "run = []\n", 3, "steps[0].run", "is an empty list", '["ruff", "check", "{files}"]'),
        (STEP + "run = 'make'\n", 3, "steps[0].run", "expected a list of strings", '["ruff", "check", "{files}"]'),
        (STEP + "run = [' ']\n", 3, "steps[0].run[0]", "is no argument of a command", "name the program first"),
        (STEP + "run = ['{files}']\n", 3, "steps[0].run[0]", "would be run as the program", "name the program first"),
        (STEP + "run = ['x', '{file}']\n", 3, "steps[0].run[1]", '"{file}" is not filled in', '"{files}"'),
        (STEP + "run = ['x', '-f={files}']\n", 3, "steps[0].run[1]", "is not filled in", "argument of its own"),
        (STEP + "require = ['!a', 'b']\n", 3, "steps[0].require[0]", '"!a" takes paths out', "must change"),
        (STEP + "run = ['x']\nwhen = []\n", 4, "steps[0].when", "is an empty list", "leave the key out"),
        (STEP + "run = ['x']\ntimeout = 0\n", 4, "steps[0].timeout", "0 is no length of time", "timeout = 60"),
        (STEP + "run = ['x']\ntimeout = inf\n", 4, "steps[0].timeout", "inf is no length of time", "timeout = 60"),
        (STEP + "run = ['x']\ntimeout = '5s'\n", 4, "steps[0].timeout", "expected a number of seconds", "timeout = 60"),
        (STEP + "run = ['x']\ncwd = '/'\n", 4, "steps[0].cwd", "unknown key", "known here: name, when, require, run"),
        ("[[tool.agentaudit.steps]]\nrun = ['x']\n", 1, "steps[0]", "has no name", 'name = "changelog"'),
        (STEP + "run=['x']\n" + STEP + "run=['x']\n", 5, "steps[1].name", "another step too", "a name of its own"),
    ],
)
def test_a_mistake_is_one_line_with_place_cause_and_way_out(
    text: str, line: int, key: str, cause: str, way_out: str
) -> None:
    said = problem(text)
    parts = re.fullmatch(r"(pyproject\.toml:\d+: tool\.agentaudit[^:]*): (.*?); (.*)", said)
    assert parts
    place, told, advice = parts.groups()
    assert place == f"pyproject.toml:{line}: tool.agentaudit{'.' * bool(key)}{key}"
    assert cause in told
    assert way_out in advice


def test_several_mistakes_are_all_told_in_the_order_of_the_file() -> None:
    lines = problems(STEP + "runn = ['x']\n" + RULES + "x = 'off'\n" + TOP.replace("]", ".roles]") + "ci = ['x']\n")
    assert [line.split(":")[1] for line in lines] == ["1", "3", "5", "7"]


def test_a_policy_for_another_version_is_told_as_that_alone() -> None:
    text = TOP + "required-version = '>=99'\nfuture-key = 1\n[[tool.agentaudit.waivers]]\nrule = 'x'\n"
    assert 'install another with `pip install "pytest-agentaudit>=99"`' in problem(text)


def test_text_that_is_not_toml_names_its_line() -> None:
    assert problem("[tool.agentaudit]\nbase = \n").startswith("pyproject.toml:2: is not TOML: Invalid value; mend")


def test_roles_are_those_of_files() -> None:
    assert set(ROLES) == {role.value for role in FileRole}


def test_the_policy_of_a_tree_is_its_pyproject() -> None:
    tree = MemoryTree({"pyproject.toml": TOP + "base = 'trunk'\n", "sub/pyproject.toml": TOP + "base = 'other'\n"})
    assert load_tree(tree.read, CATALOGUE).base == "trunk"


@pytest.mark.parametrize("content", [b"[broken", b"\xff", b"\0", None])
def test_a_tree_whose_pyproject_never_names_the_tool_has_the_defaults(content: bytes | None) -> None:
    files = {} if content is None else {"pyproject.toml": content}
    assert load_tree(MemoryTree(files).read, CATALOGUE) == Policy()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[tool.agentaudit]\n[broken", "pyproject.toml:2: is not TOML"),
        (b"# agentaudit\n# \xff", "pyproject.toml:2: byte 15 is not UTF-8"),
    ],
)
def test_a_broken_pyproject_that_names_the_tool_cannot_be_used(content: bytes, said: str) -> None:
    with pytest.raises(PolicyError, match=re.escape(said)):
        load_tree(MemoryTree({"pyproject.toml": content}).read, CATALOGUE)
