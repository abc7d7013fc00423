"""All attacks: what the tables say of them, and how they are done."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.redteam import bending, disabling, evidence, hiding, repository, settings, source
from tests.redteam.scene import Attack

HERE = Path(__file__).parent
TABLES = ("attacks-dev.tsv", "attacks-own.tsv")
ATTACKS: Mapping[str, Attack] = {
    **disabling.ATTACKS,
    **hiding.ATTACKS,
    **source.ATTACKS,
    **evidence.ATTACKS,
    **settings.ATTACKS,
    **bending.ATTACKS,
    **repository.ATTACKS,
}
"""How each attack is done, by its id."""


@dataclass(frozen=True)
class Row:
    """What a table says of an attack: `power` is what the attacker has to be able to change, `level` where it must be
    caught, `expected` the finding in the table's own words.
    """

    id: str
    family: str
    how: str
    power: str
    level: str
    expected: str


def rows() -> list[Row]:
    """The rows of all tables."""
    found = []
    for name in TABLES:
        with (HERE / name).open(encoding="utf-8", newline="") as file:
            found += [Row(*line) for line in list(csv.reader(file, delimiter="\t"))[1:]]
    return found
