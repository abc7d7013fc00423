"""Dodging forms, and whether the plain one left the same place."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.dodges import Dodged, dodged
from pytest_agentaudit.policy.model import Policy

HEAD = "import os, sys, hashlib, importlib, builtins\nfrom contextlib import suppress\n\n\n"


def found(before: str, after: str) -> list[Dodged]:
    """The dodges in a function whose one statement changed."""
    old, new = (MemoryTree({"shop/a.py": f"{HEAD}def f(a, b):\n    {body}\n"}) for body in (before, after))
    delta = collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)
    return [it for _, it in dodged(delta, FileRole.PRODUCT)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return a.size", "return getattr(a, 'size')"),
        ("return a().size", "return getattr(a(), 'size')"),
        ("a.size = b", "setattr(a, 'size', b)"),
        ("print(a)", "sys.stdout.write(a)"),
        ("import json", "json = __import__('json')"),
        ("import json", "json = importlib.import_module('json')"),
        ("assert a", "if __debug__: assert_(a)"),
        ("try: a()\n    except Exception: b()", "try: a()\n    except BaseException: b()"),
        ("try: a()\n    except Exception: pass", "with suppress(Exception): a()"),
        ("try: a()\n    except: b()", "try: a()\n    except (Exception, OSError): b()"),
        ("return eval(a)", "return getattr(builtins, 'eval')(a)"),
        ("return os.system(a)", "return getattr(os, 'system')(a)"),
        ("return eval(a)", "return globals()['eval'](a)"),
    ],
)
def test_replaced(before: str, after: str) -> None:
    (it,) = found(before, after)
    assert it.replaced


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ("return getattr(os, 'sys' + 'tem')(a)", "pieces: `system`"),
        ("return getattr(os, ''.join(['sys', 'tem']))(a)", "pieces: `system`"),
        ("return getattr(os, 'metsys'[::-1])(a)", "pieces: `system`"),
        ("return getattr(os, f'sys{\"tem\"}')(a)", "pieces: `system`"),
        ("return getattr(hashlib, 'md5')(a)", "by its own name"),
        ("return __builtins__['exec'](a)", "by its own name"),
        ("try: a()\n    except (Exception,): b()", "a tuple of nothing but broad"),
        ("globals().update(vars(sys))", "whatever that module holds"),
        ("globals().update(os.__dict__)", "whatever that module holds"),
        ("if __debug__ and 0: assert a", "never runs"),
        ("exec('import x')", "stands in a string"),
        ("exec(base64.b64decode(b'eA=='))", "decoded when it runs"),
        ("exec(compile(zlib.decompress(a).decode(), 'x', 'exec'))", "decoded when it runs"),
    ],
)
def test_telling_by_itself(after: str, why: str) -> None:
    (it,) = found("return a", after)
    assert why in it.occurrence.details["alone"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return a.size", "return getattr(a, 'size', None)"),
        ("return a.size", "return getattr(a, b)"),
        ("return a.size", "return getattr(a)"),
        ("return a.size", "return setattr(a, b, 1)"),
        ("print(a)", "log.write(a)"),
        ("try: a()\n    except Exception: b()", "try: a()\n    except (OSError, KeyError): b()"),
        ("try: a()\n    except Exception: b()", "try: a()\n    except BaseException:\n        b()\n        raise"),
        ("return a", "exec(a)"),
        ("return a", "exec(open(a).read())"),
        ("return a", "exec(path.read_bytes().decode())"),
        ("return a", "a.update(vars(b))"),
        ("return a", "return globals()['a']"),
    ],
)
def test_no_dodge(before: str, after: str) -> None:
    assert found(before, after) == []


def test_the_suppression_that_went() -> None:
    (it,) = found("print(a)  # noqa: T201", "sys.stdout.write(a)")
    assert [gone.codes for gone in it.unsilenced] == [("T201",)]
    (it,) = found("print(a)  # noqa: T201", "sys.stdout.write(a)  # noqa: T201")
    assert it.unsilenced == ()


def test_a_plain_form_that_stays_was_not_replaced() -> None:
    (it,) = found("return a.size", "return a.size + getattr(a, 'size')")
    assert not it.replaced
