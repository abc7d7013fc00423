"""Requirements in every dialect, and what manifests of each kind declare."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.facts.declarations import Purpose, is_manifest
from pytest_agentaudit.facts.distributions import COMPANIONS, DIFFERENT, comes_with, normalised, provides
from pytest_agentaudit.facts.manifests import read_manifest
from pytest_agentaudit.facts.requirements import Bounds, bounds, from_table, read


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml",
        "libs/a/setup.cfg",
        "requirements.txt",
        "requirements-dev.txt",
        "dev-requirements.txt",
        "requirements/base.txt",
        "requirements/base.in",
        "environment.yml",
        "ci/environment-3.12.yaml",
        "Pipfile",
    ],
)
def test_a_file_that_declares(path: str) -> None:
    assert is_manifest(path)


@pytest.mark.parametrize("path", ["docs/notes.txt", "shop/requirements.py", "uv.lock", "requirements.md"])
def test_a_file_that_does_not(path: str) -> None:
    assert not is_manifest(path)


PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.26"]

[project]
name = "shop-front"
dependencies = [
  "requests[socks]>=2.31",  # CVE-2023-32681
  "tomli; python_version < '3.11'",
]

[project.optional-dependencies]
fast = ["orjson"]
test = ["pytest>=8"]

[dependency-groups]
dev = ["ruff", {include-group = "docs"}]

[tool.hatch.envs.lint]
dependencies = ["black"]

[tool.poetry.dependencies]
python = "^3.11"
numpy = "^1.26"
pandas = { version = "~2.1", optional = true }
local = { path = "../local" }

[tool.poetry.group.docs.dependencies]
sphinx = "*"
"""


def declared(path: str, text: str) -> list[tuple[str, str, str, int]]:
    found = read_manifest(MemoryTree({path: text}), path).requirements
    return [(it.name, it.specifier, it.purpose.name, it.line) for it in found]


def test_pyproject() -> None:
    assert sorted(declared("pyproject.toml", PYPROJECT)) == [
        ("black", "", "DEVELOPMENT", 19),
        ("hatchling", ">=1.26", "BUILD", 2),
        ("local", "", "RUNTIME", 25),
        ("numpy", ">=1.26,<2", "RUNTIME", 23),
        ("orjson", "", "EXTRA", 12),
        ("pandas", ">=2.1,<2.2", "EXTRA", 24),
        ("pytest", ">=8", "DEVELOPMENT", 13),
        ("requests", ">=2.31", "RUNTIME", 7),
        ("ruff", "", "DEVELOPMENT", 16),
        ("sphinx", "", "DEVELOPMENT", 28),
        ("tomli", "", "RUNTIME", 8),
    ]


def test_the_comment_beside_it_is_kept() -> None:
    found = read_manifest(MemoryTree({"pyproject.toml": PYPROJECT}), "pyproject.toml").requirements
    assert [it.comment for it in found if it.name == "requests"] == ["CVE-2023-32681"]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "setup.cfg",
            "[options]\ninstall_requires =\n  requests>=2\n  attrs\n[options.extras_require]\nfast = orjson\n",
            [("requests", ">=2", "RUNTIME", 3), ("attrs", "", "RUNTIME", 4), ("orjson", "", "EXTRA", 6)],
        ),
        ("tox.ini", "[testenv]\ndeps =\n  py{311,312}: pytest>=8\n", [("pytest", ">=8", "DEVELOPMENT", 3)]),
        (
            "setup.py",
            "from setuptools import setup\nA = ['requests>=2']\nsetup(install_requires=A, classifiers=['A :: B'])\n",
            [("requests", ">=2", "RUNTIME", 2)],
        ),
        (
            "setup.py",
            "setup(install_requires='a>=1\\nb', extras_require={'x': 'c>=2', 'y': ['d']})\n",
            [("a", ">=1", "RUNTIME", 1), ("b", "", "RUNTIME", 1), ("c", ">=2", "RUNTIME", 1), ("d", "", "RUNTIME", 1)],
        ),
        ("noxfile.py", "def t(session):\n    session.install('pytest')\n", [("pytest", "", "DEVELOPMENT", 2)]),
        (
            "requirements.txt",
            "# all\nrequests==2.32.3 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n-r other.txt\nattrs  # fast\n",
            [("requests", "==2.32.3", "RUNTIME", 2), ("attrs", "", "RUNTIME", 6)],
        ),
        ("requirements-dev.txt", "-e git+https://x.invalid/y#egg=Why\n", [("why", "", "DEVELOPMENT", 1)]),
        (
            "environment.yml",
            "name: x\ndependencies:\n  - python=3.12\n  - numpy=1.26\n  - pip:\n    - requests>=2\n",
            [
                ("python", "==3.12.*", "RUNTIME", 3),
                ("numpy", "==1.26.*", "RUNTIME", 4),
                ("requests", ">=2", "RUNTIME", 6),
            ],
        ),
        (
            "Pipfile",
            '[packages]\nrequests = ">=2"\n[dev-packages]\npytest = "*"\n',
            [
                ("requests", ">=2", "RUNTIME", 2),
                ("pytest", "", "DEVELOPMENT", 4),
            ],
        ),
        ("pyproject.toml", "[project\n", []),
        ("setup.py", "def (", []),
        ("setup.cfg", "no section", []),
    ],
)
def test_other_files(path: str, text: str, expected: list[tuple[str, str, str, int]]) -> None:
    assert declared(path, text) == expected


@given(
    st.sampled_from(["pyproject.toml", "setup.cfg", "setup.py", "requirements.txt", "environment.yml", "tox.ini"]),
    st.binary(),
)
def test_no_bytes_stop_the_reading(path: str, content: bytes) -> None:
    assert read_manifest(MemoryTree({path: content}), path).path == path


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = "x"\n',
        "[project]\ndependencies = [1, {a = 1}]\n",
        "project = 1\n",
        "[tool]\npoetry = 1\n",
        "[tool.poetry.dependencies]\na = []\nb = 1\nc = [1]\n",
        "[dependency-groups]\na = 1\n",
    ],
)
def test_odd_tables_stop_nothing(text: str) -> None:
    assert read_manifest(MemoryTree({"pyproject.toml": text}), "pyproject.toml").path == "pyproject.toml"


@pytest.mark.parametrize(
    ("specifier", "lower", "upper"),
    [
        ("", None, None),
        (">=2.1", "2.1", None),
        (">=2,<3", "2", "3"),
        ("==2.32.3", "2.32.3", "2.32.3"),
        ("==2.32.*", "2.32", "2.33"),
        ("~=1.4.2", "1.4.2", "1.5"),
        ("~=2.1", "2.1", "3"),
        ("!=2.0", None, None),
        ("nonsense", None, None),
        ("===x", None, None),
    ],
)
def test_bounds(specifier: str, lower: str | None, upper: str | None) -> None:
    def version(text: str | None) -> Version | None:
        return Version(text) if text else None

    assert bounds(specifier) == Bounds(version(lower), version(upper), pinned=lower is not None and lower == upper)


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("1.2", "==1.2"),
        ("*", ""),
        (">=1,<2", ">=1,<2"),
        ("^1 || ^2", ">=1,<2"),
        ("^x", ""),
    ],
)
def test_poetrys_constraints(constraint: str, expected: str) -> None:
    assert from_table("a", constraint, Purpose.RUNTIME, "p", 1, "w").specifier == expected


@pytest.mark.parametrize("text", ["", "a b c", "-e .", "https://x.invalid/y.whl", "==2", "x" * 10_000 + " y"])
def test_what_is_no_requirement(text: str) -> None:
    assert read(text, Purpose.RUNTIME, "p", 1, "w") is None


@pytest.mark.parametrize(
    ("distribution", "module"),
    [
        ("requests", "requests.auth"),
        ("pyyaml", "yaml"),
        ("python-dateutil", "dateutil.parser"),
        ("google-cloud-storage", "google.cloud.storage"),
        ("ruamel-yaml", "ruamel.yaml"),
        ("pyjwt", "jwt"),
        ("gitpython", "git"),
        ("psycopg2-binary", "psycopg2"),
        ("scikit-learn", "sklearn"),
        ("typing-extensions", "typing_extensions"),
        ("flask-sqlalchemy", "flask_sqlalchemy"),
        ("attrs", "attr"),
    ],
)
def test_who_provides(distribution: str, module: str) -> None:
    assert provides(distribution, module)


@pytest.mark.parametrize(
    ("distribution", "module"), [("requests", "urllib3"), ("types-requests", "requests"), ("py", "six")]
)
def test_who_does_not(distribution: str, module: str) -> None:
    assert not provides(distribution, module)


def test_companions() -> None:
    assert comes_with(["click", "requests"], "urllib3.util") == "requests"
    assert comes_with(["click"], "urllib3") == ""


def test_the_tables_hold_normalised_names() -> None:
    names = {name for names in DIFFERENT.values() for name in names} | set(COMPANIONS)
    assert {name for name in names if normalised(name) != name} == set()
