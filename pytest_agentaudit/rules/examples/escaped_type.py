"""The examples of escaped-type."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_SHOP = "from typing import Any, cast\n\n\ndef load(user: User, path: str = '') -> Token:\n    return make(user)\n"
_CLASS = "from typing import Any\n\n\nclass Order:\n    buyer: User\n    total: int = 0\n"


def _example(title: str, before: str, after: str, *expect: str, path: str = "shop/a.py") -> Example:
    return Example(title, {"shop/__init__.py": "", path: before}, {"shop/__init__.py": "", path: after}, expect)


EXAMPLES = (
    _example(
        "a parameter and the result became Any",
        _SHOP,
        _SHOP.replace("User,", "Any,").replace("Token", "Any"),
        "shop/a.py:4 note",
    ),
    _example("annotations are gone", _SHOP, _SHOP.replace(": User", "").replace(" -> Token", ""), "shop/a.py:4 note"),
    _example(
        "a generic type lost its arguments",
        "def names() -> dict[str, int]: ...\n",
        "def names() -> dict: ...\n",
        "shop/a.py:1 note",
    ),
    _example("a field", _CLASS, _CLASS.replace("buyer: User", "buyer: Any"), "shop/a.py:5 note"),
    _example("a cast", _SHOP, _SHOP.replace("make(user)", "cast(Any, make(user))"), "shop/a.py:5 note"),
    _example(
        "the checker skips the function",
        _SHOP,
        _SHOP.replace("import Any, cast", "import no_type_check").replace("def load", "@no_type_check\ndef load"),
        "shop/a.py:4 warning",
    ),
    _example(
        "only the checker sees Any",
        "from shop.net import Client\n",
        "from typing import TYPE_CHECKING, Any\n\nif TYPE_CHECKING:\n    Client = Any\nelse:\n"
        "    from shop.net import Client\n",
        "shop/a.py:4 note",
    ),
    _example(
        "new parameters take Any",
        _SHOP,
        _SHOP + "\n\ndef pay(sum: Any, **more: Any) -> Any:\n    return charge(sum)\n",
        "shop/a.py:8 note",
    ),
    _example(
        "a module that has every name",
        _SHOP,
        _SHOP + "\n\ndef __getattr__(name):\n    return lookup(name)\n",
        "shop/a.py:8 note",
    ),
    _example("more precise than before", _SHOP.replace("User,", "Any,"), _SHOP),
    _example("another type", _SHOP, _SHOP.replace("Token", "Token | None")),
    _example(
        "a new function that takes anything",
        _SHOP,
        _SHOP + "\n\ndef show(value: object) -> None:\n    print(value)\n",
    ),
    _example("one cast", _SHOP, _SHOP.replace("make(user)", "cast(Token, make(user))")),
    _example("vague before", "def names() -> dict: ...\n", "def names() -> dict[str, Any]: ...\n"),
    _example(
        "an equality takes any object",
        "class A:\n    def __eq__(self, other: 'A') -> bool:\n        return True\n",
        "class A:\n    def __eq__(self, other: object) -> bool:\n        return True\n",
    ),
)
