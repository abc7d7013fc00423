"""`agentaudit init` on small repositories: what it writes, what it leaves alone, and that it never stops half way."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pytest_agentaudit import __version__
from pytest_agentaudit.cli import main
from pytest_agentaudit.cli.grammar.agents import AGENTS, SYSTEMS
from pytest_agentaudit.cli.setup import agents, ci
from pytest_agentaudit.policy import load
from tests.support.repo import GitRepo
from tests.support.scenarios import environment

ALL = ("--yes", "--agents", ",".join(AGENTS), "--pre-commit", "--policy")
PRE_COMMIT = """\
# what runs before a commit
repos:
  - repo: https://example.org/ruff
    rev: v1  # pinned
    hooks:
      - id: ruff
        # the last one's comment

# kept in step by hand
ci:
  autofix_prs: false
"""


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"shop.py": "PRICE = 1\n"})
    return repo


def init(repo: GitRepo, *options: str) -> int:
    return main(["init", "--repo", str(repo.path), *options])


def files(repo: GitRepo) -> dict[str, bytes]:
    """All files of the work tree, git's own left out."""
    found = (
        path for path in repo.path.rglob("*") if path.is_file() and ".git" not in path.relative_to(repo.path).parts
    )
    return {path.relative_to(repo.path).as_posix(): path.read_bytes() for path in found}


def text(repo: GitRepo, path: str) -> str:
    return (repo.path / path).read_bytes().decode()


def test_the_names_are_those_of_the_modules() -> None:
    assert (*ci.SYSTEMS, "none") == SYSTEMS
    assert tuple(agents.SETTINGS) == AGENTS


def test_a_repository_that_suggests_nothing(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(repo)
    assert init(repo, "--yes") == 0
    said = capsys.readouterr().out
    assert (
        "policy      pyproject.toml: not made, the built-in defaults hold: a new one would change what pytest" in said
    )
    assert said.splitlines()[1:] == [
        "nothing to do",
        "found no CI, pre-commit or coding agent to set up: --ci, --pre-commit and --agents name them",
        "next: pytest --agent-audit audits your change while its tests run",
    ]
    assert files(repo) == before


def test_what_a_repository_uses_is_set_up(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    workflow = "jobs:\n  test:\n    steps:\n      - run: pip install pytest\n      - run: python -m pytest -q\n"
    repo.write(
        {
            "pyproject.toml": "[project]\nname = 'shop'\n",
            ".github/workflows/test.yml": workflow,
            ".pre-commit-config.yaml": PRE_COMMIT,
            "CLAUDE.md": "Be good.\n",
            ".cursor/rules": "",
        }
    )
    before = files(repo)
    assert init(repo, "--yes") == 0
    said = capsys.readouterr().out
    assert said.splitlines()[:5] == [
        "policy      pyproject.toml: added to",
        "CI          .github/workflows/agent-audit.yml: made",
        "pre-commit  .pre-commit-config.yaml: added to",
        "claude      .claude/settings.json: made",
        "cursor      .cursor/hooks.json: made",
    ]
    assert "add --agent-audit to pytest in .github/workflows/test.yml:5" in said
    assert {path for path, content in files(repo).items() if before.get(path) != content} == {
        "pyproject.toml",
        ".github/workflows/agent-audit.yml",
        ".pre-commit-config.yaml",
        ".claude/settings.json",
        ".cursor/hooks.json",
    }


@pytest.mark.parametrize(
    "present",
    [
        {},
        {"pyproject.toml": "# ours\n[project]\nname = 'shop' # a shop"},
        {"pyproject.toml": "[tool.ruff]\r\nline-length = 90\r\n", ".claude/settings.json": '{\r\n\t"a": 1\r\n}\r\n'},
        {".gitlab-ci.yml": "stages: [build, checks]\n\nbuild:\n  script: [make]\n"},
        {".github/workflows/x": "", ".pre-commit-config.yaml": PRE_COMMIT},
        {".pre-commit-config.yaml": "repos: []\n", ".cursor/hooks.json": '{"version": 1, "hooks": {"stop": []}}'},
    ],
    ids=["nothing", "pyproject", "crlf", "gitlab", "github", "flow"],
)
def test_twice_is_once_and_a_dry_run_shows_the_same(
    present: Mapping[str, str], repo: GitRepo, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    repo.write(present)
    before = files(repo)
    assert init(repo, *ALL, "--dry-run") == 0
    shown = capsys.readouterr().out
    assert files(repo) == before
    assert init(repo, *ALL) == 0
    after = files(repo)
    assert after != before
    capsys.readouterr()
    assert init(repo, *ALL) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[-2:] == [
        "nothing to do",
        "next: pytest --agent-audit audits your change while its tests run",
    ]
    assert files(repo) == after
    if not any(b"\r\n" in content for content in before.values()):
        patched = GitRepo(tmp_path / "patched")
        patched.write(present)
        patched.git("apply", "-", stdin=shown.encode())
        assert files(patched) | {"shop.py": before["shop.py"]} == after
    for path, content in before.items():
        if path != ".pre-commit-config.yaml" and not path.endswith(".json"):
            assert after[path].startswith(content)


def test_the_policy_is_one(repo: GitRepo) -> None:
    repo.write({"pyproject.toml": "[tool.ruff]\nline-length = 90\n"})
    assert init(repo, "--yes") == 0
    assert load(text(repo, "pyproject.toml"), "pyproject.toml", {}).required_version == f">={__version__}"
    assert text(repo, "pyproject.toml").startswith("[tool.ruff]\nline-length = 90\n\n[tool.agentaudit]\n")


def test_a_policy_that_is_there_stays(repo: GitRepo) -> None:
    written = "[tool.agentaudit]\nsource = ['src/**']\n"
    repo.write({"pyproject.toml": written})
    assert init(repo, "--yes") == 0
    assert text(repo, "pyproject.toml") == written


def test_no_pyproject_is_made_beside_a_setup_py(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write({"setup.py": "", "tox.ini": "[pytest]\n"})
    assert init(repo, "--yes") == 0
    assert "beside a setup.py, a new one would change how pip builds" in capsys.readouterr().out
    assert not (repo.path / "pyproject.toml").exists()
    assert init(repo, "--yes", "--policy") == 0
    assert tomllib.loads(text(repo, "pyproject.toml")) == {
        "tool": {"agentaudit": {"required-version": f">={__version__}"}}
    }


@pytest.mark.parametrize(
    "settings",
    [{"pytest.ini": "[pytest]\n"}, {"tox.ini": "[tox]\n\n[pytest]\n"}, {"setup.cfg": "[tool:pytest]\naddopts = -q\n"}],
    ids=lambda it: next(iter(it)),
)
def test_a_new_pyproject_changes_nothing_for_pytest(settings: Mapping[str, str], repo: GitRepo) -> None:
    repo.write({**settings, "part/tests/test_shop.py": "def test_it(): pass\n"})
    before = header(repo.path / "part")
    assert "rootdir" in before
    assert init(repo, "--yes") == 0
    assert (repo.path / "pyproject.toml").exists()
    assert header(repo.path / "part") == before


def header(folder: Path) -> list[str]:
    """What pytest takes for its root and settings, and the names of the tests."""
    options = ("--collect-only", "-v", "-p", "no:cacheprovider")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=folder,
        env={**environment(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    return re.findall(r"rootdir|(?<=rootdir: ).*|(?<=configfile: ).*|<.*>", done.stdout)


HEAD = "repos:\n"
ONE = "- repo: https://example.org/a\n  rev: v1\n  hooks: [{id: a}]\n"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "# nothing yet\n",
        "fail_fast: true\n",
        "repos: []\n",
        "repos: [] # none yet\nfail_fast: true\n",
        HEAD + ONE,
        (HEAD + ONE).removesuffix("\n"),
        HEAD + ONE + "fail_fast: true\n",
        HEAD + ONE + "\n# about the next\nfail_fast: true\n",
        PRE_COMMIT,
        PRE_COMMIT.replace("\n", "\r\n"),
        "---\n" + HEAD + ONE + ONE,
        HEAD
        + "-   repo: https://example.org/a\n    rev: v1\n    hooks:\n    -   id: a\n        args: |\n          # x\n",
    ],
)
def test_the_pre_commit_entry_goes_behind_the_others(written: str, repo: GitRepo) -> None:
    repo.write({".pre-commit-config.yaml": written})
    assert init(repo, "--yes", "--pre-commit") == 0
    now = text(repo, ".pre-commit-config.yaml")
    before, after = YAML(typ="safe").load(written) or {}, YAML(typ="safe").load(now)
    mine = after["repos"].pop()
    assert after == {**before, "repos": before.get("repos", [])}
    assert mine["repo"] == "local"
    assert mine["hooks"][0]["entry"] == "agentaudit check --staged"
    assert ("\r\n" in written) == ("\r\n" in now)
    lines = iter(now.splitlines())
    assert all(line in lines for line in written.splitlines() if not line.startswith("repos: []"))


@pytest.mark.parametrize(
    ("path", "written", "cause"),
    [
        ("pyproject.toml", "[tool\n", "pyproject.toml:1: is not TOML: "),
        ("pyproject.toml", "tool = {}\n", "pyproject.toml takes no policy at its end: "),
        ("pyproject.toml", b"\xff", "pyproject.toml is not UTF-8 (byte 0)"),
        (".pre-commit-config.yaml", "repos:\n  - a: b: c\n", ".pre-commit-config.yaml:2: is not YAML: "),
        (".pre-commit-config.yaml", "- a\n", ".pre-commit-config.yaml has a form into which nothing"),
        (".pre-commit-config.yaml", "repos: [{repo: local, hooks: []}]\n", ".pre-commit-config.yaml has a form"),
        (".pre-commit-config.yaml", "repos: all\n", ".pre-commit-config.yaml has a form into which nothing"),
        (".gitlab-ci.yml", "a: [\n", ".gitlab-ci.yml:2: is not YAML: "),
        (".gitlab-ci.yml", "[]\n", ".gitlab-ci.yml takes no job at its end"),
        (".gitlab-ci.yml", "- a\n", ".gitlab-ci.yml"),
        (".claude/settings.json", "{\n  // mine\n}\n", ".claude/settings.json:2: is not JSON: "),
        (".claude/settings.json", '{"hooks": []}', ".claude/settings.json: there is no object"),
        (".claude/settings.json", '{"hooks": {"Stop": {}}}', ".claude/settings.json: hooks.Stop is no list"),
        (".claude/settings.json", '{"a": ' + "[" * 99_999, ".claude/settings.json: maximum recursion"),
        (".claude", "a file", ".claude/settings.json cannot be read: Not a directory"),
        (".codex/hooks.json/x", "", ".codex/hooks.json cannot be read: Is a directory"),
    ],
)
def test_a_file_that_cannot_be_edited_stops_all(
    path: str, written: str | bytes, cause: str, repo: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write({path: written})
    before = files(repo)
    system = "gitlab" if "gitlab" in path else "github"
    for more in ((), ("--dry-run",)):
        assert init(repo, *ALL, "--ci", system, *more) == 3
        said = capsys.readouterr()
        assert cause in " ".join(said.err.split())
        assert said.out == ""
        assert files(repo) == before


def test_a_file_that_cannot_be_written_takes_the_others_back(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write({"pyproject.toml": "# ours\n", ".cursor/hooks.json": "{}"})
    before, replace = files(repo), Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.parent.name == ".cursor":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    assert init(repo, *ALL, "--ci", "github") == 3
    assert ".cursor/hooks.json cannot be written: No space left on device" in " ".join(capsys.readouterr().err.split())
    assert files(repo) == before
    assert not (repo.path / ".claude").exists()


def test_a_symlink_out_of_the_repository_is_not_followed(
    repo: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (repo.path / ".claude").symlink_to(tmp_path / "mine")
    assert init(repo, "--yes", "--agents", "claude") == 3
    assert ".claude/settings.json leads out of the repository" in capsys.readouterr().err
    assert list((tmp_path / "mine").iterdir()) == []


def test_settings_keep_their_mode_and_every_character(repo: GitRepo) -> None:
    written = (
        '{\n    "permissions": { "allow": ["Bash(ls)"] },\n    "hooks": {\n        "Stop": [ {"hooks": []} ]\n    }\n}'
    )
    repo.write({".claude/settings.json": written})
    (repo.path / ".claude/settings.json").chmod(0o600)
    assert init(repo, "--yes") == 0
    entry = json.dumps(agents.SETTINGS["claude"].entry)
    assert text(repo, ".claude/settings.json") == written.replace("} ]", f"}}, {entry} ]")
    assert (repo.path / ".claude/settings.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("repository", ["none", "bare"])
def test_where_there_is_no_work_tree(repository: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if repository == "bare":
        GitRepo(tmp_path, bare=True)
    assert main(["init", "--repo", str(tmp_path)]) == 3
    assert "could not audit: " in capsys.readouterr().err


def test_init_in_a_subfolder_works_on_the_root(repo: GitRepo) -> None:
    repo.write({"src/x.py": "", "pyproject.toml": ""})
    assert main(["init", "--yes", "--repo", str(repo.path / "src")]) == 0
    assert "[tool.agentaudit]" in text(repo, "pyproject.toml")


class Person(io.StringIO):
    """Somebody at a terminal, with the answers."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answers", "made"),
    [
        ("\n\n\n\n", {".github/workflows/agent-audit.yml", ".claude/settings.json", ".pre-commit-config.yaml"}),
        ("n\ny\nn\ny\n", {".claude/settings.json"}),
        ("y\nno\nn\ny\n", {".github/workflows/agent-audit.yml"}),
        ("n\nn\nY\nYES\n", {".pre-commit-config.yaml"}),
        ("y\ny\ny\nn\n", set()),
        ("", set()),
    ],
)
def test_a_person_is_asked(answers: str, made: set[str], repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write({".github/workflows/x": "", "CLAUDE.md": "", ".pre-commit-config.yaml": "repos: []\n"})
    before = files(repo)
    monkeypatch.setattr(sys, "stdin", Person(answers))
    assert init(repo) == 0
    assert {path for path, content in files(repo).items() if before.get(path) != content} == made


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--agents", "claude,clade"), "no agent 'clade'; there are: claude, codex"),
        (("--ci", "jenkins"), "invalid choice: 'jenkins'"),
    ],
)
def test_usage(arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_the_workflow_reads_only_and_pins_what_it_uses() -> None:
    workflow = YAML(typ="safe").load(ci.WORKFLOW)
    assert workflow["permissions"] == {"contents": "read"}
    assert list(workflow["on"]) == ["pull_request"]
    steps = workflow["jobs"]["agent-audit"]["steps"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", it) for it in used)
    assert steps[0]["with"] == {"fetch-depth": 0, "persist-credentials": False}


def test_the_gitlab_job_takes_a_stage_that_there_is(repo: GitRepo) -> None:
    repo.write({".gitlab-ci.yml": "stages: [build, checks]\n\nbuild:\n  script: [!reference [a, b]]\n"})
    assert init(repo, "--yes") == 0
    written = text(repo, ".gitlab-ci.yml")
    assert "\nagent-audit:\n  stage: checks\n  image: python:" in written
    assert 'GIT_DEPTH: "0"' in written


@pytest.mark.parametrize("agent", AGENTS)
def test_the_page_shows_what_is_written(agent: str, repo: GitRepo) -> None:
    assert init(repo, "--yes", "--agents", agent) == 0
    settings = text(repo, agents.SETTINGS[agent].path)
    page = (Path(__file__).parents[2] / "docs/agents.md").read_text(encoding="utf-8")
    assert f"```json\n{settings}```\n" in page
