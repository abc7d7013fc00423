"""The rule moved-base."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.audit_base import BaseEdit, base_edits, shallower_fetches
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.rules.base import Audit, Example, Rule

_POLICY = '[project]\nname = "shop"\n\n[tool.agentaudit]\nbase = "{}"\n'
_CI = (
    "jobs:\n  audit:\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          fetch-depth: 0\n"
    "      - run: {}\n"
)
_WORKFLOW = ".github/workflows/audit.yml"
_VERIFY = "agentaudit verify --base origin/main"


class MovedBase(Rule):
    """The revision that audits compare with was moved.

    Looked at are the policy's `base`, the base that pytest's options and CI's commands give to the audit, how much
    history CI fetches for it, and whether this clone's history is what its objects hold.

    Level: error where the new base is head itself, one of its parents or a commit by its number; warning otherwise.

    Why: with the base in the wrong place a part of the change is in nobody's audit.
    Fix: name the branch that changes are merged into, and let the person who owns it move it.
    Not a fix: a tag or a local branch of the same name.
    """

    name = "moved-base"
    family = Family.HIDDEN
    level = Level.WARNING
    examples = (
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

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for each place."""
        for edit in base_edits(audit.change, audit.delta):
            if edit.old or edit.of_itself:
                yield self._edited(edit)
        for file in audit.files(FileRole.CI):
            for line, before, now in shallower_fetches(file):
                was = before if int(before) else "all"
                yield self.finding(
                    Location(file.path, line),
                    f"CI fetches {now} commit where it fetched {was}: an audit there has no base to compare with.",
                    fix="fetch-depth: 0, or 2 on pull requests",
                )
        for doubt in audit.change.doubts:
            yield self.finding(
                Location("."),
                f"The base is in doubt: {doubt}.",
                fix="audit a fresh clone, against the branch of the remote",
                not_a_fix="naming another local branch",
            )

    def _edited(self, edit: BaseEdit) -> Finding:
        became = f"`{edit.new}`" if edit.new else "none"
        was = f"`{edit.old}`" if edit.old else "none"
        effect = ": it moves with the change" if edit.of_itself else ""
        return self.finding(
            Location(edit.path, edit.line),
            f"The base that {edit.where} names was {was} and is {became}{effect}.",
            level=Level.ERROR if edit.of_itself else self.level,
            fix="name the branch that changes are merged into",
            not_a_fix="a tag or a local branch of the same name",
        )
