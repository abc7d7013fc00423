"""What a signed waiver is bound to: the code that its finding speaks of, and none elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from pytest_agentaudit.change.model import Change
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.model import Definition
from pytest_agentaudit.model import Finding, Location


class BoundContent(Struct, frozen=True):
    """Hashes, for each place of a finding, the innermost function or class around it where the finding names that one
    as its symbol, else the whole file; the base's file where head has none.

    So edits elsewhere in the file leave a waiver for a function alone, and any edit of the function ends it. `files`
    are the changed ones by their path.
    """

    change: Change
    files: Mapping[str, FileDelta]

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
        around = definition_around(self.files.get(place.path), place)
        if around is None or around.qualified_name != place.symbol:
            return b"head", content
        return b"head", b"\n".join(content.split(b"\n")[around.start_line - 1 : around.end_line])


def definition_around(file: FileDelta | None, place: Location) -> Definition | None:
    """The innermost function or class of head that holds all lines of a place; None where there is none."""
    every = file.new.definitions if file and file.new else ()
    holding = [it for it in every if it.start_line <= place.line and place.end_line <= it.end_line]
    return max(holding, key=lambda it: (it.start_line, -it.end_line), default=None)
