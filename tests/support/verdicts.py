"""Hand-made verdicts for the renderers."""

from __future__ import annotations

from pytest_agentaudit.model import (
    Family,
    Finding,
    Level,
    Location,
    NotJudged,
    Promise,
    Result,
    Stats,
    StepReport,
    StepResult,
    Verdict,
)

BASE = "3f2a91c" + "0" * 33

UNTESTED = Finding(
    rule="untested-change",
    family=Family.STEPS,
    level=Level.ERROR,
    message="No test runs `refund` (lines 38-46).",
    location=Location("src/shop/pricing.py", 38, 46, "refund"),
    evidence={"source": "   38  def refund(order: Order) -> Money:\n   39      if order.paid_at is None:"},
    fix="add a test that calls `refund` and asserts its result, paid and unpaid",
    not_a_fix="`# pragma: no cover`; a test without an assertion",
    fingerprint="f" * 32,
)
WEAKENED = Finding(
    rule="weakened-assertion",
    family=Family.WEAKENED,
    level=Level.ERROR,
    message="`== 105.0` became `> 0`; `total` is unchanged.",
    location=Location("tests/test_pricing.py", 12),
    evidence={
        "base": "assert total(items) == 105.0",
        "head": "assert total(items) > 0",
        "proof": "the base's test fails on this code, the new one passes",
    },
    fix="restore the equality; if 105.0 is wrong, say so in CHANGELOG.md and change `total`",
    related=(Location("tests/test_cart.py", 3), Location("tests/test_cart.py", 9)),
)
SUPPRESSED = Finding(
    rule="added-suppression",
    family=Family.SUPPRESSIONS,
    level=Level.WARNING,
    message="`# noqa: S110` hides: try-except-pass detected, consider logging the error.",
    location=Location("src/shop/io.py", 7),
    fix="catch the narrow type, or log it",
)
FAILED = Verdict(
    result=Result.FAILED,
    promise=Promise.ADVISORY,
    base=BASE,
    head="",
    base_origin="merge base with origin/main",
    findings=(UNTESTED, WEAKENED, SUPPRESSED),
    not_judged=(
        NotJudged("notebook", "notebooks/demo.ipynb"),
        NotJudged("partial run: -k", "src/a.py", "untested-change"),
        NotJudged("partial run: -k", "src/b.py", "untested-change"),
    ),
    steps=(
        StepReport("lint", StepResult.PASSED, "`ruff check` exited with 0"),
        StepReport("changelog", StepResult.FAILED, "src/** changed, CHANGELOG.md did not"),
    ),
    stats=Stats(files=4, lines=87, tests=14, seconds={"git": 0.03, "facts": 0.37}),
)
CLEAN = Verdict(
    result=Result.PASSED,
    promise=Promise.ADVISORY,
    base=BASE,
    head="",
    steps=(StepReport("lint", StepResult.PASSED),),
    stats=Stats(files=4, lines=87, tests=14),
)
