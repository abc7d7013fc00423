"""A shard's evidence as a file: versioned JSON, written whole or not at all, and read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pytest_agentaudit import __version__
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.report.targets import replacing
from pytest_agentaudit.shard import Shard
from pytest_agentaudit.wire import WireError, from_plain, to_plain

KIND = "agentaudit shard"
SCHEMA = 1
"""Grows when a key is removed or changes its meaning."""
MAKE_IT = "let the shard's run write it: pytest --agent-audit --agent-audit-report=shard:PATH"


def write_shard(shard: Shard, path: str) -> None:
    """Write the file, in the place of an older one; AuditError where that cannot be done."""
    document = {"kind": KIND, "schema": SCHEMA, "tool": __version__, "shard": to_plain(shard)}
    try:
        with replacing(Path(path).resolve()) as stream:
            json.dump(document, stream, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
            stream.write("\n")
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise AuditError(
            f"the shard's evidence {path!r} cannot be written: {cause}", "name a file in a folder that can be written"
        ) from error


def read_shard(path: str) -> Shard:
    """The shard that was written to this file; AuditError where it holds anything else, or not all of it."""
    document = _document(path)
    if document.get("kind") != KIND:
        is_report = "verdict" in document and "findings" in document
        what = "an audit's JSON report" if is_report else "JSON of another kind"
        raise AuditError(f"{path!r} is no shard's evidence, but {what}", MAKE_IT)
    if document.get("schema") != SCHEMA or document.get("tool") != __version__:
        raise AuditError(
            f"{path!r} was written by pytest-agentaudit {document.get('tool')}, and this is {__version__}",
            "install one version in all jobs",
        )
    try:
        shard = from_plain(Shard, document.get("shard"))
    except (WireError, RecursionError) as error:
        raise AuditError(f"{path!r} is damaged: {error}", MAKE_IT) from None
    if not _is_sound(shard.evidence):
        raise AuditError(f"{path!r} is damaged: it names tests that it does not hold", MAKE_IT)
    return shard


def _is_sound(evidence: Evidence) -> bool:
    """Whether all lines were run by tests that are there."""
    there = range(len(evidence.tests))
    return all(test in there for hits in evidence.hits.values() for tests in hits.by_test.values() for test in tests)


def _document(path: str) -> Mapping[str, object]:
    try:
        document = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise AuditError(
            f"the shard's evidence {path!r} cannot be read: {error.strerror}",
            "give merge the files that the shards wrote (shells leave a pattern as it is where nothing fits it)",
        ) from None
    except (ValueError, RecursionError) as error:
        raise AuditError(f"{path!r} is damaged: it is no JSON ({error})", MAKE_IT) from None
    if not isinstance(document, dict):
        raise AuditError(f"{path!r} is no shard's evidence, but JSON of another kind", MAKE_IT)
    return document
