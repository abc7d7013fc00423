"""The names and options of all rules, as the policy asks for them: a rule is imported only when a policy names one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module


class KnownRules(Mapping[str, Mapping[str, object]]):
    """Rule name -> option -> default. AuditError where an installed rule package cannot be loaded."""

    def __getitem__(self, name: str) -> Mapping[str, object]:
        return self._options[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._options)

    def __len__(self) -> int:
        return len(self._options)

    @cached_property
    def _options(self) -> dict[str, Mapping[str, object]]:
        rules = import_module("pytest_agentaudit.audit.catalogue").all_rules()
        return {name: rule.options for name, rule in rules.items()}
