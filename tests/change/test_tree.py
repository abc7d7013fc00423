from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from pytest_agentaudit.change import (
    SUBMODULE,
    SYMLINK,
    Entry,
    FilePair,
    FileRole,
    Hunk,
    MemoryTree,
    Passed,
)
from pytest_agentaudit.change.tree import compare
from pytest_agentaudit.contents import Stored

CODE = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(20))


class Listed:
    """A tree whose entries have names and modes of their own, and which may fail to read a path."""

    def __init__(self, files: Mapping[str, tuple[int, bytes | None]]) -> None:
        self._files = files

    def entries(self) -> Mapping[str, Entry]:
        return {
            path: Entry(mode, hashlib.sha256(content or path.encode()).hexdigest())
            for path, (mode, content) in self._files.items()
        }

    def expect(self, paths: Iterable[str]) -> None:
        pass

    def read(self, path: str) -> bytes | None:
        return self._files[path][1] if path in self._files else None

    def held(self, path: str) -> bytes | None:
        return self.read(path)

    def hold(self, path: str, content: Stored) -> None:
        pass

    def reason(self, path: str) -> str:
        return f"no {path} today"


def role(path: str, content: bytes) -> FileRole:
    return (
        FileRole.GENERATED if b"@generated" in content else FileRole.PRODUCT if path.endswith(".py") else FileRole.OTHER
    )


def pairs(old: Mapping[str, str | bytes], new: Mapping[str, str | bytes]) -> list[tuple[str | None, str | None]]:
    found, _ = compare(MemoryTree(old), MemoryTree(new), role)
    return [(pair.old.path if pair.old else None, pair.new.path if pair.new else None) for pair in found]


def only(found: tuple[FilePair, ...]) -> FilePair:
    assert len(found) == 1
    return found[0]


def test_added_edited_deleted_and_equal() -> None:
    old = {"a.py": "1\n", "b.py": "1\n", "c.py": "same\n"}
    new = {"b.py": "2\n", "c.py": "same\n", "d.txt": "3\n"}
    found, passed = compare(MemoryTree(old), MemoryTree(new), role)
    assert [pair.path for pair in found] == ["a.py", "b.py", "d.txt"]
    assert [pair.hunks for pair in found] == [(Hunk(1, 1, 1, 0),), (Hunk(1, 1, 1, 1),), (Hunk(1, 0, 1, 1),)]
    assert [pair.role for pair in found] == [FileRole.PRODUCT, FileRole.PRODUCT, FileRole.OTHER]
    assert passed == ()


def test_moved_file_is_one_pair_without_hunks() -> None:
    assert pairs({"a/x.py": CODE}, {"b/y.py": CODE}) == [("a/x.py", "b/y.py")]
    found, _ = compare(MemoryTree({"a/x.py": CODE}), MemoryTree({"b/y.py": CODE}), role)
    assert only(found).hunks == ()


def test_moved_and_edited_file_keeps_its_hunks() -> None:
    found, _ = compare(MemoryTree({"x.py": CODE}), MemoryTree({"y.py": CODE.replace("return 7", "return 8")}), role)
    assert only(found).hunks == (Hunk(30, 1, 30, 1),)


def test_rewritten_file_is_no_rename() -> None:
    assert pairs({"x.py": CODE}, {"y.py": CODE[: len(CODE) // 3] + "z = 1\n" * 200}) == [("x.py", None), (None, "y.py")]


def test_copy_is_new() -> None:
    assert pairs({"x.py": CODE}, {"x.py": CODE, "y.py": CODE}) == [(None, "y.py")]


def test_equal_files_pair_by_name_and_folder() -> None:
    old = {"a/conftest.py": CODE, "a/util.py": CODE, "b/util.py": CODE}
    new = {"src/a/conftest.py": CODE, "src/a/util.py": CODE, "src/b/util.py": CODE}
    assert pairs(old, new) == [(path, f"src/{path}") for path in sorted(old)]


def test_best_match_wins() -> None:
    near, far = CODE.replace("return 3", "return 4"), CODE.replace("return", "yield")[: len(CODE) * 9 // 10] + CODE
    assert pairs({"near.py": near, "far.py": far}, {"now.py": CODE}) == [("far.py", None), ("near.py", "now.py")]


def test_empty_files_are_not_paired() -> None:
    assert pairs({"a/__init__.py": ""}, {"b/__init__.py": ""}) == [("a/__init__.py", None), (None, "b/__init__.py")]


def test_large_move_pairs_everything() -> None:
    old = {f"old/{n:04}.py": f"value_{n} = {n}\n{CODE}" for n in range(600)}
    new = {path.replace("old", "new"): text + "edited = 1\n" for path, text in old.items()}
    assert pairs(old, new) == [(path, path.replace("old", "new")) for path in sorted(old)]


def test_many_copies_of_one_file_moved_together() -> None:
    old = {f"old/{n:04}/data.json": "{}\n" for n in range(600)}
    new = {path.replace("old", "new"): text for path, text in old.items()}
    assert pairs(old, new) == [(path, path.replace("old", "new")) for path in sorted(old)]


def test_long_lines_are_compared_in_pieces() -> None:
    line = b"".join(b"%06d," % n for n in range(5000))
    assert pairs({"a.csv": line}, {"b.csv": line.replace(b"000042", b"x00042")}) == [("a.csv", "b.csv")]


def test_candidates_limit_what_is_looked_at() -> None:
    old, new = {"a.py": "1\n", "b.py": "1\n"}, {"a.py": "2\n", "b.py": "2\n"}
    found, _ = compare(MemoryTree(old), MemoryTree(new), role, ["b.py", "unknown.py"])
    assert [pair.path for pair in found] == ["b.py"]


def test_role_is_that_of_the_old_side() -> None:
    found, _ = compare(MemoryTree({"a.py": "x = 1\n"}), MemoryTree({"a.py": "# @generated\n"}), role)
    assert only(found).role is FileRole.PRODUCT


def test_file_that_becomes_a_symlink_is_deleted_and_named() -> None:
    old = Listed({"a.py": (0o100644, b"1\n")})
    new = Listed({"a.py": (SYMLINK, b"../other.py")})
    found, passed = compare(old, new, role)
    assert only(found).new is None
    assert passed == (Passed("a.py", "symlink to ../other.py"),)


def test_submodule_is_named() -> None:
    found, passed = compare(Listed({"sub": (SUBMODULE, None)}), Listed({}), role)
    assert (found, passed) == ((), (Passed("sub", "submodule"),))


def test_unreadable_side_gives_no_pair_and_no_deletion() -> None:
    old, new = Listed({"a.py": (0o100644, b"1\n")}), Listed({"a.py": (0o100644, None)})
    for one, other in ((old, new), (new, old)):
        assert compare(one, other, role) == ((), (Passed("a.py", "no a.py today"),))


def test_executable_bit_alone_is_a_change_without_hunks() -> None:
    found, _ = compare(Listed({"a.sh": (0o100644, b"1\n")}), Listed({"a.sh": (0o100755, b"1\n")}), role)
    pair = only(found)
    assert (pair.old and pair.old.mode, pair.new and pair.new.mode, pair.hunks) == (0o100644, 0o100755, ())
