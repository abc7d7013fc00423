"""What bends a run of tests, and the hooks of pytest by which it does."""

from __future__ import annotations

from enum import StrEnum

DROPPED = "dropped tests"
"""A hook that takes tests out, or marks them as skipped. `what` says how, `asked` what decides which ones, `texts` the
strings that it holds against their names (one a line), `hook` the hook."""
IGNORED = "ignored files"
"""A conftest's `collect_ignore` or `collect_ignore_glob`, or a `pytest_ignore_collect` that goes by names: `texts` are
the paths or patterns (one a line), `how` "path", "glob" or "part", `asked` what its conditions ask about."""

EXIT = "forced exit"
"""Something that ends the process, or sets the run's exit status. `what` names it, `status` is "0" (success), "" (it
is computed) or another number, `asked` what its conditions ask about, `place` "import" (it runs when the module is
imported), "hook", "later" (handed to atexit, a timer, a signal), "main" (a command-line entry point) or "call"."""
INTERRUPT = "KeyboardInterrupt"
"""The exception of Ctrl-C, by which pytest ends a run."""

MEASURING = "tampered coverage"
"""A call or assignment that changes what the running measurement sees or says. `what` names it, `how` is "exclude"
(lines are taken out), "stop", "option", "data" (results are written), "bar" (the required percentage is set), "tracer"
or "environment", `asked` what its conditions ask about, `place` "test" or ""."""

PATCH = "patched runtime"
"""A foreign thing that is replaced. `target` is its dotted name, `part` what it belongs to ("report", "runner",
"collection", "pytest", "unittest", "builtins", "comparison", "clock", "trace", "modules", "code", "objects", "stdlib",
"option" of the audit),
`asked` what its conditions ask about, `place` "import", "hook", "fixture", "test" or "call", `undone` "yes" where
the same function assigns it twice (it is put back)."""

OUTCOME = "rewritten outcome"
"""A hook, or code beside one, that sets how a test ended. `value` is what it sets ("" where that is computed), `asked`
what its conditions ask about, `what` the thing in words, `hook` the hook around it ("" for other code)."""
GOOD = frozenset({"passed", "skipped", "xfailed", "rerun", ""})

RUNNER = "replaced runner"
"""A hook that answers in pytest's place and runs no test, an item whose `runtest` or function is replaced, or one that
does nothing. `what` says which, `asked` what its conditions ask about, `hook` the hook."""

REPORTS = frozenset(
    {
        *("pytest_runtest_makereport", "pytest_runtest_logreport", "pytest_report_teststatus"),
        *("pytest_report_to_serializable", "pytest_report_from_serializable", "pytest_exception_interact"),
    }
)
"""Hooks that see how a test ended, and can say otherwise."""
RUNNERS = frozenset(
    {
        *("pytest_runtest_protocol", "pytest_pyfunc_call", "pytest_runtest_call", "pytest_runtest_setup"),
        *("pytest_cmdline_main", "pytest_runtestloop", "pytest_runtest_teardown"),
    }
)
"""Hooks that run tests, or keep them from running."""
CHOOSERS = frozenset(
    {
        *("pytest_collection_modifyitems", "pytest_ignore_collect", "pytest_pycollect_makeitem"),
        *("pytest_collect_file", "pytest_pycollect_makemodule", "pytest_itemcollected", "pytest_collection_finish"),
        *("pytest_collection", "pytest_make_collect_report", "pytest_collect_directory", "pytest_generate_tests"),
    }
)
"""Hooks that say which tests there are."""
ENDS = frozenset({"pytest_sessionfinish", "pytest_unconfigure", "pytest_terminal_summary"})
"""Hooks at the end of a run."""
POWERFUL = REPORTS | RUNNERS | CHOOSERS | ENDS

NO_TESTS_STATUS = 5
"""The exit status of pytest where it collected nothing."""

PLUGIN = "plugin"
"""A module that `pytest_plugins` names: `text` is its dotted name."""


class Asked(StrEnum):
    """What a condition asks about, the most honest first."""

    MAIN = "main"  # `__name__ == "__main__"`
    ENVIRONMENT = "environment"  # an option, a variable, the platform, a version, an extra
    CHILD = "child"  # whether this is a forked child
    NO_TESTS = "no tests"  # whether pytest collected nothing (exit status 5)
    MARK = "mark"  # the test's marks
    OTHER = "other"
    PASSED = "passed"  # whether a test passed
    FAILED = "failed"  # whether a test failed
    NAME = "name"  # the test's name, id or file, held against written-out ones
    NOTHING = ""  # nothing: it always holds
