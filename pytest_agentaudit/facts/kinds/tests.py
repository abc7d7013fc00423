"""What stands in tests and fixtures beside their plain assertions."""

from __future__ import annotations

BROAD_RAISES = "broad raises"
"""`pytest.raises(Exception)` and its kin, without `match`, whose exception nobody looks at. `expected` is the type,
`calls` what the block calls, `foreign` "yes" where that is code of a third party alone, `asserts` "yes" where an
assertion stands in the block, `comment` what the line above says."""

COPIED = "copied expectation"
"""An equality of which both sides are the same call of the project. `call` is that call, `name` the name that holds
the expected one ("" where it is written in place), `alone` "yes" where the function makes no other demand."""
COPY = "function in a test file"
"""A function of a test file whose results tests hold against written-out values. `name` is its name, `parameters` its
parameters, `fingerprint` the digest of its code, `size` its statements, `tests` the tests that call it, `imports` the
origins of all that its file imports."""

MOCKED = "mocked subject"
"""An assertion about a mock. `how` is "told" (the value is what the mock was told to return), "set" (an attribute is
what the test set it to, with nothing called between) or "patched" (what the test calls and asserts was replaced).
`subject` is the asserted call or attribute, `value` what the mock was told or the attribute set to, `target` what was
replaced, `name` its bare name, `alone` "yes" where the function makes no other demand."""

SHADOWED = "shadowed test"
"""What takes the name of a test, a group of tests or a fixture that stands before it in the same suite. `name` is
that name, `first` the line of what is hidden, `first_end` its last one, `what` "test", "class" or "fixture", `by` what
hides it, `same` "yes" where both do the same."""

SOURCE_TEXT = "source text"
"""A look for words in the source of Python code. `read` is how the text was got, `alone` "yes" where the function
makes no other demand."""

SWALLOWED = "swallowed assertion"
"""A construct that catches the failure of the assertions in it. `by` is its header, `how` "handler", "suppress" or
"raises", `assertion` the first assertion's source, `last` what the handler does, `count` how many there are, `alone`
"yes" where the function makes no other demand, `test` "yes" in a test. `how` is "wrapper" where a function that it was
given is called, and what that demands is lost."""

UNREACHED = "unreached assertion"
"""An assertion that no run can reach. `cause` says why, `count` how many there are behind the same cause, `texts` their
sources, `lines` where all of the function's stand, `fails` is "yes" where what ends the suite fails the test, `skips`
where it skips it, `alone` "yes" where the function makes no other demand."""
BRANCHED = "branched assertion"
"""An assertion that runs under a condition only. `on` is "environment", "handler", "loop", "branch" or "function";
`header` shows what decides, `twins` are the lines of the assertions in the other branch."""

ASSERTED = "asserted"
"""An `assert` statement of product code."""

ASSIGNED = "assigned in a test"
"""An assignment to an attribute or item in test code; its key is the assertion that would ask for the same."""

HANDED = "handed out by a fixture"
"""A literal that a fixture returns or yields. Its text is the literal."""

PATCHED = "replaced for many tests"
"""A replacement. `target` is the dotted name of what is replaced, `by` who does it ("fixture", "autouse fixture",
"set-up", "module"), `constant` is "yes" where a fixed answer takes its place.
"""

STRICT, LENIENT = "strict argument", "lenient argument"
"""`strict=True`, and `strict=False`. The keys of both are the same where they speak of the same argument in the same
definition.
"""


ALWAYS_TRUE = "always true"


TUPLE = "tuple"


ITSELF = "compares a value with itself"


NOT_ASSERTED = "result is not asserted"


NO_SUCH_METHOD = "no such mock assertion"


NOT_CALLED = "assertion method is not called"


EQUAL_TO_ALL = "mock.ANY is equal to everything"


NEW_OBJECT = "a new object is never None"


NOT_AWAITED = "coroutine is not awaited"


ONLY_MESSAGE = "the second argument is only the message"


GIVEN, SETTINGS, EXAMPLE, ASSUME = "given.", "settings.", "example", "assume"
"""What the names of draws begin with."""


OUTSIDE = "its file lies outside testpaths"
