"""What a real ruff says that new suppressions hide."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.audit.checker import Answers, ruff_program
from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.hides import Hidden, told
from pytest_agentaudit.model import Finding, Level
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.rules import Audit, builtin_rules

SWALLOW = "def load(path):\n    try:\n        return open(path).read()\n    except Exception:{}\n        pass\n"
LINE = "def area(width, height):\n    return width * height{}\n"
RUFF = '[tool.ruff.lint]\nselect = ["E", "F", "S"]\nignore = ["S101"]\n'


def changed(before: str, after: str, settings: str = "", path: str = "shop/a.py") -> Delta:
    around = {"shop/__init__.py": "", "pyproject.toml": settings}
    old, new = MemoryTree({**around, path: before}), MemoryTree({**around, path: after})
    delta = collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)
    return replace(delta, hides=Answers(delta))


def hidden(delta: Delta, path: str = "shop/a.py") -> Hidden | None:
    (file,) = delta.files
    (suppression,) = file.added_suppressions
    return delta.hides.get((path, suppression))


def codes(answer: Hidden | None) -> list[str]:
    assert answer
    return [it.code for it in answer.diagnostics]


def test_what_a_code_hides() -> None:
    answer = hidden(changed(SWALLOW.format(""), SWALLOW.format("  # noqa: S110")))
    assert codes(answer) == ["S110"]
    assert told([answer]).startswith("S110 `try`-`except`-`pass` detected")
    assert told([answer]).endswith("(line 4)")


@pytest.mark.parametrize(
    ("comment", "sure"),
    [("  # noqa: S110", True), ("  # noqa: WPS110", False), ("  # noqa: C901", False), ("  # noqa: D103, E731", False)],
)
def test_silence_counts_where_ruff_knows_the_code_and_its_settings(comment: str, *, sure: bool) -> None:
    answer = hidden(changed(LINE.format(""), LINE.format(comment)))
    assert answer
    assert not answer.diagnostics
    assert answer.nothing is sure
    assert told([answer]) == ("nothing: ruff finds nothing there" if sure else "")


def test_a_blanket_hides_what_the_house_selects() -> None:
    code, quiet = "import os, assert_a\n", "import os, assert_a  # noqa\n"
    assert codes(hidden(changed(code, quiet, RUFF))) == ["E401", "F401", "F401"]
    assert codes(hidden(changed(code, quiet, RUFF.replace('"E", ', "")))) == ["F401", "F401"]
    assert hidden(changed(LINE.format(""), LINE.format("  # noqa"), RUFF)) == Hidden("ruff", (), sure=True)
    assert hidden(changed(LINE.format(""), LINE.format("  # noqa"))) == Hidden("ruff", (), sure=False)


def test_the_whole_file() -> None:
    code = "import os\nimport sys\n"
    assert codes(hidden(changed(code, f"# ruff: noqa: F401\n{code}"))) == ["F401", "F401"]


def test_settings_that_decide() -> None:
    long = f"x = '{'a' * 90}'"
    assert codes(hidden(changed(f"{long}\n", f"{long}  # noqa: E501\n"))) == ["E501"]
    wide = hidden(changed(f"{long}\n", f"{long}  # noqa: E501\n", "[tool.ruff]\nline-length = 120\n"))
    assert wide == Hidden("ruff", (), sure=True)


@pytest.mark.parametrize("path", ["shop/-a.py", "shop/build/venv/a.py", "shop/sch\u00f6n a.py", "--config.py"])
def test_odd_paths(path: str) -> None:
    delta = changed(SWALLOW.format(""), SWALLOW.format("  # noqa: S110"), path=path)
    assert codes(hidden(delta, path)) == ["S110"]


def test_what_ruff_cannot_read_has_no_answer() -> None:
    answer = hidden(changed("x = 1\n", "def (:\n\nx = 1  # noqa: S110\n"))
    assert answer is None or not answer.diagnostics


def test_a_file_with_a_line_that_nobody_wrote_is_not_given_to_ruff() -> None:
    code = SWALLOW.format("  # noqa: S110")
    assert codes(hidden(changed(SWALLOW.format(""), code + f"A = '{'x' * 9_000}'\n"))) == ["S110"]
    assert hidden(changed(SWALLOW.format(""), code + f"A = '{'x' * 11_000}'\n")) is None


def test_the_repository_does_not_bring_its_own_ruff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "repo" / "bin" / "ruff"
    own.parent.mkdir(parents=True)
    own.write_text("#!/bin/sh\nexit 1\n")
    own.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(own.parent))
    assert ruff_program(str(tmp_path / "repo")) == ""
    assert ruff_program("") == str(own)


def test_no_ruff_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hidden(changed(SWALLOW.format(""), SWALLOW.format("  # noqa: S110"))) is None


def found(delta: Delta, before: Mapping[str, str], name: str) -> list[Finding]:
    old = MemoryTree(before)
    audit = Audit(from_trees(old, old), delta)
    (rule,) = (it for it in builtin_rules() if it.name == name)
    return [it for it in rule().check(audit) if isinstance(it, Finding)]


def test_a_finding_says_what_is_hidden() -> None:
    (said,) = found(changed(SWALLOW.format(""), SWALLOW.format("  # noqa: S110")), {}, "added-suppression")
    assert said.level is Level.ERROR
    assert said.evidence["hides"].startswith("S110 ")


@pytest.mark.parametrize("comment", ["  # noqa: S110", "  # noqa"])
def test_a_suppression_that_hides_nothing_is_a_note(comment: str) -> None:
    (said,) = found(changed(LINE.format(""), LINE.format(comment), RUFF), {}, "added-suppression")
    assert said.level is Level.NOTE
    assert said.evidence["hides"] == "nothing: ruff finds nothing there"


def test_a_bare_one_stays_where_the_house_selects_nothing() -> None:
    (said,) = found(changed(LINE.format(""), LINE.format("  # noqa")), {}, "added-suppression")
    assert said.level is Level.ERROR
    assert "hides" not in said.evidence


def test_a_file_wide_one() -> None:
    code = "import os\nimport sys\n"
    (said,) = found(changed(code, f"# ruff: noqa: F401\n{code}"), {}, "file-suppression")
    assert said.level is Level.ERROR
    assert said.evidence["hides"].startswith("F401 `os` imported but unused (line 2); F401 ")
    (said,) = found(changed(code, f"# ruff: noqa: S110\n{code}"), {}, "file-suppression")
    assert said.level is Level.NOTE
