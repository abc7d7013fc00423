"""The rule softened-ci."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.gates.model import UPLOADS, Check, Less, LessOften, LostCheck
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

SHOWN = 3
"""How many commands a text lists."""

_CI = (
    "on: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - run: pip install -e .\n      - run: pytest\n      - run: mypy .\n"
)
_PATH = ".github/workflows/ci.yml"
_LAB = "test:\n  script:\n    - pytest\n"
_CIRCLE = "jobs:\n  test:\n    steps:\n      - run:\n          command: pytest\n"
_TRAVIS = "jobs:\n  include:\n    - stage: deploy\n      script: [./publish.sh]\nscript:\n  - make test\n"
_AZURE = "steps:\n  - script: pytest\n"
_MAKE = "test:\n\tpytest\n\nlint:\n\truff check .\n"
_NO_DOCS = "\n  push:\n  pull_request:\n    paths-ignore: [docs/**]"
_MATRIX = (
    'on: push\njobs:\n  test:\n    strategy:\n      matrix:\n        python: ["3.10", "3.11", "3.12"]\n'
    "    steps:\n      - run: pytest\n"
)


def _example(
    title: str,
    before: str,
    after: str | None,
    *expect: str,
    path: str = _PATH,
    more: Mapping[str, tuple[str, str]] | None = None,
) -> Example:
    """An example in which the file at `path` changes; `more` are further files, as base and head have them."""
    old = {path: before} | {it: texts[0] for it, texts in (more or {}).items() if texts[0]}
    new = ({} if after is None else {path: after}) | {it: texts[1] for it, texts in (more or {}).items() if texts[1]}
    return Example(title, old, new, expect)


class SoftenedCi(Rule):
    """A check in CI no longer counts: its failure is dropped, it is gone, or it starts less often.

    Read are GitHub Actions, GitLab CI, CircleCI, Azure Pipelines and their kin, and the tasks that people start:
    Makefiles, just, tox, nox, poe, shell scripts. A command that moved is found again by what it runs. One that a tool
    of the same kind replaces, or that another job still runs, is silent.

    Level: error for tests, types, linters and security checks that nothing else in CI runs so that it counts, where
    their failure is dropped, and for the last step that runs tests; warning where other steps of the kind remain, for
    checks that are gone, and for workflows that no longer start for pull requests; note for tasks outside CI, reports,
    filters of paths and old versions.

    Why: a red step is the last thing between a defect and the main branch.
    Fix: let the step fail again, and mend what it finds.
    Not a fix: a step that prints a warning, or runs in a workflow that nobody starts.
    """

    name = "softened-ci"
    family = Family.GATES
    level = Level.ERROR
    examples = (
        _example("or true", _CI, _CI.replace("run: pytest", "run: pytest || true"), f"{_PATH}:7 error"),
        _example(
            "or a message", _CI, _CI.replace("run: pytest", 'run: pytest || echo "Tests completed"'), f"{_PATH}:7 error"
        ),
        _example(
            "continue-on-error",
            _CI,
            _CI.replace("run: mypy .", "run: mypy .\n        continue-on-error: true"),
            f"{_PATH}:8 error",
        ),
        _example(
            "the job may fail",
            _CI,
            _CI.replace("runs-on", "continue-on-error: true\n    runs-on"),
            f"{_PATH}:8 error",
        ),
        _example(
            "a step that never runs",
            _CI,
            _CI.replace("run: pytest", "if: false\n        run: pytest"),
            f"{_PATH}:8 error",
        ),
        _example(
            "set +e", _CI, _CI.replace("run: pytest", "run: |\n          set +e\n          pytest"), f"{_PATH}:9 error"
        ),
        _example("the tests are gone", _CI, _CI.replace("      - run: pytest\n", ""), f"{_PATH}:7 error"),
        _example(
            "the tests are gone here, and another service asks a runner for them",
            _CI,
            _CI.replace("      - run: pytest\n", ""),
            f"{_PATH}:7 warning",
            more={".travis.yml": (_TRAVIS, _TRAVIS)},
        ),
        _example("the type check is gone", _CI, _CI.replace("      - run: mypy .\n", ""), f"{_PATH}:7 warning"),
        _example("commented out", _CI, _CI.replace("- run: mypy .", "# - run: mypy ."), f"{_PATH}:8 error"),
        _example("GitLab", _LAB, _LAB + "  allow_failure: true\n", ".gitlab-ci.yml:3 error", path=".gitlab-ci.yml"),
        _example(
            "CircleCI",
            _CIRCLE,
            _CIRCLE.replace("pytest", "pytest || :"),
            ".circleci/config.yml:5 error",
            path=".circleci/config.yml",
        ),
        _example(
            "Azure",
            _AZURE,
            _AZURE + "    continueOnError: true\n",
            "azure-pipelines.yml:2 error",
            path="azure-pipelines.yml",
        ),
        _example("a target of make", _MAKE, _MAKE.replace("pytest", "-pytest"), "Makefile:2 warning", path="Makefile"),
        _example(
            "pull requests start nothing", _CI, _CI.replace("[push, pull_request]", "[push]"), f"{_PATH}:1 warning"
        ),
        _example(
            "it starts by hand only",
            _CI,
            _CI.replace("[push, pull_request]", "workflow_dispatch"),
            f"{_PATH}:1 error",
        ),
        _example("a version in the middle is left out", _MATRIX, _MATRIX.replace('"3.12"', ""), f"{_PATH}:5 warning"),
        _example(
            "a deployment no longer waits for the tests",
            _CI + "  deploy:\n    needs: [test]\n    steps:\n      - run: make release\n",
            _CI + "  deploy:\n    steps:\n      - run: make release\n",
            f"{_PATH}:10 warning",
        ),
        _example(
            "it waits for them by way of another job",
            _CI + "  deploy:\n    needs: [test]\n    steps:\n      - run: make release\n",
            _CI + "  wait:\n    needs: test\n  deploy:\n    needs: wait\n    steps:\n      - run: make release\n",
        ),
        _example("changes of documents start nothing", _CI, _CI.replace("[push, pull_request]", _NO_DOCS)),
        _example(
            "the workflow is gone",
            _CI,
            None,
            f"{_PATH}:7 error",
            more={".github/workflows/x.yml": ("on: push\n", "a: 1\n")},
        ),
        _example("make made way for its commands", _CI.replace("pytest", "make test"), _CI),
        _example("a job was renamed", _CI, _CI.replace("test:", "checks:")),
        _example("it moved to another workflow", _CI, None, more={".github/workflows/tests.yml": ("", _CI)}),
        _example(
            "ruff takes the place of flake8",
            _CI.replace("mypy .", "flake8"),
            _CI.replace("mypy .", "ruff check ."),
        ),
        _example(
            "a new job may fail",
            _CI,
            _CI + "  next:\n    continue-on-error: true\n    steps:\n      - run: pytest -n 4\n",
        ),
        _example("time limits and versions", _CI, _CI.replace("ubuntu-latest", "ubuntu-24.04\n    timeout-minutes: 9")),
        _example("an old version is left out", _MATRIX, _MATRIX.replace('"3.10", ', "")),
        _example("newer versions", _MATRIX, _MATRIX.replace('"3.10", ', "").replace('"3.12"', '"3.12", "3.13"')),
        _example(
            "an alternative that fails", _CI, _CI.replace("run: mypy .", 'run: mypy . || (echo "see above"; exit 1)')
        ),
        _example(
            "the status is kept",
            _CI,
            _CI.replace(
                "run: pytest", "run: |\n          set +e\n          pytest\n          code=$?\n          exit $code"
            ),
        ),
        _example("tox runs it", _CI, _CI.replace("pytest", "tox -e py").replace("      - run: mypy .\n", "")),
        _example(
            "a deployment with tests starts by hand, and CI runs them too",
            _CI.replace("      - run: mypy .\n", ""),
            _CI.replace("      - run: mypy .\n", "").replace("[push, pull_request]", "workflow_dispatch"),
            path=".github/workflows/deploy.yml",
            more={_PATH: (_CI, _CI)},
        ),
        _example(
            "a script moved to a folder of its own",
            "run() {\n  pytest tests\n}\nrun\n",
            None,
            path="scripts/check.sh",
            more={"scripts/testing/check.sh": ("", "run() {\n  pytest tests\n}\nrun\n")},
        ),
        _example("a report is no longer uploaded", _CI + "      - uses: codecov/codecov-action@v4\n", _CI),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each cause: an excuse, what a file lost, a trigger, a matrix, a need."""
        by_cause: dict[object, list[LostCheck]] = defaultdict(list)
        for it in audit.delta.gates.lost_checks:
            if it.old.command.check is not Check.AUDIT and not _is_answered(it):
                by_cause[it.path, it.excuse, bool(it.comment)].append(it)
        for members in by_cause.values():
            yield self._lost(audit, members)
        for less in audit.delta.gates.less_often:
            yield self._less(less)

    def _lost(self, audit: Audit, members: Sequence[LostCheck]) -> Finding:
        ranked = sorted(members, key=lambda it: _lost_level(audit, it).rank)
        first = ranked[0]
        names = ", ".join(dict.fromkeys(map(_named, ranked[:SHOWN])))
        names += f" and {len(ranked) - SHOWN} more" if len(ranked) > SHOWN else ""
        evidence = {"base": f"{first.old.path}: {first.old.command.text}"}
        evidence["head"] = first.new.command.text + f"   ({first.excuse})" if first.new else "(gone)"
        if first.still or first.aside or first.instead:
            evidence["elsewhere"] = first.instead or ", ".join((*first.still, *first.aside)[:3])
        return self.finding(
            Location(first.path, first.line, symbol=first.old.place),
            _lost_message(first, names),
            level=_lost_level(audit, first),
            evidence=evidence,
            fix="let the command run and fail as before, and mend what it finds",
            not_a_fix="another way to keep the job green",
            related=tuple(Location(it.path, it.line) for it in ranked[1:]),
        )

    def _less(self, it: LessOften) -> Finding:
        return self.finding(
            Location(it.path, it.line, symbol=it.what),
            f"{it.path} {it.how.value}: {it.what}: {it.old} became {it.new}.",
            level=_less_level(it),
            evidence={"base": it.old, "head": it.new},
            fix="keep what started the checks before",
            not_a_fix="a workflow that somebody has to start by hand",
        )


def _is_answered(it: LostCheck) -> bool:
    """Whether what is gone is still asked in CI."""
    return it.new is None and not it.comment and bool(it.still or it.instead)


def _lost_message(it: LostCheck, names: str) -> str:
    if it.new:
        return f"The failure of {names} no longer counts: `{it.excuse}`."
    if it.comment:
        return f"Commented out: {names}."
    rest = f"; nothing else in CI asks for {it.old.command.check.value}" if it.last and it.old.in_ci else ""
    return f"No longer run: {names}{rest}."


def _named(it: LostCheck) -> str:
    coverage = " with coverage" if "--cov" in it.old.command.words else ""
    return f"`{it.old.command.text[:80]}` ({it.old.command.check.value}{coverage})"


_GRAVE = frozenset({Check.TESTS, Check.TYPES, Check.LINT, Check.SECURITY, Check.COVERAGE, Check.RUNNER})


def _lost_level(audit: Audit, it: LostCheck) -> Level:
    command = it.old.command
    if command.tool in UPLOADS:
        return Level.NOTE
    if not it.old.in_ci:
        return _task_level(it)
    if it.new or it.comment:
        by_pipe = it.excuse.startswith("| ")
        grave = command.check in _GRAVE and not (it.still or it.instead or by_pipe)
        return Level.ERROR if grave else Level.WARNING
    if it.aside and command.check is not Check.TESTS:
        return Level.NOTE
    if command.check is Check.TESTS and it.last:
        return Level.ERROR
    edits_product = any(True for _file in audit.files(FileRole.PRODUCT))
    return Level.WARNING if edits_product or command.check in _GRAVE else Level.NOTE


def _task_level(it: LostCheck) -> Level:
    """A task outside CI: what it drops, people see for themselves."""
    if it.still or it.aside or it.instead:
        return Level.NOTE
    return Level.WARNING if it.old.command.check in {Check.TESTS, Check.TYPES, Check.SECURITY} else Level.NOTE


def _less_level(it: LessOften) -> Level:
    if it.elsewhere and it.how is not Less.VERSIONS:
        return Level.NOTE
    if it.how is Less.NEVER:
        return Level.ERROR
    if it.how is Less.VERSIONS:
        return Level.NOTE if it.oldest else Level.WARNING
    return Level.WARNING if it.how in {Less.REQUESTS, Less.NEEDS} else Level.NOTE
