"""The spare: what begins in it is as good as a new process, and it is in nobody's way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there are spares under Linux alone")

BEGIN = """
import os, sys
from pathlib import Path
from pytest_agentaudit.witness.spare import Call, Spare
here = Path(os.environ["HERE"])
spare = Spare.make()
def call(seconds=20.0):
    return Call(("child", "order", "answer"), str(here), tuple(sys.path), {"MARK": "new"}, str(here / "said"), seconds)
"""


def script(folder: Path, text: str) -> str:
    """What a script prints that has a spare."""
    (folder / "orders.py").write_text(
        "import os, sys\n\ndef main(*arguments):\n    exec(open('work.py').read())\n", encoding="ascii"
    )
    stand_in = "import pytest_agentaudit.witness as room\nimport sys\nsys.path.insert(0, os.environ['HERE'])\n"
    stand_in += "import orders\nsys.modules['pytest_agentaudit.witness.orders'] = orders\n"
    done = subprocess.run(
        [sys.executable, "-c", BEGIN.replace("spare = Spare.make()", f"{stand_in}spare = Spare.make()") + text],
        env={"HERE": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def test_a_child_begins_as_it_was_told(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(
        "import os, sys\nprint(os.environ['MARK'], 'HERE' in os.environ, os.getcwd(), arguments, len(sys.argv))\n",
        encoding="ascii",
    )
    said = script(tmp_path, "done = spare.run(call())\nprint(done.status, done.timed_out, done.stdout.decode())\n")
    assert said == f"0 False new False {tmp_path} ('child', 'order', 'answer') 1"


def test_one_after_the_other_and_each_anew(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("import sys\nsys.left = getattr(sys, 'left', 0) + 1\nprint(sys.left)\n", "ascii")
    said = script(tmp_path, "print([spare.run(call()).stdout for _ in range(3)])\n")
    assert said == str([b"1\n"] * 3)


def test_one_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("raise LookupError('no such thing')\n", "ascii")
    said = script(tmp_path, "done = spare.run(call())\nprint(done.status, done.stdout.decode())\n")
    assert said == "1 ERROR LookupError: no such thing"


def test_one_that_does_not_end_is_ended(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("while True:\n    pass\n", "ascii")
    said = script(tmp_path, "done = spare.run(call(0.5))\nprint(done.status, done.timed_out)\n")
    assert said == "-9 True"


def test_it_is_nobodys_child_and_ends_with_the_run(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("print(os.getppid())\n", "ascii")
    text = "print(spare.run(call()).stdout.decode().strip())\n"
    text += "try:\n    os.wait()\nexcept ChildProcessError:\n    print('none')\n"
    pid, alone = script(tmp_path, text).split("\n")
    assert alone == "none"
    for _ in range(200):
        if not Path("/proc", pid).exists():
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert not Path("/proc", pid).exists()


HELD = """
import select
reading, writing = os.pipe()
other = Spare.make({apart})
os.close(writing)
poll = select.poll()
poll.register(reading, select.POLLIN)
print(bool(poll.poll(500)))
"""


@pytest.mark.parametrize(("apart", "is_let_go"), [("()", False), ("(reading, writing)", True)])
def test_it_lets_go_of_what_is_none_of_its_business(tmp_path: Path, apart: str, *, is_let_go: bool) -> None:
    assert script(tmp_path, HELD.format(apart=apart)) == str(is_let_go)


def test_none_where_the_process_is_traced(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("", "ascii")
    assert (
        script(tmp_path, "sys.settrace(lambda *_: None)\nmade = Spare.make()\nsys.settrace(None)\nprint(made)\n")
        == "None"
    )


def test_it_knows_what_it_was_forked_with(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("", "ascii")
    text = "print(spare.has_loaded(str(here)), spare.has_loaded(str(here / 'elsewhere')))\n"
    assert script(tmp_path, text) == "True False"
