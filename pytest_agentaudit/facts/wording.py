"""How a demand, and what became of it, reads in a message."""

from __future__ import annotations

from itertools import takewhile

from pytest_agentaudit.facts.delta import AssertionPair, Loss
from pytest_agentaudit.facts.model import Assertion, Form

LONGEST = 60
"""Characters of a demand that a message shows."""
LEAD = 20
"""Characters before the place where two long texts part."""


def step(it: AssertionPair) -> str:
    """The two wordings of a demand, with the reason where they do not tell it."""
    whole = tuple(_whole(side) if side else "" for side in (it.old, it.new))
    if it.old is None or it.new is None:
        return f"`{short(whole[0])}` was dropped ({it.loss})"
    bare = _demand(it.old), _demand(it.new)
    told = it.old.subject == it.new.subject and bare[0] != bare[1] and all(map(str.__ne__, bare, whole))
    was, now = apart(*(bare if told else whole))
    reason = "" if it.loss in {Loss.PREDICATE, Loss.TRUTH} else f" ({it.loss})"
    return f"`{was}` became `{now}`{reason}"


def _whole(it: Assertion) -> str:
    return it.text.removeprefix("assert ")


def _demand(it: Assertion) -> str:
    """What is asked of the subject, without the subject where the text begins with it."""
    text = _whole(it)
    if it.form is Form.ASSERT and text.startswith(f"{it.subject} "):
        return text[len(it.subject) + 1 :]
    return text


def short(text: str) -> str:
    """The text, cut where it is long."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def apart(was: str, now: str) -> tuple[str, str]:
    """Two texts, cut where they are long, and where they begin alike so that one sees where they part."""
    if was == now or short(was) != short(now):
        return short(was), short(now)
    same = sum(1 for _ in takewhile(lambda signs: signs[0] == signs[1], zip(was, now, strict=False)))
    first = max(0, same - LEAD)
    return short(f"...{was[first:]}"), short(f"...{now[first:]}")
