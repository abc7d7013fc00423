"""A verdict with the lines of its change, by hand."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_agentaudit.diffs import Complexity, Diffs, Excerpt, FileDiff, Mark, Ran, Runners, ShownTest
from pytest_agentaudit.model import ChangeInfo, Family, Level, RuleInfo
from tests.support.verdicts import FAILED, SUPPRESSED

HOSTILE = '</script><script>document.title="forged"</script><img src=x onerror=\'document.title="forged"\'>'
HIDDEN = "if admin:\u202e\u2066 # only users\u2069\u2066"
PRICING = FileDiff(
    path="src/shop/pricing.py",
    role="product",
    status="changed",
    added=6,
    removed=1,
    excerpts=(
        Excerpt(34, 34, (" ", "-def refund():", "+@cached", "+def rate(order):", "+    return order.rate")),
        Excerpt(36, 38, ("+def refund(order):", "+    return order.paid", "+" + HIDDEN, f"+{HOSTILE}", " ")),
    ),
    marks={
        35: Mark.AT_IMPORT,
        36: Mark.AT_IMPORT,
        37: Mark.NOTICED,
        38: Mark.RUN,
        39: Mark.UNRUN,
        40: Mark.UNMEASURED,
    },
    runners={37: 0, 38: 1},
    silenced={39: f"# noqa {HOSTILE}"},
    why="partial run: -k",
    remarks=("the mode was 100644 and is 100755",),
)
TESTS = FileDiff(
    path="tests/test_pricing.py",
    role="test",
    status="changed",
    added=1,
    removed=1,
    excerpts=(Excerpt(11, 11, (" ", "-    assert total(items) == 105.0", "+    assert total(items) > 0")),),
    marks={12: Mark.RUN},
    runners={12: 1},
)
GONE = FileDiff(
    path="src/gone.py",
    role="product",
    status="removed",
    removed=1,
    excerpts=(Excerpt(1, 1, ("-VALUE = 1", "\\no line feed at the end")),),
)
DIFFS = Diffs(
    files=(PRICING, TESTS, GONE),
    tests=(
        ShownTest("tests/test_pricing.py::test_rate[<b>]", "passed"),
        ShownTest("tests/test_b.py::test_b", "failed"),
    ),
    notices=(f"fails without the change: AssertionError: {HOSTILE}",),
    runners=(Runners(2, (Ran(0, (0,)), Ran(1))), Runners(30, (Ran(1),))),
    complexity=(
        Complexity("src/shop/pricing.py", 38, "refund", None, 13),
        Complexity("src/shop/pricing.py", 36, "rate", 7, 3),
    ),
    limit=10,
)
RULE = RuleInfo("untested-change", Family.STEPS, Level.ERROR, "No test runs it.", f"No test runs it.\n\n{HOSTILE}")
SHOWN = replace(
    FAILED,
    waived=(replace(SUPPRESSED, message=f"`# noqa` hides {HOSTILE}"),),
    change=ChangeInfo(diffs=DIFFS),
    catalogue=(RULE,),
)
