"""The rule untested-change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_agentaudit.facts.accompanied import keeps_behaviour, measures, tests_came_along
from pytest_agentaudit.facts.changed import ChangedFunction, changed_functions
from pytest_agentaudit.facts.decisions import Decisions
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.facts.model import Definition, Line, LineKind
from pytest_agentaudit.facts.named import imported_by_new_tests, is_known
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Level,
    LineHits,
    Location,
    Needs,
    NotJudged,
    Outcome,
    TestOutcome,
)
from pytest_agentaudit.rules.base import Audit, Example, Rule

SEVERAL = 2
"""From how many statements on a change is more than a single line."""

SHOWN = 3
"""How many names a message lists."""

_CALLED_BY_TOOLS = frozenset({"alembic", "migrations", "versions"})  # folders whose functions no test calls by name
_TESTED = "tests/test_pricing.py"
_TEST = "from shop import pricing\n\n\ndef test_total():\n    assert pricing.total([1]) == 1\n"
_TOTAL = "def total(items):\n    return sum(items)\n"
_REFUND = """

def refund(order):
    paid = order.paid
    fee = paid / 10
    return paid - fee
"""
_BRANCH = """def total(items):
    if not items:
        print("nothing")
        return -1
    return sum(items)
"""
_HANDLER = """def total(items):
    try:
        return sum(items)
    except TypeError:
        return 0
"""
_GUARD = """def total(items):
    if items is None:
        raise ValueError("items")
    return sum(items)
"""


def _example(
    title: str,
    after: str,
    *expect: str,
    before: str = _TOTAL,
    hits: Mapping[int, tuple[int, ...]] | None = None,
    test: str = _TEST,
    partial: str = "",
) -> Example:
    """An example with one product file and one test file; without `hits` nothing was run."""
    outcome = TestOutcome(f"{_TESTED}::test_total", _TESTED, 4, "test_total", Outcome.PASSED)
    ran = {"shop/pricing.py": LineHits(hits or {}, at_import=(1,))}
    return Example(
        title,
        before={"shop/pricing.py": before, _TESTED: _TEST},
        after={"shop/pricing.py": after, _TESTED: test},
        expect=tuple(f"shop/pricing.py:{place}" for place in expect),
        evidence=None if hits is None else Evidence((outcome,), ran, tracer="coverage", partial=partial),
    )


class _Unrun(Struct, frozen=True):
    """What no test ran of a changed function. `whole` is true where the function is new and nothing of it was run."""

    function: ChangedFunction
    lines: tuple[Line, ...]
    level: Level
    message: str
    whole: bool = False


class UntestedChange(Rule):
    """No test runs what the change wrote.

    A statement counts as run when a test ran it inside a call, in its setup or call phase, whether the test passed or
    not; running a `def` by importing its module is not enough. Statements that only moved, and functions that behave as
    before (renamed, moved, typed, commented), are not asked for.

    Level: error for a whole function or a whole new branch with logic in it; warning for exception handlers, branches
    that only raise, and single lines; note for defensive code (`NotImplementedError`, abstract and overloaded
    functions, platform branches, `__repr__`, logging). Where nothing was run it is at most a warning, and only when no
    test names the changed function, nor anything that calls it, or when the change as a whole decides more than before
    and no test came along: in its files, in a submodule, by CI that runs more of them (a note where it says that it is
    about speed or shape alone).

    Why: code that no test runs can be wrong in any way and the suite stays green.
    Fix: add a test that calls the function, takes the new branch, and asserts what comes out.
    Not a fix: `pragma: no cover`, or a test that runs the lines and asserts nothing.
    """

    name = "untested-change"
    family = Family.STEPS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE})
    examples = (
        _example("a new function that no test runs", _TOTAL + _REFUND, "5 error", hits={}),
        _example("a new branch that no test takes", _BRANCH, "3 error", hits={2: (0,), 5: (0,)}),
        _example("a handler that no test reaches", _HANDLER, "5 warning", hits={3: (0,)}),
        _example("a guard that no test makes raise", _GUARD, "3 warning", hits={2: (0,), 4: (0,)}),
        _example(
            "an edited function that no test runs",
            _TOTAL + _REFUND.replace("/ 10", "* rate()").replace("- fee", "- fee - tip(fee)"),
            "7 error",
            before=_TOTAL + _REFUND,
            hits={},
        ),
        _example("nothing was run, and no test names the function", _TOTAL + _REFUND, "5 warning"),
        _example("nothing was run, and a new branch came without a test", _BRANCH, "1 warning"),
        _example(
            "nothing was run, and no test came with a new option",
            "def total(items, rates=None):\n    whole = sum(items)\n    if rates:\n"
            "        whole += sum(rate * whole for rate in rates)\n    return whole\n",
            "1 warning",
        ),
        _example("a representation", f'{_TOTAL}\n\nclass A:\n    def __repr__(self):\n        return "A()"\n', hits={}),
        _example("every new line is run", _TOTAL + _REFUND, hits={6: (0,), 7: (0,), 8: (0,)}),
        _example("a pure rename", _TOTAL.replace("total", "add"), hits={}),
        _example(
            "only typing and a docstring",
            'def total(items: list[int]) -> int:\n    """Add."""\n    return sum(items)\n',
            hits={},
        ),
        _example("a constant", "LIMIT = 3\n\n\n" + _TOTAL, hits={}),
        _example("not all tests were run", _TOTAL + _REFUND, hits={}, partial="-k"),
        _example(
            "nothing was run, and a test names it",
            _TOTAL + _REFUND,
            test=_TEST + "\n\ndef test_refund():\n    assert pricing.refund(3) == 1\n",
        ),
        _example(
            "nothing was run, and a tested function calls it",
            _TOTAL.replace("sum(items)", "_sum(items)")
            + "\n\ndef _sum(items):\n    result = 0\n    return result + len(items)\n",
        ),
        _example(
            "nothing was run, and a test came with the new branch",
            _BRANCH,
            test=_TEST + "\n\ndef test_nothing():\n    assert pricing.total([]) == -1\n",
        ),
        _example(
            "nothing was run, and one decision replaced another",
            "def total(items):\n    known = [it for it in items if it]\n    return sum(known)\n",
            before="def total(items):\n    whole = 0\n    for it in items:\n        if it:\n            whole += it\n"
            "    return whole\n",
        ),
        _example(
            "nothing was run, and a branch moved into a helper",
            _BRANCH.replace("total", "_checked")
            + "\n\ndef total(items):\n    found = _checked(items)\n    return found\n",
            before=_BRANCH,
        ),
        _example(
            "nothing was run, and what was added only speaks to type checkers, raises or logs",
            'def total(items):\n    assert items is not None\n    assert items != ""\n    if len(items) > 9:\n'
            '        raise ValueError("items")\n    if items:\n        logger.debug("%d", len(items))\n'
            "    return sum(items)\n",
        ),
        _example(
            "nothing was run, and the new branch is a platform's",
            _BRANCH.replace("not items", 'sys.platform == "win32"'),
        ),
        _example(
            "nothing was run, and a test names the tool that it registers",
            f"{_TOTAL}\n\ndef register(server):\n    limit = server.limit\n    prices = server.prices\n"
            "    @server.tool\n    def quote_price(order):\n        price = prices[order] * limit\n"
            "        return price + len(order)\n",
            test=_TEST + "\n\ndef test_tool(client):\n    assert client.call('quote_price', 'a') == 3\n",
        ),
        Example(
            "nothing was run, and the change says that it is about speed alone",
            before={"shop/pricing.py": _TOTAL, _TESTED: _TEST},
            after={"shop/pricing.py": _BRANCH, _TESTED: _TEST},
            expect=("shop/pricing.py:1 note",),
            messages=("perf: give no items a way of their own\n",),
        ),
        Example(
            "nothing was run, and CI runs tests under the new code",
            before={"shop/pricing.py": _TOTAL, _TESTED: _TEST, ".github/workflows/ci.yml": "on: push\n"},
            after={
                "shop/pricing.py": _BRANCH,
                _TESTED: _TEST,
                ".github/workflows/ci.yml": "on: push\njobs:\n  new:\n    steps:\n"
                "      - run: NEW=1 pytest tests/test_pricing.py\n",
            },
        ),
        Example(
            "nothing was run, and CI got another step",
            before={"shop/pricing.py": _TOTAL, _TESTED: _TEST, ".github/workflows/ci.yml": "on: push\n"},
            after={
                "shop/pricing.py": _BRANCH,
                _TESTED: _TEST,
                ".github/workflows/ci.yml": "on: push\njobs:\n  new:\n    steps:\n      - run: make wheel\n",
            },
            expect=("shop/pricing.py:1 warning",),
        ),
        Example(
            "nothing was run, and the code measures",
            before={"shop/pricing.py": _TOTAL, _TESTED: _TEST},
            after={"shop/pricing.py": _TOTAL, "shop/price_benchmark.py": _BRANCH + _REFUND, _TESTED: _TEST},
        ),
        _example(
            "nothing was run, and names lost the module before them",
            "from shop.rates import Rate\n\n\nclass Fee:\n    def __init__(self, full):\n        if full:\n"
            "            self.rate = Rate(1)\n        else:\n            self.rate = Rate(2)\n",
            before="import shop.rates\n\n\nclass Fee:\n    def __init__(self, full):\n        if full:\n"
            "            self.rate = shop.rates.Rate(1)\n        else:\n            self.rate = shop.rates.Rate(2)\n",
        ),
        Example(
            "nothing was run, and a package offers its users a test",
            before={"pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['tests']\n", "shop/kit/__init__.py": ""},
            after={
                "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['tests']\n",
                "shop/kit/__init__.py": "",
                "shop/kit/test_store.py": "def _kept(store):\n    store['a'] = 1\n    found = store['a']\n"
                "    return found\n\n\ndef test_keeps(store):\n    found = _kept(store) or filled(store)\n"
                "    if found != 1:\n        raise AssertionError(found)\n    return found\n",
                "shop/kit/_fixtures.py": "def filled(store):\n    store['b'] = 1\n    found = store['b']\n"
                "    return found\n",
            },
        ),
        _example(
            "nothing was run, and only a number changed", _TOTAL + _REFUND.replace("10", "12"), before=_TOTAL + _REFUND
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each function, or for a class of which nothing was run."""
        changed = list(changed_functions(audit.delta))
        if audit.evidence is None:
            yield from self.unproven(audit, changed)
            return
        for file, functions in changed:
            if functions:
                yield from self.unrun(audit.evidence, file, functions, judged=audit.whole is not None)

    def unrun(
        self, evidence: Evidence, file: FileDelta, functions: Sequence[ChangedFunction], *, judged: bool
    ) -> Iterator[Finding | NotJudged]:
        """What a run shows of one file. A module that was never imported is unmeasured-change's."""
        hits = evidence.hits.get(file.path)
        if judged and hits is None:
            return
        ran = frozenset(line for line, tests in hits.by_test.items() if tests) if hits else frozenset()
        found = [it for function in functions if (it := _judge(function, ran))]
        if found and not judged:
            reason = f"partial run: {evidence.partial}" if evidence.partial else evidence.tracer_problem
            yield NotJudged(reason or "the run did not watch lines", file.path, self.name)
            return
        count = len(evidence.tests)
        for definition, group in _grouped(found, ran):
            yield self.said(definition, group, f"none of the {count} tests of this run executed these lines")

    def said(self, definition: Definition, group: Sequence[_Unrun], proof: str) -> Finding:
        """One finding for a function, or for several that stand in the same new definition."""
        first = group[0]
        lines = [line for it in group for line in it.lines]
        message = first.message
        if len(group) > 1:
            several = f"none of its {len(group)} functions ({_ranges(lines)})"
            message = f"No test runs `{definition.qualified_name}`: {several}."
        start = definition.line if first.whole else lines[0].line
        return self.finding(
            Location(first.function.path, start, lines[-1].end_line, definition.qualified_name),
            message,
            level=min((it.level for it in group), key=lambda level: level.rank),
            evidence={"unrun": _ranges(lines), "proof": proof},
            fix=f"add a test that runs these lines of `{definition.bare_name}` and asserts what comes out",
            not_a_fix="`pragma: no cover`, or a test that runs them and asserts nothing",
        )

    def unproven(
        self, audit: Audit, changed: Sequence[tuple[FileDelta, Sequence[ChangedFunction]]]
    ) -> Iterator[Finding]:
        """What can be told where nothing was run: of each file by names, of the rest by what came along."""
        told: set[str] = set()
        for file, functions in changed:
            for finding in self.unnamed(audit.delta, file, functions):
                told.add(file.path)
                yield finding
        if not tests_came_along(audit.change):
            rest = [it for file, functions in changed if file.path not in told for it in functions]
            level = Level.NOTE if keeps_behaviour(audit.change.messages) else Level.WARNING
            yield from self.unaccompanied(audit.delta, rest, level)

    def unaccompanied(self, delta: Delta, functions: Sequence[ChangedFunction], level: Level) -> Iterator[Finding]:
        """New decisions that no new or edited test came along with: one finding for the whole change."""
        decisions = Decisions.of(delta)
        found = [it for it in functions if _decides_more(delta, decisions, it)]
        if found and decisions.total > 0:
            first = found[0].definition
            yield self.finding(
                Location(found[0].path, first.line, first.end_line, first.qualified_name),
                f"No test was added or changed with the new decisions of {_listed(found)}.",
                level=level,
                evidence={
                    "decisions": f"{decisions.total} more than before in this change",
                    "proof": "no test came along; whether an older one runs it, only `pytest --agent-audit` can tell",
                },
                fix=f"add a test that takes the new branch of `{first.bare_name}` and asserts what comes out",
                not_a_fix="a test that only names it",
                related=tuple(_place(it) for it in found[1:]),
            )

    def unnamed(self, delta: Delta, file: FileDelta, functions: Sequence[ChangedFunction]) -> Iterator[Finding]:
        """What names alone tell of one file, where nothing was run: one finding for all of it."""
        if imported_by_new_tests(delta, file) or _is_called_by_tools(file.path):
            return
        found = [it for it in functions if len(it.written) >= SEVERAL and not is_known(delta, it)]
        found = [it for it in found if not _is_offered_test(delta, it) and not _offers_named(delta, file, it)]
        found = [
            it for it in found if not {id(owner) for owner in it.owners} & {id(other.definition) for other in found}
        ]
        if found:
            first = found[0].definition
            what = "which is" if len(found) == 1 else "which are"
            yield self.finding(
                Location(file.path, first.line, first.end_line, first.qualified_name),
                f"No test names {_listed(found)}, {what} new or changed.",
                level=Level.WARNING,
                evidence={"proof": "no test file names it, nor anything that calls it; nothing was run"},
                fix=f"add a test that calls `{first.bare_name}` and asserts what comes out",
                not_a_fix="a test that only imports it",
                related=tuple(_place(it) for it in found[1:]),
            )


def _listed(functions: Sequence[ChangedFunction]) -> str:
    """The first few functions with the lines that were written in them."""
    shown = [f"`{it.definition.qualified_name}` ({_ranges(it.written)})" for it in functions[:SHOWN]]
    rest = f" and {len(functions) - SHOWN} more" if len(functions) > SHOWN else ""
    return ", ".join(shown) + rest


def _is_called_by_tools(path: str) -> bool:
    return measures(path) or not _CALLED_BY_TOOLS.isdisjoint(path.split("/"))


def _decides_more(delta: Delta, decisions: Decisions, function: ChangedFunction) -> bool:
    """Whether a function has new logic with a decision in it; a new one only where no test calls it by name already."""
    definition = function.definition
    if len(decisions.logic(function)) < SEVERAL or _is_called_by_tools(function.path):
        return False
    rise = decisions.rise(function)
    return rise > 1 and not delta.mentions[definition.bare_name] if function.is_new else rise > 0


def _place(function: ChangedFunction) -> Location:
    definition = function.definition
    return Location(function.path, definition.line, definition.end_line, definition.qualified_name)


def _is_offered_test(delta: Delta, function: ChangedFunction) -> bool:
    """Whether a package offers the function to its users as a test of theirs, or as a part of one."""
    name = function.path.rpartition("/")[2]
    callers = delta.callers[function.definition.bare_name] if "fixture" in name else ()
    return name.startswith("test_") or any(it.startswith("test_") for it in callers)


def _offers_named(delta: Delta, file: FileDelta, function: ChangedFunction) -> bool:
    """Whether a test names what the function defines: tools, commands or routes that it registers."""
    inside = f"{function.definition.qualified_name}."
    definitions = file.new.definitions if file.new else ()
    return any(delta.mentions[it.bare_name] for it in definitions if it.qualified_name.startswith(inside))


def _judge(function: ChangedFunction, ran: frozenset[int]) -> _Unrun | None:
    """What was not run of a function, and how grave that is; None where all was."""
    unrun = tuple(line for line in function.lines if ran.isdisjoint(range(line.line, line.end_line + 1)))
    if not unrun:
        return None
    name, place = f"`{function.definition.qualified_name}`", f"({_ranges(unrun)})"
    kinds = {line.kind for line in unrun} - {LineKind.DEFENSIVE}
    whole, branch = _is_whole(function, unrun, ran), _new_branch(function, unrun)
    level, message = Level.WARNING, f"No test runs {_ranges(unrun)} of {name}."
    if not kinds:
        whole = ran.isdisjoint(_extent(function.definition))
        level, message = Level.NOTE, f"No test runs the defensive code of {name} {place}."
    elif whole:
        what = name if function.is_new else f"the changed lines of {name}"
        level, message = Level.ERROR, f"No test runs {what} {place}."
    elif branch:
        level, message = Level.ERROR, f"No test takes the new branch of {name} ({_ranges(branch)})."
    elif kinds == {LineKind.RAISE}:
        message = f"No test makes {name} raise {place}."
    elif kinds == {LineKind.HANDLER}:
        message = f"No test reaches the exception handler of {name} {place}."
    return _Unrun(function, unrun, level, message, whole=whole and function.is_new)


def _is_whole(function: ChangedFunction, unrun: Sequence[Line], ran: frozenset[int]) -> bool:
    """Whether nothing of a changed function was run. Of an edited one a single unrun line does not say so."""
    definition = function.definition
    if not ran.isdisjoint(_extent(definition)):
        return False
    logic = [line for line in unrun if line.kind is LineKind.LOGIC]
    return bool(logic) if function.is_new else len(logic) >= SEVERAL and any(not line.branch for line in logic)


def _new_branch(function: ChangedFunction, unrun: Sequence[Line]) -> list[Line]:
    """The statements of the first branch that is new as a whole, has several of them, and was never taken."""
    for branch in dict.fromkeys(line.branch for line in unrun if line.branch):
        suite = [line for line in function.body if line.branch == branch]
        if sum(line.kind is LineKind.LOGIC for line in suite) >= SEVERAL and set(suite) <= set(unrun):
            return suite
    return []


def _grouped(found: Sequence[_Unrun], ran: frozenset[int]) -> Iterator[tuple[Definition, list[_Unrun]]]:
    """Together what stands in one new definition of which nothing was run, with that definition; all others alone."""
    groups: dict[int, tuple[Definition, list[_Unrun]]] = {}
    for it in found:
        owners = it.function.new_owners if it.whole else ()
        unrun = (owner for owner in owners if ran.isdisjoint(_extent(owner)))
        definition = next(unrun, it.function.definition)
        groups.setdefault(definition.line, (definition, []))[1].append(it)
    yield from groups.values()


def _extent(definition: Definition) -> range:
    """The lines of a definition."""
    return range(definition.line, definition.end_line + 1)


def _ranges(lines: Iterable[Line]) -> str:
    """Lines as text: "line 4", "lines 38-46, 50". Only lines without code lie between those of a range."""
    spans: list[list[int]] = []
    for line in sorted(lines, key=lambda it: it.line):
        if spans and line.line <= spans[-1][1] + 1:
            spans[-1][1] = max(spans[-1][1], line.end_line)
        else:
            spans.append([line.line, line.end_line])
    texts = [str(start) if start == end else f"{start}-{end}" for start, end in spans]
    return ("line " if texts == [str(spans[0][0])] else "lines ") + ", ".join(texts)
