"""How strict a type checker's settings are: each flag by its direction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_agentaudit.facts.model import Setting, Settings

Loosened = tuple[str, str, Setting | None, Setting | None]
"""Flag, the modules it is for ("" for all), where it stood, where it stands."""

STRICT = frozenset(
    {"warn_unused_configs", "disallow_any_generics", "disallow_subclassing_any", "disallow_untyped_calls"}
    | {"disallow_untyped_defs", "disallow_incomplete_defs", "check_untyped_defs", "disallow_untyped_decorators"}
    | {"warn_redundant_casts", "warn_unused_ignores", "warn_return_any", "no_implicit_reexport", "strict_equality"}
    | {"extra_checks", "strict_bytes"}
)
"""What mypy's `strict` switches on."""

STRICTER = STRICT | {
    *("strict_optional", "warn_no_return", "warn_unreachable", "disallow_any_unimported", "disallow_any_expr"),
    *("disallow_any_decorated", "disallow_any_explicit", "no_implicit_optional", "local_partial_types", "strict"),
}
"""mypy's flags that demand more where they are on."""

LOOSER = frozenset(
    {"ignore_errors", "ignore_missing_imports", "allow_untyped_globals", "allow_redefinition", "implicit_optional"}
    | {"allow_untyped_defs", "implicit_reexport", "allow_any_generics", "allow_untyped_calls", "allow_incomplete_defs"}
)
"""mypy's flags that demand less where they are on."""

ON_BY_DEFAULT = frozenset({"strict_optional", "warn_no_return", "no_implicit_optional"})

_OPPOSITES = {
    "no_implicit_reexport": "implicit_reexport",
    "no_implicit_optional": "implicit_optional",
    "disallow_untyped_defs": "allow_untyped_defs",
    "disallow_any_generics": "allow_any_generics",
    "disallow_untyped_calls": "allow_untyped_calls",
    "disallow_incomplete_defs": "allow_incomplete_defs",
}

PYRIGHT_MODES = ("off", "basic", "standard", "strict", "recommended", "all")
STANDARD = frozenset(
    f"report{it}"
    for it in (
        *("MissingImports", "UndefinedVariable", "AttributeAccessIssue", "ArgumentType", "CallIssue", "ReturnType"),
        *(
            "GeneralTypeIssues",
            "OptionalMemberAccess",
            "AssignmentType",
            "IndexIssue",
            "OptionalSubscript",
            "Redeclaration",
        ),
        *("OptionalOperand", "OptionalIterable", "OptionalCall", "PossiblyUnbound", "IncompatibleMethodOverride"),
        *("IncompatibleVariableOverride", "TypedDictNotRequiredAccess", "OperatorIssue", "AbstractUsage", "Unhashable"),
        *("UnboundVariable", "NoOverloadImplementation", "FunctionMemberAccess", "InvalidTypeForm", "UnusedCoroutine"),
        *("SelfClsParameterName", "PrivateImportUsage", "UnusedExcept", "OptionalContextManager"),
    )
)
"""pyright's rules that its standard mode takes for errors."""

SEVERITIES = {
    **dict.fromkeys(("none", "false", "ignore", "off"), 0),
    **dict.fromkeys(("hint", "unused", "unreachable", "deprecated"), 1),
    **dict.fromkeys(("information", "info"), 2),
    **dict.fromkeys(("warning", "warn"), 3),
    **dict.fromkeys(("error", "true"), 4),
}


def loosened(tool: str, old: Settings, new: Settings) -> Iterator[Loosened]:
    """The flags that a type checker's settings demand less of at head."""
    if tool == "mypy":
        yield from _mypy_globals(old, new)
        yield from _mypy_modules(old, new)
    elif tool in ("pyright", "basedpyright"):
        yield from _pyright(tool, old, new)
    elif tool == "ty":
        yield from _severities("ty.rules.", old, new)


def _mypy_globals(old: Settings, new: Settings) -> Iterator[Loosened]:
    was_strict, is_strict = _is_on(old, "mypy.strict"), _is_on(new, "mypy.strict")
    if was_strict and not is_strict and not is_mostly_strict(new):  # otherwise the flags were written out one by one
        yield "strict", "", old.get("mypy.strict"), new.get("mypy.strict")
    else:
        yield from _mypy_flags(old, new)
    for flag in sorted(LOOSER):
        if _is_on(new, f"mypy.{flag}") and not _is_on(old, f"mypy.{flag}"):
            yield flag, "", old.get(f"mypy.{flag}"), new[f"mypy.{flag}"]
    yield from _code_lists(old, new, "mypy")
    if _skips(new, "mypy") and not _skips(old, "mypy"):
        yield "follow_imports", "", old.get("mypy.follow_imports"), new["mypy.follow_imports"]


def is_mostly_strict(settings: Settings) -> bool:
    """Whether mypy's settings demand most of what `strict` does."""
    return sum(_demands(settings, flag) for flag in STRICT) >= len(STRICT) // 2


def _mypy_flags(old: Settings, new: Settings) -> Iterator[Loosened]:
    for flag in sorted(STRICTER - {"strict"}):
        if _demands(old, flag) and not (_demands(new, flag) or _is_implied(flag, new)):
            yield flag, "", old.get(f"mypy.{flag}"), new.get(f"mypy.{flag}") or new.get("mypy.strict")


def _demands(settings: Settings, flag: str) -> bool:
    """Whether a strict flag holds: as written, else by `strict`, else by mypy's default."""
    written = settings.get(f"mypy.{flag}")
    if written is not None:
        return written.value is True
    opposite = settings.get(f"mypy.{_OPPOSITES.get(flag, '')}")
    if opposite is not None:
        return opposite.value is False
    return (flag in STRICT and _is_on(settings, "mypy.strict")) or flag in ON_BY_DEFAULT


def _is_implied(flag: str, settings: Settings) -> bool:
    """Whether a function without types, which the flag is about, is refused altogether."""
    return flag == "check_untyped_defs" and _demands(settings, "disallow_untyped_defs")


def _is_on(settings: Settings, key: str) -> bool:
    found = settings.get(key)
    return found is not None and found.value is True


def _skips(settings: Settings, section: str) -> bool:
    found = settings.get(f"{section}.follow_imports")
    return found is not None and found.value == "skip"


def _code_lists(old: Settings, new: Settings, section: str) -> Iterator[Loosened]:
    modules = section.removeprefix("mypy").strip("[]")
    was, now = old.get(f"{section}.disable_error_code"), new.get(f"{section}.disable_error_code")
    for code in _texts(now):
        if code not in _texts(was):
            yield f"disable_error_code = {code}", modules, was, now
    was, now = old.get(f"{section}.enable_error_code"), new.get(f"{section}.enable_error_code")
    for code in _texts(was) if not modules else ():
        if code not in _texts(now):
            yield f"enable_error_code = {code}", modules, was, now


def _texts(setting: Setting | None) -> tuple[str, ...]:
    value = setting.value if setting else ()
    if isinstance(value, str):
        return tuple(it.strip() for it in value.split(",") if it.strip())
    return tuple(str(it) for it in value) if isinstance(value, Iterable) else ()


def _mypy_modules(old: Settings, new: Settings) -> Iterator[Loosened]:
    """Per-module options: what they demand less than before, or than the whole demands."""
    sections = dict.fromkeys(key.partition("]")[0] + "]" for key in new if key.startswith("mypy["))
    for section in sections:
        modules = section.removeprefix("mypy[").rstrip("]")
        for flag in sorted(LOOSER - {"ignore_missing_imports"}):
            if _is_on(new, f"{section}.{flag}") and not _was_loose(old, section, flag):
                yield flag, modules, old.get(f"{section}.{flag}"), new[f"{section}.{flag}"]
        for flag in sorted(STRICTER):
            now, was = new.get(f"{section}.{flag}"), old.get(f"{section}.{flag}")
            before = (was.value is True) if was else _demands(old, flag)
            if now is not None and now.value is False and before:
                yield flag, modules, was, now
        yield from _code_lists(old, new, section)
        if _skips(new, section) and not _skips(old, section):
            yield "follow_imports", modules, old.get(f"{section}.follow_imports"), new[f"{section}.follow_imports"]


def _was_loose(old: Settings, section: str, flag: str) -> bool:
    """Whether the base let the flag pass for these modules: itself, for all, or by a wider pattern."""
    modules = section.removeprefix("mypy[").rstrip("]")
    wider = {"mypy"} | {section}
    parts = modules.split(".")
    wider |= {f"mypy[{'.'.join(parts[:count])}.*]" for count in range(1, len(parts) + 1)} | {"mypy[*]"}
    return any(_is_on(old, f"{it}.{flag}") for it in wider)


def _pyright(tool: str, old: Settings, new: Settings) -> Iterator[Loosened]:
    default = "recommended" if tool == "basedpyright" else "standard"
    key = f"{tool}.typeCheckingMode"
    was, now = _mode(old.get(key), default), _mode(new.get(key), default)
    if now < was:
        yield "typeCheckingMode", "", old.get(key), new.get(key)
    yield from _severities(f"{tool}.report", old, new)


def _mode(setting: Setting | None, default: str) -> int:
    value = str(setting.value) if setting else default
    return PYRIGHT_MODES.index(value if value in PYRIGHT_MODES else default)


def _severities(start: str, old: Settings, new: Settings) -> Iterator[Loosened]:
    """Rules whose severity fell. A rule that was not named had the mode's severity: one switched off was on."""
    for key, now in new.items():
        if key.startswith(start):
            was = old.get(key)
            rule = key.rpartition(".")[2]
            before = _severity(was) if was else _default(rule, old, start)
            if _severity(now) < before and (was is not None or _severity(now) == 0):
                yield key.rpartition(".")[2], "", was, now
    for key, was in old.items():
        rule = key.rpartition(".")[2]
        if key.startswith(start) and key not in new and _severity(was) > _default(rule, new, start):
            yield rule, "", was, None


def _default(rule: str, settings: Settings, start: str) -> int:
    """How seriously a rule is taken that no setting names."""
    tool = start.partition(".")[0]
    if tool == "ty" or rule in STANDARD:
        return SEVERITIES["error"]
    mode = settings.get(f"{tool}.typeCheckingMode")
    default = "recommended" if tool == "basedpyright" else "standard"
    return SEVERITIES["error" if _mode(mode, default) >= PYRIGHT_MODES.index("strict") else "none"]


def _severity(setting: Setting) -> int:
    return SEVERITIES.get(str(setting.value).lower(), 4)
