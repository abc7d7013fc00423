"""`agentaudit waive`: it finds the finding, and writes what the next audit reads."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.cli import main
from pytest_agentaudit.cli.policy_file import with_waiver
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Family, Finding, Level, Location, Result
from pytest_agentaudit.policy.signed_files import path_of
from pytest_agentaudit.report.json_format import render
from tests.support.verdicts import CLEAN
from tests.support.waiving import LEGACY, QUIET, SIGNERS, TOP, Keys, WaivedRepo, entry, grants

COMMENTED = (
    '# our policy\n[project]\nname = "shop" # the name\n\n[tool.agentaudit]\n# product code\nsource = ["src/**"]\n'
)


@pytest.fixture
def quiet(repo: WaivedRepo, keys: Keys) -> WaivedRepo:
    """A change with one finding."""
    policy = COMMENTED + f'allowed-signers = "{SIGNERS}"\nwaiver-days = 30\n'
    repo.begin(policy, {SIGNERS: f"alice {keys.public()}\n"})
    repo.write({LEGACY: QUIET})
    return repo


def waive(repo: WaivedRepo, *arguments: str) -> int:
    return main(["waive", "--repo", str(repo.path), "--base", "main", *arguments])


USUAL = ("--reason", "vendor stub", "--expires", "30d", "--owner", "team-a")


def test_the_policy_gets_an_entry_and_keeps_the_rest(quiet: WaivedRepo, capsys: pytest.CaptureFixture[str]) -> None:
    finding = quiet.findings()[0].finding
    before = (quiet.path / "pyproject.toml").read_text()
    assert waive(quiet, finding.fingerprint[:8], *USUAL) == 0
    assert "written to pyproject.toml" in capsys.readouterr().out
    text = (quiet.path / "pyproject.toml").read_text()
    assert text.startswith(before)
    (written,) = tomllib.loads(text)["tool"]["agentaudit"]["waivers"]
    assert written.pop("expires")
    assert written == {
        "rule": "added-suppression",
        "path": LEGACY,
        "symbol": "load",
        "fingerprint": finding.fingerprint,
        "reason": "vendor stub",
        "owner": "team-a",
    }


def test_what_is_written_counts_once_it_stands_in_the_base(quiet: WaivedRepo) -> None:
    assert waive(quiet, quiet.findings()[0].finding.fingerprint, *USUAL) == 0
    quiet.git("stash", "push", "-q", LEGACY)
    quiet.commit(message="waiver")
    quiet.git("branch", "-f", "main")
    quiet.git("stash", "pop", "-q")
    verdict = quiet.audit(day=None)
    assert (verdict.result, len(verdict.waived)) == (Result.PASSED, 1)


def test_the_signed_file_counts_at_once(
    quiet: WaivedRepo, keys: Keys, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fingerprint = quiet.findings()[0].finding.fingerprint
    monkeypatch.chdir(keys.folder)
    assert waive(quiet, fingerprint, *USUAL[:4], "--owner", 'a "b" \\c', "--sign", "right") == 0
    assert "signed by alice: it counts" in capsys.readouterr().out
    verdict = quiet.audit(day=None)
    assert grants(verdict) == [("added-suppression", "signed by alice")]
    assert [it.waiver.owner for it in verdict.waived if it.waiver] == ['a "b" \\c']
    assert waive(quiet, fingerprint, *USUAL, "--sign", "wrong") == 0
    assert "it does not count: none of the allowed signers" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("deadbeef", *USUAL), "nothing was found with the fingerprint deadbeef; nearest: "),
        (("{print}", "--expires", "30d"), "--reason has to be a text"),
        (("{print}", "--reason", "a\nb", "--expires", "30d"), "--reason has to be a text on one line"),
        (("{print}", "--reason", "x"), "--expires: '' is neither a day"),
        (("{print}", "--reason", "x", "--expires", "2027-02-30"), "is neither a day"),
        (("{print}", "--reason", "x", "--expires", "31d"), "is more than 30 days ahead, the policy's limit"),
        (("{print}", "--reason", "x", "--expires", "2020-01-01"), "2020-01-01 is past"),
        (("{short}", *USUAL), "is shorter than 6 digits"),
        (("{print}", *USUAL, "--head", "HEAD"), "nothing was found"),
    ],
)
def test_what_cannot_be_waived(
    arguments: tuple[str, ...], message: str, quiet: WaivedRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    fingerprint = quiet.findings()[0].finding.fingerprint
    quiet.commit({"README.md": "x\n", LEGACY: None})
    quiet.write({LEGACY: QUIET})
    filled = [it.format(print=fingerprint, short=fingerprint[:5]) for it in arguments]
    before = (quiet.path / "pyproject.toml").read_bytes()
    assert waive(quiet, *filled) == 2
    said = capsys.readouterr().err
    assert said.startswith("agentaudit waive: ")
    assert message in said
    assert said.count("\n") == 1
    assert (quiet.path / "pyproject.toml").read_bytes() == before


def test_without_a_fingerprint_the_findings_are_listed(quiet: WaivedRepo, capsys: pytest.CaptureFixture[str]) -> None:
    fingerprint = quiet.findings()[0].finding.fingerprint
    assert waive(quiet) == 0
    assert f"{fingerprint}  {LEGACY}:2: error  added-suppression (load)\n" in capsys.readouterr().out


@pytest.mark.parametrize("sign", [False, True])
def test_what_a_run_found_is_taken_from_its_report(
    quiet: WaivedRepo, keys: Keys, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, sign: bool
) -> None:
    report = tmp_path / "report.json"
    finding = Finding(
        rule="unproven-test",
        family=Family.STEPS,
        level=Level.ERROR,
        message="m",
        location=Location(LEGACY, 5, symbol="save"),
        fingerprint="ab" * 16,
    )
    with report.open("w", encoding="utf-8") as stream:
        render(replace(CLEAN, findings=(finding,)), stream)
    assert waive(quiet, "abababab", *USUAL) == 2
    assert "--from FILE" in capsys.readouterr().err
    assert waive(quiet, "abababab", *USUAL, "--from", str(report), *(("--sign", keys.right) if sign else ())) == 0
    said = capsys.readouterr().out
    assert 'symbol = "save"\nfingerprint = "abababab' in said
    assert ("signed by alice: it counts" in said) is sign
    for text in ("[]", report.read_text().replace("ab" * 16, "../../x")):
        report.write_text(text)
        assert waive(quiet, "abababab", *USUAL, "--from", str(report)) == 3
        assert "is no JSON report" in capsys.readouterr().err


@pytest.mark.parametrize("sign", [False, True])
def test_a_dry_run_writes_nothing(
    quiet: WaivedRepo, keys: Keys, capsys: pytest.CaptureFixture[str], *, sign: bool
) -> None:
    fingerprint = quiet.findings()[0].finding.fingerprint
    status = quiet.ask("status", "--porcelain")
    assert waive(quiet, fingerprint, *USUAL, "--dry-run", *(("--sign", keys.right) if sign else ())) == 0
    said = capsys.readouterr().out
    assert 'reason = "vendor stub"' in said
    assert "was not written: --dry-run" in said
    assert quiet.ask("status", "--porcelain") == status


def test_a_bare_repository_is_not_written_to(
    quiet: WaivedRepo, keys: Keys, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fingerprint = quiet.findings()[0].finding.fingerprint
    head = quiet.commit()
    quiet.clone(tmp_path / "bare", "--bare")
    command = ["waive", "--repo", str(tmp_path / "bare"), "--base", "main", "--head", head, fingerprint, *USUAL]
    assert main([*command, "--sign", keys.right]) == 2
    assert "a bare repository has no files" in capsys.readouterr().err
    assert main([*command, "--sign", keys.right, "--dry-run"]) == 0
    assert not (tmp_path / "bare" / ".agentaudit").exists()


def test_a_key_that_does_not_sign(quiet: WaivedRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fingerprint = quiet.findings()[0].finding.fingerprint
    assert waive(quiet, fingerprint, *USUAL, "--sign", str(tmp_path / "none")) == 3
    assert "ssh-keygen did not sign" in capsys.readouterr().err
    assert not (quiet.path / path_of(fingerprint)).exists()


def test_the_nearest_policy_gets_the_entry(repo: WaivedRepo) -> None:
    part = "[tool.agentaudit]\nwaiver-days = 9\n"
    repo.begin(TOP, {"libs/one/pyproject.toml": part, "libs/one/a.py": "def f():\n    return 1\n"})
    repo.write({"libs/one/a.py": "def f():\n    return 1  # noqa\n"})
    fingerprint = repo.findings()[0].finding.fingerprint
    assert waive(repo, fingerprint, "--reason", "x", "--expires", "10d") == 2
    assert waive(repo, fingerprint, "--reason", "x", "--expires", "9d") == 0
    assert 'path = "a.py"' in (repo.path / "libs/one/pyproject.toml").read_text()


ENTRY = {"rule": "stub", "path": "a.py"}
BLOCK = '[[tool.agentaudit.waivers]]\nrule = "stub"\npath = "a.py"\n'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", BLOCK),
        ("# nothing but a comment", f"# nothing but a comment\n\n{BLOCK}"),
        ("[tool.ruff]\nfix = true\n", f"[tool.ruff]\nfix = true\n\n{BLOCK}"),
        (TOP, f"{TOP}\n{BLOCK}"),
        (
            f"{TOP}# why\n{entry()}\n# of ruff\n[tool.ruff]\nfix = true # yes\n",
            f"{TOP}# why\n{entry()}\n{BLOCK}\n# of ruff\n[tool.ruff]\nfix = true # yes\n",
        ),
        ("tool.agentaudit.base = 'main'\n", f"tool.agentaudit.base = 'main'\n\n{BLOCK}"),
        (
            f"{TOP}[tool.x]\ny = 1\n[tool.agentaudit.rules]\nstub = 'off'\n[tool.y]\n",
            f"{TOP}[tool.x]\ny = 1\n[tool.agentaudit.rules]\nstub = 'off'\n\n{BLOCK}\n[tool.y]\n",
        ),
        (
            "[tool.agentaudit]\r\nbase = 'a'\r\n",
            "[tool.agentaudit]\r\nbase = 'a'\r\n\r\n" + BLOCK.replace("\n", "\r\n"),
        ),
    ],
)
def test_the_rest_of_the_file_stays_as_it_is(text: str, written: str) -> None:
    assert with_waiver(text, ENTRY, "pyproject.toml") == written


def test_a_text_that_looks_like_a_comment_is_not_torn_apart() -> None:
    text = 'tool.agentaudit.base = """\n# main\n"""\n[tool.ruff]\n'
    document = tomllib.loads(with_waiver(text, ENTRY, "pyproject.toml"))
    assert document["tool"]["agentaudit"] == {"base": "# main\n", "waivers": [ENTRY]}


@pytest.mark.parametrize("text", ["tool = { agentaudit = { base = 'a' } }\n", "[tool.agentaudit]\nwaivers = []\n"])
def test_an_inline_table_or_list_takes_none(text: str) -> None:
    with pytest.raises(AuditError, match="laid out so that it cannot take a waiver"):
        with_waiver(text, ENTRY, "pyproject.toml")


@pytest.mark.parametrize("text", ["[", "tool = 3\n", "[tool]\nagentaudit = 3\n", "[tool.agentaudit]\nwaivers = 3\n"])
def test_what_is_no_policy_takes_none(text: str) -> None:
    with pytest.raises(AuditError, match=r"pyproject\.toml cannot take a waiver"):
        with_waiver(text, ENTRY, "pyproject.toml")
