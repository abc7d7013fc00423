"""Who owns a file by CODEOWNERS, as GitHub and GitLab read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.policy.model import CodeOwners
from pytest_agentaudit.policy.owners import LARGEST, Group, Owners, owners

GITHUB, GITLAB = CodeOwners.GITHUB, CodeOwners.GITLAB

PATTERNS = [
    ("*", ["a.py", "src/a.py"], []),
    ("*.py", ["a.py", "src/deep/a.py"], ["a.pyi"]),
    ("/*.py", ["a.py"], ["src/a.py"]),
    ("/docs/", ["docs/a", "docs/b/c"], ["src/docs/a", "docs"]),
    ("docs/", ["docs/a", "src/docs/a"], ["docs"]),
    ("/docs/*", ["docs/a"], ["docs/b/c"]),
    ("/src/**/a.py", ["src/a.py", "src/b/c/a.py"], ["a.py"]),
    ("**/logs/*", ["logs/a", "x/logs/a"], ["logs/x/a"]),
    ("/src/**", ["src/a", "src/b/c"], ["src"]),
    ("a\\ b.py", ["a b.py", "x/a b.py"], ["a"]),
    ("/a?.py", ["ab.py"], ["a.py", "a/.py"]),
    ("a.b", ["a.b"], ["axb"]),
    ("A.py", ["A.py"], ["a.py"]),
]
DIFFERENT = [
    ("src/a.py", GITHUB, ["src/a.py"], ["x/src/a.py"]),
    ("src/a.py", GITLAB, ["src/a.py", "x/src/a.py"], []),
    ("docs", GITHUB, ["docs", "docs/a", "x/docs/a"], []),
    ("docs", GITLAB, ["docs", "x/docs"], ["docs/a"]),
    ("docs/*", GITHUB, ["docs/a"], ["docs/b/c", "x/docs/a"]),
    ("[ab].py", GITHUB, ["[ab].py"], ["a.py"]),
    ("[ab].py", GITLAB, ["a.py", "x/b.py"], ["c.py"]),
    ("[^a-c].py", GITLAB, ["d.py"], ["a.py"]),
    ("[a", GITLAB, ["[a"], ["a"]),
    ("[[&&a].py", GITLAB, ["&.py", "[.py"], ["b.py"]),
    ("[9-0].py", GITLAB, [], ["9.py", "[9-0].py"]),
    ("\\#a.py", GITLAB, ["#a.py"], []),
    ("\\#a.py", GITHUB, [], ["#a.py"]),
    ("!a.py", GITHUB, [], ["a.py", "!a.py"]),
]


def logins(text: str, path: str, platform: CodeOwners = GITHUB) -> list[tuple[str, ...]]:
    return [it.logins for it in Owners(text, platform).of(path)]


@pytest.mark.parametrize("platform", CodeOwners)
@pytest.mark.parametrize(("pattern", "owned", "others"), PATTERNS)
def test_what_a_pattern_means(pattern: str, owned: list[str], others: list[str], platform: CodeOwners) -> None:
    read = Owners(f"{pattern} @alice\n", platform)
    assert [path for path in (*owned, *others) if read.of(path)] == owned


@pytest.mark.parametrize(("pattern", "platform", "owned", "others"), DIFFERENT)
def test_what_it_means_to_one_of_them(pattern: str, platform: CodeOwners, owned: list[str], others: list[str]) -> None:
    read = Owners(f"{pattern} @alice\n", platform)
    assert [path for path in (*owned, *others) if read.of(path)] == owned


def test_the_last_match_counts_and_may_name_nobody() -> None:
    text = "# all\n* @alice\n/src/ @bob @Carol # not @mallory\n\n/src/free/\n"
    assert logins(text, "a.py") == [("alice",)]
    assert logins(text, "src/a.py") == [("bob", "carol")]
    assert logins(text, "src/free/a.py") == []


def test_teams_and_addresses_are_known_by_name_only() -> None:
    assert Owners("* @org/team alice@example.org @bob\n", GITHUB).of("a") == (
        Group(("bob",), ("@org/team", "alice@example.org")),
    )
    assert Owners("* @@maintainer\n", GITLAB).of("a") == (Group((), ("@@maintainer",)),)


SECTIONS = """\
* @all
[Tests][2] @t1 @t2 @t3
tests/
*.py @python
^[Docs] @writer
docs/
[tests]
/tests/fast/ @fast
[Data]
/data/ @data
!/data/free/
/data/free/more/ @more
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README", [("all",)]),
        ("tests/a", [("all",), ("t1", "t2", "t3")]),
        ("tests/a.py", [("all",), ("python",)]),
        ("tests/fast/a", [("all",), ("fast",)]),
        ("docs/a", [("all",)]),
        ("data/a", [("all",), ("data",)]),
        ("data/free/more/a", [("all",)]),
    ],
)
def test_sections_of_gitlab(path: str, expected: list[tuple[str, ...]]) -> None:
    assert logins(SECTIONS, path, GITLAB) == expected


def test_how_many_a_section_asks_for() -> None:
    assert [it.needed for it in Owners(SECTIONS, GITLAB).of("tests/a")] == [1, 2]


def test_optional_sections_count_where_nobody_else_owns_it() -> None:
    text = SECTIONS.removeprefix("* @all\n")
    assert logins(text, "docs/a", GITLAB) == [("writer",)]
    assert logins(text, "docs/a.py", GITLAB) == [("python",)]


def test_the_first_place_of_a_platform_counts() -> None:
    files = {"CODEOWNERS": b"* @root", ".github/CODEOWNERS": b"* @hub", ".gitlab/CODEOWNERS": b"* @lab"}
    assert owners(files.get, GITHUB).of("a")[0].logins == ("hub",)
    assert owners(files.get, GITLAB).of("a")[0].logins == ("root",)
    assert owners({"docs/CODEOWNERS": b"* @docs"}.get, GITHUB).of("a")[0].logins == ("docs",)
    assert owners(lambda _path: None, GITHUB).of("a") == ()
    assert owners({"CODEOWNERS": b"* @a\n" + b"#" * LARGEST}.get, GITHUB).of("a") == ()


@given(st.text("ab/*?[]!^\\# @x.-\n$(+{|", max_size=40), st.sampled_from(CodeOwners))
def test_any_text_is_read(text: str, platform: CodeOwners) -> None:
    assert isinstance(Owners(text, platform).of("a/b.py"), tuple)
