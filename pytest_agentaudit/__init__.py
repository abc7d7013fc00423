"""Audit agent-generated changes from pytest: did the required steps really happen, and is the evidence real?

The names below load on first use: pytest imports this package at every start, flag or no flag. Children of an audit
import it before pytest does, which pytest would warn of, were it not for this mark: PYTEST_DONT_REWRITE.
"""

from importlib import import_module

TYPE_CHECKING = False  # as `typing` has it, which costs more than all else that the package needs to begin
if TYPE_CHECKING:
    from pytest_agentaudit.model import Evidence, Family, Finding, Level, Location, Needs, NotJudged, Verdict
    from pytest_agentaudit.rules import Audit, Example, Rule

__version__ = "0.1.0"
__all__ = [
    "Audit",
    "Evidence",
    "Example",
    "Family",
    "Finding",
    "Level",
    "Location",
    "Needs",
    "NotJudged",
    "Rule",
    "Verdict",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = "rules" if name in {"Audit", "Example", "Rule"} else "model"
    return getattr(import_module(f"{__name__}.{room}"), name)
