from pathlib import Path

from pytest_agentaudit.witness.hypothesis_caches import STORAGE, lend


def store(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="ascii")


def held(folder: Path) -> set[str]:
    return {it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file()}


def test_caches_are_lent_and_examples_are_not(tmp_path: Path) -> None:
    store(tmp_path / ".hypothesis", "constants/1", "unicode_data/14.0.0/charmap", "examples/2", "patches/3")
    lend({}, str(tmp_path), tmp_path / "child")
    assert held(tmp_path / "child") == {"constants/1", "unicode_data/14.0.0/charmap"}


def test_the_storage_may_be_elsewhere(tmp_path: Path) -> None:
    store(tmp_path / "kept", "constants/1")
    store(tmp_path / ".hypothesis", "constants/2")
    lend({STORAGE: "kept"}, str(tmp_path), tmp_path / "child")
    assert held(tmp_path / "child") == {"constants/1"}


def test_what_is_missing_or_no_folder_is_left_out(tmp_path: Path) -> None:
    store(tmp_path / ".hypothesis", "constants")
    lend({}, str(tmp_path), tmp_path / "child")
    assert held(tmp_path / "child") == set()


def test_nothing_is_followed_out_of_the_storage(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("", encoding="ascii")
    store(tmp_path / ".hypothesis", "constants/1")
    (tmp_path / ".hypothesis/constants/2").symlink_to(tmp_path / "secret")
    lend({}, str(tmp_path), tmp_path / "child")
    assert (tmp_path / "child/constants/2").is_symlink()
