"""What git is told to hide: attributes, ignored code, links, hooks, opaque files."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, Change, Entry, MemoryTree
from pytest_agentaudit.facts.blobs import Sort, blobs
from pytest_agentaudit.facts.concealment import (
    Attribute,
    hidden_by_attributes,
    lost_hooks,
    moved_submodules,
    newly_ignored,
    swaps,
)

TREE = {"shop/a.py": "A = 1\n", "shop/api_pb2.py": "B = 1\n", "tests/test_a.py": "C = 1\n", "docs/a.md": "D\n"}


class ModeTree(MemoryTree):
    """A tree in memory with modes of its own."""

    def __init__(self, files: Mapping[str, str | bytes], modes: Mapping[str, int]) -> None:
        super().__init__(files)
        self._modes = modes

    def entries(self) -> Mapping[str, Entry]:
        """Every file, with its mode."""
        return {path: Entry(self._modes.get(path, entry.mode)) for path, entry in super().entries().items()}


def change(before: Mapping[str, str | bytes], after: Mapping[str, str | bytes]) -> Change:
    return from_trees(MemoryTree({**TREE, **before}), MemoryTree({**TREE, **after}))


@pytest.mark.parametrize(
    ("line", "effect", "files"),
    [
        ("*.py -diff", Attribute.NO_DIFF, ("shop/a.py", "tests/test_a.py")),
        ("*.py binary", Attribute.NO_DIFF, ("shop/a.py", "tests/test_a.py")),
        ("shop/* diff=none", Attribute.NO_DIFF, ("shop/a.py",)),
        ("tests/** linguist-generated=true", Attribute.COLLAPSED, ("tests/test_a.py",)),
        ("a.py working-tree-encoding=UTF-16", Attribute.RECODED, ("shop/a.py",)),
        ("*.py filter=clean", Attribute.FILTERED, ("shop/a.py", "tests/test_a.py")),
        ("/tests export-ignore", Attribute.NOT_EXPORTED, ("tests/test_a.py",)),
    ],
)
def test_attributes(line: str, effect: Attribute, files: tuple[str, ...]) -> None:
    (it,) = hidden_by_attributes(change({}, {".gitattributes": f"# words\n{line}\n"}))
    assert (it.line, it.effect, it.files) == (2, effect, files)


@pytest.mark.parametrize(
    "line",
    [
        "*.py text eol=lf",
        "*.py diff=python",
        "*.md -diff",
        "*_pb2.py linguist-generated",
        "*.py linguist-generated=false",
        "*.bin filter=lfs diff=lfs",
        "nothing.py -diff",
        "[ -diff",
        "",
    ],
)
def test_honest_attributes(line: str) -> None:
    assert list(hidden_by_attributes(change({}, {".gitattributes": f"{line}\n"}))) == []


def test_an_attribute_that_was_there() -> None:
    old = {".gitattributes": "*.py -diff\n"}
    assert list(hidden_by_attributes(change(old, {".gitattributes": "* text\n*.py  -diff\n"}))) == []


def test_attributes_of_a_folder() -> None:
    (it,) = hidden_by_attributes(change({}, {"tests/.gitattributes": "*.py -diff\n"}))
    assert it.files == ("tests/test_a.py",)


def test_ignored_code() -> None:
    (it,) = newly_ignored(change({"shop/b.py": "B = 1\n"}, {".gitignore": "/shop/b.py\n"}))
    assert (it.files, it.effect.startswith("left git")) == (("shop/b.py",), True)
    (it,) = newly_ignored(change({}, {".gitignore": "tests/\n"}))
    assert (it.files, it.effect) == (("tests/test_a.py",), "is code that git tracks")
    assert list(newly_ignored(change({}, {".gitignore": "dist/\n!shop/a.py\n*_pb2.py\n"}))) == []


def linked(target: str, *, was_file: bool = True, path: str = "shop/b.py") -> list[tuple[str, bool, bool, bool]]:
    old = ModeTree({**TREE, path: "B = 1\n" if was_file else "a.py"}, {} if was_file else {path: SYMLINK})
    new = ModeTree({**TREE, path: target}, {path: SYMLINK})
    return [(it.target, it.was_file, it.outside, it.dangling) for it in swaps(from_trees(old, new))]


def test_links() -> None:
    assert linked("a.py") == [("a.py", True, False, False)]
    assert linked("c.py") == [("c.py", True, False, True)]
    assert linked("/srv/x.py") == [("/srv/x.py", True, True, False)]
    assert linked("../../x.py") == [("../../x.py", True, True, False)]
    assert linked("../../x.py", was_file=False) == [("../../x.py", False, True, False)]
    assert linked("../tests", was_file=False) == []


def test_a_submodule_in_place_of_a_file() -> None:
    new = ModeTree({**TREE}, {"shop/a.py": SUBMODULE})
    (it,) = swaps(from_trees(MemoryTree(TREE), new))
    assert (it.path, it.was_file, it.target) == ("shop/a.py", True, "")


def test_submodules_from_elsewhere() -> None:
    old = '[submodule "a"]\n\turl = https://a.example/a\n'
    (it,) = moved_submodules(change({".gitmodules": old}, {".gitmodules": old.replace("//a.", "//b.")}))
    assert it[1:] == ("https://a.example/a", "https://b.example/a")
    assert list(moved_submodules(change({}, {".gitmodules": old}))) == []


def test_hooks_that_cannot_run() -> None:
    files = {".githooks/pre-commit": "#!/bin/sh\n", "bin/run": "#!/bin/sh\n"}
    old = ModeTree(files, dict.fromkeys(files, 0o100755))
    assert [it.path for it in lost_hooks(from_trees(old, MemoryTree(files)))] == [".githooks/pre-commit"]
    assert list(lost_hooks(from_trees(MemoryTree(files), old))) == []


CHECKED = b"\x6f\x0d\x0d\x0a\x03\x00\x00\x00" + bytes(16)
UNCHECKED = b"\x6f\x0d\x0d\x0a\x01\x00\x00\x00" + bytes(16)


@pytest.mark.parametrize(
    ("path", "content", "sort", "unchecked", "importable"),
    [
        ("shop/__pycache__/a.cpython-312.pyc", UNCHECKED, Sort.BYTECODE, True, False),
        ("shop/__pycache__/a.cpython-312.pyc", CHECKED, Sort.BYTECODE, False, False),
        ("shop/b.pyc", CHECKED, Sort.BYTECODE, False, True),
        ("shop/a.pyc", CHECKED, Sort.BYTECODE, False, False),
        ("shop/fast.so", b"\x7fELF", Sort.NATIVE, False, False),
        ("shop/model.pkl", b"\x80", Sort.OBJECTS, False, False),
        ("wheels/a.whl", b"PK", Sort.ARCHIVE, False, False),
    ],
)
def test_opaque_files(path: str, content: bytes, sort: Sort, *, unchecked: bool, importable: bool) -> None:
    (it,) = blobs(change({}, {path: content}))
    assert (it.sort, it.unchecked, it.importable, it.named_by) == (sort, unchecked, importable, ())


def test_who_names_an_opaque_file() -> None:
    after: dict[str, str | bytes] = {"shop/model.pkl": b"\x80", "shop/a.py": "A = load('model.pkl')\n"}
    assert [it.named_by for it in blobs(change({}, after))] == [("shop/a.py",)]
    assert [it.named_by for it in blobs(change(after, {**after, "shop/model.pkl": b"\x81"}))] == [("shop/a.py",)]


def test_files_that_say_nothing() -> None:
    assert list(blobs(change({}, {"tests/data/a.pkl": b"\x80", "docs/a.png": b"\x89PNG"}))) == []
    assert list(blobs(change({"shop/a.so": b"\x7f"}, {}))) == []
