"""The moment before a module is imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from pytest_agentaudit.witness.first_import import FirstImport


@pytest.fixture
def met(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The modules of a folder that were loaded when the moment came."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("aa_post/__init__.py", "aa_post/aa_letters.py", "aa_plain.py", "aa_many/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found: list[str] = []

    def then() -> None:
        found.append(",".join(sorted(name for name in sys.modules if name.startswith("aa_"))))

    watch = FirstImport(("src/aa_post/__init__.py", "src/aa_post/aa_letters.py"), then)
    watch.join()
    yield found
    watch.leave()
    assert watch not in sys.meta_path
    for name in [name for name in sys.modules if name.startswith("aa_")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("imported", "expected"),
    [
        ("aa_post", [""]),
        ("aa_post.aa_letters", ["", "aa_post"]),
        ("aa_plain", []),
        ("aa_many", []),
    ],
)
def test_it_comes_before_the_import(met: list[str], imported: str, expected: list[str]) -> None:
    import_module(imported)
    assert met == expected


@pytest.mark.parametrize("name", ["conftest", "tests.conftest"])
def test_a_conftest_may_load_any_file(met: list[str], name: str) -> None:
    for finder in sys.meta_path:
        if isinstance(finder, FirstImport):
            finder.find_spec(name)
    assert met == [""]


def test_to_leave_twice_is_no_error() -> None:
    watch = FirstImport((), lambda: None)
    watch.join()
    watch.leave()
    watch.leave()
    assert watch not in sys.meta_path
