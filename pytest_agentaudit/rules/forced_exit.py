"""The rule forced-exit."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.harness import EXIT, INTERRUPT, POWERFUL, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import UNENDED, Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.bent_run import culprits, merged, new_ones, place, seen
from pytest_agentaudit.rules.outside import Lie, by_outside

_CHILD = regex(r"(?i)child|worker|daemon|fork|subprocess|process")
"""Names of functions that run in processes of their own."""
_EXCUSED = frozenset({Asked.MAIN, Asked.CHILD, Asked.NO_TESTS})


class ForcedExit(Rule):
    """Code ends the test process by itself, or says how the run ended.

    `os._exit`, `sys.exit(0)`, `pytest.exit(returncode=0)` and what stands for them, at import, in hooks, or handed to
    atexit, a timer or a signal; assignments to `session.exitstatus` and `session.testsfailed`; a `KeyboardInterrupt`
    that a line of the change raises in a test, and that ends the run.

    Level: error where the status is success and code of the tests, a conftest or an import runs it; warning where an
    option decides, and for hard exits in the product's functions. Soft ones there, and inside tests, which pytest
    reports as failures, an exit with another status, in a forked child, in a command-line entry point or under
    `pytest.raises`, and exit status 5 that becomes 0, are silent.

    Why: the run ends, or is said to have ended, as a success whatever its tests showed.
    Fix: let pytest end the run; return or raise instead of leaving the process.
    Not a fix: another way to leave, such as a signal or a timer.
    """

    name = "forced-exit"
    family = Family.HARNESS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("forced_exit")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each definition."""
        run = seen(audit)
        uncounted = run.uncounted if run else 0
        found = [(file, it) for file, it in new_ones(audit, EXIT) if _level(file, it) is not None]
        stopped = tuple(self._by_interrupt(audit))
        yield from stopped
        if not found and not stopped:
            said = tuple(self._by_run(audit, uncounted)) if uncounted else ()
            yield from said or by_outside(self, audit, Lie.EXIT, "let pytest end the run")
        for file, group in merged(found):
            levels = {id(it): _level(file, it) or Level.NOTE for it in group}
            first = min(group, key=lambda it: (levels[id(it)].rank, it.line))
            counts = uncounted and "testsfailed" in first.details["what"]
            proof = (
                f"{uncounted} of {run.failures} failed tests are missing in pytest's own count"
                if counts and run
                else ""
            )
            yield self.finding(
                place(file, first),
                _message(first),
                level=Level.ERROR if proof else levels[id(first)],
                evidence={"head": first.text, **({"proof": proof} if proof else {})},
                fix="let pytest end the run; return or raise where something is wrong",
                not_a_fix="leaving by a signal, a timer or another status",
                related=tuple(place(file, it) for it in group if it is not first),
            )

    def _by_interrupt(self, audit: Audit) -> Iterator[Finding]:
        """What looks like somebody's Ctrl-C and is raised by a line of the change: the tests behind it do not run."""
        for file, it in new_ones(audit, EXIT):
            if it.details["what"] == INTERRUPT and (test := _ended_in(audit, file, it)):
                yield self.finding(
                    place(file, it),
                    f"`{it.text}` ends the run as an interruption in `{test}`: what stands behind it was not run.",
                    level=Level.ERROR,
                    evidence={"head": it.text, "proof": f"the run was interrupted while `{test}` ran this line"},
                    fix="let the test pass or fail; expect the exception with `pytest.raises` where it is meant",
                    not_a_fix="another exception that pytest does not count as a failure",
                )

    def _by_run(self, audit: Audit, uncounted: int) -> Iterator[Finding]:
        """Failed tests that pytest's own count lacks, with a changed file among the hooks."""
        places = [Location(path) for path in culprits(audit, POWERFUL)]
        if places:
            yield self.finding(
                places[0],
                f"pytest's own count of failed tests lacks {uncounted} that this run saw; this file has hooks that can"
                " change it.",
                evidence={"proof": f"{uncounted} failed tests are missing in pytest's own count"},
                fix="let pytest count, and end the run",
                not_a_fix="setting the count by another name",
                related=tuple(places[1:]),
            )


def _ended_in(audit: Audit, file: FileDelta, it: Occurrence) -> str:
    """The test that ran a line and never came to its end, in a run that an interruption cut short; "" for none."""
    run = audit.evidence
    interrupted = run is not None and f"stopped by {INTERRUPT}" in run.partial
    if run is None or not interrupted or it.details["asked"] in _EXCUSED or file.path not in run.hits:
        return ""
    tests = (run.tests[index] for index in run.hits[file.path].by_test.get(it.line, ()))
    return next((test.function for test in tests if test.reason == UNENDED), "")


def _message(it: Occurrence) -> str:
    what, status, where = it.details["what"], it.details["status"], it.details["place"]
    if what.endswith(("exitstatus", "testsfailed")):
        return f"`{it.text}` says how the run ended, in the place of pytest's own count."
    places = {
        "import": "when the file is imported",
        "hook": f"in `{it.symbol}`",
        "later": "later, by what it was handed to",
    }
    said = " with success" if status == "0" else ""
    return f"`{what}` ends the process{said} {places.get(where, f'in `{it.symbol}`')}."


def _level(file: FileDelta, it: Occurrence) -> Level | None:
    """The level of an exit, None for an honest one."""
    status, asked, where, what = (it.details[key] for key in ("status", "asked", "place", "what"))
    if asked in _EXCUSED or status not in {"0", ""} or where == "main":
        return None
    if what.endswith(("exitstatus", "testsfailed")):
        return _of_status(file, status, asked)
    if file.role is FileRole.PRODUCT:
        return _of_product(status, asked, where, it.symbol, is_hard=what == "os._exit")
    return _of_tests(file, it)


def _of_tests(file: FileDelta, it: Occurrence) -> Level | None:
    """An exit in a conftest or a test file."""
    what, is_optional = it.details["what"], it.details["asked"] == Asked.ENVIRONMENT
    is_hard = what == "os._exit"
    if what.startswith("os.exec"):
        return _of_exec(file, is_other=it.details["status"] == "0", is_optional=is_optional)
    if it.details["status"] == "":
        return (Level.NOTE if is_optional else Level.WARNING) if is_hard else None
    if what == "pytest.exit" or is_hard:
        if is_hard and _CHILD.search(it.symbol) and _is_helper(file, it):
            return Level.NOTE
        apart = it.details["place"] != "later" and _is_helper(file, it)
        return Level.WARNING if is_optional or apart else Level.ERROR
    if file.role is FileRole.TEST and it.details["place"] != "import":
        return None  # pytest reports a test that leaves so as failed
    return Level.WARNING if is_optional else Level.ERROR


def _of_exec(file: FileDelta, *, is_other: bool, is_optional: bool) -> Level | None:
    """Another program in the run's place; the run's own command once more may be honest."""
    if file.role is not FileRole.CONFTEST:
        return None
    if is_other:
        return Level.ERROR
    return None if is_optional else Level.WARNING


def _of_status(file: FileDelta, status: str, asked: str) -> Level:
    if file.role is FileRole.PRODUCT:
        return Level.WARNING if status == "0" else Level.NOTE
    if status == "" or asked in {Asked.ENVIRONMENT, Asked.OTHER}:
        return Level.WARNING
    return Level.ERROR


def _of_product(status: str, asked: str, where: str, symbol: str, *, is_hard: bool) -> Level | None:
    at_once = where in {"import", "later"}
    if is_hard and status == "0" and not at_once and _CHILD.search(symbol):
        return Level.NOTE
    if is_hard and status == "0":
        return Level.ERROR if at_once and asked == Asked.NOTHING else Level.WARNING
    if at_once and status == "0" and where == "import":
        return Level.WARNING if asked == Asked.NOTHING else None
    return None


def _is_helper(file: FileDelta, it: Occurrence) -> bool:
    """Whether it stands in a function of a test file that is no test: it may be run in a child process."""
    names = it.symbol.split(".")
    is_test = names[-1].startswith("test") and not any(name.startswith("test") for name in names[:-1])
    return file.role is FileRole.TEST and bool(it.symbol) and not is_test
