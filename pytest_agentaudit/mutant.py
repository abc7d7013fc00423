"""Mutants and what became of them: plain values, as `model` has them."""

from __future__ import annotations

from enum import StrEnum

from pytest_agentaudit.value import Value


class Operator(StrEnum):
    """What a mutant does to a function: the two controls, then what changes all of it, then what changes one place."""

    NULL = "null"  # nothing: the same code compiled again
    CONTROL = "control"  # ends the process with `CONTROL_STATUS`: whoever calls the function cannot miss it
    REVERT = "revert"
    EXTREME = "extreme"
    PERTURB = "perturb"
    COMPARISON = "comparison"
    CONDITION = "condition"
    NOT = "not"
    RETURN = "return"
    DELETE = "delete"
    BOOL = "bool"
    INT = "int"
    DEFAULT = "default"  # this and all below tell an old test from a new one, and judge no test by itself
    EMPTY = "empty answer"
    ORDER = "order"
    ITEM = "item"
    CALL = "call"
    OPERAND = "operand"
    ARGUMENT = "argument"
    MESSAGE = "message"

    @property
    def is_control(self) -> bool:
        """Whether it checks the proof instead of the tests."""
        return self in {Operator.NULL, Operator.CONTROL}

    @property
    def is_whole(self) -> bool:
        """Whether it changes what the function as a whole does."""
        return self in {Operator.REVERT, Operator.EXTREME, Operator.PERTURB}


CONTROL_STATUS = 77
"""The exit status by which a control mutant is known."""
ANOTHER = "__another__"
"""The function that mutants may call: it gives another value of its first argument's type. The second says which:
"empty" is the type's own empty value, "order" the same items the other way round, a number another item in that place.
Who runs mutants provides it.
"""


class Mutant(Value, frozen=True):
    """A changed function with one more edit. `qualname` and `first_line` are those of its code object at head
    (`outer.<locals>.inner`, the first decorator's line). `start` and `end` are offsets in the characters of head's
    text, between which `replacement` stands instead.
    """

    id: str
    path: str
    qualname: str
    first_line: int
    operator: Operator
    start: int
    end: int
    replacement: str


class Fate(StrEnum):
    """What became of a mutant. A proof is only in the first two; a crash kills without any assertion."""

    SURVIVED = "survived"
    NOTICED = "noticed"  # by an assertion outside of the mutated file
    CRASHED = "crashed"
    TIMED_OUT = "timed out"
    DIED = "died"
    NOT_REACHED = "not reached"
    NOT_JUDGED = "not judged"


class MutantFate(Value, frozen=True):
    """What became of a mutant, by its id: at which test (its node id, "" where none decided), and why. `also` are tests
    that noticed it in other shards. Where all tests were asked, `noticed` and `passed` say which did what.
    """

    id: str
    fate: Fate
    test: str = ""
    reason: str = ""
    also: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


class SetAside(Value, frozen=True):
    """A test that could not be a witness for a function's mutants, and why."""

    path: str
    qualname: str
    first_line: int
    test: str
    reason: str


class MutantFates(Value, frozen=True):
    """All that a plan brought to light: one fate for each mutant that is no control, in the plan's order."""

    fates: tuple[MutantFate, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
