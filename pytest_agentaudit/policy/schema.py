"""What `[tool.agentaudit]` may say: each key, checked, becomes a field of the Policy."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from pytest_agentaudit import __version__
from pytest_agentaudit.policy.model import (
    FILES,
    UNSET,
    AppliesTo,
    Catalogue,
    CodeOwners,
    Override,
    Policy,
    PolicyError,
    RuleLevel,
    RuleSettings,
    Step,
)
from pytest_agentaudit.policy.options import option
from pytest_agentaudit.policy.reader import Reader
from pytest_agentaudit.policy.waiver_schema import approvers, known_rule, signers, waivers
from pytest_agentaudit.toml import Document, Place, TomlError, parse

ROOT: Place = ("tool", "agentaudit")
KEYS = (
    "base",
    "source",
    "required-version",
    "roles",
    "rules",
    "overrides",
    "steps",
    "waivers",
    "waiver-days",
    "allowed-signers",
    "approvers",
    "code-owners",
    "applies-to",
    "built-files",
)
STEP_KEYS = ("name", "when", "require", "run", "timeout")
OVERRIDE_KEYS = ("paths", "rules")
ROLES = ("product", "test", "conftest", "tool config", "CI", "generated", "docs", "script", "other")
"""The values of change.model.FileRole, which stands above this room."""


WAIVER_DAYS = Policy().waiver_days


def read_text(text: str, path: str, catalogue: Catalogue) -> Policy:
    """The policy that a TOML text holds; PolicyError with a line for each thing wrong."""
    try:
        document = parse(text)
    except TomlError as error:
        raise PolicyError(f"{path}:{error.line or 1}: is not TOML: {error.cause}; mend it on the base branch") from None
    return read_policy(document, path, catalogue)


def read_policy(document: Document, path: str, catalogue: Catalogue) -> Policy:
    """The policy that `document` holds under `[tool.agentaudit]`; PolicyError with a line for each thing wrong."""
    reader = Reader(document, path)
    tool = reader.table(ROOT[:1], document.values.get("tool", {}), "[tool.agentaudit]")
    if "agentaudit" not in tool:
        reader.raise_problems()
        return Policy()
    table = reader.table(ROOT, tool["agentaudit"], "[tool.agentaudit]")
    version = _required_version(reader, table)
    reader.raise_problems()  # a policy for another version may rightly hold keys that this one does not know
    _check_keys(reader, table, catalogue)
    policy = Policy(
        base=_base(reader, table),
        source=_patterns(reader, ROOT, table, "source", '["src/**"]'),
        built_files=_built_files(reader, table),
        required_version=version,
        roles=_roles(reader, table),
        rules=_rules(reader, table, catalogue),
        overrides=_overrides(reader, table, catalogue),
        steps=_steps(reader, table),
        waivers=waivers(reader, ROOT, table, catalogue, path),
        waiver_days=reader.days((*ROOT, "waiver-days"), table.get("waiver-days", WAIVER_DAYS)),
        allowed_signers=signers(reader, ROOT, table),
        approvers=approvers(reader, ROOT, table),
        code_owners=_code_owners(reader, table),
        applies_to=_applies_to(reader, table),
        path=path,
    )
    reader.raise_problems()
    return policy


def _required_version(reader: Reader, table: Mapping[str, object]) -> str:
    place = (*ROOT, "required-version")
    if "required-version" not in table:
        return ""
    text = reader.text(place, table["required-version"], ">=1.0")
    specifiers = import_module("packaging.specifiers")  # few policies have this key
    try:
        met = specifiers.SpecifierSet(text).contains(__version__, prereleases=True)
    except specifiers.InvalidSpecifier:
        reader.note(place, f'"{text}" is no version specifier', 'write for instance required-version = ">=1.0"')
        return ""
    if not met:
        way_out = f'install another with `pip install "pytest-agentaudit{text}"`, or change the key on the base branch'
        reader.note(place, f'asks for "{text}", this is pytest-agentaudit {__version__}', way_out)
    return text


def _check_keys(reader: Reader, table: Mapping[str, object], catalogue: Catalogue) -> None:
    for key in table:
        if key not in KEYS and key in catalogue:
            reader.note((*ROOT, key), "is the name of a rule", f"move it to [tool.agentaudit.rules]: {key} = ...")
    reader.known(ROOT, {key: it for key, it in table.items() if key in KEYS or key not in catalogue}, KEYS)


def _base(reader: Reader, table: Mapping[str, object]) -> str:
    if "base" not in table:
        return ""
    base = reader.text((*ROOT, "base"), table["base"], "origin/main")
    if base.startswith("-") or any(letter.isspace() for letter in base):
        reader.note((*ROOT, "base"), f'"{base}" names no revision', 'write for instance base = "origin/main"')
    return base


def _built_files(reader: Reader, table: Mapping[str, object]) -> tuple[str, ...]:
    place, example = (*ROOT, "built-files"), '["src/shop/_version.py"]'
    paths = reader.texts(place, table["built-files"], example) if "built-files" in table else ()
    for index, path in enumerate(paths):
        plain = path.isprintable() and not {"", ".", ".."}.intersection(path.split("/")) and "\\" not in path
        if not plain or not path.endswith(".py") or any(letter in "*?[]!" for letter in path):
            reader.note(
                (*place, index), f'"{path}" is no path of one module', f"write for instance built-files = {example}"
            )
    return paths


def _code_owners(reader: Reader, table: Mapping[str, object]) -> CodeOwners | None:
    return reader.choice((*ROOT, "code-owners"), table["code-owners"], CodeOwners) if "code-owners" in table else None


def _applies_to(reader: Reader, table: Mapping[str, object]) -> AppliesTo:
    said = table.get("applies-to", AppliesTo.EVERYONE.value)
    return reader.choice((*ROOT, "applies-to"), said, AppliesTo) or AppliesTo.EVERYONE


def _patterns(
    reader: Reader, place: Place, table: Mapping[str, object], key: str, example: str, default: tuple[str, ...] = ()
) -> tuple[str, ...]:
    return reader.patterns((*place, key), table[key], example) if key in table else default


def _roles(reader: Reader, table: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    place = (*ROOT, "roles")
    roles = reader.table(place, table.get("roles", {}), '[tool.agentaudit.roles] with script = ["tools/**"]')
    for role in roles:
        if role not in ROLES:
            reader.unknown((*place, role), "unknown role", ROLES, f"the roles are {', '.join(ROLES)}")
    return {role: _patterns(reader, place, roles, role, '["tools/**"]') for role in roles if role in ROLES}


def _rules(reader: Reader, table: Mapping[str, object], catalogue: Catalogue) -> dict[str, RuleSettings]:
    place = (*ROOT, "rules")
    rules = reader.table(place, table.get("rules", {}), '[tool.agentaudit.rules] with removed-test = "error"')
    return {
        name: _rule(reader, (*place, name), value, catalogue[name])
        for name, value in rules.items()
        if known_rule(reader, (*place, name), name, catalogue)
    }


def _rule(reader: Reader, place: Place, value: object, options: Mapping[str, object]) -> RuleSettings:
    if not isinstance(value, dict):
        return RuleSettings(reader.choice(place, value, RuleLevel))
    for key in value.keys() - options.keys() - {"level"}:
        known = f"known here: {', '.join(('level', *options))}"
        reader.unknown((*place, key), "unknown option", ("level", *options), known)
    level = reader.choice((*place, "level"), value["level"], RuleLevel) if "level" in value else None
    given = {key: it for key, it in value.items() if key in options and key != "level"}
    return RuleSettings(level, {key: option(reader, (*place, key), it, options[key]) for key, it in given.items()})


def _overrides(reader: Reader, table: Mapping[str, object], catalogue: Catalogue) -> tuple[Override, ...]:
    example = '[[tool.agentaudit.overrides]] with paths = ["tests/**"]'
    entries = reader.tables((*ROOT, "overrides"), table.get("overrides", []), example)
    return tuple(_override(reader, place, entry, catalogue) for place, entry in entries)


def _override(reader: Reader, place: Place, entry: Mapping[str, object], catalogue: Catalogue) -> Override:
    reader.known(place, entry, OVERRIDE_KEYS)
    for key, example in (("paths", 'paths = ["tests/**"]'), ("rules", 'rules = { missing-assertion = "note" }')):
        if not entry.get(key, True) or key not in entry:
            reader.note(place, f"has no {key}", f"add {example}")
    rules = reader.table((*place, "rules"), entry.get("rules", {}), 'rules = { missing-assertion = "note" }')
    known = {name: it for name, it in rules.items() if known_rule(reader, (*place, "rules", name), name, catalogue)}
    levels = {name: _override_level(reader, (*place, "rules", name), it) for name, it in known.items()}
    paths = _patterns(reader, place, entry, "paths", '["tests/**"]')
    return Override(paths, {name: level for name, level in levels.items() if level})


def _override_level(reader: Reader, place: Place, value: object) -> RuleLevel | None:
    if isinstance(value, dict):
        way_out = f"options go to [tool.agentaudit.rules], {place[-1]} = {{...}}"
        reader.note(place, "an override sets levels only", way_out)
        return None
    return reader.choice(place, value, RuleLevel)


def _steps(reader: Reader, table: Mapping[str, object]) -> tuple[Step, ...]:
    example = '[[tool.agentaudit.steps]] with name = "changelog"'
    entries = reader.tables((*ROOT, "steps"), table.get("steps", []), example)
    steps = tuple(_step(reader, place, entry) for place, entry in entries)
    first: dict[str, Place] = {}
    for step, (place, _entry) in zip(steps, entries, strict=True):
        if step.name and first.setdefault(step.name, place) != place:
            cause = f'"{step.name}" is the name of another step too'
            reader.note((*place, "name"), cause, "give each step a name of its own")
    return steps


def _step(reader: Reader, place: Place, entry: Mapping[str, object]) -> Step:
    reader.known(place, entry, STEP_KEYS)
    if "name" not in entry:
        reader.note(place, "has no name", 'add for instance name = "changelog"')
    if ("require" in entry) == ("run" in entry):
        cause = "has both `require` and `run`" if "run" in entry else "has neither `require` nor `run`"
        way_out = 'give it one: require = ["CHANGELOG.md"], or run = ["ruff", "check", "{files}"]'
        reader.note(place, cause, way_out)
    require = _patterns(reader, place, entry, "require", '["CHANGELOG.md"]')
    for index, pattern in enumerate(require):
        if pattern.startswith("!"):
            way_out = "name only what must change; each pattern is asked for on its own"
            reader.note((*place, "require", index), f'"{pattern}" takes paths out', way_out)
    run = reader.texts((*place, "run"), entry["run"], '["ruff", "check", "{files}"]') if "run" in entry else ()
    _check_command(reader, (*place, "run"), run)
    return Step(
        name=reader.text((*place, "name"), entry["name"], "changelog") if "name" in entry else "",
        when=_patterns(reader, place, entry, "when", '["src/**"]', UNSET.when),
        require=require,
        run=run,
        timeout=reader.seconds((*place, "timeout"), entry["timeout"]) if "timeout" in entry else UNSET.timeout,
    )


def _check_command(reader: Reader, place: Place, command: tuple[str, ...]) -> None:
    for index, argument in enumerate(command):
        if "\0" in argument or (index == 0 and not argument.strip()):
            reader.note((*place, index), "is no argument of a command", "name the program first, then its arguments")
        elif argument != FILES and (FILES in argument or argument.strip("{} ") in ("file", "files", "paths")):
            cause = f'"{argument}" is not filled in'
            reader.note((*place, index), cause, 'the changed files stand for "{files}" as an argument of its own')
    if command[:1] == (FILES,):
        reader.note((*place, 0), "a changed file would be run as the program", "name the program first")
