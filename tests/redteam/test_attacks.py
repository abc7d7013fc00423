"""What the audit says of each attack: without a run, beside the run, from outside, and in a strict house.

Which of them it does not turn red for a fitting reason stands in `misses.toml`; both directions fail a test.
"""

from __future__ import annotations

import pytest

from tests.redteam import running
from tests.redteam.attacks import ATTACKS, HERE, rows
from tests.redteam.scene import Attack, Naive, Scene
from tests.redteam.telling import HONEST, Outcome, Way, expected, listed, reasons, static, strict_policy

MOST = {Way.STATIC: 72, Way.ADVISORY: 51, Way.VERIFY: 33, Way.STRICT: 0}
"""Attacks that a way may not turn red: the figure only goes down."""
EXPECTED = {way: expected(way) for way in MOST}


def wanted(way: Way, name: str) -> Outcome:
    return Outcome.MISSED if name in HONEST else EXPECTED[way].get(name, Outcome.RED)


def test_each_row_of_the_tables_is_played_or_listed_as_out_of_reach() -> None:
    ids = [row.id for row in rows()]
    assert len(ids) == len(set(ids))
    assert set(ids) == {*ATTACKS, *listed("unplayed")}
    assert not ATTACKS.keys() & listed("unplayed").keys()


@pytest.mark.parametrize("way", MOST)
def test_the_list_of_misses_only_shrinks(way: Way) -> None:
    assert EXPECTED[way].keys() <= ATTACKS.keys()
    assert len(EXPECTED[way]) <= MOST[way]


def test_the_page_tells_every_reason() -> None:
    page = " ".join((HERE.parents[1] / "docs/threats.md").read_text(encoding="utf-8").split())
    assert [reason for reason in reasons() if reason not in page] == []


def test_without_a_run(scene: Scene, attack: Attack, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.play(attack)
    for key, value in scene.environ.items():
        if key.startswith("GIT_"):
            monkeypatch.setenv(key, value)
    told = static(scene, attack)
    assert told.outcome(attack) == wanted(Way.STATIC, name), told


def test_from_outside(scene: Scene, attack: Attack, verified: str) -> None:
    scene.play(attack)
    told = running.verify(scene)
    assert told.outcome(attack) == wanted(Way.VERIFY, verified), told.text


def test_in_a_strict_house_without_a_run(scene: Scene, attack: Attack, house: str) -> None:
    scene.play(attack, strict_policy())
    told = static(scene, attack)
    assert told.outcome(attack) == wanted(Way.STRICT, house), told


def test_in_a_strict_house(scene: Scene, attack: Attack, strict: str) -> None:
    scene.play(attack, strict_policy())
    told = running.verify(scene)
    assert told.outcome(attack) == wanted(Way.STRICT, strict), told.text


def test_beside_the_run(scene: Scene, attack: Attack, run: str) -> None:
    scene.play(attack)
    told = running.advisory(scene, attack)
    assert told.outcome(attack) == wanted(Way.ADVISORY, run), told.text


def test_a_naive_check_stays_green(scene: Scene, attack: Attack, run: str) -> None:
    scene.play(attack)
    match attack.naive:
        case Naive.PYTEST:
            assert running.naive(scene, attack), run
        case Naive.DIFF:
            assert "+" not in [line[:1] for line in scene.naive_diff().splitlines() if "noqa" in line]
