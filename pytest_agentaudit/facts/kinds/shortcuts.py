"""What stands in product code where the work was cut short, and what that is held against."""

from __future__ import annotations

from enum import StrEnum

ANSWERS = "written answers"
"""Literals that a function returns under conditions on literals. `pairs` is JSON: a list of [asked, answer] with the
spellings (see `telling`) of all that is asked for and of what is returned. `computes` is "yes" where the function works
its other answers out, `count` how many such answers stand at the place, telling or not."""
CONSTANT_BODY = "constant body"
"""A function that was given something, looks at nothing and returns a literal. `answer` is its spelling, `in_class`
"yes" where its class has bases."""

CALLER_ASKED = "caller asked"
"""A condition on the caller. `reads` is the call that found it, `about` one of ABOUT, `tests` the text of tests that it
is compared with (""), `literal` any other text it is compared with; `returned` is "yes" where it is the result."""
SOURCE = "source"
"""The caller's source lines."""
LOCALS = "locals"
"""The caller's local names."""
NAME = "name"
"""The caller's function, file or module."""

CONSTANT_METHOD = "constant method"
"""A comparing method whose answer does not depend on what is compared. `method` is its name, `answer` its value, `base`
the built-in scalar that its class extends ("" for none), `returned_by` the functions of its file that make such an
object, `matcher` "yes" where its class says that it matches anything."""

COUNTED_ANSWER = "counted answer"
"""A returned value that a count of calls decides. `counter` is the state, `answer` the literal that is returned for
some count ("" for a computed one), `exact` "yes" where single counts are picked (`== 2`, `% 2`, an index)."""

DECIDED = "decision"
"""A decision of a function: of a loop its target, of a handler what it catches. One that only moved into a helper is
the same: its key leaves out of what object a part is asked for, and which way round. `narrows` is not empty where it
asks for a type, or whether something is None: what tells a type checker which type a name has.
"""

TEST_PROBE = "test probe"
"""A question whether a test runs. `asks` is what it looks at; `sure` says how telling that is: SURE, LIKELY or NAMED;
`effect` what is done about the answer: SKIPS, ADDS, CHOOSES or TELLS."""
SURE = "sure"
"""Only a test runner sets it."""
LIKELY = "likely"
"""A variable that people set in their tests."""
NAMED = "named"
"""A flag whose name says so; where it comes from is not known."""
CI = "ci"
"""A variable that build servers set."""
SKIPS = "skips"
"""Something is done only outside of tests, or done otherwise in them."""
ADDS = "adds"
"""Something is done in tests alone."""
CHOOSES = "chooses"
"""A value is bound, or logging set up, by the answer."""
TELLS = "tells"
"""The answer is given away: a helper, a flag."""

FABRICATED = "fabricated result"
"""A function that works for nothing and returns a written-out value. `value` is that, `signs` say what speaks for a
fake ("success", "words", "random", "sleep", "message"), `ignores` is not empty where it reads no parameter."""
MEASURED = "measured figure"
"""A figure (`accuracy`, `score`) that a call yields. `name` is the figure's."""
ASSUMED = "assumed figure"
"""A figure that is written out, or drawn at random. `value` is its source, `random` not empty where it is drawn."""
STAND_IN = "stand-in"
"""A call, outside of a stand-in, of a class whose name says that it is one (`FakeStore()`). `name` is its name,
`beside` not empty where the same function uses the real thing (`Store`) too, and no error leads to the stand-in.
"""

FALLBACK = "fallback"
"""A fake in the place of what could not be imported. `module` is the dotted origin, `names` what is faked, `shape`
"function", "class" or "value"; `first_party` is not empty where the repository holds the module, `comment` is what a
comment in the handler says."""
SUBSTITUTE = "substitute"
"""A stand-in (`FakeClient()`) in the place of what failed. `name` is the class, `told` is not empty where the handler
logs."""

GUARD = "guard"
"""A `raise` under a condition, or an `assert`, in a function. `exception` is what it raises, `condition` when, `names`
the names that the condition reads."""
RETOLD = "raise in a handler"
"""A refusal by the words of another one that was caught. `exception` is what is raised."""
BRANCHES = "branches"
"""The `conditions` of a function's branches, one a line; `leaves` are those of branches that leave the suite."""
CHECK = "check"
"""A statement that only calls a checker (`validate(order)`), or a decorator that guards (`@login_required`)."""
STRICT = "strict setting"
"""A setting that turns checking on (`extra="forbid"`, `check=True`, `timeout=5`). `setting` is its name, `callee` what
it is given to."""
LOOSE = "loose setting"
"""One that turns checking off. `risk` is not empty where that is dangerous by itself (`verify=False`)."""
REFUSAL = "refusal"
"""A function that can say no: it raises, or gives answers that depend on something. `answers` tells how."""
CONSENT = "consent"
"""A checker, by its name, that cannot say no: it raises nothing and always gives the same `answer`."""
FOLDED = "folded condition"
"""A condition that a constant decides (`x or True`, `False and x`, `if False`)."""

SILENT_HANDLER = "silent handler"
"""A broad handler that drops the exception. `caught` is what it catches ("" for a bare one), `comment` what a comment
in it says, `excuse` what speaks for it (an `Excuse`), `tries` the names that its `try` suite reads, `calls` the last
parts of what that calls, as often as it does."""
DEFAULT_HANDLER = "handler with a default"
"""A broad handler that answers with a written-out value and says nothing of the exception. Details as above, with the
`answer`; `whole` is not empty where its `try` is all that the function does."""
DROPPED_RESULTS = "dropped results"
"""`asyncio.gather(..., return_exceptions=True)` whose results nobody looks at."""

FOREIGN_IMPORT = "foreign import"
"""An import of a module that is not the standard library's, of whatever package. `module` is its dotted name, `root`
the first part of it, `guard` one of the words below ("" for an import that must succeed), `symbol` the definition that
it stands in: a lazy one has one.
"""
OPTIONAL, TYPING = "optional", "typing"
"""An import that may fail, and one that only type checkers read."""

IGNORED = "ignored parameter"
"""A parameter that its function never reads. `name` is the parameter's; functions whose parameters others fix
(overrides, registered ones, hooks, callbacks) are left out. `said` is "yes" where a comment or docstring admits it."""

QUIETED = "quieted"
"""Warnings or log records that nobody will see. `what` is one of the words below, `narrow` names the category, message
or module that limits it ("" where nothing does), `reach` says how far it goes ("import": from the module's import on,
"block": a `with` block, "function", "test": a mark on tests), `comment` is what a comment on its lines says, `program`
is "yes" in a file that is run as a command."""
WARNINGS = "warnings"
LOGGING = "log records"
TLS = "warnings of insecure connections"
NUMBERS = "floating-point warnings"

TEST_READ = "test read"
"""A test file or folder that product code uses. `path` is the end of its path as far as it is written out ("/" between
parts), `how` one of READS, LISTS and IMPORTS; `anchored` is "yes" where the path starts from the code's own file, or
where each file is read that a pattern for test files finds below it."""
READS = "reads"
LISTS = "lists"
IMPORTS = "imports"

STUB = "stub"
"""A function without work in its body. `form` is what stands there, `excuse` why that may be meant so ("" where nothing
says it), `pending` the words that say that it is not done, `claim` the first line of its docstring."""
UNFINISHED = "unfinished branch"
"""A branch that does nothing, with a comment that says that it is not done. `pending` holds the comment, `issue` is
not empty where that names an issue."""
LEFT_OUT = "left out"
"""An argument or value `None`, with a comment that says that it is not done yet."""

CAST = "cast"
"""A `typing.cast`. `to` is the type, `any` "yes" where that is, or holds, `Any`."""
UNCHECKED = "unchecked definition"
"""A function or class under `typing.no_type_check`."""
PRECISE_NAME = "precisely annotated name"
VAGUE_NAME = "vaguely annotated name"
"""An annotated variable, attribute or field; its symbol ends with its name. `annotation` is its type's source."""
HIDDEN_FROM_TYPES = "hidden from types"
"""What a type checker sees otherwise than Python: `how` says in which way."""


class Excuse(StrEnum):
    """What a dropped exception may be honest for; NONE where nothing speaks for it."""

    NONE = ""
    CLEANUP = "clean-up"
    IMPORT = "an optional import"
    REPORT = "logging or telemetry"
    PROBE = "a probe"
    AFTERMATH = "in a handler or `finally`"
    RAISES_LATER = "the function raises later"
    NEXT_ONE = "the next of several is tried"


SILENT = frozenset({Excuse.CLEANUP, Excuse.IMPORT, Excuse.AFTERMATH, Excuse.RAISES_LATER})
"""Excuses that speak for themselves."""
