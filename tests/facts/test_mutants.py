"""mutants(): what is broken, how it reads, and what is left alone."""

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_agentaudit.facts.mutants import FINE_BY_CHANGE, FINE_BY_FUNCTION, as_diff, mutants
from pytest_agentaudit.mutant import Mutant, Operator
from tests.support.mutating import EVERY_LINE, changed, edited


def made(
    head: str, base: str = "", *, only: str = "", fine: bool = False, lines: frozenset[int] = EVERY_LINE
) -> tuple[Mutant, ...]:
    return mutants([changed(dedent(head), dedent(base), lines, only=only)], fine=fine)


def result(head: str, operator: Operator, base: str = "", *, fine: bool = False, only: str = "") -> list[str]:
    """Head's text under each mutant of an operator."""
    found = made(head, base, fine=fine, only=only)
    return [edited(it, dedent(head)) for it in found if it.operator is operator]


PLAIN = """\
def total(items):
    '''Add up.'''
    found = 0
    for item in items:
        found += item
    return found
"""


def test_a_function_has_its_controls_and_the_whole_mutants() -> None:
    found = made(PLAIN, PLAIN.replace("found = 0", "found = 1"))
    assert [it.operator for it in found] == ["null", "control", "revert", "extreme", "perturb"]
    assert {(it.path, it.qualname, it.first_line) for it in found} == {("subject.py", "total", 1)}
    assert len({it.id for it in found}) == 5


def test_the_null_mutant_changes_nothing() -> None:
    assert result(PLAIN, Operator.NULL) == [PLAIN]


def test_the_control_ends_the_process() -> None:
    (text,) = result(PLAIN, Operator.CONTROL)
    assert text == "def total(items):\n    '''Add up.'''\n    import os\n    os._exit(77)\n"


EXTREME = {
    "a value is given back": ("def f(a):\n    b = a\n    return b\n", "def f(a):\n    return None\n"),
    "nothing is given back": ("def f(a):\n    a.b()\n", "def f(a):\n    pass\n"),
    "a docstring": ("def f(a):\n    'Doc.'\n    return a\n", "def f(a):\n    'Doc.'\n    return None\n"),
    "a generator": ("def f(a):\n    yield a\n", "def f(a):\n    return\n    yield\n"),
    "yield from": ("def f(a):\n    yield from a\n", "def f(a):\n    return\n    yield\n"),
    "a coroutine": ("async def f(a):\n    return await a\n", "async def f(a):\n    return None\n"),
    "async generator": ("async def f(a):\n    yield a\n", "async def f(a):\n    return\n    yield\n"),
    "an inner generator alone": (
        "def f(a):\n    def g():\n        yield 1\n    return g\n",
        "def f(a):\n    return None\n",
    ),
    "on the line of its head": ("def f(a): return a + 1\n", "def f(a): \n    return None\n"),
    "docstring on that line": ("def f(a): 'Doc.'; return a\n", "def f(a): \n    return None\n"),
    "a decorated function begins it": (
        "def f(a):\n    @ b\n    @c\n    def g():\n        return a\n    return g\n",
        "def f(a):\n    return None\n",
    ),
    "a method": ("class A:\n  def f(a):\n    return a\n", "class A:\n  def f(a):\n    return None\n"),
    "tabs": ("class A:\n\tdef f(a):\n\t\treturn a\n", "class A:\n\tdef f(a):\n\t\treturn None\n"),
    "other letters": ("def f(a):\n    b = 'é'; return 'ü'\n", "def f(a):\n    return None\n"),
    "line ends of DOS": ("def f(a):\r\n    b = a\r\n    return b\r\n", "def f(a):\r\n    return None\r\n"),
}


@pytest.mark.parametrize(("head", "expected"), EXTREME.values(), ids=EXTREME)
def test_an_empty_body(head: str, expected: str) -> None:
    found = [it for it in mutants([changed(head)]) if it.operator is Operator.EXTREME][:1]
    assert [edited(it, head) for it in found] == [expected]


@pytest.mark.parametrize(
    "body", ["pass", "...", "'Doc.'", "return", "return None", "raise NotImplementedError", "'Doc.'\n    pass"]
)
def test_a_body_that_is_empty_has_no_mutants(body: str) -> None:
    assert made(f"def f(a):\n    {body}\n") == ()


REVERT = {
    "the same indentation": (
        "def f(a):\n    return a\n",
        "def f(a):\n    # as it was\n    b = 1  # so\n    return b\n",
        ["def f(a):\n    b = 1  # so\n    return b\n"],
    ),
    "another indentation": (
        "class A:\n    def f(self, a):\n        return a\n",
        "class A:\n  def f(self):\n    if a:\n      return [\n1]\n",
        ["class A:\n    def f(self, a):\n        if a:\n            return [1]\n"],
    ),
    "another docstring alone": ("def f(a):\n    'New.'\n    return a\n", "def f(a):\n    'Old.'\n    return a\n", []),
    "a parameter was added": (
        "def f(a, b=1):\n    return a + b\n",
        "def f(a):\n    return a\n",
        ["def f(a, b=1):\n    return a\n"],
    ),
    "a parameter was taken away": ("def f(a):\n    return a\n", "def f(a, b):\n    return b\n", []),
    "it is new": ("def f(a):\n    return a\n", "def g(a):\n    return 1\n", []),
    "it became a coroutine": ("async def f(a):\n    return a\n", "def f(a):\n    return 1\n", []),
    "on the line of its head": ("def f(a): return a\n", "def f(a):\n    return 1\n", ["def f(a): \n    return 1\n"]),
    "a decorated function begins both": (
        "def f(a):\n    @b\n    def g(): return a\n    return g\n",
        "def f(a):\n    @c\n    def g(): return a\n    return g\n",
        ["def f(a):\n    @c\n    def g(): return a\n    return g\n"],
    ),
    "a string over lines": (
        "if 1:\n    def f(a):\n        return a\n",
        "def f(a):\n    return '''x\n  y'''\n",
        ["if 1:\n    def f(a):\n        return 'x\\n  y'\n"],
    ),
}


@pytest.mark.parametrize(("head", "base", "expected"), REVERT.values(), ids=REVERT)
def test_the_body_of_the_base(head: str, base: str, expected: list[str]) -> None:
    assert result(head, Operator.REVERT, base) == expected


PERTURB = {
    "return True": "return False",
    "return 3": "return 4",
    "return 'a'": 'return ""',
    "return ''": 'return "x"',
    "return [a]": "return []",
    "return {}": "return {None: None}",
    "return a, b": "return ()",
    "return a": "return __another__(a)",
    "return (a)": "return (__another__(a))",
    "return await a": "return __another__(await a)",
    "return *a, b": "return ()",
    "if a: return a\n    return 1, 2": "if a: return __another__(a)\n    return __another__((1, 2))",
    "if a: return None\n    return True": "if a: return None\n    return False",
    "yield a\n    return b": "yield __another__(a)\n    return b",
    "x = yield a\n    yield 'é', x": "x = yield __another__(a)\n    yield __another__(('é', x))",
}


@pytest.mark.parametrize(("body", "expected"), PERTURB.items(), ids=PERTURB)
def test_another_value_of_the_same_type(body: str, expected: str) -> None:
    head = f"async def f(a):\n    {body}\n" if "await" in body else f"def f(a):\n    {body}\n"
    (text,) = result(head, Operator.PERTURB)
    assert text == head.replace(body, expected)
    ast.parse(text)


@pytest.mark.parametrize("body", ["return None", "a.b()", "return", "yield (yield a)"])
def test_no_value_to_exchange(body: str) -> None:
    assert result(f"def f(a):\n    a.c()\n    {body}\n", Operator.PERTURB) == []


FINE = [
    ("if a < 1: pass", Operator.COMPARISON, "if a <= 1: pass"),
    ("if (a) == (1): pass", Operator.COMPARISON, "if (a) != (1): pass"),
    ("if a not in b: pass", Operator.COMPARISON, "if a in b: pass"),
    ("if a is not b: pass", Operator.COMPARISON, "if a is b: pass"),
    ("if a and b: pass", Operator.CONDITION, "if not (a and b): pass"),
    ("x = 'é' if a else b", Operator.CONDITION, "x = 'é' if not (a) else b"),
    ("if not a: pass", Operator.NOT, "if a: pass"),
    ("return a + b", Operator.RETURN, "return None"),
    ("a.append(b)", Operator.DELETE, "pass"),
    ("raise ValueError('no 3 items', 3)", Operator.DELETE, "pass"),
    ("a.b = 'c'", Operator.DELETE, "pass"),
    ("x += y", Operator.DELETE, "pass"),
    ("x = True", Operator.BOOL, "x = False"),
    ("x = 3", Operator.INT, "x = 4"),
]


@pytest.mark.parametrize(("line", "operator", "expected"), FINE)
def test_one_place_of_a_line(line: str, operator: Operator, expected: str) -> None:
    head = f"def f(a, b):\n    {line}\n"
    found = [it for it in made(head, fine=True) if not it.operator.is_whole and not it.operator.is_control]
    assert [(it.operator, edited(it, head)) for it in found] == [(operator, head.replace(line, expected))]


@pytest.mark.parametrize(
    "line",
    [
        "x = 'text'",
        "log.warning('not %d', 3)",
        "logger.debug(a < b)",
        "x = g(key=a)",
        "for x in a: pass",
        "while a < b: break",
        "x: Literal[3] = a",
        "x = lambda: 3",
        "x = a",
        "return None",
        "x = 123_456_789_012",
    ],
)
def test_what_is_left_alone(line: str) -> None:
    found = made(f"def f(a, b):\n    {line}\n", fine=True)
    assert not [it for it in found if not it.operator.is_whole and not it.operator.is_control]


def test_nobody_tests_a_repr() -> None:
    found = made("class A:\n    def __repr__(self):\n        return self.a if self.b < 3 else 'c'\n", fine=True)
    assert {it.operator for it in found} == {"null", "control", "extreme", "perturb"}


def test_fine_mutants_stand_on_changed_lines_alone() -> None:
    head = "def f(a):\n    if a < 1:\n        return a\n    if a > 2:\n        return a\n"
    found = made(head, fine=True, lines=frozenset({4}))
    assert [edited(it, head) for it in found if it.operator is Operator.COMPARISON] == [head.replace(">", ">=")]
    assert Operator.RETURN not in {it.operator for it in found}


def test_fine_mutants_are_few() -> None:
    one = "def f{0}(a):\n" + "".join(f"    if a < {n}:\n        a.b({n})\n" for n in range(9))
    found = made("".join(one.format(n) for n in range(15)), fine=True)
    fine = [it for it in found if not it.operator.is_whole and not it.operator.is_control]
    assert len(fine) == FINE_BY_CHANGE
    assert {it.operator for it in fine} == {Operator.COMPARISON}
    assert sum(it.qualname == "f0" for it in fine) == FINE_BY_FUNCTION
    assert sum(it.operator is Operator.EXTREME for it in found) == 15


def test_names_are_those_of_code_objects() -> None:
    head = """
    class A:
        @property
        @cached
        def f(self):
            def g():
                class B:
                    def h(self): return 1
                return B
            return g
    """
    found = {(it.qualname, it.first_line) for it in made(head)}
    assert found == {("A.f", 3), ("A.f.<locals>.g", 6), ("A.f.<locals>.g.<locals>.B.h", 8)}


def test_ids_stay_where_the_function_moves_and_change_with_it() -> None:
    (first,), (moved,), (other,) = (
        [it.id for it in made(text) if it.operator is Operator.EXTREME]
        for text in (PLAIN, f"import os\n\n\n{PLAIN}", PLAIN.replace("= 0", "= 1"))
    )
    assert first == moved != other


@pytest.mark.parametrize("text", ["def f(:\n", "def f(a):\n    return a\0\n", "(" * 500])
def test_what_python_does_not_take_has_no_mutants(text: str) -> None:
    assert mutants([changed(text)]) == ()
    function = "def f(a):\n    return a\n"
    whole = changed(function, function)
    assert mutants([type(whole)(whole.path, text, whole.pairs, whole.lines, {"subject.py": text})]) == ()


def test_a_diff_of_what_matters() -> None:
    head = "import os\n" * 40 + PLAIN
    (extreme,) = (it for it in made(head) if it.operator is Operator.EXTREME)
    assert as_diff(extreme, head).split("\n") == [
        "--- subject.py",
        "+++ subject.py (extreme)",
        "@@ -41,6 +41,3 @@",
        " def total(items):",
        "     '''Add up.'''",
        "-    found = 0",
        "-    for item in items:",
        "-        found += item",
        "-    return found",
        "+    return None",
    ]


OWN = sorted((Path(__file__).parents[2] / "pytest_agentaudit").rglob("*.py"))[::40]


def test_every_mutant_of_this_package_is_python() -> None:
    count = 0
    for file in OWN:
        head = file.read_text(encoding="utf-8")
        for mutant in mutants([changed(head, head.replace("not ", "").replace("1", "2"))], fine=True):
            text = edited(mutant, head)
            ast.parse(text)
            assert ("\n@@ " in as_diff(mutant, head)) == (mutant.operator is not Operator.NULL)
            assert (text == head) == (mutant.operator is Operator.NULL)
            count += 1
    assert count > 3 * len(OWN)
