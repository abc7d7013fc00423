"""Why a handler that drops an exception may be honest: what it stands around, and where."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence

from pytest_agentaudit.facts.functions import own_nodes
from pytest_agentaudit.facts.kinds.shortcuts import Excuse
from pytest_agentaudit.facts.nodes import calls_in, dotted, last_part
from pytest_agentaudit.facts.shown import is_log
from pytest_agentaudit.patterns import regex

Attempt = ast.Try | ast.TryStar


_CLEANUP = (
    r"(?:a?close|shut_?down|stop|clean_?up|tear_?down|dispose|disconnect|terminate|kill|finali[sz]e|release|unregister"
    r"|unsubscribe|abort|cancel|remove|unlink|rmtree|rmdir|delete|drop|flush|rollback|detach|join|wait|exit|quit|reset"
    r"|restore|pop|clear|discard|logout|del|deregister|uninstall|umount|unmount|unlock|prune|purge|evict|destroy)"
)
_CLEANUP_NAME = regex(rf"_*(?:a?exit__|(?:\w+_)?{_CLEANUP}(?:_\w+)?)_*", re.IGNORECASE)
_CLEANUP_CALL = regex(
    rf"_*(?:a?(?:enter|exit)__|(?:\w+_)?{_CLEANUP}(?:_\w+)?|safe_\w+|a?close\w*|get_?event_?loop|current_task|done"
    r"|getpgid|killpg|send_signal|is_alive|poll|exists|is_file|is_dir|list|iterdir|hasattr|getattr|isinstance|str|Path)",
    re.IGNORECASE,
)
_REPORT = regex(
    r"(?i)(?:.*_)?(?:log\w*|trac(?:e|er|ing)\w*|telemetry|metrics?|analytics|stats?d?|span\w*|capture_\w*|report\w*"
    r"|notif\w*|emit\w*|track\w*|record\w*|breadcrumb\w*|set_attribute\w*|format_exc|print_exc|increment|gauge"
    r"|histogram|counter|usage|debug|warn(?:ing)?)(?:_.*)?"
)
_WATCHING = frozenset({"telemetry", "analytics", "metrics", "tracing"})
"""Folders of code that only watches: it may not break what it watches."""

_PROBE_NAME = regex(
    r"_*(?:is|has|can|could|should|supports?|try|maybe|detect|guess|probe|looks_like|safe|safely|exists|available|try_to"
    r"|check_if|best_effort|attempt|optional|sniff|infer|ping|find|coerce)(?:_\w+)?|\w*_(?:or_none|or_default|available"
    r"|safe|safely|if_possible|exists|supported|best_effort)|_?(?:package_|get_|lib_)*version\w*|__(?:eq|ne|repr|str"
    r"|hash|instancecheck__|subclasscheck|contains|bool|len)__|repr\w*|\w*_repr|_?(?:parse|decode|load)_(?:json|iso"
    r"|int|float|date)\w*"
)
_PROBE_CALL = regex(
    r"int|float|bool|str|repr|len|hash|loads|literal_eval|isinstance|issubclass|hasattr|getattr|version|signature"
    r"|getsource\w*|getfile|getsourcefile|getdoc|get_type_hints|find_spec|which|fromisoformat|strptime|decode|encode"
    r"|gethostname|getuser|getlogin|get_terminal_size|isatty|fileno|eval|type|vars|dir|id|UUID|urlparse|fromtimestamp"
    r"|model_json_schema|schema|unwrap|deepcopy|copy|getpass|cpu_count|getcwd|expanduser|resolve|relative_to|stat"
)
_NOT_EVERYWHERE = frozenset(
    {"bz2", "crypt", "curses", "dbm", "distutils", "fcntl", "grp", "imp", "lzma", "msvcrt", "posix", "pwd", "readline"}
    | {"resource", "sqlite3", "ssl", "syslog", "termios", "tkinter", "tomllib", "tty", "winreg", "winsound", "zlib"}
    | {"ctypes", "zoneinfo", "multiprocessing", "compression", "annotationlib"}
)
"""Modules of the standard library that some platform, build or version of Python lacks."""
_MANY = 3
"""A `try` suite with more statements than this is no probe."""


def excuse(attempt: Attempt, symbol: str, path: str, *, aftermath: bool, function: ast.AST | None) -> Excuse:
    """What speaks for a handler of `attempt` that drops what it catches. `aftermath` says that it stands in another
    handler or a `finally`; `function` is the one around it.
    """
    calls = [it for it in own_nodes(attempt.body) if isinstance(it, ast.Call)]
    names = [last_part(it) for it in calls]
    own = symbol.rpartition(".")[2]
    cleans = _CLEANUP_NAME.fullmatch(own) or (names and all(map(_CLEANUP_CALL.fullmatch, names)))
    folders = {part.strip("_") for part in path.split("/")[:-1]}
    watches = _REPORT.fullmatch(_stem(path)) or not _WATCHING.isdisjoint(folders)
    reports = _REPORT.fullmatch(own) or watches or (calls and all(map(_reports, calls)))
    probes = _PROBE_NAME.fullmatch(own) or (len(attempt.body) <= _MANY and all(map(_PROBE_CALL.fullmatch, names)))
    spoken = (
        (Excuse.IMPORT, _imports(attempt.body[0])),
        (Excuse.CLEANUP, cleans or _only_deletes(attempt)),
        (Excuse.AFTERMATH, aftermath),
        (Excuse.RAISES_LATER, _raises_later(attempt, function)),
        (Excuse.NEXT_ONE, _leaves(attempt)),
        (Excuse.REPORT, reports),
        (Excuse.PROBE, probes),
    )
    return next((it for it, holds in spoken if holds), Excuse.NONE)


def excuse_of_calls(body: Sequence[ast.stmt], symbol: str, path: str) -> Excuse:
    """The same for a `with suppress(...)` suite."""
    attempt = ast.Try(body=list(body), handlers=[], orelse=[], finalbody=[])
    return excuse(attempt, symbol, path, aftermath=False, function=None)


def _imports(node: ast.stmt) -> bool:
    """Whether a suite begins with an import that can fail; what every Python brings along cannot."""
    match node:
        case ast.Import(names=names):
            return any(_may_lack(it.name) for it in names)
        case ast.ImportFrom(module=module, level=level):
            return level > 0 or _may_lack(module or "")
    return isinstance(node, ast.Pass)


def _may_lack(module: str) -> bool:
    root = module.partition(".")[0]
    return root not in sys.stdlib_module_names or root in _NOT_EVERYWHERE


def _reports(call: ast.Call) -> bool:
    return is_log(call) or any(_REPORT.fullmatch(part) for part in dotted(call.func).split("."))


def _only_deletes(attempt: Attempt) -> bool:
    return all(isinstance(it, ast.Delete) for it in attempt.body)


def _raises_later(attempt: Attempt, function: ast.AST | None) -> bool:
    """Whether the function around ends with a `raise`: what was dropped was one of several tries."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    end = function.body[-1]
    return isinstance(end, ast.Raise) and end.lineno > attempt.lineno


def _leaves(attempt: Attempt) -> bool:
    """Whether a `try` that does well ends the loop around it, and one that fails goes on with the next."""
    goes_on = [isinstance(it.body[-1], ast.Continue) for it in attempt.handlers]
    return bool(goes_on) and all(goes_on) and isinstance([*attempt.body, *attempt.orelse][-1], ast.Break | ast.Return)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def cancels(function: ast.AST | None) -> bool:
    """Whether a function calls off or cleans up."""
    return function is not None and any(_CLEANUP_CALL.fullmatch(last_part(it)) for it in calls_in(function))
