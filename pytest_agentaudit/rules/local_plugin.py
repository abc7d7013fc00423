"""The rule local-plugin."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.harness.plugins import ENTRY_POINT, LocalPlugin, local_plugins
from pytest_agentaudit.facts.kinds.harness import POWERFUL, REPORTS, RUNNERS
from pytest_agentaudit.model import (
    Family,
    Finding,
    Level,
    Location,
    Needs,
    NotJudged,
)
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.bent_run import seen, shown


class LocalPluginRule(Rule):
    """A module of the repository is newly loaded as a plugin of pytest, and it can bend the run.

    By `pytest_plugins`, by `-p` in the settings, or by an entry point of the repository's own metadata; the module
    implements hooks that report, run or choose tests.

    Level: warning where it has hooks that report or run tests (of an entry point, that report: a project may offer a
    plugin to its users); note for hooks that choose tests or end the run. Modules
    of fixtures, installed plugins, and projects that were plugins before are silent. What such a hook does is judged by
    rules of its own.

    Why: a plugin is loaded before conftests, and readers look for hooks in conftests.
    Fix: put hooks into the conftest beside the tests that need them; keep fixtures in the plugin.
    Not a fix: loading it by another name.
    """

    name = "local-plugin"
    family = Family.HARNESS
    level = Level.WARNING
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("local_plugin")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each module."""
        run = seen(audit)
        shown_by_run = {it.path: it.hooks for it in run.plugins} if run else {}
        for it in local_plugins(audit.change, audit.delta):
            hooks = sorted({*it.hooks, *(hook for hook in shown_by_run.get(it.file, ()) if hook in POWERFUL)})
            if hooks:
                yield self._found(it, hooks)

    def _found(self, it: LocalPlugin, hooks: list[str]) -> Finding:
        grave = REPORTS if it.by == ENTRY_POINT else REPORTS | RUNNERS
        strong = not grave.isdisjoint(hooks)
        return self.finding(
            Location(it.path, it.line),
            f"pytest now loads `{it.file}` of the repository as a plugin, by {it.by}; it implements {shown(hooks)}.",
            level=Level.WARNING if strong else Level.NOTE,
            evidence={"plugin": it.file, "hooks": ", ".join(hooks)},
            fix="put hooks into the conftest beside the tests that need them",
            not_a_fix="loading it by another name",
            related=(Location(it.file),),
        )
