"""The spellings that tell a checker to be quiet: one table, one row a checker and directive.

Measured on ruff 0.17, flake8 7.5, mypy 2.4, ty, pylint 4, bandit 1.9, semgrep, black, isort, yapf and coverage.py 7.17
by running each on each spelling, or read off their own patterns; pyright, pyre, pytype, PyCharm, Sonar, CodeQL and the
others after their manuals. A row's pattern is searched in the text of one comment; its group `codes` holds what the
directive is limited to.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from msgspec import Struct

from pytest_agentaudit.facts.silencing import Scope, Silences
from pytest_agentaudit.patterns import regex


class Spelling(Struct, frozen=True):
    """How one checker spells one directive. `trailing` and `own_line` say how far it reaches behind code and on a
    line of its own; None: the checker does not take it there. `first_column` holds where an indented comment is not
    taken; `head` is the scope before the first statement of a module, where that differs.
    """

    checker: str
    directive: str
    silences: Silences
    pattern: re.Pattern[str]
    trailing: Scope | None = Scope.LINE
    own_line: Scope | None = None
    head: Scope | None = None
    first_column: bool = False


_RUFF_CODES = r"(?P<codes>[A-Z]+[0-9]+(?:[,\s]*[A-Z]+[0-9]+)*)"
_BRACKETS = r"\s*\[(?P<codes>[^\]#]*)\]"
_LIST = r"(?P<codes>[\w\-]+(?:\s*,\s*[\w\-]+)*)"


def _row(
    checker: str,
    directive: str,
    silences: Silences,
    pattern: str,
    trailing: Scope | None = Scope.LINE,
    own_line: Scope | None = None,
    *,
    head: Scope | None = None,
    first_column: bool = False,
) -> Spelling:
    return Spelling(checker, directive, silences, regex(pattern), trailing, own_line, head, first_column)


_LINT, _TYPES, _SECURITY = Silences.LINT, Silences.TYPES, Silences.SECURITY
_COVERAGE, _MUTATION, _FORMAT = Silences.COVERAGE, Silences.MUTATION, Silences.FORMAT
_LINE, _NEXT, _BLOCK, _RANGE, _FILE = Scope.LINE, Scope.NEXT_LINE, Scope.BLOCK, Scope.RANGE, Scope.FILE

TABLE: tuple[Spelling, ...] = (
    # For flake8: exactly one space, and anything behind. For ruff: any white space, and a clean end.
    _row(
        "flake8",
        "noqa",
        _LINT,
        r"(?i:# noqa)(?::\s?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)(?![A-Za-z0-9])|(?!:\s?[A-Za-z]+[0-9]))",
    ),
    _row("ruff", "noqa", _LINT, rf"#\s*(?i:noqa)(?:\s*:\s*{_RUFF_CODES}|(?=\s+[^:\s]|\s*(?:#|$)))"),
    _row("pycodestyle", "nopep8", _LINT, r"(?i:#\s*nopep8\b)"),
    _row("flake8", "flake8: noqa", _LINT, rf"^(?i:# flake8[:=]\s*noqa)(?::\s*{_RUFF_CODES})?", None, _FILE),
    _row("ruff", "flake8: noqa", _LINT, rf"#\s*flake8\s*:\s*(?i:noqa)(?:\s*:\s*{_RUFF_CODES})?", None, _FILE),
    _row("ruff", "ruff: noqa", _LINT, rf"#\s*ruff\s*:\s*(?i:noqa)(?:\s*:\s*{_RUFF_CODES})?", None, _FILE),
    _row("ruff", "ruff: ignore", _LINT, rf"#\s*ruff\s*:\s*ignore{_BRACKETS}", _LINE, _NEXT),
    _row("ruff", "ruff: disable", _LINT, rf"^#\s*ruff\s*:\s*disable{_BRACKETS}", None, _RANGE),
    _row("ruff", "ruff: file-ignore", _LINT, rf"^#\s*ruff\s*:\s*file-ignore{_BRACKETS}", None, _FILE),
    # pylint: on a line of its own to the end of the block, behind a header for its suite. Prose behind the list undoes it.
    _row(
        "pylint", "pylint: disable", _LINT, rf"\bpylint:\s*disable(?:-msg)?\s*=\s*{_LIST}\s*(?=[#;]|$)", _LINE, _BLOCK
    ),
    _row("pylint", "pylint: disable-next", _LINT, rf"\bpylint:\s*disable-next\s*=\s*{_LIST}\s*(?=[#;]|$)", None, _NEXT),
    _row("pylint", "pylint: skip-file", _LINT, r"\bpylint:\s*(?:skip-file|disable-all)\b", _FILE, _FILE),
    # Types. mypy wants nothing but another comment behind the directive; the others take prose.
    _row("mypy", "type: ignore", _TYPES, rf"^#\s*type:\s*ignore(?:{_BRACKETS})?\s*(?=#|$)", _LINE, head=_FILE),
    _row("mypy", "type: ignore", _TYPES, rf"^#\s*type:[^#]+#\s*type:\s*ignore(?:{_BRACKETS})?\s*(?=#|$)"),
    _row("pyright", "type: ignore", _TYPES, rf"#\s*type:\s*ignore(?:{_BRACKETS}|(?=\s|$))", _LINE, head=_FILE),
    _row(
        "ty",
        "type: ignore",
        _TYPES,
        r"#\s*type\s*:\s*ignore(?:\s*\[(?P<codes>ty:[^\]#]*)\]|(?=\s+[^\[]|\s*(?:#|$)))",
        head=_FILE,
    ),
    _row(
        "mypy",
        "mypy: ignore-errors",
        _TYPES,
        r"^# mypy:\s+ignore[-_]errors(?:\s*=\s*(?i:true|1|yes))?\s*$",
        None,
        _FILE,
        first_column=True,
    ),
    _row(
        "mypy",
        "mypy: disable-error-code",
        _TYPES,
        r"^# mypy:\s+disable[-_]error[-_]code\s*=\s*[\"']?(?P<codes>[\w\-, ]+)",
        None,
        _FILE,
        first_column=True,
    ),
    _row(
        "mypy",
        "mypy: (inline configuration)",
        _TYPES,
        r"^# mypy:\s+(?P<codes>(?:no|allow|implicit)[-_][\w-]+"
        r"|(?:disallow|check|strict|warn)[\w-]*\s*=\s*(?i:false|0|no)|follow[-_]imports\s*=\s*(?:skip|silent)|ignore[-_]missing[-_]imports)",
        None,
        _FILE,
        first_column=True,
    ),
    _row("pyright", "pyright: ignore", _TYPES, rf"#\s*pyright:\s*ignore(?:{_BRACKETS}|(?=\s|$))"),
    _row("pyright", "pyright: basic", _TYPES, r"^#\s*pyright:\s*(?:basic|off)\b", None, _FILE),
    _row(
        "pyright",
        "pyright: report...=false",
        _TYPES,
        r"^#\s*pyright:.*?(?P<codes>report\w+)\s*=\s*(?:false|none|information|warning)\b",
        None,
        _FILE,
    ),
    _row("ty", "ty: ignore", _TYPES, rf"#\s*ty\s*:\s*ignore(?:{_BRACKETS}|(?=\s|#|$))", _LINE, _NEXT, head=_FILE),
    _row("pyrefly", "pyrefly: ignore", _TYPES, rf"#\s*pyrefly:\s*ignore(?:{_BRACKETS}|(?=\s|#|$))", _LINE, _NEXT),
    _row("pyrefly", "pyrefly: ignore-errors", _TYPES, r"^#\s*pyrefly:\s*ignore-errors\b", None, _FILE),
    _row("pyre", "pyre-ignore", _TYPES, rf"#\s*pyre-(?:ignore|fixme)(?:{_BRACKETS}|(?![\w-]))", _LINE, _NEXT),
    _row("pyre", "pyre-ignore-all-errors", _TYPES, rf"#\s*pyre-ignore-all-errors(?:{_BRACKETS})?", None, _FILE),
    _row("pyre", "pyre-unsafe", _TYPES, r"#\s*pyre-(?:unsafe|do-not-check)\b", None, _FILE),
    _row("pytype", "pytype: disable", _TYPES, rf"#\s*pytype:\s*disable\s*=\s*{_LIST}", _LINE, _RANGE),
    _row("pytype", "pytype: skip-file", _TYPES, r"#\s*pytype:\s*skip-file\b", _FILE, _FILE),
    _row(
        "static analysis",
        "static analysis: ignore",
        _TYPES,
        rf"#\s*static analysis:\s*ignore(?:{_BRACKETS})?",
        _LINE,
        _NEXT,
    ),
    # Security.
    _row(
        "bandit",
        "nosec",
        _SECURITY,
        r"#\s*nosec(?::?[\s\[]*(?P<codes>B\d{3}(?:[,\s]+B\d{3})*|[a-z\d]+(?:_[a-z\d]+)+))?",
    ),
    _row(
        "semgrep",
        "nosemgrep",
        _SECURITY,
        r"(?i:[:#/]\s*\snosem(?:grep)?\b)(?:[:=]\s?(?P<codes>[^,\s#]+(?:\s*,\s*[^,\s#]+)*))?",
        _LINE,
        _NEXT,
    ),
    _row(
        "detect-secrets",
        "pragma: allowlist secret",
        _SECURITY,
        r"(?i:#\s*pragma:\s?(?:allow|white)list[ -](?:nextline[ -])?secret)",
        _LINE,
        _NEXT,
    ),
    _row("gitleaks", "gitleaks:allow", _SECURITY, r"\bgitleaks:allow\b"),
    _row("checkov", "checkov:skip", _SECURITY, r"\bcheckov:skip=(?P<codes>\w+)", _LINE, _NEXT),
    _row("CodeQL", "lgtm", _SECURITY, r"#\s*lgtm(?:\s*\[(?P<codes>[^\]]*)\]|(?=\s|$))"),
    _row("CodeQL", "codeql", _SECURITY, r"#\s*codeql\s*\[(?P<codes>[^\]]*)\]", _LINE, _NEXT),
    # Coverage and mutation testing: searched by their tools in the line's text.
    _row(
        "coverage",
        "pragma: no cover",
        _COVERAGE,
        r"#\s*(?:pragma|PRAGMA)[:\s]?\s*(?:no|NO)\s*(?:cover|COVER)(?i:age)?",
        _BLOCK,
        _LINE,
    ),
    _row(
        "coverage",
        "pragma: no branch",
        _COVERAGE,
        r"#\s*(?:pragma|PRAGMA)[:\s]?\s*(?:no|NO)\s*(?:branch|BRANCH)",
        _LINE,
        _LINE,
    ),
    _row(
        "mutmut",
        "pragma: no mutate",
        _MUTATION,
        r"#.*?\bpragma:\s*no mutate\b(?:\s*:?\s*(?P<codes>block|start|class|function))?",
        _LINE,
        _NEXT,
    ),
    # Linters of other houses.
    _row("PyCharm", "noinspection", _LINT, r"#\s*noinspection\s+(?P<codes>\w+(?:\s*,\s*\w+)*)", _LINE, _NEXT),
    _row("SonarQube", "NOSONAR", _LINT, r"\bNOSONAR\b(?:\s*\((?P<codes>[^)]*)\))?"),
    _row("DeepSource", "skipcq", _LINT, r"#\s*skipcq(?::\s*(?P<codes>[\w-]+(?:\s*,\s*[\w-]+)*))?", _LINE, _NEXT),
    _row(
        "Fixit", "lint-ignore", _LINT, r"#\s*lint-(?:ignore|fixme)(?::\s*(?P<codes>\w+(?:\s*,\s*\w+)*))?", _LINE, _NEXT
    ),
    _row(
        "Sourcery",
        "sourcery skip",
        _LINT,
        r"#\s*sourcery skip(?::\s*(?P<codes>[\w-]+(?:\s*,\s*[\w-]+)*))?",
        _LINE,
        _BLOCK,
    ),
    # Formatters and import sorters.
    _row("black, ruff", "fmt: skip", _FORMAT, r"#\s*fmt:\s*skip\b"),
    _row("black, ruff", "fmt: off", _FORMAT, r"^#\s*fmt:\s*off\b", None, _RANGE),
    _row("yapf", "yapf: disable", _FORMAT, r"#.*\byapf:\s*disable\b", _LINE, _RANGE),
    _row("isort", "isort: skip_file", _FORMAT, r"#\s*(?:ruff\s*:\s*)?isort:\s*skip_file\b", _FILE, _FILE),
    _row("isort", "isort: skip", _FORMAT, r"#\s*(?:ruff\s*:\s*)?isort:\s*skip\b(?!_)", _LINE, _NEXT),
    _row("isort", "isort: off", _FORMAT, r"^#\s*(?:ruff\s*:\s*)?isort:\s*off\b", None, _RANGE),
    _row("autopep8", "autopep8: off", _FORMAT, r"#\s*autopep8:\s*off\b", None, _RANGE),
    _row("autoflake", "autoflake: skip_file", _FORMAT, r"#\s*autoflake:\s*skip_file\b", _FILE, _FILE),
    _row("codespell", "codespell:ignore", _FORMAT, r"#\s*codespell:\s*ignore\b(?:\s*(?P<codes>[\w,-]+))?"),
)
"""Every directive that some checker takes, as that checker takes it."""

LOOK_ALIKES: tuple[tuple[str, Silences, re.Pattern[str]], ...] = (
    ("noqa", _LINT, regex(r"(?i)#[\s:!]*noqa")),
    ("ruff: noqa", _LINT, regex(r"(?i)#\s*ruff\W{0,3}(?:noqa|ignore|disable\b|file-ignore)")),
    ("flake8: noqa", _LINT, regex(r"(?i)#\s*flake8\W{1,3}noqa")),
    ("pylint: disable", _LINT, regex(r"(?i)#\s*pylint\s*:\s*(?:disable|skip)")),
    ("type: ignore", _TYPES, regex(r"(?i)#\s*type\s*:\s*ignore")),
    ("mypy: ignore", _TYPES, regex(r"(?i)#\s*mypy\s*:\s*(?:ignore|disable)")),
    (
        "pyright: ignore",
        _TYPES,
        regex(r"(?i)#\s*pyright\s*:\s*(?:ignore|basic|off\b|report\w+\s*=\s*(?:false|none))"),
    ),
    ("ty: ignore", _TYPES, regex(r"(?i)#\s*ty\s*:\s*ignore")),
    ("nosec", _SECURITY, regex(r"(?i)#\s*nosec\b")),
    ("nosemgrep", _SECURITY, regex(r"(?i)#\s*nosem(?:grep)?\b")),
    ("pragma: no cover", _COVERAGE, regex(r"(?i)#\s*pragma\W*no[\s_-]*cover")),
    ("pragma: no branch", _COVERAGE, regex(r"(?i)#\s*pragma\W*no[\s_-]*branch")),
    ("lint: skip", _LINT, regex(r"(?i)#\s*lint\s*:\s*(?:skip|disable|ignore|off)\b")),
)
"""What a reader takes for a directive, and no checker does: tried where no row of TABLE took the same directive."""

_MARK_WORDS = (
    *("noqa", "nopep8", "ignore", "disable", "skip", "pragma", "nosec", "nosem", "secret", "gitleaks", "checkov"),
    *("lgtm", "codeql", "noinspection", "nosonar", "mypy", "pyright", "pyre", "lint-fixme", "fmt:", "isort"),
)
_OFF = "off"
_SWITCHED_OFF = rf":\s*{_OFF}\b"
_SWITCHED = regex(_SWITCHED_OFF)
_BYTES_WORDS = tuple(word.encode() for word in _MARK_WORDS)
_SWITCHED_BYTES = regex(_SWITCHED_OFF.encode())
MARK = regex(rf"(?i:{'|'.join(_MARK_WORDS)}|{_SWITCHED_OFF})")
"""What every comment with a directive holds: a cheap first look."""

_MAYBE_COMMENT = regex(b"#[^\n]*")

_TWINS = str.maketrans(
    {
        "\u0430": "a",
        "\u0435": "e",
        "\u043e": "o",
        "\u0440": "p",
        "\u0441": "c",
        "\u0443": "y",
        "\u0445": "x",
        "\u0456": "i",
        "\u0455": "s",
        "\u0458": "j",
        "\u04bb": "h",
        "\u0501": "d",
        "\u051b": "q",
        "\u051d": "w",
        "\u0261": "g",
        "\u03bf": "o",
        "\u03bd": "v",
        "\u03b1": "a",
        "\u0578": "n",
        "\u057d": "u",
        "\u0131": "i",
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\u2060": None,
        "\ufeff": None,
        "\u00ad": None,
    }
)


def folded(text: str) -> str:
    """`text` as a reader sees it: letters of other scripts that look like Latin ones replaced, unseen ones dropped."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_TWINS)


def is_marked(text: str) -> bool:
    """Whether MARK stands in a folded text. To look for words is far cheaper than the pattern."""
    if not text.isascii():
        return MARK.search(text) is not None
    lowered = text.lower()
    return any(map(lowered.__contains__, _MARK_WORDS)) or (_OFF in lowered and _SWITCHED.search(lowered) is not None)


def may_be_marked(content: bytes) -> bool:
    """The same of the bytes of a whole file: whether MARK stands in what may be a comment."""
    comments = b"\n".join(_MAYBE_COMMENT.findall(content))
    lowered = comments.lower()
    return any(map(lowered.__contains__, _BYTES_WORDS)) or _SWITCHED_BYTES.search(lowered) is not None


def searched(directive: str, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Where a directive's pattern stands in a comment. Its first word is looked for before it is even compiled."""
    if text.isascii() and _first_word(directive) not in text.lower():
        return None
    return pattern.search(text)


@cache
def _first_word(directive: str) -> str:
    """What stands in every spelling of a directive."""
    word = re.split(r"\W", directive.lower(), maxsplit=1)[0]
    return word.removesuffix("grep")  # of nosemgrep some write half
