"""When a skip applies: always, never, in some environments, or depending on what the code under test did."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.folding import truth
from pytest_agentaudit.facts.literals import CONSTRUCTOR
from pytest_agentaudit.facts.model import Condition
from pytest_agentaudit.facts.nodes import below, dotted, has_call, last, names_in, resolve, text_of
from pytest_agentaudit.facts.syntax import expression_tree
from pytest_agentaudit.patterns import regex

_PROBED_MODULES = frozenset(
    {
        *("sys", "os", "platform", "shutil", "importlib", "socket", "struct", "locale", "ssl", "multiprocessing"),
        *("sysconfig", "pathlib", "getpass", "tempfile", "pwd", "grp", "resource", "signal", "pkgutil", "ctypes"),
        *("site", "packaging", "pkg_resources", "subprocess", "threading", "tomllib", "tomli", "configparser"),
    }
)
"""Roots of the standard library that a condition asks about the machine, not about the code under test."""

_FLAG = regex(
    r"_*(HAS|HAVE|IS|NO|WITH|WITHOUT|CAN|SKIP|RUN|ON|USE|USING|NEEDS?|REQUIRES?|MISSING|SUPPORTS?|CI|PY\d*|PYPY|CPYTHON|WINDOWS|WIN\d*|"
    r"MACOS|MAC|DARWIN|OSX|LINUX|POSIX|GPU|CUDA|DOCKER|ONLINE|OFFLINE|NETWORK)(_[A-Z0-9_]+|\d*)"
    r"|[A-Z0-9_]+_(AVAILABLE|INSTALLED|ENABLED|SUPPORTED|SUPPORT|PRESENT|VERSION|VERSION_INFO|PLATFORM|MISSING|EXISTS|KEY|TOKEN|URL|PATH)"
)
_PROBE = regex(
    r"_*((has|have|is|no|with|can|supports?|needs?|requires?|missing|find|check|on|running|in|should_skip|skip_if)_\w*"
    r"(windows|win32|linux|mac\w*|darwin|posix|platform|version|installed|available|support\w*|docker|ci|module|package"
    r"|binary|executable|command|network|internet|gpu|cuda|rocm|hip|xpu|npu|mps|root|admin|ipv6|symlinks?|fork|locale|server|service|connection|git)\w*"
    r"|(has|have|supports?|can|requires?|needs?|missing)_\w+|\w+_(available|installed|supported|exists|version)"
    r"|is_available|device_count|which|find_spec|getoption|getini|version|find_executable|exists|is_file|is_dir|"
    r"getenv|environ|geteuid|getuid|cpu_count|machine|system|release|python_implementation|python_version"
    r"|is_windows|is_linux|is_mac\w*|windows|posix|pypy|cpython|is_pypy|is_root|is_admin|hasattr|importorskip)",
    re.IGNORECASE,
)
_CONSTANT = regex(r"_*[A-Z][A-Z0-9_]+")
_SETTINGS = frozenset({"config", "pytestconfig", "settings", "request", "options", "environ", "env"})
_MISSING_HERE = regex(
    r"ImportError|ModuleNotFoundError|OSError|IOError|EnvironmentError|PermissionError|FileNotFoundError|\w*Connect\w*"
    r"|\w*Timeout\w*|\w*Unavailable\w*|\w*NotInstalled\w*|\w*NotSupported\w*|NotImplementedError|PackageNotFoundError"
    r"|DistributionNotFound|\w*MissingDependency\w*|\w*Socket\w*|\w*Network\w*|gaierror|error|URLError|DockerException|\w*Docker\w*"
)
"""Exceptions that tell of the machine: a missing module, file, permission, service."""

ANY_ERROR = frozenset({"Exception", "BaseException", "AssertionError"})
"""Exceptions that a failure of the code under test is, whatever it is."""

_ALWAYS_TRUE = frozenset(
    {"sys.platform", "sys.version_info", "sys.version", "os.name", "os.environ", "sys.path", "sys.modules"}
)
_BUILT_IN = frozenset(dir(builtins))
_REQUIREMENT = regex(
    r"\b(requires?|required|needs?|only|specific to|without|missing|unsupported|unavailable|supported|optional)\b"
    r"|\b(not|n[o']t|isn't|aren't|doesn't|cannot|can't)\b.{0,40}\b(available|installed|support\w*|accessible|found|present|implement\w*"
    r"|enabled|enforced|reachable|configured|set|running|run|work|suitable|relevant|applicable|affect\w*)\b"
    r"|\b(version|release)\b.{0,40}\b(predates?|too old|older)\b|\b(predates?|older than)\b.{0,20}\b(version|v?\d)"
    r"|\b(submodule|checkout)\b"
    r"|\b(windows|linux|mac ?os|darwin|pypy|cpython|platform|python ?[23]|gpu|network|internet|postgres\w*|sqlite)\b",
    re.IGNORECASE,
)
_ERROR_WORDS = regex(r"(?i)error|fail|exception|traceback|crash")
_SUCCESS = r"[.'\"](is_)?(success(ful)?|succeeded|ok|passed)\b"
_NO_SUCCESS = regex(rf"(?i)\bnot [^=<>]*{_SUCCESS}|{_SUCCESS}\W*(is|==) False")
"""That a part of a result does not say success."""

_CREDENTIALS = regex(r"(?i)['\"][^'\"]*(api.?key|credential|authentication|unauthori[sz]ed|401)")
"""A text that an error is searched for: what the machine was not given."""

_DEEPEST = 3  # a flag made of flags
OLDEST_PYTHON = (3, 8)
"""Every interpreter that is still maintained is newer than this (devguide.python.org/versions)."""

_OF_PYTHON_2 = frozenset(
    f"__future__.{name}" for name in ("absolute_import", "division", "print_function", "unicode_literals")
)


class Surroundings(Struct, frozen=True):
    """What the names in a condition mean.

    `imports` are origins, `constants` values of module-level names, `flags` what an `except ImportError` sets, `given`
    the function's parameters, `local` the functions of the test's own file, `features` those of them that ask whether
    something has a feature, `results` names that its body bound to what the code under test returned.
    """

    imports: Mapping[str, str]
    constants: Mapping[str, ast.expr]
    flags: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    in_body: bool = False
    features: frozenset[str] = frozenset()


def condition(node: ast.expr, around: Surroundings, depth: int = 0) -> Condition:
    """When an expression is true."""
    node = _unquoted(node)
    decided = truth(node, {name: value for name, value in around.constants.items() if isinstance(value, ast.Constant)})
    if decided is None:
        decided = _known_here(node, around)
    if decided is not None:
        return Condition.ALWAYS if decided else Condition.NEVER
    if isinstance(node, ast.Name) and node.id in around.constants and depth < _DEEPEST:
        found = condition(around.constants[node.id], around, depth + 1)
        if found is not Condition.UNKNOWN:
            return found
    if isinstance(node, ast.BoolOp):
        return _joined(node, [condition(part, around, depth) for part in node.values])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _OPPOSITES.get(inner := condition(node.operand, around, depth), inner)
    return _asked(node, around, depth)


_OPPOSITES = {Condition.ALWAYS: Condition.NEVER, Condition.NEVER: Condition.ALWAYS}


def opposite(found: Condition) -> Condition:
    """When the negation of a condition holds."""
    return _OPPOSITES.get(found, found)


def _unquoted(node: ast.expr) -> ast.expr:
    """Pytest evaluates a condition that is a string."""
    text = text_of(node) if isinstance(node, ast.Constant) else ""
    if not text:
        return node
    try:
        return expression_tree(text.strip())
    except (SyntaxError, ValueError):
        return node


def _joined(node: ast.BoolOp, parts: list[Condition]) -> Condition:
    """`or` is as certain as its most certain part; `and` as honest as its most honest one."""
    neutral = Condition.NEVER if isinstance(node.op, ast.Or) else Condition.ALWAYS
    deciding = _OPPOSITES[neutral]
    if deciding in parts:
        return deciding
    left = [part for part in parts if part is not neutral]
    if not left:
        return neutral
    order = (Condition.ENVIRONMENT, Condition.RESULT, Condition.UNKNOWN)
    if isinstance(node.op, ast.Or):
        order = (Condition.RESULT, Condition.UNKNOWN, Condition.ENVIRONMENT)
    return next(kind for kind in order if kind in left)


def _known_here(node: ast.expr, around: Surroundings) -> bool | None:
    """Questions about the machine with one answer wherever the tests run."""
    name = resolve(dotted(node), around.imports)
    if name in _ALWAYS_TRUE:
        return True
    match node:
        case ast.Compare(left=ast.Constant(value="pytest"), ops=[ast.In()], comparators=[right]):
            return True if resolve(dotted(right), around.imports) == "sys.modules" else None
        case ast.Compare(left=ast.Constant(value="PYTEST_CURRENT_TEST"), ops=[ast.In()], comparators=[_]):
            return True if around.in_body else None
        case ast.Compare(left=left, ops=[op], comparators=[right]) if _is_version(left, around):
            return None if _runs_on_python_2(around) else _old_version(op, right)
        case _:
            return None


def _runs_on_python_2(around: Surroundings) -> bool:
    """Whether the file asks for what only Python 2 has to be told: no version is too old to be met there."""
    return not _OF_PYTHON_2.isdisjoint(around.imports.values())


def _is_version(node: ast.expr, around: Surroundings) -> bool:
    inner = node.value if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) else node
    return resolve(dotted(inner), around.imports) == "sys.version_info"


def _old_version(op: ast.cmpop, right: ast.expr) -> bool | None:
    """Comparisons with versions that nobody runs any more."""
    try:
        bound = ast.literal_eval(right)
    except (ValueError, TypeError):
        return None
    if (
        not isinstance(bound, tuple)
        or not bound
        or not all(isinstance(part, int) for part in bound)
        or bound > OLDEST_PYTHON
    ):
        return None
    match op:
        case ast.GtE() | ast.Gt():
            return True
        case ast.Lt() | ast.LtE():
            return False
        case _:
            return None


def _asked(node: ast.expr, around: Surroundings, depth: int) -> Condition:
    """What an undecided condition asks about, by the names in it."""
    names = set(names_in(node))
    # Whether something has a feature is no answer of the code under test.
    of_result = Condition.UNKNOWN if _asks_for_attribute(node) else Condition.RESULT
    if names & around.results:
        return of_result
    is_asked = isinstance(node, ast.Call) and not node.args and names <= around.features
    if is_asked or is_probe(node, around):
        return Condition.ENVIRONMENT
    known = sorted(names & around.constants.keys()) if depth < _DEEPEST else []
    if any(condition(around.constants[name], around, depth + 1) is Condition.ENVIRONMENT for name in known):
        return Condition.ENVIRONMENT
    asked = {name for name in names if name not in around.local and not CONSTRUCTOR.fullmatch(name)} - _BUILT_IN
    if asked and asked <= around.given:
        return Condition.ENVIRONMENT  # chooses among the cases or fixtures that the test was given
    return of_result if around.in_body and has_call(node) else Condition.UNKNOWN


def _asks_for_attribute(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hasattr"


def is_probe(node: ast.expr, around: Surroundings) -> bool:
    """Whether an expression asks about platform, version, binary, extra, variable or option."""
    for part in below(node):
        if isinstance(part, ast.Name):
            origin = resolve(part.id, around.imports)
            if origin.partition(".")[0] in _PROBED_MODULES or part.id in around.flags or part.id in _SETTINGS:
                return True
            if _FLAG.fullmatch(last(origin)) or _PROBE.fullmatch(part.id) or _CONSTANT.fullmatch(part.id):
                return True
        elif isinstance(part, ast.Attribute) and (
            _PROBE.fullmatch(part.attr) or "version" in part.attr.lower() or _CONSTANT.fullmatch(part.attr)
        ):
            return True
    return False


def tells_apart(test: ast.expr) -> bool:
    """Whether a condition looks for one text in a result: where all others fail, it is what the machine lacks."""
    match test:
        case ast.BoolOp(op=ast.Or(), values=parts):
            return all(map(tells_apart, parts))
        case ast.Compare(left=ast.Constant(value=str(text)), ops=[ast.In()]):
            return _REQUIREMENT.search(text) is not None
    return False


def is_feature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function that is given nothing answers whether a text stands in another, or a name in an object."""
    if function.args.args or function.args.kwonlyargs or not isinstance(function.body[-1], ast.Return):
        return False
    match function.body[-1].value:
        case ast.Compare(left=ast.Constant(value=str(text)), ops=[ast.In() | ast.NotIn()]):
            return not _ERROR_WORDS.search(text)
        case ast.Call(func=ast.Name(id="hasattr" | "callable")):
            return True
    return False


def within(body: list[ast.stmt], around: Surroundings) -> Surroundings:
    """What the names mean inside a body: those that it binds to what it called are results, to questions about the
    machine flags.
    """
    bound = list(_bound(body, around))
    flags = frozenset(name for name, _, probe in bound if probe)
    asked = frozenset(name for name, value, probe in bound if probe or _asks_flag(value, flags))
    results = frozenset(name for name, value, probe in bound if not probe and not _asks_flag(value, flags))
    return replace(around, results=results, flags=around.flags | (asked - results))


def _asks_flag(value: ast.expr, flags: frozenset[str]) -> bool:
    """Whether a value is `getattr(module, "name", None)` of what is a flag by itself."""
    match value:
        case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id=name), *_]):
            return name in flags
        case _:
            return False


def _bound(body: list[ast.stmt], around: Surroundings) -> Iterator[tuple[str, ast.expr, bool]]:
    for statement in body:
        for node in below(statement):
            match node:
                case (
                    ast.Assign(targets=[target], value=value)
                    | ast.AnnAssign(target=target, value=ast.expr() as value)
                    | ast.NamedExpr(target=target, value=value)
                    | ast.withitem(context_expr=value, optional_vars=ast.expr() as target)
                    | ast.For(target=target, iter=value)
                    | ast.AsyncFor(target=target, iter=value)
                ):
                    probe = is_probe(value, around)
                    if probe or has_call(value):
                        yield from ((name, value, probe) for name in names_in(target))


def handler_condition(
    handler: ast.ExceptHandler, tried: list[ast.stmt], local: frozenset[str] = frozenset()
) -> Condition:
    """When an `except` clause that skips is reached: missing here, or an error of the code under test. Of an exception
    that `local` functions raise, those of the test's own file, it cannot be told which, unless any will do.
    """
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = [last(dotted(it)) for it in types if it is not None]
    if names and all(_MISSING_HERE.fullmatch(name) for name in names):
        return Condition.ENVIRONMENT
    if tried and all(isinstance(it, ast.Import | ast.ImportFrom) for it in tried):
        return Condition.ENVIRONMENT
    called = [dotted(node.func) for statement in tried for node in below(statement) if isinstance(node, ast.Call)]
    is_own = bool(called) and local.issuperset(called) and bool(names) and ANY_ERROR.isdisjoint(names)
    return Condition.UNKNOWN if is_own else Condition.RESULT


def with_reason(found: Condition, reason: str, tests: list[ast.expr]) -> Condition:
    """A condition whose reason names a requirement of the machine is one on the machine.

    Not where the condition looks for an error in a result, or asks last whether it is none of success: that is the
    failure itself, whatever the reason says. A search for words on credentials tells it from others.
    """
    if found not in {Condition.RESULT, Condition.UNKNOWN} or not _REQUIREMENT.search(reason):
        return found
    texts = [ast.unparse(test) for test in tests]
    if found is Condition.RESULT and texts and _NO_SUCCESS.search(texts[-1]):
        return found
    sought = any(map(_ERROR_WORDS.search, texts)) and not any(map(_CREDENTIALS.search, texts))
    return found if sought else Condition.ENVIRONMENT
