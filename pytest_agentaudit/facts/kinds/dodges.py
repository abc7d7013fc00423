"""Forms that do what a checker would forbid in another way, and what they do."""

from __future__ import annotations

DODGE = "dodging form"
"""`form` says what is done, `name` to what ("" where that does not matter), `checks` the codes of checkers that know
the plain form alone, `alone` says why it is telling by itself ("": only where it replaced the plain form), `built` is
"yes" where a name is put together from pieces, `grave` where a security checker would ask about it.
"""
CATCH = "broad handler"
ATTRIBUTE = "attribute"
ASSIGNMENT = "attribute assignment"
CALL = "call of a dangerous function"
IMPORT = "import"
STAR = "star import"
ASSERT = "assert"
PRINT = "print"
DYNAMIC = "code from text"
UNUSED = "use of a name"
NAMES = "module with every name"
DECODED = "the code is decoded when it runs"
ENCODED = "the code is decoded when it runs, from a text that stands there"
"""Why code from text tells by itself: its bytes come from elsewhere, or are written out where no reader knows them."""
ANSWERS = "it has an answer for whatever it is asked, so a name that nobody wrote is found"
"""Why a module's own `__getattr__` tells by itself, where nothing in it refuses a name."""
