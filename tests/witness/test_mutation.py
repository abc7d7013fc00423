"""Mutants before real tests: each run is a child pytest in a small project."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_agentaudit.model import Fate, Mutant, MutantFate, Operator
from pytest_agentaudit.witness.mutation_plan import Covering, MutationPlan
from pytest_agentaudit.witness.mutation_run import try_mutants
from tests.support.mutating import PATH, Subject, bare_environment
from tests.support.processes import all_end

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mutants are run in forked children")

FORMS: Mapping[str, tuple[str, str, str]] = {
    "plain": ("plain", "def plain(): return 1", "s.plain() == 1"),
    "wrapped": (
        "wrapped",
        "def log(f):\n  @functools.wraps(f)\n  def inn(*a): return f(*a)\n  return inn\n@log\ndef wrapped(): return 1",
        "s.wrapped() == 1",
    ),
    "a decorator's wrapper": (
        "log2.<locals>.inner",
        "def log2(f):\n    def inner(*a): return f(*a)\n    return inner\n@log2\ndef wrapped2(): return 1",
        "s.wrapped2() == 1",
    ),
    "lru_cache": ("cached", "@functools.lru_cache\ndef cached(a): return a", "s.cached(1) == 1"),
    "property": ("A.prop", "class A:\n    @property\n    def prop(self): return 1", "s.A().prop == 1"),
    "cached_property": (
        "B.kept",
        "class B:\n    @functools.cached_property\n    def kept(self): return 1",
        "s.B().kept == 1",
    ),
    "a setter": (
        "C.put",
        "class C:\n  @property\n  def put(self): return self.x\n  @put.setter\n  def put(self, v): self.x = v",
        "s.put_in(s.C(), 5).put == 5",
    ),
    "classmethod": ("D.make", "class D:\n    @classmethod\n    def make(cls): return 1", "s.D.make() == 1"),
    "staticmethod": ("E.make", "class E:\n    @staticmethod\n    def make(): return 1", "s.E.make() == 1"),
    "method of a subclass with super()": (
        "G.area",
        "class F:\n    def area(self): return 1\nclass G(F):\n    def area(self): return super().area()",
        "s.G().area() == 1",
    ),
    "closure that lives": (
        "adder.<locals>.add",
        "def adder(n):\n    def add(a): return a + n\n    return add\nadd_two = adder(2)",
        "s.add_two(1) == 3",
    ),
    "closure that is made later": (
        "timer.<locals>.time",
        "def timer(n):\n    def time(a): return a * n\n    return time",
        "s.timer(2)(2) == 4",
    ),
    "maker of a closure": (
        "maker",
        "def maker(n):\n    def made(a): return a * n\n    return made",
        "s.maker(2)(2) == 4",
    ),
    "generator": ("count", "def count(n):\n    for i in range(n): yield i", "list(s.count(2)) == [0, 1]"),
    "coroutine": ("wait", "async def wait():\n    return 1", "asyncio.run(s.wait()) == 1"),
    "asynchronous generator": (
        "ticks",
        "async def ticks():\n    yield 1",
        "asyncio.run(s.gathered(s.ticks())) == [1]",
    ),
    "comprehension": ("doubled", "def doubled(a): return [b * 2 for b in a]", "s.doubled([1]) == [2]"),
    "partial": ("power", "def power(a, b): return a ** b\nsquare = functools.partial(power, b=2)", "s.square(3) == 9"),
    "partialmethod": (
        "H.set",
        "class H:\n    def set(self, v): return v\n    on = functools.partialmethod(set, True)",
        "s.H().on() is True",
    ),
    "singledispatch": (
        "of_int",
        "@functools.singledispatch\ndef of(a): return 0\n@of.register\ndef of_int(a: int): return 1",
        "s.of(3) == 1",
    ),
    "contextmanager": (
        "opened",
        "@contextlib.contextmanager\ndef opened():\n    yield 1",
        "s.opened().__enter__() == 1",
    ),
    "dataclass method": (
        "J.twice",
        "@dataclasses.dataclass(slots=True)\nclass J:\n    a: int\n    def twice(self): return self.a * 2",
        "s.J(1).twice() == 2",
    ),
    "post_init": (
        "K.__post_init__",
        "@dataclasses.dataclass\nclass K:\n    a: int\n    def __post_init__(self): self.a += 1",
        "s.K(1).a == 2",
    ),
    "nested class": ("L.M.f", "class L:\n    class M:\n        def f(self): return 1", "s.L.M().f() == 1"),
    "class in a function": (
        "build.<locals>.N.f",
        "def build():\n    class N:\n        def f(self): return 1\n    return N",
        "s.build()().f() == 1",
    ),
    "special method": ("P.__len__", "class P:\n    def __len__(self): return 3", "len(s.P()) == 3"),
    "__new__": ("Q.__new__", "class Q:\n    def __new__(cls): return 5", "s.Q() == 5"),
    "metaclass": (
        "R.__call__",
        "class R(type):\n    def __call__(cls): return 5\nclass S(metaclass=R): pass",
        "s.S() == 5",
    ),
    "private name": ("T.f", "class T:\n    __x = 1\n    def f(self): return self.__x", "s.T().f() == 1"),
    "default that binds": ("bound", "def bound(a, b=3): return b", "s.bound(1) == 3"),
    "in a branch": (
        "either",
        "if sys.version_info:\n    def either(): return 1\nelse:\n    def neither(): return 2",
        "s.either() == 1",
    ),
    "recursion": ("down", "def down(n): return down(n - 1) if n else 7", "s.down(3) == 7"),
    "in a list": ("held", "def held(): return 1\nHOLD = [held]\ndel held", "s.HOLD[0]() == 1"),
}
HEADING = """\
from __future__ import annotations
import asyncio, contextlib, dataclasses, functools, sys
def put_in(c, v):
    c.put = v
    return c
async def gathered(source): return [it async for it in source]
"""


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, MutantFate]]:
    """The fates of all forms' mutants, by qualified name and operator."""
    body = "\n".join(source for _, source, _ in FORMS.values())
    tests = "".join(f"def test_{n}():\n    assert {demand}\n" for n, (_, _, demand) in enumerate(FORMS.values()))
    subject = Subject(
        tmp_path_factory.mktemp("forms"), f"{HEADING}{body}\n", f"import asyncio\nimport subject as s\n{tests}"
    )
    wanted = {name for name, _, _ in FORMS.values()}
    chosen = tuple(it for it in subject.mutants() if it.qualname in wanted)
    covering = {name: f"test_subject.py::test_{n}" for n, (name, _, _) in enumerate(FORMS.values())}
    keys = dict.fromkeys((it.path, it.qualname, it.first_line) for it in chosen)
    plan = MutationPlan(
        str(subject.folder),
        {PATH: subject.head},
        chosen,
        tuple(Covering(*key, (covering[key[1]],)) for key in keys),
        120.0,
    )
    found = try_mutants(plan, environment=bare_environment())
    assert found.set_aside == ()
    names = {it.id: it for it in chosen}
    fates: dict[str, dict[str, MutantFate]] = {}
    for fate in found.fates:
        fates.setdefault(names[fate.id].qualname, {})[names[fate.id].operator] = fate
    return fates


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_reached(form: str, forms: dict[str, dict[str, MutantFate]]) -> None:
    fates = forms[FORMS[form][0]]
    assert fates[Operator.EXTREME].fate in {Fate.NOTICED, Fate.CRASHED}, fates


def test_other_values_are_noticed(forms: dict[str, dict[str, MutantFate]]) -> None:
    fates = {name: it[Operator.PERTURB].fate for name, it in forms.items() if Operator.PERTURB in it}
    blind = {"maker", "build.<locals>.N.f"}
    assert {name for name, fate in fates.items() if fate is not Fate.NOTICED} - blind == set()


WORD = """
def word(n):
    if n > 1:
        return "many"
    return "one"
"""


def subject(folder: Path, tests: str, head: str = WORD, base: str = WORD.replace("> 1", "> 2")) -> Subject:
    return Subject(folder, head, "import pytest\nimport subject as s\nfrom subject import *\n" + tests, base=base)


FATES = {
    "an assertion": ("def test_it(): assert word(2) == 'many'", Fate.NOTICED, "AssertionError: assert None == 'many'"),
    "no assertion": ("def test_it(): word(2)", Fate.SURVIVED, "1 test passes"),
    "pytest.fail": ("def test_it(): word(2) or pytest.fail('no word')", Fate.NOTICED, "Failed: no word"),
    "pytest.raises": (
        "def test_it():\n    with pytest.raises(TypeError): word(1) + 1",
        Fate.SURVIVED,
        "1 test passes",
    ),
    "another exception": (
        "def test_it(): assert word(2).upper() == 'MANY'",
        Fate.CRASHED,
        "AttributeError: 'NoneType' object has no attribute 'upper'",
    ),
    "a fixture that asserts": (
        "@pytest.fixture\ndef found():\n    assert word(1)\ndef test_it(found): pass",
        Fate.NOTICED,
        "AssertionError: assert None",
    ),
    "unittest": (
        "import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self): self.assertEqual(word(1), 'one')",
        Fate.NOTICED,
        "AssertionError: None != 'one'",
    ),
    "a group of exceptions": (
        "def test_it():\n  try: assert word(1)\n  except AssertionError as e: raise ExceptionGroup('', [OSError(), e])",
        Fate.NOTICED,
        "AssertionError: assert None",
    ),
    "an end of the session": ("def test_it(): word(1) or pytest.exit('over')", Fate.CRASHED, "Exit: over"),
    "an end of the process": (
        "import os\ndef test_it(): word(1) or os._exit(5)",
        Fate.DIED,
        "exit status 5",
    ),
    "a signal": ("import os\ndef test_it(): word(1) or os.kill(os.getpid(), 9)", Fate.DIED, "signal 9"),
    "a skip": ("def test_it(): word(1) or pytest.skip('no')", Fate.SURVIVED, "1 test passes"),
}


@pytest.mark.parametrize(("tests", "fate", "reason"), FATES.values(), ids=FATES)
def test_what_became_of_an_empty_body(tests: str, fate: Fate, reason: str, tmp_path: Path) -> None:
    name = ("TestIt::test_it",) if "class TestIt" in tests else ("test_it",)
    assert subject(tmp_path, tests).fate("word", Operator.EXTREME, name) == (fate, reason)


def test_an_assertion_of_the_mutated_file_itself_proves_nothing(tmp_path: Path) -> None:
    head = "def word(n):\n    return n\n\n\ndef checked(n):\n    found = word(n)\n    assert found\n    return found\n"
    made = subject(tmp_path, "def test_it(): checked(1)", head, head)
    assert made.fate("word", Operator.EXTREME) == (Fate.CRASHED, "AssertionError")


def test_a_loop_without_an_end_times_out(tmp_path: Path) -> None:
    head = "def step(n):\n    return n + 1\n\n\ndef run():\n    n = 0\n    while n < 3:\n        n = step(n)\n"
    base = head.replace("n + 1", "0")
    made = subject(tmp_path, "def test_it(): run()", head, base)
    assert made.fate("step", Operator.REVERT) == (Fate.TIMED_OUT, "did not end")


def test_which_test_decided(tmp_path: Path) -> None:
    made = subject(
        tmp_path, "def test_a(): word(1)\ndef test_b(): assert word(2)\ndef test_c(): assert word(2) == 'many'\n"
    )
    (revert, extreme, perturb) = made.fates(made.mutants(), ("test_a", "test_b", "test_c")).fates
    assert (revert.fate, revert.test) == (Fate.NOTICED, "test_subject.py::test_c")
    assert (extreme.fate, extreme.test) == (Fate.NOTICED, "test_subject.py::test_b")
    assert (perturb.fate, perturb.test) == (Fate.NOTICED, "test_subject.py::test_b")


def test_a_survivor_is_shown_to_the_other_tests_of_the_file(tmp_path: Path) -> None:
    """A test that finds a filled cache is not known to cover the function."""
    tests = "def test_it(): word(2)\ndef test_bad(): assert 0\ndef test_more(): assert word(2) == 'many'\n"
    made = subject(tmp_path, tests, f"import functools\n\n\n@functools.cache{WORD}")
    found = made.fates(made.mutants(only="word", fine=True))
    whole, fine = found.fates[:3], found.fates[3:]
    assert [(it.fate, it.test) for it in whole] == [(Fate.NOTICED, "test_subject.py::test_more")] * 3
    assert {(it.fate, it.reason) for it in fine} == {(Fate.SURVIVED, "1 test passes")}
    assert found.set_aside == ()
    alone = made.fates(made.mutants(only="word"), widen=False)
    assert {(it.fate, it.reason) for it in alone.fates} == {(Fate.SURVIVED, "1 test passes")}


def test_what_crashes_in_one_test_may_be_noticed_by_the_next(tmp_path: Path) -> None:
    tests = "def test_a(): word(2).upper()\ndef test_b(): assert word(2) == 'many'\n"
    made = subject(tmp_path, tests)
    (extreme,) = (it for it in made.mutants() if it.operator is Operator.EXTREME)
    found = {it.id: it for it in made.fates(made.mutants(), ("test_a", "test_b")).fates}[extreme.id]
    assert (found.fate, found.test) == (Fate.NOTICED, "test_subject.py::test_b")
    alone = {it.id: it for it in made.fates(made.mutants(), ("test_a",)).fates}[extreme.id]
    assert (alone.fate, alone.test) == (Fate.CRASHED, "test_subject.py::test_a")


def test_a_survivor_of_all_tests(tmp_path: Path) -> None:
    made = subject(
        tmp_path, "def test_it(): word(2)\ndef test_more(): assert word(1)\n@pytest.mark.e2e\ndef test_far(): assert 0"
    )
    (revert, *others) = made.fates(made.mutants(only="word")).fates
    assert (revert.fate, revert.reason) == (Fate.SURVIVED, "2 tests pass")
    assert {it.fate for it in others} == {Fate.NOTICED}


def test_tests_of_other_files_do_not_count(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): word(2)")
    (tmp_path / "test_other.py").write_text("from subject import word\ndef test_it(): assert word(2)\n")
    assert made.fate("word", Operator.EXTREME)[0] is Fate.SURVIVED


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ("def test_it(): assert word(1) == 'two'", "fails without a mutant: AssertionError: assert 'one' == 'two'"),
        ("def test_it(): word(1); pytest.skip('no net')", "is skipped without a mutant: Skipped: no net"),
        ("@pytest.mark.xfail\ndef test_it(): assert word(1) == 'two'", "is skipped without a mutant"),
        ("@pytest.mark.network\ndef test_it(): assert word(1)", "marked network"),
        ("import os\ndef test_it(): os._exit(3)", "ends the process without a mutant: exit status 3"),
        ("def test_other(): pass", "not collected"),
    ],
)
def test_tests_that_cannot_be_witnesses_are_named(tests: str, reason: str, tmp_path: Path) -> None:
    made = subject(tmp_path, tests + "\ndef test_good(): assert word(2)\n")
    found = made.fates(made.mutants(), ("test_it",))
    assert {it.fate for it in found.fates} == {Fate.NOT_JUDGED}
    (aside,) = found.set_aside
    assert (aside.path, aside.qualname, aside.first_line) == (PATH, "word", 2)
    assert (aside.test, aside.reason[: len(reason)]) == ("test_subject.py::test_it", reason)
    assert all(reason in it.reason for it in found.fates)
    both = made.fates(made.mutants(), ("test_it", "test_good"))
    assert {it.fate for it in both.fates if it.test} == {Fate.NOTICED}
    assert [it.reason for it in both.set_aside] == [aside.reason]


def test_a_control_that_is_not_reached_leaves_all_open(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert True")
    found = made.fates(made.mutants())
    assert {(it.fate, it.reason) for it in found.fates} == {
        (Fate.NOT_JUDGED, "its tests do not reach the control mutant")
    }


def test_a_function_that_ran_at_import_alone_is_not_judged(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert FOUND == 'one'", f"{WORD}FOUND = word(1)\n")
    assert made.fate("word", Operator.EXTREME)[0] is Fate.NOT_JUDGED


def test_a_function_that_no_longer_lives_is_not_reached(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert FOUND == 'one'", f"{WORD}FOUND = word(1)\ndel word\n")
    assert made.fate("word", Operator.EXTREME) == (Fate.NOT_REACHED, "no live function runs this code")


def test_other_free_variables_are_not_reached(tmp_path: Path) -> None:
    head = "def adder(n, m):\n    def add(a):\n        return a + n\n    return add\n\n\nADD = adder(1, 2)\n"
    made = subject(tmp_path, "def test_it(): assert ADD(1) == 2", f"{head}del adder\n", head.replace("a + n", "a + m"))
    assert made.fate("adder.<locals>.add", Operator.REVERT) == (Fate.NOT_REACHED, "the mutant has other free variables")
    assert made.fate("adder.<locals>.add", Operator.EXTREME)[0] is Fate.NOTICED


def test_values_of_other_types_are_not_exchanged(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): make()", "def make():\n    return object()\n", "")
    reached = (Fate.NOT_REACHED, "no value of a plain type is returned")
    assert made.fate("make", Operator.PERTURB) == reached


def test_a_module_that_a_test_imports_is_mutated_too(tmp_path: Path) -> None:
    made = Subject(tmp_path, WORD, "def test_it():\n    import subject\n    assert subject.word(2) == 'many'\n")
    assert made.fate("word", Operator.EXTREME)[0] is Fate.NOTICED


def test_no_time_no_fate(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert word(2)")
    found = made.fates(made.mutants(), seconds=0.0)
    assert {(it.fate, it.reason) for it in found.fates} == {(Fate.NOT_JUDGED, "budget")}


def test_a_process_with_threads_is_not_forked(tmp_path: Path) -> None:
    thread = "import threading\nSTOP = threading.Event()\n"
    start = "threading.Thread(target=STOP.wait, name='waiter', daemon=True).start()\n"
    made = subject(tmp_path, f"{thread}{start}def test_it(): assert word(2)")
    (fate, reason) = made.fate("word", Operator.EXTREME)
    assert fate is Fate.NOT_JUDGED
    assert "1 other threads are alive: waiter" in reason


def test_a_process_with_modules_that_cannot_be_forked(tmp_path: Path) -> None:
    tests = "import grpc\nfrom subject import word\ndef test_it(): assert word(2)\n"
    made = Subject(tmp_path, WORD, tests, more={"grpc.py": ""})
    (fate, reason) = made.fate("word", Operator.EXTREME)
    assert fate is Fate.NOT_JUDGED
    assert "grpc cannot be forked" in reason


def test_a_cache_filled_by_a_test_does_not_hide_the_mutant(tmp_path: Path) -> None:
    head = f"import functools\n\n\n@functools.lru_cache\n{WORD.strip()}\n"
    made = subject(tmp_path, "def test_a(): word(2)\ndef test_it(): assert word(2) == 'many'", head, "")
    assert made.fate("word", Operator.EXTREME, ("test_a", "test_it"))[0] is Fate.NOTICED


def test_what_a_child_leaves_behind(tmp_path: Path) -> None:
    """Nothing in the project: no cache, no report, no compiled file; and no process."""
    tests = (
        "import subprocess, sys\n"
        "def test_it(tmp_path):\n    (tmp_path / 'a').write_text('a')\n"
        "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', 'left-by-a-mutant'])\n"
        "    assert word(2)\n"
    )
    made = subject(tmp_path, tests)
    before = sorted(it.name for it in tmp_path.iterdir())
    found = made.fates(made.mutants(), arguments=("--junitxml=report.xml", "-x", "--lf"))
    assert Fate.NOTICED in {it.fate for it in found.fates}
    assert sorted(it.name for it in tmp_path.iterdir()) == before
    assert not [
        it for it in Path("/proc").glob("[0-9]*/cmdline") if b"left-by-a-mutant" in it.read_bytes().split(b"\0")
    ]


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    tests = (
        "import os, time\ndef test_it():\n    if not word(1):\n        Path('pid').write_text(str(os.getpid()))\n"
        "        os.kill(os.getppid(), 9)\n        time.sleep(600)\n"
    )
    made = subject(tmp_path, f"from pathlib import Path\n{tests}")
    fate, reason = made.fate("word", Operator.EXTREME)
    assert (fate, reason) == (Fate.NOT_JUDGED, "the child run did not get so far: exit status -9")
    assert all_end([int((tmp_path / "pid").read_text())])


def test_fixtures_are_ended(tmp_path: Path) -> None:
    tests = (
        "from pathlib import Path\n@pytest.fixture(scope='session')\ndef server():\n    yield\n"
        "    with open('ended', 'a') as file: file.write('x')\n"
        "def test_it(server): assert word(2)\ndef test_more(): pass\n"
    )
    made = subject(tmp_path, tests)
    chosen = [it for it in made.mutants() if it.operator.is_control or it.operator is Operator.EXTREME]
    assert made.fates(chosen, ("test_it", "test_more")).fates[0].fate is Fate.NOTICED
    assert (tmp_path / "ended").read_text() == "xx"  # of the null mutant and the mutant; the control ends no fixture


def test_a_child_that_does_not_get_so_far(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert word(2)")
    (found, *_) = made.fates(made.mutants(), arguments=("--no-such-option",)).fates
    assert found.fate is Fate.NOT_JUDGED
    assert "the child run did not get so far" in found.reason


def test_plugins_that_measure_or_distribute_are_kept_out(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert word(2)")
    arguments = ("-p", "xdist", "-p", "pytest_cov", "-n2", "--cov=subject", "--cov-report=xml")
    found = made.fates(made.mutants(), arguments=arguments)
    assert Fate.NOTICED in {it.fate for it in found.fates}, found
    assert not list(tmp_path.glob("*coverage*"))


def test_mutants_of_a_text_that_cannot_be_compiled_are_not_reached(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert word(2)")
    *controls, whole = (it for it in made.mutants() if it.operator.is_control or it.operator is Operator.EXTREME)
    broken = Mutant("b", PATH, whole.qualname, whole.first_line, Operator.EXTREME, whole.start, whole.end, "return (")
    (found,) = made.fates([*controls, broken]).fates
    assert found.fate is Fate.NOT_REACHED
    assert "could not be compiled" in found.reason
