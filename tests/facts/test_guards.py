"""What refuses: guards, checks, settings, checkers."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.kinds.shortcuts import CHECK, CONSENT, FOLDED, GUARD, LOOSE, REFUSAL, STRICT
from pytest_agentaudit.facts.lost_checks import Way, lost_checks
from tests.support.added import added, delta

PAY = (
    "def pay(order, amount):\n{guard}    order.paid += amount\n    order.save()\n    order.close()\n    return order\n"
)


@pytest.mark.parametrize(
    ("statement", "keys"),
    [
        ("if x < 0:\n        raise ValueError('x')", ["ValueError if x < 0"]),
        ("if x:\n        go()\n    else:\n        raise KeyError(x)", ["KeyError if not (x)"]),
        ("assert x > 0, 'no'", ["AssertionError if x > 0"]),
        ("for y in x:\n        if y:\n            raise ValueError", ["ValueError if y"]),
        ("raise ValueError", []),
        ("if x:\n        raise", []),
        ("if x:\n        raise NotImplementedError", []),
        ("if sys.version_info < (3, 9):\n        raise RuntimeError", []),
        ("if x:\n        raise ValueError('x is not supported yet')", []),
        ("if x:\n        raise ValueError(f'not implemented: {x}')", []),
        ("if x:\n        raise ValueError('x is not supported')", ["ValueError if x"]),
        ("try:\n        go()\n    except KeyError:\n        raise ValueError from None", []),
    ],
)
def test_guards(statement: str, keys: list[str]) -> None:
    assert [it.key for it in added(f"def pay(x):\n    {statement}\n", GUARD)] == keys


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("run(cmd, check=True)", STRICT),
        ("run(cmd, check=False)", LOOSE),
        ("ConfigDict(extra='forbid')", STRICT),
        ("ConfigDict(extra='ignore')", LOOSE),
        ("get(url, verify=False)", LOOSE),
        ("get(url, timeout=3)", STRICT),
        ("{'verify_signature': False}", LOOSE),
        ("run(cmd, check=check)", ""),
        ("get(url, timeout=timeout)", ""),
        ("get(url, timeout=None)", ""),
    ],
)
def test_settings(source: str, kind: str) -> None:
    assert [it.kind for it in added(f"def go(url):\n    return {source}\n", STRICT, LOOSE)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("name", "body", "kinds"),
    [
        ("verify", "return True", [CONSENT]),
        ("verify", "print(x)\n    return True", [CONSENT]),
        ("check_order", "pass", [CONSENT]),
        ("verify", "return x == 1", [REFUSAL]),
        ("verify", "if x:\n        return False\n    return True", [REFUSAL]),
        ("verify", "if x:\n        raise ValueError", [REFUSAL]),
        ("verify", "validate(x)", []),
        ("load", "return True", []),
        ("verify", "return False", []),
    ],
)
def test_what_can_refuse(name: str, body: str, kinds: list[str]) -> None:
    assert [it.kind for it in added(f"def {name}(x):\n    {body}\n", REFUSAL, CONSENT)] == kinds


def test_checks_and_guarding_decorators() -> None:
    source = "@login_required\ndef pay(order):\n    validate(order)\n    order.check_total()\n    ok = verify(order)\n"
    assert [it.details["callee"] for it in added(source, CHECK)] == ["login_required", "validate", "check_total"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [("x or True", 1), ("False and x", 1), ("False", 1), ("0", 1), ("x or y", 0), ("x and True", 0), ("x", 0)],
)
def test_folded_conditions(condition: str, found: int) -> None:
    assert len(added(f"def go(x, y):\n    if {condition}:\n        stop()\n", FOLDED)) == found


GUARD_TEXT = "    if amount <= 0:\n        raise ValueError\n"


@pytest.mark.parametrize(
    ("before", "after", "ways"),
    [
        (PAY.format(guard=GUARD_TEXT), PAY.format(guard=""), [Way.GUARD]),
        (PAY.format(guard=GUARD_TEXT), PAY.format(guard="    check_amount(amount)\n"), []),
        (PAY.format(guard=GUARD_TEXT), PAY.format(guard=GUARD_TEXT.replace("<= 0", "< 1")), []),
        (PAY.format(guard=GUARD_TEXT), PAY.format(guard="").replace("amount", "total"), []),
        (PAY.format(guard="    assert amount > 0\n"), PAY.format(guard=""), [Way.GUARD]),
        ("@login_required\n" + PAY.format(guard=""), PAY.format(guard=""), [Way.CALL]),
        ("def go(cmd):\n    run(cmd, check=True)\n", "def go(cmd):\n    run(cmd)\n", [Way.SETTING]),
        ("def go(cmd):\n    run(cmd, check=True)\n", "def go(cmd):\n    return cmd\n", []),
        ("def go(cmd):\n    run(cmd)\n", "def go(cmd):\n    run(cmd, check=False)\n", []),
    ],
)
def test_lost_checks(before: str, after: str, ways: list[Way]) -> None:
    assert [it.way for it in lost_checks(delta(before, after))] == ways
