"""Tests of which it is known how they end: one that must fail, and one that must pass while all changed code is loaded.

What they show needs no rule for the spelling of a lie: a run in which a failing test does not fail is worth nothing.
They have names that nobody can know beforehand, stand where changed tests and conftests stand, and say by a pipe of
their own that their bodies ran.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.model import Evidence, Outcome, Watch
from pytest_agentaudit.outside import Canary, Outside
from pytest_agentaudit.verification.suite import Suite, take

MOST_FOLDERS = 5
SECONDS = 120.0
ARGUMENTS = ("-p", "no:randomly", "-p", "no:cacheprovider", "-q", "-q", "--tb=no", "--no-header", "--no-summary")

_PASSED, _FAILED = frozenset({Outcome.PASSED}), frozenset({Outcome.FAILED, Outcome.ERROR})

_TEXT = """\
import importlib
import os


def test_{passing}():
    os.write({descriptor}, b"{passing}\\n")
    for name in {modules!r}:
        try:
            importlib.import_module(name)
        except BaseException:
            pass


def test_{failing}():
    os.write({descriptor}, b"{failing}\\n")
    assert {{"agentaudit": "this test must fail"}} == {{}}
"""


class _Pair(Struct, frozen=True):
    """The file that holds two canaries, and their secret names."""

    path: str
    passing: str
    failing: str


def folders(changed: Iterable[str]) -> list[str]:
    """Where canaries are put: the folders of changed tests and conftests, those with the most of them first."""
    counts: dict[str, int] = {}
    for path in changed:
        folder = str(PurePosixPath(path).parent)
        counts[folder] = counts.get(folder, 0) + 1
    return sorted(counts, key=lambda folder: (-counts[folder], folder))[:MOST_FOLDERS]


def fly(suite: Suite, places: Sequence[str], modules: Mapping[str, str]) -> Outside:
    """Run canaries in these folders of an export; what became of them. Their output goes nowhere: that one fails is no
    news.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    read, write = os.pipe()
    os.set_blocking(read, False)
    pairs = [_laid(suite.root, folder, tuple(modules.values()), write) for folder in places]
    said = bytearray()
    try:
        files = tuple(str(suite.root / pair.path) for pair in pairs)
        ran = replace(suite, shows_on=nowhere).run(
            (*files, *ARGUMENTS), Watch(str(suite.root)), SECONDS, pipes=(write,)
        )
        take(read, said)
    finally:
        for descriptor in (nowhere, read, write):
            os.close(descriptor)
    evidence = ran.accounts[0] if ran.accounts else Evidence()
    bodies = Counter(said.decode("ascii", "replace").split("\n"))
    canaries = tuple(
        Canary(pair.path, right is _FAILED, bodies[name] > 0, _reported(evidence, pair.path, name, bodies[name], right))
        for pair in pairs
        for right, name in ((_PASSED, pair.passing), (_FAILED, pair.failing))
    )
    return Outside(canaries=canaries, canary_status=ran.exit_status, canary_accounts=len(ran.accounts))


def _laid(root: Path, folder: str, modules: tuple[str, ...], descriptor: int) -> _Pair:
    pair = _Pair(str(PurePosixPath(folder, f"test_{_word()}.py")), _word(), _word())
    text = _TEXT.format(passing=pair.passing, failing=pair.failing, descriptor=descriptor, modules=modules)
    (root / pair.path).write_text(text, encoding="utf-8")
    return pair


def _word() -> str:
    return secrets.token_hex(6)


def _reported(evidence: Evidence, path: str, name: str, bodies: int, right: Collection[Outcome]) -> str:
    """How a canary ended ("": nobody reported it). A fixture with parameters makes several cases of it, some of which
    it may skip: told is one that did not end `right`, of as many as there were `bodies` that ran.
    """
    ended = [it.outcome for it in evidence.tests if (it.path, it.function) == (path, f"test_{name}")]
    idle = len(ended) - bodies if bodies else 0
    for _ in range(min(idle, ended.count(Outcome.SKIPPED))):
        ended.remove(Outcome.SKIPPED)
    return next((it.value for it in sorted(ended, key=right.__contains__)), "")
