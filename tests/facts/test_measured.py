"""left_out(): what coverage.py's settings keep out of the measurement, by coverage.py's own reading of them."""

from pathlib import Path

import pytest
from coverage.files import GlobMatcher, prep_patterns

from pytest_agentaudit.facts.measured import left_out
from pytest_agentaudit.facts.model import Setting

PATHS = ("shop/cart.py", "shop/legacy/old.py", "src/shop/cart.py", "cart.py", "shop/migrations/0001.py", "setup.py")
PATTERNS = (
    "*",
    "*/legacy/*",
    "shop/*",
    "shop/legacy/",
    "**/cart.py",
    "shop/**/old.py",
    "*/cart.py",
    "c?rt.py",
    "shop/[bc]art.py",
    "*.py",
    "shop",
    "./shop/cart.py",
    "shop/migrations/0*.py",
)


def settings(key: str, value: object) -> dict[str, Setting]:
    return {f"coverage.{key}": Setting(f"coverage.{key}", value, "pyproject.toml", 3)}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_match_as_coverage_matches_them(pattern: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    theirs = GlobMatcher(prep_patterns([pattern]))
    expected = [path for path in PATHS if theirs.match(str(tmp_path / path))]
    assert [path for path in PATHS if left_out(path, settings("run.omit", [pattern]))] == expected


@pytest.mark.parametrize(
    ("key", "value", "path", "expected"),
    [
        ("run.omit", ["./shop/cart.py"], "shop/cart.py", True),
        ("run.omit", "shop/*,docs/*", "shop/cart.py", True),
        ("report.omit", ["shop/*"], "shop/cart.py", True),
        ("run.omit", [], "shop/cart.py", False),
        ("run.include", ["shop/*"], "shop/cart.py", False),
        ("run.include", ["docs/*"], "shop/cart.py", True),
        ("run.source", ["shop"], "shop/cart.py", False),
        ("run.source", ["shop"], "src/shop/cart.py", False),
        ("run.source", ["shop.core"], "shop/core/a.py", False),
        ("run.source", ["shop.core"], "shop/cart.py", True),
        ("run.source", ["src/"], "src/shop/cart.py", False),
        ("run.source", ["."], "shop/cart.py", False),
        ("run.source", ["/somewhere"], "shop/cart.py", False),
        ("run.source_pkgs", ["other"], "shop/cart.py", True),
        ("run.source", ["cart"], "cart.py", False),
        ("run.branch", True, "shop/cart.py", False),
    ],
)
def test_settings(key: str, value: object, path: str, *, expected: bool) -> None:
    found = left_out(path, settings(key, value))
    assert (found is not None) is expected
    assert found is None or found.path == "pyproject.toml"
