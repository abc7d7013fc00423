"""The policy: what the team demands of a change, always read from the base revision."""

from pytest_agentaudit.policy.load import load, load_tree
from pytest_agentaudit.policy.model import (
    FailOn,
    Override,
    Policy,
    PolicyError,
    RuleLevel,
    RuleSettings,
    Step,
)

__all__ = [
    "FailOn",
    "Override",
    "Policy",
    "PolicyError",
    "RuleLevel",
    "RuleSettings",
    "Step",
    "load",
    "load_tree",
]
