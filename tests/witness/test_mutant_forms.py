"""All forms in which a function may live: each is reached by its mutants, in one child run of pytest."""

import sys
from collections.abc import Mapping

import pytest

from pytest_agentaudit.mutant import Fate, MutantFate, Operator
from pytest_agentaudit.proof import Covering, MutationPlan
from tests.support.mutating import PATH, Subject, tried

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
    "private name and super() in a nested class": (
        "U.V.f",
        "class U:\n  class V(T):\n    __y = 1\n    def f(self):\n      super().f()\n      return self.__y",
        "s.U.V().f() == 1",
    ),
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
        ("test_subject.py",),
        120.0,
    )
    found = tried(plan)
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
