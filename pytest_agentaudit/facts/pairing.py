"""Old and new members of a change, paired: definitions, tests, and the demands of tests."""

from __future__ import annotations

from pytest_agentaudit.facts.pairing_assertions import pair_assertions
from pytest_agentaudit.facts.pairing_definitions import pair_definitions
from pytest_agentaudit.facts.pairing_tests import Elsewhere, pair_tests

__all__ = ["Elsewhere", "pair_assertions", "pair_definitions", "pair_tests"]
