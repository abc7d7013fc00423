"""The rule patched-subject."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.replaced import Replaced, Replacements
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Level,
    LineHits,
    Location,
    Needs,
    NotJudged,
    Outcome,
    TestOutcome,
)
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.weighing import weighed

_SHOP = "def validate(order):\n    return order > 0\n\n\ndef notify(order):\n    return send(order)\n"
_TEST = "from shop import pricing\n\n\ndef test_order():\n    assert pricing.validate(3)\n"
_TEST_TOO = _TEST + "    assert not pricing.validate(-3)\n"
_PATCH = (
    "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef quick(monkeypatch):\n"
    "    monkeypatch.setattr('shop.pricing.validate', lambda order: True)\n"
)
_NOTIFY = _PATCH.replace("validate", "notify").replace("True)\n", "None)\n", 1).replace("autouse=None", "autouse=True")


_WITH = _TEST.replace(
    "def test_order()",
    "@pytest.fixture\ndef quick():\n    with patch('shop.pricing.validate', return_value=True):\n        {}"
    "\n\n\ndef test_order(quick)",
).replace("from shop", "import pytest; from unittest.mock import patch\nfrom shop", 1)


def _example(
    title: str,
    after: dict[str, str],
    *expect: str,
    before: dict[str, str] | None = None,
    product: tuple[str, str] = (_SHOP, _SHOP),
    evidence: Evidence | None = None,
) -> Example:
    """Test files that come in or change beside the product."""
    old = {"tests/test_pricing.py": _TEST, **(before or {})}
    return Example(
        title,
        before={"shop/__init__.py": "", "shop/pricing.py": product[0], **old},
        after={"shop/__init__.py": "", "shop/pricing.py": product[1], **old, **after},
        expect=expect,
        evidence=evidence,
    )


def _run(hits: dict[int, tuple[int, ...]]) -> Evidence:
    """A whole run in which the test ran these lines of the product."""
    path = "tests/test_pricing.py"
    test = TestOutcome(f"{path}::test_order", path, 4, "test_order", Outcome.PASSED)
    return Evidence((test,), {"shop/pricing.py": LineHits(hits)}, tracer="sys.monitoring")


_SENT = _SHOP.replace("send(order)", "send(order, 1)")


class PatchedSubject(Rule):
    """Fixtures or set-up replace the product code that the tests are about.

    New replacements (`monkeypatch.setattr`, `patch`, an assignment to a module's attribute) in fixtures, in set-up, in
    conftest.py or at module level: what they replace for many tests at once, unseen from the tests. Packages of others
    are no subject, nor is what the change adds itself. What a test replaces in its own body is another rule's.

    Level: error where a test in reach asserts what the replaced function answers, or a whole run shows that nobody runs
    its changed lines; warning where every test gets the replacement of a function that the change altered, or of a
    check that has a fixed answer now; note where it keeps another function of the product out of all tests. Where
    product code changed, the base's versions of the tests in reach are run on head's: fail they by an assertion, twice,
    having passed on the base's code, a warning is an error. Mutants, where they are asked for, have the last word, as
    for weakened-assertion.

    Why: the tests stay green whatever the replaced code does.
    Fix: remove the replacement and mend the code; replace what leaves the process (network, clock) instead.
    Not a fix: the same replacement in each of the tests.
    """

    name = "patched-subject"
    family = Family.WEAKENED
    level = Level.WARNING
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.REVERT})
    examples = (
        _example(
            "a check says yes to all tests",
            {"tests/conftest.py": _PATCH},
            "tests/conftest.py:6 warning",
        ),
        _example(
            "a touched test asserts what it answers",
            {"tests/conftest.py": _PATCH, "tests/test_pricing.py": _TEST_TOO},
            "tests/conftest.py:6 error",
        ),
        _example(
            "a fixture that the test asks for",
            {
                "tests/test_pricing.py": _TEST.replace(
                    "def test_order()",
                    "@pytest.fixture\ndef quick(mocker):\n    mocker.patch('shop.pricing.validate', return_value=True)"
                    "\n\n\ndef test_order(quick)",
                ).replace("from shop", "import pytest\nfrom shop", 1)
            },
            "tests/test_pricing.py:7 error",
        ),
        _example(
            "a fixture hands something out while it is replaced",
            {"tests/test_pricing.py": _WITH.format("yield 1")},
            "tests/test_pricing.py:7 error",
        ),
        _example(
            "a fixture replaces it for what it makes alone",
            {"tests/test_pricing.py": _WITH.format("return pricing.order(1)")},
        ),
        _example(
            "in set-up",
            {
                "tests/test_pricing.py": _TEST.replace(
                    "def test", "def setup_module():\n    pricing.validate = bool\n\n\ndef test"
                )
            },
            "tests/test_pricing.py:5 error",
        ),
        _example(
            "for all files, what the change altered",
            {"tests/conftest.py": _NOTIFY},
            "tests/conftest.py:6 warning",
            product=(_SHOP, _SENT),
        ),
        _example(
            "and nobody runs it",
            {"tests/conftest.py": _NOTIFY},
            "tests/conftest.py:6 error",
            product=(_SHOP, _SENT),
            evidence=_run({}),
        ),
        _example(
            "at the level of conftest.py",
            {"tests/conftest.py": "from shop import pricing\n\npricing.validate = lambda order: True\n"},
            "tests/conftest.py:3 warning",
        ),
        _example("a side effect is kept out of the tests", {"tests/conftest.py": _NOTIFY}, "tests/conftest.py:6 note"),
        _example(
            "the change adds what it keeps out",
            {"tests/conftest.py": _NOTIFY},
            product=(_SHOP.partition("\n\n\ndef notify")[0] + "\n", _SHOP),
        ),
        _example(
            "the network",
            {"tests/conftest.py": _PATCH.replace("shop.pricing.validate", "requests.get")},
        ),
        _example(
            "the clock, seen from the product",
            {"tests/conftest.py": _PATCH.replace("shop.pricing.validate", "shop.pricing.time.sleep")},
        ),
        _example(
            "a constant",
            {"tests/conftest.py": _PATCH.replace("shop.pricing.validate", "shop.pricing.TIMEOUT")},
        ),
        _example(
            "a fixture that tests may ask for",
            {"tests/conftest.py": _NOTIFY.replace("(autouse=True)", "")},
        ),
        _example(
            "it was there before",
            {"tests/conftest.py": _PATCH + "\n\n@pytest.fixture\ndef order():\n    return 3\n"},
            before={"tests/conftest.py": _PATCH},
        ),
        _example(
            "it moved to conftest.py",
            {"tests/conftest.py": _PATCH, "tests/test_more.py": "import pytest\n"},
            before={"tests/test_more.py": _PATCH},
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each function that is replaced."""
        yield from weighed(audit, self.replaced(audit), floor=lambda it: it.level)

    def replaced(self, audit: Audit) -> Iterator[Finding]:
        """The same before proofs are weighed."""
        replacements = Replacements(audit.delta)
        for it in replacements.added():
            level, words = self.judged(it, replacements, audit)
            if level:
                by = it.patch.details["by"]
                where = "at module level" if by == "module" else f"in {'an' if by[0] == 'a' else 'a'} {by}"
                yield self.finding(
                    Location(it.path, it.patch.line, it.patch.end_line, it.patch.symbol),
                    f"`{it.patch.details['target']}` of {it.home} is replaced {where}; {words}.",
                    level=level,
                    evidence={"head": it.patch.text},
                    fix="remove the replacement, or replace what leaves the process instead",
                    not_a_fix="the same replacement in each of the tests",
                    related=tuple(Location(path, line, symbol=name) for path, line, name in it.tests),
                )

    def judged(self, it: Replaced, replacements: Replacements, audit: Audit) -> tuple[Level | None, str]:
        """How grave a replacement is, and why."""
        if it.tests:
            return Level.ERROR, f"`{it.tests[0][2]}` asserts what it answers"
        if not it.always or replacements.is_new(it):
            return None, ""
        if replacements.never_ran(it, audit.whole):
            return Level.ERROR, "the change altered it, and no test runs its changed lines"
        if replacements.changed(it):
            return self.level, "the change altered it, and no test in reach runs it any more"
        if it.says_yes:
            return self.level, "it is a check, and all tests in reach get the same answer"
        return Level.NOTE, "no test in reach runs it any more"
