"""Changed line x test, by the tracer of this interpreter, each time in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

PRELUDE = """\
import importlib, json, os, sys
from pytest_agentaudit.model import Watch
from pytest_agentaudit.wire import to_plain
from pytest_agentaudit.witness.tracer import Sharing, choose_tracer

sys.path.insert(0, os.getcwd())
RANGES = {path: tuple(map(tuple, lines)) for path, lines in json.loads(sys.argv[1]).items()}
tracer = choose_tracer(Watch(os.getcwd(), RANGES), Sharing.NONE)


def phase(test, function, *arguments):
    tracer.begin(test)
    try:
        return function(*arguments)
    finally:
        tracer.end()


"""
POSTLUDE = """
tracer.stop()
print(json.dumps({"hits": to_plain(tracer.hits()), "problem": tracer.problem, "unwatched": tracer.unwatched()}))
"""
SUBJECT = """\
LIMIT = max(n for n in range(3))


def plain(value, flag=LIMIT):
    if flag:
        return value + 1
    return value


def one_line(value): return value * 2


class Shop:
    size = 3

    def items(self):
        return [n for n in range(self.size)]


def numbers():
    yield 1
    yield 2


def make():
    class Local:
        kind = "local"
    return Local, lambda: 5
"""
ALL = {"subject.py": [[1, 40]]}


def trace(
    folder: Path, body: str, ranges: Mapping[str, Any] = ALL, *, subject: str = SUBJECT, wrap: tuple[str, ...] = ()
) -> dict[str, Any]:
    """What a script sees; `subject` is the module that it watches."""
    (folder / "subject.py").write_text(subject)
    script = folder / "script.py"
    script.write_text(PRELUDE + body + POSTLUDE)
    done = subprocess.run(
        [sys.executable, *wrap, str(script), json.dumps(ranges)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def lines_of(found: dict[str, Any], test: int) -> list[int]:
    """The lines that a test ran in subject.py."""
    return [int(line) for line, tests in found["hits"]["subject.py"]["by_test"].items() if test in tests]


IMPORT = "tracer.start()\nimport subject\n"


def test_each_line_belongs_to_the_tests_that_ran_it(tmp_path: Path) -> None:
    body = IMPORT + "phase(0, subject.plain, 1)\nphase(1, subject.plain, 1, 0)\nphase(2, subject.plain, 1)\n"
    found = trace(tmp_path, body)
    assert found["problem"] == ""
    assert [lines_of(found, test) for test in range(3)] == [[5, 6], [5, 7], [5, 6]]


@pytest.mark.parametrize("rounds", [1, 3])
def test_functions_of_one_line_count_each_time(tmp_path: Path, rounds: int) -> None:
    body = IMPORT + f"for n in range({rounds}):\n    phase(n, subject.one_line, 1)\n    phase(n, subject.make()[1])\n"
    found = trace(tmp_path, body)
    assert all(10 in lines_of(found, test) for test in range(rounds))
    assert all(28 in lines_of(found, test) for test in range(rounds))


def test_what_runs_at_import_is_no_test_s(tmp_path: Path) -> None:
    found = trace(tmp_path, "tracer.start()\nphase(0, importlib.import_module, 'subject')\n")
    one_line = [] if sys.version_info >= (3, 12) else [10]  # coverage.py cannot tell a `def` from a body on its line
    assert lines_of(found, 0) == one_line
    assert {1, 4, 13, 14, 16, 20, 25} <= set(found["hits"]["subject.py"]["at_import"])


def test_what_runs_between_the_phases_is_no_test_s(tmp_path: Path) -> None:
    found = trace(tmp_path, IMPORT + "phase(0, subject.one_line, 1)\nsubject.plain(1)\nphase(1, subject.one_line, 1)\n")
    assert lines_of(found, 0) == lines_of(found, 1) == [10]
    assert {5, 6} <= set(found["hits"]["subject.py"]["at_import"])


def test_setup_and_call_are_one_test(tmp_path: Path) -> None:
    body = IMPORT + "phase(0, subject.plain, 1)\nsubject.plain(1)\nphase(0, subject.plain, 1, 0)\n"
    assert lines_of(trace(tmp_path, body), 0) == [5, 6, 7]


def test_methods_comprehensions_generators_and_local_classes(tmp_path: Path) -> None:
    body = (
        IMPORT + "phase(0, subject.Shop().items)\nphase(1, lambda: list(subject.numbers()))\nphase(2, subject.make)\n"
    )
    found = trace(tmp_path, body)
    assert lines_of(found, 0) == [17]
    assert lines_of(found, 1) == [21, 22]
    assert {26, 27, 28} <= set(lines_of(found, 2))


def test_a_generator_that_lives_through_two_tests(tmp_path: Path) -> None:
    body = IMPORT + "live = subject.numbers()\nphase(0, next, live)\nphase(1, next, live)\n"
    found = trace(tmp_path, body)
    assert lines_of(found, 0) == [21]
    assert lines_of(found, 1) == [22]


def test_threads_count(tmp_path: Path) -> None:
    body = (
        IMPORT + "from threading import Thread\n\n\ndef run():\n"
        "    thread = Thread(target=subject.plain, args=(1,))\n    thread.start()\n    thread.join()\n\n\n"
        "for n in range(2):\n    phase(n, run)\n"
    )
    found = trace(tmp_path, body)
    assert lines_of(found, 0) == lines_of(found, 1) == [5, 6]


def test_a_module_that_is_loaded_anew(tmp_path: Path) -> None:
    body = IMPORT + "phase(0, subject.plain, 1)\nimportlib.reload(subject)\nphase(1, subject.plain, 1, 0)\n"
    found = trace(tmp_path, body)
    assert lines_of(found, 0) == [5, 6]
    assert lines_of(found, 1) == [5, 7]


def test_a_file_behind_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "linked").symlink_to(real)
    (real / "other.py").write_text("def f():\n    return 1\n")
    body = "tracer.start()\nsys.path.insert(0, 'linked')\nimport other\nphase(0, other.f)\n"
    found = trace(tmp_path, body, {"real/other.py": [[1, 2]]})
    assert found["hits"]["real/other.py"]["by_test"] == {"2": [0]}


def test_odd_names_of_folders(tmp_path: Path) -> None:
    folder = tmp_path / "a [b] *c? {d} é"
    folder.mkdir()
    assert lines_of(trace(folder, IMPORT + "phase(0, subject.plain, 1)\n"), 0) == [5, 6]


def test_files_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "subject.py").write_text("def plain(value):\n    return value\n")
    found = trace(tmp_path, IMPORT + "from pkg import subject as other\nphase(0, other.plain, 1)\n")
    assert found["hits"]["subject.py"]["by_test"] == {}


def test_a_file_that_nobody_imports_has_no_hits(tmp_path: Path) -> None:
    assert trace(tmp_path, "tracer.start()\n")["hits"] == {}


def test_nothing_to_watch_costs_nothing(tmp_path: Path) -> None:
    found = trace(tmp_path, IMPORT + "assert sys.gettrace() is None\n", {})
    assert found == {"hits": {}, "problem": "", "unwatched": []}


def test_a_statement_whose_last_line_alone_changed(tmp_path: Path) -> None:
    subject = "def f(a):\n    return dict(\n        a=a,\n        b=2,\n    )\n\n\ndef g():\n    return 1\n"
    body = IMPORT + "phase(0, subject.f, 1)\nphase(1, subject.g)\n"
    assert 2 in lines_of(trace(tmp_path, body, {"subject.py": [[5, 5]]}, subject=subject), 0)


def test_syntax_that_no_longer_parses_is_no_reason_to_fail(tmp_path: Path) -> None:
    body = IMPORT + "phase(0, subject.plain, 1)\nopen('subject.py', 'w').write('def (')\n"
    assert lines_of(trace(tmp_path, body), 0) == [5, 6]


CLOBBER = "phase(0, subject.plain, 1)\n{}\nphase(1, subject.plain, 1)\n"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="sys.monitoring needs no place of sys.settrace")
def test_a_test_that_takes_the_tracer_away_is_noticed(tmp_path: Path) -> None:
    assert "removed the tracer" in trace(tmp_path, IMPORT + CLOBBER.format("sys.settrace(None)"))["problem"]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="sys.monitoring needs no place of sys.settrace")
def test_another_holder_of_the_tracer_is_named(tmp_path: Path) -> None:
    body = "def holder(*_): return None\n\n\nholder.__module__ = 'debugger'\nsys.settrace(holder)\n" + IMPORT
    found = trace(tmp_path, body + "phase(0, subject.plain, 1)\n")
    assert "debugger holds sys.settrace" in found["problem"]
    assert found["hits"] == {}


BELOW = pytest.mark.skipif(sys.version_info >= (3, 12), reason="sys.monitoring costs nothing until it sees something")


@BELOW
def test_watching_begins_with_the_first_import_of_a_watched_file(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("import sys\nTRACED = sys.gettrace()\n")
    body = "tracer.start()\nimport other\nassert other.TRACED is None\nimport subject\nassert sys.gettrace()\n"
    assert {1, 4} <= set(trace(tmp_path, body)["hits"]["subject.py"]["at_import"])


THREAD = """\
import threading

tracer.start()
thread = threading.Thread(target=importlib.import_module, args=('subject',))
thread.start()
thread.join()
assert sys.gettrace() is None
import subject
tracer.collect()
phase(0, subject.plain, 1)
"""


@BELOW
def test_another_thread_does_not_begin_it(tmp_path: Path) -> None:
    assert lines_of(trace(tmp_path, THREAD), 0) == [5, 6]


LOADED = (
    "spec = importlib.util.spec_from_file_location('odd', 'subject.py')\nodd = importlib.util.module_from_spec(spec)\n"
)


@BELOW
def test_at_the_latest_it_begins_with_the_collection(tmp_path: Path) -> None:
    body = "import importlib.util\ntracer.start()\ntracer.collect()\n" + LOADED + "spec.loader.exec_module(odd)\n"
    assert {1, 4} <= set(trace(tmp_path, body)["hits"]["subject.py"]["at_import"])


@BELOW
def test_it_begins_at_once_where_a_watched_file_is_loaded(tmp_path: Path) -> None:
    body = "import subject\ntracer.start()\nassert sys.gettrace()\nphase(0, subject.plain, 1)\n"
    assert lines_of(trace(tmp_path, body), 0) == [5, 6]


@BELOW
def test_a_tool_that_does_not_start_breaks_no_import(tmp_path: Path) -> None:
    body = "from pytest_agentaudit.witness import tracer_coverage\ntracer_coverage._patterns = None\n" + IMPORT
    assert "coverage.py did not start" in trace(tmp_path, body)["problem"]


RESTS = "tracer.run(alone=True)\nphase(0, subject.plain, 1)\n"


@BELOW
@pytest.mark.parametrize("alone", [True, False])
def test_between_the_phases_nothing_is_watched_where_pytest_is_alone(tmp_path: Path, *, alone: bool) -> None:
    rest = (
        f"assert (sys.gettrace() is None) is {alone}\nphase(1, subject.plain, 1, 0)\nphase(-1, subject.one_line, 1)\n"
    )
    found = trace(
        tmp_path, IMPORT + RESTS.replace("True", str(alone)) + rest + "subject.make()\nphase(2, subject.plain, 1)\n"
    )
    assert found["problem"] == ""
    assert [lines_of(found, test) for test in range(-1, 3)] == [[], [5, 6], [5, 7], [5, 6]]
    at_import = found["hits"]["subject.py"]["at_import"]
    assert 10 in at_import
    assert (26 in at_import) is not alone


@BELOW
def test_what_takes_the_place_between_the_phases_is_named(tmp_path: Path) -> None:
    body = IMPORT + RESTS + "def holder(*_): return None\n\n\nholder.__module__ = 'debugger'\nsys.settrace(holder)\n"
    found = trace(tmp_path, body + "phase(1, subject.plain, 1)\nsys.settrace(None)\n")
    assert "debugger took the place" in found["problem"]


@BELOW
def test_one_that_is_taken_away_within_a_phase_is_noticed_nevertheless(tmp_path: Path) -> None:
    body = IMPORT + RESTS + "phase(1, sys.settrace, None)\nphase(2, subject.plain, 1)\n"
    assert "removed the tracer" in trace(tmp_path, body)["problem"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring")
def test_a_test_that_takes_the_tool_id_away_is_noticed(tmp_path: Path) -> None:
    body = IMPORT + CLOBBER.format("sys.monitoring.free_tool_id(4)")
    assert "tool id" in trace(tmp_path, body)["problem"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring")
def test_where_all_tool_ids_are_taken(tmp_path: Path) -> None:
    body = "for tool in range(6):\n    sys.monitoring.use_tool_id(tool, 'other')\n" + IMPORT
    assert "taken" in trace(tmp_path, body)["problem"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring")
def test_a_tool_id_in_use_is_left_alone(tmp_path: Path) -> None:
    body = "sys.monitoring.use_tool_id(4, 'other')\n" + IMPORT + "phase(0, subject.plain, 1)\n"
    end = "tracer.stop()\nassert sys.monitoring.get_tool(4) == 'other'\nassert sys.monitoring.get_tool(3) is None\n"
    assert lines_of(trace(tmp_path, body + end), 0) == [5, 6]


@pytest.mark.parametrize("options", [(), ("--branch",), ("--timid",)], ids=str)
def test_within_another_measurement(tmp_path: Path, options: tuple[str, ...]) -> None:
    body = IMPORT + "phase(0, subject.plain, 1)\nphase(1, subject.one_line, 1)\nphase(2, subject.plain, 1, 0)\n"
    found = trace(tmp_path, body, wrap=("-m", "coverage", "run", "--include=*/subject.py", *options))
    assert found["problem"] == ""
    assert [lines_of(found, test) for test in range(3)] == [[5, 6], [10], [5, 7]]
    measured = subprocess.run(
        [sys.executable, "-m", "coverage", "json", "-q", "-o", "-"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=60,
    )
    executed = json.loads(measured.stdout)["files"]["subject.py"]["executed_lines"]
    assert executed == [1, 4, 5, 6, 7, 10, 13, 14, 16, 20, 25]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="sys.monitoring sees whatever runs")
def test_what_another_measurement_leaves_out_is_named(tmp_path: Path) -> None:
    body = IMPORT + "phase(0, subject.plain, 1)\n"
    found = trace(tmp_path, body, wrap=("-m", "coverage", "run", "--include=*/nothing.py"))
    assert found["unwatched"] == ["subject.py"]
    assert found["hits"] == {}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="sys.monitoring sees whatever runs")
def test_contexts_of_functions_cannot_be_shared(tmp_path: Path) -> None:
    (tmp_path / ".coveragerc").write_text("[run]\ndynamic_context = test_function\n")
    found = trace(tmp_path, IMPORT + "phase(0, subject.plain, 1)\n", wrap=("-m", "coverage", "run"))
    assert "dynamic_context" in found["problem"]
