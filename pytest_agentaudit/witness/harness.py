"""What a run shows of its own machinery: outcomes against what the tests raised, bodies that never began, functions
that were replaced, plugins of the repository, tests that vanished.

Costs a few comparisons a test. The bodies are watched only where something of the repository could keep them from
running: a hook of its own, or a replaced function.
"""

from __future__ import annotations

import inspect
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import _pytest
import pytest
from msgspec import Struct, field

from pytest_agentaudit.model import Harness, Overruled, Replacement, RepositoryPlugin, Watch
from pytest_agentaudit.witness.outcomes import Places, function_name
from pytest_agentaudit.witness.selection import calling_file

WATCHED: Mapping[str, tuple[str, ...]] = {
    "_pytest.reports": (
        "TestReport.from_item_and_call",
        "TestReport.__init__",
        "BaseReport.failed",
        "BaseReport.passed",
    ),
    "_pytest.runner": (
        *("CallInfo.from_call", "runtestprotocol", "call_and_report", "pytest_runtest_makereport"),
        *("pytest_runtest_protocol", "pytest_runtest_call", "pytest_runtest_setup", "check_interactive_exception"),
    ),
    "_pytest.python": (
        *("Function.runtest", "Function.setup", "pytest_pyfunc_call", "pytest_pycollect_makeitem"),
        *("Module.collect", "Class.collect", "PyCollector.collect", "PyCollector.istestfunction"),
    ),
    "_pytest.main": (
        *("Session.perform_collect", "Session.genitems", "Session.pytest_runtest_logreport", "wrap_session", "_main"),
        *("pytest_runtestloop", "pytest_cmdline_main"),
    ),
    "_pytest.unittest": ("TestCaseFunction.runtest", "TestCaseFunction.addFailure", "TestCaseFunction.addError"),
    "_pytest.outcomes": ("fail", "skip", "xfail", "exit", "Failed", "Skipped"),
    "_pytest.assertion.rewrite": ("AssertionRewritingHook.exec_module", "AssertionRewriter.visit_Assert"),
    "_pytest.terminal": ("TerminalReporter.pytest_runtest_logreport", "TerminalReporter.summary_stats"),
    "pytest": ("raises", "approx", "fail", "skip"),
    "pluggy": ("HookCaller.__call__", "PluginManager._hookexec"),
    "unittest.case": (
        *("TestCase.run", "TestCase.fail", "TestCase.failureException", "TestCase.assertEqual", "TestCase.assertTrue"),
        *("TestCase.assertFalse", "TestCase.assertRaises", "TestCase.assertIn", "TestCase.assertIs"),
    ),
    "builtins": (
        *(
            "AssertionError",
            "Exception",
            "BaseException",
            "isinstance",
            "issubclass",
            "len",
            "all",
            "any",
            "abs",
            "sum",
        ),
        *("max", "min", "bool", "round", "sorted", "__import__", "__build_class__", "getattr", "setattr", "compile"),
    ),
    "time": ("time", "perf_counter", "monotonic", "process_time"),
    "sys": ("settrace", "setprofile", "exit"),
    "os": ("_exit",),
    "operator": ("eq", "ne"),
    "math": ("isclose",),
}
"""What decides how a test ends, by module. Modules that are not loaded at the start are left out."""

RUNNERS = frozenset(
    {
        *("pytest_runtest_protocol", "pytest_pyfunc_call", "pytest_runtest_call", "pytest_runtest_setup"),
        *("pytest_runtestloop", "pytest_collection_modifyitems", "pytest_itemcollected", "pytest_pycollect_makeitem"),
        *("pytest_collect_file", "pytest_collection_finish", "pytest_pycollect_makemodule"),
    }
)
"""Hooks through which code of the repository can keep a body from running."""

APART = frozenset(
    {
        *("pytest_addoption", "pytest_addhooks", "pytest_plugin_registered", "pytest_load_initial_conftests"),
        *("pytest_configure", "pytest_unconfigure", "pytest_sessionstart", "pytest_sessionfinish"),
        *("pytest_report_header", "pytest_report_collectionfinish", "pytest_terminal_summary"),
        *("pytest_collection", "pytest_collection_modifyitems", "pytest_collection_finish", "pytest_ignore_collect"),
        *("pytest_collectstart", "pytest_collectreport", "pytest_make_collect_report", "pytest_itemcollected"),
        *("pytest_deselected", "pytest_generate_tests", "pytest_make_parametrize_id"),
        *("pytest_markeval_namespace", "pytest_assertrepr_compare", "pytest_fixture_setup", "pytest_pyfunc_call"),
    }
)
"""Hooks that run before the tests, after them, or within their phases, and make no items with methods of their own."""

_OURS = "pytest_agentaudit"
_FOREIGN = frozenset({"site-packages", "dist-packages"})
_INSTALLED = tuple({f"{Path(inspect.getfile(it)).parent}{os.sep}" for it in (os, pytest, _pytest)})
"""Folders of the standard library and of pytest: what lies there is nobody's plugin."""
_RAISED_LENGTH = 120
_NOT_FAILED = (pytest.skip.Exception, pytest.xfail.Exception, pytest.exit.Exception, KeyboardInterrupt)
_PYFILE = ".py"


def snapshot() -> dict[str, object]:
    """The watched functions as they are now, by dotted name."""
    return {
        f"{name}.{path}": value
        for name, paths in WATCHED.items()
        if (module := sys.modules.get(name)) is not None
        for path in paths
        if (value := _look_up(module, path)) is not None
    }


def _look_up(module: ModuleType, path: str) -> object:
    """The thing itself as it stands in its module's or class' dictionary: no descriptor makes a new object of it."""
    *owners, name = path.split(".")
    holder: Any = module
    for owner in owners:
        holder = vars(holder).get(owner)
        if holder is None:
            return None
    return vars(holder).get(name)


def replacements(before: Mapping[str, object], places: Places) -> Iterator[Replacement]:
    """What is no longer what it was, and of modules that were loaded since then whatever can be told by its file."""
    now = snapshot()
    for name in before.keys() | now.keys():
        current = now.get(name)
        if current is not before.get(name):
            code = _code(current)
            path = places.path(code.co_filename) if code else _file_of(current, places)
            yield Replacement(name, path, code.co_firstlineno if code else 1)


def _code(value: object) -> CodeType | None:
    inner = getattr(value, "__func__", None) or getattr(value, "fget", None) or value
    return inner.__code__ if isinstance(inner, FunctionType) else None


def _file_of(value: object, places: Places) -> str:
    module = sys.modules.get(str(getattr(value, "__module__", "")))
    file = getattr(module, "__file__", None)
    return places.path(file) if isinstance(file, str) else ""


class _Seen(Struct):
    overruled: dict[str, Overruled] = field(default_factory=dict)
    unrun: dict[tuple[str, str], None] = field(default_factory=dict)
    dropped: dict[str, dict[tuple[str, str], None]] = field(default_factory=dict)
    failures: int = 0


class HarnessWitness:
    """Hooks that compare what happened with what was said."""

    def __init__(self, watch: Watch) -> None:
        self._places = Places(watch.root)
        self._changed = watch.ranges.keys()
        self._before = snapshot()
        self._seen = _Seen()
        self._raised: dict[str, str] = {}
        self._items: dict[str, pytest.Item] = {}
        self._taken: dict[str, str] = {}
        self._unbegun: dict[str, None] = {}
        self._current: pytest.Item | None = None
        self._watches_bodies = False
        self._plugins: tuple[RepositoryPlugin, ...] = ()
        self._session: pytest.Session | None = None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Note every item that was ever made."""
        self._items[item.nodeid] = item

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Note which file's code deselects tests."""
        file = calling_file()
        path = self._own(file) if file else ""
        self._taken |= {item.nodeid: path for item in items}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what vanished, and begin to look from the innermost place: all conftests are loaded now."""
        self._session = session
        kept = {item.nodeid for item in session.items}
        for node_id, item in self._items.items():
            path = self._taken.get(node_id, "")
            if node_id not in kept and (path or node_id not in self._taken):
                place = self._places.path(item.path), function_name(item)
                self._seen.dropped.setdefault(path, {})[place] = None
        self._items.clear()
        self._plugins = tuple(self._repository_plugins(session.config))
        hooks = {hook for plugin in self._plugins if plugin.path in self._changed for hook in plugin.hooks}
        replaced = any(self._is_inside(it.path) for it in replacements(self._before, self._places))
        self._watches_bodies = replaced or not hooks.isdisjoint(RUNNERS)
        session.config.pluginmanager.register(_Innermost(self))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, object, object]:
        """Compare the report, as everybody left it, with what the test raised."""
        answer = yield
        if report.outcome == "failed":
            self._seen.failures += 1
        raised = self._raised.pop(f"{report.nodeid} {report.when}", "")
        if raised and report.outcome in {"passed", "skipped"} and not hasattr(report, "context"):
            said = "xfailed" if hasattr(report, "wasxfail") else report.outcome
            self._seen.overruled[report.nodeid] = Overruled(
                report.nodeid, *self._place(report.nodeid), raised=raised, said=said
            )
        if report.when == "call" and report.outcome == "passed" and report.nodeid in self._unbegun:
            self._seen.unrun[self._place(report.nodeid)] = None
        return answer

    def began(self, item: pytest.Item) -> None:
        """A test begins, perhaps once more."""
        self._current = item
        for when in ("setup", "call", "teardown"):
            self._raised.pop(f"{item.nodeid} {when}", None)

    def _place(self, node_id: str) -> tuple[str, str]:
        item = self._current
        if item is not None and item.nodeid == node_id:
            return self._places.path(item.path), function_name(item)
        return node_id.partition("::")[0], node_id.rpartition("::")[2]

    def raised(self, item: pytest.Item, when: str, error: BaseException) -> None:
        """A phase of a test raised."""
        marked = item.get_closest_marker("xfail") is not None
        if isinstance(error, _NOT_FAILED) or marked or type(error).__name__ == "SkipTest":
            return
        text = f"{type(error).__name__}: {error}".split("\n", 1)[0]
        self._raised[f"{item.nodeid} {when}"] = text[:_RAISED_LENGTH]

    def watched(self, item: pytest.Item) -> BodyWatch | None:
        """What watches the item's body, where that is worth while and possible."""
        if not self._watches_bodies or not isinstance(item, pytest.Function) or sys.getprofile() is not None:
            return None
        code = original_code(item)
        return BodyWatch(code, item.originalname) if code is not None else None

    def unbegun(self, item: pytest.Item) -> None:
        """A test's call came to its end without its body."""
        self._unbegun[item.nodeid] = None

    def leaves_pytest_alone(self) -> bool:
        """Whether no hook of the repository runs between the phases of tests. To be asked once all are collected."""
        return all(hook in APART for plugin in self._plugins for hook in plugin.hooks)

    def harness(self) -> Harness:
        """All that was seen."""
        seen, session = self._seen, self._session
        counted = session.testsfailed if session is not None else seen.failures
        return Harness(
            overruled=tuple(seen.overruled.values()),
            unrun=tuple(seen.unrun),
            failures=seen.failures,
            uncounted=max(0, seen.failures - counted),
            replaced=tuple(it for it in replacements(self._before, self._places) if self._is_inside(it.path)),
            plugins=self._plugins,
            dropped={path: tuple(tests) for path, tests in seen.dropped.items()},
            shadowed=tuple(self._shadowed()),
        )

    def _is_inside(self, path: str) -> bool:
        """Whether a file belongs to the repository, and not to an environment that lies in its folder."""
        parts = path.split("/")
        return bool(path) and not path.startswith("/") and _FOREIGN.isdisjoint(parts) and parts[0] != _OURS

    def _own(self, file: str) -> str:
        if file.startswith(_INSTALLED):
            return ""
        path = self._places.path(file)
        return path if self._is_inside(path) else ""

    def _repository_plugins(self, config: pytest.Config) -> Iterator[RepositoryPlugin]:
        manager = config.pluginmanager
        for plugin in manager.get_plugins():
            module = plugin if isinstance(plugin, ModuleType) else sys.modules.get(type(plugin).__module__)
            file = getattr(module, "__file__", None)
            path = self._own(file) if isinstance(file, str) else ""
            if path:
                hooks = sorted(caller.name for caller in manager.get_hookcallers(plugin) or ())
                yield RepositoryPlugin(path, tuple(hooks))

    def _shadowed(self) -> Iterator[tuple[str, str]]:
        for name in sorted(sys.stdlib_module_names | {"pytest", "pluggy", "coverage"}):
            file = getattr(sys.modules.get(name), "__file__", None)
            if isinstance(file, str) and file.endswith(_PYFILE) and (path := self._own(file)):
                yield name, path


class _Innermost:
    """The wrappers closest to a test: registered after all conftests, nothing of theirs stands between."""

    def __init__(self, witness: HarnessWitness) -> None:
        self._witness = witness

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what the setup raises."""
        self._witness.began(item)
        return (yield from self._noted(item, "setup"))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what the test raises, and whether its body began."""
        watch = self._witness.watched(item)
        if watch is None:
            return (yield from self._noted(item, "call"))
        watch.start()
        try:
            return (yield from self._noted(item, "call"))
        finally:
            if watch.stop():
                self._witness.unbegun(item)

    def _noted(self, item: pytest.Item, when: str) -> Generator[None, object, object]:
        try:
            answer = yield
        except BaseException as error:
            self._witness.raised(item, when, error)
            raise
        for caught in _unittest_failures(item):
            self._witness.raised(item, when, caught)
        return answer


def _unittest_failures(item: pytest.Item) -> list[BaseException]:
    """What a `unittest` test raised: it is kept with the item until the report is made."""
    kept = getattr(item, "_excinfo", None)
    found = [getattr(it, "value", None) for it in kept] if isinstance(kept, list) else []
    return [it for it in found if isinstance(it, BaseException)]


def original_code(item: pytest.Function) -> CodeType | None:
    """The code of the test as its module or class defines it; None where it cannot be told, or runs elsewhere."""
    holder = getattr(item.parent, "obj", None)
    known = isinstance(holder, ModuleType | type)
    function: object = inspect.getattr_static(holder, item.originalname, None) if known else None
    function = inspect.unwrap(getattr(function, "__func__", function)) if callable(function) else None
    if not isinstance(function, FunctionType):
        return None
    return None if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function) else function.__code__


class BodyWatch:
    """Waits for one code object to start, in this thread or a new one, and looks no further then."""

    def __init__(self, code: CodeType, name: str) -> None:
        self._code, self._name = code, name
        self._seen = False

    def start(self) -> None:
        """Begin to look."""
        threading.setprofile(self._on_call)
        sys.setprofile(self._on_call)

    def stop(self) -> bool:
        """Look no more; whether the body never began. False where something took the place away."""
        if self._seen:
            return False
        ours: Callable[..., object] | None = sys.getprofile()
        threading.setprofile(None)
        if ours != self._on_call:
            return False
        sys.setprofile(None)
        return not self._seen

    def _on_call(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        same = code is self._code or (code.co_name == self._name and code.co_filename == self._code.co_filename)
        if self._seen or (event == "call" and same):
            self._seen = True
            sys.setprofile(None)
            threading.setprofile(None)
