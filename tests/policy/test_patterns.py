"""Patterns mean what a .gitignore would mean by them."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.policy.patterns import Patterns, fault

PATHS = (
    "CHANGELOG.md",
    "docs/CHANGELOG.md",
    "src/shop.py",
    "src/shop/deep/a b.py",
    "src/-x.py",
    "tests/test_a.py",
    "src/ünï.py",
    "src/new\nline.py",
    "setup.cfg",
)


@pytest.mark.parametrize(
    "patterns",
    [
        ("src/**",),
        ("**/*.py",),
        ("CHANGELOG.md",),
        ("/CHANGELOG.md",),
        ("**",),
        ("*.py", "!src/**/*.py"),
        ("src/**", "!src/shop.py", "src/sh*"),
        ("src/sh?p.py", "[st]etup.cfg"),
    ],
)
def test_patterns_select_what_git_would_ignore(patterns: tuple[str, ...], tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".git/info/exclude").write_text("\n".join(patterns))
    listed = subprocess.run(
        ["git", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=tmp_path,
        input="\0".join(PATHS).encode(),
        capture_output=True,
        check=False,
    )
    assert list(Patterns(patterns).select(PATHS)) == [path.decode() for path in listed.stdout.split(b"\0")[:-1]]


def test_the_last_match_decides_even_below_a_folder_that_git_would_not_enter() -> None:
    assert Patterns(("**", "!tests/**")).select(("src/a.py", "tests/a.py")) == ("src/a.py",)


def test_a_name_that_is_no_unicode_is_matched() -> None:
    assert Patterns(("src/**",)).matches("src/\udcff.py")


@pytest.mark.parametrize(
    ("pattern", "cause"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("# src", "is a comment"),
        ("../other/**", "leaves the repository"),
        ("src/../*.py", "leaves the repository"),
        ("!../x", "leaves the repository"),
        ("!", "is no gitignore pattern"),
        ("/", "is no gitignore pattern"),
        ("src/[", "is no gitignore pattern"),
        ("src\\", "is no gitignore pattern"),
        ("a\nb", "is no gitignore pattern"),
    ],
)
def test_a_pattern_that_matches_nothing_is_named(pattern: str, cause: str) -> None:
    assert fault(pattern).startswith(cause)


@pytest.mark.parametrize("pattern", ["src/**", "!tests/**", "*", "\\#odd", "a b.py", "..hidden/x", "[ab]*.py"])
def test_a_pattern_that_can_match_has_no_fault(pattern: str) -> None:
    assert fault(pattern) == ""


def test_a_set_of_letters_that_other_languages_nest() -> None:
    assert Patterns(("[[a].py",)).matches("[.py")


def test_a_range_that_is_none_is_a_fault() -> None:
    assert fault("[9-0].py") == "is no gitignore pattern"


@given(st.text(min_size=1, max_size=12))
def test_a_pattern_without_fault_can_be_used(pattern: str) -> None:
    if not fault(pattern):
        assert Patterns((pattern,)).matches("src/a.py") in {True, False}
