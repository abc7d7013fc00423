"""The policy: what the team demands of a change, always read from the base revision."""

from pytest_agentaudit.policy.load import PATH, load, load_tree
from pytest_agentaudit.policy.model import (
    FailOn,
    Override,
    Policy,
    PolicyError,
    RuleLevel,
    RuleSettings,
    Step,
)
from pytest_agentaudit.policy.patterns import Patterns
from pytest_agentaudit.policy.steps import due, run_steps

__all__ = [
    "PATH",
    "FailOn",
    "Override",
    "Patterns",
    "Policy",
    "PolicyError",
    "RuleLevel",
    "RuleSettings",
    "Step",
    "due",
    "load",
    "load_tree",
    "run_steps",
]
