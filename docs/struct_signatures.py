"""An extension of griffe: structs of msgspec are shown with the fields by which they are made, enumerations with their
values.
"""

from __future__ import annotations

from collections.abc import Iterator

from griffe import Attribute, Class, Extension, Function, Parameter, ParameterKind, Parameters

STRUCTS = frozenset({"Struct", "Value"})
"""The names of structs' base classes."""

ENUMERATIONS = frozenset({"StrEnum", "IntEnum"})

_FACTORIES = {"dict": "{}", "list": "[]", "tuple": "()"}


class StructSignatures(Extension):
    """Gives each struct an `__init__` with its fields, and the page of each enumeration a last line."""

    def on_class(self, *, cls: Class, **_others: object) -> None:
        """Called for each class once its members are known."""
        if STRUCTS.intersection(map(str, cls.bases)) and "__init__" not in cls.members:
            this = Parameter("self", kind=ParameterKind.positional_or_keyword)
            cls.set_member("__init__", Function("__init__", parameters=Parameters(this, *_fields(cls)), parent=cls))
        if ENUMERATIONS.intersection(map(str, cls.bases)) and cls.docstring:
            cls.docstring.value += f"\n\nOne of {', '.join(_values(cls))}."


def _values(cls: Class) -> Iterator[str]:
    for member in cls.members.values():
        if isinstance(member, Attribute) and member.value and "property" not in member.labels:
            yield f"`{member.name}` ({str(member.value).strip(chr(39))})"


def _fields(cls: Class) -> Iterator[Parameter]:
    for member in cls.members.values():
        if isinstance(member, Attribute) and member.annotation and "property" not in member.labels:
            yield Parameter(
                member.name,
                annotation=member.annotation,
                kind=ParameterKind.positional_or_keyword,
                default=_default(member),
            )


def _default(member: Attribute) -> str | None:
    """What the field is where nothing is given, as it would be written; None where something has to be."""
    value = None if member.value is None else str(member.value)
    if value and value.startswith("field(default_factory="):
        factory = value.removeprefix("field(default_factory=").removesuffix(")")
        return _FACTORIES.get(factory, f"{factory}()")
    if value and value.startswith("field(default="):
        return value.removeprefix("field(default=").removesuffix(")")
    return value
