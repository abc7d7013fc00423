"""What unseen text is told as."""

from __future__ import annotations

UNSEEN_TEXT = "unseen text"
"""Text that is not what it looks like. `what` is one of the words below, `names` the characters by their Unicode names,
`where` "code", "comment", "string" (Python alone) or "text", `usual` why it is at home there ("": it is not)."""

BIDI = "bidirectional control"
INVISIBLE = "invisible character"
TAGS = "tag character"
TERMINAL = "terminal control"
FAR = "text out of view"
LOOKALIKE = "look-alike letter"
