"""The table of spellings, as the checkers themselves behave; scopes, reasons, and what code they stand on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentaudit.facts.scan import scan
from pytest_agentaudit.facts.silencing import CodeKind, Scope, Silences, Suppression
from pytest_agentaudit.facts.suppressions import suppressions
from pytest_agentaudit.facts.suppressions_table import LOOK_ALIKES, MARK, TABLE, may_be_marked


def read(text: str) -> tuple[Suppression, ...]:
    return suppressions(scan(text.encode()))


def trailing(comment: str, code: str = "x = compute(1)") -> Suppression:
    """The only suppression in a comment behind code."""
    (found,) = read(f"y = 0\n{code}  {comment}\n")
    return found


def own_line(comment: str) -> Suppression:
    """The only suppression in a comment on a line of its own, in the middle of a module."""
    (found,) = read(f"y = 0\n{comment}\nx = compute(1)\n")
    return found


@pytest.mark.parametrize(
    ("comment", "checker", "directive", "codes"),
    [
        ("#noqa", "ruff", "noqa", ()),
        ("# noqa", "flake8, ruff", "noqa", ()),
        ("#  noqa", "ruff", "noqa", ()),
        ("#\tNoQA", "ruff", "noqa", ()),
        ("# NOQA", "flake8, ruff", "noqa", ()),
        ("# why not # noqa", "flake8, ruff", "noqa", ()),
        ("# noqa F821", "flake8, ruff", "noqa", ()),
        ("# noqa\xa0E225", "flake8, ruff", "noqa", ()),
        ("# noqa-F821", "flake8", "noqa", ()),
        ("# noqa\uff1aF821", "flake8", "noqa", ()),
        ("# noqas", "flake8", "noqa", ()),
        ("# noqa: because", "flake8", "noqa", ()),
        ("# noqa:F401", "flake8, ruff", "noqa", ("F401",)),
        ("# noqa : F401", "flake8, ruff", "noqa", ("F401",)),
        ("# noqa: F401, E501", "flake8, ruff", "noqa", ("F401", "E501")),
        ("# noqa: F401 E501", "flake8, ruff", "noqa", ("F401", "E501")),
        ("# noqa:F401E501", "ruff", "noqa", ("F401", "E501")),
        ("# nopep8", "pycodestyle", "nopep8", ()),
        ("# ruff: ignore[E225]", "ruff", "ruff: ignore", ("E225",)),
        ("# ruff:ignore [E225, unused-import]", "ruff", "ruff: ignore", ("E225", "unused-import")),
        ("# pylint: disable=unused-import", "pylint", "pylint: disable", ("unused-import",)),
        ("#pylint:disable = W0611, fixme", "pylint", "pylint: disable", ("W0611", "fixme")),
        ("# pylint: disable-msg=W0611", "pylint", "pylint: disable", ("W0611",)),
        ("# type: ignore", "mypy, pyright, ty", "type: ignore", ()),
        ("#type:ignore", "mypy, pyright, ty", "type: ignore", ()),
        ("# type: ignore[assignment, misc]", "mypy, pyright", "type: ignore", ("assignment", "misc")),
        ("# type: ignore [assignment]", "mypy, pyright", "type: ignore", ("assignment",)),
        ("# type: ignore why", "pyright, ty", "type: ignore", ()),
        ("# why # type: ignore", "pyright, ty", "type: ignore", ()),
        ("# type : ignore", "ty", "type: ignore", ()),
        ("# type: int # type: ignore[misc]", "mypy, pyright", "type: ignore", ("misc",)),
        ("# pyright: ignore", "pyright", "pyright: ignore", ()),
        ("# pyright: ignore[reportGeneralTypeIssues]", "pyright", "pyright: ignore", ("reportGeneralTypeIssues",)),
        ("# ty: ignore[invalid-assignment]", "ty", "ty: ignore", ("invalid-assignment",)),
        ("# pyrefly: ignore", "pyrefly", "pyrefly: ignore", ()),
        ("# pyre-ignore[3]", "pyre", "pyre-ignore", ("3",)),
        ("# pyre-fixme[3]: a note", "pyre", "pyre-ignore", ("3",)),
        ("# pytype: disable=all", "pytype", "pytype: disable", ("all",)),
        ("# nosec", "bandit", "nosec", ()),
        ("#nosec: B101", "bandit", "nosec", ("B101",)),
        ("# nosec B101, B102", "bandit", "nosec", ("B101", "B102")),
        ("# nosec assert_used", "bandit", "nosec", ("assert_used",)),
        ("# nosecurity", "bandit", "nosec", ()),
        ("# nosemgrep", "semgrep", "nosemgrep", ()),
        ("# nosemgrep: rules.eval", "semgrep", "nosemgrep", ("rules.eval",)),
        ("# NoSem", "semgrep", "nosemgrep", ()),
        ("# pragma: no cover", "coverage", "pragma: no cover", ()),
        ("#pragma:NO COVER", "coverage", "pragma: no cover", ()),
        ("# PRAGMA NOCOVER", "coverage", "pragma: no cover", ()),
        ("# pragma: no branch", "coverage", "pragma: no branch", ()),
        ("# pragma: no mutate", "mutmut", "pragma: no mutate", ()),
        ("# pragma: allowlist secret", "detect-secrets", "pragma: allowlist secret", ()),
        ("# gitleaks:allow", "gitleaks", "gitleaks:allow", ()),
        ("# NOSONAR", "SonarQube", "NOSONAR", ()),
        ("# lgtm[py/x]", "CodeQL", "lgtm", ("py/x",)),
        ("# skipcq: PYL-W0212", "DeepSource", "skipcq", ("PYL-W0212",)),
        ("# noinspection PyUnresolvedReferences", "PyCharm", "noinspection", ("PyUnresolvedReferences",)),
        ("# fmt: skip", "black, ruff", "fmt: skip", ()),
        ("# isort:skip", "isort", "isort: skip", ()),
        ("# yapf: disable", "yapf", "yapf: disable", ()),
    ],
)
def test_a_checker_takes_this_spelling_behind_code(
    comment: str, checker: str, directive: str, codes: tuple[str, ...]
) -> None:
    found = trailing(comment)

    assert (found.checker, found.directive, found.codes) == (checker, directive, codes)
    assert found.honoured
    assert found.scope is Scope.LINE


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: f401",
        "#: noqa",
        "# RUFF: NOQA",
        "# ruff: ignore",
        "# ruff: noqa",
        "# flake8: noqa",
        "# Pylint: disable=W0611",
        "# pylint: disable=W0611 because",
        "# Type: Ignore",
        "# mypy: ignore",
        "# mypy: ignore-errors",
        "# NOSEC",
        "# Pragma: No Cover",
        "# Pragma: nocover please",
        "# lint: skip",
        "# noq\u0430",
        "# ty\u0440e: ignore",
        "# no\u200bqa",
        "# fmt: off",
    ],
)
def test_it_only_looks_like_a_suppression_behind_code(comment: str) -> None:
    assert not trailing(comment).honoured


@pytest.mark.parametrize("comment", ["# why: noqa", "# xnoqa", "# the noqa below", "# ignored", "# nosy", "# ty: done"])
def test_prose_is_no_suppression(comment: str) -> None:
    assert read(f"x = 1  {comment}\n") == ()


@pytest.mark.parametrize(
    ("comment", "scope"),
    [
        ("# ruff: noqa", Scope.FILE),
        ("    # ruff: noqa: SIM115", Scope.FILE),
        ("# flake8: noqa: E501", Scope.FILE),
        ("# FLAKE8=NOQA", Scope.FILE),
        ("# ruff: file-ignore[F401]", Scope.FILE),
        ("# ruff: disable[F401]", Scope.RANGE),
        ("# ruff: ignore[F401]", Scope.NEXT_LINE),
        ("# pylint: skip-file", Scope.FILE),
        ("# pylint: disable-all", Scope.FILE),
        ("# pylint: disable=W0611", Scope.FILE),
        ("    # pylint: disable=W0611", Scope.BLOCK),
        ("# pylint: disable-next=W0611", Scope.NEXT_LINE),
        ("# mypy: ignore-errors", Scope.FILE),
        ('# mypy: disable-error-code="misc"', Scope.FILE),
        ("# mypy: allow-untyped-defs", Scope.FILE),
        ("# pyright: basic", Scope.FILE),
        ("# pyright: strict, reportMissingImports=false", Scope.FILE),
        ("# pyre-unsafe", Scope.FILE),
        ("# pyrefly: ignore", Scope.NEXT_LINE),
        ("# pytype: skip-file", Scope.FILE),
        ("# noinspection X", Scope.NEXT_LINE),
        ("# fmt: off", Scope.RANGE),
        ("# isort: skip_file", Scope.FILE),
        ("# nosemgrep", Scope.NEXT_LINE),
    ],
)
def test_scope_on_a_line_of_its_own(comment: str, scope: Scope) -> None:
    found = own_line(comment)

    assert found.honoured
    assert found.scope is scope


@pytest.mark.parametrize("comment", ["# noqa", "# type: ignore", "# nosec", "    # mypy: ignore-errors"])
def test_these_do_nothing_on_a_line_of_their_own(comment: str) -> None:
    assert not own_line(comment).honoured


@pytest.mark.parametrize(
    ("text", "honoured", "scope"),
    [
        ("# type: ignore\nimport os\n", True, Scope.FILE),
        ('#!/usr/bin/python\n# type: ignore\n"""Doc."""\n', True, Scope.FILE),
        ('"""Doc."""\n# type: ignore\nimport os\n', False, Scope.LINE),
        ("# type: ignore[misc]\nimport os\n", False, Scope.LINE),
        ("# ty: ignore\nimport os\n", True, Scope.FILE),
    ],
)
def test_above_the_first_statement(text: str, honoured: bool, scope: Scope) -> None:  # noqa: FBT001 - a table's column
    (found,) = read(text)

    assert (found.honoured, found.scope) == (honoured, scope)


def test_behind_a_header_pylint_and_coverage_mean_the_suite() -> None:
    assert trailing("# pylint: disable=W0611", "def f():").scope is Scope.BLOCK
    assert trailing("# pragma: no cover", "if x:").scope is Scope.BLOCK
    assert trailing("# pragma: no cover", "x = 1").scope is Scope.LINE


def test_one_comment_may_hold_several() -> None:
    found = read("x = f()  # type: ignore[misc]  # noqa: S110 # pylint: disable=W0703\n")

    assert {it.directive: it.codes for it in found} == {
        "type: ignore": ("misc",),
        "noqa": ("S110",),
        "pylint: disable": ("W0703",),
    }
    assert [it.silences for it in found] == [Silences.LINT, Silences.LINT, Silences.TYPES]


def test_strings_hold_no_suppressions() -> None:
    assert read("x = '# noqa'\ny = f\"{z['# type: ignore']}\"\n'''\n# ruff: noqa\n'''\n") == ()


def test_suppressions_are_found_where_nothing_else_can_be_read() -> None:
    broken = scan(b"x = '''\n\xff(((  # noqa\n")

    assert [it.directive for it in suppressions(broken)] == ["noqa"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1  # noqa: S110 - telemetry must not fail\n", "telemetry must not fail"),
        ("x = 1  # noqa: S110, E501 \u2014 defensive\n", "defensive"),
        ("x = 1  # type: ignore[misc]  # the stub is wrong\n", "the stub is wrong"),
        ("x = 1  # type: ignore (checked above)\n", "(checked above)"),
        ("x = 1  # pragma: no cover (only on Windows)\n", "(only on Windows)"),
        ("x = 1  # pylint: disable=W0703; must not fail\n", "must not fail"),
        ("x = 1  # needed by pydantic # noqa: TC003\n", "needed by pydantic"),
        (
            "# Telemetry must never\n# break the program.\nx = 1  # noqa: S110\n",
            "Telemetry must never break the program.",
        ),
        ("# ruff: noqa: T201\n# This is a command line tool.\nx = 1\n", "This is a command line tool."),
        (
            "try:\n    f()\nexcept Exception:  # noqa: BLE001\n    # plug-ins may raise anything\n    pass\n",
            "plug-ins may raise anything",
        ),
        ("x = 1  # noqa: S110\n", ""),
        ("x = 1  # noqa: S110 # noqa: E501\n", ""),
        ("x = 1  # noqa: S110 - TODO\n", ""),
        ("x = 1  # why not # noqa\n", ""),
        ("x = 1  # noqa: S110 - this is fine\n", ""),
        ("x = 1  # noqa: S110 - needed for pickle\n", "needed for pickle"),
        ("# x = compute(1)\nx = 1  # noqa: S110\n", ""),
        ("# ---------- helpers of the module\nx = 1  # noqa: S110\n", ""),
        ("# noqa: E501 - not this one's reason\nx = 1  # noqa: S110\n", ""),
        ("# one two three\n\nx = 1  # noqa: S110\n", ""),
    ],
)
def test_reason(text: str, reason: str) -> None:
    assert read(text)[-1].reason == reason


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("x  =  f(1)  # noqa\n", "x = f(1)"),
        ("x = f(\n    1,\n)  # noqa\n", "x = f( 1, )"),
        ("# ruff: ignore[E501]\n\n# more\nx = 1\n", "x = 1"),
        ("import os\n\ndef f():\n    # ruff: noqa\n    x = 1\n", "def f():"),
        ("x = 1\n# ruff: noqa\n", "x = 1"),
        ("# ruff: noqa\n", ""),
    ],
)
def test_target(text: str, target: str) -> None:
    assert read(text)[0].target == target


TRY = "try:\n    f()\n{}\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (TRY.format("except Exception:  # noqa\n    pass"), CodeKind.SILENT_BROAD_HANDLER),
        (TRY.format("except Exception:\n    pass  # noqa"), CodeKind.SILENT_BROAD_HANDLER),
        (TRY.format("except:  # noqa\n    # why\n    return None"), CodeKind.SILENT_BROAD_HANDLER),
        (TRY.format("except (OSError, Exception) as e:  # noqa\n    continue"), CodeKind.SILENT_BROAD_HANDLER),
        (TRY.format("except Exception: pass  # noqa"), CodeKind.SILENT_BROAD_HANDLER),
        (TRY.format("except OSError:  # noqa\n    pass"), CodeKind.SILENT_HANDLER),
        (TRY.format("except Exception:  # noqa\n    log(1)\n    pass"), CodeKind.BROAD_HANDLER),
        (TRY.format("except OSError:  # noqa\n    log(1)"), CodeKind.HANDLER),
        ("raise ValueError(x)  # noqa\n", CodeKind.RAISE),
        ("if x:  # noqa\n    raise ValueError(\n        x\n    )\n", CodeKind.GUARD),
        ("if x:  # noqa\n    y = 1\n    raise ValueError\n", CodeKind.OTHER),
        ("def validate_path(x):  # noqa\n    return x\n", CodeKind.VALIDATOR),
        ("async def _check(x):  # noqa\n    return x\n", CodeKind.VALIDATOR),
        ("def checkout(x):  # noqa\n    return x\n", CodeKind.FUNCTION),
        ("class A:  # noqa\n    x = 1\n", CodeKind.CLASS),
        ("from a import b  # noqa\n", CodeKind.IMPORT),
        ("x = 1  # noqa\n", CodeKind.OTHER),
        ("import sys\nif sys.platform == 'win32':\n    x = 1  # noqa\n", CodeKind.ENVIRONMENT),
        ("if TYPE_CHECKING:\n    x = 1\nelse:\n    x = 2  # noqa\n", CodeKind.ENVIRONMENT),
        ("try:\n    import a  # noqa\nexcept ImportError:\n    a = None\n", CodeKind.ENVIRONMENT),
        ("try:\n    import a\nexcept ImportError:\n    a = None  # noqa\n", CodeKind.ENVIRONMENT),
        ("if sys.platform == 'win32':\n    x = 1\ny = 1  # noqa\n", CodeKind.OTHER),
    ],
)
def test_kind_of_code(text: str, kind: CodeKind) -> None:
    assert read(text)[0].on is kind


def test_the_cheap_first_look_misses_no_row() -> None:
    for spelling in TABLE:
        words = spelling.directive.replace("(inline configuration)", "").replace("...", "X")
        assert MARK.search(words), spelling.directive
        assert may_be_marked(f"x = 1  # why, {words}\n".encode()), spelling.directive
        assert not may_be_marked(f"#\n{words}\n".encode()), spelling.directive
    assert all(MARK.search(directive) for directive, _, _ in LOOK_ALIKES)


CASES = (
    *("#noqa", "# noqa", "#  noqa", "# NoQA", "# noqa:F401", "# noqa : F401", "# noqa F401", "# noqa-F401"),
    *("# noqa\xa0F401", "# noqa: E501", "# noqa: f401", "# noqa: because", "# noqa because", "# noqa, F401"),
    *("# noqa[F401]", "# why # noqa", "# why#noqa", "# why: noqa", "#: noqa", "# noqas", "# noqa#x"),
    *("# ruff: noqa", "# ruff: noqa: F401", "# RUFF: NOQA", "# ruff: noqa: E501", "# ruff: ignore[F401]"),
    *("# flake8: noqa", "# FLAKE8: NOQA", "# flake8: noqa: F401", "# ruff: ignore", "# ruff: ignore[E501]"),
    *("# ruff: file-ignore[F401]", "# ruff: disable[F401]", "# pylint: disable=W0611"),
)


def test_ruff_itself_agrees(tmp_path: Path) -> None:
    expected = set()
    for number, comment in enumerate(CASES):
        for place, text in (("t", f"import os  {comment}\n"), ("o", f"y = 0\n{comment}\nimport os\n")):
            name = f"{place}{number}.py"
            (tmp_path / name).write_text(text, encoding="utf-8")
            if not any(_hides(it, "F401") for it in read(text) if it.honoured and "ruff" in it.checker):
                expected.add(name)
    command = ["ruff", "check", "--isolated", "--no-cache", "--select", "F401", "--output-format", "json", "."]

    said = subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, check=False)

    assert {Path(it["filename"]).name for it in json.loads(said.stdout)} == expected


def _hides(found: Suppression, code: str) -> bool:
    return not found.codes or code in found.codes
