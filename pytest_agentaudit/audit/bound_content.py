"""What a signed waiver is bound to: the code that its finding speaks of, and none elsewhere."""

from __future__ import annotations

import hashlib

from msgspec import Struct

from pytest_agentaudit.audit.around import Around
from pytest_agentaudit.change.model import Change
from pytest_agentaudit.model import Finding, Location


class BoundContent(Struct, frozen=True):
    """Hashes, for each place of a finding, the innermost function or class around it where the finding names that one
    as its symbol, else the whole file; the base's file where head has none.

    So edits elsewhere in the file leave a waiver for a function alone, and any edit of the function ends it.
    """

    change: Change
    around: Around

    def hash(self, finding: Finding) -> str:
        """The digest: "sha256:" and 64 digits."""
        digest = hashlib.sha256()
        for place in (finding.location, *finding.related):
            for part in (place.path.encode(errors="surrogateescape"), *self._code(place)):
                digest.update(b"%d:" % len(part) + part)
        return f"sha256:{digest.hexdigest()}"

    def _code(self, place: Location) -> tuple[bytes, bytes]:
        """Which side holds the place, and its code there."""
        content = self.change.new.read(place.path)
        if content is None:
            return b"base", self.change.old.read(place.path) or b""
        around = self.around.definition(place)
        if around is None or around.qualified_name != place.symbol:
            return b"head", content
        return b"head", b"\n".join(content.split(b"\n")[around.start_line - 1 : around.end_line])
