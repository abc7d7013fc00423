"""untested-change, unmeasured-change: what their examples do not show."""

from collections.abc import Mapping

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.model import Evidence, Finding, Level, LineHits, NotJudged, Outcome, TestOutcome
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.rules.base import Audit, Rule
from pytest_agentaudit.rules.unmeasured_change import UnmeasuredChange
from pytest_agentaudit.rules.untested_change import UntestedChange

TEST = {"tests/test_shop.py": "from shop import cart\n\n\ndef test_cart():\n    assert cart.LIMIT == 3\n"}
CART = "LIMIT = 3\n"


def said(
    after: Mapping[str, str],
    before: Mapping[str, str] | None = None,
    *,
    hits: Mapping[str, LineHits] | None = None,
    rule: type[Rule] = UntestedChange,
    partial: str = "",
    tracer: str = "coverage",
    outcome: Outcome = Outcome.PASSED,
) -> list[Finding | NotJudged]:
    """What the rule says of this change of the shop; without `hits` nothing was run."""
    old = MemoryTree({"shop/__init__.py": "", "shop/cart.py": CART, **TEST, **(before or {})})
    new = MemoryTree({"shop/__init__.py": "", "shop/cart.py": CART, **TEST, **after})
    change = from_trees(old, new)
    test = TestOutcome("tests/test_shop.py::test_cart", "tests/test_shop.py", 4, "test_cart", outcome)
    problem = "" if tracer else "another tool holds the interpreter's monitoring"
    evidence = Evidence((test,), hits or {}, tracer=tracer, tracer_problem=problem, partial=partial)
    delta = collect(change, RoleMap.derive(old, Policy()).role)
    return list(rule().check(Audit(change, delta, None if hits is None else evidence)))


def findings(spoken: list[Finding | NotJudged]) -> list[tuple[str, Level]]:
    assert all(isinstance(it, Finding) for it in spoken), spoken
    return [(it.message, it.level) for it in spoken if isinstance(it, Finding)]


IMPORTED = {"shop/cart.py": LineHits(at_import=(1,))}
CLASS = """\
class Refund:
    rate = 3

    def fee(self):
        return self.rate

    def total(self, paid):
        def rounded(value):
            return round(value)

        return rounded(paid - self.fee())

    def __repr__(self):
        return "Refund()"
"""


def test_a_new_class_of_which_nothing_runs_is_one_finding() -> None:
    spoken = said({"shop/cart.py": CART + CLASS}, hits=IMPORTED)
    assert findings(spoken) == [
        ("No test runs `Refund`: none of its 4 functions (lines 6, 9-10, 12, 15).", Level.ERROR),
    ]


def test_of_a_class_that_runs_in_part_each_unrun_method_is_named() -> None:
    hits = {"shop/cart.py": LineHits({6: (0,)}, (1,))}
    assert findings(said({"shop/cart.py": CART + CLASS}, hits=hits)) == [
        ("No test runs `Refund.total`: none of its 2 functions (lines 9-10, 12).", Level.ERROR),
        ("No test runs the defensive code of `Refund.__repr__` (line 15).", Level.NOTE),
    ]


FEE = "def fee(paid):\n    value = paid\n    return value\n"
EDITED = (
    "def fee(paid):\n    value = paid\n    if paid > 3:\n        value = paid / 10\n        value += 1\n"
    "    for it in paid:\n        value -= it\n    return value\n"
)


def edited(hit: set[int]) -> list[tuple[str, Level]]:
    hits = {"shop/cart.py": LineHits(dict.fromkeys(hit, (0,)))}
    return findings(said({"shop/cart.py": EDITED}, {"shop/cart.py": FEE}, hits=hits))


def test_levels_of_an_edited_function() -> None:
    assert edited({3, 4, 5, 6, 7}) == []
    assert edited(set()) == [("No test runs the changed lines of `fee` (lines 3-7).", Level.ERROR)]
    assert edited({3, 6, 7}) == [("No test takes the new branch of `fee` (lines 4-5).", Level.ERROR)]
    assert edited({3, 4, 5, 6}) == [("No test runs line 7 of `fee`.", Level.WARNING)]
    assert edited({3, 4, 6}) == [("No test runs lines 5, 7 of `fee`.", Level.WARNING)]


def writer(methods: int) -> str:
    return "class Writer:\n" + "".join(
        f"    def note_{number}(self, paid):\n        self.paid = paid\n        return paid\n"
        for number in range(methods)
    )


def test_short_unrun_methods_of_a_new_class_count_together() -> None:
    for called, level in ((5, Level.WARNING), (4, Level.ERROR)):
        hits = {"shop/cart.py": LineHits(dict.fromkeys(range(3, 3 * called + 2), (0,)))}
        spoken = findings(said({"shop/cart.py": writer(7)}, hits=hits))
        assert spoken[-1] == ("No test runs `Writer.note_6` (lines 21-22).", level)
        assert {it for _, it in spoken} == {level}


def test_what_only_decides_to_raise_is_no_part_of_the_work() -> None:
    guarded = (
        "class Writer:\n    def note(self, paid):\n        if paid:\n            self.paid = paid\n"
        "        elif paid is None:\n            raise ValueError(paid)\n        self.rate = 1\n        return paid\n"
        "\n    def close(self):\n        self.paid = 0\n"
    )
    hits = {"shop/cart.py": LineHits(dict.fromkeys((3, 4, 7, 8), (0,)))}
    spoken = findings(said({"shop/cart.py": guarded}, hits=hits))
    assert spoken[-1] == ("No test runs `Writer.close` (line 11).", Level.WARNING)


def test_a_small_part_says_of_how_much() -> None:
    hits = {"shop/cart.py": LineHits(dict.fromkeys(range(3, 11), (0,)))}
    (spoken,) = said({"shop/cart.py": writer(4)}, hits=hits)
    assert isinstance(spoken, Finding)
    assert spoken.evidence["share"] == "2 of its 8 new statements"


def test_a_single_edited_line_of_a_function_that_no_test_runs_is_a_warning() -> None:
    after = FEE.replace("= paid", "= paid + 1")
    spoken = said({"shop/cart.py": after}, {"shop/cart.py": FEE}, hits=IMPORTED)
    assert findings(spoken) == [("No test runs line 2 of `fee`.", Level.WARNING)]


def test_a_failed_test_runs_lines_too() -> None:
    hits = {"shop/cart.py": LineHits({2: (0,), 3: (0,)})}
    assert said({"shop/cart.py": FEE}, hits=hits, outcome=Outcome.FAILED) == []


def test_one_line_of_a_long_statement_is_enough() -> None:
    call = "def fee(paid):\n    return sum(\n        paid,\n        3,\n    )\n"
    assert said({"shop/cart.py": call}, hits={"shop/cart.py": LineHits({3: (0,)})}) == []


def test_lines_that_ran_at_import_only_are_not_run() -> None:
    hits = {"shop/cart.py": LineHits(at_import=(1, 2, 3))}
    assert [level for _, level in findings(said({"shop/cart.py": FEE}, hits=hits))] == [Level.ERROR]


COUNTED = """\
def counted(function):
    calls = []
    limit = 3

    def wrapper(paid):
        calls.append(paid)
        return function(paid)

    return wrapper


class Counter:
    def __set_name__(self, owner, name):
        self.name = name
        self.owner = owner

    def get(self, paid):
        paid[self.name] = 1
        return paid
"""


def test_what_makes_functions_while_modules_are_loaded_is_run_where_tests_run_those() -> None:
    loaded = (1, 2, 3, 5, 9, 12, 13, 14, 15, 17)
    tested = {"shop/cart.py": LineHits(dict.fromkeys((6, 7, 18, 19), (0,)), loaded)}
    assert said({"shop/cart.py": COUNTED}, hits=tested) == []
    spoken = findings(said({"shop/cart.py": COUNTED}, hits={"shop/cart.py": LineHits(at_import=(*loaded, 18, 19))}))
    assert spoken == [
        ("No test runs `counted`: none of its 2 functions (lines 2-3, 5-7, 9).", Level.ERROR),
        ("No test runs `Counter`: none of its 2 functions (lines 14-15, 18-19).", Level.ERROR),
    ]


def test_statements_that_moved_are_not_asked_for() -> None:
    before = "def fee(paid):\n    value = paid * 3\n    log_fee(value)\n    return value\n"
    after = "def fee(paid):\n    value = paid * 3\n    with lock:\n        log_fee(value)\n        return value\n"
    hits = {"shop/cart.py": LineHits({3: (0,)})}
    assert said({"shop/cart.py": after}, {"shop/cart.py": before}, hits=hits) == []


def test_a_partial_run_is_not_judged_once_a_file() -> None:
    after = {"shop/cart.py": FEE + "\n\n" + FEE.replace("fee", "tip"), "shop/other.py": FEE}
    assert said(after, hits={}, partial="-k") == [
        NotJudged("partial run: -k", path, "untested-change") for path in ("shop/cart.py", "shop/other.py")
    ]


def test_a_partial_run_that_runs_everything_is_enough() -> None:
    hits = {"shop/cart.py": LineHits({2: (0,), 3: (0,)})}
    assert said({"shop/cart.py": FEE}, hits=hits, partial="-k") == []


def test_a_run_that_watched_no_lines_is_not_judged() -> None:
    spoken = said({"shop/cart.py": FEE}, hits={}, tracer="")
    assert spoken == [NotJudged("another tool holds the interpreter's monitoring", "shop/cart.py", "untested-change")]


def test_a_module_that_never_ran_is_spoken_of_once() -> None:
    after = {"shop/cart.py": FEE}
    assert said(after, hits={}) == []
    assert findings(said(after, hits={}, rule=UnmeasuredChange)) == [
        ("The run executed no line of shop/cart.py: its 2 changed statements are unmeasured.", Level.WARNING)
    ]
    assert said(after, hits=IMPORTED, rule=UnmeasuredChange) == []


def test_a_partial_run_says_nothing_of_modules_that_it_did_not_import() -> None:
    assert said({"shop/cart.py": FEE}, hits={}, partial="-k", rule=UnmeasuredChange) == []


def test_defensive_code_of_a_module_that_never_ran_is_a_note() -> None:
    after = {"shop/base.py": "def fee(paid):\n    raise NotImplementedError\n"}
    assert [level for _, level in findings(said(after, hits={}, rule=UnmeasuredChange))] == [Level.NOTE]


def test_settings_that_leave_out_what_tests_run_are_a_note() -> None:
    after = {"shop/cart.py": FEE, "pyproject.toml": '[tool.coverage.run]\nomit = ["shop/*"]\n'}
    hits = {"shop/cart.py": LineHits({2: (0,), 3: (0,)})}
    spoken = findings(said(after, hits=hits, rule=UnmeasuredChange))
    assert spoken == [("`coverage.run.omit` now leaves out shop/cart.py, which this change edits.", Level.NOTE)]


def test_other_languages_and_scripts_are_counted_in_a_line_each() -> None:
    after = {"shop/page.js": "let x = 1\n", "shop/fast.pyx": "x = 1\n", "scripts/release.py": FEE, "tasks.py": FEE}
    spoken = said(after, hits=IMPORTED, rule=UnmeasuredChange)
    way_out = "where another check answers for them, the policy names them: unmeasured-change = { elsewhere = [...] }"
    assert sorted(it.reason for it in spoken if isinstance(it, NotJudged)) == [
        f"changed files in other languages: 2 (shop/fast.pyx, shop/page.js); {way_out}",
        f"changed files that are scripts: 1 (tasks.py); {way_out}",
    ]
    assert findings([it for it in spoken if isinstance(it, Finding)]) == [
        ("No test is watched in what stands beside the product: `scripts/release.py`.", Level.NOTE)
    ]


def test_a_benchmark_in_a_file_of_its_own_is_noted() -> None:
    spoken = findings(said({"bench.py": FEE}, hits=IMPORTED, rule=UnmeasuredChange))
    assert spoken == [("No test is watched in what stands beside the product: `bench.py`.", Level.NOTE)]


LONG = "def {name}(paid):\n    value = paid\n    value += {call}\n    return value\n"


def unnamed(after: str, **more: str) -> list[str]:
    return [message for message, _ in findings(said({"shop/cart.py": after, **more}))]


def test_without_a_run_one_finding_a_file_names_what_no_test_names() -> None:
    functions = "\n\n".join(LONG.format(name=f"fee_{number}", call=1) for number in range(5))
    names = "`fee_0` (lines 2-4), `fee_1` (lines 8-10), `fee_2` (lines 14-16) and 2 more"
    assert unnamed(functions) == [f"No test names {names}, which are new or changed."]


def test_without_a_run_what_may_be_called_is_silent() -> None:
    fee = LONG.format(name="fee", call=1)
    assert unnamed(fee) == ["No test names `fee` (lines 2-4), which is new or changed."]
    assert unnamed(LONG.format(name="__getattr__", call=1)) == []
    assert unnamed("@app.get('/')\n" + fee) == []
    assert unnamed(fee + "\n\nTABLE = {'fee': fee}\n") == []
    assert unnamed(fee + "\n\n@app.get('/')\ndef page():\n    return fee(1)\n") == []
    assert unnamed(fee, **{"tests/test_fee.py": "def test_fee(shop):\n    assert shop.fee(1)\n"}) == []
    assert unnamed(fee, **{"tests/test_new.py": "from shop.cart import LIMIT\n"}) == []


def test_without_a_run_tables_shims_and_rewording_are_silent() -> None:
    before = LONG.format(name="fee", call=1)
    for after in (before.replace("+= 1", "+= 2"), before.replace("value", "sum_"), before.partition("    value +=")[0]):
        assert said({"shop/cart.py": after}, {"shop/cart.py": before}) == []
    assert said({"shop/cart.py": "def old(*a):\n    return new(*a)\n"}) == []
    assert said({"shop/alembic/versions/a.py": before.replace("fee", "upgrade")}) == []
