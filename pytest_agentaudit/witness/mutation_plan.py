"""What a run of mutants is asked to do."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.model import Mutant, Value


class Covering(Value, frozen=True):
    """The node ids of the tests that run a function, those first that matter most; `qualname` and `first_line` as in
    `Mutant`.
    """

    path: str
    qualname: str
    first_line: int
    tests: tuple[str, ...]


class MutationPlan(Value, frozen=True):
    """Which mutants are to be tried on which tests.

    `texts` are head's texts by path, relative to `root`, the work tree's absolute path. `seconds` is the time for all
    of it. Where it is to `widen`, survivors among the mutants of whole functions are shown to the other tests of the
    same files too; where the question is what the given tests notice, it is not.
    """

    root: str
    texts: Mapping[str, str]
    mutants: tuple[Mutant, ...]
    covering: tuple[Covering, ...]
    seconds: float
    widen: bool = True
