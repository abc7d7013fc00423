"""Every rule there is, and what may be said of it."""

from __future__ import annotations

from importlib import import_module

from pytest_agentaudit.audit.rule_packages import third_party_rules
from pytest_agentaudit.model import RuleInfo
from pytest_agentaudit.rules import Rule, builtin_rules, by_name


def all_rules() -> dict[str, type[Rule]]:
    """Built-in rules and those of installed packages (entry-point group "agentaudit"), by name."""
    return by_name((*builtin_rules(), *third_party_rules()))


def info(rule: type[Rule]) -> RuleInfo:
    """What renderers may say of a rule."""
    page = import_module("inspect").cleandoc(rule.__doc__ or "")  # audits without a finding do without it
    return RuleInfo(rule.name, rule.family, rule.level, page.split("\n", 1)[0], page)
