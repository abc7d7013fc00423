"""The rule loosened-requirement."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentaudit.facts.declarations import Purpose, Requirement
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

if TYPE_CHECKING:
    from pytest_agentaudit.facts.loosened import Ease, Loosened, loosened
else:
    Ease, loosened = later("pytest_agentaudit.facts.loosened", "Ease", "loosened")

_HASHED = "requests==2.32.3 \\\n    --hash=sha256:70761cfe03c773ceb22aa2f671b4757976145175cdfca038c02654d061d6dcc6\n"
_PINS = "flask==3.0.3\nrequests==2.32.3\nclick==8.1.7\n"
_UV = '[project]\nname = "shop"\ndependencies = ["numpy>=2"]\n'


def _requirements(title: str, before: str, after: str, *expect: str, messages: tuple[str, ...] = ()) -> Example:
    """An example with a requirements file."""
    return Example(
        title,
        before={"requirements.txt": before},
        after={"requirements.txt": after},
        expect=expect,
        messages=messages,
    )


def _project(title: str, before: str, after: str, *expect: str, messages: tuple[str, ...] = ()) -> Example:
    """An example with one dependency in pyproject.toml."""
    text = '[project]\nname = "shop"\nrequires-python = ">=3.11"\ndependencies = [\n  "{}",\n]\n'
    return Example(
        title,
        before={"pyproject.toml": text.format(before)},
        after={"pyproject.toml": text.format(after)},
        expect=expect,
        messages=messages,
    )


class LoosenedRequirement(Rule):
    """A requirement accepts less trustworthy releases than before.

    Found are an upper bound below the old lower one (a downgrade), a lower bound that fell or went, a pin that went
    without a lower bound in its place, a hash that went, a source outside of the index, and an option that lets other
    servers provide packages. An upper bound that rises or goes is how a library follows its dependencies; a raised
    floor, a new `requires-python` and what a resolver writes into lock files are honest work: all of them are silent.

    Level: warning; note where a commit message or a comment beside it names the dependency or the reason, for
    development dependencies, and for a source that names one commit.

    Why: a floor is often there for a security fix, and a pin for a broken release. Whoever only needs the tests to
    pass finds an older release that still behaves as they expect.
    Fix: restore the bound and mend the code, or say in the commit message which release breaks what.
    Not a fix: an upper bound instead of a lower one; ignoring the advisory.
    """

    name = "loosened-requirement"
    family = Family.STEPS
    level = Level.WARNING
    examples = (
        _project("a downgrade", "numpy>=2", "numpy<2", "pyproject.toml:5 warning"),
        _project("a floor that fell", "jinja2>=3.1.6", "jinja2>=3.1.0", "pyproject.toml:5 warning"),
        _project("a floor that went", "jinja2>=3.1.6", "jinja2", "pyproject.toml:5 warning"),
        _requirements("an older pin", _PINS, _PINS.replace("2.32.3", "2.19.1"), "requirements.txt:2 warning"),
        _requirements("a pin that went", _PINS, _PINS.replace("==2.32.3", ""), "requirements.txt:2 warning"),
        _requirements("a hash that went", _HASHED, "requests==2.32.3\n", "requirements.txt:1 warning"),
        _requirements(
            "another source",
            _PINS,
            _PINS.replace("==2.32.3", " @ git+https://example.invalid/requests"),
            "requirements.txt:2 warning",
        ),
        _requirements(
            "another server",
            _PINS,
            "--extra-index-url https://example.invalid/simple\n" + _PINS,
            "requirements.txt:1 warning",
        ),
        Example(
            "in Poetry's words",
            before={"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nnumpy = "^2.1"\n'},
            after={"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nnumpy = "^1.26"\n'},
            expect=("pyproject.toml:3 warning",),
        ),
        _project(
            "a note where the message says so",
            "numpy>=2",
            "numpy>=1.26",
            "pyproject.toml:5 note",
            messages=("Support numpy 1.26 again (#412)",),
        ),
        _project("a raised floor", "jinja2>=3.1.0", "jinja2>=3.1.6"),
        _project("a raised cap", "pydantic>=2,<3", "pydantic>=2,<4"),
        _project("a new cap", "numpy>=1.26", "numpy>=1.26,<3"),
        _project("a pin that became a floor", "flask==3.0.3", "flask>=3.0.3"),
        _requirements("newer pins", _PINS, _PINS.replace("2.32.3", "2.32.4")),
        _requirements("it went", _PINS, _PINS.replace("requests==2.32.3\n", "")),
        _requirements(
            "written by a resolver",
            "# This file is autogenerated by pip-compile with Python 3.12\nrequests==2.32.3\n",
            "# This file is autogenerated by pip-compile with Python 3.12\nrequests==2.32.2\n",
        ),
        Example(
            "a workspace, and a server for those alone that name it",
            before={"pyproject.toml": _UV},
            after={
                "pyproject.toml": _UV + "[tool.uv.sources]\nnumpy = { workspace = true }\n"
                '[[tool.uv.index]]\nurl = "https://example.invalid/simple"\nexplicit = true\n'
            },
        ),
        Example(
            "it moved to another file",
            before={"setup.cfg": "[options]\ninstall_requires =\n  requests>=2.31\n"},
            after={"pyproject.toml": '[project]\nname = "shop"\ndependencies = ["requests >= 2.31"]\n'},
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each kind of loosening and level."""
        dependencies = audit.delta.dependencies
        groups: dict[tuple[Ease, Level], list[Loosened]] = defaultdict(list)
        for it in loosened(dependencies) if dependencies.manifests_changed else ():
            groups[it.ease, _level(it, audit.change.messages)].append(it)
        for (ease, level), group in groups.items():
            yield self._found(ease, level, group)

    def _found(self, ease: Ease, level: Level, group: list[Loosened]) -> Finding:
        first, *more = (Location(it.new.path, it.new.line) for it in group)
        one = group[0]
        others = f" (and {len(more)} more)" if more else ""
        said = f"`{one.old.text}` became `{one.new.text}`" if one.old else f"`{one.new.text}` is new"
        return self.finding(
            first,
            f"{said}{others}: {ease}.",
            level=level,
            evidence={"base": one.old.text, "head": one.new.text} if one.old else {"head": one.new.text},
            fix="restore the bound, or say in the commit message which release breaks what",
            not_a_fix="an upper bound instead of a lower one; ignoring the advisory",
            related=tuple(more),
        )


def _level(it: Loosened, messages: tuple[str, ...]) -> Level:
    """A loosening that is said aloud, or that users of the project never meet, is a note."""
    if isinstance(it.new, Requirement):
        aside = it.new.purpose in {Purpose.DEVELOPMENT, Purpose.BUILD}
        told = bool(it.new.comment) or any(_names(message, it.new.name) for message in messages)
        return Level.NOTE if aside or told or it.fixed else Level.WARNING
    return Level.NOTE if any(_names(message, "index") for message in messages) else Level.WARNING


def _names(message: str, name: str) -> bool:
    """Whether a message speaks of a distribution, or takes an earlier change back."""
    words = re.split(r"[-_.]", name)
    return message.startswith("Revert") or bool(
        re.search(rf"\b{'[-_. ]?'.join(map(re.escape, words))}\b", message, re.IGNORECASE)
    )
