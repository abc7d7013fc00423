"""The examples of edited-guard."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.rules.base import Example

_OWNERS = "* @team\n/shop/payment/ @security @team\n/gone/ @team\n"
_RULES = "# Rules\n\n- You must run pytest before committing.\n- Never skip a failing test.\n- Prefer short names.\n"
_CLAUDE = '{\n  "permissions": {\n    "deny": ["Bash(git push --no-verify:*)"],\n    "allow": ["Read"]\n  }\n}\n'
_POLICY = (
    '[project]\nname = "shop"\n\n[tool.agentaudit.rules]\nremoved-test = "error"\nraised-complexity = { max = 10 }\n\n'
    '[[tool.agentaudit.steps]]\nname = "changelog"\nwhen = ["shop/**"]\nrequire = ["CHANGELOG.md"]\n'
)
_RULES_OF = "[tool.agentaudit.rules]\n"
_ELSEWHERE = 'unmeasured-change = { elsewhere = ["shop/a.c", "shop/b.c"] }\n'
_WAIVER = (
    '\n[[tool.agentaudit.waivers]]\nrule = "stub"\npath = "shop/a.py"\nsymbol = "load"\nreason = "later"\n'
    'owner = "team"\nexpires = 2027-01-31\n'
)
_SIGNERS = '[tool.agentaudit]\nallowed-signers = "signers"\napprovers = ["alice"]\n'
_OWNED = '[tool.agentaudit]\ncode-owners = "github"\n'
_SOURCE = '[tool.agentaudit]\nsource = ["shop/**", "tools/**"]\n'
_ADDOPTS = '[tool.pytest.ini_options]\naddopts = "--agent-audit"\n'
_CI = "on: push\njobs:\n  audit:\n    steps:\n      - run: agentaudit verify\n"
_COPILOT_PATH = ".github/hooks/audit.json"
_COPILOT = '{"hooks": {"agentStop": [{"type": "command", "bash": "agentaudit hook copilot"}]}}\n'
_CI_PATH = ".github/workflows/audit.yml"


def _example(
    title: str, path: str, before: str | None, after: str | None, *expect: str, more: Mapping[str, str] | None = None
) -> Example:
    rest = {"shop/a.py": "A = 1\n", "shop/payment/pay.py": "A = 1\n", **(more or {})}
    old, new = ({**rest, **({} if text is None else {path: text})} for text in (before, after))
    return Example(title, old, new, expect)


EXAMPLES = (
    _example("an owner is gone", "CODEOWNERS", _OWNERS, "* @team\n", "CODEOWNERS:1 warning"),
    _example("a later line names others", "CODEOWNERS", _OWNERS, f"{_OWNERS}* @agent\n", "CODEOWNERS:4 warning"),
    _example(
        "a later line names others for a part",
        "CODEOWNERS",
        _OWNERS,
        f"{_OWNERS}/shop/a.py @b\n",
        "CODEOWNERS:4 note",
    ),
    _example(
        "a file that counts before the owners' one",
        ".github/CODEOWNERS",
        None,
        "* @agent\n",
        ".github/CODEOWNERS:1 warning",
        more={"CODEOWNERS": _OWNERS},
    ),
    _example(
        "a hook that drops what it is told",
        _COPILOT_PATH,
        _COPILOT,
        _COPILOT.replace("copilot", "copilot || true"),
        f"{_COPILOT_PATH}:1 warning",
    ),
    _example(
        "a rule for agents is gone",
        "AGENTS.md",
        _RULES,
        _RULES.replace("- Never skip a failing test.\n", ""),
        "AGENTS.md:4 note",
    ),
    _example(
        "an agent may do what was denied",
        ".claude/settings.json",
        _CLAUDE,
        _CLAUDE.replace('"Bash(git push --no-verify:*)"', ""),
        ".claude/settings.json:3 warning",
    ),
    _example(
        "an agent may do all that was denied",
        ".claude/settings.json",
        _CLAUDE.replace('"deny": [', '"deny": ["WebFetch", "Task", "WebSearch", '),
        _CLAUDE.replace('"Bash(git push --no-verify:*)"', ""),
        ".claude/settings.json:3 warning",
    ),
    _example("a hook of an agent is gone", _COPILOT_PATH, _COPILOT, '{"hooks": {}}\n', f"{_COPILOT_PATH}:1 warning"),
    _example(
        "a rule is switched off",
        "pyproject.toml",
        _POLICY,
        _POLICY.replace('removed-test = "error"', 'removed-test = "off"'),
        "pyproject.toml:5 error",
    ),
    _example(
        "a rule's usual level is lowered",
        "pyproject.toml",
        _POLICY,
        _POLICY.replace("removed-test", 'skipped-test = "note"\nremoved-test'),
        "pyproject.toml:5 error",
    ),
    _example(
        "a rule's limit is raised",
        "pyproject.toml",
        _POLICY,
        _POLICY.replace("max = 10", "max = 30"),
        "pyproject.toml:6 error",
    ),
    _example("a step is gone", "pyproject.toml", _POLICY, _POLICY.partition("\n[[")[0], "pyproject.toml:6 error"),
    _example("the policy is gone", "pyproject.toml", _POLICY, '[project]\nname = "shop"\n', "pyproject.toml:2 error"),
    _example(
        "pytest runs without the audit",
        "pyproject.toml",
        _ADDOPTS,
        _ADDOPTS.replace("--agent-audit", "-ra"),
        "pyproject.toml:2 error",
    ),
    _example("CI does not audit", _CI_PATH, _CI, _CI.replace("agentaudit verify", "echo"), f"{_CI_PATH}:5 error"),
    _example("a waiver is added", "pyproject.toml", _POLICY, _POLICY + _WAIVER, "pyproject.toml:13 error"),
    _example(
        "more people may approve",
        "pyproject.toml",
        _SIGNERS,
        _SIGNERS.replace('"alice"', '"alice", "mallory"'),
        "pyproject.toml:3 error",
    ),
    _example(
        "code owners may approve",
        "pyproject.toml",
        _SIGNERS,
        f'{_SIGNERS}code-owners = "github"\n',
        "pyproject.toml:4 error",
    ),
    Example(
        "somebody owns more where owners may approve",
        {"pyproject.toml": _OWNED, "CODEOWNERS": "* @team\n"},
        {"pyproject.toml": _OWNED, "CODEOWNERS": "* @team\n/shop/ @mallory\n"},
        ("CODEOWNERS:2 error",),
    ),
    Example(
        "another key may sign",
        {"pyproject.toml": _SIGNERS, "signers": "a@x.org ssh-ed25519 AAAA\n"},
        {"pyproject.toml": _SIGNERS, "signers": "a@x.org ssh-ed25519 AAAA\nb@x.org ssh-ed25519 BBBB\n"},
        ("signers:2 error",),
    ),
    _example(
        "the policy is for fewer files",
        "pyproject.toml",
        _SOURCE,
        _SOURCE.replace('"shop/**", ', ""),
        "pyproject.toml:2 error",
    ),
    _example(
        "a rule's exceptions are more",
        "pyproject.toml",
        _POLICY,
        _POLICY.replace(_RULES_OF, _RULES_OF + _ELSEWHERE),
        "pyproject.toml:5 error",
    ),
    _example(
        "a file that git ignores takes part in verified runs",
        "pyproject.toml",
        _SOURCE,
        f'{_SOURCE}built-files = ["shop/_version.py"]\n',
        "pyproject.toml:3 error",
    ),
    _example(
        "the policy is for agents only",
        "pyproject.toml",
        _SOURCE,
        f'{_SOURCE}applies-to = "agents"\n',
        "pyproject.toml:3 error",
    ),
    _example(
        "the policy is for everyone again",
        "pyproject.toml",
        f'{_SOURCE}applies-to = "agents"\n',
        _SOURCE,
    ),
    _example(
        "the policy is for more files",
        "pyproject.toml",
        _SOURCE,
        _SOURCE.replace('"tools/**"', '"tools/**", "docs/**"'),
    ),
    _example(
        "a stricter level",
        "pyproject.toml",
        _POLICY,
        _POLICY.replace('removed-test = "error"', 'removed-test = "error"\nmissing-assertion = "error"'),
    ),
    _example("a waiver moved, another is gone", "pyproject.toml", _POLICY + 2 * _WAIVER, _WAIVER[1:] + _POLICY),
    _example(
        "a rule's exceptions are fewer",
        "pyproject.toml",
        _POLICY.replace(_RULES_OF, _RULES_OF + _ELSEWHERE),
        _POLICY.replace(_RULES_OF, _RULES_OF + _ELSEWHERE.replace('"shop/a.c", ', "")),
    ),
    _example(
        "no such file takes part any more",
        "pyproject.toml",
        f'{_SOURCE}built-files = ["shop/_version.py"]\n',
        _SOURCE,
    ),
    _example("nobody may approve", "pyproject.toml", _SIGNERS, _SIGNERS.replace('"alice"', "")),
    _example("a stricter limit", "pyproject.toml", _POLICY, _POLICY.replace("max = 10", "max = 8")),
    _example("of a folder that is gone", "CODEOWNERS", _OWNERS, _OWNERS.replace("/gone/ @team\n", "")),
    _example("others own it by the same line", "CODEOWNERS", _OWNERS, _OWNERS.replace("* @team", "* @others")),
    _example("one owner more", "CODEOWNERS", _OWNERS, _OWNERS + "/docs/ @writers\n"),
    _example(
        "a rule in other words",
        "AGENTS.md",
        _RULES,
        _RULES.replace("You must run pytest before committing.", "Before committing, always run pytest with -ra."),
    ),
    _example("advice is gone", "AGENTS.md", _RULES, _RULES.replace("- Prefer short names.\n", "")),
    _example("a policy is new", "pyproject.toml", '[project]\nname = "shop"\n', _POLICY),
    _example(
        "more is denied", ".claude/settings.json", _CLAUDE, _CLAUDE.replace('"deny": [', '"deny": ["Bash(rm:*)", ')
    ),
)
