"""Settings and policies that cannot be used, at the base and at the head."""

from __future__ import annotations

import pytest

from tests.support.bad_input import SETTINGS, OddRepo, could_not_audit, found

BROKEN = f"{SETTINGS}[tool.agentaudit\n"
MISSPELT_KEY = f'{SETTINGS}[tool.agentaudit]\nsauce = ["src/**"]\n'
MISSPELT_RULE = f'{SETTINGS}[tool.agentaudit.rules]\nadded-supression = "off"\n'
POLICIES = [
    pytest.param(BROKEN, 4, "is not TOML: Expected ']' at the end of a table declaration", id="broken"),
    pytest.param(MISSPELT_KEY, 5, "tool.agentaudit.sauce: unknown key; did you mean `source`?", id="key"),
    pytest.param(
        MISSPELT_RULE,
        5,
        "tool.agentaudit.rules.added-supression: unknown rule; did you mean `added-suppression`?",
        id="rule",
    ),
]


def commit_alone(repo: OddRepo, text: str) -> None:
    """Commit these settings, and leave the rest of the change in the work tree."""
    repo.write({"pyproject.toml": text})
    repo.git("commit", "-q", "-m", "settings", "pyproject.toml")


@pytest.mark.parametrize(("text", "line", "cause"), POLICIES)
def test_a_policy_of_the_base(repo: OddRepo, command: str, text: str, line: int, cause: str) -> None:
    commit_alone(repo, text)
    repo.write({"pyproject.toml": SETTINGS})
    answer = repo.audit(command)
    said = f"the policy of base {repo.head[:7]} cannot be used: pyproject.toml:{line}: {cause}"
    could_not_audit(answer, command, said, "mend it on the base branch: the policy counts as it stands there")


def test_all_that_is_wrong_with_a_policy_is_told_at_once(repo: OddRepo, command: str) -> None:
    commit_alone(repo, f"{MISSPELT_KEY}bass = 'main'\n")
    answer = repo.audit(command)
    first = "cannot be used: pyproject.toml:5: tool.agentaudit.sauce: unknown key; did you mean `source`?"
    second = "pyproject.toml:6: tool.agentaudit.bass: unknown key; did you mean `base`?"
    assert first in answer.text
    could_not_audit(answer, command, f"the policy of base {repo.head[:7]}", second)
    assert "\\n" not in answer.text


@pytest.mark.parametrize(("text", "line", "cause"), POLICIES[1:])
def test_a_policy_of_the_head_would_stop_the_next_audit(
    repo: OddRepo, command: str, text: str, line: int, cause: str
) -> None:
    repo.write({"pyproject.toml": text})
    answer = repo.audit(command)
    lowered = [("pyproject.toml", line, "edited-guard", "error")] if text == MISSPELT_RULE else []  # in intention
    found(answer, ("pyproject.toml", line, "unreadable-file", "error"), *lowered)
    assert f"next change will not be able to use this policy: {cause}" in answer.text


def test_a_broken_pyproject_of_the_head(repo: OddRepo) -> None:
    repo.write({"pyproject.toml": BROKEN})
    answer = repo.audit("check")
    found(answer, ("pyproject.toml", 4, "unreadable-file", "error"))
    assert "Expected ']' at the end of a table declaration. mend that line" in answer.finding("pyproject.toml")
    stopped = repo.audit("pytest")  # by pytest itself, before any plugin is asked
    assert stopped.status == 4
    assert "pyproject.toml: Expected ']' at the end of a table declaration" in stopped.text


def test_a_broken_pyproject_of_the_base_that_holds_no_policy(repo: OddRepo, command: str) -> None:
    commit_alone(repo, "[tool.pytest.ini_options\n")
    repo.write({"pyproject.toml": SETTINGS})
    found(repo.audit(command))


def test_broken_settings_of_other_tools(repo: OddRepo, command: str) -> None:
    repo.write({".coveragerc": "branch = true\n", "ruff.toml": "[lint\n"})
    answer = repo.audit(command)
    found(
        answer,
        (".coveragerc", 1, "unreadable-file", "error"),
        ("ruff.toml", 1, "unreadable-file", "error"),
    )
