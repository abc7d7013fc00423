"""The examples of dropped-validation."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_PAY = '''
def pay(order, amount):
    """Take an amount for an order."""
    if amount <= 0:
        raise ValueError("amount")
    order.paid += amount
    order.save()
    return order
'''
_VALID = "\ndef validate(order):\n    return order.sum > 0\n"
_GUARD = '    if amount <= 0:\n        raise ValueError("amount")\n'
_TEST = """import pytest
from shop.pay import pay


def test_pays(order):
    assert pay(order, 3).paid == 3


def test_nothing_to_pay(order):
    with pytest.raises(ValueError):
        pay(order, 0)
"""
_MODEL = "class Order(BaseModel):\n    model_config = ConfigDict(extra='forbid', frozen=True)\n    amount: int\n"
_JUDGE = """
def verify_token(token, key):
    if not token:
        return False
    return compare(sign(token.body, key), token.signature)
"""


def _example(title: str, before: str, after: str, *expect: str, test: str = _TEST, messages: str = "") -> Example:
    return Example(
        title,
        before={"shop/pay.py": before, "tests/test_pay.py": _TEST},
        after={"shop/pay.py": after, "tests/test_pay.py": test},
        expect=expect,
        messages=(messages,) if messages else (),
    )


EXAMPLES = (
    _example("a guard is gone", _PAY, _PAY.replace(_GUARD, ""), "shop/pay.py:2 warning"),
    _example(
        "and its test with it",
        _PAY,
        _PAY.replace(_GUARD, ""),
        "shop/pay.py:2 error",
        test=_TEST.partition("\n\n\ndef test_nothing")[0] + "\n",
    ),
    _example(
        "its test was inverted, and the message speaks of something else",
        _PAY,
        _PAY.replace(_GUARD, ""),
        "shop/pay.py:2 error",
        test=_TEST.replace("    with pytest.raises(ValueError):\n        pay(order, 0)", "    pay(order, 0)"),
        messages="Tidy the imports",
    ),
    _example(
        "unknown fields are taken",
        _MODEL,
        _MODEL.replace("forbid", "ignore"),
        "shop/pay.py:2 warning",
    ),
    _example(
        "a checker that always agrees",
        _JUDGE,
        "\ndef verify_token(token, key):\n    return True\n",
        "shop/pay.py:2 warning",
    ),
    _example(
        "an assert that went, as the message says",
        _PAY.replace(_GUARD, "    assert order.paid >= 0\n"),
        _PAY.replace(_GUARD, ""),
        "shop/pay.py:2 note",
        messages="Fix the AssertionError in pay() where an order was paid back",
    ),
    _example(
        "a checker whose answer nobody looked at, and that raises nothing",
        _VALID + "\n\ndef pay(order):\n    validate(order)\n    order.sum += 1\n    return order.send()\n",
        _VALID + "\n\ndef pay(order):\n    order.sum += 1\n    return order.send()\n",
        "shop/pay.py:6 note",
    ),
    _example(
        "one of two loops over equal lists went away",
        "def pay(orders, sums):\n    for order, total in zip(orders, sums, strict=True):\n"
        "        check(order, total)\n    for order, total in zip(orders, sums, strict=True):\n"
        "        send(order, total)\n",
        "def pay(orders, sums):\n    note(orders)\n    for order, total in zip(orders, sums, strict=True):\n"
        "        send(order, total)\n",
    ),
    _example(
        "it asked for a setting that went away",
        _PAY.replace(_GUARD, "    if order.late and not order.use_queue:\n        raise ValueError('queue')\n"),
        _PAY.replace(_GUARD, ""),
    ),
    _example(
        "certificates are not verified",
        "def fetch(url):\n    return requests.get(url).json()\n",
        "def fetch(url):\n    return requests.get(url, verify=False).json()\n",
        "shop/pay.py:2 warning",
    ),
    _example(
        "a condition that a constant decides",
        _JUDGE,
        _JUDGE.replace("if not token:", "if False and not token:"),
        "shop/pay.py:3 warning",
    ),
    _example(
        "a failed command goes unnoticed",
        "def build(path):\n    path.mkdir()\n    run(['make'], cwd=path, check=True)\n",
        "def build(path):\n    path.mkdir()\n    run(['make'], cwd=path)\n",
        "shop/pay.py:1 warning",
    ),
    _example(
        "a checker is not called",
        "def verify_age(user):\n    if user.age < 18:\n        raise ValueError\n\n\ndef sell(user, item):\n"
        "    verify_age(user)\n    item.owner = user\n    return item\n",
        "def verify_age(user):\n    if user.age < 18:\n        raise ValueError\n\n\ndef sell(user, item):\n"
        "    item.owner = user\n    return item\n",
        "shop/pay.py:6 warning",
    ),
    _example(
        "the message names the new contract",
        _MODEL,
        _MODEL.replace("forbid", "ignore"),
        "shop/pay.py:2 warning",
        test=_TEST,
        messages="Ignore extra fields of Order",
    ),
    _example(
        "the title says that it is to warn, and not to fail",
        _PAY,
        _PAY.replace(_GUARD, ""),
        "shop/pay.py:2 note",
        messages="Fix pay: warn, not fail, on amounts below zero",
    ),
    _example(
        "the title speaks of something else",
        _PAY,
        _PAY.replace(_GUARD, ""),
        "shop/pay.py:2 warning",
        messages="Fix the rounding of pay\n\nIt warns, not fails, where there is no rate.",
    ),
    _example(
        "the guard moved into a helper",
        _PAY,
        "\ndef _positive(amount):\n    if amount <= 0:\n        raise ValueError('amount')\n\n"
        + _PAY.replace(_GUARD, "    _positive(amount)\n"),
    ),
    _example(
        "the caller chooses",
        "def fetch(url):\n    return requests.get(url).json()\n",
        "def fetch(url, insecure=False):\n    if insecure:\n        return requests.get(url, verify=False).json()\n"
        "    return requests.get(url).json()\n",
    ),
    _example(
        "it only told a type checker something",
        _PAY.replace(_GUARD, "    assert order is not None\n"),
        _PAY.replace(_GUARD, ""),
    ),
    _example(
        "the option that it guarded is gone, and its test with it",
        _PAY.replace("amount):", "amount, all=False):").replace(
            _GUARD, "    if all:\n        if amount:\n            raise ValueError\n        amount = order.total\n"
        ),
        _PAY.replace(_GUARD, ""),
        test=_TEST.partition("\n\n\ndef test_nothing")[0] + "\n",
    ),
    _example(
        "the case is handled now",
        _PAY,
        _PAY.replace('        raise ValueError("amount")', "        amount = order.total"),
    ),
    _example(
        "the case is handled now, its test asserts how, and the title says so",
        _PAY.replace(_GUARD, "    assert len(order.items) >= 1\n"),
        _PAY.replace(_GUARD, "    if len(order.items) == 0:\n        order.close()\n        return order\n"),
        test=_TEST.replace(
            "    with pytest.raises(ValueError):\n        pay(order, 0)", "    assert pay(order, 0).paid == 0"
        ),
        messages="Handle empty orders gracefully instead of crashing",
    ),
    _example(
        "the parameter that it refused is gone, and its test with it",
        _PAY.replace("amount):", "amount, desk=None):").replace(
            _GUARD, "    if desk is not None and not order.desks:\n        raise ValueError('desk')\n"
        ),
        _PAY.replace(_GUARD, "    order.note(order.shop.desk, order.desks)\n"),
        test=_TEST.partition("\n\n\ndef test_nothing")[0] + "\n",
    ),
    _example(
        "a helper of the file goes through the checker for it",
        "def require_key(user):\n    if not user.key:\n        raise ValueError\n\n\ndef sell(user, item):\n"
        "    require_key(user)\n    item.owner = user\n    return item\n",
        "def require_key(user):\n    if not user.key:\n        raise ValueError\n    return user.key\n\n\n"
        "def _shop_of(user):\n    key = require_key(user)\n    return Shop(key)\n\n\ndef sell(user, item):\n"
        "    item.owner = _shop_of(user)\n    return item\n",
    ),
    _example(
        "what it refused was not there yet, and is now",
        _PAY.replace('"amount")', '"refunds are not supported yet")'),
        _PAY.replace(_GUARD, "    if amount < 0:\n        order.note(amount)\n"),
    ),
    _example(
        "reading no longer makes what it reads from",
        "class Log:\n    def ensure_table(self, db):\n        db.create('log')\n\n    def entries(self, db):\n"
        "        self.ensure_table(db)\n        rows = db.rows('log')\n        return list(rows)\n",
        "class Log:\n    def ensure_table(self, db):\n        db.create('log')\n\n    def entries(self, db):\n"
        "        rows = db.rows('log')\n        return list(rows)\n",
    ),
    _example(
        "a checker was retired with what it checked for",
        _JUDGE + "\n\ndef enter(token, key):\n    verify_token(token, key)\n    key.turn()\n    return key\n",
        "\ndef verify_token(token, key):\n    warnings.warn('keys turn by themselves', DeprecationWarning)\n"
        "    return True\n\n\ndef enter(token, key):\n    key.turn()\n    return key\n",
    ),
    _example(
        "what only type checkers read",
        _JUDGE,
        f"if False:\n    from typing import Text\n    Token = Text\n\n{_JUDGE}",
    ),
    _example(
        "a helper asks for it, and its answer is what is refused",
        "def load(text):\n    box = parsed(text)\n    if not isinstance(box.get('items'), dict):\n"
        "        raise BoxError('items')\n    if 'lid' not in box:\n        raise BoxError('lid')\n"
        "    return [it for it in box['items']]\n",
        "def _fault(given):\n    if not isinstance(given.get('items'), dict):\n        return 'items'\n"
        "    if 'lid' not in given:\n        return 'lid'\n    return None\n\n\n"
        "def load(text):\n    box = parsed(text)\n    fault = _fault(box)\n    if fault is not None:\n"
        "        raise BoxError(fault)\n    return [it for it in box['items']]\n",
    ),
    _example(
        "what it calls refuses, and it says so in its own words",
        "def place(path, root):\n    found = root.join(path)\n    if not found.text.startswith(root.text):\n"
        "        raise ValueError(path)\n    return found.text, root.text\n",
        "def place(path, root):\n    found = root.join(path)\n    try:\n        found.relative_to(root)\n"
        "    except LookupError:\n        raise ValueError(path) from None\n    return found.text, root.text\n",
    ),
    _example("it was reworded", _PAY, _PAY.replace("if amount <= 0:", "if not amount > 0:")),
    _example(
        "what it guarded is gone",
        _PAY,
        _PAY.replace(_GUARD, "").replace(", amount", "").replace("+= amount", "+= order.total"),
    ),
    _example("the function is gone", _PAY + _JUDGE, _JUDGE),
    _example(
        "most of the function was written anew",
        _PAY,
        "\ndef pay(order, amount):\n    order.book(amount)\n    return order.save()\n",
    ),
    _example(
        "a strict setting moved to the base class",
        "class Base(BaseModel):\n    pass\n\n\n" + _MODEL.replace("BaseModel", "Base"),
        "class Base(BaseModel):\n    model_config = ConfigDict(extra='forbid', frozen=True)\n\n\n"
        "class Order(Base):\n    amount: int\n",
    ),
)
