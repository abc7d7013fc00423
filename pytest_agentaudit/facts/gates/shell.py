"""Shell text as the commands that check something: which tool, with which arguments, and whether its failure counts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.gates.model import Check, Command
from pytest_agentaudit.patterns import regex

TOOLS = {
    **dict.fromkeys(("pytest", "py.test", "unittest", "nose2", "stestr", "trial", "ward", "behave"), Check.TESTS),
    **dict.fromkeys(("mutmut", "cosmic-ray", "pytest-gremlins"), Check.TESTS),
    **dict.fromkeys(("coverage", "diff-cover", "diff-quality", "interrogate", "coveralls", "codecov"), Check.COVERAGE),
    **dict.fromkeys(("ruff", "flake8", "pylint", "pyflakes", "pycodestyle", "pydocstyle", "pydoclint"), Check.LINT),
    **dict.fromkeys(("vulture", "xenon", "lint-imports", "deptry", "codespell", "yamllint", "actionlint"), Check.LINT),
    **dict.fromkeys(("check-manifest", "doc8", "prospector", "pylama", "wemake"), Check.LINT),
    **dict.fromkeys(("mypy", "dmypy", "pyright", "basedpyright", "pyre", "pytype", "ty", "pyrefly"), Check.TYPES),
    **dict.fromkeys(("bandit", "safety", "pip-audit", "semgrep", "detect-secrets", "gitleaks"), Check.SECURITY),
    **dict.fromkeys(("zizmor", "trufflehog", "osv-scanner", "codeql", "detect-secrets-hook"), Check.SECURITY),
    **dict.fromkeys(("black", "isort", "yapf", "autopep8", "docformatter"), Check.FORMAT),
    **dict.fromkeys(("tox", "nox", "pre-commit", "prek", "lefthook"), Check.RUNNER),
    "agentaudit": Check.AUDIT,
}
"""Programs that judge code."""

_TASK_RUNNERS = frozenset({"make", "just", "task", "poe", "invoke", "inv", "hatch", "pdm", "npm", "yarn", "pnpm"})
_TASK = regex(r"\b(tests?|check(s|er)?|lint(er|ing|s)?|typecheck|types?|mypy|coverage|cov|qa|ci|verify|pytest)\b")
_REPORTS = regex(r"upload|report|combine|install|setup|clean|badge|comment")
_INERT = frozenset(
    {"pip", "pip3", "pipx", "apt", "apt-get", "echo", "printf", "cd", "mkdir", "export", "cat", "ls", "rm", "cp", "mv"}
    | {"git", "conda", "mamba", "brew", "curl", "wget", "docker-compose-build", "grep", "sed", "awk", "head", "tail"}
    | {"test", "[", "[[", "which", "command", "type", "source", ".", "chmod", "touch", "ln", "find", "gh", "choco"}
    | {"read", "return", "exit", "alias", "unset", "local", "declare", "function", "twine", "dnf", "apk", "yum"}
)
_INSTALLS = frozenset(
    {"install", "add", "sync", "lock", "pip", "uninstall", "remove", "tool", "export", "build", "venv"}
)
_MANAGERS = frozenset({"uv", "poetry", "pdm", "pipenv", "hatch", "rye", "pixi", "conda", "mamba", "npm", "yarn"})
_KEYWORDS = frozenset({"if", "then", "else", "elif", "fi", "do", "done", "while", "for", "case", "esac", "{", "}", "!"})
_ASSIGNMENT = regex(r"\w+\+?=.*", re.DOTALL)
_EXPRESSION = regex(r"\$\{\{.*?\}\}|\{\{.*?\}\}|\$\(\([^()]*\)\)", re.DOTALL)
_PREFIX = regex(r"^(\$\{?\w+\}?/?|\$\(\w+\)/?|\{\{?[^}]*\}?\})+")
"""What stands before a program's name: `${PREFIX}pytest`, `$(VENV)/bin/pytest`."""

_FAILS = regex(r"\b(exit|return)\s+(?!0\b)|\bfalse\b|\bfail\b|::error|\bexit\s*$|\$\?")
_LENIENT = ("--exit-zero", "--exit-zero-even-if-changed", "--suppress-tests-failed-exit-code")
_RESTORED = regex(r"\bset\s+-\w*e|\bset\s+-o\s+errexit|\bexit\s+[\"']?\$|PIPESTATUS|GITHUB_OUTPUT|\bif\s+\[+\s.*\$")
_OPERATORS = frozenset({"&&", "||", ";", "|", "&", "(", ")", ";;", "|&"})


class _Piece(Struct, frozen=True):
    """A simple command, and the operators before and behind it."""

    words: tuple[str, ...]
    before: str
    after: str


def commands(text: str, line: int = 1) -> Iterator[Command]:
    """The checking commands of a shell text that begins at `line`."""
    lenient = False
    for source, number in _joined(text, line):
        if re.search(r"\bset\s+\+e|\bset\s+\+o\s+errexit", source):
            rest = "\n".join(it for it, at in _joined(text, line) if at > number)
            lenient = not _RESTORED.search(rest)
        elif re.search(r"\bset\s+-\w*e", source):
            lenient = False
        for found in _of_line(source, number, pipefail="pipefail" in text):
            yield replace(found, excuse="set +e") if lenient and not found.excuse else found


def _joined(text: str, line: int) -> Iterator[tuple[str, int]]:
    """Lines with those that they continue on, each with the number of its first one."""
    pending, start = "", line
    for number, source in enumerate(text.split("\n"), line):
        if not pending:
            start = number
        stripped = source.rstrip()
        if stripped.endswith("\\"):
            pending += stripped[:-1] + " "
            continue
        yield pending + stripped, start
        pending = ""
    if pending:
        yield pending, start


def _of_line(source: str, number: int, *, pipefail: bool) -> Iterator[Command]:
    pieces = list(_pieces(source))
    for index, piece in enumerate(pieces):
        found = classified(piece.words, number)
        if found:
            excuse = found.excuse or _excuse(pieces, index, pipefail=pipefail)
            yield replace(found, excuse=excuse)


def _excuse(pieces: Sequence[_Piece], index: int, *, pipefail: bool) -> str:
    """How the failure of a piece is dropped by what follows it in its line."""
    piece, rest = pieces[index], pieces[index + 1 :]
    said = " ".join(" ".join(it.words) for it in rest)
    if piece.after == "||" or (piece.after in ("|", "&&", ")") and any(it.before == "||" for it in rest)):
        alternative = next(it for it in rest if it.before == "||") if rest else None
        if alternative and not _FAILS.search(said) and not classified(alternative.words, 1):
            return f"|| {' '.join(alternative.words)}"[:60].rstrip()
    if piece.after == ";" and said in ("true", "exit 0", ":"):
        return f"; {said}"
    if piece.after == "|" and rest and not pipefail and rest[0].words[:1] in (("tee",), ("cat",)):
        return f"| {rest[0].words[0]}"
    return ""


def _pieces(source: str) -> Iterator[_Piece]:
    words: list[str] = []
    before = ""
    for word in _split(source):
        if word in _OPERATORS:
            if words or word not in ("(", ")"):
                yield _Piece(tuple(words), before, word)
            before = word if word not in ("(", ")") else before
            words = []
        else:
            words.append(word)
    if words:
        yield _Piece(tuple(words), before, "")


def _split(source: str) -> list[str]:
    """The words and operators of a line, comments dropped; expressions of a CI service count as one word each."""
    plain = _EXPRESSION.sub("${expression}", source)
    lexer = shlex.shlex(plain, posix=True, punctuation_chars=";&|()")
    lexer.whitespace_split = True
    lexer.commenters = "#" if plain.lstrip().startswith("#") or " #" in plain else ""
    try:
        return list(lexer)
    except ValueError:
        return plain.split()


def classified(words: Sequence[str], line: int) -> Command | None:
    """The checking command in the words of a simple command, None where it checks nothing."""
    rest = list(words)
    while rest and (rest[0] in _KEYWORDS or _ASSIGNMENT.fullmatch(rest[0])):
        rest.pop(0)
    if rest and rest[0][:1] in ("-", "@"):
        return _prefixed(rest, line)
    if not rest or rest[0] in _INERT:
        return None
    return _task(rest, line) or _program(rest, line)


def _prefixed(rest: Sequence[str], line: int) -> Command | None:
    """A command behind the signs of make, just and tox: `-` drops its failure, `@` its echo."""
    signs = re.match(r"[-@]*", rest[0])
    name = rest[0][signs.end() if signs else 0 :]
    found = classified([name, *rest[1:]] if name else rest[1:], line)
    return replace(found, excuse=found.excuse or "-") if found and "-" in rest[0][:2] else found


def _program(rest: Sequence[str], line: int) -> Command | None:
    """The first program that checks, where only programs that start others stand before it."""
    for index, word in enumerate(rest):
        name = _PREFIX.sub("", word).rstrip("/").rpartition("/")[2].removesuffix(".exe")
        if _installs(rest, index):
            return None
        if index and rest[index - 1] in _NAMES_PACKAGE:
            continue
        if name in TOOLS and not word.endswith((".py", ".toml", "/")):
            return _tool(name, rest[index + 1 :], rest, line)
        if index == 0 and not (_STARTS.fullmatch(name) or word.startswith(("$", "TOX", "{", "ARGUMENT"))):
            return None
        if name in ("bash", "sh") and rest[index + 1 : index + 2] and "c" in rest[index + 1][:4]:
            return next(commands(rest[index + 2], line), None) if rest[index + 2 :] else None
        if _PYTHON.fullmatch(name) and "-m" not in rest[index:]:
            return None
    return None


_NAMES_PACKAGE = frozenset(
    {"--with", "--from", "--group", "--extra", "--package", "--spec", "--only-group", "-E", "-G"}
)
"""Options of programs that start others, whose value names a package or a group of them."""

_PYTHON = regex(r"(python|pypy|py)[\d.]*w?")
_STARTS = regex(
    r"(python|pypy|py)[\d.]*w?|uv|uvx|poetry|pdm|hatch|pipenv|pipx|rye|pixi|conda|mamba|micromamba|mise|asdf|sudo|time|env"
    r"|timeout|exec|nice|nohup|stdbuf|xvfb-run|docker|docker-compose|podman|bash|sh|coverage|run|npx|bunx|catchsegv|eval"
    r"|retry|wsl|nix|nix-shell|direnv|op|doppler|dotenv|arch|linux32|valgrind|setarch|su|runuser|kubectl|ARGUMENT|TOX|"
)
"""Programs that start others."""


def is_checking(name: str) -> bool:
    """Whether a task or script is named for checking."""
    plain = re.sub(r"[_.]", "-", name)
    return _TASK.search(plain) is not None and not _REPORTS.search(name)


def _installs(rest: Sequence[str], index: int) -> bool:
    """Whether a word makes the line one that installs or shows rather than runs."""
    word, before = rest[index], rest[index - 1] if index else ""
    if word in ("pip", "pip3") or (index and word in _INERT and word not in ("test", "command", "type", ".")):
        return True
    return before in _MANAGERS and word in _INSTALLS


def _task(rest: Sequence[str], line: int) -> Command | None:
    """A task of a task runner, or a script, that is named for checking."""
    name = rest[0].rpartition("/")[2]
    if name in _TASK_RUNNERS or (name in ("uv", "poetry", "pdm") and any(it in _TASK_RUNNERS for it in rest[2:3])):
        tasks = [it for it in rest[1:] if not it.startswith("-") and is_checking(it)]
        if tasks and tasks[0] not in TOOLS:
            return Command(f"{name} {tasks[0]}", Check.RUNNER, tuple(rest[1:]), " ".join(rest), line)
    if "/" in rest[0] and name not in TOOLS and is_checking(name):
        return Command(rest[0].removeprefix("./"), Check.RUNNER, tuple(rest[1:]), " ".join(rest), line)
    return None


def _tool(name: str, words: Sequence[str], rest: Sequence[str], line: int) -> Command | None:
    check = TOOLS[name]
    if words and words[0] in ("--version", "--help", "-V", "install", "autoupdate", "clean", "gc"):
        return None
    if name == "coverage":
        return _coverage(words, rest, line)
    if name == "ruff" and words[:1] == ["format"]:
        name, check = "ruff format", Check.FORMAT
    excuse = next((it for it in _LENIENT if it in words), "")
    return Command(name, check, tuple(words), " ".join(rest), line, excuse)


def _coverage(words: Sequence[str], rest: Sequence[str], line: int) -> Command | None:
    """`coverage run -m pytest` runs tests; of the others only those that can fail or be read count."""
    if words[:1] == ["run"]:
        inner = [it for it in words[1:] if it in TOOLS]
        tool = inner[0] if inner else "coverage run"
        behind = words[list(words).index(inner[0]) + 1 :] if inner else words[1:]
        return Command(tool, Check.TESTS, ("--cov", *behind), " ".join(rest), line)
    if words[:1] in (["report"], ["xml"], ["html"], ["json"], ["lcov"]):
        return Command("coverage report", Check.COVERAGE, tuple(words[1:]), " ".join(rest), line)
    return None
