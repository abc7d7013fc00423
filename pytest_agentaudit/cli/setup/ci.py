"""The CI job: the audit of a whole request, from outside of its own code and without any right to write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from pytest_agentaudit import __version__
from pytest_agentaudit.cli.setup.edits import Edit, Folder, appended
from pytest_agentaudit.cli.setup.yaml_text import plain, read
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.facts.gates.document import yaml
from pytest_agentaudit.patterns import regex

PART = "CI"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
SETUP_PYTHON = "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0"
"""The actions that a workflow uses, pinned to commits."""
PYTHON = "3.14"
"""The Python that audits: one that reads the newest syntax."""
WORKFLOWS = ".github/workflows"
GITHUB = f"{WORKFLOWS}/agent-audit.yml"
GITLAB = ".gitlab-ci.yml"

WORKFLOW = f"""\
# Audits each pull request as a whole, without running its code.
name: agent audit

on:
  pull_request:

permissions:
  contents: read

jobs:
  agent-audit:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: {CHECKOUT}
        with:
          fetch-depth: 0 # the merge base, and the messages of all commits
          persist-credentials: false
      - uses: {SETUP_PYTHON}
        with:
          python-version: "{PYTHON}"
      - run: python -m pip install pytest-agentaudit=={__version__}
      - run: agentaudit check
"""
JOB = f"""\
# Audits each merge request as a whole, without running its code.
agent-audit:
{{stage}}  image: python:{PYTHON}
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: "0" # the merge base, and the messages of all commits
  script:
    - python -m pip install pytest-agentaudit=={__version__}
    - agentaudit check
"""
_NAMED = regex(r"agent-?audit")
_RUNS_PYTEST = regex(r"(?<!install)(?<!install -U)\s(?:py\.test|pytest)(?:\s|$)")


def github(folder: Folder) -> Edit:
    """A workflow of its own, unless one of the repository's names the audit already."""
    for path in folder.files(WORKFLOWS, ".yml", ".yaml"):
        if _NAMED.search(text := folder.read(path) or ""):
            return Edit(PART, path, text, text, "has the audit")
    return Edit(PART, GITHUB, None, WORKFLOW)


def gitlab(folder: Folder) -> Edit:
    """The pipeline with a job more; AuditError where it is no YAML, or no mapping."""
    before = folder.read(GITLAB)
    if before is not None and _NAMED.search(before):
        return Edit(PART, GITLAB, before, before, "has the audit")
    document = plain(read(before or "", GITLAB)) or {}
    job = JOB.format(stage=_stage(document))
    after = appended(before, job)
    ours = plain(yaml(job))
    if not isinstance(document, dict) or not isinstance(ours, dict) or plain(yaml(after)) != {**document, **ours}:
        raise AuditError(f"{GITLAB} takes no job at its end", f"add by hand:\n{job}")
    return Edit(PART, GITLAB, before, after)


def _stage(document: object) -> str:
    """The job's stage, where the pipeline lacks `test`, GitLab's default: the last that sounds like checks."""
    stages = document.get("stages") if isinstance(document, dict) else None
    if not isinstance(stages, list) or not stages or "test" in stages:
        return ""
    fitting = [it for it in stages if any(word in str(it) for word in ("test", "check", "lint", "quality", "verif"))]
    return f"  stage: {fitting[-1] if fitting else stages[0]}\n"


SYSTEMS = {"github": github, "gitlab": gitlab}
"""What sets up the job, by the CI system's name."""


def in_use(folder: Folder) -> str:
    """The CI system that a repository has files of, or "none"."""
    if folder.has(GITLAB):
        return "gitlab"
    return "github" if folder.has(WORKFLOWS) else "none"


def runs_of_tests(folder: Folder, system: str) -> Iterator[str]:
    """Where the repository's own jobs call pytest: "PATH:LINE", the first of each file."""
    paths = [GITLAB] if system == "gitlab" else list(folder.files(WORKFLOWS, ".yml", ".yaml"))
    for path in paths:
        for number, line in enumerate((folder.read(path) or "").splitlines(), start=1):
            if _RUNS_PYTEST.search(line.partition("#")[0]) and PurePosixPath(path).name != PurePosixPath(GITHUB).name:
                yield f"{path}:{number}"
                break
