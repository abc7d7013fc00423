"""Every rule there is, and what may be said of it."""

from __future__ import annotations

import textwrap

from pytest_agentaudit.audit.rule_packages import third_party_rules
from pytest_agentaudit.model import RuleInfo
from pytest_agentaudit.rules import Rule, builtin_rules, by_name


def all_rules() -> dict[str, type[Rule]]:
    """Built-in rules and those of installed packages (entry-point group "agentaudit"), by name."""
    return by_name((*builtin_rules(), *third_party_rules()))


def info(rule: type[Rule]) -> RuleInfo:
    """What renderers may say of a rule."""
    first, _, rest = (rule.__doc__ or "").partition("\n")
    page = f"{first}\n{textwrap.dedent(rest)}".strip()  # inspect.cleandoc() would cost more than all of the pages
    return RuleInfo(rule.name, rule.family, rule.level, page.split("\n", 1)[0], page)
