"""Waivers of whole changes, in real repositories: what counts, what does not, and what is said of it."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest

from pytest_agentaudit.audit.waiving import MOST_SIGNED, today
from pytest_agentaudit.cli import main
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Level, Result
from pytest_agentaudit.policy.signed_files import path_of
from pytest_agentaudit.report.targets import FORMATS, Style
from tests.support.waiving import (
    LEGACY,
    QUIET,
    SIGNERS,
    SOURCE,
    TOP,
    Keys,
    WaivedRepo,
    entry,
    grants,
    standing,
    told,
)

ALLOWED = f'{TOP}allowed-signers = "{SIGNERS}"\n'


def test_a_waiver_of_the_base(repo: WaivedRepo) -> None:
    repo.begin(TOP + entry())
    repo.write({LEGACY: QUIET})
    verdict = repo.audit()
    assert (verdict.result, verdict.findings) == (Result.PASSED, ())
    (waived,) = verdict.waived
    assert waived.waiver is not None
    assert (waived.waiver.reason, waived.waiver.owner, waived.waiver.grant) == ("vendor stub", "team-a", "")
    assert (waived.waiver.file, waived.waiver.line, waived.waiver.expires) == ("pyproject.toml", 7, date(2027, 1, 31))


def test_a_waiver_of_the_same_change(repo: WaivedRepo) -> None:
    repo.begin(TOP)
    repo.write({LEGACY: QUIET, "pyproject.toml": TOP + entry()})
    verdict = repo.audit()
    assert verdict.result is Result.FAILED
    assert told(verdict).startswith("the waiver in pyproject.toml:7 does not count: it is added by the same change")
    (guard,) = standing(verdict, "edited-guard")
    assert (guard.level, guard.location.line) == (Level.ERROR, 7)
    assert not verdict.waived


def test_what_the_base_calls_no_settings_holds_no_policy(repo: WaivedRepo) -> None:
    repo.begin(TOP + '[tool.agentaudit.roles]\ndocs = ["examples/**"]\n', {"examples/a/pyproject.toml": TOP})
    repo.write({"examples/a/pyproject.toml": TOP + entry(), "src/b/pyproject.toml": TOP + entry()})
    assert {it.location.path for it in standing(repo.audit(), "edited-guard")} == {"src/b/pyproject.toml"}


def test_a_policy_that_is_relaxed_by_the_same_change(repo: WaivedRepo) -> None:
    repo.begin(TOP)
    relaxed = TOP + '[tool.agentaudit.rules]\nadded-suppression = "off"\n'
    repo.write({LEGACY: QUIET, "pyproject.toml": relaxed})
    verdict = repo.audit()
    assert [it.rule for it in verdict.findings if it.level is Level.ERROR] == ["edited-guard", "added-suppression"]


def test_a_longer_time_an_approver_and_a_signer_are_edits_of_a_guard(repo: WaivedRepo, keys: Keys) -> None:
    repo.begin(ALLOWED, {SIGNERS: f"alice {keys.public()}\n"})
    more = {SIGNERS: f"alice {keys.public()}\nmallory {keys.public('wrong')}\n"}
    repo.write({"pyproject.toml": f'{ALLOWED}waiver-days = 400\napprovers = ["mallory"]\n', **more})
    found = {it.location.symbol: it.level for it in standing(repo.audit(), "edited-guard")}
    assert found == dict.fromkeys(("waiver-days", "approvers", "mallory"), Level.ERROR)


def test_an_expired_waiver_is_told_where_it_was_meant_and_else_by_itself(repo: WaivedRepo) -> None:
    repo.begin(TOP + entry(expires=date(2026, 11, 30)))
    repo.write({LEGACY: QUIET})
    verdict = repo.audit()
    assert told(verdict) == "the waiver in pyproject.toml:7 does not count: it expired on 2026-11-30"
    assert not standing(verdict, "stale-waiver")
    repo.write({LEGACY: SOURCE + "\nX = 1\n"})
    (stale,) = standing(repo.audit(), "stale-waiver")
    assert (stale.level, stale.location.path, stale.location.line) == (Level.WARNING, "pyproject.toml", 7)
    repo.write({"pyproject.toml": TOP})
    assert not standing(repo.audit(), "stale-waiver")


def test_a_wide_waiver_counts_for_nothing(repo: WaivedRepo) -> None:
    repo.begin(TOP + entry(path="**", symbol=None) + entry(rule="*", symbol=None))
    repo.write({LEGACY: QUIET})
    verdict = repo.audit()
    assert "its path means the whole tree" in told(verdict)
    assert "it is for every rule" in told(verdict)
    assert [it.location.line for it in standing(verdict, "wide-waiver")] == [7, 14]


def test_an_unused_waiver_is_told_where_its_file_was_judged(repo: WaivedRepo) -> None:
    repo.begin(TOP + entry() + entry(rule="untested-change"), {"src/other.py": "A = 1\n"})
    repo.write({"src/other.py": "A = 2\n"})
    assert not standing(repo.audit(), "stale-waiver")
    repo.write({LEGACY: SOURCE + "\nX = 1\n"})
    (stale,) = standing(repo.audit(), "stale-waiver")  # untested-change needs a run: nothing is known of its waiver
    assert (stale.level, stale.location.line) == (Level.NOTE, 7)
    assert "nothing that it accepts was found in src/legacy.py" in stale.message


def test_what_was_not_judged_makes_no_waiver_unused(repo: WaivedRepo) -> None:
    repo.begin(TOP + entry(path="src/huge.py", symbol=None), {"src/huge.py": "A = 1\n"})
    repo.write({"src/huge.py": b"#" * (17 * 1024 * 1024)})
    verdict = repo.audit()
    assert [it.path for it in verdict.not_judged] == ["src/huge.py"]
    assert not standing(verdict, "stale-waiver")


@pytest.mark.parametrize(
    ("own", "files"),
    [
        ("a.py", {"libs/one/a.py": "libs/one/pyproject.toml", "two/a.py": "pyproject.toml"}),
        ("b.py", {"two/a.py": "pyproject.toml"}),
    ],
)
def test_a_part_of_a_monorepo_has_waivers_of_its_own(repo: WaivedRepo, own: str, files: dict[str, str]) -> None:
    code = dict.fromkeys(("libs/one/a.py", "two/a.py"), "def load():\n    return 1\n")
    part = '[project]\nname = "one"\n' + entry(path=own)
    repo.begin(TOP + entry(path="libs/one/a.py") + entry(path="two/a.py"), {"libs/one/pyproject.toml": part, **code})
    repo.write({path: text.replace("1\n", "1  # noqa\n") for path, text in code.items()})
    verdict = repo.audit()
    assert {it.location.path: it.waiver.file for it in verdict.waived if it.waiver} == files
    assert {it.location.path for it in standing(verdict)} == code.keys() - files.keys()


def test_a_new_policy_of_a_part_grants_nothing(repo: WaivedRepo) -> None:
    repo.begin(TOP)
    repo.write(
        {LEGACY: QUIET, "src/pyproject.toml": '[tool.agentaudit]\napprovers = ["x"]\n' + entry(path="legacy.py")}
    )
    verdict = repo.audit()
    assert "the waiver in src/pyproject.toml:4 does not count" in told(verdict)
    assert len(standing(verdict, "edited-guard")) == 2


def test_a_policy_of_a_part_that_cannot_be_read(repo: WaivedRepo) -> None:
    repo.begin(TOP, {"src/pyproject.toml": "[tool.agentaudit]\nwaiver-days = 0\n"})
    repo.write({LEGACY: QUIET})
    with pytest.raises(AuditError, match=r"the base cannot be used: src/pyproject\.toml:2: .*waiver-days"):
        repo.audit()


@pytest.fixture
def signing(repo: WaivedRepo, keys: Keys) -> WaivedRepo:
    """A base that allows the right key, and a change with one finding."""
    repo.begin(ALLOWED, {SIGNERS: f"alice@example.org {keys.public()}\n"})
    repo.write({LEGACY: QUIET})
    return repo


def test_a_signed_waiver_counts_at_once(signing: WaivedRepo, keys: Keys) -> None:
    signing.sign(keys.right)
    verdict = signing.audit()
    assert (verdict.result, verdict.findings) == (Result.PASSED, ())
    assert grants(verdict) == [("added-suppression", "signed by alice@example.org")]
    head = signing.commit()
    assert signing.audit(head=head).waived == verdict.waived


def test_a_signed_waiver_of_somebody_else(signing: WaivedRepo, keys: Keys) -> None:
    path = signing.sign(keys.wrong)
    verdict = signing.audit()
    assert told(verdict) == f"the waiver in {path} does not count: none of the allowed signers made its signature"
    signing.write({SIGNERS: f"mallory {keys.public('wrong')}\n"})  # the list is the base's
    assert "none of the allowed signers" in told(signing.audit())


def test_a_signed_waiver_whose_text_was_edited(signing: WaivedRepo, keys: Keys) -> None:
    path = signing.sign(keys.right)
    text = (signing.path / path).read_text()
    signing.write({path: text.replace("2027-01-31", "2027-02-01")})
    assert "its text was edited after it was signed" in told(signing.audit())


def test_a_signed_waiver_outlives_edits_elsewhere_and_no_edit_of_its_code(signing: WaivedRepo, keys: Keys) -> None:
    signing.sign(keys.right)
    signing.write({LEGACY: "# a line more\n\n" + QUIET.replace("return a.y", "return a.y + 1")})
    assert len(signing.audit().waived) == 1
    signing.write({LEGACY: QUIET.replace("def load(a):\n", "def load(a):\n    drop(a)\n")})
    verdict = signing.audit()
    assert "the code was edited after it was signed" in told(verdict)
    assert verdict.result is Result.FAILED


def test_a_waiver_of_a_whole_file_is_bound_to_all_of_it(signing: WaivedRepo, keys: Keys) -> None:
    silent = "# ruff: noqa\n" + SOURCE
    signing.write({LEGACY: silent})
    signing.sign(keys.right, signing.findings("file-suppression")[0])
    assert grants(signing.audit()) == [("file-suppression", "signed by alice@example.org")]
    signing.write({LEGACY: silent.replace("a.y", "a.z")})
    assert "the code was edited after it was signed" in told(signing.audit(), "file-suppression")


def test_what_is_gone_is_bound_to_what_it_was(signing: WaivedRepo, keys: Keys) -> None:
    test = "from src.legacy import load\n\n\ndef test_load():\n    assert load(1) == 1\n"
    signing.write({LEGACY: SOURCE})
    signing.commit({"tests/test_legacy.py": test})
    signing.git("branch", "-f", "main")
    signing.write({"tests/test_legacy.py": None})
    signing.sign(keys.right, signing.findings("removed-test")[0])
    assert grants(signing.audit()) == [("removed-test", "signed by alice@example.org")]


def test_a_signed_waiver_on_other_code(signing: WaivedRepo, keys: Keys) -> None:
    path = signing.sign(keys.right)
    text, signature = ((signing.path / it).read_bytes() for it in (path, f"{path}.sig"))
    signing.write({LEGACY: SOURCE, "src/other.py": QUIET})
    (other,) = signing.findings()
    copied = path_of(other.finding.fingerprint)
    signing.write({copied: text, f"{copied}.sig": signature})
    verdict = signing.audit()
    assert told(verdict) == f"the waiver in {copied} does not count: it was signed for another finding"
    assert [it.location.path for it in standing(verdict, "stale-waiver")] == [path]


def test_an_unsigned_file_an_expired_one_and_one_that_is_none(signing: WaivedRepo, keys: Keys) -> None:
    path = signing.sign(keys.right)
    signing.write({f"{path}.sig": None})
    assert f"it is not signed ({path}.sig is missing)" in told(signing.audit())
    signing.sign(keys.right, expires=date(2026, 11, 30))
    assert "it expired on 2026-11-30" in told(signing.audit())
    signing.sign(keys.right, expires=date(2027, 6, 1))
    assert "more than 90 days ahead" in told(signing.audit())
    for text in ("rule = [", 'rule = "stub"\n', b"\xff"):
        signing.write({path: text})
        assert "it cannot be read (line 1: " in told(signing.audit())


def test_a_part_of_a_monorepo_has_signers_of_its_own(repo: WaivedRepo, keys: Keys) -> None:
    allowed = {"libs/signers": f"bob {keys.public('wrong')}\n", SIGNERS: f"alice {keys.public()}\n"}
    part = '[tool.agentaudit]\nallowed-signers = "libs/signers"\n'
    repo.begin(ALLOWED, {"libs/one/pyproject.toml": part, "libs/one/a.py": "def f():\n    return 1\n", **allowed})
    repo.write({"libs/one/a.py": "def f():\n    return 1  # noqa\n"})
    repo.sign(keys.right)
    assert "none of the allowed signers" in told(repo.audit())
    repo.sign(keys.wrong)
    assert grants(repo.audit()) == [("added-suppression", "signed by bob")]


def test_a_base_that_allows_nobody(repo: WaivedRepo, keys: Keys) -> None:
    repo.begin(TOP)
    repo.write({LEGACY: QUIET})
    repo.sign(keys.right)
    assert "the base's policy names no `allowed-signers`" in told(repo.audit())


def test_without_ssh_keygen_the_finding_stands(
    signing: WaivedRepo, keys: Keys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    signing.sign(keys.right)
    (tmp_path / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no ssh-keygen on PATH to check its signature with" in told(signing.audit())


def test_a_review_of_the_head_makes_its_waivers_count(repo: WaivedRepo, tmp_path: Path) -> None:
    repo.begin(TOP + 'approvers = ["alice"]\n')
    head = repo.commit({LEGACY: QUIET, "pyproject.toml": f'{TOP}approvers = ["alice"]\n{entry()}'})
    reviews = tmp_path / "reviews.json"

    def given(login: str, commit: str) -> str:
        review = {"user": {"login": login}, "state": "APPROVED", "commit_id": commit}
        reviews.write_text(json.dumps([review]), encoding="utf-8")
        return str(reviews)

    verdict = repo.audit(head=head, approvals=given("alice", head))
    grant = "approved by alice (whether alice is tester@example.org is not known)"
    assert verdict.result is Result.PASSED
    assert sorted(grants(verdict)) == [("added-suppression", grant), ("edited-guard", grant)]
    verdict = repo.audit(head=head, approvals=given("alice", head), pusher="alice")
    assert (len(verdict.waived), told(verdict).endswith("(alice approved, and pushed the change)")) == (0, True)
    verdict = repo.audit(head=head, approvals=given("mallory", head))
    assert "mallory is no approver" in told(verdict)
    assert standing(verdict, "edited-guard")
    assert not repo.audit(head=head, approvals=given("alice", repo.ask("rev-parse", "main"))).waived


@pytest.fixture
def owned(repo: WaivedRepo) -> WaivedRepo:
    """A change that adds a waiver under a policy that asks the code owners, and an owner more."""
    policy = f'{TOP}code-owners = "github"\n'
    repo.begin(policy, {"CODEOWNERS": "* @root\n/src/ @alice @org/team\n"})
    more = "* @root\n/src/ @alice @org/team @mallory\n"
    repo.commit({LEGACY: QUIET, "pyproject.toml": policy + entry(), "CODEOWNERS": more})
    return repo


def approvals(folder: Path, head: str, *logins: str) -> str:
    """A file in which these approved the head."""
    path = folder / "reviews.json"
    reviews = [{"user": {"login": it}, "state": "APPROVED", "commit_id": head} for it in logins]
    path.write_text(json.dumps(reviews), encoding="utf-8")
    return str(path)


def test_who_owns_a_file_at_the_base_approves_its_waivers(owned: WaivedRepo, tmp_path: Path) -> None:
    head = owned.head
    verdict = owned.audit(head=head, approvals=approvals(tmp_path, head, "alice"))
    grant = "approved by alice (whether alice is tester@example.org is not known)"
    assert sorted(grants(verdict)) == [("added-suppression", grant), ("edited-guard", grant)]
    (guard,) = standing(verdict, "edited-guard")
    assert (guard.location.path, guard.location.line, guard.level) == ("CODEOWNERS", 2, Level.ERROR)


def test_nobody_else_does_nor_the_owner_of_something_else(owned: WaivedRepo, tmp_path: Path) -> None:
    head = owned.head
    for login in ("mallory", "root"):
        verdict = owned.audit(head=head, approvals=approvals(tmp_path, head, login))
        assert f"{login} is no owner of {LEGACY}" in told(verdict)
        assert "who belongs to @org/team is not known here" in told(verdict)
    verdict = owned.audit(head=head, approvals=approvals(tmp_path, head, "alice"), pusher="alice")
    assert "alice approved, and pushed the change" in told(verdict)
    assert not owned.audit(head=head, approvals=approvals(tmp_path, owned.ask("rev-parse", "main"), "alice")).waived


def test_a_waiver_for_a_pattern_has_no_owner(owned: WaivedRepo, tmp_path: Path) -> None:
    text = (owned.path / "pyproject.toml").read_text().replace(f'"{LEGACY}"', '"src/*.py"')
    head = owned.commit({"pyproject.toml": text})
    assert not owned.audit(head=head, approvals=approvals(tmp_path, head, "alice")).waived


def test_every_section_that_owns_a_file_has_to_agree(repo: WaivedRepo, tmp_path: Path) -> None:
    policy = f'{TOP}code-owners = "gitlab"\napprovers = ["dora <dora@example.org>"]\n'
    repo.begin(policy, {"CODEOWNERS": "[A][2] @alice @bob @dora\n*\n[B]\n/src/ @carol\n"})
    head = repo.commit({LEGACY: QUIET, "pyproject.toml": policy + entry()})

    def said(*logins: str) -> str:
        verdict = repo.audit(head=head, approvals=approvals(tmp_path, head, *logins))
        return verdict.waived[0].waiver.grant if verdict.waived and verdict.waived[0].waiver else told(verdict)

    assert "it needs 2 approvals and has one by alice" in said("alice", "carol")
    assert f"bob is no owner of {LEGACY}" in said("alice", "bob")
    assert said("alice", "bob", "carol").startswith("approved by alice, bob, carol")
    assert said("dora") == "approved by dora"


def test_approvals_out_of_the_change_itself_or_for_no_commit(repo: WaivedRepo) -> None:
    repo.begin(TOP)
    head = repo.commit({LEGACY: QUIET, "reviews.json": "[]"})
    path = str(repo.path / "reviews.json")
    with pytest.raises(AuditError, match="are a file of the change itself"):
        repo.audit(head=head, approvals=path)
    with pytest.raises(AuditError, match="approvals are for a commit, and the work tree is none"):
        repo.audit(approvals=path)


def test_the_command_takes_approvals(repo: WaivedRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soon = entry(expires=today() + timedelta(days=9))
    policy = TOP + 'approvers = ["alice <alice@example.org>"]\n'
    repo.begin(policy)
    head = repo.commit({LEGACY: QUIET, "pyproject.toml": policy + soon})
    reviews = tmp_path / "reviews.json"
    reviews.write_text(
        json.dumps([{"user": {"login": "Alice"}, "state": "APPROVED", "commit_id": head}]), encoding="utf-8"
    )
    command = ["check", "--repo", str(repo.path), "--base", "main", "--head", head, "--approvals"]
    assert main([*command, str(reviews), "--report", "terminal"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        f"vendor stub, team-a, until {today() + timedelta(days=9)}, approved by alice; added-suppression {LEGACY}:2: "
        in said
    )
    assert "2 waived" in said
    assert main([*command, str(reviews), "--report", "agent", "--pusher", "alice"]) == 1
    assert "(alice approved, and pushed the change)" in capsys.readouterr().out
    assert main([*command, str(tmp_path / "none")]) == 3
    assert "could not audit: the approvals in" in capsys.readouterr().err


def test_every_format_shows_who_answers_for_what(repo: WaivedRepo) -> None:
    repo.begin(TOP + entry())
    repo.write({LEGACY: QUIET})
    verdict = repo.audit()
    shown = {name: StringIO() for name in FORMATS}
    for name, render in FORMATS.items():
        render(verdict, shown[name], Style(width=120))
        text = " ".join(shown[name].getvalue().split())
        assert all(word in text for word in ("added-suppression", LEGACY, "vendor stub", "team-a", "2027-01-31")), name


def test_too_many_signed_waivers_are_not_tried(repo: WaivedRepo) -> None:
    repo.begin(TOP)
    repo.write({path_of(f"{number:032x}"): "" for number in range(MOST_SIGNED + 1)})
    with pytest.raises(AuditError, match=f"brings {MOST_SIGNED + 1} signed waivers"):
        repo.audit()
