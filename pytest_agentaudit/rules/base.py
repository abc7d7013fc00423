"""The protocol of a rule: one class, with its documentation and its examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, cast

from msgspec import Struct, field

from pytest_agentaudit.change.model import Change, FileRole
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.model import Evidence, Family, Finding, Level, Location, Needs, NotJudged, StepReport
from pytest_agentaudit.policy.waivers import WaiverReport

if TYPE_CHECKING:
    from pytest_agentaudit.proof import Proofs


class Example(Struct, frozen=True):
    """A change that the rule must find (`expect` holds "path:line" or "path:line level") or, with an empty `expect`,
    a look-alike that it must leave alone. `before` and `after` map paths to whole texts; `evidence` is what the run
    showed, `proofs` what its trials did, `settings` the rule's options, `messages` the commit messages, `steps` the
    policy's steps as they ended, `waivers` those that have to be looked at, `earlier` the files as the last commit
    that touched any test of `before` left them (None: nothing is known of it).
    """

    title: str
    before: Mapping[str, str | bytes]
    after: Mapping[str, str | bytes]
    expect: tuple[str, ...] = ()
    evidence: Evidence | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    steps: tuple[StepReport, ...] = ()
    proofs: Proofs | None = None
    waivers: tuple[WaiverReport, ...] = ()
    earlier: Mapping[str, str | bytes] | None = None


class _Apart:
    """Examples in a module of their own, which is loaded when they are asked for."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __get__(self, _rule: object, cls: type[Rule]) -> tuple[Example, ...]:
        """The examples. TypeError where some are missing."""
        found: tuple[Example, ...] = import_module(self._module).EXAMPLES
        _refuse(cls, _lacking(found))
        return found


def kept_apart(name: str) -> tuple[Example, ...]:
    """The `EXAMPLES` of a module in `rules/examples`."""
    return cast("tuple[Example, ...]", _Apart(f"{__package__}.examples.{name}"))


def _lacking(examples: Iterable[Example]) -> list[str]:
    """What the examples of a rule lack."""
    fires = [bool(example.expect) for example in examples]
    missing = [] if any(fires) else ["an example that fires"]
    return missing if not all(fires) else [*missing, "a look-alike that stays silent (an example without `expect`)"]


def _refuse(cls: type[Rule], missing: list[str]) -> None:
    if missing:
        raise TypeError(f"rule {cls.__name__} is incomplete: it lacks {', '.join(missing)}")


class Audit(Struct, frozen=True, dict=True):
    """All that a rule may look at. `evidence` is None where nothing was run (`agentaudit check`), `proofs` where
    nothing was tried out.

    `options` are the current rule's, checked against its schema and with its defaults. `steps` are the policy's steps
    that applied to the change, `waivers` what is wrong with some, once all findings are known. `suspected` are the
    tests of head of which rules say something before proofs, where mutants were made to weigh them.
    """

    change: Change
    delta: Delta
    evidence: Evidence | None = None
    proofs: Proofs | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    steps: tuple[StepReport, ...] = ()
    waivers: tuple[WaiverReport, ...] = ()
    suspected: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def whole(self) -> Evidence | None:
        """The evidence of a whole run whose lines were watched: the only kind in which a missing hit is a fact."""
        evidence = self.evidence
        return evidence if evidence and evidence.tracer and not evidence.partial else None

    def files(self, *roles: FileRole) -> Iterator[FileDelta]:
        """The changed files of these roles (all, where none is named)."""
        return (file for file in self.delta.files if not roles or file.role in roles)


class Rule(ABC):
    """Base of all rules.

    The docstring is the rule's page: a first line that says what is wrong, then paragraphs headed "Why:", "Fix:",
    "Not a fix:". `name` is the only id. `level` is the usual level; findings may refine it. `needs` says what
    evidence the rule cannot do without: a STATIC rule runs while the tests run, and again, alone, where evidence can
    refine it. `options` maps the rule's option names to their defaults. `of_files` says that a finding is about its
    whole file, wherever in it the line stands: no function around it is named.

    Defining a subclass that lacks any of this raises TypeError.
    """

    name: ClassVar[str]
    family: ClassVar[Family]
    level: ClassVar[Level]
    needs: ClassVar[frozenset[Needs]] = frozenset({Needs.STATIC})
    options: ClassVar[Mapping[str, object]] = {}
    of_files: ClassVar[bool] = False
    examples: ClassVar[tuple[Example, ...]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if getattr(cls.check, "__isabstractmethod__", False):
            return
        examples = next((vars(it)["examples"] for it in cls.__mro__ if "examples" in vars(it)), None)
        missing = [name for name in ("name", "family", "level") if not hasattr(cls, name)]
        missing += ["examples"] if examples is None else []
        page = [line.lstrip() for line in (cls.__dict__.get("__doc__") or "").split("\n")[1:]]
        told = [head for head in PARAGRAPHS if any(line.startswith(head) for line in page)]
        missing += [f"a paragraph {head!r} in the docstring" for head in PARAGRAPHS if head not in told]
        _refuse(cls, missing if isinstance(examples, _Apart) else [*missing, *_lacking(examples or ())])

    @abstractmethod
    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """Yield what is wrong with the change, and what could not be decided."""

    def finding(
        self,
        location: Location,
        message: str,
        *,
        level: Level | None = None,
        evidence: Mapping[str, str] | None = None,
        fix: str,
        not_a_fix: str = "",
        related: tuple[Location, ...] = (),
        size: int = 0,
    ) -> Finding:
        """A finding of this rule, at its usual level unless one is given."""
        return Finding(
            rule=self.name,
            family=self.family,
            level=level or self.level,
            message=message,
            location=location,
            evidence=evidence or {},
            fix=fix,
            not_a_fix=not_a_fix,
            related=related,
            size=size,
        )


PARAGRAPHS = ("Why:", "Fix:", "Not a fix:")
