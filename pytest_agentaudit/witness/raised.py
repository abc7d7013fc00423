"""What a test raised: where, and in one line."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

import pytest

if TYPE_CHECKING:
    from doctest import DocTestFailure

REASON_LENGTH = 200
"""Characters kept of what a test raised."""


def raised_in(error: BaseException) -> str:
    """The file of the code that raised an exception; "" where it tells no place."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename if trace else ""


def leaves(error: BaseException | None) -> Iterator[BaseException]:
    """The exceptions in a group, or of the examples of one docstring, or the one."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    elif isinstance(failures := getattr(error, "failures", None), list):
        yield from (it for it in failures if isinstance(it, BaseException))
    elif error is not None:
        yield error


def is_demand(error: BaseException) -> bool:
    """Whether a test said no: an `assert`, `pytest.fail` and what is built on it, or an example with another result."""
    return isinstance(error, AssertionError | pytest.fail.Exception) or is_example(error)


def one_line(error: BaseException | None) -> str:
    """An exception in one line; "" for none."""
    return "" if error is None else f"{type(error).__name__}: {_message(error)}".removesuffix(": ")[:REASON_LENGTH]


def _message(error: BaseException) -> str:
    if is_example(error):
        return f"expected {_short(error.example.want)}, got {_short(error.got)}"
    try:
        return str(error).strip().split("\n", 1)[0]
    except Exception:  # noqa: BLE001 - it may be a mutant's, and may raise what it likes
        return ""


def is_example(error: BaseException) -> TypeGuard[DocTestFailure]:
    """Whether an example (doctest) came out otherwise."""
    doctest = sys.modules.get("doctest")  # who runs examples has loaded it
    return doctest is not None and isinstance(error, doctest.DocTestFailure)


def _short(text: str) -> str:
    return textwrap.shorten(text, 40, placeholder="...") or "nothing"
