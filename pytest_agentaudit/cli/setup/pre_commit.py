"""The pre-commit hook: an entry of its own in `.pre-commit-config.yaml`."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit import __version__
from pytest_agentaudit.cli.setup.edits import Edit, Folder, appended
from pytest_agentaudit.cli.setup.yaml_text import end_of_block, inserted, plain, read
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.facts.gates.document import yaml

PART = "pre-commit"
PATH = ".pre-commit-config.yaml"
ENTRY = f"""\
- repo: local
  hooks:
    - id: agentaudit
      name: agent audit
      entry: agentaudit check --staged
      language: python
      additional_dependencies: [pytest-agentaudit=={__version__}]
      pass_filenames: false
      always_run: true
"""


def pre_commit(folder: Folder) -> Edit:
    """The configuration with the hook; AuditError where it is no YAML, or has another form than pre-commit's own."""
    before = folder.read(PATH)
    if before is not None and "agentaudit" in before:
        return Edit(PART, PATH, before, before, "has the hook")
    document = plain(read(before or "", PATH))
    after = _with_entry(before or "", document)
    expected = {**(document if isinstance(document, dict) else {})}
    expected["repos"] = [*(expected.get("repos") or []), *_ours()]
    if plain(yaml(after)) != expected:
        raise _by_hand()
    return Edit(PART, PATH, before, after)


def _with_entry(before: str, document: object) -> str:
    if not document:
        return appended(before, f"repos:\n{_indented(2)}")
    if not isinstance(document, Mapping):
        raise _by_hand()
    lines = before.splitlines()
    if "repos" not in document:
        return appended(before, f"repos:\n{_indented(2)}")
    repos = yaml(before).get("repos")
    if not repos.items:
        head = lines[repos.place - 1].partition(":")[0]
        rest = "".join(f"{line}\n" for line in (f"{head}:", *_indented(2).splitlines()))
        return inserted(_without(before, repos.place - 1), repos.place - 1, rest)
    start = repos.items[-1].line - 1
    indent = len(lines[start]) - len(lines[start].lstrip())
    if not lines[start].lstrip().startswith("-"):
        raise _by_hand()
    return inserted(before, end_of_block(lines, start, indent), _indented(indent))


def _without(text: str, number: int) -> str:
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:number], *lines[number + 1 :]])


def _indented(indent: int) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in ENTRY.splitlines())


def _ours() -> list[object]:
    found = plain(yaml(ENTRY))
    return found if isinstance(found, list) else []


def _by_hand() -> AuditError:
    return AuditError(f"{PATH} has a form into which nothing can be inserted", f"add by hand to its repos:\n{ENTRY}")
