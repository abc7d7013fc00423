"""The paths of a tree in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.change.listing import Listing, listing
from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, Entry, MemoryTree

FILES = ("a.py", "a/b.py", "a/b/c.py", "a/c.pyi", "a.b/x.py", "a-b/x.py", "a0/x.py", "docs/index.md", "a/b/__init__.py")
names = st.text("ab.-0/_", min_size=1, max_size=6).map(lambda it: it.strip("/")).filter(bool)


def of(*paths: str) -> Listing:
    """The listing of plain files."""
    return listing(MemoryTree(dict.fromkeys(paths, "")))


def test_a_folder_holds_what_stands_below_it_and_no_file_that_is_called_alike() -> None:
    assert of(*FILES).below("a") == ["a/b.py", "a/b/__init__.py", "a/b/c.py", "a/c.pyi"]


def test_the_root_holds_everything() -> None:
    assert of(*FILES).below("") == sorted(FILES)


def test_beside_a_file_stand_the_python_files_of_its_own_folder() -> None:
    assert of(*FILES).beside("a/new.py") == ["a/b.py", "a/c.pyi"]
    assert of(*FILES).beside("new.py") == ["a.py"]


def test_a_file_is_no_folder() -> None:
    assert of(*FILES).has_folder("a/b")
    assert not of(*FILES).has_folder("a.py")
    assert not of(*FILES).has_folder("z")


def test_a_package_stands_in_its_folder_itself() -> None:
    files = of("x/__init__.py", "x/y/__init__.py", "x/y/z/__init__.py", "__init__.py")
    assert files.packages("") == ["x"]
    assert files.packages("x") == ["x/y"]


def test_a_module_is_found_below_any_folder_nearest_to_the_root_first() -> None:
    files = of("x/a/b.py", "a/b/__init__.py", "a/b.pyi", "y/xa/b.py", "a/b.py", "a/b/c.py")
    assert files.modules("a/b") == ["a/b.py", "a/b/__init__.py", "x/a/b.py"]
    assert files.modules("b") == ["a/b.py", "a/b/__init__.py", "x/a/b.py", "y/xa/b.py"]
    assert files.modules("c/d") == []


def test_a_line_feed_in_a_name_is_a_letter_of_it() -> None:
    assert of("x\n/a.py", "y\na.py").modules("a") == ["x\n/a.py"]


def test_links_and_submodules_are_no_python_files() -> None:
    known = Listing({"link.py": Entry(SYMLINK), "file.py": Entry(0o100644), "module.py": Entry(SUBMODULE)})
    assert known.python == ["file.py"]
    assert "link.py" in known


def test_a_tree_is_listed_once() -> None:
    tree = MemoryTree({"a.py": ""})
    assert listing(tree) is listing(tree)
    assert listing(tree) is not listing(MemoryTree({"a.py": ""}))


@given(st.sets(names), names)
def test_it_finds_what_looking_through_all_paths_finds(paths: set[str], folder: str) -> None:
    known = Listing(dict.fromkeys(paths, Entry(0o100644)))
    assert known.below(folder) == sorted(it for it in paths if it.startswith(f"{folder}/"))
    assert known.has_folder(folder) == any(it.startswith(f"{folder}/") for it in paths)
    inside = {it.rpartition("/")[0] for it in paths if it.endswith("/__init__.py")}
    assert known.packages(folder) == sorted(it for it in inside if it.rpartition("/")[0] == folder)


@given(st.sets(st.sampled_from(["a/__init__.py", "a-b/__init__.py", "a/b/__init__.py", "a0/x.py", "a.py", "b/a/x.py"])))
def test_packages_are_those_that_looking_at_all_paths_finds(paths: set[str]) -> None:
    known = Listing(dict.fromkeys(paths, Entry(0o100644)))
    for folder in ("", "a", "b"):
        inside = {it.removesuffix("/__init__.py") for it in paths if it.endswith("/__init__.py")}
        assert known.packages(folder) == sorted(it for it in inside if it.rpartition("/")[0] == folder)
