"""Files that cannot be read to the bottom: each is named with its line and what to do, the others are audited."""

from __future__ import annotations

import pytest

from tests.support.bad_input import SHORTCUT, OddRepo, found

CLEAN = "VALUE = 1\n"
BIG = "".join(f"VALUE_{number} = {'x' * 80!r}\n" for number in range(52_000))
ODD: dict[str, tuple[str | bytes, int, str, str]] = {
    "a syntax error": (f"{CLEAN}def broken(:\n", 2, "syntax error: invalid syntax", "mend the syntax there"),
    "5 MB": (f"{CLEAN}{BIG}", 1, "bytes; above 1,500,000 only its tokens are read", "split the file"),
    "3,000 nested brackets": (f"{CLEAN}DEEP = {'[' * 3000}{']' * 3000}\n", 2, "nests too deep", "in steps"),
    "3,000 open brackets": (f"{CLEAN}DEEP = {'[' * 3000}\n", 2, "too deep", "split the expression"),
    "a NUL byte": (f"{CLEAN}# \0\n", 2, "a NUL byte", "take the NUL byte out"),
    "no UTF-8, no cookie": (b"VALUE = 1\nNAME = 'caf\xe9'\n", 2, "a byte that is not utf-8", "save the file as UTF-8"),
    "an unknown cookie": (f"# coding: klingon\n{CLEAN}", 1, "unknown encoding klingon", "save the file as UTF-8"),
    "a cookie that lies": (b"# coding: ascii\nNAME = 'caf\xe9'\n", 2, "not ascii", "save the file as UTF-8"),
    "UTF-16": (CLEAN.encode("utf-16"), 1, "Python does not read such a file", "save the file as UTF-8"),
}


@pytest.mark.parametrize("name", ODD)
def test_check_names_the_file_the_line_and_the_way_out(repo: OddRepo, name: str) -> None:
    content, line, cause, way_out = ODD[name]
    repo.write({"src/odd.py": content})
    answer = repo.audit("check")
    found(answer, ("src/odd.py", line, "unreadable-file", "error"))
    said = answer.finding("src/odd.py")
    assert cause in said
    assert way_out in said
    assert f"src/odd.py:{line}: error unreadable-file" in answer.text


def test_pytest_names_each_of_them(repo: OddRepo) -> None:
    paths = {f"src/odd_{number}.py": name for number, name in enumerate(ODD)}
    repo.write({path: ODD[name][0] for path, name in paths.items()})
    answer = repo.audit("pytest")
    found(answer, *((path, ODD[name][1], "unreadable-file", "error") for path, name in paths.items()))
    for path, name in paths.items():
        assert ODD[name][2] in answer.finding(path)
        assert answer.text.count(f"{path}:{ODD[name][1]}: error unreadable-file") == 1
    assert "1 passed" in answer.text


def test_suppressions_are_found_in_what_cannot_be_parsed(repo: OddRepo, command: str) -> None:
    repo.write(
        {
            "src/big.py": f"{BIG}LAST = 1  # noqa\n",
            "src/broken.py": "def broken(:\nVALUE = 1  # noqa\n",
            "src/cookie.py": b"# coding: latin-1\nNAME = 'caf\xe9'  # noqa\n",
            "src/nul.py": "VALUE = 1  # noqa\nOTHER = '\0'\n",
        }
    )
    answer = repo.audit(command)
    assert answer.status == 1, answer.text
    places = {(path, line) for path, line, rule, _ in answer.rows if rule == "added-suppression"}
    assert places >= {("src/big.py", 52_001), ("src/broken.py", 2), ("src/cookie.py", 2), ("src/nul.py", 1)}
    assert SHORTCUT in answer.rows
    assert ("src/cookie.py", 1, "unreadable-file", "error") not in answer.rows


def test_a_declared_encoding_is_no_finding(repo: OddRepo, command: str) -> None:
    repo.write({"src/latin.py": b"# coding: latin-1\nNAME = 'caf\xe9'\n"})
    found(repo.audit(command))


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("tests/test_broken.py", 2, "ERROR tests/test_broken.py"),
        ("tests/conftest.py", 4, "ImportError while loading conftest"),
    ],
)
def test_a_syntax_error_that_ends_pytest(repo: OddRepo, path: str, status: int, said: str) -> None:
    repo.write({path: "VALUE = 1\ndef broken(:\n"})
    answer = repo.audit("pytest")
    found(answer, (path, 2, "unreadable-file", "error"), status=status)
    assert said in answer.text
    assert "syntax error: invalid syntax. mend the syntax there" in answer.finding(path)
    found(repo.audit("check"), (path, 2, "unreadable-file", "error"))


@pytest.mark.parametrize("quieted", [True, False])
def test_a_conftest_that_leaves_with_success(repo: OddRepo, *, quieted: bool) -> None:
    repo.write({"tests/conftest.py": "raise SystemExit(0)\n"})
    if not quieted:
        repo.git("checkout", "-q", "--", "src")
    answer = repo.audit("pytest")
    assert answer.status == 1, answer.text
    leaving = ("tests/conftest.py", 1, "forced-exit", "error")
    assert answer.rows == ([SHORTCUT, leaving] if quieted else [leaving])
    assert "pytest ended while it loaded conftests: SystemExit" in answer.text
