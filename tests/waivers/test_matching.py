"""Which findings a waiver accepts: pure values, without git."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_agentaudit.model import Family, Finding, Level, Location, Result
from pytest_agentaudit.policy.model import FailOn, Policy
from pytest_agentaudit.policy.waivers import Claim, Flaw, Waivers, added, fault, flaw, still
from pytest_agentaudit.verdict import decide, weighable
from pytest_agentaudit.waiver import Waiver

DAY = date(2026, 12, 1)
WAIVER = Waiver("stub", "src/a.py", "why", "team-a", date(2027, 1, 31), symbol="load", file="pyproject.toml", line=7)


def finding(path: str = "src/a.py", symbol: str = "load", *related: Location, rule: str = "stub") -> Finding:
    found = Finding(rule, Family.SHORTCUTS, Level.ERROR, "m", Location(path, 3, symbol=symbol), related=related)
    return weighable([found], Policy())[0][0]


def accepts(waiver: Waiver, one: Finding, *parts: str) -> bool:
    return bool(Waivers((Claim(waiver),), parts).weigh([one]).waived)


@pytest.mark.parametrize(
    ("changes", "accepted"),
    [
        ({}, True),
        ({"symbol": ""}, True),
        ({"symbol": "Client.load"}, False),
        ({"symbol": "loa"}, False),
        ({"rule": "removed-test"}, False),
        ({"path": "a.py"}, False),
        ({"path": "src"}, False),
        ({"path": "src/*.py"}, True),
        ({"path": "src/**"}, True),
        ({"path": "lib/*.py"}, False),
        ({"fingerprint": finding().fingerprint}, True),
        ({"fingerprint": finding().fingerprint, "symbol": ""}, True),
        ({"fingerprint": "0" * 32}, False),
        ({"fingerprint": finding().fingerprint, "path": "src/b.py"}, False),
    ],
)
def test_all_that_a_waiver_says_must_fit(changes: dict[str, str], *, accepted: bool) -> None:
    assert accepts(replace(WAIVER, **changes), finding()) is accepted


def test_a_name_with_brackets_means_itself() -> None:
    assert accepts(replace(WAIVER, path="app/[id].py", symbol=""), finding("app/[id].py"))


@pytest.mark.parametrize(
    ("file", "parts", "path", "accepted"),
    [
        ("pyproject.toml", ("libs/one",), "src/a.py", True),
        ("pyproject.toml", ("src",), "src/a.py", False),
        ("libs/one/pyproject.toml", ("libs/one",), "libs/one/src/a.py", True),
        ("libs/one/pyproject.toml", ("libs/one",), "src/a.py", False),
        ("libs/one/pyproject.toml", ("libs/one",), "libs/one-more/src/a.py", False),
        ("libs/one/pyproject.toml", ("libs/one", "libs/one/src"), "libs/one/src/a.py", False),
    ],
)
def test_the_nearest_policy_governs(file: str, parts: tuple[str, ...], path: str, *, accepted: bool) -> None:
    assert accepts(replace(WAIVER, file=file), finding(path), *parts) is accepted


def test_a_finding_of_several_places_is_accepted_when_all_of_them_are() -> None:
    both = finding("src/a.py", "load", Location("src/a.py", 9, symbol="save"))
    weighed = Waivers((Claim(WAIVER),)).weigh([both])
    why = weighed.kept[0].evidence["waiver"]
    assert "pyproject.toml:7 does not count: the finding is about src/a.py:9 too" in why
    assert both.fingerprint in why
    assert Waivers((Claim(WAIVER), Claim(replace(WAIVER, symbol="save")))).weigh([both]).waived
    assert accepts(replace(WAIVER, fingerprint=both.fingerprint), both)


def test_a_fingerprint_holds_the_places_that_are_summed_up() -> None:
    alone, both = finding(), finding("src/a.py", "load", Location("src/a.py", 9, symbol="save"))
    assert alone.fingerprint != both.fingerprint
    moved = finding("src/a.py", "load", Location("src/a.py", 90, symbol="save"))
    assert moved.fingerprint == both.fingerprint
    assert not accepts(replace(WAIVER, fingerprint=alone.fingerprint), both)


@pytest.mark.parametrize(
    ("changes", "kind", "told"),
    [
        ({}, None, ""),
        ({"expires": DAY}, None, ""),
        ({"expires": date(2026, 11, 30)}, Flaw.EXPIRED, "it expired on 2026-11-30"),
        ({"expires": date(2027, 3, 1)}, None, ""),
        ({"expires": date(2027, 3, 2)}, Flaw.DISTANT, "it ends on 2027-03-02, more than 90 days ahead"),
        ({"expires": date.max}, Flaw.DISTANT, "more than 90 days ahead"),
        ({"rule": "*"}, Flaw.WIDE, "it is for every rule"),
        ({"path": "**"}, Flaw.WIDE, "its path means the whole tree"),
        ({"path": "/**/*.py"}, Flaw.WIDE, "its path means the whole tree"),
        ({"path": "*.py"}, Flaw.WIDE, "its path means the whole tree"),
        ({"path": "**", "fingerprint": "0" * 32}, None, ""),
        ({"path": "src/*.py"}, None, ""),
        ({"path": "src/*.py", "symbol": ""}, Flaw.WIDE, "neither a symbol nor a fingerprint"),
        ({"path": "src/*.py", "symbol": "", "fingerprint": "0" * 32}, None, ""),
        ({"symbol": ""}, None, ""),
        ({"rule": "*", "expires": date(2020, 1, 1)}, Flaw.WIDE, "it is for every rule"),
    ],
)
def test_what_is_wrong_with_a_waiver_itself(changes: dict[str, object], kind: Flaw | None, told: str) -> None:
    waiver = replace(WAIVER, **changes)
    assert flaw(waiver, DAY, 90) is kind
    assert told in fault(waiver, DAY, 90)
    assert bool(fault(waiver, DAY, 90)) is bool(kind)


def test_a_waiver_is_the_same_wherever_it_stands_in_the_policy() -> None:
    old, new = Policy(waivers=(WAIVER,)), Policy(waivers=(replace(WAIVER, line=90), replace(WAIVER, symbol="save")))
    assert [it.symbol for it in added(old, new)] == ["save"]
    assert still(WAIVER, new) == replace(WAIVER, line=90)
    assert still(replace(WAIVER, expires=DAY), new) is None


def test_only_what_nothing_accepts_fails() -> None:
    verdict = decide(
        [finding(), finding(rule="removed-test")],
        (),
        (),
        Policy(),
        fail_on=FailOn.ERROR,
        incomplete_fails=False,
        waivers=Waivers((Claim(WAIVER),)),
    )
    assert verdict.result is Result.FAILED
    assert [it.rule for it in verdict.findings] == ["removed-test"]
    assert [(it.rule, it.waiver) for it in verdict.waived] == [("stub", WAIVER)]
    only = decide(
        [finding()], (), (), Policy(), fail_on=FailOn.ERROR, incomplete_fails=False, waivers=Waivers((Claim(WAIVER),))
    )
    assert (only.result, only.findings, len(only.waived)) == (Result.PASSED, (), 1)


def test_a_waiver_that_does_not_count_is_named_where_it_was_meant() -> None:
    weighed = Waivers((Claim(WAIVER, "it expired on 2026-01-01"),)).weigh([finding(), finding("src/b.py")])
    assert [it.evidence.get("waiver") for it in weighed.kept] == [
        "the waiver in pyproject.toml:7 does not count: it expired on 2026-01-01",
        None,
    ]
    assert [it.place for it in weighed.met] == ["pyproject.toml:7"]


PLACES = st.builds(Location, st.sampled_from(["src/a.py", "src/b.py"]), st.integers(1, 5), symbol=st.sampled_from("fg"))
FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from(["stub", "x"]),
        st.just(Family.GATES),
        st.sampled_from(Level),
        st.sampled_from(["m", "n"]),
        PLACES,
        related=st.lists(PLACES, max_size=2).map(tuple),
    ),
    max_size=12,
)
CLAIMS = st.lists(
    st.builds(
        Claim,
        st.builds(
            Waiver,
            st.sampled_from(["stub", "x"]),
            st.sampled_from(["src/a.py", "src/*", "src/b.py"]),
            st.just("why"),
            st.just("who"),
            st.just(DAY),
            symbol=st.sampled_from(["", "f", "g"]),
            file=st.just("pyproject.toml"),
        ),
        st.sampled_from(["", "it is unsound"]),
    ),
    max_size=4,
)


@given(FINDINGS, CLAIMS)
def test_every_finding_is_kept_or_waived_once(findings: list[Finding], claims: list[Claim]) -> None:
    every = weighable(findings, Policy())[0]
    weighed = Waivers(tuple(claims)).weigh(every)
    prints = [it.fingerprint for it in (*weighed.kept, *weighed.waived)]
    assert sorted(prints) == sorted(it.fingerprint for it in every)
    assert all(it.waiver is not None for it in weighed.waived)
    assert all(it.waiver is None for it in weighed.kept)


@given(FINDINGS, CLAIMS)
def test_unsound_waivers_accept_nothing(findings: list[Finding], claims: list[Claim]) -> None:
    every = weighable(findings, Policy())[0]
    assert not Waivers(tuple(replace(it, fault="it is unsound") for it in claims)).weigh(every).waived
