"""The rule edited-guard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pytest_agentaudit.facts.gates.model import LEVELS, USUAL, Edited, Guard, LostCheck
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules import builtin_rules
from pytest_agentaudit.rules.base import Audit, Example, Rule

SHOWN = 3
"""How many names a message lists."""

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


class EditedGuard(Rule):
    """What guards the project demands less: code owners, instructions and permissions of agents, this audit's policy.

    Read are CODEOWNERS, files of instructions for coding agents (AGENTS.md, CLAUDE.md, .cursorrules and their kin),
    their settings of permissions and hooks, `[tool.agentaudit]`, and where the audit itself is started. Sentences
    that were reworded, and rules that became stricter, are silent. A waiver that a change adds is told too, with those
    who may sign or approve one: it counts from the next change on. An approval of the change by one of the base's
    `approvers`, or by a code owner where the policy asks for those, accepts its waivers.

    Level: error where this audit is softened or removed: a rule's level, a step, a waiver, the audit in addopts or CI;
    warning for owners, permissions, hooks of agents, and options of the policy whose direction is not known; note for
    instructions.

    Why: whoever is being checked should not decide what is checked.
    Fix: leave the guard as it is, and let those who own it change it in a change of its own.
    Not a fix: the same edit under another title.
    """

    name = "edited-guard"
    family = Family.GATES
    level = Level.ERROR
    examples = (
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
        _example(
            "a hook of an agent is gone", _COPILOT_PATH, _COPILOT, '{"hooks": {}}\n', f"{_COPILOT_PATH}:1 warning"
        ),
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
        _example(
            "the policy is gone", "pyproject.toml", _POLICY, '[project]\nname = "shop"\n', "pyproject.toml:2 error"
        ),
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

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each guard; one for all permissions of a file."""
        alike: dict[object, list[Edited]] = defaultdict(list)
        for it in audit.delta.gates.edited_guards:
            one = (it.guard, it.path) if it.guard is Guard.PERMISSIONS else it
            alike[one, _level(it)].append(it)
        for members in alike.values():
            level = _level(members[0])
            if level:
                yield self._edited(audit, members, level)
        for lost in audit.delta.gates.audits:
            if not (lost.still or lost.instead):
                yield self._unaudited(lost)
        yield from self._addopts(audit)

    def _edited(self, audit: Audit, members: Sequence[Edited], level: Level) -> Finding:
        it = members[0]
        place = (it.path, it.new_line) if it.new_line else audit.delta.gates.places.head(it.path, it.old_line)
        old, new = ("; ".join(filter(None, it)) for it in zip(*((one.old, one.new) for one in members), strict=True))
        return self.finding(
            Location(*place, symbol=it.name),
            _message(members),
            level=level,
            evidence={"base": old or "(nothing)", "head": new or "(gone)"},
            fix=_WAIVED if it.guard is Guard.WAIVER else _LEFT,
            not_a_fix="the same edit under another title",
        )

    def _unaudited(self, lost: LostCheck) -> Finding:
        what = f"`{lost.excuse}` drops the failure of" if lost.excuse else "nothing runs any more"
        return self.finding(
            Location(lost.path, lost.line),
            f"The audit itself no longer counts: {what} `{lost.old.command.text}`.",
            evidence={"base": lost.old.command.text, "head": lost.new.command.text if lost.new else "(gone)"},
            fix="let the audit run and fail as before",
        )

    def _addopts(self, audit: Audit) -> Iterator[Finding]:
        """Pytest's addopts without the option that starts the audit, or with one that makes it harmless."""
        for old, new in audit.delta.gates.settings.values():
            was, now = old.get("pytest.addopts.--agent-audit"), new.get("pytest.addopts.--agent-audit")
            never = new.get("pytest.addopts.--agent-audit-fail-on")
            before = old.get("pytest.addopts.--agent-audit-fail-on")
            harmless = never is not None and never.value == "never" and not (before and before.value == "never")
            if not was or (now and not harmless):
                continue
            place = (
                (never.path, never.line) if never and harmless else audit.delta.gates.places.head(was.path, was.line)
            )
            told = "`--agent-audit-fail-on=never` was added" if harmless else "`--agent-audit` is gone from addopts"
            yield self.finding(
                Location(*place),
                f"The audit itself no longer counts: {told}.",
                evidence={"base": f"{was.path}: --agent-audit", "head": told},
                fix="keep the option in addopts",
            )


_LEFT = "leave the guard as it was; propose what should change to those who own it, in a change of its own"
_WAIVED = "have it signed instead (`agentaudit waive --sign`) or approved, or propose it in a change of its own"
_TEXTS = {
    Guard.OWNERS: "Code owners lost a say in `{0}`.",
    Guard.SHARED: "Others own {0} since the change; those who did keep the rest.",
    Guard.OUTVOTED: "Others own {0} since the change: their line counts before that of the owners until now.",
    Guard.INSTRUCTIONS: "An instruction for agents is gone: {0}",
    Guard.PERMISSIONS: "An agent may do more than before: `{0}`.",
    Guard.HOOKS: "A hook that watched agents is gone: `{0}`.",
    Guard.BRANCH: "The file that protects branches is gone: `{0}`.",
    Guard.LEVEL: "The policy lowers `{0}` from {1} to {2}.",
    Guard.OPTION: "The policy's option `{0}` went from {1} to {2}.",
    Guard.STEP: "The policy's step `{0}` is gone, or demands something else.",
    Guard.SOURCE: "The policy's `{0}` went from {1} to {2}.",
    Guard.POLICY: "The policy of this audit is gone.",
    Guard.BEARING: "The policy applies to agents' changes only from now on.",
    Guard.WAIVER: "The policy waives {0} from now on.",
    Guard.GRANTORS: "The policy's `{0}` went from {1} to {2}: more can be waived from now on.",
    Guard.SIGNERS: "`{0}` may sign waivers from now on.",
}


_GRAVE = frozenset({Guard.STEP, Guard.POLICY, Guard.BEARING, Guard.WAIVER, Guard.GRANTORS, Guard.SIGNERS})
"""What only ever demands less."""


def _message(members: Sequence[Edited]) -> str:
    it, names = members[0], [one.name for one in members]
    said = "`, `".join(names[:SHOWN]) + (f"` and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    text = _TEXTS[it.guard].format(said, it.old or "its default", it.new or "its default")
    return text.replace(" more`", " more")


def _level(it: Edited) -> Level | None:
    """How much an edit weighs; None where it softens nothing."""
    if it.guard is Guard.LEVEL:
        return Level.ERROR if _is_softer(it) else None
    if it.guard is Guard.OPTION:
        return _option_level(it)
    of_files = it.name.startswith("roles.") or it.name == "built-files" or (it.name == "source" and it.old != "")
    fewer = it.guard is Guard.SOURCE and of_files
    if fewer or it.guard in _GRAVE:
        return Level.ERROR
    others_stay = it.guard is Guard.OWNERS and len(it.new.split()) > 1
    return Level.NOTE if others_stay or it.guard in {Guard.INSTRUCTIONS, Guard.SHARED} else Level.WARNING


def _is_softer(it: Edited) -> bool:
    rule = it.name.partition(" in ")[0]
    return _strength(rule, it.new) < _strength(rule, it.old)


def _strength(rule: str, level: str) -> int:
    usual = next((str(known.level) for known in builtin_rules() if known.name == rule), "error")
    return LEVELS.get(usual if level == USUAL else level, LEVELS["error"])


def _option_level(it: Edited) -> Level | None:
    """A number called `max` softens as it grows, a list of exceptions too; what others mean, their rules know."""
    numbers = [_number(it.old), _number(it.new)]
    rule, _, key = it.name.partition(".")
    default = next((known.options.get(key) for known in builtin_rules() if known.name == rule), None)
    if default == ():
        was, now = (set(text.strip("[]").split(", ")) for text in (it.old, it.new))
        return Level.ERROR if it.new and not now <= was else None
    if key.startswith("max") and numbers[1] is not None:
        before = numbers[0] if numbers[0] is not None else _number(str(default))
        return Level.ERROR if before is not None and numbers[1] > before else None
    return Level.WARNING


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
