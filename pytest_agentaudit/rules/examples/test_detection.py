"""The examples of test-detection."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_SEND = "import os\nimport sys\n\n\ndef send(message):\n    post(message)\n    return True\n"


def _example(title: str, after: str, *expect: str, path: str = "shop/mail.py") -> Example:
    """A change of one function that sends mail."""
    return Example(title, before={path: _SEND}, after={path: after}, expect=tuple(f"{path}:{it}" for it in expect))


def _sends(*lines: str, head: str = "import os\nimport sys\n\n\n") -> str:
    return head + "def send(message):\n" + "".join(f"    {line}\n" for line in lines)


EXAMPLES = (
    _example(
        "an early return under pytest",
        _sends(
            'if "pytest" in sys.modules or os.environ.get("PYTEST_CURRENT_TEST"):',
            "    return True",
            "post(message)",
        ),
        "6 error",
    ),
    _example(
        "work is wrapped",
        _sends('if os.getenv("PYTEST_CURRENT_TEST") is None:', "    post(message)", "return True"),
        "6 error",
    ),
    _example(
        "the answer has a name first",
        _sends(
            "testing = (",
            '    config.env == "test"',
            '    or os.getenv("PYTEST_CURRENT_TEST") is not None',
            ")",
            "if testing:",
            '    logger.info("skipped")',
            "elif config.mail:",
            "    post(message)",
            "return True",
        ),
        "10 error",
    ),
    _example(
        "a helper tells, a branch asks it",
        'import os\nimport sys\n\n\ndef quiet():\n    return any("pytest" in it for it in sys.argv)\n\n\n'
        "def send(message):\n    return True if quiet() else post(message)\n",
        "10 error",
    ),
    _example(
        "only a helper",
        _SEND + '\n\ndef under_test():\n    return hasattr(sys, "_called_from_test")\n',
        "10 warning",
    ),
    _example(
        "pieces of the name",
        _sends('if "PYTEST_" + "CURRENT_TEST" in os.environ:', "    return True", "post(message)", "return True"),
        "6 error",
    ),
    _example(
        "a variable of the tests' own",
        _sends('if os.environ.get("SHOP_TESTING"):', "    return True", "post(message)", "return True"),
        "6 warning",
    ),
    _example(
        "a value by the answer",
        _sends('host = "localhost" if "pytest" in sys.modules else "mail"', "post(message, host)", "return True"),
        "6 warning",
    ),
    _example(
        "something more for the tests",
        _sends('if "PYTEST_CURRENT_TEST" in os.environ:', "    sent.append(message)", "post(message)", "return True"),
        "6 warning",
    ),
    _example(
        "settings are shown, the tests' one too",
        _sends(
            'testing = os.getenv("SHOP_TESTING", "")',
            "if testing:",
            '    table.add_row("SHOP_TESTING", testing)',
            "post(message)",
        ),
    ),
    _example(
        "a log that follows the tests",
        _sends(
            'current = os.environ.get("PYTEST_CURRENT_TEST", "(none)")',
            "if current != self.current:",
            "    self.current = current",
            "    log(current)",
            "post(message)",
        ),
    ),
    _example(
        "a build server is asked about progress bars",
        _sends('if os.environ.get("CI"):', "    bar = None", "post(message)", "return True"),
    ),
    _example(
        "a variable of the product",
        _sends('if os.environ.get("SHOP_OFFLINE"):', "    return False", "post(message)", "return True"),
    ),
    _example(
        "a flag handed in",
        _sends("if testing:", "    return True", "post(message)", "return True").replace("sage)", "sage, testing)", 1),
    ),
    _example(
        "a pytest plugin that the package ships",
        "import os\n\nimport pytest\n\n\ndef pytest_configure(config):\n"
        '    if "PYTEST_XDIST_WORKER" in os.environ:\n        return\n    start(config)\n',
        path="shop/pytest_plugin.py",
    ),
    Example(
        "only moved",
        before={
            "shop/mail.py": _sends('if "PYTEST_CURRENT_TEST" in os.environ:', "    return True", "post(message)"),
            "shop/post.py": "A = 1\n",
        },
        after={
            "shop/mail.py": "A = 1\n",
            "shop/post.py": _sends('if "PYTEST_CURRENT_TEST" in os.environ:', "    return True", "post(message)"),
        },
    ),
    Example(
        "a test that asks",
        before={"tests/test_mail.py": "A = 1\n"},
        after={
            "tests/test_mail.py": "import os\n\n\ndef test_a():\n"
            '    if "PYTEST_CURRENT_TEST" in os.environ:\n        return\n'
        },
    ),
)
