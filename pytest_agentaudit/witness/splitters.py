"""Which part of a suite a run is, by the options and variables of what shares suites out among machines."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from msgspec import Struct

from pytest_agentaudit.model import Place


class Splitter(Struct, frozen=True):
    """How a plugin or a CI names a part. `option` is what a person types, `count` and `number` are the names of the
    two values, `first` is the number of the first part.
    """

    option: str
    count: str
    number: str
    first: int


PLUGINS = (
    Splitter("--splits", "splits", "group", 1),  # pytest-split
    Splitter("--num-shards", "num_shards", "shard_id", 0),  # pytest-shard
    Splitter("--test-group-count", "test-group-count", "test-group", 1),  # pytest-test-groups
)
"""By the destinations of their options."""

VARIABLES = (
    Splitter("CI_NODE_INDEX", "CI_NODE_TOTAL", "CI_NODE_INDEX", 1),  # GitLab
    Splitter("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", "CIRCLE_NODE_INDEX", 0),
    Splitter("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", "BUILDKITE_PARALLEL_JOB", 0),
)
"""By variables: a job is told its number, and hands pytest whatever it likes."""


def split_by(options: argparse.Namespace) -> Splitter | None:
    """The plugin that takes tests away from this run."""
    return next((it for it in PLUGINS if _place(it, vars(options))), None)


def switch_off(options: argparse.Namespace) -> None:
    """Take no tests away: both values as they are when absent."""
    splitter = split_by(options)
    if splitter is not None:
        count, number = (None, None) if splitter.first else (1, 0)
        setattr(options, splitter.count, count)
        setattr(options, splitter.number, number)


def place_of(options: argparse.Namespace, environ: Mapping[str, str]) -> Place | None:
    """Which part this run is by its options, or else by the CI's variables."""
    told = {name: int(value) for name, value in environ.items() if value.isascii() and value.isdecimal()}
    places = (*(_place(it, vars(options)) for it in PLUGINS), *(_place(it, told) for it in VARIABLES))
    return next((it for it in places if it), None)


def _place(splitter: Splitter, values: Mapping[str, object]) -> Place | None:
    """None where there are no such values, or the only part is all."""
    count, number = values.get(splitter.count), values.get(splitter.number)
    if not isinstance(count, int) or not isinstance(number, int) or count <= 1:
        return None
    place = number - splitter.first + 1
    return Place(place, count, splitter.option) if 1 <= place <= count else None
