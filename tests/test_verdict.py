"""The verdict: levels, counts, order, caps and fingerprints, whatever the order of what comes in."""

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_agentaudit.model import (
    Family,
    Finding,
    Level,
    Location,
    NotJudged,
    Promise,
    Result,
    RuleInfo,
    Stats,
    StepReport,
    StepResult,
    Verdict,
)
from pytest_agentaudit.policy.model import FailOn, Override, Policy, RuleLevel, RuleSettings
from pytest_agentaudit.verdict import CAP, decide, level_of, ranked
from pytest_agentaudit.wire import from_plain, to_plain


def finding(
    rule: str = "removed-test",
    path: str = "tests/test_a.py",
    line: int = 1,
    level: Level = Level.ERROR,
    message: str = "`test_a` is gone.",
    **evidence: str,
) -> Finding:
    return Finding(
        rule, Family.WEAKENED, level, message, Location(path, line, symbol="test_a"), evidence, fix="restore"
    )


def verdict(
    *findings: Finding,
    not_judged: tuple[NotJudged, ...] = (),
    steps: tuple[StepReport, ...] = (),
    policy: Policy | None = None,
    fail_on: FailOn = FailOn.ERROR,
    incomplete_fails: bool = False,
) -> Verdict:
    return decide(findings, not_judged, steps, policy or Policy(), fail_on=fail_on, incomplete_fails=incomplete_fails)


OPEN = (NotJudged("partial run: -k"),)


@pytest.mark.parametrize(
    ("level", "fail_on", "result"),
    [
        (Level.ERROR, FailOn.ERROR, Result.FAILED),
        (Level.WARNING, FailOn.ERROR, Result.PASSED),
        (Level.NOTE, FailOn.ERROR, Result.PASSED),
        (Level.ERROR, FailOn.WARNING, Result.FAILED),
        (Level.WARNING, FailOn.WARNING, Result.FAILED),
        (Level.NOTE, FailOn.WARNING, Result.PASSED),
        (Level.ERROR, FailOn.NEVER, Result.PASSED),
    ],
)
def test_the_level_from_which_a_finding_fails(level: Level, fail_on: FailOn, result: Result) -> None:
    assert verdict(finding(level=level), fail_on=fail_on).result is result


@pytest.mark.parametrize(
    ("not_judged", "incomplete_fails", "fail_on", "result"),
    [
        ((), True, FailOn.ERROR, Result.PASSED),
        (OPEN, False, FailOn.ERROR, Result.INCOMPLETE),
        (OPEN, True, FailOn.ERROR, Result.FAILED),
        (OPEN, True, FailOn.NEVER, Result.INCOMPLETE),
    ],
)
def test_what_could_not_be_judged_is_never_a_pass(
    not_judged: tuple[NotJudged, ...], fail_on: FailOn, result: Result, *, incomplete_fails: bool
) -> None:
    found = verdict(not_judged=not_judged, incomplete_fails=incomplete_fails, fail_on=fail_on)
    assert (found.result, found.not_judged) == (result, not_judged)


def test_a_failure_beats_incompleteness() -> None:
    assert verdict(finding(), not_judged=OPEN).result is Result.FAILED


def test_a_step_that_was_not_judged_leaves_the_verdict_incomplete() -> None:
    steps = (StepReport("lint", StepResult.NOT_JUDGED, "not checked out"), StepReport("b", StepResult.PASSED))
    assert verdict(steps=steps).result is Result.INCOMPLETE
    assert verdict(steps=steps, incomplete_fails=True).result is Result.FAILED
    assert verdict(steps=steps).steps == steps


def test_the_heading_is_handed_through() -> None:
    infos = tuple(RuleInfo(name, Family.STEPS, Level.ERROR, "x", "y") for name in ("removed-test", "other", "silent"))
    found = decide(
        [finding()],
        [NotJudged("x", rule="silent")],
        [],
        Policy(),
        fail_on=FailOn.ERROR,
        incomplete_fails=False,
        promise=Promise.VERIFIED,
        base="b" * 40,
        head="a" * 40,
        base_origin="merge base",
        stats=Stats(files=3),
        catalogue=infos,
    )
    assert (found.promise, found.base, found.head) == (Promise.VERIFIED, "b" * 40, "a" * 40)
    assert (found.base_origin, found.stats.files) == ("merge base", 3)
    assert [info.name for info in found.catalogue] == ["removed-test", "silent"]


POLICY = Policy(
    rules={
        "removed-test": RuleSettings(RuleLevel.NOTE),
        "skipped-test": RuleSettings(options={"max": 1}),
        "noisy": RuleSettings(RuleLevel.OFF),
    },
    overrides=(
        Override(("tests/**",), {"removed-test": RuleLevel.WARNING, "noisy": RuleLevel.ERROR}),
        Override(("tests/old/**",), {"removed-test": RuleLevel.OFF}),
        Override(("tests/old/keep.py",), {"skipped-test": RuleLevel.NOTE}),
    ),
)


@pytest.mark.parametrize(
    ("rule", "path", "level"),
    [
        ("removed-test", "src/a.py", RuleLevel.NOTE),
        ("removed-test", "tests/a.py", RuleLevel.WARNING),
        ("removed-test", "tests/old/a.py", RuleLevel.OFF),
        ("removed-test", "tests/old/keep.py", RuleLevel.OFF),
        ("skipped-test", "tests/old/keep.py", RuleLevel.NOTE),
        ("skipped-test", "tests/a.py", None),
        ("unnamed", "tests/a.py", None),
        ("noisy", "tests/a.py", RuleLevel.ERROR),
        ("noisy", "src/a.py", RuleLevel.OFF),
    ],
)
def test_the_last_override_that_matches_decides(rule: str, path: str, level: RuleLevel | None) -> None:
    assert level_of(POLICY, rule, path) is level


def test_a_level_of_the_policy_replaces_the_rules_own() -> None:
    found = verdict(finding(path="src/a.py"), policy=POLICY)
    assert [it.level for it in found.findings] == [Level.NOTE]
    assert found.result is Result.PASSED


def test_what_is_switched_off_is_counted() -> None:
    found = verdict(
        finding(path="tests/old/a.py"), finding(path="tests/old/b.py"), finding("noisy", "src/a.py"), policy=POLICY
    )
    assert found.findings == ()
    assert found.off == {"noisy": 1, "removed-test": 2}
    assert found.result is Result.PASSED


def test_two_passes_over_a_rule_give_one_finding_the_fuller_one() -> None:
    plain, full = finding(level=Level.WARNING), finding(level=Level.WARNING, proof="red at base")
    assert [dict(it.evidence) for it in verdict(plain, full, plain).findings] == [{"proof": "red at base"}]
    assert [it.level for it in verdict(plain, finding()).findings] == [Level.ERROR]


def test_two_facts_on_one_line_stay_two() -> None:
    assert len(verdict(finding(message="a"), finding(message="b")).findings) == 2


def test_the_worst_file_comes_first_and_lines_in_order() -> None:
    found = verdict(
        finding(path="c.py", line=9, level=Level.WARNING),
        finding(path="c.py", line=2, level=Level.WARNING),
        finding(path="b.py", line=5, level=Level.NOTE),
        finding(path="b.py", line=7, level=Level.ERROR),
        finding(path="a.py", level=Level.NOTE),
    )
    assert [(it.location.path, it.location.line) for it in found.findings] == [
        ("b.py", 5),
        ("b.py", 7),
        ("c.py", 2),
        ("c.py", 9),
        ("a.py", 1),
    ]


def test_a_flood_is_capped_and_the_rest_summed_up_with_every_place() -> None:
    flood = [finding(line=line, level=Level.WARNING, message=f"m{line}") for line in range(1, CAP + 4)]
    worst = finding(line=900, level=Level.ERROR, message="worst")
    found = verdict(*flood, worst).findings
    assert len(found) == CAP + 1
    assert worst.message in {it.message for it in found}
    (closing,) = [it for it in found if "more" in it.evidence]
    assert closing.message == "4 more of removed-test in this file"
    assert closing.evidence["more"] == "4 warning"
    assert closing.level is Level.WARNING
    written = {it.location.line for it in found if it is not closing}
    assert written | {place.line for place in closing.related} == {*range(1, CAP + 4), 900}
    assert len({it.fingerprint for it in found}) == len(found)


def test_errors_beyond_the_cap_still_fail() -> None:
    found = verdict(*(finding(line=line, message=f"m{line}") for line in range(1, CAP + 2)))
    assert [it.level for it in found.findings if it.evidence] == [Level.ERROR]
    assert found.result is Result.FAILED


def test_the_cap_is_by_rule_and_file() -> None:
    many = [finding(line=line, message=f"m{line}") for line in range(CAP)]
    others = [replace(it, rule="other") for it in many] + [finding(path="b.py", line=line) for line in range(CAP)]
    assert len(verdict(*many, *others).findings) == 3 * CAP


def prints(*findings: Finding) -> list[str]:
    return [it.fingerprint for it in verdict(*findings).findings]


def test_a_fingerprint_outlives_a_move_within_the_file() -> None:
    before = finding(line=12, message="No test runs `f` (lines 12-20).", source="   12  def f():\n   13      x")
    after = finding(line=340, message="No test runs `f` (lines 340-351).", source="  340  def f():\n  341      y")
    assert prints(before) == prints(after)


def test_a_fingerprint_outlives_a_move_without_shown_code() -> None:
    assert prints(finding(line=3, message="line 3 of 9")) == prints(finding(line=44, message="line 44 of 120"))


def test_a_fingerprint_follows_the_code_of_its_own_line() -> None:
    source = "    1  a\n    2  b"
    assert prints(finding(line=2, source=source)) == prints(finding(line=7, source="    7   b  "))
    assert prints(finding(line=1, source=source)) != prints(finding(line=2, source=source))


def test_a_fingerprint_tells_rule_path_symbol_and_code_apart() -> None:
    one = finding(head="assert x == 1")
    others = [
        replace(one, rule="x"),
        replace(one, location=Location("b.py", 1, symbol="test_a")),
        replace(one, location=Location("tests/test_a.py", 1, symbol="test_b")),
        finding(head="assert x == 2"),
    ]
    assert len({prints(it)[0] for it in (one, *others)}) == 5


def test_equal_findings_in_one_file_have_fingerprints_of_their_own() -> None:
    assert len(set(prints(finding(line=1), finding(line=2), finding(line=3)))) == 3


PATHS = ("src/a.py", "tests/test_a.py", "tests/old/x.py", "b\udcff.py")
FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from(["removed-test", "noisy", "skipped-test"]),
    family=st.sampled_from(Family),
    level=st.sampled_from(Level),
    message=st.sampled_from(["gone", "line 3", "line 4"]),
    location=st.builds(
        Location, path=st.sampled_from(PATHS), line=st.integers(1, 40), symbol=st.sampled_from(["", "f"])
    ),
    evidence=st.dictionaries(st.sampled_from(["head", "source", "proof"]), st.text("ab1 \n", max_size=6), max_size=2),
    fix=st.sampled_from(["", "do it"]),
)
MANY = st.lists(FINDINGS, max_size=90)
QUESTIONS = st.lists(st.builds(NotJudged, st.sampled_from(["a", "b"]), st.sampled_from(PATHS)), max_size=5)


@settings(max_examples=400)
@given(MANY, QUESTIONS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    findings: list[Finding], questions: list[NotJudged], random: Random
) -> None:
    mixed, mixed_questions = random.sample(findings, len(findings)), random.sample(questions, len(questions))
    before = verdict(*findings, not_judged=tuple(questions), policy=POLICY)
    assert verdict(*mixed, not_judged=tuple(mixed_questions), policy=POLICY) == before


@given(MANY)
def test_nothing_is_lost(findings: list[Finding]) -> None:
    found = verdict(*findings, policy=POLICY)
    facts = {(it.rule, it.location, it.message) for it in findings}
    written = Counter(it.rule for it in found.findings if "more" not in it.evidence)
    summed = Counter({rule: 0 for rule, _place, _message in facts})
    for it in found.findings:
        summed[it.rule] += len(it.related)
    assert written + summed + Counter(found.off) == Counter(rule for rule, _place, _message in facts)
    assert sum(found.count(level) for level in Level) == len(found.findings)


@given(MANY)
def test_every_fingerprint_is_its_own(findings: list[Finding]) -> None:
    found = [it.fingerprint for it in verdict(*findings, policy=POLICY).findings]
    assert len(set(found)) == len(found)
    assert all(len(it) == 32 for it in found)


@given(MANY, FINDINGS)
def test_a_fingerprint_outlives_findings_on_other_code(findings: list[Finding], one: Finding) -> None:
    own = replace(one, evidence={"head": "code of its own"}, level=Level.ERROR, message="of its own")
    (alone,) = verdict(own).findings
    assert alone.fingerprint in {it.fingerprint for it in verdict(*findings, own).findings}


@given(MANY)
def test_a_decided_verdict_decides_to_itself(findings: list[Finding]) -> None:
    once = verdict(*findings).findings
    if not any(it.related for it in once):
        assert verdict(*once).findings == once


@given(MANY, QUESTIONS)
def test_a_verdict_is_plain_data(findings: list[Finding], questions: list[NotJudged]) -> None:
    found = verdict(*findings, not_judged=tuple(questions), policy=POLICY)
    assert from_plain(Verdict, json.loads(json.dumps(to_plain(found)))) == found


@given(findings=MANY, fail_on=st.sampled_from(FailOn), incomplete_fails=st.booleans(), questions=QUESTIONS)
def test_a_pass_has_neither_a_failing_finding_nor_an_open_question(
    findings: list[Finding], fail_on: FailOn, questions: list[NotJudged], *, incomplete_fails: bool
) -> None:
    found = verdict(
        *findings, not_judged=tuple(questions), policy=POLICY, fail_on=fail_on, incomplete_fails=incomplete_fails
    )
    fails = any(fail_on.fails(it.level) for it in found.findings)
    assert (found.result is Result.PASSED) == (not fails and not questions)
    if fails:
        assert found.result is Result.FAILED


def test_what_to_read_first() -> None:
    """The gravest level, then what a run has shown, by family, style last. Of what the text alone tells, functions that
    are much harder to follow come first, then untested work, some untested statements, functions that rose by less, new
    complex ones, the rest, a single decision.
    """
    hard = replace(finding("raised-complexity", level=Level.WARNING, proof="it ran"), family=Family.COMPLEXITY)
    harder = replace(hard, location=replace(hard.location, path="d.py"), size=20)
    slower = replace(hard, location=replace(hard.location, path="h.py"), size=19)
    untested = replace(finding("untested-change", level=Level.WARNING, proof="no test ran it"), family=Family.STEPS)
    silent = replace(finding("untested-change", path="b.py", level=Level.WARNING), family=Family.STEPS, size=1)
    some = replace(silent, location=replace(silent.location, path="e.py"), size=4)
    larger = replace(silent, location=replace(silent.location, path="c.py"), size=12)
    error = replace(finding("added-suppression"), family=Family.SUPPRESSIONS)
    weaker = finding("weakened-assertion", path="z.py", level=Level.WARNING)
    uncounted = replace(silent, rule="undeclared-dependency", location=replace(silent.location, path="f.py"), size=0)
    decided = verdict(hard, silent, untested, weaker, error, larger, some, harder, slower, uncounted)

    def order(tests: int) -> list[str]:
        return [it.location.path for it in ranked(replace(decided, stats=Stats(tests=tests)))]

    first, ran = error.location.path, untested.location.path
    assert order(tests=3) == [first, ran, "c.py", "e.py", "f.py", "z.py", "b.py", "d.py", "h.py", ran]
    assert order(tests=0) == [first, "d.py", "c.py", "e.py", "h.py", ran, "f.py", ran, "z.py", "b.py"]
