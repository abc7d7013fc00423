"""A suite that is shared out among several runs: what each writes, and that all together say what one run says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from pytest_agentaudit.cli import main
from pytest_agentaudit.proof import Ended
from pytest_agentaudit.report.shard_file import read_shard
from pytest_agentaudit.witness.shards import as_one
from tests.support.audited import SHOP, UNTESTED, Project, Run

SHOP_NOW = (
    SHOP.replace("sum(items)", "sum(it for it in items if it > 0)")
    + "\n\ndef log(items, sink):\n    sink.append(items)\n    return 1\n\n\ndef lost(value):\n    return value + 1\n"
)
TEST_SHOP_NOW = """\
import pytest
from shop import log, total


def test_total():
    assert total([1, 2]) > 0


def test_refunds():
    assert total([4, 5]) == 9


def test_log():
    log(1, [])
    assert log


@pytest.mark.parametrize("n", [1, 2, 3])
def test_rows(n):
    assert total([n, -n]) == n
"""
TEST_MORE = "from shop import total\n\n\ndef test_more():\n    assert total([5]) == 5\n"
FINE = "--agent-audit-prove=mutants-fine"
OFF = "--agent-audit-prove=off"


def run_shard(
    project: Project,
    name: str,
    *arguments: str,
    plugins: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> tuple[Run, str]:
    """A run of a part of the suite, and the file that it wrote."""
    path = str(project.path.parent / f"{name}.json")
    report = f"--agent-audit-report=shard:{path}"
    return project.pytest(report, *arguments, plugins=tuple(plugins), environ=environ), path


def judged(report: Mapping[str, Any] | None) -> dict[str, Any]:
    assert report is not None
    return {key: value for key, value in report.items() if key != "stats"}


def missing(*paths: str) -> str:
    """What is said to be missing of these shards."""
    return as_one(map(read_shard, paths))[0].partial


def test_shards_say_what_one_run_says(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit({"tests/test_more.py": TEST_MORE})
    project.write({"src/shop.py": SHOP_NOW, "tests/test_shop.py": TEST_SHOP_NOW})
    whole = project.pytest(FINE)
    assert {"untested-change", "unproven-test", "weakened-assertion"} <= set(whole.rules), whole.text
    assert "still passes on the new code" in str(whole.report)
    test = "tests/test_shop.py::"
    shards = [
        run_shard(project, "a", FINE, "tests/test_more.py", f"{test}test_total", f"{test}test_rows[1]"),
        run_shard(project, "b", FINE, "-k", "refunds or log", "-n", "2", plugins=("xdist",)),
        run_shard(project, "c", FINE, "-k", "rows and not 1"),
    ]
    for run, _ in shards:
        assert not {"untested-change", "unproven-test"} & set(run.rules), run.text
        assert "a shard: what only the whole suite can show" in run.reasons
    paths = [path for _, path in shards]
    read = [read_shard(path) for path in paths]
    assert len({repr(as_one(some)) for some in permutations(read)}) == 1
    assert as_one([*read, *read]) == as_one(read)
    out = project.path.parent / "merged.json"
    status = main(["merge", *reversed(paths), "--repo", str(project.path), "--report", f"json:{out}"])
    assert status == 1, capsys.readouterr()
    assert judged(json.loads(out.read_text())) == judged(whole.report)


def test_a_plugin_that_shares_out(project: Project) -> None:
    pytest.importorskip("pytest_split")
    project.commit({"tests/test_more.py": TEST_MORE})
    project.write(UNTESTED)
    paths = []
    for number in (1, 2):
        run, path = run_shard(project, f"{number}", OFF, "--splits=2", f"--group={number}", plugins=("split",))
        assert "untested-change" not in run.rules
        assert f"shard {number} of 2: what only the whole suite" in run.reasons
        paths.append(path)
    assert missing(*paths) == ""
    assert missing(paths[0]) == "shard 2 of 2 is missing; no shard ran tests/test_shop.py::test_total"


def test_lists_of_ids(project: Project) -> None:
    project.commit({"tests/test_more.py": f"{TEST_MORE}\n\ndef test_less():\n    assert total([1]) == 1\n"})
    project.write(UNTESTED)
    ids = ("tests/test_shop.py::test_total", "tests/test_more.py::test_more", "tests/test_more.py::test_less")
    paths = [run_shard(project, f"{number}", OFF, *some)[1] for number, some in enumerate((ids[:2], ids[2:]))]
    assert missing(*paths) == ""
    assert missing(paths[0]) == "no shard ran tests/test_more.py::test_less"


def test_a_conftest_that_shares_out_without_a_word(project: Project) -> None:
    conftest = (
        "import os\n\n\ndef pytest_collection_modifyitems(items):\n"
        "    items[:] = items[int(os.environ['CI_NODE_INDEX']) - 1::int(os.environ['CI_NODE_TOTAL'])]\n"
    )
    project.commit({"tests/test_more.py": TEST_MORE, "tests/conftest.py": "import os\n"})
    project.write({**UNTESTED, "tests/conftest.py": conftest})
    paths = []
    for number in ("1", "2"):
        place = {"CI_NODE_INDEX": number, "CI_NODE_TOTAL": "2"}
        run, path = run_shard(project, number, OFF, environ=place)
        assert f"shard {number} of 2 (CI_NODE_INDEX)" in run.reasons
        paths.append(path)
    evidence, _ = as_one(map(read_shard, paths))
    assert (evidence.partial, evidence.harness.dropped) == ("", {})
    assert missing(paths[1]) == "shard 1 of 2 is missing; no shard ran tests/test_more.py::test_more"


def test_no_trial_is_shared_out_again(project: Project) -> None:
    pytest.importorskip("pytest_split")
    test = "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
    project.write(
        {"src/shop.py": SHOP_NOW, "tests/test_shop.py": f"{test}\n\ndef test_z():\n    assert total([4]) == 4\n"}
    )
    run, path = run_shard(project, "two", "--splits=2", "--group=2", plugins=("split",))
    assert run.reasons.endswith("shard 2 of 2"), run.reasons
    assert [end.ended for report in read_shard(path).proofs.reports for end in report.ends] == [Ended.GREEN]


def test_lists_of_files(project: Project) -> None:
    skipped = "import pytest\n\npytest.importorskip('nowhere')\n"
    ignored = {"tests/conftest.py": "collect_ignore = ['test_old.py']\n", "tests/test_old.py": "import nowhere\n"}
    project.commit({"tests/test_more.py": skipped, "tests/sub/test_deep.py": TEST_MORE, **ignored})
    project.write(UNTESTED)
    _, one = run_shard(project, "one", OFF, "tests/test_more.py", "tests/sub")
    _, two = run_shard(project, "two", OFF, "tests/test_shop.py")
    assert missing(one, two) == ""
    assert missing(one) == "no shard ran tests/test_shop.py"
    assert missing(two) == "no shard ran tests/sub/test_deep.py and 1 more"


def test_marks_and_settings_of_the_project(project: Project) -> None:
    settings = '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\nmarkers = ["far", "slow"]\n'
    marked = "import pytest\n\n\n@pytest.mark.{0}\ndef test_{0}():\n    pass\n"
    project.commit(
        {
            "pyproject.toml": f"{settings}addopts = \"-k 'not far'\"\n",
            "tests/test_far.py": marked.format("far"),
            "tests/test_slow.py": marked.format("slow"),
        }
    )
    project.write(UNTESTED)
    _, plain = run_shard(project, "plain", OFF)
    assert missing(plain) == ""
    _, slow = run_shard(project, "slow", OFF, "-m", "slow")
    _, rest = run_shard(project, "rest", OFF, "-m", "not slow")
    assert missing(slow) == "no shard ran tests/test_far.py::test_far and 1 more"
    assert missing(slow, rest) == "no shard ran tests/test_far.py::test_far"


def test_runs_that_broke_off(project: Project) -> None:
    project.commit({"tests/test_a.py": "def test_a():\n    assert 1 == 2\n", "tests/test_b.py": "import nowhere\n"})
    project.write(UNTESTED)
    _, broken = run_shard(project, "stopped", OFF, "--maxfail=2", "--continue-on-collection-errors")
    assert missing(broken) == "no shard ran tests/test_shop.py::test_total; collection errors"
    project.write({"tests/conftest.py": "raise SystemExit(3)\n"})
    _, ended = run_shard(project, "ended", OFF)
    assert missing(ended) == "pytest ended while it loaded conftests: SystemExit"


def test_a_file_that_cannot_be_written(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest(OFF, "--agent-audit-report=shard:src/shop.py/shard.json")
    assert run.status == 1
    assert "the shard's evidence 'src/shop.py/shard.json' cannot be written" in run.stdout.replace("\n  ", " ")
    assert "a report is missing: the shard's evidence" in run.reasons
    assert "report 'shard' lacks a path" in project.pytest("--agent-audit-report=shard").stderr


def test_the_merging_job_may_hold_the_files_in_its_tree(project: Project) -> None:
    project.git("switch", "-q", "-c", "change")
    project.commit(UNTESTED)
    _, path = run_shard(project, "only", OFF)
    inside = project.path / "only.json"
    inside.write_bytes(Path(path).read_bytes())
    out = project.path.parent / "merged.json"
    assert main(["merge", str(inside), "--repo", str(project.path), "--report", f"json:{out}"]) == 1
    assert [it["rule"] for it in json.loads(out.read_text())["findings"]] == ["untested-change"]
