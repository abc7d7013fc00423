"""What the plugin brings into pytest's process: next to nothing without the flag, no parser with it."""

from tests.support.audited import UNTESTED, Project

SHOW = """\
import sys


def pytest_sessionfinish():
    names = sorted(name for name in sys.modules if name.split(".")[0] in {heavy})
    ours = sorted(name for name in sys.modules if name.startswith("pytest_agentaudit."))
    print("LOADED", names, ours)
"""
HEAVY = {"libcst", "coverage", "radon", "sqlite3", "pathspec", "ruamel"}


def loaded(project: Project, *, audit: bool, heavy: set[str] = HEAVY) -> str:
    project.commit({"conftest.py": SHOW.replace("{heavy}", repr(heavy))})
    project.write(UNTESTED)
    run = project.pytest("-s", audit=audit)
    (line,) = (line for line in run.stdout.split("\n") if "LOADED" in line)
    return line.partition("LOADED ")[2]


def test_without_the_flag_only_the_plugin_and_its_options_are_loaded(project: Project) -> None:
    assert loaded(project, audit=False) == "[] ['pytest_agentaudit.asked', 'pytest_agentaudit.plugin']"


def test_with_the_flag_no_parser_is_loaded(project: Project) -> None:
    text = loaded(project, audit=True, heavy={"libcst", "radon", "ruamel"})
    assert text.startswith("[] ")
    assert "pytest_agentaudit.link" in text
    assert "pytest_agentaudit.facts" not in text
    assert "pytest_agentaudit.git" not in text
