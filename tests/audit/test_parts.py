"""Parts of a repository with policies of their own: the nearest one governs, whole."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Level, Promise, StepResult, Verdict
from tests.support.repo import GitRepo

CODE = "def label(name):\n    return name\n"
QUIET = CODE.replace("return name\n", "return name  # noqa\n")
PART = "services/a"
PLACES = ("src/label.py", f"{PART}/src/label.py")


def policy(text: str = "") -> str:
    return f'[project]\nname = "x"\n\n[tool.agentaudit]\n{text}'


def branches(count: int) -> str:
    """A function of this complexity, and one more for each `if`."""
    body = "".join(f"    if name == {number}:\n        return {number + 1}\n" for number in range(count - 1))
    return f"def label(name):\n{body}    return name\n"


class Repo(GitRepo):
    """A base with policies, and the same change in the root and in a part."""

    def begin(self, root: str, part: str | None, files: Mapping[str, str] | None = None) -> None:
        own = {f"{PART}/pyproject.toml": part} if part is not None else {}
        self.commit({"pyproject.toml": root, **own, **dict.fromkeys(PLACES, CODE), **(files or {})})
        self.git("tag", "base")

    def judged(self, head: str | None = None, promise: Promise = Promise.ADVISORY) -> Verdict:
        return check(Request(str(self.path), base="base", head=head, promise=promise))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def levels(verdict: Verdict, rule: str = "added-suppression") -> dict[str, Level]:
    return {it.location.path: it.level for it in verdict.findings if it.rule == rule}


@pytest.mark.parametrize(
    ("root", "part", "expected"),
    [
        (policy('rules = { added-suppression = "note" }'), policy(), (Level.NOTE, Level.ERROR)),
        (policy(), policy('rules = { added-suppression = "note" }'), (Level.ERROR, Level.NOTE)),
        (policy('rules = { added-suppression = "note" }'), '[project]\nname = "a"\n', (Level.NOTE, Level.NOTE)),
        (policy('rules = { added-suppression = "note" }'), None, (Level.NOTE, Level.NOTE)),
        (
            policy('[[tool.agentaudit.overrides]]\npaths = ["src/**"]\nrules = { added-suppression = "note" }'),
            policy('[[tool.agentaudit.overrides]]\npaths = ["/src/**"]\nrules = { added-suppression = "warning" }'),
            (Level.NOTE, Level.WARNING),
        ),
        (
            policy(f'[[tool.agentaudit.overrides]]\npaths = ["{PART}/**"]\nrules = {{ added-suppression = "note" }}'),
            policy(),
            (Level.ERROR, Level.ERROR),
        ),
    ],
    ids=["stricter", "milder", "no policy", "no file", "overrides count from there", "the root's do not reach in"],
)
def test_the_nearest_policy_gives_the_levels(
    repo: Repo, root: str, part: str | None, expected: tuple[Level, Level]
) -> None:
    repo.begin(root, part)
    repo.write(dict.fromkeys(PLACES, QUIET))
    assert levels(repo.judged()) == dict(zip(PLACES, expected, strict=True))


def test_the_innermost_of_nested_parts_counts(repo: Repo) -> None:
    inner = f"{PART}/src/pyproject.toml"
    repo.begin(policy(), policy('rules = { added-suppression = "off" }'), {inner: policy()})
    repo.write(dict.fromkeys(PLACES, QUIET))
    assert levels(repo.judged()) == dict.fromkeys(PLACES, Level.ERROR)


def test_a_switched_off_rule_of_a_part_is_counted(repo: Repo) -> None:
    repo.begin(policy(), policy('rules = { added-suppression = "off" }'))
    repo.write(dict.fromkeys(PLACES, QUIET))
    verdict = repo.judged()
    assert (set(levels(verdict)), verdict.off) == ({PLACES[0]}, {"added-suppression": 1})


@pytest.mark.parametrize(("root", "part", "found"), [(30, 5, PLACES[1]), (5, 30, PLACES[0])])
def test_options_are_the_parts(repo: Repo, root: int, part: int, found: str) -> None:
    one, other = (policy(f"rules = {{ raised-complexity = {{ max = {it}, jump = 50 }} }}") for it in (root, part))
    repo.begin(one, other)
    repo.write(dict.fromkeys(PLACES, branches(12)))
    assert list(levels(repo.judged(), "raised-complexity")) == [found]


def test_roles_and_source_count_from_the_part(repo: Repo) -> None:
    part = policy('source = ["/lib/**"]\n[tool.agentaudit.roles]\ngenerated = ["/src/**"]\n')
    repo.begin(policy(), part, {f"{PART}/lib/b.py": CODE, "lib/b.py": CODE})
    repo.write(dict.fromkeys((*PLACES, f"{PART}/lib/b.py"), QUIET))
    assert set(levels(repo.judged())) == {PLACES[0], f"{PART}/lib/b.py"}


STEP = '[[tool.agentaudit.steps]]\nname = "{0}"\nwhen = ["src/**"]\n'


def test_steps_are_called_for_by_what_a_policy_governs(repo: Repo) -> None:
    log = STEP.format("log") + 'require = ["/CHANGES.md"]\n'
    repo.begin(policy(log), policy(log), {"CHANGES.md": "", f"{PART}/CHANGES.md": ""})
    repo.write({PLACES[1]: QUIET, "CHANGES.md": "1\n"})
    (step,) = repo.judged().steps
    assert (step.name, step.result, step.paths) == (f"{PART}: log", StepResult.FAILED, (PLACES[1],))
    repo.write({f"{PART}/CHANGES.md": "1\n"})
    assert [it.result for it in repo.judged().steps] == [StepResult.PASSED]
    repo.write({PLACES[0]: QUIET})
    assert [it.name for it in repo.judged().steps] == ["log", f"{PART}: log"]


def test_a_parts_commands_run_in_its_folder(repo: Repo) -> None:
    run = (
        f'run = ["{sys.executable}", "-c", "import os, sys; sys.exit(os.getcwd()[-10:] + sys.argv[1])", "{{files}}"]\n'
    )
    repo.begin(policy(), policy(STEP.format("here") + run))
    repo.write({PLACES[1]: QUIET})
    (step,) = repo.judged().steps
    assert "services/asrc/label.py" in step.reason
    assert [it.location.path for it in repo.judged().findings if it.rule == "missing-step"] == [PLACES[1]]


def test_a_verified_change_is_judged_by_the_parts_of_the_very_base(repo: Repo) -> None:
    """Where a change begins is its own choice: at an older base the part may have demanded less."""
    repo.begin(policy(), policy('rules = { added-suppression = "off" }'))
    repo.git("checkout", "-q", "-b", "change")
    head = repo.commit({PLACES[1]: QUIET})
    repo.git("checkout", "-q", "main")
    newest = repo.commit({f"{PART}/pyproject.toml": policy()})
    repo.git("tag", "-f", "base", newest)
    assert levels(repo.judged(head)) == {}
    verdict = check(Request(str(repo.path), base=newest, head=head, promise=Promise.VERIFIED))
    assert levels(verdict) == {PLACES[1]: Level.ERROR}


def test_what_is_some_tests_input_governs_nothing(repo: Repo) -> None:
    place = "tests/data/pyproject.toml"
    repo.begin(policy(), None, {place: policy('rules = { added-suppression = "off" }'), "tests/data/test_a.py": CODE})
    repo.write({"tests/data/test_a.py": QUIET})
    assert set(levels(repo.judged())) == {"tests/data/test_a.py"}


def test_a_part_that_cannot_be_read_stops_what_it_governs_alone(repo: Repo) -> None:
    repo.begin(policy(), policy("waiver-days = 0\n"))
    repo.write({PLACES[0]: QUIET})
    assert set(levels(repo.judged())) == {PLACES[0]}
    repo.write({PLACES[1]: QUIET})
    with pytest.raises(AuditError, match=rf"the policy of the base cannot be used: {PART}/pyproject\.toml:5"):
        repo.judged()


STRICT = policy('rules = { removed-test = "error" }\n' + STEP.format("log") + 'require = ["CHANGES.md"]\n')


@pytest.mark.parametrize(
    ("root", "first", "symbols"),
    [
        (STRICT, policy(), {"log", "removed-test"}),
        (STRICT, STRICT, set()),
        (STRICT, STRICT.replace('"error"', '"off"'), {"removed-test"}),
        (policy(), policy('rules = { stub = "off" }'), {"stub"}),
        ('[project]\nname = "x"\n', policy('rules = { stub = "off" }'), {"stub"}),
        (policy(), policy('rules = { stub = "error" }'), set()),
        (policy(), '[project]\nname = "a"\n', set()),
        (policy(), policy('overrides = [{ paths = ["src/**"], rules = { stub = "off" } }]'), {"stub in src/**"}),
    ],
)
def test_a_parts_first_policy_that_demands_less_is_an_edit_of_a_guard(
    repo: Repo, root: str, first: str, symbols: set[str]
) -> None:
    repo.begin(root, '[project]\nname = "a"\n')
    repo.write({f"{PART}/pyproject.toml": first, PLACES[1]: QUIET})
    verdict = repo.judged()
    found = [it for it in verdict.findings if it.rule == "edited-guard"]
    assert {it.location.symbol for it in found} == symbols
    assert {(it.level, it.location.path) for it in found} <= {(Level.ERROR, f"{PART}/pyproject.toml")}
    assert levels(verdict) == {PLACES[1]: Level.ERROR}
