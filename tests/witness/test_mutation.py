"""Mutants before real tests: each run is a child pytest in a small project."""

import sys
from pathlib import Path

import pytest

from pytest_agentaudit.mutant import Fate, Mutant, Operator
from tests.support.mutating import PATH, Subject
from tests.support.processes import all_end

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mutants are run in forked children")

WORD = """
def word(n):
    if n > 1:
        return "many"
    return "one"
"""


def subject(folder: Path, tests: str, head: str = WORD, base: str = WORD.replace("> 1", "> 2")) -> Subject:
    return Subject(folder, head, "import pytest\nimport subject as s\nfrom subject import *\n" + tests, base=base)


FATES = {
    "an assertion": ("def test_it(): assert word(2) == 'many'", Fate.NOTICED, "AssertionError: assert None == 'many'"),
    "no assertion": ("def test_it(): word(2)", Fate.SURVIVED, "1 test passes"),
    "pytest.fail": ("def test_it(): word(2) or pytest.fail('no word')", Fate.NOTICED, "Failed: no word"),
    "pytest.raises": (
        "def test_it():\n    with pytest.raises(TypeError): word(1) + 1",
        Fate.SURVIVED,
        "1 test passes",
    ),
    "another exception": (
        "def test_it(): assert word(2).upper() == 'MANY'",
        Fate.CRASHED,
        "AttributeError: 'NoneType' object has no attribute 'upper'",
    ),
    "a fixture that asserts": (
        "@pytest.fixture\ndef found():\n    assert word(1)\ndef test_it(found): pass",
        Fate.NOTICED,
        "AssertionError: assert None",
    ),
    "unittest": (
        "import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self): self.assertEqual(word(1), 'one')",
        Fate.NOTICED,
        "AssertionError: None != 'one'",
    ),
    "a group of exceptions": (
        "def test_it():\n  try: assert word(1)\n  except AssertionError as e: raise ExceptionGroup('', [OSError(), e])",
        Fate.NOTICED,
        "AssertionError: assert None",
    ),
    "an end of the session": ("def test_it(): word(1) or pytest.exit('over')", Fate.CRASHED, "Exit: over"),
    "an end of the process": (
        "import os\ndef test_it(): word(1) or os._exit(5)",
        Fate.DIED,
        "exit status 5",
    ),
    "a signal": ("import os\ndef test_it(): word(1) or os.kill(os.getpid(), 9)", Fate.DIED, "signal 9"),
    "a skip": ("def test_it(): word(1) or pytest.skip('no')", Fate.SURVIVED, "1 test passes"),
}


@pytest.mark.parametrize(("tests", "fate", "reason"), FATES.values(), ids=FATES)
def test_what_became_of_an_empty_body(tests: str, fate: Fate, reason: str, tmp_path: Path) -> None:
    name = ("TestIt::test_it",) if "class TestIt" in tests else ("test_it",)
    assert subject(tmp_path, tests).fate("word", Operator.EXTREME, name) == (fate, reason)


def test_an_assertion_of_the_mutated_file_itself_proves_nothing(tmp_path: Path) -> None:
    head = "def word(n):\n    return n\n\n\ndef checked(n):\n    found = word(n)\n    assert found\n    return found\n"
    made = subject(tmp_path, "def test_it(): checked(1)", head, head)
    assert made.fate("word", Operator.EXTREME) == (Fate.CRASHED, "AssertionError")


def test_a_loop_without_an_end_times_out(tmp_path: Path) -> None:
    head = "def step(n):\n    return n + 1\n\n\ndef run():\n    n = 0\n    while n < 3:\n        n = step(n)\n"
    base = head.replace("n + 1", "0")
    made = subject(tmp_path, "def test_it(): run()", head, base)
    assert made.fate("step", Operator.REVERT) == (Fate.TIMED_OUT, "did not end")


def test_which_test_decided(tmp_path: Path) -> None:
    made = subject(
        tmp_path, "def test_a(): word(1)\ndef test_b(): assert word(2)\ndef test_c(): assert word(2) == 'many'\n"
    )
    (revert, extreme, perturb) = made.fates(made.mutants(), ("test_a", "test_b", "test_c")).fates
    assert (revert.fate, revert.test) == (Fate.NOTICED, "test_subject.py::test_c")
    assert (extreme.fate, extreme.test) == (Fate.NOTICED, "test_subject.py::test_b")
    assert (perturb.fate, perturb.test) == (Fate.NOTICED, "test_subject.py::test_b")


def test_a_survivor_is_shown_to_the_other_tests_of_the_file(tmp_path: Path) -> None:
    """A test that finds a filled cache is not known to cover the function."""
    tests = "def test_it(): word(2)\ndef test_bad(): assert 0\ndef test_more(): assert word(2) == 'many'\n"
    made = subject(tmp_path, tests, f"import functools\n\n\n@functools.cache{WORD}")
    found = made.fates(made.mutants(only="word", fine=True))
    whole, fine = found.fates[:3], found.fates[3:]
    assert [(it.fate, it.test) for it in whole] == [(Fate.NOTICED, "test_subject.py::test_more")] * 3
    assert {(it.fate, it.reason) for it in fine} == {(Fate.SURVIVED, "1 test passes")}
    assert found.set_aside == ()
    alone = made.fates(made.mutants(only="word"), widen=False)
    assert {(it.fate, it.reason) for it in alone.fates} == {(Fate.SURVIVED, "1 test passes")}


def test_what_crashes_in_one_test_may_be_noticed_by_the_next(tmp_path: Path) -> None:
    tests = "def test_a(): word(2).upper()\ndef test_b(): assert word(2) == 'many'\n"
    made = subject(tmp_path, tests)
    (extreme,) = (it for it in made.mutants() if it.operator is Operator.EXTREME)
    found = {it.id: it for it in made.fates(made.mutants(), ("test_a", "test_b")).fates}[extreme.id]
    assert (found.fate, found.test) == (Fate.NOTICED, "test_subject.py::test_b")
    alone = {it.id: it for it in made.fates(made.mutants(), ("test_a",)).fates}[extreme.id]
    assert (alone.fate, alone.test) == (Fate.CRASHED, "test_subject.py::test_a")


def test_a_survivor_of_all_tests(tmp_path: Path) -> None:
    made = subject(
        tmp_path, "def test_it(): word(2)\ndef test_more(): assert word(1)\n@pytest.mark.e2e\ndef test_far(): assert 0"
    )
    (revert, *others) = made.fates(made.mutants(only="word")).fates
    assert (revert.fate, revert.reason) == (Fate.SURVIVED, "2 tests pass")
    assert {it.fate for it in others} == {Fate.NOTICED}


MANY = """
@pytest.mark.parametrize("n", range(70))
def test_it(n):
    {}
"""


@pytest.mark.parametrize(
    ("body", "fate", "reason"),
    [
        ("word(1)\n    assert n < 69 or word(2)", Fate.NOTICED, "AssertionError: assert (69 < 69 or None)"),
        ("word(2)", Fate.SURVIVED, "70 tests pass"),
        ("word(2) if n != 65 else pytest.skip('no')", Fate.SURVIVED, "69 tests pass"),
    ],
)
def test_survivors_alone_meet_all_of_many_tests(body: str, fate: Fate, reason: str, tmp_path: Path) -> None:
    made = subject(tmp_path, MANY.format(body))
    chosen = [it for it in made.mutants() if it.operator.is_control or it.operator is Operator.EXTREME]
    found = made.fates(chosen, tuple(f"test_it[{n}]" for n in range(70)))
    assert [(it.fate, it.reason) for it in found.fates] == [(fate, reason)]
    skipped = ["is skipped without a mutant: Skipped: no"] * ("skip" in body)
    assert [it.reason for it in found.set_aside] == skipped


def test_the_first_that_notices_ends_the_search(tmp_path: Path) -> None:
    body = "with open('ran', 'a') as f: f.write(f'{n} ')\n    assert word(1) or n != 30"
    made = subject(tmp_path, MANY.format(body).replace("70", "200"))
    chosen = [it for it in made.mutants() if it.operator.is_control or it.operator is Operator.EXTREME]
    (found,) = made.fates(chosen, tuple(f"test_it[{n}]" for n in range(200))).fates
    assert (found.fate, found.test) == (Fate.NOTICED, "test_subject.py::test_it[30]")
    assert max(map(int, (tmp_path / "ran").read_text().split())) == 4 + 16 + 48 - 1


@pytest.mark.parametrize(("noticing", "fate"), [(20, Fate.NOTICED), (190, Fate.CRASHED)])
def test_who_only_crashes_meets_some_more(noticing: int, fate: Fate, tmp_path: Path) -> None:
    body = f"assert word(2).upper() if n < 3 else (n != {noticing} or word(1))"
    made = subject(tmp_path, MANY.format(body).replace("70", "200"))
    chosen = [it for it in made.mutants() if it.operator.is_control or it.operator is Operator.EXTREME]
    (found,) = made.fates(chosen, tuple(f"test_it[{n}]" for n in range(200))).fates
    assert found.fate is fate


def test_who_only_crashes_meets_tests_that_cover_it_alone(tmp_path: Path) -> None:
    body = "with open('ran', 'a') as f: f.write(f'{n} ')\n    word(2).upper()"
    made = subject(tmp_path, MANY.format(body))
    chosen = [it for it in made.mutants() if it.operator.is_control or it.operator is Operator.EXTREME]
    (found,) = made.fates(chosen, tuple(f"test_it[{n}]" for n in range(6))).fates
    assert found.fate is Fate.CRASHED
    assert set(map(int, (tmp_path / "ran").read_text().split())) == set(range(6))


def test_a_witness_behind_many_that_are_none(tmp_path: Path) -> None:
    made = subject(tmp_path, MANY.format("word(2) if n > 50 else pytest.skip('no')\n    assert word(1)"))
    chosen = [it for it in made.mutants() if it.operator.is_control or it.operator is Operator.EXTREME]
    found = made.fates(chosen, tuple(f"test_it[{n}]" for n in range(70)))
    assert [(it.fate, it.test) for it in found.fates] == [(Fate.NOTICED, "test_subject.py::test_it[51]")]
    assert len(found.set_aside) == 51


def test_no_covering_test(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert word(2)")
    assert {(it.fate, it.reason) for it in made.fates(made.mutants(), ()).fates} == {
        (Fate.NOT_JUDGED, "no covering test")
    }


def test_tests_of_other_files_do_not_count(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): word(2)")
    (tmp_path / "test_other.py").write_text("from subject import word\ndef test_it(): assert word(2)\n")
    assert made.fate("word", Operator.EXTREME)[0] is Fate.SURVIVED


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ("def test_it(): assert word(1) == 'two'", "fails without a mutant: AssertionError: assert 'one' == 'two'"),
        ("def test_it(): word(1); pytest.skip('no net')", "is skipped without a mutant: Skipped: no net"),
        ("@pytest.mark.xfail\ndef test_it(): assert word(1) == 'two'", "is skipped without a mutant"),
        ("@pytest.mark.network\ndef test_it(): assert word(1)", "marked network"),
        ("import os\ndef test_it(): os._exit(3)", "ends the process without a mutant: exit status 3"),
        ("def test_other(): pass", "not collected"),
    ],
)
def test_tests_that_cannot_be_witnesses_are_named(tests: str, reason: str, tmp_path: Path) -> None:
    made = subject(tmp_path, tests + "\ndef test_good(): assert word(2)\n")
    found = made.fates(made.mutants(), ("test_it",))
    assert {it.fate for it in found.fates} == {Fate.NOT_JUDGED}
    (aside,) = found.set_aside
    assert (aside.path, aside.qualname, aside.first_line) == (PATH, "word", 2)
    assert (aside.test, aside.reason[: len(reason)]) == ("test_subject.py::test_it", reason)
    assert all(reason in it.reason for it in found.fates)
    both = made.fates(made.mutants(), ("test_it", "test_good"))
    assert {it.fate for it in both.fates if it.test} == {Fate.NOTICED}
    assert [it.reason for it in both.set_aside] == [aside.reason]


def test_a_control_that_is_not_reached_leaves_all_open(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert True")
    found = made.fates(made.mutants())
    assert {(it.fate, it.reason) for it in found.fates} == {
        (Fate.NOT_JUDGED, "its tests do not reach the control mutant")
    }


def test_a_function_that_ran_at_import_alone_is_not_judged(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert FOUND == 'one'", f"{WORD}FOUND = word(1)\n")
    assert made.fate("word", Operator.EXTREME)[0] is Fate.NOT_JUDGED


def test_a_function_that_no_longer_lives_is_not_reached(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert FOUND == 'one'", f"{WORD}FOUND = word(1)\ndel word\n")
    assert made.fate("word", Operator.EXTREME) == (Fate.NOT_REACHED, "no live function runs this code")


def test_other_free_variables_are_not_reached(tmp_path: Path) -> None:
    head = "def adder(n, m):\n    def add(a):\n        return a + n\n    return add\n\n\nADD = adder(1, 2)\n"
    made = subject(tmp_path, "def test_it(): assert ADD(1) == 2", f"{head}del adder\n", head.replace("a + n", "a + m"))
    assert made.fate("adder.<locals>.add", Operator.REVERT) == (Fate.NOT_REACHED, "the mutant has other free variables")
    assert made.fate("adder.<locals>.add", Operator.EXTREME)[0] is Fate.NOTICED


def test_values_of_other_types_are_not_exchanged(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): make()", "def make():\n    return object()\n", "")
    reached = (Fate.NOT_REACHED, "no value of a plain type is returned")
    assert made.fate("make", Operator.PERTURB) == reached


def test_a_module_that_a_test_imports_is_mutated_too(tmp_path: Path) -> None:
    made = Subject(tmp_path, WORD, "def test_it():\n    import subject\n    assert subject.word(2) == 'many'\n")
    assert made.fate("word", Operator.EXTREME)[0] is Fate.NOTICED


def test_no_time_no_fate(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert word(2)")
    found = made.fates(made.mutants(), seconds=0.0)
    assert {(it.fate, it.reason) for it in found.fates} == {(Fate.NOT_JUDGED, "budget")}


def test_a_process_with_threads_is_not_forked(tmp_path: Path) -> None:
    thread = "import threading\nSTOP = threading.Event()\n"
    start = "threading.Thread(target=STOP.wait, name='waiter', daemon=True).start()\n"
    made = subject(tmp_path, f"{thread}{start}def test_it(): assert word(2)")
    (fate, reason) = made.fate("word", Operator.EXTREME)
    assert fate is Fate.NOT_JUDGED
    assert "1 other threads are alive: waiter" in reason


def test_a_process_with_modules_that_cannot_be_forked(tmp_path: Path) -> None:
    tests = "import grpc\nfrom subject import word\ndef test_it(): assert word(2)\n"
    made = Subject(tmp_path, WORD, tests, more={"grpc.py": ""})
    (fate, reason) = made.fate("word", Operator.EXTREME)
    assert fate is Fate.NOT_JUDGED
    assert "grpc cannot be forked" in reason


def test_a_cache_filled_by_a_test_does_not_hide_the_mutant(tmp_path: Path) -> None:
    head = f"import functools\n\n\n@functools.lru_cache\n{WORD.strip()}\n"
    made = subject(tmp_path, "def test_a(): word(2)\ndef test_it(): assert word(2) == 'many'", head, "")
    assert made.fate("word", Operator.EXTREME, ("test_a", "test_it"))[0] is Fate.NOTICED


def test_what_a_child_leaves_behind(tmp_path: Path) -> None:
    """Nothing in the project: no cache, no report, no compiled file; and no process."""
    tests = (
        "import subprocess, sys\n"
        "def test_it(tmp_path):\n    (tmp_path / 'a').write_text('a')\n"
        "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', 'left-by-a-mutant'])\n"
        "    assert word(2)\n"
    )
    made = subject(tmp_path, tests)
    before = sorted(it.name for it in tmp_path.iterdir())
    found = made.fates(made.mutants(), arguments=("--junitxml=report.xml", "-x", "--lf"))
    assert Fate.NOTICED in {it.fate for it in found.fates}
    assert sorted(it.name for it in tmp_path.iterdir()) == before
    assert not [
        it for it in Path("/proc").glob("[0-9]*/cmdline") if b"left-by-a-mutant" in it.read_bytes().split(b"\0")
    ]


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    tests = (
        "import os, time\ndef test_it():\n    if not word(1):\n        Path('pid').write_text(str(os.getpid()))\n"
        "        os.kill(os.getppid(), 9)\n        time.sleep(600)\n"
    )
    made = subject(tmp_path, f"from pathlib import Path\n{tests}")
    fate, reason = made.fate("word", Operator.EXTREME)
    assert (fate, reason) == (Fate.NOT_JUDGED, "its run of pytest ended without an answer: exit status -9")
    assert all_end([int((tmp_path / "pid").read_text())])


def test_fixtures_are_ended(tmp_path: Path) -> None:
    tests = (
        "from pathlib import Path\n@pytest.fixture(scope='session')\ndef server():\n    yield\n"
        "    with open('ended', 'a') as file: file.write('x')\n"
        "def test_it(server): assert word(2)\ndef test_more(): pass\n"
    )
    made = subject(tmp_path, tests)
    chosen = [it for it in made.mutants() if it.operator.is_control or it.operator is Operator.EXTREME]
    assert made.fates(chosen, ("test_it", "test_more")).fates[0].fate is Fate.NOTICED
    assert (tmp_path / "ended").read_text() == "xx"  # of the null mutant and the mutant; the control ends no fixture


def test_a_child_that_does_not_get_so_far(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert word(2)")
    (found, *_) = made.fates(made.mutants(), arguments=("--no-such-option",)).fates
    assert found.fate is Fate.NOT_JUDGED
    assert "the child run did not get so far" in found.reason


def test_plugins_that_measure_or_distribute_are_kept_out(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert word(2)")
    arguments = ("-p", "xdist", "-p", "pytest_cov", "-n2", "--cov=subject", "--cov-report=xml")
    found = made.fates(made.mutants(), arguments=arguments)
    assert Fate.NOTICED in {it.fate for it in found.fates}, found
    assert not list(tmp_path.glob("*coverage*"))


def test_mutants_of_a_text_that_cannot_be_compiled_are_not_reached(tmp_path: Path) -> None:
    made = subject(tmp_path, "def test_it(): assert word(2)")
    *controls, whole = (it for it in made.mutants() if it.operator.is_control or it.operator is Operator.EXTREME)
    broken = Mutant("b", PATH, whole.qualname, whole.first_line, Operator.EXTREME, whole.start, whole.end, "return (")
    (found,) = made.fates([*controls, broken]).fates
    assert found.fate is Fate.NOT_REACHED
    assert "could not be compiled" in found.reason


def test_a_test_that_hangs_without_a_mutant_is_set_aside(tmp_path: Path) -> None:
    tests = "import time\ndef test_slow():\n    word(1)\n    time.sleep(600)\ndef test_it(): assert word(2)\n"
    made = subject(tmp_path, tests)
    found = made.fates(made.mutants(), ("test_slow", "test_it"))
    assert [(it.test, it.reason) for it in found.set_aside] == [("test_subject.py::test_slow", "takes over 5 s")]
    assert {it.fate for it in found.fates} == {Fate.SURVIVED, Fate.NOTICED}


def test_a_function_that_the_first_tests_no_longer_reach(tmp_path: Path) -> None:
    """In the run they filled a cache, say; in a process of its own another one does."""
    idle = "".join(f"def test_{name}(): assert True\n" for name in "abcdef")
    made = subject(tmp_path, idle + "def test_last(): assert word(2) == 'many'\n")
    names = (*(f"test_{name}" for name in "abcdef"), "test_last")
    assert made.fate("word", Operator.EXTREME, names) == (Fate.NOTICED, "AssertionError: assert None == 'many'")
