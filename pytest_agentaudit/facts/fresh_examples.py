"""Examples in docstrings and texts (doctest) that a change brought or edited."""

from __future__ import annotations

import re

from pytest_agentaudit.facts.candidates import runners
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.patterns import regex

_EXAMPLE = regex(rb"^[+ \t]*>>> ", re.MULTILINE)


def has_examples(file: FileDelta) -> bool:
    """Whether an example stands on a line that the change added."""
    new = file.pair.new
    return new is not None and any(map(_EXAMPLE.match, new.lines(file.pair.added)))


def ran_altered(delta: Delta, evidence: Evidence) -> tuple[str, ...]:
    """The files of which such examples ran altered functions: a trial runs functions of tests alone."""
    files = {file.path for file in delta.files if has_examples(file)}
    functions = {(pair.new_path, pair.new.qualified_name) for pair in delta.tests if pair.new}
    if not files:
        return ()
    tests = (evidence.tests[index] for index in sorted(runners(delta, evidence)))
    return tuple(dict.fromkeys(it.path for it in tests if it.path in files and (it.path, it.function) not in functions))
