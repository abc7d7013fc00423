"""The examples of softened-ci."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.rules.base import Example

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


EXAMPLES = (
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
    _example("pull requests start nothing", _CI, _CI.replace("[push, pull_request]", "[push]"), f"{_PATH}:1 warning"),
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
    _example("an alternative that fails", _CI, _CI.replace("run: mypy .", 'run: mypy . || (echo "see above"; exit 1)')),
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
