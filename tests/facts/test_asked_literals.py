"""Which literals a condition asks for."""

from __future__ import annotations

import ast

import pytest

from pytest_agentaudit.facts.asked_literals import NONE, Guards, guards, pattern_guards


def asked(source: str, *, negated: bool = False) -> Guards:
    return guards(ast.parse(source, mode="eval").body, {"LIMIT": ast.Constant(97)}, negated=negated)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("n == 97", ((97,),)),
        ("97 == n", ((97,),)),
        ("n == LIMIT", ((97,),)),
        ("n is 97", ((97,),)),
        ("not n != 97", ((97,),)),
        ("a[0] == 1 and k == 97", ((1, 97),)),
        ("n == 97 or n == 98", ((97,), (98,))),
        ("n == 97 or other", NONE),
        ("n == 97 and other", ((97,),)),
        ("n in (97, 98)", ((97,), (98,))),
        ("'big world' in text", (("big world",),)),
        ("text.startswith('big')", (("big",),)),
        ("np.array_equal(n, [1, 2])", (([1, 2],),)),
        ("n - 97 == 0", ((97,),)),
        ("not n ^ 97", ((97,),)),
        ("96 < n < 98", ((97,),)),
        ("0 < n < 98", NONE),
        ("(m := n) == 97", ((97,),)),
        ("n != 97", NONE),
        ("n > 97", NONE),
        ("n == m", NONE),
        ("97 == 97", NONE),
        ("n", NONE),
    ],
)
def test_asked(source: str, expected: Guards) -> None:
    assert asked(source) == expected


def test_the_opposite() -> None:
    assert asked("n != 97", negated=True) == ((97,),)
    assert asked("n == 97", negated=True) == NONE
    assert asked("n != 97 or m != 98", negated=True) == ((97, 98),)
    assert asked("n not in (97, 98)", negated=True) == ((97,), (98,))


def test_patterns() -> None:
    match = ast.parse("match n:\n case 97: pass\n case 97 | 98: pass\n case [1, 97]: pass\n case x: pass\n").body[0]
    assert isinstance(match, ast.Match)
    assert [pattern_guards(case.pattern, {}) for case in match.cases] == [((97,),), ((97,), (98,)), ((1, 97),), NONE]


def test_many_alternatives_end() -> None:
    assert len(asked(" and ".join(f"n{at} in {tuple(range(20))}" for at in range(20)))) <= 64
