"""Adding a rule changes no file of this project: an installed package gives one, as good as a built-in one."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pytest_agentaudit.rules import Rule
from pytest_agentaudit.testing import findings
from tests.support.repo import GitRepo
from tests.support.scenarios import environment

PACKAGE = Path(__file__).parent / "thirdparty" / "ticketed_todo"
MODULE = "agentaudit_ticketed_todo"
NOTE = "PRICE = 1  # TODO: ask finance\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder that holds the package as pip would leave it there."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = tmp_path / "site"
    metadata = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir(parents=True)
    shutil.copy(PACKAGE / f"{MODULE}.py", folder)
    name, version = project["name"], project["version"]
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    points = [
        line
        for group, entries in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(points) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


def agentaudit(repo: GitRepo, site: Path | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    extra = {"PYTHONPATH": str(site)} if site else {}
    return subprocess.run(
        [sys.executable, "-m", "pytest_agentaudit", *arguments],
        cwd=repo.path,
        env={**environment(repo.path), **extra},
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def found(done: subprocess.CompletedProcess[str]) -> list[tuple[str, int, str]]:
    report = json.loads(done.stdout)
    return [(it["rule"], it["line"], it["level"]) for it in report["findings"]]


def test_its_rule_judges_like_a_built_in_one(repo: GitRepo, site: Path) -> None:
    repo.commit({"shop.py": "PRICE = 1\n"})
    repo.write({"shop.py": NOTE})
    done = agentaudit(repo, site, "check", "--report", "json")
    assert done.returncode == 0, done.stderr
    assert found(done) == [("unticketed-note", 1, "warning")]


def test_without_the_package_nobody_knows_it(repo: GitRepo) -> None:
    repo.commit({"shop.py": "PRICE = 1\n"})
    repo.write({"shop.py": NOTE})
    assert found(agentaudit(repo, None, "check", "--report", "json")) == []


def test_explain_has_its_page(repo: GitRepo, site: Path) -> None:
    repo.commit({"shop.py": "PRICE = 1\n"})
    assert "  unticketed-note" in agentaudit(repo, site, "explain").stdout
    page = agentaudit(repo, site, "explain", "unticketed-note").stdout
    assert page.startswith("unticketed-note  (shortcuts: ")
    assert 'unticketed-note = { level = "warning", ticket = ' in page


@pytest.mark.parametrize(("level", "status"), [("error", 1), ("note", 0), ("off", 0)])
def test_the_policy_sets_its_level(repo: GitRepo, site: Path, level: str, status: int) -> None:
    policy = f'[tool.agentaudit.rules]\nunticketed-note = {{ level = "{level}" }}\n'
    repo.commit({"shop.py": "PRICE = 1\n", "pyproject.toml": policy})
    repo.write({"shop.py": NOTE})
    done = agentaudit(repo, site, "check", "--report", "json")
    assert done.returncode == status, done.stderr
    assert found(done) == ([] if level == "off" else [("unticketed-note", 1, level)])


def test_the_policy_sets_its_options(repo: GitRepo, site: Path) -> None:
    policy = "[tool.agentaudit.rules]\nunticketed-note = { ticket = 'ask \\w+' }\n"
    repo.commit({"shop.py": "PRICE = 1\n", "pyproject.toml": policy})
    repo.write({"shop.py": NOTE})
    done = agentaudit(repo, site, "check", "--report", "json")
    assert done.returncode == 0, done.stderr
    assert found(done) == []


def test_a_policy_for_a_rule_that_is_not_installed_is_refused(repo: GitRepo) -> None:
    policy = '[tool.agentaudit.rules]\nunticketed-note = { level = "note" }\n'
    repo.commit({"shop.py": "PRICE = 1\n", "pyproject.toml": policy})
    repo.write({"shop.py": NOTE})
    done = agentaudit(repo, None, "check")
    assert done.returncode == 3
    assert "unticketed-note" in done.stderr
    assert "Traceback" not in done.stderr


def test_its_examples_hold() -> None:
    spec = importlib.util.spec_from_file_location(MODULE, PACKAGE / f"{MODULE}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rules: list[type[Rule]] = list(module.agentaudit_rules())
    for rule in rules:
        for example in rule.examples:
            places = [f"{it.location.path}:{it.location.line}" for it in findings(rule, example)]
            assert places == list(example.expect), example.title
