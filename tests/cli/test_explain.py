"""`agentaudit explain`: every rule's page comes from the rule."""

from __future__ import annotations

import pytest

from pytest_agentaudit.audit.catalogue import all_rules
from pytest_agentaudit.cli import main
from pytest_agentaudit.cli.rule_page import FAMILIES, rule_page
from pytest_agentaudit.model import Family
from pytest_agentaudit.rules import Rule, builtin_rules

RULES = [rule.name for rule in builtin_rules()]


def test_every_family_has_a_line() -> None:
    assert set(FAMILIES) == set(Family)


def test_the_list_names_every_rule(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["explain"]) == 0
    said = capsys.readouterr().out
    listed = [line.split()[0] for line in said.splitlines() if line.startswith("  ") and line[2] != " "]
    assert sorted(listed) == RULES
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize("name", RULES)
def test_a_page_says_all_that_a_reader_needs(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["explain", name]) == 0
    said = capsys.readouterr().out
    rule = all_rules()[name]
    assert said.startswith(f"{name}  ({rule.family}: ")
    for heading in (
        "Why:",
        "Fix:",
        "Not a fix:",
        "Usual level: ",
        "It fires: ",
        "It stays silent: ",
        "[tool.agentaudit.rules]",
    ):
        assert f"\n{heading}" in said or f"\n    {heading}" in said
    fires = rule_page(rule).fires[0]
    assert fires.places
    assert all(f"  -> {place}" in said for place in fires.places)
    for option in rule.options:
        assert f", {option} = " in said


@pytest.mark.parametrize("rule", builtin_rules(), ids=RULES)
def test_the_first_example_is_at_the_usual_level_where_one_is(rule: type[Rule]) -> None:
    level = rule.level.value
    at_level = [
        any(place.endswith(f" {level}") or " " not in place for place in it.places) for it in rule_page(rule).fires
    ]
    assert at_level == sorted(at_level, reverse=True)


def test_an_example_tells_what_was_known_beside_the_change() -> None:
    rules = all_rules()
    run = next(it for it in rule_page(rules["untested-change"]).silent if it.context)
    assert run.context == ("with a run of 1 test", "tests ran in shop/pricing.py: lines 6, 7, 8")
    tried = rule_page(rules["unproven-test"]).fires[0]
    assert tried.context[-1] == "test_no_refunds, without the change: passes"
    assert rule_page(rules["unsupported-claim"]).fires[0].context[0].startswith("the commit says: ")
    assert rule_page(rules["missing-step"]).fires[0].context[0].startswith("step changelog: failed, ")
    assert rule_page(rules["stale-waiver"]).fires[0].context == (
        "waiver for added-suppression in src/legacy.py, load: it expired on 2026-01-31",
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("weakend-assertion", "weakened-assertion"), ("Removed_Test", "removed-test")],
)
def test_a_typo_gets_the_nearest_name(typed: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", typed]) == 2
    assert capsys.readouterr().err == f"agentaudit explain: no rule {typed!r}; did you mean {meant!r}?\n"


def test_an_unknown_name_gets_the_way_to_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "\x1b"]) == 2
    assert "no rule '\\\\x1b'; `agentaudit explain` lists them all" in capsys.readouterr().err


def test_levels_stand_one_below_the_other(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["explain", "moved-base"]) == 0
    said = capsys.readouterr().out
    assert (
        "\nLevel:\n"
        "  error    where the new base is head itself, one of its\n"
        "           parents or a commit by its number\n"
        "  warning  otherwise\n\nWhy: "
    ) in said


def test_what_a_paragraph_says_of_levels_is_kept_whole() -> None:
    for rule in builtin_rules():
        words = " ".join((rule.__doc__ or "").split()).replace("; ", " ").replace(", ", " ").split()
        page = rule_page(rule)
        told = [page.summary]
        for it in page.paragraphs:
            levels = [f"{level} {when}" if when != "as a rule" else level for level, when in it.levels]
            told += [f"{it.head}:" if it.head else "", *levels, it.text]
        kept = " ".join(told).replace("; ", " ").replace(", ", " ").split()
        assert [word.rstrip(".") for word in kept] == [word.rstrip(".") for word in words], rule.name
