"""The rule added-suppression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.hides import Hidden, told
from pytest_agentaudit.facts.model import CodeKind, Silences, Suppression
from pytest_agentaudit.model import Family, Finding, Level
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.quieting import (
    CHECKS,
    OFTEN,
    SILENT,
    House,
    habit,
    is_blanket,
    is_grave,
    is_wide,
    keys_of,
    locations,
    of_access,
    of_foreign_types,
    source,
    spelled,
)

_FIXES = {
    Silences.LINT: "change the code so that the checker is content; if it is wrong here, name the code and the reason "
    "in the comment",
    Silences.TYPES: "narrow or annotate the type; if the checker is wrong here, name the error code and the reason in "
    "the comment",
    Silences.SECURITY: "use the safe construct; if there is no risk here, name the test and say why in the comment",
    Silences.COVERAGE: "add a test that runs the line, and remove the comment",
    Silences.MUTATION: "add an assertion that notices the mutant, or say why none can",
    Silences.FORMAT: "let the formatter have the lines, or say what its layout would lose",
}
_LONG_LINES = frozenset({"E501", "W505"})

_HANDLER_FIX = "catch the narrow type and handle, log or re-raise it"

_SWALLOW = """
def load(path):
    try:
        return open(path).read()
    except Exception:{comment}
        pass
"""
_CODED_HOUSE = "import os  # noqa: F401\nimport sys  # noqa: F401\n"
_BARE_HOUSE = "import os  # noqa\nimport sys  # noqa\n"
_TOLD_HOUSE = "class Area:\n    # Nobody may hash an area.\n    __hash__ = None  # type: ignore\n"
_LONG = "def area(width, height):\n    return width * height{comment}\n"


def _example(title: str, before: str, after: str, *expect: str, house: str = "", path: str = "shop/io.py") -> Example:
    """An example with one changed file, and one that shows the house's habit."""
    around = {"shop/__init__.py": "", "shop/house.py": house}
    return Example(title, before={**around, path: before}, after={**around, path: after}, expect=expect)


class _Grade(Struct, frozen=True):
    """A level and the fact that it rests on: a clause that follows the directive and its code."""

    level: Level
    because: str


class AddedSuppression(Rule):
    """A checker was told to be quiet about one place.

    Suppressions are counted over the whole change: one that moved with its code, was reformatted or became narrower
    was not added. Coverage pragmas are excluded-coverage's, file-wide directives file-suppression's.

    Level: error for a bare suppression in product code (warning where the base's own mostly name no code), and for
    one that hides a security or broad-except diagnostic on a handler that drops the exception, or on code whose
    work is to refuse; warning where the base gives reasons and this one has none, or the same type error is
    silenced again and again; note for the rest, and where the house's types are bare and the file has no more of
    them than it had. A code and a reason together are no finding, nor is a coded suppression in a test.

    Why: the diagnostic is still true, nobody sees it any more, and a later defect of the same kind is hidden too.
    Fix: change the code so that the checker is content; where the checker is wrong, write the code and the reason.
    Not a fix: moving the comment; another checker's spelling; a reason that only repeats the code's name.
    """

    name = "added-suppression"
    family = Family.SUPPRESSIONS
    level = Level.ERROR
    examples = (
        _example(
            "a silent handler",
            _SWALLOW.format(comment="\n        raise"),
            _SWALLOW.format(comment="  # noqa: S110"),
            "shop/io.py:5 error",
        ),
        _example(
            "bare, where the house names codes",
            _LONG.format(comment=""),
            _LONG.format(comment="  # noqa"),
            "shop/io.py:2 error",
            house=_CODED_HOUSE,
        ),
        _example(
            "bare, as the house does",
            _LONG.format(comment=""),
            _LONG.format(comment="  # noqa"),
            "shop/io.py:2 warning",
            house=_BARE_HOUSE,
        ),
        _example(
            "bare, as the house does, which tells its reasons in prose",
            _LONG.format(comment=""),
            _LONG.format(comment="  # type: ignore"),
            "shop/io.py:2 warning",
            house=_TOLD_HOUSE,
        ),
        _example(
            "bare, as the file does, where the house names codes",
            "a = area(1)  # noqa\nb = area(2)  # noqa\nc = area(3)  # noqa\n",
            "a = area(1)  # noqa\nb = area(2)  # noqa\nc = area(3)  # noqa\nd = size(c, 4)  # noqa\n",
            "shop/io.py:4 warning",
            house=_CODED_HOUSE + _CODED_HOUSE,
        ),
        _example(
            "bare, as the house does, on code that the file silences already",
            "def area(box):\n    return box.area(1)  # type: ignore\n",
            "def area(box):\n    return box.area(1)  # type: ignore\n\n\ndef twice(box):\n    note(box)\n"
            "    return box.area(1)  # type: ignore\n",
            house=_TOLD_HOUSE,
        ),
        _example(
            "a function written anew, which needs fewer of them",
            "def area(box):\n    if 'a' in names(box.shape):  # type: ignore\n        return 1\n"
            "    return len(sizes(box.shape))  # type: ignore\n",
            "def area(box):\n    hints = types_of(box.form)  # type: ignore\n    return 1 if 'a' in hints else 2\n",
            house=_TOLD_HOUSE,
        ),
        Example(
            "moved to another file, where its function became private",
            before={
                "shop/house.py": _CODED_HOUSE.replace("noqa: F401", "type: ignore[import]"),
                "shop/io.py": "def read(line):\n    content = content_of(line)  # type: ignore\n    return content\n",
                "shop/new.py": "",
            },
            after={
                "shop/house.py": _CODED_HOUSE.replace("noqa: F401", "type: ignore[import]"),
                "shop/io.py": "",
                "shop/new.py": "def take(line):\n    content = _content_of(line)  # type: ignore\n    yield content\n",
            },
        ),
        _example(
            "a code without a reason, where the house names codes and reasons",
            _LONG.format(comment=""),
            _LONG.format(comment="  # type: ignore[operator]"),
            "shop/io.py:2 warning",
            house=(_TOLD_HOUSE + _TOLD_HOUSE.replace("Area", "Line")).replace("ignore", "ignore[assignment]"),
        ),
        _example(
            "a code, where the house names none and only says what a line is for",
            _LONG.format(comment=""),
            _LONG.format(comment="  # type: ignore[operator]"),
            "shop/io.py:2 note",
            house=_TOLD_HOUSE,
        ),
        _example(
            "bare, in flake8's and ruff's stranger spellings",
            "import os\nimport re\nimport sys\nimport abc\n",
            "import os  #noqa\nimport re  #  NoQA\nimport sys  # why # noqa\nimport abc  # noqa\xa0E401\n",
            "shop/io.py:1 error",
        ),
        _example(
            "one removed here, one added there: the count is the same",
            "import os  # noqa: F401\nimport sys\n\nx = eval('1')  # noqa\ny = exec('2')\n",
            "import os  # noqa: F401\nimport sys\n\nx = eval('1')\ny = exec('2')  # noqa\n",
            "shop/io.py:5 error",
        ),
        _example(
            "a code was dropped: it hides more than before",
            _LONG.format(comment="  # noqa: E501"),
            _LONG.format(comment="  # noqa"),
            "shop/io.py:2 error",
        ),
        _example(
            "the same type error again and again",
            "def show(result):\n    return None\n",
            "def show(result):\n"
            "    a = result.root.a  # type: ignore[union-attr]\n"
            "    b = result.root.b  # type: ignore[union-attr]\n"
            "    return a, b, result.root.c  # type: ignore[union-attr]\n",
            "shop/io.py:2 warning",
        ),
        _example(
            "it only looks like a suppression",
            _LONG.format(comment=""),
            _LONG.format(comment="  # noq\u0430: E501"),
            "shop/io.py:2 note",
        ),
        _example(
            "code and reason",
            _SWALLOW.format(comment="\n        raise"),
            _SWALLOW.format(comment="  # noqa: S110 - telemetry must never break the program"),
        ),
        _example(
            "moved to another place with its code",
            "import os  # noqa\n\n\ndef area(w):\n    return w\n",
            "def area(w):\n    return w\n\n\nimport os  # noqa\n",
        ),
        _example(
            "the same calls, asked of another object",
            "def pay(box):\n    if box:\n        return till_of(box).pay(  # type: ignore\n            box\n        )\n"
            "    return box.till().pay(  # type: ignore\n        None\n    )\n",
            "def pay(box):\n    if box:\n        return old_till.pay(  # type: ignore\n            box\n        )\n"
            "    return old_till.pay(  # type: ignore\n        None\n    )\n",
        ),
        _example(
            "the code under it was wrapped by a formatter",
            "x = compute(alpha, beta)  # type: ignore\n",
            "x = compute(  # type: ignore\n    alpha,\n    beta,\n)\n",
        ),
        _example("narrowed", "x = compute(1)  # type: ignore\n", "x = compute(1)  # type: ignore[arg-type]\n"),
        _example("in a string", "x = 1\n", "x = '''\ny = 1  # noqa\n'''\nz = f\"{x['# noqa']}\"\n"),
        _example(
            "a few of the house's many suppressions give reasons",
            _LONG.format(comment=""),
            _LONG.format(comment="  # type: ignore[operator]"),
            house="a = run(1)  # type: ignore[arg-type]  # the stub is wrong\n"
            "b = run(2)  # type: ignore[arg-type]  # the stub is wrong here too\n"
            "c = run(3)  # type: ignore[arg-type]\nd = run(4)  # type: ignore\n",
        ),
        _example(
            "the base has a single one, which gives a reason",
            _LONG.format(comment=""),
            _LONG.format(comment="  # type: ignore[operator]"),
            house="a = run(1)  # type: ignore[arg-type]  # the stub is wrong\n",
        ),
        _example(
            "the base's suppressions give reasons",
            _LONG.format(comment=""),
            _LONG.format(comment="  # type: ignore[operator]"),
            "shop/io.py:2 warning",
            house="a = run(1)  # type: ignore[arg-type]  # the stub is wrong\n"
            "b = run(2)  # type: ignore[arg-type]  # the stub is wrong here too\n",
        ),
        _example(
            "private names of the same house, once for each",
            "",
            "from shop.core import (\n"
            "    _order as _order,  # pyright: ignore[reportPrivateUsage]\n"
            "    _price as _price,  # pyright: ignore[reportPrivateUsage]\n"
            "    _total as _total,  # pyright: ignore[reportPrivateUsage]\n"
            ")\n",
        ),
        _example(
            "names that two versions of a package have in different places",
            "",
            "if VERSION >= 2:\n    from box.core import Lid  # type: ignore[attr-defined]\n"
            "    from box.core import Side  # type: ignore[attr-defined]\n"
            "    from box.types import Unset  # type: ignore[attr-defined]\n"
            "else:\n    from box import Lid, Side, Unset\n",
        ),
        _example(
            "one code for three things that have nothing in common",
            "def show(result):\n    return None\n",
            "def show(result):\n    a = box.lid()  # type: ignore[misc]\n    b = shelf.turn(1)  # type: ignore[misc]\n"
            "    return place.find(2)  # type: ignore[misc]\n",
        ),
        _example("a package without types", "x = 1\n", "import yaml  # type: ignore\n\nx = 1\n"),
        _example(
            "a version branch",
            "import sys\n",
            "import sys\n\nif sys.version_info >= (3, 14):\n    x = compute()  # type: ignore\n",
        ),
        _example(
            "in a test",
            "",
            "def test_a():\n    assert add('1') == 1  # type: ignore[arg-type]\n",
            path="tests/test_a.py",
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for equal suppressions of one file."""
        for file in audit.files(FileRole.PRODUCT, FileRole.SCRIPT, FileRole.CI, FileRole.TEST, FileRole.CONFTEST):
            fresh = [it for it in file.added_suppressions if not is_wide(it) and not _is_pragma(it)]
            equal = Counter((it.directive, it.codes) for it in fresh if not it.reason)
            alike = Counter(key for it in fresh if not it.reason for key in keys_of(it))
            groups: dict[tuple[str, tuple[str, ...], _Grade], list[Suppression]] = {}
            for it in fresh:
                often = equal[it.directive, it.codes] >= OFTEN and any(alike[key] > 1 for key in keys_of(it))
                grade = (
                    _product_grade(it, House(audit.delta.house, file), often=often)
                    if file.role is FileRole.PRODUCT
                    else _test_grade(it)
                )
                if grade:
                    grade = _known_grade(grade, audit.delta.hides.get((file.path, it)))
                    groups.setdefault((it.directive, it.codes, grade), []).append(it)
            for (_, _, grade), members in groups.items():
                hides = told(audit.delta.hides.get((file.path, it)) for it in members)
                yield self._found(file, grade, members, hides)

    def _found(self, file: FileDelta, grade: _Grade, members: list[Suppression], hides: str) -> Finding:
        first, *more = places = locations(file.path, members)
        fact = members[0]
        times = f", {len(places)} times in this file," if more else ""
        on = f" on `{fact.target}`" if fact.target and not more else ""
        return self.finding(
            first,
            f"{spelled(fact)}{on}{times} {grade.because}.",
            level=grade.level,
            evidence={"source": source(members), "read by": fact.checker, **({"hides": hides} if hides else {})},
            fix=_HANDLER_FIX if fact.on in SILENT else _FIXES[fact.silences],
            not_a_fix="moving the comment, or spelling it for another checker",
            related=tuple(more),
        )


def _known_grade(grade: _Grade, hidden: Hidden | None) -> _Grade:
    """The grade, or a note where the checker itself says that there is nothing to hide, or long lines alone."""
    if hidden is not None and hidden.nothing:
        return _Grade(Level.NOTE, f"hides nothing that {hidden.checker} would say")
    if hidden is not None and hidden.sure and all(it.code in _LONG_LINES for it in hidden.diagnostics):
        return _Grade(Level.NOTE, "hides a long line alone")
    return grade


def _is_pragma(suppression: Suppression) -> bool:
    """Whether excluded-coverage speaks of it."""
    return suppression.silences is Silences.COVERAGE and suppression.honoured


def _test_grade(suppression: Suppression) -> _Grade | None:
    """Tests and scripts hand wrong types on purpose and import what they do not use: only a blanket one is noted."""
    blanket = suppression.honoured and is_blanket(suppression) and not suppression.reason
    if blanket and suppression.silences is not Silences.FORMAT and not of_foreign_types(suppression):
        return _Grade(Level.NOTE, "hides whatever the checker finds there")
    return None


def _exports(path: str) -> bool:
    """Whether a module's imports are its interface."""
    return path.rpartition("/")[2] == "__init__.py"


def _product_grade(suppression: Suppression, house: House, *, often: bool) -> _Grade | None:
    """What a suppression in product code weighs; None where there is nothing to say."""
    if not suppression.honoured:
        return _Grade(Level.NOTE, "looks like a suppression, but no checker takes it as one here")
    if suppression.silences in {Silences.FORMAT, Silences.MUTATION}:
        return None if suppression.reason else _Grade(Level.NOTE, "keeps the tool away from the code")
    if of_foreign_types(suppression) or suppression.on is CodeKind.ENVIRONMENT:
        return None if suppression.reason else _Grade(Level.NOTE, "hides what the environment or a package lacks")
    if is_grave(suppression) and suppression.on in SILENT | CHECKS:
        return _grave_grade(suppression)
    if is_blanket(suppression):
        return _blanket_grade(suppression, house)
    return _coded_grade(suppression, house.ways, often=often)


def _grave_grade(suppression: Suppression) -> _Grade:
    told = Level.WARNING if is_blanket(suppression) else Level.NOTE
    level = told if suppression.reason else Level.ERROR
    if suppression.on in SILENT:
        return _Grade(level, "hides that the exception is dropped without a word")
    return _Grade(level, "hides a diagnostic on code whose work is to refuse bad input")


def _blanket_grade(suppression: Suppression, house: House) -> _Grade:
    bare = habit(house.ways, suppression, "bare") + habit(house.ways, suppression, "told")
    coded = habit(house.ways, suppression, "coded") + habit(house.ways, suppression, "reasoned")
    usual = bare > coded or house.is_bare_here(suppression)
    if suppression.reason:
        return _Grade(Level.NOTE if usual else Level.WARNING, "names no code: it hides every diagnostic of that line")
    if usual and suppression.silences is Silences.TYPES and house.repeats(suppression):
        return _Grade(Level.NOTE, "hides every diagnostic of that line, as the file did at base")
    if usual or (_exports(house.file.path) and suppression.on is CodeKind.IMPORT):
        return _Grade(Level.WARNING, "hides every diagnostic of that line, without a code or a reason")
    known = "the base names codes" if coded else "the base has none of this kind"
    return _Grade(Level.ERROR, f"hides every diagnostic of that line, without a code or a reason; {known}")


def _coded_grade(suppression: Suppression, house: Mapping[tuple[str, str], int], *, often: bool) -> _Grade | None:
    if suppression.reason:
        return None
    plain = habit(house, suppression, "coded") + habit(house, suppression, "bare")
    if habit(house, suppression, "reasoned") > plain + 1:  # one alone is no habit
        return _Grade(Level.WARNING, "gives no reason; the base's suppressions of this checker do")
    is_type = suppression.silences is Silences.TYPES and suppression.on is not CodeKind.IMPORT
    if often and is_type and not of_access(suppression):
        return _Grade(Level.WARNING, "hides the same type error instead of narrowing the type once")
    return _Grade(Level.NOTE, "gives no reason")
