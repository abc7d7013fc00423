"""How claims are spelt in commit messages, and the words that take them back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pytest_agentaudit.facts.claims import Promised
from pytest_agentaudit.patterns import regex

LONGEST = 1_000
"""Characters of a sentence that are read."""

_KIND_OF_TEST = (
    "unit|regression|integration|end[- ]to[- ]end|e2e|smoke|new|more|missing|some|comprehensive|extensive|full"
    r"|thorough|additional|corresponding|proper|several|basic|pytest|a|an|\d+|a few|a couple of|the"
)
_TESTS = rf"(?:(?:{_KIND_OF_TEST}) )*tests?\b"
_ADDED = r"(?:add(?:s|ed)?|wrote)"
_WORDS = (
    "docs?|documentation|docstrings?|comments?|white ?space|formatting|typos?|style|cosmetic",
    "docs|documentation|docstrings|comments|white ?space|formatting",
)
_BROKEN = (
    r"the|all|some|a|an|\d+|remaining|pre-existing|existing|flaky|failing|failed|broken|flakey|unstable|intermittent|ci"
    "|unit|integration"
)
_SPELLINGS: tuple[tuple[Promised, tuple[str, ...]], ...] = (
    (
        Promised.TESTS,
        (
            rf"^(?:\w+(?:\([^)]*\))?!?: )?(?:and |also )?(?:{_ADDED}|writes?|include[sd]?) {_TESTS}",
            rf"(?:, | and |; )(?:also )?{_ADDED} {_TESTS}",
        ),
    ),
    (
        Promised.SAME,
        (
            r"\bno (?:functional|behaviou?r(?:al)?|logic|semantic|user[- ]visible|runtime) (?:change|difference)s?\b",
            r"\bno changes? (?:in|to|of) (?:behaviou?r|functionality|logic)\b",
            r"\b(?:pure|purely a|just a|only a) refactor(?:ing)?\b|\brefactor(?:ing)? only\b",
            r"\bbehaviou?r (?:is|remains|stays) (?:unchanged|the same|identical)\b",
        ),
    ),
    (
        Promised.WORDS,
        (
            rf"\b(?:{_WORDS[0]})[- ]only(?: (?:change|commit|pr|fix|edit|update|clean-?up|diff)\b|[.,;:)!]*$|[.;,)!] )",
            rf"\bonly (?:touches |changes |affects |updates )?(?:{_WORDS[1]})\b(?! (?:and|test|for|in|when|if))",
            r"\bpurely cosmetic\b",
        ),
    ),
    (
        Promised.ONLY_TESTS,
        (r"\btests?[- ]only (?:change|commit|fix|pr)\b", r"\bonly (?:touches|changes|affects) tests\b"),
    ),
    (
        Promised.PASSING,
        (
            (
                r"\ball (?:\d[\d,]* |the |existing |new |unit )*tests? "
                r"(?:are |is |now |still )*(?:pass(?:es|ing|ed)?|green)\b"
            ),
            r"\bfull (?:test )?suite (?:passes|is green)\b",
            r"\b\d[\d,]* (?:tests? )?passed, 0 failed\b",
        ),
    ),
    (
        Promised.FULL_COVERAGE,
        (
            r"\b(?:100 ?%|full|complete) (?:test |line |branch |code )*coverage\b",
            r"\bcoverage (?:at|to|of|is) 100 ?%",
        ),
    ),
    (
        Promised.COVERAGE,
        (
            (
                r"\b(?:improve[sd]?|increase[sd]?|raise[sd]?|boost(?:s|ed)?|better|more|fix(?:es|ed)?) "
                r"(?:the |our |test |code |branch )*coverage\b"
            ),
        ),
    ),
    (
        Promised.REPAIRED,
        (
            (
                r"\b(?:fix(?:es|ed|ing)?|resolve[sd]?|repair(?:s|ed)?|stabili[sz]e[sd]?|deflake[sd]?) "
                rf"(?:(?:{_BROKEN}) )*(?:tests?|test (?:failures?|suite)|flakiness)\b"
            ),
        ),
    ),
)
_CLAIMS = tuple((promised, regex("|".join(spelt), re.IGNORECASE)) for promised, spelt in _SPELLINGS)
_NEEDED: Mapping[Promised, tuple[str, ...]] = {
    Promised.TESTS: ("test",),
    Promised.SAME: ("no ", "refactor", "behavio"),
    Promised.WORDS: ("only", "cosmetic"),
    Promised.ONLY_TESTS: ("only",),
    Promised.PASSING: ("all ", "suite", "passed"),
    Promised.FULL_COVERAGE: ("coverage",),
    Promised.COVERAGE: ("coverage",),
    Promised.REPAIRED: ("test", "flakiness"),
}
"""Words of which one stands in whatever claims a thing: few messages need the patterns at all."""
_OF_THE_WHOLE = frozenset({Promised.SAME, Promised.WORDS, Promised.ONLY_TESTS, Promised.REPAIRED})
"""Claims that an item of a list makes of itself alone."""
_TITLE = regex(r"(?:docs|doc|documentation|typo|typos)(?:\([^)]*\))?: ", re.IGNORECASE)
"""Titles of the conventional kind that say the change is about words. Of "style" every house has its own idea."""
_NOT_YET = (
    "no|not|never|without|todo|to do|will|should|could|would|needs? to|need|want to|later|follow[- ]?up|next|future"
    "|before|until|once|if|when|don't|didn't|doesn't|can't|please"
    "|whether|check|ensures?|ensuring|make sure|so that|must|plan|let's|try|revert|removed?|instead of"
)
_DENIED = regex(rf"\b(?:{_NOT_YET})\b[^.;:]*$", re.IGNORECASE)
_OF_MANY = regex(r"^\* \S.*$(?:\n.*)*?\n\* \S", re.MULTILINE)
"""The list of commits that a squashed branch's message holds."""
_MORE = regex(
    r"\b(?:also|fix(?:es|ed)?|feat|refactor(?:s|ed)?|replace[sd]?|instead|chang(?:es|ed)|now)\b", re.IGNORECASE
)
"""Words in a message's body that tell of more than its title."""
_ANY = regex(r"\b(?:for|on|of|in|with|from|any|all|every|when|skip\w*|non)[ -]$", re.IGNORECASE)
"""Words before a kind of change that speak of such changes, not of this one."""
_QUOTE = regex(r"""`[^`]*`|"[^"]*"|https?://\S+""")
_MARK = regex(r"^(?:[-*+•>#]+|\d+[.)]|\[[ x]\])\s+")
_END = regex(r"(?<=[.;!?])\s+(?=[A-Z'`\"(\d])")
_TRAILER = regex(r"^[A-Z][\w-]+: |^Merge |^Revert |^\(cherry picked|^diff --git")


def claimed(message: str) -> Iterator[tuple[Promised, str, bool]]:
    """What a message claims, in its own words, and whether it was put together from those of several commits."""
    if message.startswith(("Revert ", "Merge ")):
        return
    of_many = _OF_MANY.search(message) is not None
    title, _, body = message.lstrip().partition("\n")
    if _TITLE.match(title) and not _MORE.search(body):
        yield Promised.TITLE, title.strip(), of_many
    for text, is_item in ((title.strip(), False), *_sentences(body)):
        plain = _QUOTE.sub("''", text[:LONGEST])
        for promised, pattern in _CLAIMS:
            match = pattern.search(plain) if _may_claim(promised, plain) else None
            if match and not _is_denied(promised, plain[: match.start()], plain[match.end() :]):
                yield promised, text, of_many or (is_item and promised in _OF_THE_WHOLE)


def _may_claim(promised: Promised, text: str) -> bool:
    """Whether one of the words stands in a sentence without which nothing of the kind is claimed."""
    lowered = text.lower()
    return not text.isascii() or any(word in lowered for word in _NEEDED[promised])


def _sentences(body: str) -> Iterator[tuple[str, bool]]:
    """The sentences of a message's body, wrapped lines joined, and whether each is of an item of a list."""
    paragraph: list[str] = []
    in_item = False
    for line in (*body.split("\n"), ""):
        text = line.strip()
        item = _MARK.match(text)
        if paragraph and (not text or item or _TRAILER.match(text)):
            yield from ((sentence, in_item) for sentence in _END.split(" ".join(paragraph)))
            paragraph = []
        if text and not _TRAILER.match(text):
            in_item = item is not None or (in_item and bool(paragraph))
            paragraph.append(text[item.end() :] if item else text)


def _is_denied(promised: Promised, before: str, after: str) -> bool:
    """Whether the words around a claim take it back or put it off."""
    if promised in {Promised.SAME, Promised.WORDS}:
        return bool(_ANY.search(before)) or after.lstrip(" ").lower().startswith(
            ("except", "other than", "besides", "apart from", "but")
        )
    return bool(_DENIED.search(before)) or bool(re.match(r"\s*(?:later|soon|next|in a follow|to follow)", after))
