"""CI definitions (GitHub Actions, GitLab CI, CircleCI, Azure Pipelines) as jobs with the commands that they run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_agentaudit.facts.gates.document import Item, yaml
from pytest_agentaudit.facts.gates.model import Check, Command
from pytest_agentaudit.facts.gates.shell import commands, is_checking
from pytest_agentaudit.patterns import regex

ACTIONS = {
    "pre-commit/action": ("pre-commit", Check.RUNNER),
    "pre-commit-ci/lite-action": ("pre-commit lite", Check.RUNNER),
    "astral-sh/ruff-action": ("ruff", Check.LINT),
    "chartboost/ruff-action": ("ruff", Check.LINT),
    "psf/black": ("black", Check.FORMAT),
    "jakebailey/pyright-action": ("pyright", Check.TYPES),
    "github/codeql-action/analyze": ("codeql", Check.SECURITY),
    "pypa/gh-action-pip-audit": ("pip-audit", Check.SECURITY),
    "gitleaks/gitleaks-action": ("gitleaks", Check.SECURITY),
    "zizmorcore/zizmor-action": ("zizmor", Check.SECURITY),
    "semgrep/semgrep-action": ("semgrep", Check.SECURITY),
    "returntocorp/semgrep-action": ("semgrep", Check.SECURITY),
    "aquasecurity/trivy-action": ("trivy", Check.SECURITY),
    "codecov/codecov-action": ("codecov", Check.COVERAGE),
    "coverallsapp/github-action": ("coveralls", Check.COVERAGE),
    "py-cov-action/python-coverage-comment-action": ("coverage comment", Check.COVERAGE),
    "orgoro/coverage": ("coverage comment", Check.COVERAGE),
}
"""Published actions that check, with the tool that they run."""

ADDOPTS = "PYTEST_ADDOPTS"
NEVER = regex(r"(\$\{\{\s*)?(false|never\(\)|'false'|0)(\s*\}\})?|never")
_TRUE = frozenset({"true", "yes", "on"})
_GITLAB_WORDS = frozenset(
    {"default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script", "spec"}
    | {"after_script", "pages:deploy"}
)


class Job(Struct, frozen=True):
    """A job: `name` its id, `versions` the values of each list of its matrix, `needs` the jobs that it waits for.

    `off` says why it never runs ("", where it may).
    """

    name: str
    line: int
    commands: tuple[Command, ...] = ()
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    matrix_line: int = 0
    needs: tuple[str, ...] = ()
    needs_line: int = 0
    runs_on: str = ""


class Trigger(Struct, frozen=True):
    """An event that starts a workflow, with the filters of branches and paths on it."""

    event: str
    line: int
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Workflow(Struct, frozen=True):
    """A CI definition. `readable` is false where it is no YAML: then it runs nothing."""

    path: str
    jobs: tuple[Job, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    readable: bool = True


def workflow(path: str, text: str) -> Workflow:
    """The CI definition in a text."""
    root = yaml(text)
    if not root.entries:
        return Workflow(path, readable=not text.strip())
    if ".gitlab" in path:
        return Workflow(path, tuple(_gitlab(root)))
    if "azure" in path:
        return Workflow(path, tuple(_azure(root)), tuple(_azure_triggers(root)))
    if "/actions/" in path and "runs" in root.entries:
        return Workflow(path, (Job("action", 1, tuple(_steps(root.get("runs", "steps"), ""))),))
    if "jobs" in root.entries and (".github" in path or ".gitea" in path or ".forgejo" in path):
        return Workflow(path, tuple(_github(root)), tuple(_triggers(root.get("on"))))
    return Workflow(path, tuple(_any(root, "" if "travis" in path else "jobs")))


def _github(root: Item) -> Iterator[Job]:
    for name, job in root.get("jobs").entries.items():
        excuse = _lenient(job, "continue-on-error") or _off(job.get("if"))
        more = (root.get("env", ADDOPTS), job.get("env", ADDOPTS))
        found = list(_steps(job.get("steps"), excuse, more))
        called = job.get("uses")
        if called and not excuse and is_checking(called.text.partition("@")[0]):
            found.append(Command(f"workflow {_unversioned(called.text)}", Check.RUNNER, (), called.text, called.place))
        matrix = job.get("strategy", "matrix")
        needs = job.get("needs")
        yield Job(
            name,
            job.place,
            tuple(found),
            _lists(matrix),
            matrix.place,
            needs.texts(),
            needs.place,
            job.get("runs-on").text,
        )


def _lists(matrix: Item) -> dict[str, tuple[str, ...]]:
    """The lists of a matrix; the values that its `include` adds are among them."""
    found = {key: it.texts() for key, it in matrix.entries.items() if key not in ("include", "exclude") and it.items}
    for entry in matrix.get("include").items:
        for key, it in entry.entries.items():
            if it.text and it.text not in found.get(key, ()):
                found[key] = (*found.get(key, ()), it.text)
    return found


def _unversioned(action: str) -> str:
    return action.partition("@")[0]


def _steps(steps: Item, excuse: str, more: Sequence[Item] = ()) -> Iterator[Command]:
    """The checking commands of GitHub's steps. `more` are the words that variables around them add to pytest's."""
    for step in steps.items:
        why = excuse or _lenient(step, "continue-on-error") or _off(step.get("if"))
        action = ACTIONS.get(_unversioned(step.get("uses").text))
        if action:
            tool, check = action
            inputs = " ".join(it.text for key, it in step.get("with").entries.items() if key in ("args", "extra_args"))
            yield Command(tool, check, tuple(inputs.split()), step.get("uses").text, step.get("uses").place, why)
        words = tuple(word for it in (*more, step.get("env", ADDOPTS)) for word in it.text.replace('"', "").split())
        for command in _script(step.get("run"), why):
            yield replace(command, words=(*command.words, *words)) if command.tool == "pytest" else command


def _script(script: Item, excuse: str) -> Iterator[Command]:
    for it in script.scalars():
        for command in commands(it.text, it.line + it.block):
            yield replace(command, excuse=excuse or command.excuse)


def _lenient(item: Item, key: str) -> str:
    return f"{key}: true" if item.get(key).text.lower() in _TRUE else ""


def _off(condition: Item) -> str:
    return f"if: {condition.text}" if condition and NEVER.fullmatch(condition.text.strip()) else ""


def _triggers(on: Item) -> Iterator[Trigger]:
    if on.entries:
        for event, filters in on.entries.items():
            yield Trigger(event, filters.place, {key: it.texts() for key, it in filters.entries.items()})
    else:
        for it in on.scalars():
            yield Trigger(it.text, it.place)


def _gitlab(root: Item) -> Iterator[Job]:
    for name, job in root.entries.items():
        if name in _GITLAB_WORDS or not job.entries:
            continue
        excuse = _gitlab_excuse(job)
        found = [it for key in ("before_script", "script", "after_script") for it in _script(job.get(key), excuse)]
        needs = job.get("needs")
        yield Job(name, job.place, tuple(found), _lists(job.get("parallel", "matrix")), 0, needs.texts(), needs.place)


def _gitlab_excuse(job: Item) -> str:
    lenient = _lenient(job, "allow_failure")
    if lenient or job.get("when").text in ("never", "manual"):
        return lenient or f"when: {job.get('when').text}"
    rules = job.get("rules").items
    if rules and all(rule.get("when").text in ("never", "manual") for rule in rules):
        return f"rules: when: {rules[0].get('when').text}"
    return next((found for rule in rules if (found := _lenient(rule, "allow_failure"))), "")


def _azure(root: Item, name: str = "steps", excuse: str = "") -> Iterator[Job]:
    """Azure's jobs; stages hold jobs, jobs hold steps."""
    why = excuse or _azure_excuse(root)
    for stage in (*root.get("stages").items, *root.get("jobs").items):
        yield from _azure(stage, (stage.get("stage").text or stage.get("job").text or name), why)
    found: list[Command] = []
    for step in root.get("steps").items:
        for key in ("script", "bash", "pwsh", "powershell"):
            found += _script(step.get(key), why or _azure_excuse(step))
    if found:
        yield Job(name, root.place, tuple(found), _lists(root.get("strategy", "matrix")))


def _azure_excuse(item: Item) -> str:
    lenient = _lenient(item, "continueOnError")
    off = "enabled: false" if item.get("enabled").text.lower() == "false" else ""
    condition = item.get("condition").text.strip().lower()
    return lenient or off or (f"condition: {condition}" if condition == "false" else "")


def _azure_triggers(root: Item) -> Iterator[Trigger]:
    for event in ("trigger", "pr"):
        it = root.get(event)
        if it and it.text != "none":
            yield Trigger(event, it.place, {key: value.texts() for key, value in it.get("branches").entries.items()})


def _any(root: Item, key: str) -> Iterator[Job]:
    """CircleCI and what else is YAML: every text under a key that holds commands, by the name of the job around it.

    `key` is where the jobs stand. Travis has none such: its `jobs` only say how often the commands at the root run.
    """
    jobs = root.get(key).entries or {"": root}
    for name, job in jobs.items():
        yield Job(name, job.place, tuple(_commands_within(job, "", 0)))


_DEEPEST = 12

_SCRIPTS = frozenset(
    {"run", "command", "script", "commands", "test_script", "before_script", "build_script", "install"}
)


def _commands_within(item: Item, excuse: str, depth: int) -> Iterator[Command]:
    if depth > _DEEPEST:
        return
    for key, it in item.entries.items():
        if key in _SCRIPTS and not it.entries:
            yield from _script(it, excuse)
        else:
            yield from _commands_within(it, excuse, depth + 1)
    for it in item.items:
        yield from _commands_within(it, excuse, depth + 1)
