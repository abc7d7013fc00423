"""What a test tests, as far as names tell: product definitions that it uses, and whether the change touched them."""

from __future__ import annotations

import builtins
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.change.model import CODE, FileRole, Side
from pytest_agentaudit.facts.callers import is_reached
from pytest_agentaudit.facts.delta import DefinitionPair, Delta, FileDelta
from pytest_agentaudit.facts.imports import leads_to
from pytest_agentaudit.facts.model import Assertion, Definition, FileFacts, Form, TestCase
from pytest_agentaudit.facts.source_names import NAMES
from pytest_agentaudit.facts.tree_texts import places
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.patterns import regex

GENERIC = 4
"""A bare name that so many product files define (`run`, `get`) names no subject."""

TELLING = 6
"""Bytes from which on a text says which entry is meant."""

UNREAD = frozenset({FileRole.GENERATED, FileRole.OTHER})
"""Roles of files that may be data of the product: what they hold is not read, so a change may matter to any test."""


COMMONPLACE = 20
"""A name in more of head's test files than this (`exists`, `status_code`) names no subject, unless it is imported."""

_CALLEE = regex(r"(?:await +)?(?:\w+\.)*(\w+)\(")
TEXTS = regex(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_ATTRIBUTE = regex(r"(?<=\.)[^\W\d]\w{3,}")
_PLAIN_CALL = regex(r"\b(?:len|str|list|dict|set|sorted|tuple|type|bool|int|float|repr|await)\b\(?")
_BUILT_IN = frozenset({*dir(builtins), "is", "in", "not", "and", "or"})
_WORD = regex(r"[^\W\d]\w*")
_IMPORT = regex(rb"[ \t]*(?:from\s+\S+\s+import\s*(?:\([^)]*\)|.*)|import\s.*)$", re.MULTILINE)
"""An import, from the start of its line."""


def bare(qualified_name: str) -> str:
    """The last part of a dotted name."""
    return qualified_name.rpartition(".")[2]


class Subjects(Struct, frozen=True, eq=False, dict=True):
    """Questions about a change's tests and product, answered from its facts."""

    delta: Delta

    @cached_property
    def product(self) -> tuple[FileDelta, ...]:
        """The product files whose code (not only comments, docstrings, layout, annotations) the change touched."""
        return tuple(file for file in self.delta.files if file.role in CODE and self._code_changed(file))

    @cached_property
    def data_changed(self) -> bool:
        """Whether files changed that the product may read, and that nobody read here."""
        return any(
            file.role in UNREAD and not file.pair.is_python and not _documents(file.path) for file in self.delta.files
        )

    @cached_property
    def removed(self) -> frozenset[str]:
        """Bare names of product definitions that the change took away, and did not only rename."""
        gone = (pair.old for pair in self._product_pairs if pair.old and pair.new is None)
        return frozenset(name for it in gone if (name := bare(it.qualified_name)) not in self.delta.defined)

    @cached_property
    def vanished(self) -> frozenset[str]:
        """Bare names of product definitions that the base had and head has no more, also under a new name."""
        gone = (pair.old for pair in self._product_pairs if pair.old and not _keeps_name(pair))
        return frozenset(name for it in gone if (name := bare(it.qualified_name)) not in self.delta.defined)

    @cached_property
    def vanished_words(self) -> frozenset[str]:
        """Identifiers (attributes and constants too) of changed product files that none of them has any more."""
        files = [file for file in self.delta.files if file.role in CODE]
        was = frozenset[str]().union(*(file.old.words.split() for file in files if file.old))
        gone = was.difference(*(file.new.words.split() for file in files if file.new))
        return frozenset(name for name in gone if name not in self.delta.defined)

    @cached_property
    def changed_words(self) -> frozenset[str]:
        """The words on the changed lines of product code, without leading underscores."""
        files = [file.pair for file in self.product]
        sides = [(it.old, it.removed) for it in files] + [(it.new, it.added) for it in files]
        words = (word.lstrip("_") for side, numbers in sides if side for word in _words(side, numbers))
        return frozenset(filter(None, words))

    def outlived(self, demand: Assertion | None) -> bool:
        """Whether a demand speaks of something that the product no longer has."""
        if demand is None:
            return False
        said = f"{demand.subject} {demand.expected}"
        gone = not self.vanished_words.isdisjoint(_WORD.findall(said))
        return gone or any(map(self.drops_text, TEXTS.findall(said)))

    def outlived_part(self, demand: Assertion) -> bool:
        """Whether a demand asks for an attribute, or an error's text, that the product no longer has."""
        asked = _ATTRIBUTE.findall(TEXTS.sub("", demand.text))
        return not self.vanished_words.isdisjoint(asked) or self.drops_text(f"'{demand.match}'")

    def outlived_at_home(self, demand: Assertion, test: TestCase) -> bool:
        """Whether a demand asks for an attribute that the module of what the test calls no longer names."""
        asked = set(_ATTRIBUTE.findall(TEXTS.sub("", demand.subject)))
        called = set(map(bare, test.calls))
        return any(
            any(file.old.says(it) and not file.new.says(it) for it in asked)
            and any(bare(it.qualified_name) in called for it in (*file.old.definitions, *file.new.definitions))
            for file in self.product
            if file.old and file.new
        )

    def speaks_of_python(self, demand: Assertion | None, path: str) -> bool:
        """Whether all that a demand of the base's file names is Python's own: built-ins and the standard library."""
        facts = self._facts.get((path, False))
        names = [it for it in NAMES.findall(demand.subject) if it not in _BUILT_IN] if demand and facts else []
        homes = {facts.imports.get(it, "").partition(".")[0] for it in names} if facts else set[str]()
        return bool(names) and homes <= sys.stdlib_module_names

    @cached_property
    def vanished_methods(self) -> frozenset[str]:
        """The last two parts of the qualified names ("Store.save") of methods that the change took away."""
        kept = {_method(it) for file in self.delta.files if file.new for it in file.new.definitions}
        old = (pair.old for pair in self._product_pairs if pair.old)
        return frozenset(name for it in old if "." in (name := _method(it)) and name not in kept)

    def names_vanished(self, source: str) -> bool:
        """Whether a piece of source names something that the product no longer has."""
        return not (self.vanished_words | self.vanished).isdisjoint(_WORD.findall(source))

    def drops_text(self, literal: str) -> bool:
        """Whether the code that changed held a piece of text, and holds it no more: an entry that went away."""
        wanted = literal[1:-1] if literal[:1] in {"'", '"'} else ""
        if len(wanted) < TELLING or wanted.encode(errors="surrogateescape") not in self._removed_code:
            return False
        files = [file.pair for file in self.delta.files if file.role in CODE]
        was = any(_holds(it.old, wanted) for it in files if it.old)
        return was and not any(_holds(it.new, wanted) for it in files if it.new)

    @cached_property
    def _removed_code(self) -> bytes:
        """The lines of code that the change took away: a piece of a line that is nowhere now stood in one of these."""
        pairs = (file.pair for file in self.delta.files if file.role in CODE)
        return b"\n".join(line for it in pairs if it.old for line in it.old.lines(sorted(it.removed)))

    @cached_property
    def vanished_modules(self) -> frozenset[str]:
        """Paths of product modules that head has no more."""
        product = (file for file in self.delta.files if file.role in CODE and file.pair.is_python)
        return frozenset(
            file.pair.old.path
            for file in product
            if file.pair.old and (file.pair.new is None or file.pair.new.path != file.pair.old.path)
        )

    @cached_property
    def _equal_pairs(self) -> Mapping[str, list[DefinitionPair]]:
        """The definitions that behave as before, by head's path."""
        found: dict[str, list[DefinitionPair]] = defaultdict(list)
        for pair in self._product_pairs:
            if pair.equal:
                found[pair.new_path].append(pair)
        return found

    @cached_property
    def _product_pairs(self) -> tuple[DefinitionPair, ...]:
        product = {file.path for file in self.delta.files if file.role in CODE}
        product |= {file.pair.old.path for file in self.delta.files if file.role in CODE and file.pair.old}
        return tuple(pair for pair in self.delta.definitions if {pair.old_path, pair.new_path} & product)

    @cached_property
    def _facts(self) -> dict[tuple[str, bool], FileFacts]:
        """The facts of each changed file by path and side (True: head)."""
        sides = ((side, is_new) for file in self.delta.files for side, is_new in ((file.old, False), (file.new, True)))
        return {(side.path, is_new): side for side, is_new in sides if side}

    def origins(self, test: TestCase, path: str, *, at_head: bool) -> frozenset[str]:
        """Dotted origins of the imported names that the test uses."""
        facts = self._facts.get((path, at_head))
        imports = facts.imports if facts else {}
        return frozenset(imports[name] for name in test.reads if name in imports)

    def imported(self, path: str) -> frozenset[str]:
        """Dotted origins of all that a changed file of head imports."""
        facts = self._facts.get((path, True))
        return frozenset(facts.imports.values()) if facts else frozenset()

    def of(self, test: TestCase, path: str) -> tuple[str, ...]:
        """Bare names of the product definitions that a base test uses and that head still defines, most telling first.

        Classes that only make what others are given go last; before them imported ones go first, then those that fewer
        of head's test files name.
        """
        imported = {bare(origin) for origin in self.origins(test, path, at_head=False)}
        own = self._own(path)
        used = {name for name in (*test.reads, *map(bare, test.calls), *imported) if not name.startswith("__")}
        subjects = [
            name
            for name in sorted(used - own)
            if (name in self.delta.defined if name in imported else self._tells(name))
        ]
        calls = {name: at for at, name in reversed(list(enumerate(map(bare, test.calls))))}
        asked = frozenset(word for it in test.assertions for word in _asked_of(it.subject))
        return tuple(
            sorted(
                subjects,
                key=lambda it: (
                    it[0].isupper() and it not in asked and not asked.isdisjoint(subjects),
                    len(self.named_by(it)),
                    it not in calls,
                    it not in imported,
                    calls.get(it, 0),
                    it,
                ),
            )
        )

    def _tells(self, name: str) -> bool:
        """Whether a name is one of the product, and says which definition is meant."""
        return 0 < len(self.delta.defined.get(name, ())) < GENERIC and len(self.named_by(name)) <= COMMONPLACE

    def named_by(self, name: str) -> frozenset[str]:
        """Head's test files that name a definition: in a changed file its code has to, and more than import it."""
        if name not in self._named:
            self._named[name] = frozenset(
                path
                for path in self.delta.mentions.get(name, frozenset())
                if (path, True) not in self._facts or self._uses(path, name)
            )
        return self._named[name]

    def _uses(self, path: str, name: str) -> bool:
        """Whether the code of a changed file of head names a definition, and does not only import it."""
        facts = self._facts[path, True]
        if not facts.says(name) or name not in facts.imports:
            return facts.says(name)
        text, imports = self._code(path)
        for at in places(text, name.encode(errors="surrogateescape")):
            is_comment = b"#" in text[text.rfind(b"\n", 0, at) + 1 : at]
            if not is_comment and not any(start <= at < end for start, end in imports):
                return True
        return False

    def _code(self, path: str) -> tuple[bytes, list[tuple[int, int]]]:
        """The text of a changed file of head, and where its imports stand."""
        if path not in self._codes:
            text = next(file.pair.new.content for file in self.delta.files if file.path == path and file.pair.new)
            lines = (text.rfind(b"\n", 0, at) + 1 for at in places(text, b"import"))
            self._codes[path] = text, [it.span() for start in lines if (it := _IMPORT.match(text, start))]
        return self._codes[path]

    @cached_property
    def _codes(self) -> dict[str, tuple[bytes, list[tuple[int, int]]]]:
        """What was read of the files asked for so far."""
        return {}

    @cached_property
    def _named(self) -> dict[str, frozenset[str]]:
        """The files that name the definitions asked for so far."""
        return {}

    def _own(self, path: str) -> frozenset[str]:
        """What the test's own file defines: fixtures and helpers are no subjects."""
        return frozenset(bare(it.qualified_name) for it in self._own_ones(path))

    def _own_ones(self, path: str) -> tuple[Definition, ...]:
        """The definitions of a test's own file at base."""
        facts = self._facts.get((path, False))
        return facts.definitions if facts else ()

    def lost(self, test: TestCase, path: str) -> tuple[str, ...]:
        """Product names and modules that a base test used, itself or by a fixture or helper of its file, and that went
        away in the same change.
        """
        names = sorted(self._used(test, path) & self.vanished)
        origins = (it for it in self.origins(test, path, at_head=False) if bare(it) not in self.delta.defined)
        modules = {path for origin in origins for path in self.vanished_modules if leads_to(origin, path)}
        return (*names, *sorted(modules))

    def _used(self, test: TestCase, path: str) -> frozenset[str]:
        """The names that a base test uses, itself or by a fixture or helper of its file, its file's own left out."""
        used = frozenset({*test.reads, *map(bare, test.calls)})
        by_own = frozenset[str]().union(*(it.reads for it in self._own_ones(path) if bare(it.qualified_name) in used))
        return (used | by_own) - self._own(path)

    def uses_removed(self, test: TestCase, path: str) -> bool:
        """Whether a base test uses a definition of the product that the change took away, and did not only rename."""
        return not self._used(test, path).isdisjoint(self.removed)

    def touched(self, test: TestCase, path: str, *, at_head: bool = True, surely: bool = False) -> tuple[str, ...]:
        """Paths of changed product code that a test names: its definitions, or their module. `surely` leaves out names
        that do not say which definition is meant.
        """
        origins, names = self.origins(test, path, at_head=at_head), test.names
        return tuple(file.path for file in self.product if self._meets(names, origins, file.path, surely=surely))

    def _meets(self, names: frozenset[str], origins: Iterable[str], path: str, *, surely: bool) -> bool:
        named = (name for name in self._defines[path] & names if not name.startswith("__"))
        return any(not surely or self._tells(name) for name in named) or any(leads_to(it, path) for it in origins)

    @cached_property
    def _defines(self) -> Mapping[str, frozenset[str]]:
        """Bare names of what the changed product files define, on either side."""
        sides = {file.path: [side for side in (file.old, file.new) if side] for file in self.product}
        return {
            path: frozenset(bare(it.qualified_name) for side in both for it in side.definitions)
            for path, both in sides.items()
        }

    def reached(self, test: TestCase) -> bool:
        """Whether changed definitions are named, over several calls, by what the test names."""
        changed = {bare(it.qualified_name) for pair in self._product_pairs if not pair.equal for it in _both(pair)}
        here = frozenset({test.qualified_name})
        return is_reached(sorted(changed), "", self.delta.callers, {"": here} | dict.fromkeys(test.names, here))

    def known(self, test: TestCase, path: str) -> bool:
        """Whether the test calls a function of the product that its file imports: without, nobody can say what runs."""
        facts = self._facts.get((path, True))
        imports = facts.imports if facts else {}
        called = (call for call in test.calls if call.partition(".")[0] in imports)
        return any(bare(call) in self.delta.defined for call in called)

    def ran_changed(self, whole: Evidence | None, test: TestCase, path: str) -> bool | None:
        """Whether a head test ran a changed line of the product; None where no whole run of it tells."""
        if whole is None:
            return None
        mine = {at for at, it in enumerate(whole.tests) if it.path == path and it.function == test.qualified_name}
        if not mine:
            return None
        hits = (whole.hits[file.path] for file in self.product if file.path in whole.hits)
        return any(not mine.isdisjoint(tests) for it in hits for tests in it.by_test.values())

    def is_product_helper(self, demand: Assertion) -> bool:
        """Whether a demand was one of a helper that now stands in the product, or that went from there."""
        callee = _CALLEE.match(demand.text) if demand.form is Form.HELPER else None
        return callee is not None and (callee[1] in self.delta.defined or callee[1] in self.vanished)

    def _code_changed(self, file: FileDelta) -> bool:
        """Whether a changed line belongs to a statement outside of definitions that behave as before."""
        if not file.old or not file.new or file.old.problem or file.new.problem:
            return True
        equal = self._equal_pairs.get(file.path, ())
        kept_old = [(pair.old.start_line, pair.old.end_line) for pair in equal if pair.old]
        kept_new = [(pair.new.start_line, pair.new.end_line) for pair in equal if pair.new]
        sides = ((file.old, file.pair.removed, kept_old), (file.new, file.pair.added, kept_new))
        return any(_statements(facts, lines, kept) for facts, lines, kept in sides)


def _asked_of(subject: str) -> Iterator[str]:
    """The names of what an assertion asks, without those of what that is given: the arguments of calls."""
    depth, kept = 0, list[str]()
    for sign in _PLAIN_CALL.sub("", TEXTS.sub("", subject)):
        depth = max(0, depth + (sign == "(") - (sign == ")"))
        if depth == 0:
            kept.append(sign)
    yield from _WORD.findall("".join(kept))


def _holds(side: Side, text: str) -> bool:
    """Whether a file holds a piece of text: a single word as a word, not as part of a longer one."""
    wanted = text.encode(errors="surrogateescape")
    if wanted not in side.content or not _WORD.fullmatch(text):
        return wanted in side.content
    return re.search(rb"(?<![\w-])" + re.escape(wanted) + rb"(?![\w-])", side.content) is not None


def _words(side: Side, numbers: Iterable[int]) -> Iterator[str]:
    """The words of some lines of a file."""
    for line in side.lines(numbers):
        yield from _WORD.findall(line.decode(errors="replace"))


def _statements(facts: FileFacts, lines: frozenset[int], kept: Iterable[tuple[int, int]]) -> bool:
    kept = list(kept)
    changed = (it for it in facts.lines if any(line in lines for line in range(it.line, it.end_line + 1)))
    return any(not any(first <= it.line <= last for first, last in kept) for it in changed)


def _both(pair: DefinitionPair) -> Iterator[Definition]:
    return (it for it in (pair.old, pair.new) if it)


def _method(definition: Definition) -> str:
    return ".".join(definition.qualified_name.split(".")[-2:])


def _keeps_name(pair: DefinitionPair) -> bool:
    return bool(pair.old and pair.new and bare(pair.old.qualified_name) == bare(pair.new.qualified_name))


def _documents(path: str) -> bool:
    return path.lower().endswith((".md", ".rst", ".txt"))
