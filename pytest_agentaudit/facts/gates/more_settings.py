"""Settings of checkers that only the rules on gates ask for: pylint, pyright, bandit, ty, interrogate, Codecov."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_agentaudit.change.model import Tree
from pytest_agentaudit.facts.config_files import ConfigFiles, Raw, section_values, table_values
from pytest_agentaudit.facts.gates.document import Item, json, yaml
from pytest_agentaudit.facts.model import Setting
from pytest_agentaudit.facts.setting_values import Kind, converted
from pytest_agentaudit.facts.settings import settings

_PYLINT = ("pylintrc", ".pylintrc", "pylintrc.toml", ".pylintrc.toml", "pyproject.toml", "setup.cfg", "tox.ini")
_PYLINT_LISTS = frozenset({"disable", "enable", "ignore", "ignore-paths", "ignore-patterns", "load-plugins"})
_TABLES = {
    "basedpyright": ("tool", "basedpyright"),
    "bandit": ("tool", "bandit"),
    "interrogate": ("tool", "interrogate"),
    "ty": ("tool", "ty"),
    "pyrefly": ("tool", "pyrefly"),
    "mutmut": ("tool", "mutmut"),
    "diff_cover": ("tool", "diff_cover"),
    "vulture": ("tool", "vulture"),
}
_CODECOV = ("codecov.yml", ".codecov.yml", "codecov.yaml", ".codecov.yaml", ".github/codecov.yml")


def gate_settings(tree: Tree, folder: str = "") -> dict[str, Setting]:
    """All that `settings` knows, and under "pylint.", "pyright.", "basedpyright.", "bandit.", "ty.", "interrogate.",
    "codecov." what those tools would start with in `folder`.
    """
    files = ConfigFiles(tree, folder)
    found = settings(tree, folder)
    for setting in (*_pylint(files), *_pyright(files, tree), *_tables(files), *_bandit(files, tree)):
        found.setdefault(setting.key, setting)
    found |= {it.key: it for it in _codecov(tree)}
    return found


def _pylint(files: ConfigFiles) -> Iterator[Setting]:
    for path in files.paths(*_PYLINT):
        raws = _pylint_toml(files, path) if path.endswith(".toml") else _pylint_ini(files, path)
        if raws:
            for raw in raws:
                key = raw.key[-1].replace("_", "-").lower()
                kind = Kind.LIST if key in _PYLINT_LISTS else Kind.NUMBER
                yield Setting(f"pylint.{key}", converted(raw, kind, files), raw.path, raw.line)
            return


def _pylint_toml(files: ConfigFiles, path: str) -> list[Raw]:
    document = files.toml(path)
    if document is None:
        return []
    own = table_values(document, path, ("tool", "pylint"))
    return own or (table_values(document, path, ()) or [] if "pylintrc" in path else [])


def _pylint_ini(files: ConfigFiles, path: str) -> list[Raw]:
    file = files.ini(path)
    sections = file or {}
    shared = path.endswith((".cfg", ".ini"))
    wanted = [it for it in sections if not shared or it.lower().startswith("pylint")]
    return [raw for it in wanted for raw in section_values(sections, path, it) or []]


def _tables(files: ConfigFiles) -> Iterator[Setting]:
    for tool, place in _TABLES.items():
        for path in files.paths("ty.toml", "pyproject.toml") if tool == "ty" else files.paths("pyproject.toml"):
            document = files.toml(path)
            values = table_values(document, path, () if path.endswith("ty.toml") else place) if document else None
            if values:
                yield from (_plain(tool, raw) for raw in values)
                break
    for path in files.paths("setup.cfg", "tox.ini"):
        file = files.ini(path)
        if file and "tool:interrogate" in file:
            for raw in section_values(file, path, "tool:interrogate") or []:
                yield Setting(f"interrogate.{raw.key[0]}", converted(raw, Kind.NUMBER, files), path, raw.line)


def _plain(tool: str, raw: Raw) -> Setting:
    return Setting(".".join((tool, *raw.key)), raw.value, raw.path, raw.line)


def _pyright(files: ConfigFiles, tree: Tree) -> Iterator[Setting]:
    """pyrightconfig.json wins over [tool.pyright]."""
    for path in files.paths("pyrightconfig.json", "pyproject.toml"):
        if path.endswith(".json"):
            root = json(_text(tree, path))
            if root.entries:
                for key, it in root.entries.items():
                    yield Setting(f"pyright.{key}", _value(it), path, it.place)
                return
            continue
        document = files.toml(path)
        values = table_values(document, path, ("tool", "pyright")) if document else None
        if values:
            yield from (_plain("pyright", raw) for raw in values)
            return


def _bandit(files: ConfigFiles, tree: Tree) -> Iterator[Setting]:
    for path in files.paths(".bandit"):
        file = files.ini(path)
        for raw in (section_values(file, path, "bandit") or []) if file else []:
            key = {"exclude": "exclude_dirs"}.get(raw.key[0], raw.key[0])
            yield Setting(f"bandit.{key}", converted(raw, Kind.LIST, files), path, raw.line)
    for path in files.paths("bandit.yaml", "bandit.yml", ".bandit.yml", ".bandit.yaml"):
        for key, it in yaml(_text(tree, path)).entries.items():
            yield Setting(f"bandit.{key}", _value(it), path, it.place)


def _codecov(tree: Tree) -> Iterator[Setting]:
    for path in _CODECOV:
        root = yaml(_text(tree, path))
        for kind in ("project", "patch"):
            for name, status in root.get("coverage", "status", kind).entries.items():
                shown = float(status.get("informational").text.lower() == "true")
                line = status.get("informational").place or status.place
                yield Setting(f"codecov.{kind}.{name}.informational", shown, path, line)
                for key in ("target", "threshold"):
                    it = status.get(key)
                    if it:
                        value = it.text.rstrip("%")
                        yield Setting(f"codecov.{kind}.{name}.{key}", _number(value), path, it.place)
        for it in root.get("ignore").items:
            yield Setting(f"codecov.ignore.{it.text}", True, path, it.line)  # noqa: FBT003 - a value, not a switch
        if root.entries:
            return


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _value(item: Item) -> object:
    """A JSON or YAML value as a setting: lists of texts as tuples, booleans and numbers as such."""
    if item.items:
        return tuple(it.text for it in item.items)
    words: Mapping[str, object] = {"true": True, "false": False}
    return words.get(item.text.lower(), item.text)


def _text(tree: Tree, path: str) -> str:
    return (tree.read(path) or b"").decode(errors="replace")
