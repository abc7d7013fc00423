"""Which suppressions a change added, moved ones left out, and what a house's habits are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.facts.habits import form, habits
from pytest_agentaudit.facts.scan import scan
from pytest_agentaudit.facts.silencing import Suppression
from pytest_agentaudit.facts.suppressions import added, suppressions


def read(text: str) -> tuple[Suppression, ...]:
    return suppressions(scan(text.encode()))


def new(before: str, after: str) -> list[str]:
    """The targets of the suppressions that an edit of one file added."""
    old = [("a.py", it) for it in read(before)]
    return [found.target for _, found in added(old, [("a.py", it) for it in read(after)])]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = f(1)  # noqa\ny = 2\n", "y = 2\nx = f(1)  # noqa\n"),
        ("x = f('a', b)  # noqa\n", 'if y:\n    x = f("a",   b)  # noqa\n'),
        ("x = f(a, b)  # noqa\n", "x = f(  # noqa\n    a,\n    b,\n)\n"),
        ("value = f(a, b)  # noqa: E1\n", "value = f(a, b, c)  # noqa: E1\n"),
        ("x = f(1)  # noqa\n", "x = f(1)  # noqa: E501\n"),
        ("x = f(1)  # noqa: E501, F401\n", "x = f(1)  # noqa: E501 - why\n"),
        ("x = f(1)  # type: ignore[misc]\n", "x = f(1)  # pyright: ignore[reportX]\n"),
        ("# ruff: noqa\ndef f():\n    pass\n", "# ruff: noqa\ndef g():\n    pass\n"),
        ("x = f(1)  # noqa\nx = f(1)  # noqa\n", "x = f(1)  # noqa\n"),
        ("# ruff: noqa\nx = f(1)\ny = g(1)\n", "x = f(1)  # noqa: E501\ny = g(1)  # noqa\n"),
        ("a.b.add(load(it, x))  # noqa\n", "found = load(it, x)  # noqa\nif found:\n    a.b.add(found)  # noqa\n"),
    ],
)
def test_moved_reformatted_or_narrowed_is_not_added(before: str, after: str) -> None:
    assert new(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "targets"),
    [
        ("x = f(1)\n", "x = f(1)  # noqa\n", ["x = f(1)"]),
        ("alpha()  # noqa\nbeta()\n", "alpha()\nbeta()  # noqa\n", ["beta()"]),
        ("x = f(1)  # noqa: E501\n", "x = f(1)  # noqa\n", ["x = f(1)"]),
        ("add(load(it, x))  # noqa\n", "found = load(it, x)  # noqa\nadd(other)  # noqa\n", ["add(other)"]),
        ("x = f(1)  # noqa: E501\n", "x = f(1)  # noqa: E501, S110\n", ["x = f(1)"]),
        ("x = f(1)  # noqa: E501\n", "x = f(1)  # noqa: S110\n", ["x = f(1)"]),
        ("x = f(1)  # noqa\n", "x = f(1)  # nosec\n", ["x = f(1)"]),
        ("x = f(1)  # noqa: E501\n", "# ruff: noqa: E501\nx = f(1)\n", ["x = f(1)"]),
        ("# ruff: noqa: E501\nx = f(1)\n", "x = f(1)  # noqa: S110\n", ["x = f(1)"]),
        ("x = f(1)  # NOSEC\n", "x = f(1)  # nosec\n", ["x = f(1)"]),
        ("x = f(1)  # noqa\n", "x = f(1)  # noqa\nx = f(1)  # noqa\n", ["x = f(1)"]),
    ],
)
def test_wider_more_or_elsewhere_is_added(before: str, after: str, targets: list[str]) -> None:
    assert new(before, after) == targets


def test_moved_to_another_file_is_not_added() -> None:
    old = [("a.py", it) for it in read("x = f(1)  # noqa\n")]

    assert added(old, [("b.py", it) for it in read("x = f(1)  # noqa\n")]) == []
    assert [path for path, _ in added(old, [(path, old[0][1]) for path in ("b.py", "a.py")])] == ["b.py"]


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("text = body_of(line)  # noqa\n", "text = _body_of(line)  # noqa\n", 0),
        ("text = body_of(line)  # noqa\n", "total = sum_of(line)  # noqa\n", 1),
        ("text = body_of(line)  # noqa: E501\n", "text = _body_of(line)  # noqa\n", 1),
    ],
)
def test_edited_on_its_way_to_another_file_is_not_added(before: str, after: str, count: int) -> None:
    old = [("a.py", it) for it in read(before)]

    assert len(added(old, [("b.py", it) for it in read(after)])) == count


def test_the_header_of_an_excluded_suite_whose_names_changed_is_not_added() -> None:
    before = "if ctx:  # {0}\n    go(ctx)\nif ctx.lid > 1:  # {0}\n    go(ctx)\n"
    after = "if context:  # {0}\n    go(context)\nif context.lid > 1:  # {0}\n    go(context)\n"
    more = after + "if context > 2:  # {0}\n    go(context)\n"

    assert new(before.format("pragma: no cover"), after.format("pragma: no cover")) == []
    assert new(before.format("pragma: no cover"), more.format("pragma: no cover")) == ["if context > 2:"]


def test_what_stands_above_a_suite_is_the_reason_of_a_pragma_on_its_first_line() -> None:
    told = "def f(box):\n    # An empty box has nothing to give here.\n    for it in box:\n        yield it  # {}\n"
    (pragma,) = read(told.format("pragma: no cover"))
    (other,) = read(told.format("noqa"))

    assert pragma.reason == "An empty box has nothing to give here."
    assert other.reason == ""


LINES = st.lists(st.sampled_from(["x = f(1)  # noqa", "y = g(2)  # type: ignore", "z = 1"]), max_size=8)


@given(LINES, LINES)
def test_pairing_counts_every_copy(before: list[str], after: list[str]) -> None:
    fresh = new("\n".join(before), "\n".join(after))

    for line, target in (("x = f(1)  # noqa", "x = f(1)"), ("y = g(2)  # type: ignore", "y = g(2)")):
        assert fresh.count(target) >= max(0, after.count(line) - before.count(line))
    assert new("\n".join(after), "\n".join(reversed(after))) == []


def test_many_equal_ones_are_paired() -> None:
    many = "".join(f"x{number} = f(a, b, {number})  # noqa\n" for number in range(3_000))

    assert new(many, many.replace("f(", "g(")) == []
    assert len(new("", many)) == 3_000


def test_habits_count_what_a_house_does() -> None:
    found = read(
        "a = 1  # noqa\nb = 1  # noqa: E501\nc = 1  # noqa: E501 - long address\nd = 1  # NOSEC\n"
        "e = 1  # noqa - long address\n"
        "try:\n    f()\nexcept OSError:  # pragma: no cover\n    g()\n"
    )

    assert habits(found) == {
        ("flake8, ruff", "bare"): 1,
        ("flake8, ruff", "told"): 1,
        ("flake8, ruff", "coded"): 1,
        ("flake8, ruff", "reasoned"): 1,
        ("coverage", "bare"): 1,
        ("coverage", "form: except OSError"): 1,
    }


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("except ImportError:", "form: except ImportError"),
        ("except (OSError, ValueError):", "form: except OSError"),
        ("if sys.platform == 'win32':", "form: if sys.platform"),
        ("else:", "form: else"),
        ("raise TypeError(", "form: raise TypeError"),
        ("return None", "form: return None"),
        ("return", "form: return None"),
        ("return total(items)", "form: statement"),
        ("def f():", "form: def"),
        ("x = 1", "form: statement"),
        ("", "form: statement"),
    ],
)
def test_form(code: str, expected: str) -> None:
    assert form(code) == expected
