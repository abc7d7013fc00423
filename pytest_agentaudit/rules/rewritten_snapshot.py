"""The rule rewritten-snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.expectations import changed_snapshots
from pytest_agentaudit.facts.stored import Rewritten, Stored, rewritten
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.facts.wording import apart, short
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.weighing import weighed

if TYPE_CHECKING:
    from pytest_agentaudit.facts.grounds import Excuses
else:
    Excuses = later("pytest_agentaudit.facts.grounds", "Excuses")

SHOWN = 20
"""How many files a finding lists."""

_PRICING = "def total(items):\n    return sum(items) * 1.05\n"
_TEST = "from shop.pricing import total\n\n\ndef test_total(snapshot):\n    assert total([100]) == snapshot\n"
_AMBR = "# serializer version: 1\n# name: test_total\n  105.0\n# ---\n"
_INLINE = (
    "from inline_snapshot import snapshot\nfrom shop.pricing import total\n\n\ndef test_total():\n"
    "    assert total([100]) == snapshot(105.0)\n"
)
_STORED = "tests/__snapshots__/test_pricing.ambr"


def _example(
    title: str,
    before: dict[str, str],
    after: dict[str, str],
    *expect: str,
    product: tuple[str, str] = (_PRICING, _PRICING),
    messages: tuple[str, ...] = (),
) -> Example:
    """Files beside the product and its test, before and after."""
    test = {"tests/test_pricing.py": _TEST}
    return Example(
        title,
        before={"shop/pricing.py": product[0], **test, **before},
        after={"shop/pricing.py": product[1], **test, **after},
        expect=expect,
        messages=messages,
    )


class RewrittenSnapshot(Rule):
    """A stored result was replaced by another one.

    Snapshots (syrupy, inline-snapshot and their kin), expected, golden and approved files, and recorded conversations
    under a tests tree: what counts is that both sides have the stored result and that it says something else. New
    ones, and those that only moved or were laid out anew, are silent.

    Level: error where nothing else in the change explains it: no product code, test, fixture, setting or requirement
    changed; warning where only tests changed with it; note otherwise. Where product code changed, the base's versions
    of the tests are run on head's code, with the results that the base had stored; the finding tells whether they pass.

    Why: a snapshot is a decision of what is right; one that is written anew with each failure decides nothing.
    Fix: look at each value that changed; restore those that nobody asked to change, and mend the code.
    Not a fix: running the tool with `--snapshot-update` until the tests are green.
    """

    name = "rewritten-snapshot"
    family = Family.WEAKENED
    level = Level.NOTE
    needs = frozenset({Needs.STATIC, Needs.REVERT})
    examples = (
        _example(
            "a snapshot says something else",
            {_STORED: _AMBR},
            {_STORED: _AMBR.replace("105", "107")},
            f"{_STORED}:3 error",
        ),
        _example(
            "an expected file",
            {"tests/data/expected/bill.txt": "total 105.0\n"},
            {"tests/data/expected/bill.txt": "total 107.0\n"},
            "tests/data/expected/bill.txt:1 error",
        ),
        _example(
            "a recorded conversation",
            {"tests/cassettes/bill.yaml": "status: 500\n"},
            {"tests/cassettes/bill.yaml": "status: 200\n"},
            "tests/cassettes/bill.yaml:1 error",
        ),
        _example(
            "several at once",
            {_STORED: _AMBR, "tests/__snapshots__/test_bill.ambr": _AMBR},
            {_STORED: _AMBR.replace("5", "7"), "tests/__snapshots__/test_bill.ambr": _AMBR.replace("5", "7")},
            "tests/__snapshots__/test_bill.ambr:3 error",
            messages=("Fix the build\n\npytest --snapshot-update",),
        ),
        _example(
            "one in the test itself",
            {"tests/test_inline.py": _INLINE},
            {"tests/test_inline.py": _INLINE.replace("105", "107")},
            "tests/test_inline.py:6 error",
        ),
        _example(
            "a test changed with it",
            {_STORED: _AMBR, "tests/test_other.py": _INLINE},
            {_STORED: _AMBR.replace("105", "107"), "tests/test_other.py": _INLINE.replace("[100]", "[101]")},
            f"{_STORED}:3 warning",
        ),
        _example(
            "the product changed with it",
            {_STORED: _AMBR},
            {_STORED: _AMBR.replace("105", "107")},
            f"{_STORED}:3 note",
            product=(_PRICING, _PRICING.replace("1.05", "1.07")),
        ),
        _example(
            "a requirement changed with it",
            {_STORED: _AMBR, "requirements.txt": "taxes==1\n"},
            {_STORED: _AMBR.replace("105", "107"), "requirements.txt": "taxes==2\n"},
            f"{_STORED}:3 note",
        ),
        _example(
            "code that was taken over changed with it",
            {_STORED: _AMBR, "shop/vendor/shown.py": "WIDE = 1\n"},
            {_STORED: _AMBR.replace("105", "107"), "shop/vendor/shown.py": "WIDE = 2\n"},
            f"{_STORED}:3 note",
        ),
        _example("a new one", {}, {_STORED: _AMBR}),
        _example("another case beside it", {_STORED: _AMBR}, {_STORED: f"{_AMBR}# name: test_more\n  1\n# ---\n"}),
        _example(
            "one of a test that is gone",
            {_STORED: f"{_AMBR}# name: test_more\n  1\n# ---\n"},
            {_STORED: _AMBR},
        ),
        _example(
            "laid out anew",
            {"tests/expected/bill.json": '{"a": 1, "b": 2}'},
            {"tests/expected/bill.json": '{\n  "b": 2,\n  "a": 1\n}\n'},
        ),
        _example("one that only moved", {_STORED: _AMBR}, {"tests/unit/__snapshots__/test_pricing.ambr": _AMBR}),
        _example(
            "input of tests, no result",
            {"tests/data/items.json": "[100, 200]"},
            {"tests/data/items.json": "[100, 300]"},
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each kind of stored result, and for each file with snapshots in it."""
        yield from weighed(audit, self.changed(audit))

    def changed(self, audit: Audit) -> Iterator[Finding]:
        """The same before proofs are weighed."""
        subjects = Subjects(audit.delta)
        level, words = _ground(audit.delta, subjects)
        groups: dict[Stored, list[Rewritten]] = defaultdict(list)
        for it in rewritten(audit.delta):
            groups[it.kind].append(it)
        for group in groups.values():
            yield self.found(group, level, words + _said(audit))
        yield from self.inline(audit, subjects)

    def found(self, group: list[Rewritten], level: Level, words: str) -> Finding:
        """All stored results of one kind."""
        group.sort(key=lambda it: it.path)
        first = group[0]
        what = f"the {first.kind}" if len(group) == 1 else f"{len(group)} {first.kind}s"
        was, now = apart(first.was.strip(), first.now.strip())
        return self.finding(
            Location(first.path, first.line),
            f"{what[0].upper()}{what[1:]} {'was' if len(group) == 1 else 'were'} rewritten (`{was}` became `{now}`); "
            f"{words}.",
            level=level,
            evidence={"base": first.was, "head": first.now},
            fix=_FIX,
            not_a_fix=_NOT_A_FIX,
            related=tuple(Location(it.path, it.line) for it in group[1:SHOWN]),
        )

    def inline(self, audit: Audit, subjects: Subjects) -> Iterator[Finding]:
        """Snapshots that stand in the tests."""
        excuses = Excuses(subjects)
        for pair in audit.delta.tests:
            changed = changed_snapshots(pair)
            if not changed or not pair.new:
                continue
            first = changed[0]
            was, now = apart(first.was, first.now)
            plain = not subjects.product and not subjects.data_changed and not excuses.of(pair)
            words = "no product code changed" if plain else excuses.of(pair) or "product code changed with it"
            yield self.finding(
                Location(pair.new_path, first.line, first.end_line, pair.new.qualified_name),
                f"The snapshot of `{short(first.subject)}` was `{was}`, now `{now}`; {words}.",
                level=Level.ERROR if plain else Level.NOTE,
                evidence={"base": first.base, "head": first.head},
                fix=_FIX,
                not_a_fix=_NOT_A_FIX,
                related=tuple(Location(pair.new_path, it.line, it.end_line) for it in changed[1:]),
            )


_FIX = "look at each value that changed; restore those that nobody asked to change, and mend the code"
_NOT_A_FIX = "updating the snapshots until the tests are green"


def _ground(delta: Delta, subjects: Subjects) -> tuple[Level, str]:
    """How grave it is that a stored result changed, by what else did."""
    if subjects.product or subjects.data_changed:
        return Level.NOTE, "product code changed with it"
    if any(file.role in {FileRole.GENERATED, FileRole.OTHER} and file.pair.is_python for file in delta.files):
        return Level.NOTE, "code that was generated or taken over changed with it"
    if Excuses(subjects).settings_changed:
        return Level.NOTE, "settings or requirements changed with it"
    tests = {FileRole.TEST, FileRole.CONFTEST}
    if any(file.role in tests and file.pair.is_python for file in delta.files):
        return Level.WARNING, "no product code changed, only tests did"
    return Level.ERROR, "nothing else changed that could explain it"


def _said(audit: Audit) -> str:
    """Whether a commit message tells that the tool rewrote them."""
    flags = ("--snapshot-update", "--inline-snapshot", "--force-regen", "--record-mode", "--update-golden")
    told = next((flag for flag in flags for text in audit.change.messages if flag in text), "")
    return f" (the message names `{told}`)" if told else ""
