"""What a page is told of each changed line: by a run's evidence, its proofs, and the comments of the change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from textwrap import dedent

from msgspec.structs import replace

from pytest_agentaudit.audit import WATCHED, Request, check
from pytest_agentaudit.audit.line_marks import MOST_TESTS
from pytest_agentaudit.audit.showing import Showing
from pytest_agentaudit.diffs import Complexity, Diffs, FileDiff, Mark
from pytest_agentaudit.facts.mutants import mutants
from pytest_agentaudit.model import Evidence, LineHits, Location, Outcome, TestOutcome
from pytest_agentaudit.mutant import Fate, MutantFate, MutantFates, Operator
from pytest_agentaudit.proof import Ended, Proofs, TestEnd, TrialKind, TrialReport
from tests.support.audited import UNTESTED as UNTESTED_CHANGE
from tests.support.audited import Project
from tests.support.changes import delta_of
from tests.support.mutating import changed
from tests.support.verdicts import CLEAN, FAILED, UNTESTED

SHOP, TEST = "shop/price.py", "tests/test_price.py"
BEFORE = "def price(order):\n    return order\n"
AFTER = dedent(
    """\
    LIMIT = 3


    def price(order):
        # the price
        total = sum(
            order,
        )
        if total > LIMIT:
            return LIMIT
        return total  # noqa: R504
    """
)
OLD_TEST = "def test_price():\n    assert 1 == 1\n"
NEW_TEST = "from shop.price import price\n\n\ndef test_price():\n    assert price([1]) == 1\n"


def outcome(name: str, number: int = 0) -> TestOutcome:
    return TestOutcome(f"{TEST}::{name}[{number}]", TEST, 4, name, Outcome.PASSED)


def evidence(hits: Mapping[str, LineHits], tests: int = 2, **more: str) -> Evidence:
    made = tuple(outcome("test_price", number) for number in range(tests))
    return replace(Evidence(tests=made, hits=hits, tracer="coverage"), **more)


def shown(
    seen: Evidence | None,
    proofs: Proofs | None = None,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> Diffs:
    old = {SHOP: BEFORE, TEST: OLD_TEST} if before is None else before
    new = {SHOP: AFTER, TEST: NEW_TEST} if after is None else after
    made = Showing(delta_of(old, new), WATCHED, seen, proofs, 10.0).shown(CLEAN).change.diffs
    assert made is not None
    return made


def file(diffs: Diffs, path: str = SHOP) -> FileDiff:
    return next(it for it in diffs.files if it.path == path)


HITS = {SHOP: LineHits({6: (0, 1), 9: (1,), 11: ()}, at_import=(1, 4)), TEST: LineHits({5: (0,)}, at_import=(1, 4))}


def test_lines_are_collected_where_a_report_asks_for_them_alone(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.write(UNTESTED_CHANGE)
    request = Request(str(project.path), day=date(2026, 1, 1))
    assert check(request).change.diffs is None
    made = check(replace(request, shows=True)).change.diffs
    assert made
    assert [it.path for it in made.files] == ["src/shop.py"]


def test_a_statement_has_the_mark_of_whatever_ran_any_of_its_lines() -> None:
    diffs = shown(evidence(HITS))
    assert file(diffs).marks == {
        1: Mark.AT_IMPORT,
        **dict.fromkeys((6, 7, 8), Mark.RUN),
        9: Mark.RUN,
        10: Mark.UNRUN,
        11: Mark.UNRUN,
    }
    assert file(diffs, TEST).marks == {5: Mark.RUN}
    groups = file(diffs).runners
    assert groups[6] == groups[7] == groups[8] != groups[9]
    assert [diffs.runners[groups[line]].count for line in (6, 9)] == [2, 1]
    (only,) = diffs.runners[groups[9]].tests
    assert diffs.tests[only.test].node_id == f"{TEST}::test_price[1]"


def test_a_line_of_many_tests_names_the_first() -> None:
    diffs = shown(evidence({SHOP: LineHits({6: tuple(range(50))})}, tests=50))
    (only,) = diffs.runners
    assert (only.count, len(only.tests), len(diffs.tests)) == (50, MOST_TESTS, MOST_TESTS)


def test_the_comment_that_silences_a_checker_is_told() -> None:
    assert file(shown(None)).silenced == {11: "# noqa: R504"}


def test_a_pragma_silences_its_whole_suite() -> None:
    after = AFTER.replace("if total > LIMIT:", "if total > LIMIT:  # pragma: no cover")
    assert set(file(shown(None, after={SHOP: after})).silenced) == {9, 10, 11}


def test_without_a_run_nothing_is_known() -> None:
    assert set(file(shown(None)).marks.values()) == {Mark.UNMEASURED}
    assert file(shown(None)).why == "nothing was run"


def test_in_a_partial_run_a_missing_hit_says_nothing() -> None:
    diffs = shown(evidence(HITS, partial="-k"))
    assert {file(diffs).marks[line] for line in (10, 11)} == {Mark.UNMEASURED}
    assert file(diffs).marks[9] is Mark.RUN
    assert file(diffs).why == "partial run: -k"
    assert file(diffs, TEST).why == ""


def test_why_lines_are_unmeasured_is_told() -> None:
    never = "the run executed no line of it: no test imports it, or a child process does"
    assert file(shown(evidence({}))).why == never
    untold = file(shown(evidence({}, tracer="", tracer_problem="a debugger is on")))
    assert untold.why == "a debugger is on"
    left_out = shown(replace(evidence({}), unwatched=(SHOP,)))
    assert "leaves this file out" in file(left_out).why
    script = shown(evidence({}), before={}, after={"scripts/go.py": "def go(x):\n    return x\n"})
    assert "not script files" in file(script, "scripts/go.py").why


def trial(kind: TrialKind, ended: Ended, reason: str = "AssertionError: no") -> TrialReport:
    return TrialReport(kind, (TestEnd(TEST, "test_price", ended, reason),), placed=(SHOP,), served=(SHOP,))


def said(diffs: Diffs, line: int) -> list[tuple[str, ...]]:
    group = diffs.runners[file(diffs).runners[line]]
    return [tuple(diffs.notices[it] for it in one.notices) for one in group.tests]


def test_lines_of_a_function_whose_test_fails_without_the_change_are_noticed() -> None:
    diffs = shown(evidence(HITS), Proofs((trial(TrialKind.REVERT, Ended.ASSERTION),)))
    assert [file(diffs).marks[line] for line in (1, 6, 9, 10)] == [
        Mark.AT_IMPORT,
        Mark.NOTICED,
        Mark.NOTICED,
        Mark.UNRUN,
    ]
    assert said(diffs, 9) == [("fails without the change: AssertionError: no",)]


def test_a_crash_without_the_change_is_told_and_no_assertion() -> None:
    diffs = shown(evidence(HITS), Proofs((trial(TrialKind.REVERT, Ended.CRASH, ""),)))
    assert file(diffs).marks[6] is Mark.RUN
    assert said(diffs, 9) == [("crashes without the change",)]


def test_where_the_functions_alone_were_tried_that_is_what_counts() -> None:
    proofs = Proofs((trial(TrialKind.REVERT, Ended.COLLECTION), trial(TrialKind.FUNCTIONS, Ended.ASSERTION)))
    diffs = shown(evidence(HITS), proofs)
    assert file(diffs).marks[6] is Mark.NOTICED
    assert said(diffs, 9) == [("fails without the change: AssertionError: no",)]
    diffs = shown(evidence(HITS), Proofs((trial(TrialKind.REVERT, Ended.COLLECTION, "ImportError: x"),)))
    assert said(diffs, 9) == [("cannot be imported without the change: ImportError: x",)]


def test_lines_of_a_function_whose_mutant_was_noticed_are_noticed() -> None:
    ids = {it.operator: it.id for it in mutants([replace(changed(AFTER, BEFORE), path=SHOP)], fine=False)}
    fates = (
        MutantFate(ids[Operator.EXTREME], Fate.NOTICED, f"{TEST}::test_price[0]"),
        MutantFate(ids[Operator.PERTURB], Fate.SURVIVED),
    )
    diffs = shown(evidence(HITS), Proofs(mutants=MutantFates(fates)))
    assert file(diffs).marks[6] is Mark.NOTICED
    assert file(diffs).marks[9] is Mark.RUN  # the test that noticed did not run this one
    assert said(diffs, 6) == [("an assertion fails when `price` does nothing",), ()]


def test_the_complexity_of_altered_functions() -> None:
    after = {SHOP: AFTER + "\n\ndef more(x):\n    return x\n"}
    assert shown(None, after=after).complexity == (
        Complexity(SHOP, 4, "price", 1, 2),
        Complexity(SHOP, 14, "more", None, 1),
    )


def test_files_with_findings_come_first_and_show_the_lines_that_these_name() -> None:
    place = Location("z.py", 30)
    verdict = replace(FAILED, findings=(replace(UNTESTED, location=place),))
    text = "".join(f"A{number} = {number}\n" for number in range(60))
    delta = delta_of({"a.py": "A = 1\n", "z.py": text}, {"a.py": "A = 2\n", "z.py": text.replace("A1 = 1", "A1 = 2")})
    made = Showing(delta, WATCHED, None, None, 10.0).shown(verdict).change.diffs
    assert made
    assert [it.path for it in made.files] == ["z.py", "a.py"]
    assert [it.new_start for it in made.files[0].excerpts] == [1, 27]


def test_how_a_file_changed_is_told() -> None:
    moved = "".join(f"A{number} = {number}\n" for number in range(20))
    before = {"gone.txt": "x\n", "old.py": moved, "data.bin": "a\0b"}
    after = {"new.txt": "y\n", "moved.py": moved, "data.bin": "a\0c"}
    found = {it.path: it for it in shown(None, before=before, after=after).files}
    assert {path: it.status for path, it in found.items()} == {
        "gone.txt": "removed",
        "new.txt": "added",
        "moved.py": "renamed",
        "data.bin": "changed",
    }
    assert found["moved.py"].old_path == "old.py"
    assert found["data.bin"].excerpts == ()
    assert "no text: 3 bytes before, 3 after" in found["data.bin"].remarks


def test_a_file_that_is_no_python_is_told() -> None:
    found = file(shown(None, after={SHOP: "def price(\n"}))
    assert any(it.startswith("it could not be read as Python: ") for it in found.remarks)
