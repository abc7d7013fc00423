"""The examples of raised-complexity."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example


def _chain(name: str, branches: int) -> str:
    """A function of complexity `branches` + 1."""
    suites = "".join(f"    if value == {number}:\n        return {number * 7}\n" for number in range(branches))
    return f"def {name}(value):\n{suites}    return value\n"


def _groups(branches: int) -> str:
    """A function of complexity `branches` + 1, by `except*` alone."""
    handlers = "".join(f"    except* Error{number}:\n        value += {number}\n" for number in range(branches))
    return f"def load(value):\n    try:\n        value.read()\n{handlers}    return value\n"


_CHOICES = (
    "def price(box):\n"
    + "".join(f"    part{it} = [it for it in box.part{it} or () if it] if box.wide else []\n" for it in range(4))
    + "    return part0 + part1 + part2 + part3\n"
)
"""A function of complexity 17 without a branching statement."""
_COMMANDS = (
    "def run(box):\n    if box.word == 'none':\n        return None\n"
    + "".join(f"    elif box.word == 'part{it}':\n        do{it}(box)\n        box.done = {it}\n" for it in range(15))
    + "    return box\n"
)
"""A function of complexity 17 that picks what to do by one word."""


def _options(count: int) -> str:
    """A function of complexity `count` + 1, which says what is set."""
    suites = "".join(f"    if box.part{it} is not None:\n        said['{it}'] = box.part{it}\n" for it in range(count))
    return f"def tell(box):\n    said = {{}}\n{suites}    return said\n"


EXAMPLES = (
    Example(
        "it rose above the limit",
        before={"shop/price.py": _chain("price", 5)},
        after={"shop/price.py": _chain("price", 13)},
        expect=("shop/price.py:1 warning",),
    ),
    Example(
        "a new function far above the limit",
        before={"shop/price.py": "RATE = 3\n"},
        after={"shop/price.py": "RATE = 3\n" + _chain("price", 14)},
        expect=("shop/price.py:2 warning",),
    ),
    Example(
        "a new function above the limit",
        before={"shop/price.py": "RATE = 3\n"},
        after={"shop/price.py": "RATE = 3\n" + _chain("price", 12)},
        expect=("shop/price.py:2 note",),
    ),
    Example(
        "exception groups count",
        before={"shop/load.py": _groups(2)},
        after={"shop/load.py": _groups(11)},
        expect=("shop/load.py:1 warning",),
    ),
    Example(
        "a limit of one's own, that no rise may pass",
        before={"shop/price.py": _chain("price", 2)},
        after={"shop/price.py": _chain("price", 3)},
        expect=("shop/price.py:1 warning",),
        settings={"max": 3, "jump": 1},
    ),
    Example(
        "one branch more above the limit",
        before={"shop/price.py": _chain("price", 13)},
        after={"shop/price.py": _chain("price", 14)},
        expect=("shop/price.py:1 note",),
    ),
    Example(
        "a jump below the limit",
        before={"shop/price.py": _chain("price", 1)},
        after={"shop/price.py": _chain("price", 8)},
        expect=("shop/price.py:1 note",),
    ),
    Example(
        "a few branches more in a function of many",
        before={"shop/price.py": _chain("price", 40)},
        after={"shop/price.py": _chain("price", 46)},
        expect=("shop/price.py:1 note",),
    ),
    Example(
        "one option beside the other",
        before={"shop/price.py": _options(4)},
        after={"shop/price.py": _options(16)},
        expect=("shop/price.py:1 note",),
    ),
    Example(
        "a chain that hands each command to its function",
        before={"shop/price.py": "RATE = 3\n"},
        after={"shop/price.py": f"RATE = 3\n{_COMMANDS}"},
        expect=("shop/price.py:2 note",),
    ),
    Example(
        "a chain that asks another thing in each arm",
        before={"shop/price.py": "RATE = 3\n"},
        after={"shop/price.py": f"RATE = 3\n{_COMMANDS.replace('box.word ==', 'box.word[3] <')}"},
        expect=("shop/price.py:2 warning",),
    ),
    Example(
        "conditions inside of expressions",
        before={"shop/price.py": "RATE = 3\n"},
        after={"shop/price.py": f"RATE = 3\n{_CHOICES}"},
        expect=("shop/price.py:2 note",),
    ),
    Example(
        "complex before, and less so now",
        before={"shop/price.py": _chain("price", 20)},
        after={"shop/price.py": _chain("price", 15)},
    ),
    Example(
        "complex before, and moved",
        before={"shop/price.py": _chain("price", 20), "shop/rate.py": "RATE = 3\n"},
        after={"shop/price.py": "PRICE = 1\n", "shop/rate.py": "RATE = 3\n\n\n" + _chain("price", 20)},
    ),
    Example(
        "complex before, and renamed",
        before={"shop/price.py": _chain("price", 20)},
        after={"shop/price.py": _chain("rated_price", 20)},
    ),
    Example(
        "complex before, and taken into the function that called it",
        before={"shop/price.py": f"{_chain('price_of', 20)}\n\ndef price(value):\n    return price_of(value)\n"},
        after={"shop/price.py": _chain("price", 20).replace("def price(value):", "def price(value, box=None):")},
    ),
    Example(
        "a test may be long",
        before={"tests/test_price.py": _chain("test_price", 1)},
        after={"tests/test_price.py": _chain("test_price", 14)},
    ),
)
