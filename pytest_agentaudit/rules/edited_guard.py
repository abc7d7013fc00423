"""The rule edited-guard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_agentaudit.facts.gates.model import LEVELS, USUAL, Edited, Guard, LostCheck
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules import builtin_rules
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

SHOWN = 3
"""How many names a message lists."""


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
    examples = kept_apart("edited_guard")

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
