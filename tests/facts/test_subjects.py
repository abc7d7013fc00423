"""What a test tests, and what the change did to it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from pytest_agentaudit.change.model import FilePair, FileRole, Hunk, Side
from pytest_agentaudit.facts.delta import DefinitionPair, Delta, FileDelta
from pytest_agentaudit.facts.model import Definition, Depth, FileFacts, Line, LineKind
from pytest_agentaudit.facts.subjects import Subjects
from tests.support.members import case, demand, function

TESTS = "tests/test_shop.py"
PRODUCT = "src/shop/pricing.py"


def facts(path: str, role: FileRole, *definitions: Definition, imports: Mapping[str, str] | None = None) -> FileFacts:
    """One side of a file whose statements are its definitions' second lines."""
    lines = tuple(Line(it.line + 1, it.line + 1, LineKind.LOGIC, it.qualified_name) for it in definitions)
    words = "".join(f" {it.qualified_name} " for it in definitions)
    return FileFacts(path, role, Depth.TREE, definitions=definitions, lines=lines, imports=imports or {}, words=words)


def file(old: FileFacts | None, new: FileFacts | None, *changed: int) -> FileDelta:
    """A changed file; `changed` are the lines that differ, the same on both sides."""
    first = old or new
    assert first
    was, now = (Side(it.path, 0o100644, b"") if it else None for it in (old, new))
    hunks = tuple(Hunk(line, 1, line, 1) for line in changed)
    return FileDelta(FilePair(was, now, first.role, hunks), old, new)


def product(*, old: tuple[Definition, ...], new: tuple[Definition, ...], changed: tuple[int, ...] = ()) -> FileDelta:
    """A change of the product file."""
    return file(facts(PRODUCT, FileRole.PRODUCT, *old), facts(PRODUCT, FileRole.PRODUCT, *new), *changed)


def changed_tests(imports: Mapping[str, str] | None = None) -> FileDelta:
    """A change of the test file."""
    side = facts(TESTS, FileRole.TEST, imports=imports or {})
    return file(side, side)


TOTAL = function("total", "add items")
REFUND = function("refund", "negate order", line=10)
TEST = case("test_total", "assert total([1]) == 1")


def test_a_changed_statement_touches_the_product() -> None:
    pair = DefinitionPair(PRODUCT, PRODUCT, TOTAL, replace(TOTAL, fingerprint="other"))
    delta = Delta((product(old=(TOTAL,), new=(TOTAL,), changed=(2,)),), (pair,))
    assert [it.path for it in Subjects(delta).product] == [PRODUCT]


def test_a_comment_a_docstring_or_an_annotation_does_not() -> None:
    equal = DefinitionPair(PRODUCT, PRODUCT, TOTAL, TOTAL)
    in_body = Delta((product(old=(TOTAL,), new=(TOTAL,), changed=(2,)),), (equal,))
    between = Delta((product(old=(TOTAL,), new=(TOTAL,), changed=(7,)),))
    assert Subjects(in_body).product == ()
    assert Subjects(between).product == ()


def test_a_definition_that_is_gone_has_vanished_unless_another_file_has_it() -> None:
    pairs = (DefinitionPair(PRODUCT, "", REFUND, None), DefinitionPair(PRODUCT, "", TOTAL, None))
    delta = Delta((product(old=(TOTAL, REFUND), new=()),), pairs, defined={"total": frozenset({"src/shop/sums.py"})})
    subjects = Subjects(delta)
    assert subjects.vanished == {"refund"}
    assert subjects.lost(case("test_refund", "assert refund(1) == -1"), TESTS) == ("refund",)
    assert subjects.lost(TEST, TESTS) == ()
    assert subjects.outlived(demand("assert refund(1) == -1"))
    assert not subjects.outlived(demand("assert total([1]) == 1"))


def test_a_module_that_is_gone_is_lost_unless_its_names_moved() -> None:
    gone = file(facts(PRODUCT, FileRole.PRODUCT, TOTAL), None)
    files = (gone, changed_tests({"total": "shop.pricing.total"}))
    moved = {"total": frozenset({"src/shop/sums.py"})}
    assert Subjects(Delta(files)).lost(TEST, TESTS) == (PRODUCT,)
    assert Subjects(Delta(files, defined=moved)).lost(TEST, TESTS) == ()


def test_subjects_come_most_telling_first() -> None:
    test = case("test_pay", "order = make_order(3)", "assert pay(order) == 3", "assert run(order)")
    defined = {name: frozenset({PRODUCT}) for name in ("make_order", "pay")}
    defined["run"] = frozenset({"a.py", "b.py", "c.py", "d.py"})
    mentions = {"make_order": frozenset({"tests/a.py", "tests/b.py"}), "pay": frozenset({"tests/a.py"})}
    assert Subjects(Delta((changed_tests(),), defined=defined, mentions=mentions)).of(test, TESTS) == (
        "pay",
        "make_order",
    )


def test_a_mention_counts_in_code_only_where_the_file_was_read() -> None:
    delta = Delta((changed_tests(),), mentions={"total": frozenset({TESTS, "tests/test_other.py"})})
    assert Subjects(delta).named_by("total") == {"tests/test_other.py"}


def test_a_test_is_touched_by_the_module_it_imports_and_by_the_names_it_uses() -> None:
    edited = product(old=(TOTAL,), new=(TOTAL,), changed=(2,))
    by_import = Delta((edited, changed_tests({"other": "shop.pricing.other"})))
    by_name = Delta((edited, changed_tests()))
    assert Subjects(by_import).touched(case("test_other", "assert other(1) == 1"), TESTS) == (PRODUCT,)
    assert Subjects(by_name).touched(TEST, TESTS) == (PRODUCT,)
    assert Subjects(by_name).touched(case("test_refund", "assert refund(1) == 1"), TESTS) == ()
