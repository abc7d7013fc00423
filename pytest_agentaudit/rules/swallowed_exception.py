"""The rule swallowed-exception."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import DEFAULT_HANDLER, DROPPED_RESULTS, SILENT, SILENT_HANDLER
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.reached import enclosing_pair
from pytest_agentaudit.facts.silencing import Silences
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

if TYPE_CHECKING:
    from pytest_agentaudit.facts.answer_matching import names_of
    from pytest_agentaudit.facts.error_demands import ErrorDemands, LostDemand
else:
    names_of = later("pytest_agentaudit.facts.answer_matching", "names_of")
    ErrorDemands = later("pytest_agentaudit.facts.error_demands", "ErrorDemands")

_ALIKE = 0.5
"""The share of names that two `try` suites have in common before they are taken for the same."""

_OF_CHECKERS = frozenset({Silences.LINT, Silences.SECURITY})
_LOAD = "def load(path):\n    return open(path).read()\n"
_SILENT = "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        pass\n"
_DEFAULT = _SILENT.replace("pass", "return {}")
_TEST = (
    "import pytest\nfrom shop.load import load\n\n\ndef test_missing():\n    with pytest.raises(FileNotFoundError):\n"
    '        load("nowhere")\n'
)


def _example(title: str, after: str, *expect: str, before: str = _LOAD) -> Example:
    return Example(title, before={"shop/load.py": before}, after={"shop/load.py": after}, expect=expect)


_MAIL = (
    "class Mail:\n    def send(self, address):\n        return check(address)\n\n    def _token(self):\n"
    "        return open(self.path).read()\n"
)
_TRIED = "        try:\n            return open(self.path).read()\n        except Exception:\n            return None"
_TEST_OF_MAIL = (
    "import pytest\nfrom shop.load import Mail\n\n\ndef test_address():\n    mail = Mail()\n"
    "    with pytest.raises(ValueError):\n        mail.send('')\n"
)


class SwallowedException(Rule):
    """A new handler catches any exception and drops it.

    It does nothing (`pass`, `continue`, `return None`, `contextlib.suppress`), or answers with a written-out value and
    says nothing of what was raised; or the results of `asyncio.gather(return_exceptions=True)` are not looked at.
    Narrow handlers, those that log, use or re-raise the exception, clean-up and optional imports are silent.

    Level: error where a suppression quiets the checker that would have said so and no comment says why (warning for a
    default in new code), or where the same change takes away the test that demanded the exception; note where a
    comment says why, around probes, telemetry and the tries of one thing after another, and for a default in new code;
    warning otherwise.

    Why: a failure that nobody hears of is found by a customer, far from its cause.
    Fix: catch the exceptions that can be expected here, or log the exception.
    Not a fix: a comment, or `contextlib.suppress(Exception)` instead.
    """

    name = "swallowed-exception"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = (
        _example("a broad handler that passes", _SILENT, "shop/load.py:4 warning"),
        _example("a bare one", _SILENT.replace("except Exception", "except"), "shop/load.py:4 warning"),
        _example(
            "the linter was quieted as well",
            _SILENT.replace("Exception:", "Exception:  # noqa: BLE001"),
            "shop/load.py:4 error",
        ),
        _example(
            "the linter was quieted, and new code answers that it failed",
            "\n\ndef put(box, name, value):\n    if name in box.parts:\n        try:\n"
            "            setattr(box, name, value)\n        except Exception:  # noqa: BLE001\n"
            "            return False\n    return True\n",
            "shop/load.py:7 warning",
        ),
        _example(
            "the linter was quieted, and a comment says why",
            _SILENT.replace("Exception:", "Exception:  # noqa: BLE001").replace("pass", "pass  # only a cache"),
            "shop/load.py:4 warning",
        ),
        _example(
            "in other words",
            "from contextlib import suppress\n\n\ndef load(path):\n    with suppress(Exception):\n"
            "        return open(path).read()\n",
            "shop/load.py:5 warning",
        ),
        _example("callers used to see the error, and get a default now", _DEFAULT, "shop/load.py:4 warning"),
        _example(
            "a narrow handler was widened",
            _SILENT,
            "shop/load.py:4 warning",
            before=_SILENT.replace("Exception", "FileNotFoundError"),
        ),
        Example(
            "and the test that demanded the error went",
            before={"shop/load.py": _LOAD, "tests/test_load.py": _TEST},
            after={
                "shop/load.py": _DEFAULT,
                "tests/test_load.py": "from shop.load import load\n\n\ndef test_missing():\n"
                '    assert load("nowhere") == {}\n',
            },
            expect=("shop/load.py:4 error",),
        ),
        Example(
            "the test whose demand went is of another method",
            before={"shop/load.py": _MAIL, "tests/test_load.py": _TEST_OF_MAIL},
            after={
                "shop/load.py": _MAIL.replace("        return open(self.path).read()", _TRIED),
                "tests/test_load.py": _TEST_OF_MAIL.replace(
                    "    with pytest.raises(ValueError):\n        mail.send('')\n",
                    "    assert mail.send('') == 'no address'\n",
                ),
            },
            expect=("shop/load.py:8 warning",),
        ),
        _example(
            "failures of several tasks are dropped",
            "import asyncio\n\n\nasync def load(paths):\n"
            "    await asyncio.gather(*map(fetch, paths), return_exceptions=True)\n",
            "shop/load.py:5 warning",
        ),
        _example("a comment says why", _SILENT.replace("pass", "pass  # a broken cache is as good as none")),
        _example(
            "what the function is for says so",
            _SILENT.replace("(path):\n", '(path):\n    """The text. Returns ``None`` on a read error."""\n', 1).replace(
                "pass", "return None"
            ),
        ),
        _example("a narrow one", _SILENT.replace("Exception", "FileNotFoundError")),
        _example("it logs", _SILENT.replace("pass", "log.exception('unreadable: %s', path)")),
        _example(
            "it answers with what was raised",
            _SILENT.replace("Exception:", "Exception as error:").replace("pass", "return Failure(error)"),
        ),
        _example(
            "clean-up",
            _LOAD + "\n\nclass Box:\n    def close(self):\n        try:\n            self.lid.turn()\n"
            "        except Exception:\n            pass\n\n    def __del__(self):\n        try:\n"
            "            self.close()\n        except Exception:\n            pass\n",
        ),
        _example(
            "clean-up elsewhere",
            _LOAD
            + "\n\ndef swap(box):\n    try:\n        box.connection.close()\n    except Exception:\n        pass\n"
            "    box.connection = None\n",
        ),
        _example(
            "an optional import",
            "try:\n    import ujson\nexcept Exception:\n    ujson = None\n\n\n" + _LOAD,
        ),
        _example(
            "telemetry and probes",
            _LOAD + "\n\ndef sell(item):\n    try:\n        telemetry.record(item)\n    except Exception:\n"
            "        pass\n    return item\n\n\ndef has_title(book):\n    try:\n        return bool(book.meta.title)\n"
            "    except Exception:\n        return False\n",
        ),
        _example(
            "tasks that were called off",
            "import asyncio\n\n\nasync def load(tasks):\n    for task in tasks:\n        task.cancel()\n"
            "    await asyncio.gather(*tasks, return_exceptions=True)\n",
        ),
        _example(
            "what is read only for the message of an error that follows",
            _LOAD + "\n\ndef fetch(answer):\n    if answer.status != 200:\n        body = {}\n        try:\n"
            "            body = answer.read_body()\n        except Exception:\n            pass\n"
            "        raise FetchError(body.get('error'))\n    return answer.text\n",
        ),
        _example(
            "a comment in the suite that is protected",
            "from contextlib import suppress\n\n\ndef load(path):\n    with suppress(Exception):\n"
            "        # A shelf without its label is as good as one with it.\n        path.shelf.turn()\n"
            "    return path\n",
        ),
        _example(
            "the next of several is tried",
            "def load(paths):\n    text = None\n    for path in paths:\n        try:\n"
            "            text = open(path).read()\n            break\n        except Exception:\n"
            "            continue\n    return text\n",
        ),
        _example(
            "one of several tries, the last of which raises",
            "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        pass\n"
            "    raise LookupError(path)\n",
        ),
        _example(
            "what follows the `try` answers",
            "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        pass\n"
            "    return default_of(path)\n",
        ),
        _example(
            "`suppress` in a handler that raises again",
            "from contextlib import suppress\n\n\ndef load(path):\n    try:\n        return read_of(path)\n"
            "    except ValueError:\n        with suppress(Exception):\n            path.turn(back=True)\n"
            "        raise\n",
        ),
        _example(
            "the same with `suppress`",
            "from contextlib import suppress\n\n\ndef load(path):\n    if path.is_new:\n"
            "        with suppress(Exception):\n            return read_of(path)\n    return default_of(path)\n",
        ),
        _example(
            "it begins with an import that every Python has",
            "def load(path):\n    limit = 20\n    try:\n        from urllib.parse import parse_qs\n"
            "        limit = path.limit_of(parse_qs(path.query))\n    except Exception:\n        pass\n"
            "    return limit\n",
            "shop/load.py:6 warning",
        ),
        _example(
            "two that are alike, and the first one is new",
            "def load(path):\n    try:\n        path.mark()\n    except Exception:\n        pass\n    path.turn()\n"
            "    try:\n        path.mark()\n    except Exception:\n        pass\n    return path\n",
            "shop/load.py:4 warning",
            before="def load(path):\n    path.turn()\n"
            "    try:\n        path.mark()\n    except Exception:\n        pass\n    return path\n",
        ),
        _example(
            "callers used to see the error, and what follows the `try` answers now",
            _SILENT + "    return {}\n",
            "shop/load.py:4 warning",
        ),
        _example(
            "its docstring says that failures do not count",
            'import contextlib\n\n\ndef load(path):\n    """Leave a mark. Failures are ignored: it is tried again.'
            '"""\n    with contextlib.suppress(Exception):\n        mark = mark_of(path)\n        mark.write(\'1\')\n',
            "shop/load.py:6 note",
        ),
        Example(
            "in a folder of code that only watches",
            before={"shop/_analytics/marks.py": _LOAD},
            after={"shop/_analytics/marks.py": _SILENT},
            expect=("shop/_analytics/marks.py:4 note",),
        ),
        Example(
            "it moved, and was edited on the way",
            before={
                "shop/load.py": "class Shelf:\n    def put(self, book):\n        try:\n            kind = hints(book)\n"
                "            self.kinds = kind.names\n        except Exception:\n            kind = None\n"
                "        self.kind = kind\n",
                "shop/other.py": "A = 1\n",
            },
            after={
                "shop/load.py": "class Shelf:\n    def put(self, book):\n        self.kind = kind_of(book)\n",
                "shop/other.py": "def kind_of(book):\n    kind = None\n    try:\n        kind = hints(book).names\n"
                "    except Exception:\n        pass\n    return kind\n",
            },
        ),
        Example(
            "it only moved",
            before={"shop/load.py": _SILENT, "shop/other.py": "A = 1\n"},
            after={"shop/load.py": "B = 1\n", "shop/other.py": "A = 1\n\n\n" + _SILENT},
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for the handlers of a function that are alike."""
        demands = ErrorDemands(audit.delta)
        gone = [it for file in audit.files(FileRole.PRODUCT) for it in file.lost_ones(SILENT_HANDLER, DEFAULT_HANDLER)]
        for file in audit.files(FileRole.PRODUCT):
            hushed = [it for it in file.added_suppressions if it.silences in _OF_CHECKERS]
            quieted = {it.line for it in hushed if not it.reason}
            alike: dict[tuple[str, Level, str], list[Finding]] = defaultdict(list)
            for it in file.new_ones(SILENT_HANDLER, DEFAULT_HANDLER, DROPPED_RESULTS):
                if it.details["excuse"] not in SILENT and not _took_place_of_one(it, gone):
                    is_quieted = not quieted.isdisjoint(range(it.line, it.end_line + 1))
                    lost = demands.of(_named_by_tests(audit, it.symbol))
                    found = self._handler(audit, file, it, lost, is_quieted=is_quieted)
                    alike[it.symbol, found.level, found.message].append(found)
            for first, *more in alike.values():
                yield replace(first, related=(*first.related, *(it.location for it in more)))

    def _handler(
        self, audit: Audit, file: FileDelta, it: Occurrence, lost: LostDemand | None, *, is_quieted: bool
    ) -> Finding:
        """What to say of one handler."""
        pair = enclosing_pair(audit.delta, file.path, it.symbol)
        is_old = pair is not None and pair.old is not None
        level = self.level
        is_new_default = it.kind == DEFAULT_HANDLER and not (is_old and it.details["whole"])
        if it.details["comment"] or it.details["excuse"] or is_new_default:
            level = Level.NOTE
        if is_quieted or lost:
            is_sure = lost or not (it.details["comment"] or is_new_default)
            level = Level.ERROR if is_sure else self.level
        return self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            _said(file, it) + (f" In the same change {lost.words}." if lost else ""),
            level=level,
            fix="catch the exceptions that can be expected here, or log the exception",
            not_a_fix="a comment; `contextlib.suppress` instead",
            related=(Location(lost.path, lost.test.line, lost.test.end_line, lost.test.qualified_name),)
            if lost and lost.new is None
            else (),
        )


def _named_by_tests(audit: Audit, symbol: str) -> frozenset[str]:
    """The names by which a test reaches a function: its own or, of a special method, its class's, and those of what
    calls it.
    """
    *owners, name = symbol.split(".")
    return frozenset({name, *audit.delta.callers.get(name, ())}) - set(owners) | names_of(symbol)


def _took_place_of_one(it: Occurrence, gone: Sequence[Occurrence]) -> bool:
    """Whether a handler that is gone stood around mostly the same: it moved, and was edited on the way."""
    names = set(it.details.get("tries", "").split())
    for other in gone:
        before = set(other.details.get("tries", "").split())
        if len(names & before) > _ALIKE * len(names | before):
            return True
    return False


def _said(file: FileDelta, it: Occurrence) -> str:
    where = f"`{it.symbol or file.path}`"
    if it.kind == DROPPED_RESULTS:
        return f"{where} gathers exceptions among the results and looks at none of them."
    caught = f"`{it.details['caught']}`" if it.details["caught"] else "whatever is raised"
    if it.kind == DEFAULT_HANDLER:
        return f"{where} catches {caught} and answers `{it.details['answer']}` without a word."
    return f"{where} catches {caught} and drops it."
