"""The examples of moved-base."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_POLICY = '[project]\nname = "shop"\n\n[tool.agentaudit]\nbase = "{}"\n'
_CI = (
    "jobs:\n  audit:\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          fetch-depth: 0\n"
    "      - run: {}\n"
)
_WORKFLOW = ".github/workflows/audit.yml"
_VERIFY = "agentaudit verify --base origin/main"

EXAMPLES = (
    Example(
        "the policy names head's parent",
        {"pyproject.toml": _POLICY.format("origin/main")},
        {"pyproject.toml": _POLICY.format("HEAD~1")},
        ("pyproject.toml:5 error",),
    ),
    Example(
        "the policy names another branch",
        {"pyproject.toml": _POLICY.format("origin/main")},
        {"pyproject.toml": _POLICY.format("origin/agent")},
        ("pyproject.toml:5 warning",),
    ),
    Example(
        "CI compares with head",
        {_WORKFLOW: _CI.format(_VERIFY)},
        {_WORKFLOW: _CI.format("agentaudit verify --base HEAD")},
        (f"{_WORKFLOW}:7 error",),
    ),
    Example(
        "an option of pytest's",
        {"pytest.ini": "[pytest]\naddopts = --agent-audit\n"},
        {"pytest.ini": "[pytest]\naddopts = --agent-audit --agent-audit-base=HEAD\n"},
        ("pytest.ini:2 error",),
    ),
    Example(
        "CI fetches one commit",
        {_WORKFLOW: _CI.format(_VERIFY)},
        {_WORKFLOW: _CI.format(_VERIFY).replace("fetch-depth: 0", "fetch-depth: 1")},
        (f"{_WORKFLOW}:6 warning",),
    ),
    Example(
        "a first policy that names the main branch",
        {"pyproject.toml": '[project]\nname = "shop"\n'},
        {"pyproject.toml": _POLICY.format("origin/main")},
    ),
    Example(
        "the audit comes to CI",
        {_WORKFLOW: _CI.format("pytest")},
        {_WORKFLOW: _CI.format(_VERIFY)},
    ),
    Example(
        "history that no audit needs",
        {_WORKFLOW: _CI.format("pytest")},
        {_WORKFLOW: _CI.format("pytest").replace("fetch-depth: 0", "fetch-depth: 1")},
    ),
    Example(
        "another command's base",
        {_WORKFLOW: _CI.format("deploy --base origin/main")},
        {_WORKFLOW: _CI.format("deploy --base HEAD")},
    ),
)
