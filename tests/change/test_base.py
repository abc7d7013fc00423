from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_agentaudit.change import Base, discover
from pytest_agentaudit.change.base import CUT_OFF
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo


@contextmanager
def opened(repo: GitRepo) -> Iterator[Repository]:
    repository = Repository.open(str(repo.path))
    try:
        yield repository
    finally:
        repository.close()


def found(repo: GitRepo, environ: Mapping[str, str] | None = None, *, option: str = "", policy_base: str = "") -> Base:
    with opened(repo) as repository:
        return discover(repository, option=option, policy_base=policy_base, environ=environ or {})


@pytest.fixture
def upstream(tmp_path: Path) -> GitRepo:
    """Two commits on main, and a branch `release` at the first."""
    repo = GitRepo(tmp_path / "upstream")
    repo.commit({"a.py": "1\n"}, "first")
    repo.git("branch", "release")
    repo.commit({"a.py": "2\n"}, "second")
    return repo


@pytest.fixture
def clone(upstream: GitRepo, tmp_path: Path) -> GitRepo:
    """A clone of it, with one commit on a branch `work`."""
    repo = upstream.clone(tmp_path / "clone")
    repo.git("checkout", "-q", "-b", "work")
    repo.commit({"b.py": "1\n"}, "work")
    return repo


def event(tmp_path: Path, content: object) -> dict[str, str]:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(content))
    return {"GITHUB_EVENT_PATH": str(path)}


def test_upstreams_default_branch(clone: GitRepo) -> None:
    assert found(clone) == Base(clone.ask("rev-parse", "origin/main"), "merge base with origin/main")


def test_upstream_that_went_on(clone: GitRepo, upstream: GitRepo) -> None:
    fork = clone.ask("rev-parse", "origin/main")
    upstream.commit({"c.py": "1\n"})
    clone.git("fetch", "-q")
    assert found(clone).sha == fork


def test_option_beats_policy_and_variables(clone: GitRepo) -> None:
    first, head = clone.ask("rev-parse", "origin/release"), clone.head
    environ = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    option = found(clone, environ, option="origin/release", policy_base="origin/main")
    assert option == Base(first, "merge base with origin/release")
    policy = found(clone, environ, policy_base="origin/release")
    assert policy == Base(first, "merge base with origin/release, from the policy")
    assert found(clone, environ, option="HEAD").sha == head


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_BASE_REF", "release"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "release"),
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/release"),
        ("CHANGE_TARGET", "release"),
    ],
)
def test_variable_with_a_branch(clone: GitRepo, name: str, value: str) -> None:
    clone.git("tag", "origin/release", "HEAD")
    base = found(clone, {name: value})
    assert base == Base(
        clone.ask("rev-parse", "refs/remotes/origin/release"), f"merge base with origin/release, from {name}"
    )


@pytest.mark.parametrize(
    "name", ["CI_MERGE_REQUEST_DIFF_BASE_SHA", "BITBUCKET_PR_DESTINATION_COMMIT", "CI_COMMIT_BEFORE_SHA"]
)
def test_variable_with_a_commit(clone: GitRepo, name: str) -> None:
    first = clone.ask("rev-parse", "origin/release")
    assert found(clone, {name: first}) == Base(first, f"merge base with {first[:7]}, from {name}")


def test_events_of_github(clone: GitRepo, tmp_path: Path) -> None:
    first = clone.ask("rev-parse", "origin/release")
    for content in (
        {"pull_request": {"base": {"sha": first}}},
        {"merge_group": {"base_sha": first}},
        {"before": first},
    ):
        assert found(clone, event(tmp_path, content)).sha == first


def test_push_of_a_new_branch_falls_back_to_the_default_branch(clone: GitRepo, tmp_path: Path) -> None:
    environ = event(tmp_path, {"before": "0" * 40}) | {"CI_COMMIT_BEFORE_SHA": "0" * 40}
    assert found(clone, environ).origin == "merge base with origin/main"


def merged(clone: GitRepo, upstream: GitRepo) -> tuple[str, str]:
    """A merge commit such as GitHub makes to test a request, on a base that went on; its name and its base's."""
    upstream.git("fetch", "-q", str(clone.path), "work")
    base = upstream.commit({"later.py": "1\n"}, "later")
    upstream.git("checkout", "-q", "--detach")
    upstream.git("merge", "-q", "--no-ff", "-m", "merge", "FETCH_HEAD")
    upstream.git("update-ref", "refs/pull/1/merge", "HEAD")
    return upstream.head, base


def test_githubs_merge_commit_is_judged_against_its_first_parent(
    clone: GitRepo, upstream: GitRepo, tmp_path: Path
) -> None:
    old = upstream.ask("rev-parse", "main")
    tip, base = merged(clone, upstream)
    environ = event(tmp_path, {"pull_request": {"base": {"sha": old}}})
    environ |= {"GITHUB_REF": "refs/pull/1/merge", "GITHUB_SHA": tip}
    assert found(upstream, environ).sha == base
    assert found(upstream, environ | {"GITHUB_SHA": base}).sha == old


@pytest.mark.parametrize(("depth", "enough"), [(1, False), (2, True)])
def test_shallow_checkout_of_githubs_merge_commit(
    clone: GitRepo, upstream: GitRepo, tmp_path: Path, *, depth: int, enough: bool
) -> None:
    tip, base = merged(clone, upstream)
    runner = GitRepo(tmp_path / "runner")
    runner.git("fetch", "-q", f"--depth={depth}", f"file://{upstream.path}", "refs/pull/1/merge")
    runner.git("checkout", "-q", "FETCH_HEAD")
    environ = event(tmp_path, {"pull_request": {"base": {"sha": base}}})
    environ |= {"GITHUB_REF": "refs/pull/1/merge", "GITHUB_SHA": tip}
    if enough:
        assert found(runner, environ).sha == base
        return
    with pytest.raises(AuditError) as caught:
        found(runner, environ)
    assert caught.value.message == f"this clone is shallow and has no merge base with {base[:7]}"
    assert caught.value.way_out == (
        "fetch more history: git fetch --unshallow "
        "(in GitHub Actions: actions/checkout with fetch-depth: 0, or 2 on pull requests)"
    )


def test_shallow_clone_without_the_base_branch(clone: GitRepo, tmp_path: Path) -> None:
    shallow = clone.clone(tmp_path / "shallow", "--depth=1", "--branch=work")
    with pytest.raises(AuditError, match="this clone is shallow and has no merge base with origin/main"):
        found(shallow, {"GITHUB_BASE_REF": "main"})


def test_shallow_clone_of_a_branch_alone(upstream: GitRepo, tmp_path: Path) -> None:
    upstream.git("switch", "-q", "-c", "side")
    upstream.commit({"c.py": "1\n"})
    upstream.git("switch", "-q", "main")
    shallow = upstream.clone(tmp_path / "shallow", "--depth=1", "--branch=side")
    base = found(shallow)
    assert (base.sha, base.doubt) == (shallow.ask("rev-parse", "HEAD"), CUT_OFF)


def test_shallow_clone_with_both_tips(clone: GitRepo, upstream: GitRepo, tmp_path: Path) -> None:
    upstream.commit({"c.py": "1\n"})
    shallow = clone.clone(tmp_path / "shallow", "--depth=1", "--branch=work")
    shallow.git("fetch", "-q", "--depth=1", f"file://{upstream.path}", "main:refs/remotes/origin/main")
    with pytest.raises(AuditError, match="shallow and has no merge base with origin/main"):
        found(shallow, option="origin/main")


def test_named_but_missing_base_is_not_replaced_by_a_weaker_one(clone: GitRepo) -> None:
    for environ, words in (
        ({"CHANGE_TARGET": "gone"}, "from CHANGE_TARGET"),
        ({"GITHUB_BASE_REF": "gone"}, "from GITHUB"),
    ):
        with pytest.raises(AuditError, match=words) as caught:
            found(clone, environ)
        assert "git fetch origin" in caught.value.way_out
    with pytest.raises(AuditError, match="'gone'"):
        found(clone, option="gone")
    with pytest.raises(AuditError, match="from the policy"):
        found(clone, policy_base="gone")


def test_no_commit_in_common(clone: GitRepo) -> None:
    clone.git("checkout", "-q", "--orphan", "apart")
    clone.commit({"x.py": "1\n"})
    with pytest.raises(AuditError, match="have no commit in common"):
        found(clone)


def test_main_branch_without_upstream_is_judged_by_what_is_not_committed(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    head = repo.commit({"a.py": "1\n"})
    assert found(repo) == Base(head, "HEAD: nothing committed since main")


def test_local_main_branch_is_the_base_of_another_branch(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    base = repo.commit({"a.py": "1\n"})
    repo.git("checkout", "-q", "-b", "work")
    repo.commit({"a.py": "2\n"})
    assert found(repo) == Base(base, "merge base with main")


def test_no_branch_to_compare_with(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    head = repo.commit({"a.py": "1\n"})
    repo.git("checkout", "-q", "--detach")
    repo.git("branch", "-D", "main")
    assert found(repo) == Base(head, "HEAD: no upstream or main branch to compare with")


def test_no_commits(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="no commits yet"):
        found(GitRepo(tmp_path / "repo"))


def test_head_can_be_named(clone: GitRepo) -> None:
    with opened(clone) as repository:
        base = discover(repository, environ={}, head="origin/main", option="origin/release")
    assert base.sha == clone.ask("rev-parse", "origin/release")


@pytest.mark.parametrize("content", ["", "{", "\x00", "[1]", '{"pull_request": []}', '{"before": 7}'])
def test_odd_event(clone: GitRepo, tmp_path: Path, content: str) -> None:
    (tmp_path / "event.json").write_text(content)
    environ = {"GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    if content in ("", "{", "\x00"):
        with pytest.raises(AuditError, match="GITHUB_EVENT_PATH"):
            found(clone, environ)
    else:
        assert found(clone, environ).origin == "merge base with origin/main"


def test_a_local_branch_ahead_of_its_upstream(clone: GitRepo) -> None:
    clone.git("checkout", "-q", "main")
    clone.commit({"c.py": "1\n"}, "straight on main")
    clone.git("checkout", "-q", "work")
    clone.git("merge", "-q", "main")
    assert found(clone, policy_base="main").doubt.startswith("the base is the local branch main, which has commits")
    assert found(clone, option="refs/heads/main").doubt
    assert not found(clone, policy_base="origin/main").doubt
    assert not found(clone).doubt


def test_a_local_branch_that_is_not_ahead(clone: GitRepo, upstream: GitRepo) -> None:
    assert not found(clone, policy_base="main").doubt
    upstream.commit({"d.py": "1\n"}, "third")
    clone.git("fetch", "-q")
    assert not found(clone, policy_base="main").doubt
