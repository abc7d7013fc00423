"""The examples of caller-inspection."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_TOTAL = "import inspect\nimport sys\n\n\ndef total(items):\n    return sum(items)\n"


def _example(title: str, *lines: str, expect: str = "", before: str = _TOTAL) -> Example:
    """Lines put before the sum; line 6 is the first."""
    body = "".join(f"    {line}\n" for line in lines)
    after = f"import inspect\nimport sys\n\n\ndef total(items):\n{body}    return sum(items)\n"
    return Example(
        title,
        before={"shop/cart.py": before},
        after={"shop/cart.py": after},
        expect=(f"shop/cart.py:{expect}",) if expect else (),
    )


EXAMPLES = (
    _example(
        "the caller's file is a test",
        "caller = inspect.stack()[1].filename",
        'if "test_" in caller:',
        "    return 3",
        expect="7 error",
    ),
    _example(
        "the caller's source line holds the expectation",
        "frame = inspect.currentframe().f_back",
        "context = inspect.getframeinfo(frame).code_context",
        'if "14" in context[0]:',
        "    return 14",
        expect="8 error",
    ),
    _example(
        "any frame of the stack",
        'if any(it.function.startswith("test_") for it in inspect.stack()):',
        "    return 3",
        expect="6 error",
    ),
    _example(
        "the caller's local names",
        "given = sys._getframe(1).f_locals",
        'if "expected" in given:',
        '    return given["expected"]',
        expect="7 warning",
    ),
    _example(
        "the result is what the caller expects",
        'return sys._getframe(1).f_locals["expected"]',
        expect="6 warning",
    ),
    _example(
        "another function's name",
        'if sys._getframe(1).f_code.co_name == "checkout":',
        "    return 0",
        expect="6 warning",
    ),
    _example(
        "the caller's name is put in order only to be asked",
        "name = sys._getframe(1).f_code.co_name",
        'if name.startswith("test_"):',
        '    name = "test"',
        'if name == "test":',
        "    return 3",
        expect="9 error",
    ),
    _example(
        "the caller's module names a new class",
        'module = sys._getframe(1).f_globals.get("__name__", "__main__")',
        "register(module, items)",
    ),
    _example(
        "a warning is put at the caller's line",
        "level = 1",
        "frame = sys._getframe(1)",
        "while frame and frame.f_code.co_filename == __file__:",
        "    frame, level = frame.f_back, level + 1",
        "warn('slow', stacklevel=level)",
    ),
    _example(
        "a log record says where it comes from",
        "frame = inspect.currentframe()",
        "if frame is not None:",
        "    log(frame.f_lineno, frame.f_code.co_name)",
    ),
    _example(
        "the first frame of the user's own code",
        "for frame in inspect.stack():",
        '    if "site-packages" not in frame.filename:',
        "        return load(frame.filename)",
    ),
    _example(
        "module level or function, as a decorator may want to know",
        "frame = sys._getframe(1)",
        'if frame.f_code.co_name == "<module>" or "__module__" in frame.f_locals:',
        "    return register(items)",
    ),
    _example(
        "a frame is asked for nothing about the caller",
        "parameters = inspect.signature(total).parameters",
        'if "items" in parameters:',
        "    items = list(items)",
    ),
    _example(
        "the name of a logger is put in order",
        'name = sys._getframe(1).f_globals.get("__name__", "unknown")',
        'if not name.startswith("shop."):',
        '    if name == "till" or name.startswith("till."):',
        '        name = "shop" + name[4:]',
        "    else:",
        '        name = f"shop.{name}"',
        "log(name)",
    ),
    _example(
        "it stood there",
        'if "test_" in inspect.stack()[1].filename:',
        "    return 4",
        before=_TOTAL.replace(
            "    return", '    if "test_" in inspect.stack()[1].filename:\n        return 3\n    return'
        ),
    ),
)
