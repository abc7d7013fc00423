"""The examples of missing-step."""

from __future__ import annotations

from pytest_agentaudit.model import StepReport, StepResult
from pytest_agentaudit.rules.base import Example

SOURCE = {"src/shop.py": "def price():\n    return 1\n", "CHANGELOG.md": "# Changes\n"}
EDITED = {**SOURCE, "src/shop.py": "def price():\n    return 2\n"}

EXAMPLES = (
    Example(
        "required file left alone",
        before=SOURCE,
        after=EDITED,
        steps=(
            StepReport(
                "changelog",
                StepResult.FAILED,
                "src/** changed, CHANGELOG.md did not",
                ("src/shop.py",),
                "make this change touch CHANGELOG.md too",
            ),
        ),
        expect=("src/shop.py:2 error",),
    ),
    Example(
        "the command names the file",
        before={"src/a.py": "a = 1\n", "src/b.py": "b = 1\n"},
        after={"src/a.py": "a = 2\na += 1\n", "src/b.py": "b = 1\nimport os\n"},
        steps=(
            StepReport(
                "lint",
                StepResult.FAILED,
                "`ruff check src/a.py src/b.py` exited with 1: src/b.py:2:8: F401 unused import",
                ("src/b.py", "src/a.py"),
                "run `ruff check src/a.py src/b.py` and mend what it reports",
            ),
        ),
        expect=("src/b.py:2 error",),
    ),
    Example(
        "the required file was deleted instead",
        before={**SOURCE, "pyproject.toml": "[project]\nname = 'shop'\n"},
        after={"src/shop.py": EDITED["src/shop.py"], "pyproject.toml": "[project]\nname = 'shop'\n"},
        steps=(
            StepReport(
                "changelog",
                StepResult.FAILED,
                "src/** changed, CHANGELOG.md did not",
                ("src/shop.py",),
                "make this change touch CHANGELOG.md too",
            ),
        ),
        expect=("src/shop.py:2 error",),
    ),
    Example(
        "the command is not installed",
        before=SOURCE,
        after=EDITED,
        steps=(StepReport("types", StepResult.FAILED, "`mypy` is not installed", ("src/shop.py",), "install mypy"),),
        expect=("src/shop.py:2 error",),
    ),
    Example(
        "two steps, one of them taken",
        before=SOURCE,
        after={**EDITED, "CHANGELOG.md": "# Changes\n- the price\n"},
        steps=(
            StepReport("changelog", StepResult.PASSED, "CHANGELOG.md changed", ("src/shop.py",)),
            StepReport("docs", StepResult.FAILED, "src/** changed, docs/** did not", ("src/shop.py",), "edit docs/**"),
        ),
        expect=("src/shop.py:2 error",),
    ),
    Example(
        "the command was run and found nothing",
        before=SOURCE,
        after=EDITED,
        steps=(StepReport("lint", StepResult.PASSED, "`ruff check src/shop.py` exited with 0", ("src/shop.py",)),),
    ),
    Example(
        "the command cannot be tried: head is not checked out",
        before=SOURCE,
        after=EDITED,
        steps=(StepReport("lint", StepResult.NOT_JUDGED, "the revision is not checked out", ("src/shop.py",)),),
    ),
    Example(
        "all files that it would check are gone",
        before={**SOURCE, "src/old.py": "a = 1\n"},
        after=SOURCE,
        steps=(StepReport("lint", StepResult.PASSED, "every file that it would check is gone", ("src/old.py",)),),
    ),
    Example(
        "step taken",
        before=SOURCE,
        after={**EDITED, "CHANGELOG.md": "# Changes\n- the price\n"},
        steps=(StepReport("changelog", StepResult.PASSED, "CHANGELOG.md changed", ("src/shop.py",)),),
    ),
    Example("no step applies", before=SOURCE, after={**SOURCE, "notes.txt": "x\n"}),
)
