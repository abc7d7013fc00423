"""The effective settings are those that the tools themselves start with, each where it stands."""

from collections.abc import Mapping
from pathlib import Path

import coverage
import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.change.model import SYMLINK, Entry, MemoryTree
from pytest_agentaudit.facts.model import Problem
from pytest_agentaudit.facts.settings import problems, settings

PYTEST_9 = int(pytest.__version__.split(".")[0]) >= 9
NATIVE = "[tool.pytest]\naddopts = ['-k', 'native']\n"
COMPATIBLE = "[tool.pytest.ini_options]\naddopts = '-k compatible'\n"

ARRANGEMENTS: Mapping[str, Mapping[str, str]] = {
    "nothing": {},
    "pyproject of another tool": {"pyproject.toml": "[tool.x]\n"},
    "pyproject": {"pyproject.toml": COMPATIBLE},
    "empty table": {"pyproject.toml": "[tool.pytest.ini_options]\n", "tox.ini": "[pytest]\naddopts = -k tox\n"},
    "pytest.ini beats pyproject": {"pytest.ini": "[pytest]\naddopts = -k ini\n", "pyproject.toml": COMPATIBLE},
    "empty pytest.ini beats pyproject": {"pytest.ini": "", "pyproject.toml": COMPATIBLE},
    "empty .pytest.ini beats pyproject": {".pytest.ini": "", "pyproject.toml": COMPATIBLE},
    "pytest.ini beats another .pytest.ini": {
        "pytest.ini": "[pytest]\naddopts = -k a\n",
        ".pytest.ini": "[pytest]\naddopts=-k b",
    },
    "empty tox.ini beats nothing": {"tox.ini": "", "setup.cfg": "[tool:pytest]\naddopts = -k cfg\n"},
    "pyproject beats tox.ini": {"pyproject.toml": COMPATIBLE, "tox.ini": "[pytest]\naddopts = -k tox\n"},
    "tox.ini beats setup.cfg": {
        "tox.ini": "[pytest]\naddopts = -k tox\n",
        "setup.cfg": "[tool:pytest]\naddopts = -k c",
    },
    "setup.cfg": {"setup.cfg": "[tool:pytest]\naddopts = -k cfg\npython_files = check_*.py a.py\n"},
    "no inheritance in pytest's files": {"tox.ini": "[DEFAULT]\naddopts = -k lost\n[pytest]\ntestpaths = x y\n"},
    "case counts in pytest's files": {"pytest.ini": "[pytest]\nAddopts = -k lost\n"},
    "override in addopts": {"pytest.ini": "[pytest]\naddopts = -o python_files=z.py\npython_files = a.py\n"},
    "native table": {"pyproject.toml": NATIVE},
    "native table beside an empty one": {"pyproject.toml": NATIVE + "[tool.pytest.ini_options]\n"},
    "pytest.toml beats pytest.ini": {"pytest.toml": "[pytest]\naddopts=['-k', 'toml']\n", "pytest.ini": "[pytest]\n"},
    "empty pytest.toml beats pytest.ini": {"pytest.toml": "", "pytest.ini": "[pytest]\naddopts = -k ini\n"},
    "empty .pytest.toml beats pyproject": {".pytest.toml": "", "pyproject.toml": COMPATIBLE},
    "a comment that ends at a lone CR": {"pytest.ini": "[pytest]\n# x\raddopts = -k hidden\n"},
}


def values(files: Mapping[str, str | bytes], folder: str = "") -> dict[str, object]:
    return {key: setting.value for key, setting in settings(MemoryTree(files), folder).items()}


@pytest.mark.parametrize("files", ARRANGEMENTS.values(), ids=ARRANGEMENTS)
def test_pytest_starts_with_the_same(files: Mapping[str, str], pytester: pytest.Pytester) -> None:
    for name, text in files.items():
        (pytester.path / name).write_text(text, newline="")
    config = pytester.parseconfig()
    ours = settings(MemoryTree(files))
    found = {key: setting.value for key, setting in ours.items()}
    assert found.get("pytest.addopts.-k", "") == config.option.keyword
    assert list(as_texts(found.get("pytest.python_files", ("test_*.py", "*_test.py")))) == config.getini("python_files")
    assert list(as_texts(found.get("pytest.testpaths", ()))) == config.getini("testpaths")
    assert {setting.path for setting in ours.values()} <= {config.inipath.name if config.inipath else ""}


def as_texts(value: object) -> tuple[str, ...]:
    assert isinstance(value, tuple)
    return value


COVERAGE: Mapping[str, Mapping[str, str]] = {
    "nothing": {},
    ".coveragerc": {".coveragerc": "[run]\nomit = a, b\n  c\nbranch = Yes\n[report]\nfail_under = 81.5\n"},
    "empty .coveragerc beats pyproject": {".coveragerc": "", "pyproject.toml": "[tool.coverage.run]\nomit=['a']\n"},
    "prefixed section": {".coveragerc": "[coverage:run]\nomit = p\n"},
    "setup.cfg": {"setup.cfg": "[coverage:run]\nOMIT = a\n[coverage:report]\nexclude_also =\n  a, b\n  c\n"},
    "setup.cfg of another tool": {"setup.cfg": "[run]\nomit = a\n", "tox.ini": "[coverage:run]\nomit = t\n"},
    "tox.ini beats pyproject": {
        "tox.ini": "[coverage:run]\nomit=t",
        "pyproject.toml": "[tool.coverage.run]\nomit=['a']",
    },
    "pyproject": {
        "pyproject.toml": "[tool.coverage]\nrun.omit = ['a,b', 'c']\nreport.fail_under = 90\nrun.branch=true\n"
    },
    "inheritance": {"setup.cfg": "[DEFAULT]\nomit = inherited\n[coverage:run]\nbranch = no\n"},
}


@pytest.mark.parametrize("files", COVERAGE.values(), ids=COVERAGE)
def test_coverage_starts_with_the_same(
    files: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    theirs = coverage.Coverage(data_file=None)
    found = values(files)
    assert list(as_texts(found.get("coverage.run.omit", ()))) == (theirs.get_option("run:omit") or [])
    assert found.get("coverage.run.branch", False) == theirs.get_option("run:branch")
    assert found.get("coverage.report.fail_under", 0.0) == theirs.get_option("report:fail_under")
    assert list(as_texts(found.get("coverage.report.exclude_also", ()))) == theirs.get_option("report:exclude_also")


def test_coverage_reads_the_file_that_pytest_cov_is_given() -> None:
    files = {
        "pytest.ini": "[pytest]\naddopts = --cov --cov-config=ci/cov.ini\n",
        ".coveragerc": "[run]\nomit = a\n",
        "ci/cov.ini": "[run]\nomit = everything\n",
    }
    assert values(files)["coverage.run.omit"] == ("everything",)
    assert "coverage.run.omit" not in values(files | {"ci/cov.ini": ""})


def test_coverage_reads_a_toml_file_of_its_own() -> None:
    assert values({".coveragerc.toml": "[run]\nomit = ['a']\n"}) == {"coverage.run.omit": ("a",)}
    assert values({".coveragerc.toml": "[tool.coverage.run]\nomit = ['b']\n"}) == {"coverage.run.omit": ("b",)}


def test_paths_of_coverage_are_lists() -> None:
    assert values({".coveragerc": "[paths]\nsource =\n  src\n  */site-packages\n"}) == {
        "coverage.paths.source": ("src", "*/site-packages")
    }


def test_every_option_of_addopts_is_a_setting_of_its_own() -> None:
    text = """[pytest]
addopts =
  -ra -k 'not slow'
  --deselect=tests/a.py::b
  --cov-fail-under=80
  -p no:x --co t
"""
    found = settings(MemoryTree({"tox.ini": text}))
    assert {key.removeprefix("pytest.addopts"): (it.value, it.line) for key, it in found.items()} == {
        "": (
            ("-ra", "-k", "not slow", "--deselect=tests/a.py::b", "--cov-fail-under=80", "-p", "no:x", "--co", "t"),
            2,
        ),
        ".-r": ("a", 3),
        ".-k": ("not slow", 3),
        ".--deselect": (("tests/a.py::b",), 4),
        ".--cov-fail-under": ("80", 5),
        ".-p": (("no:x",), 6),
        ".--collect-only": (True, 6),
        ".paths": (("t",), 2),
    }


def test_the_items_of_a_toml_list_have_lines() -> None:
    text = "[tool.pytest.ini_options]\naddopts = [\n  '-q',\n  '-k', 'x',\n]\n"
    found = settings(MemoryTree({"pyproject.toml": text}))
    assert found["pytest.addopts"].line == 2
    assert found["pytest.addopts.-q"].line == 3
    assert found["pytest.addopts.-k"].line == 4


def test_a_strict_option_is_a_setting() -> None:
    found = values({"pytest.ini": "[pytest]\naddopts = --strict-markers -o xfail_strict=yes\n"})
    assert ("pytest.strict_markers" in found, found.get("pytest.strict_xfail", False)) == (PYTEST_9, PYTEST_9)


def test_the_old_name_of_a_setting_gives_way_to_the_new_one() -> None:
    assert values({"pytest.ini": "[pytest]\nxfail_strict = true\n"}) == {"pytest.strict_xfail": True}
    text = "[pytest]\nstrict_xfail = off\nxfail_strict = on\n"
    assert values({"pytest.ini": text}) == {"pytest.strict_xfail": False}


def test_lines_of_lists() -> None:
    text = "[pytest]\nmarkers =\n  slow: takes long\n  network\nfilterwarnings = error\n"
    assert values({"pytest.ini": text}) == {
        "pytest.markers": ("slow: takes long", "network"),
        "pytest.filterwarnings": ("error",),
    }


RUFF = "line-length = 100\nselect = ['E']\n[lint]\nselect = ['F']\n[lint.per-file-ignores]\n'tests/**' = ['S']\n"


def test_ruff() -> None:
    assert values({"ruff.toml": RUFF, "pyproject.toml": "[tool.ruff]\nline-length = 1\n"}) == {
        "ruff.line-length": 100,
        "ruff.lint.select": ("F",),
        "ruff.lint.per-file-ignores.tests/**": ("S",),
    }
    assert values({".ruff.toml": "", "ruff.toml": RUFF}) == {}
    assert values({"pyproject.toml": "[tool.ruff]\nignore = ['E501']\n"}) == {"ruff.lint.ignore": ("E501",)}


def test_ruff_extends_other_files() -> None:
    files = {
        "pkg/ruff.toml": "extend = '../base.toml'\nline-length = 80\n",
        "base.toml": "line-length = 120\nlint.select = ['E']\nextend = 'base.toml'\n",
    }
    found = settings(MemoryTree(files), "pkg")
    assert found["ruff.line-length"].value == 80
    assert (found["ruff.lint.select"].value, found["ruff.lint.select"].path) == (("E",), "base.toml")


def test_mypy_has_the_same_keys_in_ini_and_toml() -> None:
    ini = """[mypy]
strict = True
plugins = a, b
[mypy-shop.*,other]
ignore_errors = true
"""
    toml = """[tool.mypy]
strict = true
plugins = ["a", "b"]
[[tool.mypy.overrides]]
module = ["shop.*", "other"]
ignore_errors = true
"""
    expected = {
        "mypy.strict": True,
        "mypy.plugins": ("a", "b"),
        "mypy[shop.*].ignore_errors": True,
        "mypy[other].ignore_errors": True,
    }
    assert values({"mypy.ini": ini, "pyproject.toml": "[tool.mypy]\nstrict = false\n"}) == expected
    assert values({"setup.cfg": ini}) == expected
    assert values({"pyproject.toml": toml, "setup.cfg": "[mypy]\nstrict = False\n"}) == expected
    assert settings(MemoryTree({"pyproject.toml": toml}))["mypy[other].ignore_errors"].line == 6


def test_mypy_passes_a_broken_file() -> None:
    assert values({"mypy.ini": "broken", "setup.cfg": "[mypy]\nstrict = True\n"}) == {"mypy.strict": True}


def test_flake8() -> None:
    files = {
        ".flake8": "[flake8]\nselect = X\n",
        "tox.ini": "[flake8]\nextend_ignore = E1, E2\n  E3\nmax-line-length=9\n",
    }
    assert values(files) == {"flake8.extend-ignore": ("E1", "E2", "E3"), "flake8.max-line-length": "9"}
    assert values({".flake8": "[flake8]\nselect = X\n", "setup.cfg": "[x]\n"}) == {"flake8.select": ("X",)}


def test_the_nearest_folder_with_settings_governs() -> None:
    files = {
        "pytest.ini": "[pytest]\naddopts = -k root\n",
        "pkg/tox.ini": "[pytest]\naddopts = -k pkg\n",
        "pkg/a/setup.py": "",
    }
    assert values(files)["pytest.addopts.-k"] == "root"
    assert values(files, "pkg/a")["pytest.addopts.-k"] == "pkg"
    assert values(files, "other")["pytest.addopts.-k"] == "root"


class LinkTree(MemoryTree):
    """A tree in which some files are symbolic links."""

    def __init__(self, files: Mapping[str, str], links: Mapping[str, str]) -> None:
        super().__init__({**files, **links})
        self.links = links

    def entries(self) -> Mapping[str, Entry]:
        return {path: Entry(SYMLINK) if path in self.links else entry for path, entry in super().entries().items()}


def test_symbolic_links_are_followed_inside_the_tree() -> None:
    tree = LinkTree({"ci/p.ini": "[pytest]\naddopts = -k x\n"}, {"pytest.ini": "ci/link", "ci/link": "p.ini"})
    assert settings(tree)["pytest.addopts.-k"].value == "x"


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "pytest.ini", "absent"])
def test_a_link_that_leads_nowhere_is_no_file(target: str) -> None:
    tree = LinkTree({"tox.ini": "[pytest]\naddopts = -k tox\n"}, {"pytest.ini": target})
    assert settings(tree)["pytest.addopts.-k"].value == "tox"


@pytest.mark.parametrize(
    ("files", "path", "problem"),
    [
        ({"pytest.ini": "[pytest]\nx\n"}, "pytest.ini", Problem("neither a [section] nor key = value: x", 2)),
        ({"pytest.ini": b"[pytest]\nx = \xff\n"}, "pytest.ini", Problem("byte 13 is not UTF-8", 2)),
        ({"pyproject.toml": "a = \n"}, "pyproject.toml", Problem("Invalid value", 1)),
        ({"setup.cfg": "[a]\n[a]\n"}, "setup.cfg", Problem("section [a] stands twice", 2)),
        ({"tox.ini": "[pytest]\naddopts = -k 'x\n"}, "tox.ini", Problem("addopts: No closing quotation", 2)),
        ({".coveragerc": "omit = a\n"}, ".coveragerc", Problem("a value stands before the first [section]", 1)),
        ({"ruff.toml": "["}, "ruff.toml", Problem("Invalid initial character for a key part", 1)),
    ],
)
def test_a_broken_file_is_named(files: Mapping[str, str | bytes], path: str, problem: Problem) -> None:
    found = problems(MemoryTree(files))
    assert list(found) == [path]
    assert (found[path].cause.startswith(problem.cause), found[path].line) == (True, problem.line)


@pytest.mark.skipif(not PYTEST_9, reason="pytest 8 has no native table to mix up")
def test_two_tables_that_pytest_refuses_together_are_named() -> None:
    found = problems(MemoryTree({"pyproject.toml": NATIVE + COMPATIBLE}))["pyproject.toml"]
    assert found.cause.startswith("[tool.pytest] and [tool.pytest.ini_options] stand side by side")
    assert found.line == 3


def test_a_broken_file_ends_the_search_as_it_ends_pytest() -> None:
    assert values({"pytest.ini": "broken", "pyproject.toml": COMPATIBLE}) == {}


def test_a_broken_file_of_one_tool_leaves_the_others() -> None:
    files = {".coveragerc": "broken", "pytest.ini": "[pytest]\naddopts = -q\n", "ruff.toml": "line-length = 9\n"}
    assert values(files)["pytest.addopts.-q"] is True
    assert values(files)["ruff.line-length"] == 9


NAMES = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", ".coveragerc", "mypy.ini", "ruff.toml", "pytest.toml")
PIECES = (
    "[pytest]\n",
    "[tool:pytest]\n",
    "[tool.pytest.ini_options]\n",
    "[tool.pytest]\n",
    "[mypy]\n",
    "[run]\n",
    "[flake8]\n",
    "addopts = -k 'x\n",
    "addopts = ['-q', 3]\n",
    "addopts = 3\n",
    "testpaths = [{a = 1}]\n",
    "omit = 5\n",
    "[[x]]\n",
    "[tool]\nruff = 1\n",
    "[[tool.mypy.overrides]]\nmodule = 3\n",
    "[tool]\nmypy.overrides = [1]\n",
    "extend = 3\n",
    "\x00",
    "é",
    "\r",
    "  x\n",
    "= 1\n",
    "[",
    "run = 1\n",
    "pytest = 1\n",
    "tool = 1\n",
    "tool.coverage = []\n",
)


@hypothesis.settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(PIECES), max_size=4).map("".join), max_size=3))
def test_no_file_makes_it_raise(files: dict[str, str]) -> None:
    tree = MemoryTree(files)
    found = settings(tree)
    assert all(setting.path in files and setting.line >= 1 for setting in found.values())
    assert problems(tree).keys() <= files.keys()


@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=40), max_size=3))
def test_no_bytes_make_it_raise(files: dict[str, bytes]) -> None:
    assert problems(MemoryTree(files)).keys() <= files.keys()


def test_the_house_reads_its_own() -> None:
    text = Path(__file__).parents[2].joinpath("pyproject.toml").read_bytes()
    found = values({"pyproject.toml": text})
    assert found["pytest.testpaths"] == ("tests",)
    assert found["mypy.strict"] is True
    assert found["ruff.target-version"] == "py311"
