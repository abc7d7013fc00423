"""Numbers that the code has to reach, or may not exceed: as settings, and as options of commands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from pytest_agentaudit.facts.gates.model import Bar, Lowered, Measure, Run
from pytest_agentaudit.facts.model import Setting

_SETTINGS: Mapping[str, tuple[str, Measure, bool]] = {
    "coverage.report.fail_under": ("coverage", Measure.COVERAGE, True),
    "pytest.addopts.--cov-fail-under": ("coverage", Measure.COVERAGE, True),
    "interrogate.fail-under": ("docstrings", Measure.SCORE, True),
    "interrogate.fail_under": ("docstrings", Measure.SCORE, True),
    "diff_cover.fail_under": ("coverage of the change", Measure.COVERAGE, True),
    "pylint.fail-under": ("pylint's score", Measure.SCORE, True),
    "mutmut.fail_under": ("mutation score", Measure.SCORE, True),
    "pytest.timeout": ("timeout of a test", Measure.TIME, False),
    "ruff.lint.mccabe.max-complexity": ("ruff's complexity", Measure.COMPLEXITY, False),
    "flake8.max-complexity": ("flake8's complexity", Measure.COMPLEXITY, False),
    "flake8.max-cognitive-complexity": ("flake8's cognitive complexity", Measure.COMPLEXITY, False),
    "pylint.max-complexity": ("pylint's complexity", Measure.COMPLEXITY, False),
}

_DESIGN = {
    "max-args": 5,
    "max-branches": 12,
    "max-locals": 15,
    "max-statements": 50,
    "max-returns": 6,
    "max-nested-blocks": 5,
    "max-module-lines": 1000,
    "max-public-methods": 20,
    "max-bool-expr": 5,
    "max-positional-args": 5,
    "max-attributes": 7,
}
"""Defaults of pylint's and ruff's limits on size."""

_DEFAULTS = {"ruff.lint.mccabe.max-complexity": 10.0}

_OPTIONS = {
    "--cov-fail-under": ("coverage", Measure.COVERAGE, True),
    "--max-complexity": ("flake8's complexity", Measure.COMPLEXITY, False),
    "--timeout": ("timeout of a test", Measure.TIME, False),
}
_FAIL_UNDER = {
    "coverage report": ("coverage", Measure.COVERAGE),
    "diff-cover": ("coverage of the change", Measure.COVERAGE),
    "interrogate": ("docstrings", Measure.SCORE),
    "pylint": ("pylint's score", Measure.SCORE),
}


def bars(settings: Mapping[str, Setting], runs: Iterable[Run]) -> Iterator[Bar]:
    """Every bar in a tree's settings and in these commands."""
    for key, it in settings.items():
        known = _SETTINGS.get(key) or _sized(key) or _remote(key)
        value = _number(it.value)
        if known and value is not None and not (key == "coverage.report.fail_under" and _overridden(settings)):
            yield Bar(known[0], known[1], key, value, it.path, it.line, known[2])
    for run in runs:
        if not run.command.excuse:
            yield from _options(run)


def _overridden(settings: Mapping[str, Setting]) -> bool:
    """Whether pytest-cov's option takes the place of coverage.py's setting."""
    return "pytest.addopts.--cov-fail-under" in settings


def _sized(key: str) -> tuple[str, Measure, bool] | None:
    tool, _, name = key.rpartition(".")
    if tool in ("ruff.lint.pylint", "pylint") and name in _DESIGN:
        return key, Measure.SIZE, False
    return None


def _remote(key: str) -> tuple[str, Measure, bool] | None:
    if key.startswith("codecov.") and key.endswith((".target", ".threshold", ".informational")):
        return key, Measure.REMOTE, key.endswith(".target")
    return None


def _options(run: Run) -> Iterator[Bar]:
    words = run.command.words
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if not equals:
            value = words[index + 1] if index + 1 < len(words) else ""
        known = _OPTIONS.get(name)
        if name == "--fail-under" and run.command.tool in _FAIL_UNDER:
            known = (*_FAIL_UNDER[run.command.tool], True)
        number = _number(value)
        if known and number is not None:
            key = f"{run.command.tool} {name}"
            yield Bar(known[0], known[1], key, number, run.path, run.command.line, known[2])


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < float("inf") else None
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


def lowered(old: Sequence[Bar], new: Sequence[Bar], tools: Collection[str]) -> Iterator[Lowered]:
    """The bars of the base that head lowers or drops. One that moved is compared where it now stands.

    `tools` are those that head still has settings of, or runs.
    """
    waiting: dict[str, list[Bar]] = defaultdict(list)
    for bar in new:
        waiting[bar.group].append(bar)
    for bar in old:
        if bar.measure is Measure.COVERAGE and not bar.value:
            continue
        found = _counterpart(bar, waiting[bar.group])
        strictest = max(waiting[bar.group], key=Bar.stricter, default=None)
        if found and found.stricter() >= bar.stricter():
            continue
        gone_tool = found is None and re.split(r"[. ]", bar.key)[0] not in tools
        if gone_tool and (bar.measure not in (Measure.COVERAGE, Measure.SCORE) or " --" in bar.key):
            continue
        default = _default(bar)
        if found is None and default is not None and (default <= bar.value or gone_tool):
            continue
        as_much = strictest is not None and strictest.stricter() >= bar.stricter()
        where = f"{strictest.path}:{strictest.line}" if strictest and as_much else ""
        yield Lowered(bar, found, where, gone_tool)


def _counterpart(bar: Bar, candidates: Sequence[Bar]) -> Bar | None:
    """The same demand at head: in the same place, else wherever it is strictest."""
    same = [it for it in candidates if (it.path, it.key) == (bar.path, bar.key)]
    return max(same or candidates, key=Bar.stricter, default=None)


def _default(bar: Bar) -> float | None:
    """What the tool takes where a limit is not set."""
    if bar.key.endswith(".informational"):
        return 0.0
    return float(_DESIGN[bar.key.rpartition(".")[2]]) if bar.measure is Measure.SIZE else _DEFAULTS.get(bar.key)
