"""The rule copied-expectation."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.imports import leads_to
from pytest_agentaudit.facts.kinds.tests import COPIED, COPY
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.product_functions import ProductFunction
from pytest_agentaudit.facts.touched_tests import TouchedTests
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

LEAST = 2
"""Statements from which an equal body is hardly by chance."""


class CopiedExpectation(Rule):
    """What a test expects comes from the code that it tests.

    Both sides of an equality are the same call with the same arguments; or the tested function is not the product's but
    one of the same name, with the same parameters or the same body, that the test file defines for itself. Calling
    something twice to see that it answers the same, round trips, other arguments, and reference implementations that
    the real one is compared with stay silent.

    Level: error where the test makes no other demand, and for a copy with the product's very body; warning otherwise.

    Why: the code is compared with itself, so it is right by definition.
    Fix: write the expected value out, as the specification has it, and call the product's function.
    Not a fix: a value that was printed by the code and pasted into the test.
    """

    name = "copied-expectation"
    family = Family.HOLLOW
    level = Level.ERROR
    examples = kept_apart("copied_expectation")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each equality, and for each copy."""
        tests = TouchedTests(audit.delta)
        for file in audit.files(FileRole.TEST):
            for it in file.new_ones(COPIED):
                alone = tests.is_alone(file.path, it)
                if tests.runs(file.path, it) and (alone or it.details["name"]):
                    yield self.found(file.path, it, alone=alone)
            for it in file.new_ones(COPY):
                product = _original(it, audit.delta.functions.get(it.details["name"], ()))
                if product is not None and (_is_equal(it, product) or _replaces(audit, file, it, product)):
                    yield self.copy(file.path, it, product)

    def found(self, path: str, it: Occurrence, *, alone: bool) -> Finding:
        """One equality."""
        words = f" `{it.symbol}` makes no other demand." if alone else ""
        return self.finding(
            Location(path, it.line, it.end_line, it.symbol),
            f"`{it.text}` compares `{it.details['call']}` with itself.{words}",
            level=self.level if alone else Level.WARNING,
            fix="write the expected value out, as the specification has it",
            not_a_fix="a value that was printed by the code and pasted into the test",
        )

    def copy(self, path: str, it: Occurrence, product: ProductFunction) -> Finding:
        """One function of the test file."""
        name = it.details["name"]
        equal = _is_equal(it, product)
        how = "has the very body" if equal else "has the name and parameters"
        return self.finding(
            Location(path, it.line, it.end_line, it.symbol),
            f"`{it.details['tests'].split()[0]}` tests the test file's own `{name}`, which {how} of the product's "
            f"({product.path}:{product.line}).",
            level=self.level if equal else Level.WARNING,
            fix=f"import `{name}` from the product",
            not_a_fix="keeping both in step by hand",
            related=(Location(product.path, product.line, symbol=name),),
        )


def _is_equal(it: Occurrence, product: ProductFunction) -> bool:
    """Whether the bodies are one, and hardly by chance."""
    return product.fingerprint == it.details["fingerprint"] and int(it.details["size"]) >= LEAST


def _replaces(audit: Audit, file: FileDelta, it: Occurrence, product: ProductFunction) -> bool:
    """Whether a function of the product's name took its place: the file imported that at base, or the change is about
    it. A private one is a helper.
    """
    name = it.details["name"]
    if name.startswith("_"):
        return False
    imported = file.old.imports.get(name, "") if file.old else ""
    return leads_to(imported, product.path) or any(other.path == product.path for other in audit.delta.files)


def _original(it: Occurrence, products: tuple[ProductFunction, ...]) -> ProductFunction | None:
    """The product's function that a test file's function stands in for; None where its module is imported too."""
    imported = it.details["imports"].split()
    for product in products:
        equal = _is_equal(it, product)
        alike = " ".join(product.parameters) == it.details["parameters"] and product.parameters
        used = any(leads_to(origin, product.path) and _names(origin, it.details["name"]) for origin in imported)
        if (equal or alike) and not used:
            return product
    return None


def _names(origin: str, name: str) -> bool:
    """Whether an import brings a function in, by its name or with its module."""
    return origin.rpartition(".")[2] == name
