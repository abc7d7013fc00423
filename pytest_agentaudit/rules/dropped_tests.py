"""The rule dropped-tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.harness.choosers import DROPPED, IGNORED
from pytest_agentaudit.facts.harness.guards import Asked
from pytest_agentaudit.facts.harness.hooks import CHOOSERS
from pytest_agentaudit.facts.harness.ignored import collected_files, matching, of_other_projects
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import (
    Canary,
    Evidence,
    Family,
    Finding,
    Harness,
    Level,
    Location,
    Needs,
    NotJudged,
    Outcome,
    Outside,
    RepositoryPlugin,
    TestOutcome,
)
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.bent_run import culprits, merged, new_ones, place, seen, shown
from pytest_agentaudit.rules.outside import Lie, by_outside

_TESTS = {
    "tests/test_shop.py": "def test_total():\n    assert total([1]) == 1\n",
    "tests/test_old.py": "def test_old():\n    assert old() == 1\n",
}
_HOOK = "\n\ndef pytest_collection_modifyitems(config, items):\n"
_TEST_FILE = regex(r"(?:^|/)test_[^/]*\.py$|_test\.py$")
_IMPORTS = "import sys\n\nimport pytest\n"
_DATA = regex(
    r"(^|/)(\w*examples?\w*|fixtures?|\w*data|resources?|assets|samples?|snippets|templates?|cassettes|golden)/"
)
"""Folders whose files are data of a test tree."""


def _example(
    title: str, after: str, *expect: str, evidence: Evidence | None = None, path: str = "tests/conftest.py"
) -> Example:
    """New code in a conftest beside two test files."""
    return Example(
        title,
        before={path: _IMPORTS, **_TESTS},
        after={path: _IMPORTS + after, **_TESTS},
        expect=expect,
        evidence=evidence,
    )


_BY_NAME = _HOOK + "    items[:] = [it for it in items if 'old' not in it.name]\n"
_LOST = Harness(
    plugins=(RepositoryPlugin("tests/conftest.py", ("pytest_collection_modifyitems",)),),
    dropped={"": (("tests/test_old.py", "test_old"),)},
)
_OPTIONAL = (
    _HOOK
    + "    if config.getoption('--runslow'):\n        return\n    skip = pytest.mark.skip(reason='needs --runslow')\n"
    "    for item in items:\n        if 'slow' in item.keywords:\n            item.add_marker(skip)\n"
)


def _ended(outcome: Outcome) -> Evidence:
    """A whole run of one test."""
    return Evidence(
        (TestOutcome("tests/test_old.py::test_old", "tests/test_old.py", 1, "test_old", outcome),), tracer="t"
    )


_EXCUSED = frozenset({Outcome.SKIPPED, Outcome.XFAILED, Outcome.XPASSED})
"""How a test ends that a hook took out of the judgement."""


class DroppedTests(Rule):
    """Code of the repository takes tests out of the collection, or skips them from outside.

    `pytest_collection_modifyitems` that filters or clears the list, or marks tests as skipped by their names;
    `collect_ignore`, `pytest_ignore_collect` and `norecursedirs` that reach test files which were collected; collecting
    hooks that answer with nothing; `__test__` of another file's tests.

    Level: error where the tests are chosen by written-out names, or where all go, or where test files of the base are
    no longer collected; warning where these are another project's, and where it cannot be told what decides; note
    where marks do, and where a whole run shows that nothing was dropped. What an option, a variable, the platform or a
    missing extra decides is silent; so is sorting, and ignoring what is no test file.

    Why: a test that is not collected cannot fail, and nothing in the summary names it.
    Fix: mend the tests, or skip the single test where it stands, with a reason.
    Not a fix: moving them to a folder that is not searched, or matching them by another word.
    """

    name = "dropped-tests"
    family = Family.HARNESS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = (
        _example(
            "a test that was asked for is not among those that ran",
            "import shop_bend\n",
            "tests/conftest.py:1 error",
            evidence=Evidence(outside=Outside(canaries=(Canary("tests/test_x.py", must_fail=True),))),
        ),
        _example(
            "a canary's run that could not begin says nothing",
            "import shop_setup\n",
            evidence=Evidence(outside=Outside(canaries=(Canary("tests/test_x.py", must_fail=True),), canary_status=4)),
        ),
        _example(
            "in a folder of documents, which has no test file",
            _BY_NAME,
            "docs/conftest.py:7 note",
            path="docs/conftest.py",
        ),
        _example("filtered by name", _BY_NAME, "tests/conftest.py:7 error"),
        _example(
            "skipped by id",
            "\nBROKEN = ['test_old.py::test_old']\n" + _HOOK + "    for item in items:\n"
            "        if item.nodeid in BROKEN:\n            item.add_marker(pytest.mark.skip(reason='later'))\n",
            "tests/conftest.py:11 error",
        ),
        _example("all of them", _HOOK + "    items.clear()\n", "tests/conftest.py:7 error"),
        _example("a file in collect_ignore", "\ncollect_ignore = ['test_old.py']\n", "tests/conftest.py:5 error"),
        Example(
            "another project's tests",
            before={
                "conftest.py": "",
                "inner/pyproject.toml": "[project]\nname = 'inner'\n",
                "inner/test_a.py": "def test_a():\n    assert open\n",
            },
            after={
                "conftest.py": "collect_ignore_glob = ['inner/*']\n",
                "inner/pyproject.toml": "[project]\nname = 'inner'\n",
                "inner/test_a.py": "def test_a():\n    assert open\n",
            },
            expect=("conftest.py:1 warning",),
        ),
        _example("a pattern", "\ncollect_ignore_glob = ['test_o*.py']\n", "tests/conftest.py:5 error"),
        _example(
            "a hook that ignores files by name",
            "\n\ndef pytest_ignore_collect(collection_path):\n    return 'test_old' in collection_path.name\n",
            "tests/conftest.py:7 error",
        ),
        _example(
            "nothing is made of a module",
            "\n\ndef pytest_pycollect_makeitem(collector, name, obj):\n    return []\n",
            "tests/conftest.py:7 error",
        ),
        _example(
            "another file's tests are declared to be none",
            "from tests import test_old\n\ntest_old.__test__ = False\n",
            "tests/conftest.py:6 error",
        ),
        Example(
            "a folder that is no longer searched",
            before={"pytest.ini": "[pytest]\n", "tests/old/test_old.py": _TESTS["tests/test_old.py"]},
            after={
                "pytest.ini": "[pytest]\nnorecursedirs = old build\n",
                "tests/old/test_old.py": _TESTS["tests/test_old.py"],
            },
            expect=("pytest.ini:2 error",),
        ),
        _example(
            "the run lost tests without a word",
            _HOOK + "    trim(items)\n",
            "tests/conftest.py:1 error",
            evidence=Evidence(tracer="t", harness=_LOST),
        ),
        _example("an option decides", _OPTIONAL),
        _example(
            "an option decides, by a name of its own",
            _HOOK + "    runtime = config.getoption('--runtime')\n    if not runtime:\n        return\n    kept = []\n"
            "    for item in items:\n        if runtime.startswith('node') and item.get_closest_marker('browser'):\n"
            "            continue\n        kept.append(item)\n    items[:] = kept\n",
        ),
        _example(
            "the platform decides",
            "\nif sys.platform == 'win32':\n    collect_ignore = ['test_old.py']\n",
        ),
        _example(
            "a package that is not there decides",
            "\ncollect_ignore_glob = []\ntry:\n    import hypothesis_arrays\nexcept ModuleNotFoundError:\n"
            "    collect_ignore_glob.append('test_*.py')\n",
        ),
        _example(
            "the implementation decides",
            "\ncollect_ignore = []\nif sys.implementation.name == 'pypy':\n    collect_ignore.append('test_old.py')\n",
        ),
        _example(
            "in another order",
            _HOOK + "    items[:] = sorted(items, key=lambda it: it.nodeid)\n    items.sort(key=lambda it: it.name)\n",
        ),
        _example(
            "marks that only name a kind",
            _HOOK + "    for item in items:\n        if 'integration' in item.nodeid:\n"
            "            item.add_marker(pytest.mark.integration)\n",
        ),
        _example(
            "skipped before it is set up",
            "\n\ndef pytest_runtest_setup(item):\n    if item.name == 'test_old':\n        pytest.skip('later')\n",
            "tests/conftest.py:8 error",
        ),
        _example(
            "skipped by a fixture of all tests",
            "\n\n@pytest.fixture(autouse=True)\ndef calm(request):\n    if 'old' in request.node.name:\n"
            "        pytest.skip('later')\n",
            "tests/conftest.py:9 error",
        ),
        _example(
            "a mark without add_marker",
            _HOOK + "    for it in items:\n        if it.name == 'test_old':\n"
            "            it.own_markers.append(pytest.mark.skip(reason='later').mark)\n",
            "tests/conftest.py:9 error",
        ),
        _example(
            "the run is narrowed from inside",
            "\n\ndef pytest_configure(config):\n    config.option.deselect = ['tests/test_old.py']\n",
            "tests/conftest.py:7 warning",
        ),
        _example(
            "a default that gives way to what is typed",
            "\n\ndef pytest_configure(config):\n    if not config.option.markexpr:\n"
            "        config.option.markexpr = 'not slow'\n",
        ),
        _example(
            "a mark that needs an option",
            "\n\ndef pytest_runtest_setup(item):\n"
            "    if 'slow' in item.keywords and not item.config.getoption('--slow'):\n"
            "        pytest.skip('needs --slow')\n",
        ),
        _example("no test file", "\ncollect_ignore = ['setup.py', 'helpers.py']\n"),
        _example(
            "a whole run that dropped nothing",
            _HOOK + "    for item in items:\n        if item.name in late():\n            items.remove(item)\n",
            evidence=_ended(Outcome.PASSED),
        ),
        _example(
            "all tests may fail, and did in the run",
            _HOOK + "    for item in items:\n        item.add_marker(pytest.mark.xfail)\n",
            "tests/conftest.py:8 error",
            evidence=_ended(Outcome.XFAILED),
        ),
        _example(
            "by a mark, where something is missing",
            _HOOK + "    for item in items:\n        if item.get_closest_marker('gpu') and not has_gpu():\n"
            "            item.add_marker(pytest.mark.skip(reason='no GPU'))\n",
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each hook or list; one for a run that shows what no spelling does."""
        found = [*self._by_hooks(audit), *self._by_lists(audit), *self._by_settings(audit)]
        yield from found
        if not any(it.level is not Level.NOTE for it in found):
            said = tuple(self._by_run(audit))
            yield from said or by_outside(self, audit, Lie.COLLECTION, "leave every test where pytest collects it")

    def _by_hooks(self, audit: Audit) -> Iterator[Finding]:
        run = audit.whole
        proof = _proof(audit)
        for file, group in merged(new_ones(audit, DROPPED)):
            level_of = partial(_level, file)
            judged = [it for it in group if level_of(it) is not None]
            if not judged:
                continue
            first = min(judged, key=lambda it: ((_level(file, it) or Level.NOTE).rank, it.line))
            level = level_of(first) if self._reaches_tests(audit, file) else Level.NOTE
            if proof and level is not Level.NOTE:
                level = Level.ERROR if file.role is not FileRole.PRODUCT else Level.WARNING
            elif run is not None and run.tests and not any(it.outcome in _EXCUSED for it in run.tests):
                level = Level.NOTE
            yield self._said(file, first, _message(first), level, proof, judged)

    def _reaches_tests(self, audit: Audit, file: FileDelta) -> bool:
        """Whether a conftest has test files in its folder: beside documents alone it chooses among these."""
        if file.role is not FileRole.CONFTEST:
            return True
        folder = file.path.rpartition("/")[0]
        known, fresh = collected_files(audit.change, audit.delta.old_settings)
        under = (*known, *fresh, *(it for it in audit.change.new.entries() if _TEST_FILE.search(it)))
        return not folder or any(it.startswith(f"{folder}/") for it in under)

    def _by_lists(self, audit: Audit) -> Iterator[Finding]:
        """`collect_ignore` and its kin, where they reach test files."""
        pairs = [(file, it) for file, it in new_ones(audit, IGNORED) if it.details["asked"] != Asked.ENVIRONMENT]
        if not pairs:
            return
        known, fresh = collected_files(audit.change, audit.delta.old_settings)
        for file, group in merged(pairs):
            folder = file.path.rpartition("/")[0]
            first, texts = group[0], [text for it in group for text in it.details["texts"].split("\n")]
            if not first.details["texts"] and first.details["asked"] == Asked.NOTHING:
                texts = [folder or "test"]
            hits = [it for it in matching(known, folder, texts, first.details["how"]) if not _DATA.search(it)]
            new_hits = [] if hits else matching(fresh, folder, texts, first.details["how"])
            still = {path for path, _ in audit.whole.collected} if audit.whole else set()
            gone = [it for it in hits or new_hits if it not in still]
            if gone:
                sure = bool(hits) and first.details["asked"] in {Asked.NOTHING, Asked.NAME}
                sure = sure and not of_other_projects(audit.change, folder, gone)
                yield self._said(
                    file,
                    first,
                    f"{first.details['what']} keeps test files out: {shown(gone)} {_are(gone)} no longer collected."
                    if hits
                    else f"{first.details['what']} keeps new test files out: {shown(gone)} {_are(gone)} not collected.",
                    Level.ERROR if sure else Level.WARNING,
                    "",
                    group,
                )

    def _by_settings(self, audit: Audit) -> Iterator[Finding]:
        """`norecursedirs` that reaches folders with test files."""
        old, new = (it.get("pytest.norecursedirs") for it in (audit.delta.old_settings, audit.delta.new_settings))
        if new is None or (old is not None and old.value == new.value):
            return
        known, _ = collected_files(audit.change, audit.delta.old_settings)
        after, _ = collected_files(audit.change, {**audit.delta.old_settings, "pytest.norecursedirs": new})
        gone = sorted(it for it in set(known) - set(after) if not _DATA.search(it))
        if gone:
            yield self.finding(
                Location(new.path, new.line),
                f"`norecursedirs` keeps test files out: {shown(gone)} {_are(gone)} no longer collected.",
                fix="take the folder out of it, or move the tests to where they are collected",
                not_a_fix="moving them to another folder that is not searched",
            )

    def _by_run(self, audit: Audit) -> Iterator[Finding]:
        """Tests vanished from the collection, and a changed file had a hand in it."""
        known = {file.path for file, _ in new_ones(audit, DROPPED, IGNORED)}
        places = [Location(path) for path in culprits(audit, CHOOSERS) if path not in known]
        proof = _proof(audit)
        if proof and places:
            yield self.finding(
                places[0],
                f"{proof[0].upper()}{proof[1:]}; this file has a hook that can do so.",
                level=Level.ERROR if _silent(audit) else Level.WARNING,
                evidence={"proof": proof},
                fix="mend the tests, or skip the single test where it stands, with a reason",
                not_a_fix="matching them by another word",
                related=tuple(places[1:]),
            )

    def _said(
        self, file: FileDelta, first: Occurrence, message: str, level: Level | None, proof: str, group: list[Occurrence]
    ) -> Finding:
        return self.finding(
            place(file, first),
            message,
            level=level,
            evidence={"head": first.text, **({"proof": proof} if proof else {})},
            fix="mend the tests, or skip the single test where it stands, with a reason",
            not_a_fix="matching them by another word, or moving them out of the way",
            related=tuple(place(file, it) for it in group if it is not first),
        )


def _level(file: FileDelta, it: Occurrence) -> Level | None:
    """The level of a hook that drops tests, None for an honest one."""
    asked, texts = it.details["asked"], it.details["texts"]
    if asked in {Asked.ENVIRONMENT, Asked.MAIN}:
        return None
    if asked == Asked.MARK or file.role is FileRole.PRODUCT:
        return Level.NOTE
    if asked == Asked.NOTHING or (asked == Asked.NAME and texts):
        return Level.ERROR
    return Level.WARNING


def _message(it: Occurrence) -> str:
    hook = f"`{it.details['hook']}`" if it.details["hook"] else f"`{it.symbol or 'this file'}`"
    names = it.details["texts"].split("\n") if it.details["texts"] else []
    by = {
        Asked.NAME: f", chosen by name ({shown(names)})" if names else ", chosen by name",
        Asked.MARK: ", chosen by their marks",
        Asked.NOTHING: ", whatever they are",
    }
    return f"{hook} {it.details['what']}{by.get(Asked(it.details['asked']), '')}."


def _are(files: list[str]) -> str:
    return "is" if len(files) == 1 else "are"


def _lost(audit: Audit) -> list[tuple[str, str]]:
    """The tests that the run lost to nobody's name, or to a file of the change."""
    run = seen(audit)
    changed = {file.path for file in audit.delta.files}
    return [it for path, tests in (run.dropped if run else {}).items() if not path or path in changed for it in tests]


def _silent(audit: Audit) -> bool:
    run = seen(audit)
    return run is not None and "" in run.dropped


def _proof(audit: Audit) -> str:
    lost = _lost(audit)
    return f"in this run {shown(function for _, function in lost)} vanished from the collection" if lost else ""
